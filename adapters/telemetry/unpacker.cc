#include "adapters/telemetry/unpacker.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/diagnostic_code.h"

namespace sojourn::telemetry {
namespace {

constexpr std::size_t kInputBytes = 1u << 16;

}  // namespace

UnpackingStream::UnpackingStream(std::unique_ptr<ByteStream> packed, std::unique_ptr<Codec> codec,
                                 std::string name)
    : packed_(std::move(packed)),
      codec_(std::move(codec)),
      name_(std::move(name)),
      input_(kInputBytes) {}

Diagnostic UnpackingStream::damaged(std::string_view why) const {
  return make_diagnostic(Code::E0601,
                         fmt::format("{} archive `{}` is damaged: {}", codec_->kind(), name_, why),
                         "the whole lines before the damage were used; fetch the file again");
}

Status UnpackingStream::refill() {
  Result<std::size_t> count = packed_->read(input_.data(), input_.size());
  if (!count) return std::move(count).error();
  rest_ = std::string_view(input_.data(), *count);
  packed_ended_ = *count == 0;
  return {};
}

Result<std::size_t> UnpackingStream::read(char* buffer, std::size_t size) {
  char* plain = buffer;
  char* end = buffer + size;
  while (plain != end && !failure_) {
    if (rest_.empty() && !packed_ended_) {
      if (Status status = refill(); !status) failure_ = std::move(status).error();
      continue;
    }
    const char* plain_before = plain;
    std::size_t rest_before = rest_.size();
    std::optional<std::string> why = codec_->step(rest_, plain, end);
    if (why) {
      failure_ = damaged(*why);
    } else if (packed_ended_ && plain == plain_before && rest_.size() == rest_before) {
      if (codec_->complete()) break;
      failure_ = damaged("it ends in the middle");
    }
  }
  if (plain == buffer && failure_) return *failure_;
  return static_cast<std::size_t>(plain - buffer);
}

}  // namespace sojourn::telemetry
