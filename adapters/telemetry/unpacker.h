// Private to the room: what gzip and zstd have in common.
//
// A codec turns some packed bytes into some plain bytes; UnpackingStream feeds it from a stream
// and sees to it that everything before a damage is handed out before the damage is told.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/telemetry/byte_stream.h"

namespace sojourn::telemetry {

class Codec {
 public:
  virtual ~Codec() = default;
  // Takes bytes off the front of `packed` and writes plain ones at `plain`, moving both on.
  // Makes progress whenever both have room. Says why when the archive is damaged.
  virtual std::optional<std::string> step(std::string_view& packed, char*& plain,
                                          char* plain_end) = 0;
  // May the archive end here, with no more input?
  virtual bool complete() const = 0;
  virtual std::string_view kind() const = 0;  // "gzip"
};

class UnpackingStream final : public ByteStream {
 public:
  UnpackingStream(std::unique_ptr<ByteStream> packed, std::unique_ptr<Codec> codec,
                  std::string name);
  Result<std::size_t> read(char* buffer, std::size_t size) override;

 private:
  Status refill();
  Diagnostic damaged(std::string_view why) const;

  std::unique_ptr<ByteStream> packed_;
  std::unique_ptr<Codec> codec_;
  std::string name_;
  std::vector<char> input_;
  std::string_view rest_;  // of input_
  bool packed_ended_ = false;
  std::optional<Diagnostic> failure_;  // told once everything before it has been handed out
};

}  // namespace sojourn::telemetry
