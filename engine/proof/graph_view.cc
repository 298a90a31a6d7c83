#include "engine/proof/graph_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/proof/rule_diagrams.h"
#include "engine/proof/situation_words.h"

namespace sojourn {
namespace {

// Outcomes named in one folded box.
constexpr std::size_t kOutcomesListedMax = 8;

using Target = std::uint32_t;

// The axes of a compiled graph in words: its policy's axes made once more, matched by feature.
class AxisWords {
 public:
  AxisWords(const DecisionGraph& graph, const std::vector<CountryClaim>& claims)
      : graph_(graph),
        table_(graph.table()),
        choice_(add_choice_conditions(table_)),
        plan_(table_, count_test_uses(table_, choice_), {claims, {}}),
        words_(table_, plan_) {}

  std::string subject(AxisIndex axis) const {
    std::optional<AxisIndex> own = own_axis(axis);
    if (own) return words_.subject(*own);
    return table_.features[graph_.axes()[axis].feature].identity;
  }

  std::string of(AxisIndex axis, const std::vector<bool>& classes) const {
    std::optional<AxisIndex> own = own_axis(axis);
    if (!own) return class_list(classes);
    ClassBox::Limit limit{*own, {}};
    for (std::size_t c = 0; c < classes.size(); ++c) {
      DiagramRun run{static_cast<ClassIndex>(c + 1), classes[c] ? kYes : kNo};
      if (!limit.runs.empty() && limit.runs.back().target == run.target) limit.runs.pop_back();
      limit.runs.push_back(run);
    }
    return words_.of(ClassBox{{limit}});
  }

 private:
  // Absent for a graph that was compiled with other geodata.
  std::optional<AxisIndex> own_axis(AxisIndex axis) const {
    const Axis& of = graph_.axes()[axis];
    for (AxisIndex i = 0; i < plan_.axes().size(); ++i) {
      const Axis& own = plan_.axes()[i];
      bool same = own.feature == of.feature && own.side == of.side &&
                  own.class_count == of.class_count && own.cuts == of.cuts;
      if (same) return i;
    }
    return std::nullopt;
  }

  static std::string class_list(const std::vector<bool>& classes) {
    std::vector<std::size_t> in;
    for (std::size_t c = 0; c < classes.size(); ++c) {
      if (classes[c]) in.push_back(c);
    }
    return fmt::format("class {}", fmt::join(in, ", "));
  }

  const DecisionGraph& graph_;
  RuleTable table_;
  ChoiceConditions choice_;
  AxisPlan plan_;
  SituationWords words_;
};

class Viewer {
 public:
  Viewer(const DecisionGraph& graph, const std::vector<CountryClaim>& claims,
         const GraphViewOptions& options)
      : graph_(graph), options_(options), words_(graph, claims) {}

  GraphView view() {
    const Settings& settings = graph_.table().settings;
    std::size_t rules = graph_.table().rules.size(), nodes = graph_.node_count();
    view_.caption = fmt::format("{}{}{}: {} rule{}, {} node{}",
                                settings.name.empty() ? "unnamed policy" : settings.name,
                                settings.version.empty() ? "" : " ", settings.version, rules,
                                rules == 1 ? "" : "s", nodes, nodes == 1 ? "" : "s");
    bool whole = graph_.node_count() <= options_.whole_nodes_max;
    if (whole || !is_node(graph_.root())) {
      show_whole();
    } else {
      show_folded();
    }
    if (options_.device) mark_way();
    return std::move(view_);
  }

 private:
  bool is_node(Target target) const {
    return !GraphTargets::is_leaf(target) && !graph_.targets().is_matcher(target);
  }
  AxisIndex axis_of(Target target) const { return graph_.targets().axis(target); }
  ClassIndex class_count(AxisIndex axis) const { return graph_.axes()[axis].class_count; }

  std::string outcome(Target target) const {
    if (graph_.targets().is_matcher(target) && !GraphTargets::is_leaf(target)) {
      ResidualMatcher matcher(graph_.words(), graph_.targets().matcher_offset(target));
      return fmt::format("a table of {} rules over {} features", matcher.row_count(),
                         matcher.axis_count());
    }
    const RuleTable& table = graph_.table();
    const Leaf& leaf = graph_.leaf(target & ~GraphTargets::kLeafBit);
    std::string words = leaf.kind == Action::Kind::profile
                            ? "profile = " + table.profiles[leaf.profile].name
                            : "keep";
    if (leaf.quarantined) words += ", waiting";
    if (leaf.rule >= 0) {
      words += " by " + table.rules[static_cast<std::size_t>(leaf.rule)].label();
    } else if (leaf.ban >= 0) {
      words += " by ban " + table.bans[static_cast<std::size_t>(leaf.ban)].label();
    } else {
      words += " by otherwise";
    }
    return words;
  }

