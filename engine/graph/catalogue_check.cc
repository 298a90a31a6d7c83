#include "engine/graph/catalogue_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn {
namespace {

Diagnostic contradiction(std::string_view what) {
  return make_diagnostic(Code::E0004, fmt::format("the graph file contradicts itself: {}", what),
                         "build it again from its rule files with `sojourn build`");
}

// A condition as written nests kNestingDepthMax deep; lowering adds a few levels to each.
constexpr std::uint32_t kConditionDepthMax = 4u * limits::kNestingDepthMax;
// `for` may stand inside `within`, and the network of a count is the day's: no deeper.
constexpr std::uint32_t kInnerDepthMax = 8;

bool is_day(std::int64_t number) {
  return number > std::numeric_limits<std::int32_t>::min() &&
         number < std::numeric_limits<std::int32_t>::max();
}

bool test_fits(const Test& test, const Feature& feature) {
  ValueDomain domain = domain_of(feature.kind);
  bool names_countries = feature.kind == FeatureKind::country ||
                         feature.kind == FeatureKind::network ||
                         feature.kind == FeatureKind::attribute_country;
  switch (test.kind) {
    case Test::Kind::holds:
      return domain == ValueDomain::flag;
    case Test::Kind::at_least:
      if (feature.kind == FeatureKind::date && !is_day(test.threshold)) return false;
      return domain == ValueDomain::number || domain == ValueDomain::count;
    case Test::Kind::one_of:
      return domain == ValueDomain::symbol;
    case Test::Kind::in_countries:
      return names_countries;
    case Test::Kind::known:
      return domain != ValueDomain::count;
  }
  return false;
}

bool subject_fits(const RuleTable& table, const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::area:
      return feature.subject < table.areas.size();
    case FeatureKind::installed:
    case FeatureKind::quarantined:
      return feature.subject < table.profiles.size();
    case FeatureKind::attribute_choice:
    case FeatureKind::attribute_country:
    case FeatureKind::attribute_flag:
    case FeatureKind::attribute_has:
    case FeatureKind::attribute_number:
    case FeatureKind::fleet_count:
      return feature.subject < table.attributes.size();
    case FeatureKind::released:
      return feature.subject < table.rules.size();
    default:
      return true;
  }
}

bool conditions_fit(const RuleTable& table) {
  const ConditionTable& conditions = table.conditions;
  std::vector<std::uint32_t> depth(conditions.size(), 1);
  for (ConditionIndex i = 0; i < conditions.size(); ++i) {
    const ConditionNode& node = conditions.node(i);
    if (node.op == ConditionOp::test) {
      const Test& test = conditions.test_of(node);
      if (!test_fits(test, table.features[test.feature])) return false;
      continue;
    }
    for (std::uint32_t c = 0; c < node.count; ++c) {
      depth[i] = std::max(depth[i], depth[conditions.child(node, c)] + 1);
    }
    if (depth[i] > kConditionDepthMax) return false;
  }
  return true;
}

// A count's inner condition tests features that may count in turn, but never itself.
bool inner_conditions_end(const RuleTable& table) {
  std::vector<std::uint32_t> depth(table.features.size(), 0);
  std::vector<std::vector<FeatureIndex>> tested(table.features.size());
  for (FeatureIndex i = 0; i < table.features.size(); ++i) {
    if (!is_temporal(table.features[i].kind)) continue;
    depth[i] = 1;
    tested[i] = table.conditions.features_of(table.features[i].inner);
  }
  bool changed = true;
  for (std::uint32_t round = 0; changed; ++round) {
    if (round > kInnerDepthMax) return false;
    changed = false;
    for (FeatureIndex i = 0; i < table.features.size(); ++i) {
      for (FeatureIndex inner : tested[i]) {
        if (depth[inner] + 1 <= depth[i]) continue;
        depth[i] = depth[inner] + 1;
        changed = true;
      }
    }
  }
  return true;
}

