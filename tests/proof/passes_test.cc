// The passes of the compiler one by one: switched off, the answers stay; a mistake planted in what
// one made is told before the next goes on.
#include "engine/proof/passes.h"

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/compile.h"
#include "engine/proof/row_graph.h"
#include "engine/proof/rule_diagrams.h"
#include "tests/bench/generated_rules.h"
#include "tests/graph/graph_of.h"
#include "tests/proof/policy_builder.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using testing::decide;
using testing::Dice;
using testing::NaiveInterpreter;
using testing::PolicyShape;
using testing::RandomPolicy;
using testing::Readings;

constexpr std::uint64_t kSeed = 20261126;

// Every pass runs, and what each makes is compared with the rules.
CompileOptions checked_options() {
  CompileOptions options;
  options.claims = testing::some_claims();
  options.validate_passes = true;
  options.sift_work_max = 50'000;
  return options;
}

RandomPolicy random_policy(Dice& dice) {
  PolicyShape shape;
  shape.rule_count = 2 + dice.below(10);
  shape.feature_count = 2 + dice.below(5);
  shape.ban_count = dice.below(3);
  shape.first_match = dice.one_in(3);
  return RandomPolicy(dice, shape);
}

// Rules about stripes of two numbers, so many that nodes are written as runs. Where a rule has many
// stripes, many classes of a table select the same vector.
RuleTable striped_policy(Dice& dice, std::size_t rule_count, std::size_t stripe_count) {
  testing::PolicyBuilder policy;
  for (std::size_t i = 0; i < rule_count; ++i) {
    std::vector<ConditionIndex> parts;
    for (const char* name : {"battery", "height"}) {
      std::vector<ConditionIndex> stripes;
      for (std::size_t stripe = 0; stripe < stripe_count; ++stripe) {
        auto low = static_cast<std::int64_t>(dice.below(2'000));
        auto high = low + 1 + static_cast<std::int64_t>(dice.below(300 / stripe_count));
        stripes.push_back(policy.all({policy.number_at_least(name, "%", low),
                                      policy.no(policy.number_at_least(name, "%", high))}));
      }
      parts.push_back(policy.any(std::move(stripes)));
    }
    policy.rule("r" + std::to_string(i), policy.all(std::move(parts)), dice.one_in(2) ? "a" : "b");
  }
  policy.table.settings.first_match = true;
  return policy.table;
}

const CompilePass* find_pass_in(const CompileSummary& summary, std::string_view name) {
  auto found = std::find_if(summary.passes.begin(), summary.passes.end(),
                            [&](const CompilePass& pass) { return pass.name == name; });
  return found == summary.passes.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("every pass is known by its word") {
  for (const PassInfo& info : all_passes()) {
    CHECK(find_pass(info.word) == info.pass);
    CHECK(!info.what.empty());
  }
  CHECK(!find_pass("Sift"));
  CHECK(!find_pass(""));
}

TEST_CASE("without any one pass the answers are the same, and each is checked after it ran") {
  Dice dice(kSeed);
  INFO("seed " << kSeed);
  for (int round = 0; round < testing::rounds(30); ++round) {
    INFO("policy " << round);
    RandomPolicy policy = random_policy(dice);
    auto table = std::make_shared<const RuleTable>(policy.table);
    std::vector<std::shared_ptr<const DecisionGraph>> forms;
    auto compiled = [&](const CompileOptions& options) {
      CompileSummary summary;
      auto graph = compile(table, options, &summary);
      INFO((graph ? "" : graph.error().message));
      REQUIRE(graph.ok());
      forms.push_back(*graph);
      return summary;
    };
    CompileSummary all = compiled(checked_options());
    for (const char* name : {"rows", "grow", "flatten"}) {
      REQUIRE(find_pass_in(all, name) != nullptr);
      CHECK(find_pass_in(all, name)->validated_count > 0);
    }
    CHECK(find_pass_in(all, "sift") != nullptr);
    for (const PassInfo& info : all_passes()) {
      INFO("without " << info.word);
      CompileOptions options = checked_options();
      options.without.add(info.pass);
      CompileSummary summary = compiled(options);
      if (info.pass == Pass::sift) CHECK(find_pass_in(summary, "sift") == nullptr);
      if (info.pass == Pass::grow) CHECK(summary.form != GraphForm::mixed);
    }
    NaiveInterpreter naive(forms.front()->table());
    for (int device = 0; device < 30; ++device) {
      Readings readings;
      for (const Feature& f : forms.front()->table().features) {
        readings.push_back(policy.reading(f));
      }
      for (const auto& form : forms) {
        CHECK(decide(*form, readings).leaf == naive.decide(readings).leaf);
      }
    }
  }
}

TEST_CASE("passes make a graph smaller, and nothing else") {
  Dice dice(kSeed);
  INFO("seed " << kSeed);
  auto compiled = [&](const RuleTable& table, const std::vector<Pass>& without) {
    CompileOptions options = checked_options();
    for (Pass pass : without) options.without.add(pass);
    CompileSummary summary;
    auto graph = compile(std::make_shared<const RuleTable>(table), options, &summary);
    INFO((graph ? "" : graph.error().message));
    REQUIRE(graph.ok());
    return summary;
  };
  RuleTable many = striped_policy(dice, 60, 1), striped = striped_policy(dice, 5, 15);
  CompileSummary all = compiled(many, {});
  CHECK(all.form == GraphForm::graph);
  CHECK(compiled(many, {Pass::runs}).byte_count > all.byte_count);
  CompileSummary one_table = compiled(striped, {Pass::grow});
  CHECK(one_table.form == GraphForm::matcher);
  CHECK(compiled(striped, {Pass::grow, Pass::share}).byte_count > one_table.byte_count);
}

TEST_CASE("the summary says why rules are one table: left out, or too large for a graph") {
  auto table = std::make_shared<const RuleTable>(bench::make_rules(bench::kWild, 40));
  auto text_with = [&](CompileOptions options) {
    options.validate = false;
    CompileSummary summary;
    REQUIRE(compile(table, options, &summary).ok());
    CHECK(summary.form == GraphForm::matcher);
    return summary.text();
  };
  CompileOptions left_out, too_large;
  left_out.without.add(Pass::grow);
  too_large.nodes_max = too_large.work_max = 10;
  CHECK(text_with(left_out).ends_with("because `grow` was left out"));
  CHECK(text_with(too_large).ends_with("because a graph would be too large"));
}

// --- planted mistakes ---

namespace {

using Plant = bool (*)(PassProduct&);  // false: there is nothing to spoil

// As if sifting or lowering had taken one rule for another.
bool wrong_row(PassProduct& made) {
  if (made.rows->empty()) return false;
  Leaf& leaf = made.rows->front().leaf;
  leaf.rule = leaf.rule == 0 ? 1 : 0;
  return true;
}

bool wrong_root(PassProduct& made) {
  if (is_terminal(made.graph->root)) return false;
  made.graph->root = terminal(0);
  return true;
}

// The first row of each table is lost.
bool lost_row(PassProduct& made) {
  bool any = false;
  for (MatcherPlan& plan : made.graph->matchers) {
    for (std::vector<std::uint64_t>& vector : plan.vectors) {
      if (vector.empty()) continue;
      vector.front() &= ~std::uint64_t{1};
      any = true;
    }
  }
  return any;
}

// Every second run begins a class late. Requires: two axes, so that no target looks like a head.
bool late_runs(PassProduct& made) {
  bool any = false;
  std::vector<std::uint32_t>& words = *made.words;
  for (std::size_t at = 0; at + 2 < words.size(); ++at) {
    bool head = words[at] == DecisionGraph::kRunsBit || words[at] == (DecisionGraph::kRunsBit | 1);
    if (!head || words[at + 1] < 2) continue;
    ++words[at + 2];
    any = true;
  }
  return any;
}

// All classes of an axis select the vector of the first. Requires: one table and nothing else.
bool wrong_vectors(PassProduct& made) {
  std::vector<std::uint32_t>& words = *made.words;
  if (words.empty() || words[0] != ResidualMatcher::kHead) return false;
  ResidualMatcher matcher(words, 0);
  for (std::uint32_t i = 0; i < matcher.axis_count(); ++i) {
    std::uint32_t table = matcher.table(i);
    if (table == 0) continue;
    // At least as many classes as vectors.
    for (std::uint32_t c = 1; c < 16; ++c) words[table + c] = words[table];
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a mistake planted in what a pass made is told, and whose it is") {
  Dice dice(kSeed);
  INFO("seed " << kSeed);
  struct Row {
    const char* name;
    const char* pass;
    const char* told;  // in the message
    Plant plant;
    std::size_t rule_count, stripe_count;
    std::vector<Pass> without;
  };
  const Row rows[] = {
      {"order, sift", "rows", "list of rows", wrong_row, 8, 1, {}},
      {"grow", "grow", "grown graph", wrong_root, 8, 1, {}},
      {"grow, as a table", "grow", "grown graph", lost_row, 8, 1, {Pass::grow}},
      {"runs", "flatten", "compiled graph", late_runs, 60, 1, {}},
      {"share", "flatten", "compiled graph", wrong_vectors, 5, 15, {Pass::grow}},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    std::size_t planted = 0, told = 0;
    for (int round = 0; round < testing::rounds(6); ++round) {
      RuleTable table = striped_policy(dice, row.rule_count, row.stripe_count);
      CompileOptions options = checked_options();
      options.sift_work_max = 5'000;
      for (Pass pass : row.without) options.without.add(pass);
      bool spoilt = false;
      options.after_pass = [&](PassProduct& made) {
        if (made.pass == row.pass) spoilt = row.plant(made);
      };
      auto graph = compile(std::make_shared<const RuleTable>(table), options);
      if (!spoilt) continue;
      ++planted;
      if (graph.ok()) continue;
      CHECK(graph.error().code == Code::E0902);
      CHECK(graph.error().message.find(row.told) != std::string::npos);
      ++told;
    }
    CHECK(planted > 0);
    CHECK(told == planted);
  }
}

}  // namespace sojourn