  // Ways out of a node, classes of one target taken together, in the order of classes.
  template <class Key, class KeyOf>  // Key(ClassIndex)
  std::vector<std::pair<Key, std::vector<bool>>> grouped(AxisIndex axis,
                                                         const KeyOf& key_of) const {
    std::vector<std::pair<Key, std::vector<bool>>> groups;
    for (ClassIndex c = 0; c < class_count(axis); ++c) {
      Key key = key_of(c);
      auto at = std::find_if(groups.begin(), groups.end(),
                             [&](const auto& group) { return group.first == key; });
      if (at == groups.end()) {
        groups.push_back({key, std::vector<bool>(class_count(axis), false)});
        at = groups.end() - 1;
      }
      at->second[c] = true;
    }
    return groups;
  }

  // --- whole
  // ---------------------------------------------------------------------------------------------

  void show_whole() {
    // In the order in which a reader comes by: each box before those it leads to.
    std::vector<Target> order = by_axis();
    for (Target target : order) box_of_target_[target] = view_.boxes.size(), add_box(target);
    for (Target target : order) {
      if (!is_node(target)) continue;
      GraphView::Box& box = view_.boxes[box_of_target_[target]];
      AxisIndex axis = axis_of(target);
      auto groups = grouped<Target>(axis, [&](ClassIndex c) { return graph_.next(target, c); });
      for (const auto& [to, classes] : groups) {
        box.ways.push_back({words_.of(axis, classes), box_of_target_[to], false});
      }
    }
  }

  void add_box(Target target) {
    GraphView::Box box;
    box.title = is_node(target) ? words_.subject(axis_of(target)) : outcome(target);
    view_.boxes.push_back(std::move(box));
  }

  // All targets that can be come by; nodes by their axis, then what ends.
  std::vector<Target> by_axis() const {
    std::vector<Target> order, open = {graph_.root()};
    std::set<Target> seen = {graph_.root()};
    while (!open.empty()) {
      Target at = open.back();
      open.pop_back();
      order.push_back(at);
      if (!is_node(at)) continue;
      for (ClassIndex c = class_count(axis_of(at)); c-- > 0;) {
        Target to = graph_.next(at, c);
        if (seen.insert(to).second) open.push_back(to);
      }
    }
    std::stable_sort(order.begin(), order.end(), [&](Target a, Target b) {
      auto place = [&](Target t) {
        return is_node(t) ? std::size_t{axis_of(t)} : graph_.axes().size();
      };
      return place(a) < place(b);
    });
    return order;
  }

  // --- folded
  // --------------------------------------------------------------------------------------------

  AxisIndex fold_axis() const {
    for (AxisIndex axis = 0; axis < graph_.axes().size(); ++axis) {
      FeatureKind kind = graph_.table().features[graph_.axes()[axis].feature].kind;
      if (kind == FeatureKind::country) return axis;
    }
    return axis_of(graph_.root());
  }

  // Equal numbers: the same function, once the fold axis has its class.
  std::size_t number(Target at, AxisIndex fold, ClassIndex value,
                     std::map<Target, std::size_t>& known) {
    while (is_node(at) && axis_of(at) == fold) at = graph_.next(at, value);
    if (auto found = known.find(at); found != known.end()) return found->second;
    std::vector<std::size_t> key = {is_node(at) ? axis_of(at) : graph_.axes().size(), at};
    if (is_node(at)) {
      key.pop_back();
      for (ClassIndex c = 0; c < class_count(axis_of(at)); ++c) {
        key.push_back(number(graph_.next(at, c), fold, value, known));
      }
      bool one =
          std::all_of(key.begin() + 1, key.end(), [&](std::size_t k) { return k == key[1]; });
      if (one) return known[at] = key[1];
    }
    auto [row, fresh] = numbers_.emplace(std::move(key), numbers_.size());
    return known[at] = row->second;
  }