bool action_fits(const RuleTable& table, const Action& action) {
  auto exists = [&](ProfileIndex profile) { return profile < table.profiles.size(); };
  for (const Alternative& alternative : action.alternatives) {
    if (!exists(alternative.profile)) return false;
  }
  return std::all_of(action.preload.begin(), action.preload.end(), exists) &&
         std::all_of(action.remove.begin(), action.remove.end(), exists) &&
         (!action.fallback || exists(*action.fallback)) &&
         action.requires_condition < table.conditions.size();
}

bool axis_fits(const RuleTable& table, const Axis& axis) {
  bool counted = domain_of(table.features[axis.feature].kind) == ValueDomain::count;
  bool number = domain_of(table.features[axis.feature].kind) == ValueDomain::number;
  std::size_t bands = axis.cuts.size() + 1;
  if ((axis.side != AxisSide::value) != counted) return false;
  if (counted && axis.class_count != bands) return false;
  if (number && axis.class_count <= axis.cuts.size()) return false;
  if (!std::is_sorted(axis.cuts.begin(), axis.cuts.end())) return false;
  bool days = table.features[axis.feature].kind == FeatureKind::date;
  if (days && !std::all_of(axis.cuts.begin(), axis.cuts.end(), is_day)) return false;
  if (axis.default_class >= axis.class_count || axis.unknown_class >= axis.class_count) {
    return false;
  }
  return std::all_of(axis.symbol_classes.begin(), axis.symbol_classes.end(),
                     [&](const auto& row) { return row.second < axis.class_count; });
}

}  // namespace

// A claim is seen as one of those that make it, and in one way.
bool views_fit(const std::vector<DisputedView>& views) {
  for (std::size_t i = 0; i < views.size(); ++i) {
    std::size_t members = views[i].claimants.size();
    if (members < 2 || members > kClaimantsMax) return false;
    if (!views[i].claimants.contains(views[i].as)) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (views[j].claimants == views[i].claimants) return false;
    }
  }
  return true;
}

Status check_table(const RuleTable& table) {
  if (!views_fit(table.settings.views)) {
    return contradiction("a view of a disputed place is none of its claims");
  }
  if (table.rules.size() > limits::kRulesMax || table.profiles.size() > limits::kProfilesMax ||
      table.attributes.size() > limits::kAttributesMax || table.areas.size() > limits::kAreasMax ||
      table.features.size() > limits::kFeaturesMax) {
    return contradiction("more than the limits allow");
  }
  auto condition_exists = [&](ConditionIndex c) { return c < table.conditions.size(); };
  for (const Feature& feature : table.features) {
    if (!subject_fits(table, feature)) return contradiction("a feature about nothing");
    if (!condition_exists(feature.inner)) return contradiction("a count of nothing");
    if (feature.ahead_days < -limits::kNoticeDaysMax ||
        feature.ahead_days > limits::kNoticeDaysMax) {
      return contradiction("a notice beyond its limit");
    }
    if (feature.candidate && *feature.candidate > table.profiles.size()) {
      return contradiction("a candidate that is no profile");
    }
    // Of several networks none stands for the others.
    if (feature.candidate && feature.kind == FeatureKind::network) {
      return contradiction("the network of a candidate");
    }
  }
  if (!conditions_fit(table)) return contradiction("a test that does not fit its feature");
  if (!inner_conditions_end(table)) return contradiction("a condition about itself");
  for (const Rule& rule : table.rules) {
    if (!condition_exists(rule.condition) || !condition_exists(rule.affected) ||
        !action_fits(table, rule.action)) {
      return contradiction("a rule about nothing");
    }
    for (std::uint32_t overridden : rule.overrides) {
      if (overridden >= table.rules.size()) return contradiction("a rule overrides nothing");
    }
  }
  for (const Ban& ban : table.bans) {
    bool whole = ban.bites.size() == table.profiles.size() + 1 &&
                 ban.violated.size() == table.profiles.size() + 1;
    if (!whole || !std::all_of(ban.bites.begin(), ban.bites.end(), condition_exists) ||
        !std::all_of(ban.violated.begin(), ban.violated.end(), condition_exists) ||
        (ban.remedy && !action_fits(table, *ban.remedy))) {
      return contradiction("a ban about nothing");
    }
  }
  for (const Guard& guard : table.guards) {
    auto is_rule = [&](std::uint32_t rule) { return rule < table.rules.size(); };
    if (!condition_exists(guard.reached) ||
        !std::all_of(guard.except_rules.begin(), guard.except_rules.end(), is_rule)) {
      return contradiction("a guard about nothing");
    }
  }
  for (const Assertion& assertion : table.assertions) {
    if (!condition_exists(assertion.condition) || !action_fits(table, assertion.outcome)) {
      return contradiction("an assertion about nothing");
    }
  }
  if (!action_fits(table, table.otherwise)) return contradiction("`otherwise` names nothing");
  return {};
}

