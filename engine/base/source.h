// Source texts and places in them.
//
//   SourceMap sources;
//   SourceId id = sources.add("latam.sojourn", text);
//   Location at = sources.location(Span{id, 10, 14});   // line 1, column 11
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sojourn {

// Index of a text in a SourceMap.
struct SourceId {
  std::uint32_t index = 0;
  friend bool operator==(SourceId, SourceId) = default;
};

// The bytes [begin, end) of one source.
struct Span {
  SourceId source;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// A place as people count: lines and columns from 1, columns in Unicode code points.
struct Location {
  std::string_view path;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

// Owns the texts that spans point into. Texts never move, so views into them stay valid as long as
// the map lives. Not thread-safe while texts are added; afterwards freely readable.
class SourceMap {
 public:
  SourceMap();
  ~SourceMap();
  SourceMap(SourceMap&& other) noexcept;
  SourceMap& operator=(SourceMap&& other) noexcept;

  // Requires: text is at most limits::kSourceBytesMax long.
  SourceId add(std::string path, std::string text);

  std::size_t source_count() const { return files_.size(); }
  std::string_view path(SourceId id) const;
  std::string_view text(SourceId id) const;
  std::string_view text(const Span& span) const;
  // Where a span begins.
  Location location(const Span& span) const;
  // The whole line (without its line break) that holds the byte at `offset`.
  std::string_view line_at(SourceId id, std::uint32_t offset) const;
  // Byte offset at which the line that holds `offset` begins.
  std::uint32_t line_begin(SourceId id, std::uint32_t offset) const;

 private:
  struct File;
  std::vector<std::unique_ptr<File>> files_;  // pointers so that texts never move
};

}  // namespace sojourn