  // What can be decided, and through how many nodes.
  std::vector<std::string> contents(AxisIndex fold, ClassIndex value) const {
    std::set<Target> seen;
    std::vector<Target> open = {graph_.root()};
    std::set<std::string> outcomes;
    std::size_t nodes = 0;
    while (!open.empty()) {
      Target at = open.back();
      open.pop_back();
      if (!seen.insert(at).second) continue;
      if (!is_node(at)) {
        outcomes.insert(outcome(at));
        continue;
      }
      if (axis_of(at) == fold) {
        open.push_back(graph_.next(at, value));
        continue;
      }
      ++nodes;
      for (ClassIndex c = 0; c < class_count(axis_of(at)); ++c) open.push_back(graph_.next(at, c));
    }
    std::vector<std::string> lines;
    for (const std::string& one : outcomes) {
      if (lines.size() == kOutcomesListedMax) {
        lines.push_back(fmt::format("and {} more outcomes", outcomes.size() - lines.size()));
        break;
      }
      lines.push_back(one);
    }
    if (nodes > 0) lines.push_back(fmt::format("({} nodes)", nodes));
    return lines;
  }

  void show_folded() {
    AxisIndex fold = fold_axis();
    folded_ = fold;
    view_.caption += fmt::format("; folded by {}", words_.subject(fold));
    view_.boxes.push_back({words_.subject(fold), {}, {}, false});
    auto groups = grouped<std::size_t>(fold, [&](ClassIndex c) {
      std::map<Target, std::size_t> known;
      return number(graph_.root(), fold, c, known);
    });
    for (const auto& [same, classes] : groups) {
      auto first = static_cast<ClassIndex>(std::find(classes.begin(), classes.end(), true) -
                                           classes.begin());
      view_.boxes[0].ways.push_back({words_.of(fold, classes), view_.boxes.size(), false});
      fold_classes_.push_back(classes);
      std::vector<std::string> lines = contents(fold, first);
      GraphView::Box box;
      box.title = lines.size() == 1 ? lines[0] : "can be decided here:";
      if (lines.size() > 1) box.lines = std::move(lines);
      view_.boxes.push_back(std::move(box));
    }
  }

  // --- the device's way
  // ------------------------------------------------------------------------------------

  void mark_way() {
    if (folded_) {
      ClassIndex value = options_.device(*folded_);
      for (std::size_t i = 0; i < fold_classes_.size(); ++i) {
        if (fold_classes_[i][value]) mark(0, i);
      }
      std::string decided = outcome(end_of_way());
      view_.caption += "; this device: " + decided;
      return;
    }
    Target at = graph_.root();
    while (is_node(at)) {
      Target to = graph_.next(at, options_.device(axis_of(at)));
      std::size_t from = box_of_target_[at], into = box_of_target_[to];
      std::vector<GraphView::Way>& ways = view_.boxes[from].ways;
      for (std::size_t i = 0; i < ways.size(); ++i) {
        if (ways[i].to == into) mark(from, i);
      }
      at = to;
    }
    view_.boxes[box_of_target_[at]].taken = true;
  }

  void mark(std::size_t box, std::size_t way) {
    view_.boxes[box].taken = true;
    view_.boxes[box].ways[way].taken = true;
    view_.boxes[view_.boxes[box].ways[way].to].taken = true;
  }

  Target end_of_way() const {
    LeafIndex leaf = graph_.evaluate([&](AxisIndex axis) { return options_.device(axis); });
    return GraphTargets::kLeafBit | leaf;
  }

  const DecisionGraph& graph_;
  const GraphViewOptions& options_;
  AxisWords words_;
  GraphView view_;
  std::map<Target, std::size_t> box_of_target_;
  std::map<std::vector<std::size_t>, std::size_t> numbers_;
  std::optional<AxisIndex> folded_;
  std::vector<std::vector<bool>> fold_classes_;  // by way out of the root
};

}  // namespace

GraphView view_graph(const DecisionGraph& graph, const std::vector<CountryClaim>& claims,
                     const GraphViewOptions& options) {
  return Viewer(graph, claims, options).view();
}

std::string text_of(const GraphView& view) {
  std::string out = view.caption + "\n";
  auto is_leaf = [&](std::size_t i) {
    return view.boxes[i].ways.empty() && view.boxes[i].lines.empty();
  };
  for (std::size_t i = 0; i < view.boxes.size(); ++i) {
    const GraphView::Box& box = view.boxes[i];
    if (is_leaf(i) && i > 0) continue;  // told where it is led to
    out += fmt::format("\n{} {}. {}\n", box.taken ? '*' : ' ', i + 1, box.title);
    for (const std::string& line : box.lines) out += fmt::format("       {}\n", line);
    for (const GraphView::Way& way : box.ways) {
      std::string to = is_leaf(way.to) ? view.boxes[way.to].title : fmt::format("{}.", way.to + 1);
      out += fmt::format("  {}  {}  ->  {}\n", way.taken ? '*' : ' ', way.words, to);
    }
  }
  return out;
}

}  // namespace sojourn