Status check_parts(const RuleTable& table, const DecisionGraphParts& parts) {
  for (const Axis& axis : parts.axes) {
    if (!axis_fits(table, axis)) return contradiction("an axis with wrong classes");
  }
  for (const Leaf& leaf : parts.leaves) {
    bool profile = leaf.kind == Action::Kind::profile;
    if (leaf.kind == Action::Kind::none || (profile && leaf.profile >= table.profiles.size()) ||
        leaf.rule < -1 || leaf.rule >= static_cast<std::int64_t>(table.rules.size()) ||
        leaf.ban < -1 || leaf.ban >= static_cast<std::int64_t>(table.bans.size())) {
      return contradiction("an outcome of nothing");
    }
  }
  for (const std::vector<std::uint32_t>& set : parts.also_sets) {
    for (std::uint32_t rule : set) {
      if (rule >= table.rules.size()) return contradiction("an alert of no rule");
    }
  }
  return {};
}

namespace {

// Reads the words as what they are, one node after the other.
class WordChecker {
 public:
  explicit WordChecker(const DecisionGraphParts& parts)
      : parts_(parts),
        targets_(parts.axes.size()),
        words_(parts.words),
        axis_at_(words_.size(), kNothing) {}

  // Marks where nodes begin; false when the last one does not end at the end, or one is malformed.
  bool mark_nodes() {
    std::size_t at = 0;
    std::size_t count = 0;
    while (at < words_.size()) {
      if (words_[at] == DecisionGraph::kPadding) {
        ++at;
        continue;
      }
      ++count;
      bool matcher = words_[at] == ResidualMatcher::kHead;
      std::uint32_t axis = matcher ? kMatcher : words_[at] & ~DecisionGraph::kRunsBit;
      if (!matcher && axis >= parts_.axes.size()) return false;
      axis_at_[at] = axis;
      std::size_t size = matcher ? matcher_size(at) : node_size(at, parts_.axes[axis].class_count);
      if (size == 0 || size > words_.size() - at) return false;
      at += size;
    }
    return count == parts_.node_count;
  }

  // Every way from the root ends: at a leaf, or at a matcher whose rows end at leaves.
  bool targets_lead_on(std::size_t leaf_count, std::uint32_t root) const {
    Ways ways{leaf_count, true, {}, std::vector<bool>(words_.size(), false)};
    if (!leads_to(root, ways, -1)) return false;
    open(root, ways);
    std::vector<std::uint32_t> matchers;
    if (!walk(ways, &matchers)) return false;
    Ways guards{2, false, {}, std::vector<bool>(words_.size(), false)};
    return std::all_of(matchers.begin(), matchers.end(), [&](std::uint32_t at) {
      return rows_lead_on(ResidualMatcher(words_, at), leaf_count, guards);
    });
  }

 private:
  static constexpr std::uint32_t kNothing = 0xFFFF'FFFFu;
  static constexpr std::uint32_t kMatcher = 0xFFFF'FFFEu;  // later than every axis

