#include "engine/proof/compile.h"

#include <algorithm>
#include <map>

#include "engine/proof/flatten.h"
#include "engine/proof/product.h"
#include "engine/proof/rule_diagrams.h"

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

DiagramRef deciding_diagram(DiagramStore& store, const std::vector<OutcomeRow>& outcomes,
                            std::vector<Leaf>& leaves) {
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
  return product(store, rows, [&](const std::vector<std::uint32_t>& held) {
    std::optional<std::uint32_t>& leaf = leaf_of[held.front()];
    if (!leaf) {
      leaf = static_cast<std::uint32_t>(leaves.size());
      leaves.push_back(possible[held.front()]);
    }
    return *leaf;
  });
}

DiagramRef voice_diagram(DiagramStore& store, const std::vector<Voice>& heard,
                         Numbering<std::vector<std::uint32_t>>& sets) {
  std::vector<ProductRow> rows;
  for (const Voice& voice : heard) rows.push_back({voice.where, voice.rule, false});
  return product(store, rows,
                 [&](const std::vector<std::uint32_t>& held) { return sets.number_of(held); });
}

// Keeps the axes that some node tests.
void keep_tested_axes(DecisionGraphParts& parts, Flattener& flat, const std::vector<Axis>& axes) {
  std::vector<bool> tested = flat.tested_axes();
  std::vector<AxisIndex> numbers(axes.size(), 0);
  for (AxisIndex i = 0; i < axes.size(); ++i) {
    if (!tested[i]) continue;
    numbers[i] = static_cast<AxisIndex>(parts.axes.size());
    parts.axes.push_back(axes[i]);
  }
  flat.renumber(numbers);
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
  Numbering<std::vector<std::uint32_t>> also_sets;
  Flattener flat(store);
  DiagramRef deciding = deciding_diagram(store, outcome_rows(rules), parts.leaves);
  parts.root = flat.add(deciding);
  if (std::vector<Voice> heard = voices(rules); !heard.empty()) {
    parts.also_roots.push_back(flat.add(voice_diagram(store, heard, also_sets)));
  }
  keep_tested_axes(parts, flat, plan.axes());
  parts.also_sets = std::move(also_sets.values());
  parts.table = std::move(completed);
  auto words = std::make_shared<std::vector<std::uint32_t>>(std::move(flat.words()));
  parts.words = *words;
  parts.memory = std::move(words);
  parts.node_count = flat.node_count();
  if (summary) {
    *summary = {parts.table->rules.size(), parts.axes.size(), parts.node_count, parts.leaves.size(),
                parts.words.size_bytes()};
  }
  return std::shared_ptr<const DecisionGraph>(std::move(parts).assemble());
}

}  // namespace sojourn
