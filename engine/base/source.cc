#include "engine/base/source.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/base/limits.h"

namespace sojourn {

struct SourceMap::File {
  std::string path;
  std::string text;
  std::vector<std::uint32_t> line_begins;  // byte offset of each line's first byte
};

SourceMap::SourceMap() = default;
SourceMap::~SourceMap() = default;
SourceMap::SourceMap(SourceMap&& other) noexcept = default;
SourceMap& SourceMap::operator=(SourceMap&& other) noexcept = default;

SourceId SourceMap::add(std::string path, std::string text) {
  assert(text.size() <= limits::kSourceBytesMax);
  auto file = std::make_unique<File>(File{std::move(path), std::move(text), {0}});
  for (std::uint32_t i = 0; i < file->text.size(); ++i) {
    if (file->text[i] == '\n') file->line_begins.push_back(i + 1);
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
  std::uint32_t column = 1;
  for (std::uint32_t i = begin; i < span.begin && i < file.text.size(); ++i) {
    bool continuation = (static_cast<unsigned char>(file.text[i]) & 0xC0u) == 0x80u;
    if (!continuation) ++column;
  }
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
