#include "adapters/telemetry/line_block.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sojourn::telemetry {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// A line without its break that is longer than this is too long, even if its last byte is the
// "\r" of a break.
constexpr std::size_t kUnbrokenBytesMax = limits::kTraceLineBytesMax + 1;

}  // namespace

std::optional<Line> LineCursor::next() {
  if (rest_.empty()) return std::nullopt;
  const void* found = std::memchr(rest_.data(), '\n', rest_.size());
  std::size_t length =
      found == nullptr ? rest_.size()
                       : static_cast<std::size_t>(static_cast<const char*>(found) - rest_.data());
  std::string_view text = rest_.substr(0, length);
  rest_.remove_prefix(std::min(length + 1, rest_.size()));
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (number_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Line{text, number_++};
}

LineBlockReader::LineBlockReader(std::unique_ptr<ByteStream> bytes, std::size_t block_bytes)
    : stream_(std::move(bytes)), block_bytes_(std::max<std::size_t>(1, block_bytes)) {}

bool LineBlockReader::read_more(LineBlock& block) {
  std::size_t wanted =
      std::max(block_bytes_, block.byte_count + block_bytes_ / 2 + 1) - block.byte_count;
  if (block.bytes.size() < block.byte_count + wanted + kLinePaddingBytes) {
    block.bytes.resize(block.byte_count + wanted + kLinePaddingBytes);
  }
  Result<std::size_t> count = stream_->read(block.bytes.data() + block.byte_count, wanted);
  if (!count) {
    failure_ = std::move(count).error();
    ended_ = true;
    return false;
  }
  std::size_t begin = block.byte_count;
  block.byte_count += *count;
  if (*count == 0) ended_ = true;
  if (dropping_) drop_rest_of_line(block, begin);
  return *count == wanted;
}

void LineBlockReader::drop_rest_of_line(LineBlock& block, std::size_t begin) {
  std::size_t end = block.text().find('\n', begin);
  if (end == std::string_view::npos) {
    block.byte_count = begin;
    return;
  }
  std::size_t rest = block.byte_count - (end + 1);
  std::memmove(block.bytes.data() + begin, block.bytes.data() + end + 1, rest);
  block.byte_count = begin + rest;
  dropping_ = false;
}

Result<bool> LineBlockReader::next(LineBlock& block) {
  block.first_line = next_line_;
  block.byte_count = carry_.size();
  if (block.bytes.size() < carry_.size() + kLinePaddingBytes) {
    block.bytes.resize(carry_.size() + kLinePaddingBytes);
  }
  std::copy(carry_.begin(), carry_.end(), block.bytes.begin());
  carry_.clear();

  // [0, whole) are whole lines; the carry never holds a line break.
  std::size_t whole = 0;
  while (!ended_) {
    std::size_t begin = block.byte_count;
    bool full = read_more(block);
    std::size_t last_break = block.text().substr(begin).rfind('\n');
    if (last_break != std::string_view::npos) whole = begin + last_break + 1;
    if (whole > 0 && (block.byte_count >= block_bytes_ || !full)) break;
    if (whole == 0 && block.byte_count > kUnbrokenBytesMax) {
      block.bytes[kUnbrokenBytesMax + 1] = '\n';
      whole = block.byte_count = kUnbrokenBytesMax + 2;
      dropping_ = true;
      break;
    }
  }
  if (ended_ && !failure_) whole = block.byte_count;  // the last line needs no break
  carry_.assign(block.bytes.data() + whole, failure_ ? 0 : block.byte_count - whole);
  block.byte_count = whole;
  next_line_ += static_cast<std::uint64_t>(std::count(
      block.bytes.begin(), block.bytes.begin() + static_cast<std::ptrdiff_t>(whole), '\n'));
  if (whole > 0) return true;
  if (failure_) {
    Diagnostic failure = *std::move(failure_);
    failure_.reset();
    return failure;
  }
  return false;
}

}  // namespace sojourn::telemetry
