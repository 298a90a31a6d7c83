// Any bytes as a trace: nothing crashes or hangs, and neither blocks nor threads change what is
// read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/telemetry/parsed_block.h"
#include "adapters/telemetry/trace_reader.h"

namespace {

using namespace sojourn;
using namespace sojourn::telemetry;

struct WholeReading {
  std::uint64_t report_count = 0;
  std::int64_t time_sum = 0;  // wraps around
  std::string summary;
  friend bool operator==(const WholeReading&, const WholeReading&) = default;
};

WholeReading read(const std::string& bytes, const TraceOptions& options, std::size_t chunk_bytes) {
  WholeReading reading;
  auto plain = unpack(open_memory(bytes, chunk_bytes), "t");
  if (!plain) return reading;
  std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams;
  streams.emplace_back("t", std::move(plain).value());
  auto reader = TraceReader::open_streams(std::move(streams), options);
  if (!reader) return reading;
  Observation observation;
  for (;;) {
    Result<bool> more = (*reader)->next(observation);
    if (more && !*more) break;
    if (!more) continue;
    ++reading.report_count;
    reading.time_sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(reading.time_sum) * 31 +
                                                 static_cast<std::uint64_t>(observation.at.ms));
  }
  reading.summary = describe((*reader)->summary());
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  WholeReading whole = read(bytes, {}, 1u << 16);
  if (read(bytes, {.block_bytes = 1 + size / 3}, 1 + size / 5) != whole) std::abort();
  // Threads cost more than the rest together, so only some inputs get them.
  if (size % 16 == 0 && read(bytes, {.jobs = 2, .block_bytes = 64}, 100) != whole) std::abort();
  read(bytes, {.strict = true}, 1u << 16);
  return 0;
}