  struct Ways {
    std::size_t leaf_count;
    bool matchers_allowed;
    std::vector<std::uint32_t> open;
    std::vector<bool> seen;
  };

  bool rows_lead_on(const ResidualMatcher& matcher, std::size_t leaf_count, Ways& guards) const {
    if (matcher.default_value() >= leaf_count) return false;
    for (std::uint32_t row = 0; row < matcher.row_count(); ++row) {
      std::uint32_t to = matcher.target(row);
      bool on = GraphTargets::is_leaf(to) ? (to & ~DecisionGraph::kLeafBit) < leaf_count
                                          : to > row && to <= matcher.row_count();
      if (!on) return false;
      if (matcher.guards() == 0) continue;
      if (!leads_to(matcher.guard(row), guards, -1)) return false;
      open(matcher.guard(row), guards);
    }
    return walk(guards, nullptr);
  }

  bool walk(Ways& ways, std::vector<std::uint32_t>* matchers) const {
    while (!ways.open.empty()) {
      std::uint32_t at = ways.open.back();
      ways.open.pop_back();
      if (ways.seen[at]) continue;
      ways.seen[at] = true;
      if (axis_at_[at] == kMatcher) {
        matchers->push_back(at);
        continue;
      }
      for (std::uint32_t target : targets_of(at)) {
        if (!leads_to(target, ways, axis_at_[at])) return false;
        open(target, ways);
      }
    }
    return true;
  }

  // Requires: it leads on.
  void open(std::uint32_t target, Ways& ways) const {
    if (!GraphTargets::is_leaf(target)) ways.open.push_back(offset_of(target));
  }
  std::uint32_t offset_of(std::uint32_t target) const {
    return targets_.is_matcher(target) ? targets_.matcher_offset(target) : targets_.offset(target);
  }

  std::size_t node_size(std::size_t at, ClassIndex class_count) const {
    if ((words_[at] & DecisionGraph::kRunsBit) == 0) return 1 + std::size_t{class_count};
    if (at + 1 >= words_.size()) return 0;
    std::size_t runs = words_[at + 1];
    if (runs == 0 || runs > class_count || 1 + 2 * runs > words_.size() - at) return 0;
    std::uint32_t before = 0;
    for (std::size_t i = 0; i + 1 < runs; ++i) {
      std::uint32_t begin = words_[at + 2 + i];
      if (begin <= before || begin >= class_count) return 0;
      before = begin;
    }
    return 1 + 2 * runs;
  }

  // 0 when any of its parts lies outside it.
  std::size_t matcher_size(std::size_t at) const {
    std::size_t left = words_.size() - at;
    if (left < ResidualMatcher::kHeaderWords) return 0;
    ResidualMatcher matcher(words_, static_cast<std::uint32_t>(at));
    std::size_t size = matcher.word_count();
    std::size_t axes = matcher.axis_count(), rows = matcher.row_count();
    if (size > left || axes > ResidualMatcher::kAxesMax || rows == 0 || rows > size) return 0;
    if (ResidualMatcher::kHeaderWords + ResidualMatcher::kAxisWords * axes + rows > size) return 0;
    if (matcher.guards() != 0 && !lies_in(matcher.guards(), rows, 1, size)) return 0;
    std::size_t chunk_words = matcher.words_of_chunk();
    constexpr std::size_t kSmaller = ResidualMatcher::kChunkWords / ResidualMatcher::kSummaryWords;
    bool inside =
        chunk_words % ResidualMatcher::kChunkWords == 0 &&
        lies_in(matcher.summaries(), matcher.summary_count(), chunk_words / kSmaller, size) &&
        lies_in(matcher.chunks(), matcher.chunk_count(), chunk_words, size);
    if (!inside) return 0;
    for (std::uint32_t i = 0; i < axes; ++i) {
      if (matcher.axis(i) >= parts_.axes.size()) return 0;
      std::size_t classes = parts_.axes[matcher.axis(i)].class_count;
      std::size_t table = matcher.table(i), first = matcher.vectors(i);
      if (table != 0 && (table > size || classes > size - table)) return 0;
      if (first % ResidualMatcher::kChunkWords != 0 || first > chunk_words) return 0;
      std::size_t vectors = (chunk_words - first) / ResidualMatcher::kChunkWords;
      for (ClassIndex c = 0; c < classes; ++c) {
        std::size_t vector = matcher.vector_number(i, c);
        if (vector >= vectors) return 0;
        if (!no_bits_beyond(matcher, at, first + vector * ResidualMatcher::kChunkWords)) return 0;
      }
    }
    return size;
  }

