#include "adapters/cli/test_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/cli/explanation_text.h"

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

std::string never_text(const std::vector<std::string>& labels) {
  return labels.empty() ? "" : fmt::format("; never: {}", fmt::join(labels, ", "));
}

std::size_t complete_count(const CoverageReport& coverage) {
  return static_cast<std::size_t>(std::count_if(coverage.thresholds.begin(),
                                                coverage.thresholds.end(),
                                                [](const auto& one) { return one.second.all(); }));
}

Json coverage_json(const CoverageReport& coverage) {
  Json thresholds = Json::array();
  for (const auto& [threshold, sides] : coverage.thresholds) {
    thresholds.push_back({{"threshold", threshold.text},
                          {"below", sides.below},
                          {"at", sides.at},
                          {"above", sides.above}});
  }
  return {{"file", coverage.file},
          {"rules", coverage.rule_count},
          {"rules_never", coverage.rules_never},
          {"bans", coverage.ban_count},
          {"bans_never", coverage.bans_never},
          {"thresholds", std::move(thresholds)}};
}

}  // namespace

CoverageReport coverage_of(const std::string& file, const RuleTable& table,
                           const lang::Coverage& seen) {
  CoverageReport report;
  report.file = file;
  report.rule_count = table.rules.size();
  report.ban_count = table.bans.size();
  for (std::uint32_t i = 0; i < table.rules.size(); ++i) {
    if (!seen.rules.contains(i)) report.rules_never.push_back(table.rules[i].label());
  }
  for (std::uint32_t i = 0; i < table.bans.size(); ++i) {
    if (!seen.bans.contains(i)) report.bans_never.push_back(table.bans[i].label());
  }
  std::vector<lang::Threshold> thresholds = lang::thresholds(table);
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    lang::Sides sides = i < seen.boundaries.size() ? seen.boundaries[i] : lang::Sides{};
    sides |= thresholds[i].impossible;
    report.thresholds.emplace_back(std::move(thresholds[i]), sides);
  }
  return report;
}

std::string coverage_text(const CoverageReport& coverage) {
  std::string text;
  auto add = [&](const char* what, std::size_t all, const std::vector<std::string>& never) {
    if (all == 0) return;
    text += fmt::format("{} at work in a test: {} of {}{}\n", what, all - never.size(), all,
                        never_text(never));
  };
  add("rules", coverage.rule_count, coverage.rules_never);
  add("bans", coverage.ban_count, coverage.bans_never);
  if (coverage.thresholds.empty()) return text;
  text += fmt::format("thresholds seen just below, at and just above: {} of {}\n",
                      complete_count(coverage), coverage.thresholds.size());
  for (const auto& [threshold, sides] : coverage.thresholds) {
    if (sides.all()) continue;
    text += fmt::format("  `{}`: not {}\n", threshold.text, lang::missing_text(sides));
  }
  return text;
}

std::size_t TestReport::failed_count() const {
  return static_cast<std::size_t>(std::count_if(
      tests.begin(), tests.end(), [](const TestEntry& test) { return !test.result.passed(); }));
}

std::string test_report_json(const TestReport& report) {
  Json tests = Json::array();
  for (const TestEntry& test : report.tests) {
    Json failures = Json::array();
    for (const lang::TestFailure& failure : test.result.failures) {
      failures.push_back({{"expected", failure.expected},
                          {"actual", failure.actual},
                          {"explanation", explanation_text(failure.explanation)}});
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
  json["coverage"] = Json::array();
  for (const CoverageReport& one : report.coverage) json["coverage"].push_back(coverage_json(one));
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
      details += fmt::format("expected {}\nactual   {}\n{}", failure.expected, failure.actual,
                             explanation_text(failure.explanation));
    }
    out += fmt::format(">\n    <failure>{}</failure>\n  </testcase>\n", xml_escaped(details));
  }
  return out + "</testsuite>\n";
}

}  // namespace sojourn::cli
