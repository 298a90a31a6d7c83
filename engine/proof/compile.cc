#include "engine/proof/compile.h"

#include <fmt/format.h>

#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/axis_order.h"
#include "engine/proof/flatten.h"
#include "engine/proof/pass_forms.h"
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
  limits.grow = !options.without.has(Pass::grow);
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
  for (const OutcomeRow& row : outcomes) {
    std::uint32_t value = row.silences ? 0 : number_of(row.leaf);
    rows.push_back({row.where, value, !row.silences, group_of(row), row.silences});
  }
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
  std::set<std::uint32_t> silencing;
  for (const Voice& voice : heard) {
    bool silences = voice.kind == Voice::Kind::silences_rest;
    bool skips = voice.kind == Voice::Kind::silences_rule;
    rows.push_back({voice.where, voice.rule, silences, voice.rule + 1, skips});
    if (silences) silencing.insert(voice.rule);
  }
  auto make_set = [&](const std::vector<std::uint32_t>& held) {
    std::vector<std::uint32_t> said = held;
    if (!said.empty() && silencing.contains(said.back())) said.pop_back();
    return sets.number_of(said);
  };
  return row_graph(store, rows, make_set, limits_for(rows.size(), closed_first, options));
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

class Compilation {
 public:
  Compilation(const RuleTable& table, const CompileOptions& options)
      : options_(options), table_(std::make_shared<RuleTable>(table)), begin_(now()) {}

  Result<std::shared_ptr<const DecisionGraph>> run() {
    choice_ = add_choice_conditions(*table_);
    AxisPlan plan(*table_, count_test_uses(*table_, choice_), choose_order());
    DiagramStore store(plan.class_counts());
    ConditionDiagrams diagrams(table_->conditions, plan, store);
    RuleDiagrams rules(*table_, choice_, diagrams, store);
    std::vector<OutcomeRow> rows = outcome_rows(rules, kYes, Silencing::as_rows);
    end_pass("rows", fmt::format("{} rows over {} axes", rows.size(), plan.axes().size()));
    look({"rows", &rows, nullptr, nullptr});
    if (Status same = compare(form_of_rows(rows, plan, store), plan); !same) return same.error();

    auto flat = grow_and_flatten(rules, rows, plan, options_);
    if (!flat) return std::move(flat).error();
    if (!*flat) {
      // More nodes than targets can lead to: closed early, matchers hold the rest.
      CompileOptions closing = options_;
      closing.nodes_max = closing.work_max = 10'000;
      flat = grow_and_flatten(rules, rows, plan, closing);
      if (!flat) return std::move(flat).error();
    }
    if (!*flat) return make_diagnostic(Code::E0901, "the compiled policy is too large");
    return assemble(**std::move(flat));
  }

  CompileSummary& made() { return made_; }

 private:
  // --- the passes ---

  AxisOptions choose_order() {
    AxisOptions chosen{options_.claims, {}};
    if (options_.without.has(Pass::order)) {
      chosen.order.asked.resize(table_->features.size());
      std::iota(chosen.order.asked.begin(), chosen.order.asked.end(), FeatureIndex{0});
    }
    if (options_.sift_work_max == 0 || options_.without.has(Pass::sift)) return chosen;
    SiftedOrder sifted = sift_order(*table_, choice_, options_.claims, options_.sift_work_max);
    end_pass("sift", fmt::format("{} orders tried, {} nodes before, {} after", sifted.tried_count,
                                 sifted.nodes_before, sifted.nodes_after));
    chosen.order.asked = std::move(sifted.order);
    return chosen;
  }

