// Lines that cannot be used: each is skipped, counted by kind and quoted; strict mode stops there.
#include <string>

#include "engine/base/limits.h"
#include "tests/support/catch.h"
#include "tests/telemetry/read_all.h"

namespace sojourn::telemetry {
namespace {

const std::string kGood = R"({"ts":1,"device":"d"})";

struct Row {
  const char* line;
  const char* kind;  // title and code
  const char* message;
};

constexpr Row kRows[] = {
    {"hello", "line is not JSON [E0630]", "not an object"},
    {"[1,2]", "line is not JSON [E0630]", "not an object"},
    {"5", "line is not JSON [E0630]", "not an object"},
    {"null", "line is not JSON [E0630]", "not an object"},
    {R"("text")", "line is not JSON [E0630]", "not an object"},
    {R"({"ts":1,"device":"d"})"
     R"({"ts":1,"device":"d"})",
     "line is not JSON [E0630]", "something behind the object"},
    {R"({"ts":1,"device":"d"} x)", "line is not JSON [E0630]", "does not end with `}`"},
    {R"({"ts":1,"device":"d"}})", "line is not JSON [E0630]", "something behind the object"},
    {R"({"ts":1,"device":"d")", "line is not JSON [E0630]", "does not end with `}`"},
    {R"({"ts":1,"device":"d","x":[1})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts":1,"device":"d","x":{"y":1})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts":1,"device":"d)", "line is not JSON [E0630]", "a text does not end"},
    {R"({"ts":1,"device":"d",})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts":1 "device":"d"})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts" 1,"device":"d"})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts":01,"device":"d"})", "line is not JSON [E0630]", "a number that is none"},
    {R"({"ts":1,"device":"d","x":1.})", "line is not JSON [E0630]", "a number that is none"},
    {R"({"ts":1,"device":"d","x":nul})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts":1,"device":"d","x":truth})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts":1,"device":"d","x":[1,2,{"y":tru}]})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts":1,"device":"d","x":[1 2]})", "line is not JSON [E0630]", "not JSON"},
    {R"({"ts":1,"device":"d","x":"\q"})", "line is not JSON [E0630]", "a text with a wrong escape"},
    {"{\"ts\":1,\"device\":\"d\xff\"}", "line is not JSON [E0630]", "not UTF-8"},
    {"{\"ts\":1,\"device\":\"d\x01\"}", "line is not JSON [E0630]",
     "a control character in a text"},
    {R"({"device":"d"})", "line without a time [E0631]", "no `ts`"},
    {R"({"ts":null,"device":"d"})", "line without a time [E0631]", "no `ts`"},
    {R"({"ts":1})", "line without a device [E0632]", "no `eid`, `imei` or `device`"},
    {R"({"ts":1,"device":null})", "line without a device [E0632]", "no `eid`, `imei` or `device`"},
    {R"({"ts":1,"device":""})", "line without a device [E0632]", "`` is no device name"},
    {R"({"ts":1,"eid":"123"})", "line without a device [E0632]", "`123` is no EID"},
    {"{}", "line without a time [E0631]", "no `ts`"},
};

// As a summary quotes it.
std::string quoted(std::string line) {
  for (char& c : line) c = c == '\x01' ? '?' : c;
  return line;
}

TEST_CASE("lines that cannot be used") {
  for (const Row& row : kRows) {
    std::string line = row.line;
    INFO(line);
    std::string text = kGood + "\n" + line + "\n" + kGood + "\n";
    WholeTrace trace = read_text(text);
    CHECK(trace.reports.size() == 2);
    CHECK(trace.errors.empty());
    CHECK(trace.summary ==
          "3 lines, 2 reports from 1970-01-01T00:00:01Z to 1970-01-01T00:00:01Z\n"
          "1 line skipped\n  " +
              std::string(row.kind) + ": 1\n    t:2: " + row.message + ": `" + quoted(line) +
              "`\n");

    WholeTrace strict = read_text(text, {.strict = true});
    CHECK(strict.reports.size() == 1);
    REQUIRE(strict.errors.size() == 1);
    CHECK(strict.errors.front() == std::string("t:2: ") + row.message);
  }
}

