// Bytes in the order in which they arrive: a file, standard input, memory, or what gzip and zstd
// hide in one of these.
//
//   Result<std::unique_ptr<ByteStream>> bytes = open_trace_bytes("fleet.ndjson.gz");
//   char buffer[4096];
//   Result<std::size_t> count = (*bytes)->read(buffer, sizeof buffer);   // 0: the end
//
// Which of the forms a file has is told by its first bytes, never by its name.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace sojourn::telemetry {

// Not thread-safe; may be handed from thread to thread between calls.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Fills up to `size` bytes and returns how many; 0 only at the end. May return fewer than asked
  // for before the end. After an error the stream is finished.
  // Requires: size > 0.
  virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
};

// How far files have been read, in bytes as they lie there. Any thread may look while others read.
struct ReadMeter {
  std::atomic<std::uint64_t> read_bytes = 0;
  std::atomic<std::uint64_t> file_bytes = 0;
  std::atomic<bool> endless = false;  // a pipe or a device is among them: nobody knows how much
};

// The bytes of a file as they lie there; "-" is standard input. E0001, later E0603. `meter`, if
// any, is told of the file and of what is read of it.
Result<std::unique_ptr<ByteStream>> open_file(const std::string& path,
                                              std::shared_ptr<ReadMeter> meter = nullptr);

// Bytes in memory, handed out `chunk_bytes` at a time (tests vary it). Owns them.
std::unique_ptr<ByteStream> open_memory(std::string bytes, std::size_t chunk_bytes = 1u << 16);

// Unpacks gzip (RFC 1952, any number of members) or zstd (RFC 8878, any number of frames). `name`
// is for messages. E0601 when the archive is damaged or ends too early; everything before the
// damage has been handed out by then.
std::unique_ptr<ByteStream> unpack_gzip(std::unique_ptr<ByteStream> packed, std::string name);
std::unique_ptr<ByteStream> unpack_zstd(std::unique_ptr<ByteStream> packed, std::string name);

// Looks at the first bytes and unpacks what needs it; archives of other kinds are refused by name,
// and so is what is called an archive and is neither that nor a text (E0602). An empty stream is an
// empty trace.
Result<std::unique_ptr<ByteStream>> unpack(std::unique_ptr<ByteStream> bytes, std::string name);

// open_file and unpack.
Result<std::unique_ptr<ByteStream>> open_trace_bytes(const std::string& path,
                                                     std::shared_ptr<ReadMeter> meter = nullptr);

}  // namespace sojourn::telemetry