  // Everything that a graph walks: what decides, and what is said beside it. Absent: too many
  // nodes.
  Result<std::optional<FlatGraph>> grow_and_flatten(RuleDiagrams& rules,
                                                    const std::vector<OutcomeRow>& rows,
                                                    const AxisPlan& plan,
                                                    const CompileOptions& options) {
    DiagramStore& store = rules.store();
    parts_ = {};
    RowGraph deciding = build_deciding(store, rows, parts_.leaves, options);
    made_.matcher_count = deciding.matchers.size();
    bool at_root = is_terminal(deciding.root) && !deciding.matchers.empty();
    std::optional<RowGraph> speaking;
    if (std::vector<Voice> heard = voices(rules); !heard.empty()) {
      Numbering<std::vector<std::uint32_t>> also_sets;
      speaking = build_voices(store, heard, also_sets, made_.matcher_count, options);
      made_.matcher_count += speaking->matchers.size();
      parts_.also_sets = std::move(also_sets.values());
    }
    made_.form = GraphForm::graph;
    if (made_.matcher_count > 0) made_.form = at_root ? GraphForm::matcher : GraphForm::mixed;
    end_pass("grow",
             fmt::format("{} outcomes, {} tables", parts_.leaves.size(), made_.matcher_count));
    look({"grow", nullptr, &deciding, nullptr});
    Status same = compare(form_of_graph(deciding, parts_.leaves, plan, store), plan);
    if (!same) return same.error();

    Flattener flat(store, {.runs = !options.without.has(Pass::runs),
                           .share = !options.without.has(Pass::share)});
    flat.add(deciding.root, std::move(deciding.matchers));
    if (speaking) flat.add(speaking->root, std::move(speaking->matchers));
    return std::move(flat).finish(plan.axes());
  }

  Result<std::shared_ptr<const DecisionGraph>> assemble(FlatGraph flat) {
    end_pass("flatten", fmt::format("{} nodes, {} bytes", flat.node_count,
                                    flat.words.size() * sizeof(std::uint32_t)));
    look({"flatten", nullptr, nullptr, &flat.words});
    parts_.axes = std::move(flat.axes);
    parts_.root = flat.roots.front();
    parts_.also_roots.assign(flat.roots.begin() + 1, flat.roots.end());
    parts_.table = table_;
    parts_.own(flat.words);
    parts_.node_count = flat.node_count;
    made_.grow_left_out = options_.without.has(Pass::grow);
    made_.rule_count = table_->rules.size();
    made_.axis_count = parts_.axes.size();
    made_.node_count = parts_.node_count;
    made_.leaf_count = parts_.leaves.size();
    made_.byte_count = parts_.words.size_bytes();
    std::shared_ptr<const DecisionGraph> graph = std::move(parts_).assemble();
    made_.steps_max = longest_way(*graph);
    if (!options_.validate && !options_.validate_passes) return graph;
    Result<Validated> compared = validate(*graph);
    if (!compared) return std::move(compared).error();
    made_.validated_count = compared->situations;
    if (options_.validate_passes) made_.passes.back().validated_count = compared->situations;
    end_pass("validate",
             fmt::format("{} situations alike: {}", made_.validated_count,
                         compared->everywhere
                             ? "all there are"
                             : fmt::format("on the corners of {} of {} rules, and at random",
                                           compared->rules_cornered, made_.rule_count)));
    return graph;
  }

  // --- around them ---

  double now() const { return options_.clock_ms ? options_.clock_ms() : 0; }

  // The pass that began when the one before ended is over.
  void end_pass(std::string name, std::string result) {
    made_.passes.push_back({std::move(name), now() - begin_, std::move(result), 0});
    begin_ = now();
  }

  void look(PassProduct product) const {
    if (options_.after_pass) options_.after_pass(product);
  }

  // What the last pass made against the rules, where that is asked for.
  Status compare(const PolicyForm& form, const AxisPlan& plan) {
    if (!options_.validate_passes) return {};
    Result<Validated> compared = validate(form, *table_, plan.axes());
    if (!compared) return std::move(compared).error();
    made_.passes.back().validated_count = compared->situations;
    begin_ = now();
    return {};
  }

  const CompileOptions& options_;
  std::shared_ptr<RuleTable> table_;
  ChoiceConditions choice_;
  DecisionGraphParts parts_;
  CompileSummary made_;
  double begin_;
};

}  // namespace

Result<std::shared_ptr<const DecisionGraph>> compile(std::shared_ptr<const RuleTable> table,
                                                     const CompileOptions& options,
                                                     CompileSummary* summary) {
  Compilation compilation(*table, options);
  Result<std::shared_ptr<const DecisionGraph>> graph = compilation.run();
  if (graph && summary) *summary = std::move(compilation.made());
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
    text += grow_left_out ? "; one table of rules, because `grow` was left out"
                          : "; one table of rules, because a graph would be too large";
  }
  return text;
}

std::string CompileSummary::passes_text() const {
  std::string text;
  for (const CompilePass& pass : passes) {
    text += fmt::format("{:<12}{:>8.1f} ms  {}", pass.name, pass.ms, pass.result);
    if (pass.validated_count > 0) {
      text += fmt::format("; as the rules in {} situations", pass.validated_count);
    }
    text += "\n";
  }
  return text;
}

}  // namespace sojourn
