// How fast traces are read: lines per second of one core, from bytes in memory to Observations.
//
//   ./build-bench/tests/bench/trace_bench --benchmark_counters_tabular=true
//
// `items_per_second` are lines. With the recorded storks beside the project they are used, plain
// and gzip; without, only the made-up full lines.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>

#include "adapters/telemetry/byte_stream.h"
#include "adapters/telemetry/parsed_block.h"
#include "adapters/telemetry/trace_reader.h"

namespace sojourn::telemetry {
namespace {

std::string whole(std::unique_ptr<ByteStream> bytes) {
  std::string text;
  std::string buffer(1u << 20, '\0');
  for (;;) {
    Result<std::size_t> count = bytes->read(buffer.data(), buffer.size());
    if (!count || *count == 0) return text;
    text.append(buffer, 0, *count);
  }
}

std::unique_ptr<ByteStream> opened(const std::string& path) {
  Result<std::unique_ptr<ByteStream>> bytes = open_trace_bytes(path);
  return bytes ? std::move(bytes).value() : open_memory("");
}

// Every key of the format, 400 bytes a line.
std::string full_lines() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) {
    text += R"({"ts":"2026-01-01T10:00:00Z","eid":"89049032123451234512345678901235",)"
            R"("imei":"356938035643809","position":{"lat":-23.5505,"lon":-46.6333,"accuracy":12,)"
            R"("altitude":760,"speed":0},"network":"724-05","rat":"lte-m",)"
            R"("registration":"roaming","reject":null,"profile":"bootstrap",)"
            R"("iccid":"8933150319000012345","installed":["bootstrap","vivo-local"],)"
            R"("data":{"up":1200,"down":300},"event":null,)"
            R"("attributes":{"type":"meter","battery":80,"tag":["pilot"]}})"
            "\n";
  }
  return text;
}

std::string storks_path() {
  for (const char* place : {"/../shared/traces/", "/../../shared/traces/"}) {
    std::string path = std::string(SOJOURN_SOURCE_DIR) + place + "storks.ndjson.gz";
    if (std::filesystem::exists(path)) return path;
  }
  return "";
}

// Reads what `open` opens to its end, over and over.
template <class Open>
void read_through(benchmark::State& state, std::size_t jobs, Open open) {
  std::int64_t line_count = 0;
  Observation observation;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams;
    streams.emplace_back("t", open());
    state.ResumeTiming();
    auto reader = TraceReader::open_streams(std::move(streams), {.jobs = jobs});
    for (;;) {
      Result<bool> more = (*reader)->next(observation);
      if (!more || !*more) break;
      ++line_count;
    }
  }
  state.SetItemsProcessed(line_count);
}

void read_storks_plain(benchmark::State& state) {
  std::string path = storks_path();
  if (path.empty()) return state.SkipWithError("the recorded storks are not there");
  std::string text = whole(opened(path));
  read_through(state, static_cast<std::size_t>(state.range(0)),
               [&text] { return open_memory(text, text.size()); });
}
BENCHMARK(read_storks_plain)->ArgName("jobs")->Arg(1);
BENCHMARK(read_storks_plain)->ArgName("jobs")->Arg(2)->UseRealTime();

void read_storks_gzip(benchmark::State& state) {
  std::string path = storks_path();
  if (path.empty()) return state.SkipWithError("the recorded storks are not there");
  read_through(state, static_cast<std::size_t>(state.range(0)), [&path] { return opened(path); });
}
BENCHMARK(read_storks_gzip)->ArgName("jobs")->Arg(1);
BENCHMARK(read_storks_gzip)->ArgName("jobs")->Arg(2)->UseRealTime();

void read_full_lines(benchmark::State& state) {
  std::string text = full_lines();
  read_through(state, static_cast<std::size_t>(state.range(0)),
               [&text] { return open_memory(text, text.size()); });
}
BENCHMARK(read_full_lines)->ArgName("jobs")->Arg(1);
BENCHMARK(read_full_lines)->ArgName("jobs")->Arg(2)->UseRealTime();

// Parsing alone: the blocks are there already.
void parse_storks(benchmark::State& state) {
  std::string path = storks_path();
  if (path.empty()) return state.SkipWithError("the recorded storks are not there");
  LineBlockReader reader(opened(path));
  LineBlock block;
  if (!*reader.next(block)) return state.SkipWithError("no lines");
  std::unique_ptr<LineParser> parser = make_ndjson_parser();
  Observation observation;
  std::int64_t line_count = 0;
  for (auto _ : state) {
    LineCursor lines(block);
    while (std::optional<Line> line = lines.next()) {
      benchmark::DoNotOptimize(parser->parse(*line, observation));
      ++line_count;
    }
  }
  state.SetItemsProcessed(line_count);
}
BENCHMARK(parse_storks);

}  // namespace
}  // namespace sojourn::telemetry
