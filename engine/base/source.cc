#include "engine/base/source.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/base/limits.h"

namespace sojourn {
namespace {

constexpr std::uint32_t kBlockBytes = 1024;

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }

}  // namespace

struct SourceMap::File {
  std::string path;
  std::string text;
  std::vector<std::uint32_t> line_begins;        // byte offset of each line's first byte
  std::vector<std::uint32_t> characters_before;  // each block of kBlockBytes

  // Code points that begin before the byte. However long its line is, a block is looked at.
  std::uint32_t characters(std::size_t offset) const {
    offset = std::min(offset, text.size());
    std::size_t block = offset / kBlockBytes;
    auto from = text.begin() + static_cast<std::ptrdiff_t>(block * kBlockBytes);
    auto to = text.begin() + static_cast<std::ptrdiff_t>(offset);
    return characters_before[block] +
           static_cast<std::uint32_t>(std::count_if(from, to, begins_character));
  }
};

SourceMap::SourceMap() = default;
SourceMap::~SourceMap() = default;
SourceMap::SourceMap(SourceMap&& other) noexcept = default;
SourceMap& SourceMap::operator=(SourceMap&& other) noexcept = default;

SourceId SourceMap::add(std::string path, std::string text) {
  assert(text.size() <= limits::kSourceBytesMax);
  auto file = std::make_unique<File>(File{std::move(path), std::move(text), {0}, {}});
  std::uint32_t character_count = 0;
  for (std::uint32_t i = 0; i <= file->text.size(); ++i) {
    if (i % kBlockBytes == 0) file->characters_before.push_back(character_count);
    if (i == file->text.size()) break;
    if (file->text[i] == '\n') file->line_begins.push_back(i + 1);
    if (begins_character(file->text[i])) ++character_count;
  }
  files_.push_back(std::move(file));
  return SourceId{static_cast<std::uint32_t>(files_.size() - 1)};
}

std::string_view SourceMap::path(SourceId id) const { return files_[id.index]->path; }

std::string_view SourceMap::text(SourceId id) const { return files_[id.index]->text; }

std::string_view SourceMap::text(const Span& span) const {
  return text(span.source).substr(span.begin, span.end - span.begin);
}

std::uint32_t SourceMap::line_begin(SourceId id, std::uint32_t offset) const {
  const auto& begins = files_[id.index]->line_begins;
  return *(std::upper_bound(begins.begin(), begins.end(), offset) - 1);
}

Location SourceMap::location(const Span& span) const {
  const File& file = *files_[span.source.index];
  const auto& begins = file.line_begins;
  auto line = std::upper_bound(begins.begin(), begins.end(), span.begin) - begins.begin();
  std::uint32_t begin = begins[static_cast<std::size_t>(line - 1)];
  std::uint32_t column = file.characters(span.begin) - file.characters(begin) + 1;
  return Location{file.path, static_cast<std::uint32_t>(line), column};
}

std::string_view SourceMap::line_at(SourceId id, std::uint32_t offset) const {
  std::string_view all = text(id);
  std::uint32_t begin = line_begin(id, offset);
  std::size_t end = std::min(all.find('\n', begin), all.size());
  if (end > begin && all[end - 1] == '\r') --end;
  return all.substr(begin, end - begin);
}

}  // namespace sojourn
