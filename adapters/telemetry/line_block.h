// Blocks of whole lines: the unit that a thread parses.
//
//   LineBlockReader reader(std::move(bytes));
//   LineBlock block;
//   while (*reader.next(block)) {
//     LineCursor lines(block);
//     while (auto line = lines.next()) use(line->text, line->number);
//   }
//
// A line ends with "\n" or "\r\n"; the last one may end with the file. A byte order mark of UTF-8
// at the beginning is passed over. A line longer than limits::kTraceLineBytesMax may be cut, but
// not to that length, so that whoever parses it can see that it is too long.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/telemetry/byte_stream.h"
#include "engine/base/limits.h"

namespace sojourn::telemetry {

// Readable bytes behind every line of a block, of any value; vector instructions may look at them.
inline constexpr std::size_t kLinePaddingBytes = 64;

struct LineBlock {
  std::string bytes;           // whole lines, then padding
  std::size_t byte_count = 0;  // without the padding
  std::uint64_t first_line = 1;
  std::string_view text() const { return {bytes.data(), byte_count}; }
};

struct Line {
  std::string_view text;  // without its line break; kLinePaddingBytes more are readable
  std::uint64_t number = 0;
};

// Requires: the block outlives the cursor and is not changed.
class LineCursor {
 public:
  LineCursor() = default;
  explicit LineCursor(const LineBlock& block) : rest_(block.text()), number_(block.first_line) {}
  std::optional<Line> next();

 private:
  std::string_view rest_;
  std::uint64_t number_ = 1;
};

// Not thread-safe; may be handed from thread to thread between calls. What lines a file has does
// not depend on the size of the blocks.
class LineBlockReader {
 public:
  explicit LineBlockReader(std::unique_ptr<ByteStream> bytes,
                           std::size_t block_bytes = limits::kTraceBlockBytes);

  // Fills `block`; false at the end. When the stream fails, the whole lines before the failure are
  // handed out first; a line that the failure cut short is not. Once an error was returned, the
  // next call returns false.
  Result<bool> next(LineBlock& block);

 private:
  // Reads once, behind the first `block.byte_count` bytes. True if it got all it asked for.
  bool read_more(LineBlock& block);
  void drop_rest_of_line(LineBlock& block, std::size_t begin);

  std::unique_ptr<ByteStream> stream_;
  std::size_t block_bytes_;
  std::string carry_;  // the beginning of a line whose end has not been read
  std::uint64_t next_line_ = 1;
  bool dropping_ = false;  // in the rest of a line that was cut
  bool ended_ = false;
  std::optional<Diagnostic> failure_;
};

}  // namespace sojourn::telemetry
