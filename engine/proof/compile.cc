#include "engine/proof/compile.h"

#include <fmt/format.h>

#include <map>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/flatten.h"
#include "engine/proof/matcher_plan.h"
#include "engine/proof/rule_diagrams.h"
#include "engine/proof/validate.h"

namespace sojourn {
namespace {

// Numbers equal values alike: the first one met is 0.
template <class T>
class Numbering {
 public:
  std::uint32_t number_of(const T& value) {
    auto [row, fresh] = numbers_.emplace(value, static_cast<std::uint32_t>(values_.size()));
    if (fresh) values_.push_back(value);
    return row->second;
  }
  std::vector<T>& values() { return values_; }

 private:
  std::map<T, std::uint32_t> numbers_;
  std::vector<T> values_;
};

auto key_of(const Leaf& leaf) {
  return std::tuple(leaf.kind, leaf.profile, leaf.rule, leaf.ban, leaf.quarantined);
}

// A product and the matchers of what it closed.
struct Built {
  DiagramRef root = kNo;
  std::vector<MatcherPlan> matchers;
};

// A pure graph when it fits its limits; else what of it fits, and matchers.
Built build(DiagramStore& store, const std::vector<ProductRow>& rows,
            const MakeTerminal& make_terminal, std::size_t closed_first,
            const CompileOptions& options) {
  ProductLimits limits;
  limits.closed_first = closed_first;
  limits.work_max = options.work_max > 0 ? options.work_max : 4'000'000 + 200 * rows.size();
  limits.nodes_max = options.nodes_max > 0 ? options.nodes_max : 50'000 + 10 * rows.size();
  std::optional<ProductResult> result = product(store, rows, make_terminal, limits);
  if (!result) {
    limits.may_close = true;
    result = product(store, rows, make_terminal, limits);
  }
  Built built{result->root, {}};
  for (const std::vector<ProductRow>& closed : result->closed) {
    built.matchers.push_back(plan_matcher(store, closed, make_terminal));
  }
  return built;
}

Built build_deciding(DiagramStore& store, const std::vector<OutcomeRow>& outcomes,
                     std::vector<Leaf>& leaves, const CompileOptions& options) {
  std::map<decltype(key_of(Leaf{})), std::uint32_t> numbers;
  std::vector<Leaf> possible;
  auto number_of = [&](const Leaf& leaf) {
    auto [row, fresh] = numbers.emplace(key_of(leaf), static_cast<std::uint32_t>(possible.size()));
    if (fresh) possible.push_back(leaf);
    return row->second;
  };
  std::vector<ProductRow> rows;
  for (const OutcomeRow& row : outcomes) rows.push_back({row.where, number_of(row.leaf), true});
  rows.push_back({kYes, number_of(Leaf{}), true});
  // Only what is reached becomes a leaf.
  std::vector<std::optional<std::uint32_t>> leaf_of(possible.size());
  auto make_leaf = [&](const std::vector<std::uint32_t>& held) {
    std::optional<std::uint32_t>& leaf = leaf_of[held.front()];
    if (!leaf) {
      leaf = static_cast<std::uint32_t>(leaves.size());
      leaves.push_back(possible[held.front()]);
    }
    return *leaf;
  };
  return build(store, rows, make_leaf, 0, options);
}

Built build_voices(DiagramStore& store, const std::vector<Voice>& heard,
                   Numbering<std::vector<std::uint32_t>>& sets, std::size_t closed_first,
                   const CompileOptions& options) {
  std::vector<ProductRow> rows;
  for (const Voice& voice : heard) rows.push_back({voice.where, voice.rule, false});
  auto make_set = [&](const std::vector<std::uint32_t>& held) { return sets.number_of(held); };
  return build(store, rows, make_set, closed_first, options);
}

// Everything that a graph walks: what decides, and what is said beside it.
std::optional<FlatGraph> build_all(RuleDiagrams& rules, const AxisPlan& plan,
                                   const CompileOptions& options, DecisionGraphParts& parts,
                                   CompileSummary& made) {
  DiagramStore& store = rules.store();
  Flattener flat(store);
  Built deciding = build_deciding(store, outcome_rows(rules), parts.leaves, options);
  made.matcher_count = deciding.matchers.size();
  bool at_root = is_terminal(deciding.root) && !deciding.matchers.empty();
  flat.add(deciding.root, std::move(deciding.matchers));
  if (std::vector<Voice> heard = voices(rules); !heard.empty()) {
    Numbering<std::vector<std::uint32_t>> also_sets;
    Built speaking = build_voices(store, heard, also_sets, made.matcher_count, options);
    made.matcher_count += speaking.matchers.size();
    flat.add(speaking.root, std::move(speaking.matchers));
    parts.also_sets = std::move(also_sets.values());
  }
  made.form = GraphForm::graph;
  if (made.matcher_count > 0) made.form = at_root ? GraphForm::matcher : GraphForm::mixed;
  return std::move(flat).finish(plan.axes());
}

}  // namespace

Result<std::shared_ptr<const DecisionGraph>> compile(std::shared_ptr<const RuleTable> table,
                                                     const CompileOptions& options,
                                                     CompileSummary* summary) {
  auto completed = std::make_shared<RuleTable>(*table);
  ChoiceConditions choice = add_choice_conditions(*completed);
  AxisPlan plan(*completed, count_test_uses(*completed, choice), {options.claims, {}});
  DiagramStore store(plan.class_counts());
  ConditionDiagrams diagrams(completed->conditions, plan, store);
  RuleDiagrams rules(*completed, choice, diagrams, store);

  DecisionGraphParts parts;
  CompileSummary made;
  std::optional<FlatGraph> flat = build_all(rules, plan, options, parts, made);
  if (!flat) {
    // More nodes than targets can lead to: closed early, matchers hold the rest.
    CompileOptions closing = options;
    closing.nodes_max = closing.work_max = 10'000;
    parts = {};
    flat = build_all(rules, plan, closing, parts, made);
  }
  if (!flat) return make_diagnostic(Code::E0901, "the compiled policy is too large");
  parts.axes = std::move(flat->axes);
  parts.root = flat->roots.front();
  parts.also_roots.assign(flat->roots.begin() + 1, flat->roots.end());
  parts.table = std::move(completed);
  auto words = std::make_shared<std::vector<std::uint32_t>>(std::move(flat->words));
  parts.words = *words;
  parts.memory = std::move(words);
  parts.node_count = flat->node_count;
  made.rule_count = parts.table->rules.size();
  made.axis_count = parts.axes.size();
  made.node_count = parts.node_count;
  made.leaf_count = parts.leaves.size();
  made.byte_count = parts.words.size_bytes();
  std::shared_ptr<const DecisionGraph> graph = std::move(parts).assemble();
  if (options.validate) {
    Result<std::size_t> compared = validate(*graph);
    if (!compared) return std::move(compared).error();
    made.validated_count = *compared;
  }
  if (summary) *summary = made;
  return graph;
}

std::string CompileSummary::text() const {
  std::string text = fmt::format("{} rules: {} nodes, {} outcomes, {} bytes", rule_count,
                                 node_count, leaf_count, byte_count);
  if (form == GraphForm::mixed) {
    text += fmt::format(
        "; {} of the nodes are tables of rules, because a graph alone would be too "
        "large",
        matcher_count);
  }
  if (form == GraphForm::matcher) {
    text += "; one table of rules, because a graph would not thin them out";
  }
  return text;
}

}  // namespace sojourn