  static bool lies_in(std::size_t first, std::size_t count, std::size_t each, std::size_t size) {
    return first <= size && count * each <= size - first;
  }

  // Bits beyond the last row or chunk would lead outside the targets. `place`: of a vector inside a
  // chunk.
  bool no_bits_beyond(const ResidualMatcher& matcher, std::size_t at, std::size_t place) const {
    constexpr std::size_t kSmaller = ResidualMatcher::kChunkWords / ResidualMatcher::kSummaryWords;
    std::size_t chunk_words = matcher.words_of_chunk();
    // The lowest `count` bits only, of the words from `begin` on.
    auto fits = [&](std::size_t begin, std::size_t words, std::size_t count) {
      for (std::size_t i = 0; i < words; ++i) {
        std::size_t left = count > i * 32 ? count - i * 32 : 0;
        if (left < 32 && (words_[begin + i] >> left) != 0) return false;
      }
      return true;
    };
    std::size_t last_summary = matcher.summary_count() - 1, last_chunk = matcher.chunk_count() - 1;
    return fits(at + matcher.summaries() + last_summary * (chunk_words / kSmaller) +
                    place / kSmaller,
                ResidualMatcher::kSummaryWords, matcher.chunk_count() - last_summary * 64) &&
           fits(at + matcher.chunks() + last_chunk * chunk_words + place,
                ResidualMatcher::kChunkWords,
                matcher.row_count() - last_chunk * ResidualMatcher::kChunkRows);
  }

  std::span<const std::uint32_t> targets_of(std::uint32_t at) const {
    if ((words_[at] & DecisionGraph::kRunsBit) == 0) {
      return words_.subspan(at + 1, parts_.axes[axis_at_[at]].class_count);
    }
    std::size_t runs = words_[at + 1];
    return words_.subspan(at + 1 + runs, runs);
  }

  bool leads_to(std::uint32_t target, const Ways& ways, std::int64_t after_axis) const {
    if ((target & DecisionGraph::kLeafBit) != 0) {
      return (target & ~DecisionGraph::kLeafBit) < ways.leaf_count;
    }
    std::uint32_t at = offset_of(target);
    if (at >= words_.size()) return false;
    if (targets_.is_matcher(target)) return ways.matchers_allowed && axis_at_[at] == kMatcher;
    // What the target says of the node is what the node is.
    bool runs = (words_[at] & DecisionGraph::kRunsBit) != 0;
    return axis_at_[at] == targets_.axis(target) && runs == GraphTargets::has_runs(target) &&
           std::int64_t{axis_at_[at]} > after_axis;
  }

  const DecisionGraphParts& parts_;
  GraphTargets targets_;
  std::span<const std::uint32_t> words_;
  std::vector<std::uint32_t> axis_at_;  // by offset: the axis of the node that begins there
};

}  // namespace

Status check_words(const DecisionGraphParts& parts) {
  WordChecker checker(parts);
  if (!checker.mark_nodes()) return contradiction("a node that is none");
  if (!checker.targets_lead_on(parts.leaves.size(), parts.root)) {
    return contradiction("a way that leads nowhere");
  }
  for (std::uint32_t root : parts.also_roots) {
    if (!checker.targets_lead_on(parts.also_sets.size(), root)) {
      return contradiction("a way that leads nowhere");
    }
  }
  return {};
}

}  // namespace sojourn
