// Policies that are large in one respect: what is asked of them ends, within memory, and may then
// be "not decided".
#include <fmt/format.h>

#include "tests/proof/checked_policy.h"

namespace sojourn::lang {
namespace {

using testing::check;
using testing::Checked;

constexpr int kMany = 20'000;

// `part`: a condition with a number in it.
std::string any_of_many(std::string_view attribute, std::string_view part) {
  std::string text = fmt::format("policy large\nattribute {}\nprofile x home FR\nwhen ", attribute);
  for (int i = 0; i < kMany; ++i) {
    text += (i > 0 ? " or " : "") + fmt::format(fmt::runtime(part), i * 2);
  }
  return text + " then alert \"seen\"\notherwise keep\n";
}

}  // namespace

TEST_CASE("a rule with twenty thousand features is not looked through level by level") {
  std::optional<Checked> checked = check(any_of_many("t : set of text", "t has v{}"), "a.sojourn");
  REQUIRE(checked);
  CHECK(checked->rendered(Code::W0301).empty());
}

TEST_CASE("a rule with twenty thousand values of a number is joined in pairs") {
  std::optional<Checked> checked = check(any_of_many("n : number", "n = {}"), "a.sojourn");
  REQUIRE(checked);
  CHECK(checked->rendered(Code::W0301).empty());
}

TEST_CASE("a rule with twenty thousand values, each with something beside it, is joined in pairs") {
  std::optional<Checked> checked =
      check(any_of_many("n : number", "(n = {} and roaming)"), "a.sojourn");
  REQUIRE(checked);
  CHECK(checked->rendered(Code::W0301).empty());
}

TEST_CASE("of very many rules that agree wherever they meet no pair is asked about") {
  std::string text = "policy large\nprofile x home FR\n";
  for (int i = 0; i < 2 * kMany; ++i) text += "when roaming then keep\n";
  std::optional<Checked> checked = check(text + "otherwise profile = x\n", "a.sojourn");
  REQUIRE(checked);
  CHECK(checked->analysis.undecided.empty());
}

TEST_CASE("whether a rule for each of twenty thousand values leaves a gap is decided") {
  std::string text =
      "policy large\nattribute apn : text\nprofile x home FR download \"a.example\"\n"
      "profile y home BR download \"a.example\"\n";
  for (int i = 0; i < kMany; ++i) {
    text += fmt::format("when apn = \"g{}\" then profile = {}\n", i, i % 2 == 0 ? "x" : "y");
  }
  std::optional<Checked> checked = check(text, "a.sojourn");
  REQUIRE(checked);
  CHECK(checked->analysis.undecided.empty());
  CHECK(checked->analysis.gap);
}

TEST_CASE("of overrides through others the first are told, and how many there are") {
  constexpr int kRules = 300;
  std::string text = "policy large\nprofile x home FR\nprofile y home BR\n";
  for (int i = 0; i < kRules; ++i) {
    std::string over = i > 0 ? fmt::format(" overrides r{}", i - 1) : "";
    text += fmt::format("rule r{}{} when region in BR then {}\n", i, over,
                        i % 2 == 0 ? "profile = x" : "profile = y");
  }
  std::optional<Checked> checked = check(text + "otherwise keep\n", "a.sojourn");
  REQUIRE(checked);
  std::string told = checked->rendered(Code::N0303);
  int further = (kRules - 1) * (kRules - 2) / 2 - 20;
  CHECK(told.find(fmt::format("{} further pairs of rules override through others", further)) !=
        std::string::npos);
}

}  // namespace sojourn::lang
