#include "engine/proof/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/witness_text.h"

namespace sojourn {
namespace {

using Readings = std::vector<Reading>;

// The rules judged one after the other.
class Judgement {
 public:
  explicit Judgement(const RuleTable& table) : table_(table), order_(precedence(table)) {
    overriders_.resize(table.rules.size());
    for (std::uint32_t i = 0; i < table.rules.size(); ++i) {
      for (std::uint32_t below : table.rules[i].overrides) overriders_[below].push_back(i);
    }
    for (FeatureIndex f = 0; f < table.features.size(); ++f) {
      const Feature& feature = table.features[f];
      if (feature.candidate) continue;
      if (feature.kind == FeatureKind::profile) profile_ = f;
      if (feature.kind == FeatureKind::installed) installed_[feature.subject] = f;
      if (feature.kind == FeatureKind::quarantined) quarantined_[feature.subject] = f;
    }
  }

  Leaf decide(const Readings& readings) {
    readings_ = &readings;
    broken_.reset();
    for (std::size_t b = 0; b < table_.bans.size() && !broken_; ++b) {
      if (is_broken(table_.bans[b])) broken_ = b;
    }
    Leaf leaf;
    for (std::uint32_t r : order_) {
      const Rule& rule = table_.rules[r];
      if (rule.action.kind == Action::Kind::none || !holds(rule.condition)) continue;
      if (silenced(r)) continue;
      if (take(rule.action, static_cast<std::int32_t>(r), -1, leaf)) return leaf;
    }
    if (take(table_.otherwise, -1, -1, leaf)) return leaf;
    for (std::size_t b = 0; b < table_.bans.size(); ++b) {
      const Ban& ban = table_.bans[b];
      bool remedied =
          ban.remedy && is_broken(ban) && take(*ban.remedy, -1, static_cast<std::int32_t>(b), leaf);
      if (remedied) return leaf;
    }
    if (broken_) {
      return {Action::Kind::keep, 0, -1, static_cast<std::int32_t>(*broken_), false};
    }
    return {};
  }

 private:
  Truth truth(ConditionIndex condition) const {
    return table_.conditions.judge(condition, [&](const Test& test) {
      return judge(test, table_.features[test.feature], (*readings_)[test.feature]);
    });
  }
  bool holds(ConditionIndex condition) const { return truth(condition) == Truth::yes; }
  // The value of the feature that is asked for; unknown where the policy has no such feature.
  Reading of(const std::map<ProfileIndex, FeatureIndex>& features, ProfileIndex profile) const {
    auto found = features.find(profile);
    return found == features.end() ? Reading::unknown() : (*readings_)[found->second];
  }

  bool bites(const Ban& ban, std::size_t candidate) const {
    Truth bitten = truth(ban.bites[candidate]);
    return bitten == Truth::yes || (ban.in_doubt_counts && bitten == Truth::unknown);
  }
  bool is_broken(const Ban& ban) const {
    Reading enabled = profile_ ? (*readings_)[*profile_] : Reading::unknown();
    if (!enabled.known) return false;
    bool declared = enabled.lower >= 0;
    return bites(ban, declared ? static_cast<std::size_t>(enabled.lower) : table_.profiles.size());
  }

  // A rule of alerts and tasks alone that overrides this one holds.
  bool silenced(std::uint32_t rule) const {
    std::vector<std::uint32_t> open = overriders_[rule];
    std::vector<std::uint32_t> met;
    while (!open.empty()) {
      std::uint32_t at = open.back();
      open.pop_back();
      if (std::find(met.begin(), met.end(), at) != met.end()) continue;
      met.push_back(at);
      const Rule& over = table_.rules[at];
      if (over.action.kind == Action::Kind::none && holds(over.condition)) return true;
      open.insert(open.end(), overriders_[at].begin(), overriders_[at].end());
    }
    return false;
  }

  bool take(const Action& action, std::int32_t rule, std::int32_t ban, Leaf& leaf) const {
    if (action.kind != Action::Kind::profile) {
      leaf = {Action::Kind::keep, 0, rule, ban, false};
      return action.kind == Action::Kind::keep && !broken_;
    }
    const Alternative* waiting = nullptr;
    for (const Alternative& a : action.alternatives) {
      Reading installed = of(installed_, a.profile);
      bool had = installed.known && installed.lower != 0;
      bool can_load = !a.if_installed && !table_.profiles[a.profile].download.empty();
      bool lawful = std::none_of(table_.bans.begin(), table_.bans.end(),
                                 [&](const Ban& b) { return bites(b, a.profile); });
      if (!lawful || (!had && !can_load)) continue;
      Reading quarantined = of(quarantined_, a.profile);
      if (quarantined.known && quarantined.lower == 0) {
        leaf = {Action::Kind::profile, a.profile, rule, ban, false};
        return true;
      }
      if (!waiting) waiting = &a;
    }
    if (waiting) leaf = {Action::Kind::profile, waiting->profile, rule, ban, true};
    return waiting != nullptr;
  }

