// Any bytes as a trace of any form: nothing crashes or hangs, how the bytes are cut changes
// nothing, and what comes out can be read as a trace. The first byte chooses the form; of CSV, what
// lies before a zero byte is the mapping.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/telemetry/trace_reader.h"

namespace {

using namespace sojourn;
using namespace sojourn::telemetry;

std::string translated(const std::string& bytes, const Translation& how, std::size_t chunk_bytes) {
  auto lines = translate(open_memory(bytes, chunk_bytes), how);
  if (!lines) return "refused";
  std::string all;
  char buffer[4096];
  while (true) {
    Result<std::size_t> count = (*lines)->read(buffer, sizeof buffer);
    if (!count || *count == 0) return all;
    all.append(buffer, *count);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Translation how;
  how.form = static_cast<TraceForm>(data[0] % 6);
  std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  std::size_t zero = bytes.find('\0');
  if (how.form == TraceForm::csv && zero != std::string::npos) {
    how.mapping = bytes.substr(0, zero);
    bytes.erase(0, zero + 1);
  }
  if (data[0] >= 128) how.attributes = {{"type", "meter"}};
  std::string whole = translated(bytes, how, 1u << 16);
  if (translated(bytes, how, 1 + size / 7) != whole) std::abort();
  std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams;
  streams.emplace_back("t", open_memory(whole));
  auto reader = TraceReader::open_streams(std::move(streams), {});
  if (!reader) return 0;
  Observation observation;
  while (true) {
    Result<bool> more = (*reader)->next(observation);
    if (more && !*more) return 0;
  }
}
