#include "tests/telemetry/read_all.h"

#include "tests/support/catch.h"
#include "tests/telemetry/observation_text.h"

namespace sojourn::telemetry {

WholeTrace read_all(TraceReader& reader) {
  WholeTrace trace;
  Observation observation;
  for (;;) {
    Result<bool> more = reader.next(observation);
    if (!more) {
      trace.errors.push_back(more.error().message);
      continue;
    }
    if (!*more) break;
    trace.reports.push_back(text_of(observation));
  }
  trace.summary = describe(reader.summary());
  return trace;
}

WholeTrace read_texts(const std::vector<std::pair<std::string, std::string>>& texts,
                      const TraceOptions& options, std::size_t chunk_bytes) {
  std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams;
  for (const auto& [name, text] : texts) {
    auto bytes = unpack(open_memory(text, chunk_bytes), name);
    REQUIRE(bytes.ok());
    streams.emplace_back(name, std::move(bytes).value());
  }
  auto reader = TraceReader::open_streams(std::move(streams), options);
  REQUIRE(reader.ok());
  return read_all(**reader);
}

WholeTrace read_text(const std::string& text, const TraceOptions& options) {
  return read_texts({{"t", text}}, options);
}

}  // namespace sojourn::telemetry
