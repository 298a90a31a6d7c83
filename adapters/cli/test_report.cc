#include "adapters/cli/test_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return out;
}

}  // namespace

std::size_t TestReport::failed_count() const {
  return static_cast<std::size_t>(std::count_if(
      tests.begin(), tests.end(), [](const TestEntry& test) { return !test.result.passed(); }));
}

std::string test_report_json(const TestReport& report) {
  Json tests = Json::array();
  for (const TestEntry& test : report.tests) {
    Json failures = Json::array();
    for (const lang::TestFailure& failure : test.result.failures) {
      failures.push_back({{"expected", failure.expected}, {"actual", failure.actual}});
    }
    tests.push_back({{"file", test.file},
                     {"name", test.result.name},
                     {"passed", test.result.passed()},
                     {"failures", std::move(failures)},
                     {"refused", test.result.refused}});
  }
  Json json;
  json["passed"] = report.tests.size() - report.failed_count();
  json["failed"] = report.failed_count();
  json["tests"] = std::move(tests);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string junit_report(const TestReport& report) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"sojourn\" tests=\"{}\" "
      "failures=\"{}\">\n",
      report.tests.size(), report.failed_count());
  for (const TestEntry& test : report.tests) {
    out += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                       xml_escaped(test.file), xml_escaped(test.result.name), test.duration_s);
    if (test.result.passed()) {
      out += "/>\n";
      continue;
    }
    std::string details;
    for (const std::string& refused : test.result.refused) details += refused + "\n";
    for (const lang::TestFailure& failure : test.result.failures) {
      details += fmt::format("expected {}\nactual {}\n", failure.expected, failure.actual);
    }
    out += fmt::format(">\n    <failure>{}</failure>\n  </testcase>\n", xml_escaped(details));
  }
  return out + "</testsuite>\n";
}

}  // namespace sojourn::cli