  const RuleTable& table_;
  std::vector<std::uint32_t> order_;
  std::vector<std::vector<std::uint32_t>> overriders_;
  std::optional<FeatureIndex> profile_;
  std::map<ProfileIndex, FeatureIndex> installed_, quarantined_;
  const Readings* readings_ = nullptr;
  std::optional<std::size_t> broken_;  // the first ban that what is enabled violates
};

// Readings that stand for the classes of each feature, neighbours beside each other.
std::vector<std::vector<Reading>> representatives(const DecisionGraph& graph) {
  std::vector<std::vector<Reading>> all(graph.table().features.size());
  for (const Axis& axis : graph.axes()) {
    std::vector<Reading>& of = all[axis.feature];
    ValueDomain domain = domain_of(graph.table().features[axis.feature].kind);
    std::vector<std::int64_t> values;
    for (std::int64_t cut : axis.cuts) values.insert(values.end(), {cut - 1, cut});
    if (domain == ValueDomain::count) {
      if (axis.side == AxisSide::upper) continue;
      for (std::size_t i = 0; i < values.size(); ++i) {
        of.push_back(Reading::exactly(values[i]));
        of.push_back(Reading::between(values[i], values[std::min(i + 1, values.size() - 1)]));
      }
      if (of.size() > 1) of.push_back(Reading::between(values.front(), values.back()));
      continue;
    }
    for (const auto& [symbol, symbol_class] : axis.symbol_classes) {
      // Keys of whole MCCs are no readings.
      if (symbol >= kOtherSymbol) values.push_back(symbol);
    }
    if (domain == ValueDomain::flag) values = {0, 1};
    if (values.empty()) values = {0};
    for (std::int64_t value : values) of.push_back(Reading::exactly(value));
    of.push_back(Reading::unknown());
  }
  for (std::vector<Reading>& of : all) {
    if (of.empty()) of.push_back(Reading::unknown());
  }
  return all;
}

class Validator {
 public:
  Validator(const DecisionGraph& graph, const ValidateOptions& options)
      : graph_(graph),
        table_(graph.table()),
        judgement_(table_),
        choices_(representatives(graph)),
        left_(std::min({options.situations_max, 100 + 30 * table_.rules.size(),
                        options.judgements_max / (table_.rules.size() + 1) + 10})) {}

  Result<std::size_t> run() {
    std::size_t rule_count = std::max<std::size_t>(table_.rules.size(), 1);
    std::size_t round_count = left_ / rule_count + 1;
    std::size_t stride = std::max<std::size_t>(1, rule_count / std::max<std::size_t>(left_, 1));
    for (std::size_t round = 0; round < round_count; ++round) {
      for (std::size_t r = 0; r < rule_count && left_ > 0; r += stride) {
        randomise();
        if (Status same = compare(); !same) return same.error();
        if (r >= table_.rules.size()) continue;
        if (Status same = around(static_cast<std::uint32_t>(r)); !same) return same.error();
      }
    }
    return compared_;
  }

 private:
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
  // splitmix64 (G. Steele, D. Lea, C. Flood, 2014).
  std::uint64_t next() {
    state_ += 0x9E37'79B9'7F4A'7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9u;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBu;
    return z ^ (z >> 31);
  }

  void randomise() {
    readings_.clear();
    for (const std::vector<Reading>& of : choices_) readings_.push_back(of[below(of.size())]);
  }

  // The rule's tests hold, as far as they agree; then one feature after the other moves.
  Status around(std::uint32_t rule) {
    std::vector<FeatureIndex> moved;
    std::vector<ConditionIndex> open = {table_.rules[rule].condition};
    while (!open.empty()) {
      const ConditionNode& node = table_.conditions.node(open.back());
      open.pop_back();
      if (node.op == ConditionOp::test) {
        const Test& test = table_.conditions.test_of(node);
        moved.push_back(test.feature);
        for (const Reading& reading : choices_[test.feature]) {
          if (judge(test, table_.features[test.feature], reading) != Truth::yes) continue;
          readings_[test.feature] = reading;
          if (below(2) == 0) break;
        }
        continue;
      }
      for (std::uint32_t i = 0; i < node.count; ++i) {
        open.push_back(table_.conditions.child(node, i));
      }
    }
    if (Status same = compare(); !same) return same;
    for (FeatureIndex feature : moved) {
      if (left_ == 0) break;
      Reading before = readings_[feature];
      readings_[feature] = choices_[feature][below(choices_[feature].size())];
      if (Status same = compare(); !same) return same;
      if (below(2) == 0) readings_[feature] = before;
    }
    return {};
  }

  Status compare() {
    if (left_ == 0) return {};
    --left_;
    ++compared_;
    const Leaf& by_graph = graph_.leaf(graph_.evaluate([&](AxisIndex axis) {
      const Axis& of = graph_.axes()[axis];
      return class_of(of, table_.features[of.feature], readings_[of.feature]);
    }));
    Leaf by_rules = judgement_.decide(readings_);
    if (by_graph == by_rules) return {};
    Witness witness;
    witness.readings = readings_;
    return make_diagnostic(
        Code::E0902,
        fmt::format("the compiled graph and its rules differ (rule {} against {}) for: {}",
                    by_graph.rule, by_rules.rule, describe_witness(table_, witness)));
  }

  const DecisionGraph& graph_;
  const RuleTable& table_;
  Judgement judgement_;
  std::vector<std::vector<Reading>> choices_;
  std::size_t left_;
  std::size_t compared_ = 0;
  Readings readings_;
  std::uint64_t state_ = 20260701;  // the same situations every time
};

}  // namespace

Result<std::size_t> validate(const DecisionGraph& graph, const ValidateOptions& options) {
  return Validator(graph, options).run();
}

}  // namespace sojourn
