#include "engine/proof/compile.h"

#include <fmt/format.h>

#include <map>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/axis_order.h"
#include "engine/proof/flatten.h"
#include "engine/proof/row_graph.h"
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

RowGraphLimits limits_for(std::size_t row_count, std::size_t closed_first,
                          const CompileOptions& options) {
  RowGraphLimits limits;
  limits.work_max = options.work_max > 0 ? options.work_max : 1'000'000 + 100 * row_count;
  limits.nodes_max = options.nodes_max > 0 ? options.nodes_max : 50'000 + 10 * row_count;
  limits.grow = options.grow_graph;
  limits.closed_first = closed_first;
  return limits;
}

RowGraph build_deciding(DiagramStore& store, const std::vector<OutcomeRow>& outcomes,
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
  return row_graph(store, rows, make_leaf, limits_for(rows.size(), 0, options));
}

RowGraph build_voices(DiagramStore& store, const std::vector<Voice>& heard,
                      Numbering<std::vector<std::uint32_t>>& sets, std::size_t closed_first,
                      const CompileOptions& options) {
  std::vector<ProductRow> rows;
  for (const Voice& voice : heard) rows.push_back({voice.where, voice.rule, false});
  auto make_set = [&](const std::vector<std::uint32_t>& held) { return sets.number_of(held); };
  return row_graph(store, rows, make_set, limits_for(rows.size(), closed_first, options));
}

// Everything that a graph walks: what decides, and what is said beside it.
std::optional<FlatGraph> build_all(RuleDiagrams& rules, const AxisPlan& plan,
                                   const CompileOptions& options, DecisionGraphParts& parts,
                                   CompileSummary& made) {
  DiagramStore& store = rules.store();
  Flattener flat(store);
  RowGraph deciding = build_deciding(store, outcome_rows(rules), parts.leaves, options);
  made.matcher_count = deciding.matchers.size();
  bool at_root = is_terminal(deciding.root) && !deciding.matchers.empty();
  flat.add(deciding.root, std::move(deciding.matchers));
  if (std::vector<Voice> heard = voices(rules); !heard.empty()) {
    Numbering<std::vector<std::uint32_t>> also_sets;
    RowGraph speaking = build_voices(store, heard, also_sets, made.matcher_count, options);
    made.matcher_count += speaking.matchers.size();
    flat.add(speaking.root, std::move(speaking.matchers));
    parts.also_sets = std::move(also_sets.values());
  }
  made.form = GraphForm::graph;
  if (made.matcher_count > 0) made.form = at_root ? GraphForm::matcher : GraphForm::mixed;
  return std::move(flat).finish(plan.axes());
}

// The longest way of a decision: axes that it asks for, and in a matcher the words of its vectors.
std::size_t longest_way(const DecisionGraph& graph) {
  std::size_t axes = graph.axes().size();
  if (!GraphTargets::is_leaf(graph.root()) && graph.targets().is_matcher(graph.root())) {
    ResidualMatcher matcher(graph.words(), graph.targets().matcher_offset(graph.root()));
    std::size_t words = std::size_t{matcher.chunk_count()} * ResidualMatcher::kChunkWords +
                        2 * std::size_t{matcher.summary_count()};
    return axes + matcher.axis_count() * words;
  }
  return axes;
}

class PassTimer {
 public:
  PassTimer(const CompileOptions& options, CompileSummary& made)
      : options_(options), made_(made), begin_(now()) {}

  // The pass that began when the one before ended is over.
  void end(std::string name, std::string result) {
    double end = now();
    made_.passes.push_back({std::move(name), end - begin_, std::move(result)});
    begin_ = end;
  }

 private:
  double now() const { return options_.clock_ms ? options_.clock_ms() : 0; }

  const CompileOptions& options_;
  CompileSummary& made_;
  double begin_;
};

}  // namespace

Result<std::shared_ptr<const DecisionGraph>> compile(std::shared_ptr<const RuleTable> table,
                                                     const CompileOptions& options,
                                                     CompileSummary* summary) {
  CompileSummary made;
  PassTimer timer(options, made);
  auto completed = std::make_shared<RuleTable>(*table);
  ChoiceConditions choice = add_choice_conditions(*completed);
  AxisOptions axis_options{options.claims, {}, false};
  if (options.sift_work_max > 0) {
    SiftedOrder sifted = sift_order(*completed, choice, options.claims, options.sift_work_max);
    timer.end("sifting", fmt::format("{} orders tried, {} nodes before, {} after",
                                     sifted.tried_count, sifted.nodes_before, sifted.nodes_after));
    axis_options.order = std::move(sifted.order);
  }
  AxisPlan plan(*completed, count_test_uses(*completed, choice), axis_options);
  DiagramStore store(plan.class_counts());
  ConditionDiagrams diagrams(completed->conditions, plan, store);
  RuleDiagrams rules(*completed, choice, diagrams, store);
  timer.end("axes", fmt::format("{} axes", plan.axes().size()));

  DecisionGraphParts parts;
  std::optional<FlatGraph> flat = build_all(rules, plan, options, parts, made);
  if (!flat) {
    // More nodes than targets can lead to: closed early, matchers hold the rest.
    CompileOptions closing = options;
    closing.nodes_max = closing.work_max = 10'000;
    parts = {};
    flat = build_all(rules, plan, closing, parts, made);
  }
  if (!flat) return make_diagnostic(Code::E0901, "the compiled policy is too large");
  timer.end("graph",
            fmt::format("{} nodes, {} of them tables", flat->node_count, made.matcher_count));
  parts.axes = std::move(flat->axes);
  parts.root = flat->roots.front();
  parts.also_roots.assign(flat->roots.begin() + 1, flat->roots.end());
  parts.table = std::move(completed);
  parts.own(flat->words);
  parts.node_count = flat->node_count;
  made.rule_count = parts.table->rules.size();
  made.axis_count = parts.axes.size();
  made.node_count = parts.node_count;
  made.leaf_count = parts.leaves.size();
  made.byte_count = parts.words.size_bytes();
  std::shared_ptr<const DecisionGraph> graph = std::move(parts).assemble();
  made.steps_max = longest_way(*graph);
  if (options.validate) {
    Result<Validated> compared = validate(*graph);
    if (!compared) return std::move(compared).error();
    made.validated_count = compared->situations;
    timer.end("validation",
              fmt::format("{} situations alike: {}", made.validated_count,
                          compared->everywhere
                              ? "all there are"
                              : fmt::format("on the corners of {} of {} rules, and at random",
                                            compared->rules_cornered, made.rule_count)));
  }
  if (summary) *summary = std::move(made);
  return graph;
}

std::string CompileSummary::text() const {
  auto counted = [](std::size_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
  };
  std::string text =
      fmt::format("{}: {}, {}, {}, at most {} per decision", counted(rule_count, "rule"),
                  counted(node_count, "node"), counted(leaf_count, "outcome"),
                  counted(byte_count, "byte"), counted(steps_max, "step"));
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

std::string CompileSummary::passes_text() const {
  std::string text;
  for (const CompilePass& pass : passes) {
    text += fmt::format("{:<12}{:>8.1f} ms  {}\n", pass.name, pass.ms, pass.result);
  }
  return text;
}

}  // namespace sojourn
