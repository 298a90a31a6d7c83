// Whole traces: recorded ones, merged ones, and the same ones cut and spread over threads.
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "engine/base/limits.h"
#include "engine/device/report_reader.h"
#include "tests/support/catch.h"
#include "tests/telemetry/observation_text.h"
#include "tests/telemetry/read_all.h"

namespace sojourn::telemetry {
namespace {

// Recorded traces lie beside the project (a second working tree lies one level deeper).
std::optional<std::string> recorded(const std::string& name) {
  for (const char* place : {"/../shared/traces/", "/../../shared/traces/"}) {
    std::string path = SOJOURN_SOURCE_DIR + (place + name);
    if (std::filesystem::exists(path)) return path;
  }
  WARN("skipped: shared/traces/" << name << " is not there");
  return std::nullopt;
}

struct Figures {
  std::uint64_t reports = 0;
  std::size_t devices = 0;
  std::size_t digest = 0;  // of all reports in order
  std::string summary;
};

Figures figures_of(const TraceOptions& options) {
  auto reader = TraceReader::open(options);
  REQUIRE(reader.ok());
  Figures figures;
  std::set<std::string> devices;
  Observation observation;
  for (;;) {
    Result<bool> more = (*reader)->next(observation);
    REQUIRE(more.ok());
    if (!*more) break;
    ++figures.reports;
    devices.insert(observation.names.device);
    figures.digest = figures.digest * 31 + std::hash<std::string>()(text_of(observation));
  }
  figures.devices = devices.size();
  figures.summary = describe((*reader)->summary());
  return figures;
}

TEST_CASE("storks: 155,173 lines of 15 devices, none skipped") {
  auto path = recorded("storks.ndjson.gz");
  if (!path) return;
  Figures direct = figures_of({.paths = {*path}});
  CHECK(direct.reports == 155'173);
  CHECK(direct.devices == 15);
  CHECK(direct.summary ==
        "155,173 lines, 155,173 reports from 2018-07-30T02:00:23Z to 2018-09-29T20:00:41Z\n");
  Figures parallel = figures_of({.paths = {*path}, .jobs = 3});
  CHECK(parallel.digest == direct.digest);
  CHECK(parallel.summary == direct.summary);
}

TEST_CASE("flights: times are milliseconds, none skipped") {
  auto path = recorded("flights.ndjson.gz");
  if (!path) return;
  Figures direct = figures_of({.paths = {*path}});
  CHECK(direct.summary.find("skipped") == std::string::npos);
  CHECK(direct.summary.find("dropped") == std::string::npos);
  Figures parallel = figures_of({.paths = {*path}, .jobs = 2, .block_bytes = 5000});
  CHECK(parallel.digest == direct.digest);
  CHECK(parallel.summary == direct.summary);
}

std::string line_at(int ts, const std::string& device) {
  return R"({"ts":)" + std::to_string(ts) + R"(,"device":")" + device + "\"}\n";
}

TEST_CASE("several files are merged by time, the first named first at equal times") {
  WholeTrace trace = read_texts({{"a", line_at(1, "a1") + line_at(3, "a3") + line_at(2, "a2")},
                                 {"b", line_at(1, "b1") + line_at(2, "b2") + line_at(3, "b3")},
                                 {"c", ""}});
  std::vector<std::string> devices;
  for (const std::string& report : trace.reports) devices.push_back(report.substr(28));
  // Within a file the order is the file's own: a2 waits behind a3.
  CHECK(devices == std::vector<std::string>{"a1", "b1", "b2", "a3", "a2", "b3"});
  CHECK(trace.summary == "6 lines, 6 reports from 1970-01-01T00:00:01Z to 1970-01-01T00:00:03Z\n");
}

TEST_CASE("line breaks: CRLF, none at the end, blank lines, a byte order mark") {
  std::string one = line_at(1, "d");
  one.pop_back();
  for (const std::string& text :
       {one, one + "\n", one + "\r\n", "\xEF\xBB\xBF" + one + "\n", "\n \t\r\n" + one + "\n\n"}) {
    WholeTrace trace = read_text(text);
    CHECK(trace.reports == std::vector<std::string>{"1970-01-01T00:00:01Z device=d"});
    CHECK(trace.summary.find("skipped") == std::string::npos);
  }
  CHECK(read_text("").summary == "0 lines, 0 reports\n");
  CHECK(read_text("\n\n").summary == "2 lines, 0 reports\n");
  // Only the very first line may bear the mark.
  CHECK(read_text(one + "\n\xEF\xBB\xBF" + one).reports.size() == 1);
}

TEST_CASE("files that cannot be opened") {
  auto message = [](std::vector<std::string> paths) {
    auto reader = TraceReader::open({.paths = std::move(paths)});
    REQUIRE(!reader.ok());
    return reader.error().message;
  };
  CHECK(message({"/nowhere/x"}) == "trace `/nowhere/x` cannot be read: No such file or directory");
  CHECK(message({"/tmp"}) == "trace `/tmp` cannot be read: it is a directory");
  CHECK(message({}) == "no trace is named");
  CHECK(message({"-", "-"}) == "standard input is named twice");
  CHECK(message(std::vector<std::string>(limits::kTraceFilesMax + 1, "x")) ==
        "901 traces are more than 900");
}

// A trace with everything that can be wrong in it.
std::string messy_trace(std::mt19937& random, int line_count) {
  const std::vector<std::string> lines = {
      R"({"ts":%,"device":"d","position":{"lat":48.1,"lon":11.5,"accuracy":12}})",
      R"({"ts":%,"device":"e","network":"724-05","attributes":{"a":[],"b":["x","y"],"c":80.5}})",
      R"({"ts":%,"device":"e","network":"abc","foo":1})",
      R"({"ts":%,"device":"a name that is longer than any short string","bar":{"x":[1,2]}})",
      R"({"ts":%,"installed":["p","q"],"imei":"356938035643809","position":{"lat":91,"lon":0}})",
      R"({"ts":%})",
      R"({"ts":%,"device":"d")",
      "",
      "\r",
      "not JSON",
  };
  std::string text;
  int ts = 1000;
  for (int i = 0; i < line_count; ++i) {
    ts += static_cast<int>(random() % 5) - 1;
    std::string line = lines[random() % lines.size()];
    if (std::size_t at = line.find('%'); at != std::string::npos) {
      line.replace(at, 1, std::to_string(ts));
    }
    text += line + (random() % 7 == 0 ? "\r\n" : "\n");
  }
  if (random() % 2 == 0) text.pop_back();
  return text;
}

TEST_CASE("what comes out depends neither on blocks nor on chunks nor on threads") {
  std::uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (unsigned round = 0; round < 30; ++round) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (std::size_t file = 0; file <= round % 3; ++file) {
      texts.emplace_back("file" + std::to_string(file),
                         messy_trace(random, static_cast<int>(random() % 200)));
    }
    bool strict = round % 5 == 4;
    WholeTrace expected = read_texts(texts, {.strict = strict});
    for (std::size_t jobs : std::initializer_list<std::size_t>{1, 2, 4}) {
      std::size_t block_bytes = 1 + random() % 3000;
      std::size_t chunk_bytes = 1 + random() % 2000;
      INFO("round " << round << " jobs " << jobs << " block " << block_bytes << " chunk "
                    << chunk_bytes);
      WholeTrace trace = read_texts(
          texts, {.strict = strict, .jobs = jobs, .block_bytes = block_bytes}, chunk_bytes);
      CHECK(trace.reports == expected.reports);
      CHECK(trace.errors == expected.errors);
      if (!strict) CHECK(trace.summary == expected.summary);
    }
  }
}

TEST_CASE("a reader that is left early ends its threads") {
  std::mt19937 random(1);
  std::string text = messy_trace(random, 5000);
  for (std::size_t jobs : std::initializer_list<std::size_t>{1, 3}) {
    std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams;
    streams.emplace_back("t", open_memory(text));
    auto reader =
        TraceReader::open_streams(std::move(streams), {.jobs = jobs, .block_bytes = 1000});
    REQUIRE(reader.ok());
    Observation observation;
    CHECK(*(*reader)->next(observation));
  }
}

// The memory of reports is used again; what an earlier one left in it is nothing of a later one.
TEST_CASE("the same line is the same report, whatever was read before it") {
  auto line = [](const char* value) {
    return std::string(R"({"ts":1,"device":"d","attributes":{"x":)") + value + "}}\n";
  };
  std::string text;
  for (const char* value : {"5", R"("a")", "5", "true", R"(["p","q"])", "5", R"("a")",
                            R"(["p","q"])", "true", R"(["p","q"])", "null", "5", "null", "true"}) {
    text += line(value);
  }
  std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams;
  streams.emplace_back("t", open_memory(text));
  auto reader = TraceReader::open_streams(std::move(streams), {});
  REQUIRE(reader.ok());
  std::map<std::string, std::uint64_t> digests;
  Observation observation;
  while (*(*reader)->next(observation)) {
    auto [known, fresh] = digests.try_emplace(text_of(observation), digest_of(observation));
    INFO(known->first);
    CHECK(known->second == digest_of(observation));
  }
  CHECK(digests.size() == 5);
}

}  // namespace
}  // namespace sojourn::telemetry
