// Policies that act by a count of their own: on the law's day they keep the ban that counts the
// same, a day later they do not, and that is shown by a timeline that replays.
#include <fmt/format.h>

#include <filesystem>

#include "engine/base/diagnostic_code.h"
#include "tests/proof/checked_policy.h"
#include "tests/proof/shipped_policies.h"
#include "tests/support/catch.h"
#include "tests/support/disk_files.h"

namespace sojourn::lang {
namespace {

namespace fs = std::filesystem;

using sojourn::testing::contents_of;
using testing::check;
using testing::Checked;
using testing::kExamples;
using testing::replay;
using testing::rules_alone;

// The policy with nothing but its ban and a rule that acts when `condition` holds; where no network
// tells whether it does, what is lawful is kept.
std::string acting_when(const std::string& text, const std::string& condition) {
  std::size_t choice = text.find("then profile = ");
  choice += std::string("then profile = ").size();
  std::string ways = text.substr(choice, text.find_first_of(",\n", choice) - choice);
  std::string lawful = ways.substr(ways.rfind(' ') + 1);
  return fmt::format(
      "{}\nrule at-its-day when {} then profile = {}\n"
      "rule in-doubt when no service or not network known then profile = {}\n"
      "otherwise keep\n",
      text.substr(0, text.find("\nrule ")), condition, lawful, ways);
}

// Where a count of the condition stands: "more than 90", "at least 6", "60 days since".
std::vector<std::size_t> counts_in(const std::string& condition) {
  std::vector<std::size_t> found;
  for (const char* before : {"more than ", "at least "}) {
    for (std::size_t at = condition.find(before); at != std::string::npos;
         at = condition.find(before, at + 1)) {
      found.push_back(at + std::string(before).size());
    }
  }
  if (std::size_t since = condition.find(" since "); since != std::string::npos) {
    std::size_t unit = condition.rfind(' ', since - 1);
    found.push_back(condition.rfind(' ', unit - 1) + 1);
    if (condition[found.back()] == '(') ++found.back();
  }
  return found;
}

// The condition with the number there so much greater.
std::string greater_by(std::string condition, std::size_t at, int more) {
  std::size_t end = condition.find_first_not_of("0123456789", at);
  int number = std::stoi(condition.substr(at, end - at));
  return condition.replace(at, end - at, std::to_string(number + more));
}

void is_proved(const std::string& text, const std::string& path) {
  INFO(text);
  std::optional<Checked> checked = check(text, path);
  REQUIRE(checked);
  const BanVerdict& ban = checked->analysis.promises.bans.at(0);
  CHECK(ban.verdict == Verdict::holds);
  CHECK(ban.over_time.verdict == Verdict::holds);
}

void is_refuted(const std::string& text, const std::string& path) {
  INFO(text);
  std::optional<Checked> checked = check(text, path);
  REQUIRE(checked);
  CHECK(checked->analysis.promises.bans.at(0).verdict == Verdict::broken);
  std::string story = checked->story_of(Code::P0301);
  CHECK(!story.empty());
  if (!story.empty()) CHECK(replay(text, story, path) == "");
}

}  // namespace

TEST_CASE("a rule that acts on the law's day keeps every shipped ban, one a day later none") {
  std::size_t proved = 0, refuted = 0;
  for (const auto& entry : fs::directory_iterator(kExamples / "bans")) {
    if (entry.path().extension() != ".sojourn") continue;
    std::string path = entry.path().string();
    std::string text = rules_alone(contents_of(entry.path()));
    std::size_t never = text.find("\n  never ");
    if (never == std::string::npos) continue;  // one on change
    never += std::string("\n  never ").size();
    std::string condition = text.substr(never, text.find('\n', never) - never);
    std::vector<std::size_t> counts = counts_in(condition);
    if (counts.empty()) continue;  // forbidden from the first moment
    INFO(path);
    is_proved(acting_when(text, condition), path);
    ++proved;
    for (std::size_t at : counts) {
      is_refuted(acting_when(text, greater_by(condition, at, 1)), path);
      // Or the law allows one less.
      std::string stricter = text;
      stricter.replace(never, condition.size(), greater_by(condition, at, -1));
      is_refuted(acting_when(stricter, condition), path);
      ++refuted;
    }
  }
  CHECK(proved >= 9);
  CHECK(refuted >= 10);
}

TEST_CASE("within the notice of a shipped ban a rule acts on its first day, or a day too late") {
  std::size_t proved = 0;
  for (const char* file : {"br-same-network", "br-days-in-year", "br-cl-treaty", "tr-91-of-120",
                           "qa-weekly", "cn-six-months", "cn-three-months"}) {
    std::string path = (kExamples / "bans" / file).string() + ".sojourn";
    std::string text = rules_alone(contents_of(path));
    std::size_t never = text.find("\n  never ") + 1;
    text.insert(never, "  notice 10 days\n  assuming a switch completes within 5 days\n");
    never = text.find("\n  never ") + std::string("\n  never ").size();
    std::string condition = text.substr(never, text.find('\n', never) - never);
    std::string in_notice = condition;
    for (std::size_t at : counts_in(in_notice)) in_notice = greater_by(in_notice, at, -10);
    is_proved(acting_when(text, in_notice), path);
    ++proved;
    for (std::size_t at : counts_in(in_notice)) {
      is_refuted(acting_when(text, greater_by(in_notice, at, 1)), path);
    }
  }
  CHECK(proved == 7);
}

TEST_CASE("the golden policy with a rule in place of its remedy: in time, and a day too late") {
  fs::path path = kExamples / "acme-latam" / "policy.sojourn";
  std::string text = rules_alone(contents_of(path));
  auto replace = [&](const std::string& from, const std::string& to) {
    std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  };
  replace("\n  remedy profile = vivo-local or tim-local", "");
  replace(
      "when roaming in BR on the same network on at least 60 consecutive days\n"
      "   and type in tracker, vehicle\n   and battery >= 30%",
      "when roaming in BR per profile on the same network on more than 80 consecutive days");
  text +=
      "\nrule in-doubt when no service or not network known\n"
      "  then profile = bootstrap or vivo-local or tim-local, hold 24 hours\n";
  is_proved(text, path.string());
  replace("more than 80", "more than 81");
  is_refuted(text, path.string());
}

}  // namespace sojourn::lang
