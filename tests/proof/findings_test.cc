// What an author reads: one golden file per kind of finding.
#include "engine/proof/findings.h"

#include "engine/base/diagnostic_code.h"
#include "tests/proof/policy_builder.h"
#include "tests/support/fake_gazetteer.h"
#include "tests/support/golden.h"

namespace sojourn {
namespace {

using testing::PolicyBuilder;

// All findings with the code, rendered; a line of source per rule.
std::string rendered(const PolicyBuilder& policy, Code code, AnalysisOptions options = {}) {
  testing::FakeGazetteer world;
  auto locator = world.bind(policy.table.areas);
  options.claims = world.claims();
  options.situations = &(*locator)->situations();
  SourceMap sources;
  std::string text;
  for (const Rule& rule : policy.table.rules) text += "rule " + rule.name + "\n";
  SourceId source = sources.add("test.sojourn", text);
  auto span_of = [&](std::uint32_t rule) -> std::optional<Span> {
    std::size_t begin = text.find("rule " + policy.table.rules[rule].name + "\n") + 5;
    std::size_t end = begin + policy.table.rules[rule].name.size();
    return Span{source, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  };
  std::string all;
  for (const Diagnostic& diagnostic : findings(analyse(policy.table, options), span_of)) {
    if (diagnostic.code == code) all += render(diagnostic, sources) + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("conflict") {
  PolicyBuilder policy;
  Country br = testing::country_named("BR");
  policy.profile("vivo-local", {br});
  policy.profile("bootstrap", {testing::country_named("FR")});
  ConditionIndex meter = policy.choice("type", {"meter", "tracker"}, "meter");
  FeatureIndex run = policy.count(FeatureKind::consecutive_days, policy.roaming_in("BR"),
                                  "consecutive days roaming in BR");
  policy.rule("meters", policy.all({policy.in("BR"), meter}), "vivo-local");
  policy.rule("settled", policy.at_least(run, 60, "60 days"), "bootstrap");
  test::check_golden("proof/conflict.txt", rendered(policy, Code::E0301));
}

TEST_CASE("condition that can never hold") {
  PolicyBuilder policy;
  ConditionIndex sp = policy.in_area(Area::subdivision("BR-SP"));
  policy.rule("abroad", policy.all({sp, policy.no(policy.in("BR"))}), "a");
  test::check_golden("proof/never_holds.txt", rendered(policy, Code::E0302));
}

TEST_CASE("guard that lets no switch through") {
  PolicyBuilder policy;
  policy.rule("lost", policy.flag(policy.feature(FeatureKind::no_service, "no service"), ""), "a");
  Guard guard;
  guard.most = 0;
  guard.written = "guard at most 0 switches per device within 30 days";
  policy.table.guards = {guard};
  std::string stopping = rendered(policy, Code::W0304);
  test::check_golden("proof/stopping_guard.txt", stopping);
  policy.table.guards[0].except_rules = {0};
  CHECK(rendered(policy, Code::W0304).empty());
  policy.table.guards[0] = guard;
  policy.table.guards[0].most = 1;
  CHECK(rendered(policy, Code::W0304).empty());
}

TEST_CASE("dead rule") {
  PolicyBuilder policy;
  ConditionIndex full = policy.number_at_least("battery", "%", 80);
  ConditionIndex half = policy.number_at_least("battery", "%", 50);
  policy.rule("full", full, "a");
  policy.rule("half", half, "b", {0});
  test::check_golden("proof/dead_rule.txt", rendered(policy, Code::W0301));
}

TEST_CASE("rule hidden under first-match") {
  PolicyBuilder policy;
  policy.table.settings.first_match = true;
  policy.rule("brazil", policy.in("BR"), "a");
  policy.rule("meters", policy.choice("type", {"meter", "lamp"}, "meter"), "b");
  test::check_golden("proof/hidden_rule.txt", rendered(policy, Code::W0302));
}

TEST_CASE("remedies that disagree, and a ban that says nothing") {
  PolicyBuilder policy;
  policy.profile("global", {testing::country_named("FR")}, false);
  policy.profile("vivo-local", {testing::country_named("BR")});
  policy.profile("backup", {testing::country_named("DE")});
  auto add_ban = [&](std::string name, ConditionIndex with_global, const std::string& remedy) {
    Ban ban;
    ban.name = std::move(name);
    ban.bites = {with_global, ConditionTable::kNever, ConditionTable::kNever,
                 ConditionTable::kNever};
    ban.violated = ban.bites;
    ban.remedy = Action{};
    ban.remedy->kind = Action::Kind::profile;
    ban.remedy->alternatives = {{policy.profile(remedy), false}};
    policy.table.bans.push_back(ban);
  };
  ConditionIndex low = policy.no(policy.number_at_least("battery", "%", 20));
  add_ban("settled", policy.roaming_in("BR"), "vivo-local");
  add_ban("spared", low, "backup");
  add_ban("again", policy.roaming_in("BR"), "vivo-local");
  add_ban("idle", policy.all({low, policy.number_at_least("battery", "%", 50)}), "backup");
  test::check_golden("proof/remedies_disagree.txt", rendered(policy, Code::E0303));
  test::check_golden("proof/says_nothing.txt", rendered(policy, Code::W0305));
  policy.table.settings.first_match = true;
  CHECK(rendered(policy, Code::E0303).empty());
}

TEST_CASE("a side of an or, and what an action requires, that can never be so") {
  PolicyBuilder policy;
  ConditionIndex low = policy.no(policy.number_at_least("battery", "%", 20));
  ConditionIndex high = policy.number_at_least("battery", "%", 50);
  policy.rule("either", policy.any({policy.in("BR"), policy.all({low, high})}), "a");
  std::uint32_t waits = policy.rule("waits", policy.all({policy.in("TR"), low}), "b");
  policy.table.rules[waits].action.requires_condition = high;
  test::check_golden("proof/part_says_nothing.txt", rendered(policy, Code::W0306));
}

TEST_CASE("gap, values not told apart, inferred override, undecided") {
  PolicyBuilder policy;
  ConditionIndex meter = policy.choice("type", {"meter", "tracker", "vehicle"}, "meter");
  policy.rule("first", meter, "a");
  policy.rule("second", meter, "b", {0});
  policy.rule("third", meter, "c", {1});
  test::check_golden("proof/gap.txt", rendered(policy, Code::N0301));
  test::check_golden("proof/indistinct.txt", rendered(policy, Code::N0302));
  test::check_golden("proof/inferred.txt", rendered(policy, Code::N0303));
  AnalysisOptions options;
  options.budget.steps_per_question = 0;
  test::check_golden("proof/undecided.txt", rendered(policy, Code::N0304, options));
}

}  // namespace sojourn
