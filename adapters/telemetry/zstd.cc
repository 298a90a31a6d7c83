// zstd (RFC 8878) by libzstd, which goes from frame to frame by itself.
#include <zstd.h>

#include <algorithm>

#include "adapters/telemetry/unpacker.h"

namespace sojourn::telemetry {
namespace {

class ZstdCodec final : public Codec {
 public:
  ZstdCodec() : context_(ZSTD_createDCtx()), wanted_(ZSTD_initDStream(context_)) {}
  ~ZstdCodec() override { ZSTD_freeDCtx(context_); }
  ZstdCodec(const ZstdCodec&) = delete;
  ZstdCodec& operator=(const ZstdCodec&) = delete;

  std::optional<std::string> step(std::string_view& packed, char*& plain,
                                  char* plain_end) override {
    if (context_ == nullptr || ZSTD_isError(wanted_) != 0) return "there is no memory to unpack it";
    // No more than zstd asks for, so that every call unpacks one block at most: a call that meets a
    // damage hands out nothing, not even whole blocks before it.
    ZSTD_inBuffer in{packed.data(), std::min(packed.size(), std::max<std::size_t>(1, wanted_)), 0};
    ZSTD_outBuffer out{plain, static_cast<std::size_t>(plain_end - plain), 0};
    std::size_t hint = ZSTD_decompressStream(context_, &out, &in);
    if (ZSTD_isError(hint) != 0) return ZSTD_getErrorName(hint);
    // The hint is 0 exactly when a frame has been read and handed out whole. A call at the end
    // that moves nothing asks for the next frame's header and must not undo that.
    if (in.pos > 0 || out.pos > 0) between_frames_ = hint == 0;
    wanted_ = hint;
    packed.remove_prefix(in.pos);
    plain += out.pos;
    return std::nullopt;
  }

  bool complete() const override { return between_frames_; }
  std::string_view kind() const override { return "zstd"; }

 private:
  ZSTD_DCtx* context_;  // owned
  std::size_t wanted_;
  bool between_frames_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> unpack_zstd(std::unique_ptr<ByteStream> packed, std::string name) {
  return std::make_unique<UnpackingStream>(std::move(packed), std::make_unique<ZstdCodec>(),
                                           std::move(name));
}

}  // namespace sojourn::telemetry