TEST_CASE("a finding says nothing about a value of a line that is skipped") {
  WholeTrace trace = read_text(R"({"ts":1,"device":"d","network":"abc","foo":1} x)");
  CHECK(trace.summary ==
        "1 line, 0 reports\n1 line skipped\n  line is not JSON [E0630]: 1\n    t:1: does not end "
        "with `}`: `{\"ts\":1,\"device\":\"d\",\"network\":\"abc\",\"foo\":1} x`\n");
}

std::string nested(int depth) {
  return R"({"ts":1,"device":"d","x":)" + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}";
}

TEST_CASE("nesting has a limit") {
  // The object itself is one level.
  CHECK(read_text(nested(limits::kTraceJsonDepthMax - 2)).reports.size() == 1);
  CHECK(read_text(nested(limits::kTraceJsonDepthMax - 1)).reports.size() == 1);
  WholeTrace trace = read_text(nested(limits::kTraceJsonDepthMax));
  CHECK(trace.reports.empty());
  CHECK(trace.summary.find("line nested too deeply [E0634]: 1") != std::string::npos);
  CHECK(read_text(nested(100'000)).reports.empty());
}

std::string line_of_bytes(std::size_t count) {
  std::string head = R"({"ts":1,"device":"d","x":")";
  return head + std::string(count - head.size() - 2, 'x') + "\"}";
}

TEST_CASE("lines have a greatest length") {
  for (std::size_t block_bytes :
       {std::size_t{1000}, limits::kTraceBlockBytes, std::size_t{5} << 20}) {
    for (const char* line_break : {"\n", "\r\n"}) {
      for (int over : {-1, 0, 1, 2, 1'500'000}) {
        std::size_t size = limits::kTraceLineBytesMax + static_cast<std::size_t>(over + 1) - 1;
        INFO("over " << over << " block " << block_bytes);
        std::string text =
            kGood + line_break + line_of_bytes(size) + line_break + kGood + line_break;
        WholeTrace trace = read_text(text, {.block_bytes = block_bytes});
        CHECK(trace.reports.size() == (over > 0 ? 2 : 3));
        bool told = trace.summary.find("line too long [E0633]: 1\n    t:2: ") != std::string::npos;
        CHECK(told == (over > 0));
        CHECK(trace.summary.starts_with("3 lines, "));
      }
    }
  }
}

TEST_CASE("the first ten of each kind are quoted") {
  std::string text;
  for (int i = 0; i < 25; ++i) text += "bad " + std::to_string(i) + "\n{\"ts\":1}\n";
  WholeTrace trace = read_text(text);
  CHECK(trace.summary.find("line is not JSON [E0630]: 25\n    t:1: not an object: `bad 0`\n") !=
        std::string::npos);
  CHECK(trace.summary.find("    t:19: not an object: `bad 9`\n    and 15 more\n") !=
        std::string::npos);
  CHECK(trace.summary.find("bad 10") == std::string::npos);
  CHECK(trace.summary.find("line without a device [E0632]: 25\n") != std::string::npos);
}

TEST_CASE("unknown keys are counted and named") {
  std::string text =
      R"({"ts":1,"device":"d","foo":1,"position":{"lat":1,"lon":2,"hdop":3},"data":{"sms":1}})"
      "\n"
      R"({"ts":2,"device":"d","bar":{"deep":[1,{"er":null}]},"foo":[true,false]})"
      "\n";
  WholeTrace trace = read_text(text);
  CHECK(trace.summary ==
        "2 lines, 2 reports from 1970-01-01T00:00:01Z to 1970-01-01T00:00:02Z\n"
        "unknown keys, passed over\n  `foo` 2 times\n  `position.hdop` 1 time\n"
        "  `data.sms` 1 time\n  `bar` 1 time\n");
}

TEST_CASE("only so many unknown keys are named") {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += R"({"ts":1,"device":"d","key)" + std::to_string(i % 100) + "\":1}\n";
  }
  std::string summary = read_text(text).summary;
  CHECK(summary.find("`key63` 2 times\n  others 72 times\n") != std::string::npos);
  for (std::size_t block_bytes : std::initializer_list<std::size_t>{1, 100, 1000}) {
    CHECK(read_text(text, {.block_bytes = block_bytes}).summary == summary);
  }
}

}  // namespace
}  // namespace sojourn::telemetry
