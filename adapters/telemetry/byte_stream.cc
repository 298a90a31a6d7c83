#include "adapters/telemetry/byte_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/diagnostic_code.h"

namespace sojourn::telemetry {
namespace {

class FileStream final : public ByteStream {
 public:
  FileStream(int descriptor, bool owned, std::string name, std::shared_ptr<ReadMeter> meter)
      : descriptor_(descriptor), owned_(owned), name_(std::move(name)), meter_(std::move(meter)) {
    if (!meter_) return;
    struct stat status = {};
    if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
      meter_->file_bytes += static_cast<std::uint64_t>(status.st_size);
    } else {
      meter_->endless = true;
    }
  }
  ~FileStream() override {
    if (owned_) ::close(descriptor_);
  }
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    ssize_t count = 0;
    do {
      count = ::read(descriptor_, buffer, size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
      return make_diagnostic(
          Code::E0603, fmt::format("reading `{}` failed: {}", name_, std::strerror(errno)),
          "the lines before this place were used; check the disk and read the file again");
    }
    if (meter_) meter_->read_bytes += static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }

 private:
  int descriptor_;
  bool owned_;
  std::string name_;
  std::shared_ptr<ReadMeter> meter_;
};

class MemoryStream final : public ByteStream {
 public:
  MemoryStream(std::string bytes, std::size_t chunk_bytes)
      : bytes_(std::move(bytes)), chunk_bytes_(std::max<std::size_t>(1, chunk_bytes)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    std::size_t count = std::min({size, chunk_bytes_, bytes_.size() - position_});
    std::memcpy(buffer, bytes_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t chunk_bytes_;
  std::size_t position_ = 0;
};

// Hands out `head`, which was read to look at it, before the rest.
class PrefixedStream final : public ByteStream {
 public:
  PrefixedStream(std::string head, std::unique_ptr<ByteStream> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (position_ == head_.size()) return rest_->read(buffer, size);
    std::size_t count = std::min(size, head_.size() - position_);
    std::memcpy(buffer, head_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  std::string head_;
  std::size_t position_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

enum class Packing : std::uint8_t { gzip, zstd, refused };

struct Magic {
  std::string_view bytes;
  Packing packing;
  std::string_view kind;
  std::string_view unpacker;
};

using namespace std::string_view_literals;
constexpr std::array kMagics = {
    Magic{"\x1f\x8b"sv, Packing::gzip, "gzip", ""},
    Magic{"\x28\xb5\x2f\xfd"sv, Packing::zstd, "zstd", ""},
    Magic{"BZh"sv, Packing::refused, "bzip2", "bzip2 -dc"},
    Magic{"\xfd"
          "7zXZ\0"sv,
          Packing::refused, "xz", "xz -dc"},
    Magic{"\x04\x22\x4d\x18"sv, Packing::refused, "lz4", "lz4 -dc"},
    Magic{"PK\x03\x04"sv, Packing::refused, "zip", "unzip -p"},
};
constexpr std::size_t kMagicBytesMax = 6;

// What is called an archive is looked at a little further: no text of so many bytes comes about by
// chance.
struct Called {
  std::string_view ending;
  std::string_view kind;
};
constexpr std::array kCalled = {Called{".gz"sv, "gzip"}, Called{".gzip"sv, "gzip"},
                                Called{".zst"sv, "zstd"}, Called{".zstd"sv, "zstd"}};
constexpr std::size_t kTextBytes = 64;

const Called* called_archive(std::string_view name) {
  auto found = std::find_if(kCalled.begin(), kCalled.end(),
                            [&](const Called& one) { return name.ends_with(one.ending); });
  return found == kCalled.end() ? nullptr : &*found;
}

// Whether bytes begin a text in UTF-8: no control characters but white space, no broken sequences
// but one that is cut.
bool looks_like_text(std::string_view head) {
  for (std::size_t at = 0; at < head.size();) {
    auto lead = static_cast<unsigned char>(head[at++]);
    bool white = lead == '\t' || lead == '\n' || lead == '\f' || lead == '\r';
    if ((lead < 0x20 && !white) || lead == 0x7F) return false;
    if (lead < 0x80) continue;
    std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4) return false;
    for (; more > 0 && at < head.size(); --more, ++at) {
      if ((static_cast<unsigned char>(head[at]) & 0xC0u) != 0x80u) return false;
    }
  }
  return true;
}

// A zstd file may begin with skippable frames (RFC 8878, 3.1.2): 0x184D2A50 to 0x184D2A5F.
bool is_skippable_zstd_frame(std::string_view head) {
  return head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xF0u) == 0x50u &&
         head.substr(1, 3) == "\x2a\x4d\x18"sv;
}

}  // namespace

Result<std::unique_ptr<ByteStream>> open_file(const std::string& path,
                                              std::shared_ptr<ReadMeter> meter) {
  if (path == "-") {
    return std::unique_ptr<ByteStream>(
        std::make_unique<FileStream>(STDIN_FILENO, false, "standard input", std::move(meter)));
  }
  auto refuse = [&path](const char* why) {
    return make_diagnostic(Code::E0001, fmt::format("trace `{}` cannot be read: {}", path, why),
                           "check the path; `-` reads standard input");
  };
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return refuse(std::strerror(errno));
  auto stream = std::make_unique<FileStream>(descriptor, true, path, std::move(meter));
  struct stat status = {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    return refuse("it is a directory");
  }
  return std::unique_ptr<ByteStream>(std::move(stream));
}

std::unique_ptr<ByteStream> open_memory(std::string bytes, std::size_t chunk_bytes) {
  return std::make_unique<MemoryStream>(std::move(bytes), chunk_bytes);
}

Result<std::unique_ptr<ByteStream>> unpack(std::unique_ptr<ByteStream> bytes, std::string name) {
  const Called* called = called_archive(name);
  std::size_t wanted = called != nullptr ? kTextBytes : kMagicBytesMax;
  std::string head;
  while (head.size() < wanted) {
    char buffer[kTextBytes];
    Result<std::size_t> count = bytes->read(buffer, wanted - head.size());
    if (!count) return std::move(count).error();
    if (*count == 0) break;
    head.append(buffer, *count);
  }
  auto whole = std::make_unique<PrefixedStream>(head, std::move(bytes));
  if (is_skippable_zstd_frame(head)) return unpack_zstd(std::move(whole), std::move(name));
  for (const Magic& magic : kMagics) {
    if (!head.starts_with(magic.bytes)) continue;
    if (magic.packing == Packing::gzip) return unpack_gzip(std::move(whole), std::move(name));
    if (magic.packing == Packing::zstd) return unpack_zstd(std::move(whole), std::move(name));
    return make_diagnostic(Code::E0602, fmt::format("trace `{}` is a {} archive", name, magic.kind),
                           fmt::format("traces are read plain, gzip or zstd; unpack it first: "
                                       "`{} {}`, and `-` reads standard input",
                                       magic.unpacker, name));
  }
  if (called != nullptr && !looks_like_text(head)) {
    return make_diagnostic(
        Code::E0602, fmt::format("trace `{}` is no {} archive, and no text", name, called->kind),
        "it is called one but does not begin like one: it may be damaged, encrypted or something "
        "else; get it again");
  }
  return std::unique_ptr<ByteStream>(std::move(whole));
}

Result<std::unique_ptr<ByteStream>> open_trace_bytes(const std::string& path,
                                                     std::shared_ptr<ReadMeter> meter) {
  Result<std::unique_ptr<ByteStream>> bytes = open_file(path, std::move(meter));
  if (!bytes) return bytes;
  return unpack(std::move(bytes).value(), path == "-" ? "standard input" : path);
}

}  // namespace sojourn::telemetry
