// gzip (RFC 1952) by zlib.
#include <zlib.h>

#include <algorithm>

#include "adapters/telemetry/unpacker.h"

namespace sojourn::telemetry {
namespace {

constexpr int kGzipWindowBits = 16 + MAX_WBITS;  // a gzip header and trailer are expected
constexpr std::size_t kStepBytesMax = 1u << 30;  // zlib counts in 32 bits

class GzipCodec final : public Codec {
 public:
  GzipCodec() { ready_ = inflateInit2(&zlib_, kGzipWindowBits) == Z_OK; }
  ~GzipCodec() override {
    if (ready_) inflateEnd(&zlib_);
  }
  GzipCodec(const GzipCodec&) = delete;
  GzipCodec& operator=(const GzipCodec&) = delete;

  std::optional<std::string> step(std::string_view& packed, char*& plain,
                                  char* plain_end) override {
    if (!ready_) return "there is no memory to unpack it";
    if (between_members_) {
      // Zeros after a member are padding (tapes); anything else is the next member (RFC 1952, 2.2).
      if (!first_member_)
        packed.remove_prefix(std::min(packed.find_first_not_of('\0'), packed.size()));
      if (packed.empty()) return std::nullopt;
      if (!first_member_) inflateReset(&zlib_);
      between_members_ = false;
      first_member_ = false;
    }
    // zlib does not write to its input; its type says otherwise.
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    zlib_.avail_in = static_cast<uInt>(std::min(packed.size(), kStepBytesMax));
    zlib_.next_out = reinterpret_cast<Bytef*>(plain);
    auto room = std::min(static_cast<std::size_t>(plain_end - plain), kStepBytesMax);
    zlib_.avail_out = static_cast<uInt>(room);
    int code = inflate(&zlib_, Z_NO_FLUSH);
    packed.remove_prefix(
        static_cast<std::size_t>(reinterpret_cast<char*>(zlib_.next_in) - packed.data()));
    plain = reinterpret_cast<char*>(zlib_.next_out);
    if (code == Z_STREAM_END) between_members_ = true;
    if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR) return std::nullopt;
    return zlib_.msg != nullptr ? zlib_.msg : "its data contradict themselves";
  }

  bool complete() const override { return between_members_; }
  std::string_view kind() const override { return "gzip"; }

 private:
  z_stream zlib_ = {};
  bool ready_ = false;
  bool first_member_ = true;
  bool between_members_ = true;
};

}  // namespace

std::unique_ptr<ByteStream> unpack_gzip(std::unique_ptr<ByteStream> packed, std::string name) {
  return std::make_unique<UnpackingStream>(std::move(packed), std::make_unique<GzipCodec>(),
                                           std::move(name));
}

}  // namespace sojourn::telemetry
