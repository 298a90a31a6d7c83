#include "engine/proof/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

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
class Representatives {
 public:
  Representatives(const RuleTable& table, const std::vector<Axis>& axes)
      : table_(table), of_(table_.features.size()) {
    for (const Axis& axis : axes) add(axis);
    for (std::vector<Reading>& of : of_) {
      if (of.empty()) of.push_back(Reading::unknown());
    }
  }

  const std::vector<Reading>& operator[](FeatureIndex feature) const { return of_[feature]; }
  std::size_t feature_count() const { return of_.size(); }
  // Every class that can be told apart has its reading.
  bool complete() const { return complete_; }

 private:
  // Both bounds of a count of so many classes are paired.
  static constexpr std::size_t kPairedMax = 12;

  void add(const Axis& axis) {
    const Feature& feature = table_.features[axis.feature];
    std::vector<Reading>& of = of_[axis.feature];
    switch (domain_of(feature.kind)) {
      case ValueDomain::count:
        if (axis.side != AxisSide::upper) add_count(axis, of);
        return;
      case ValueDomain::number:
        of.push_back(Reading::exactly(axis.cuts.empty() ? 0 : axis.cuts.front() - 1));
        for (std::size_t i = 0; i < axis.cuts.size(); ++i) {
          of.push_back(Reading::exactly(axis.cuts[i]));
          bool wide = i + 1 < axis.cuts.size() && axis.cuts[i + 1] - 1 > axis.cuts[i];
          if (wide) of.push_back(Reading::exactly(axis.cuts[i + 1] - 1));
        }
        break;
      case ValueDomain::flag:
        of.push_back(Reading::exactly(0));
        of.push_back(Reading::exactly(1));
        break;
      case ValueDomain::symbol:
        add_symbols(axis, feature, of);
        break;
    }
    of.push_back(Reading::unknown());
  }

  static void add_symbols(const Axis& axis, const Feature& feature, std::vector<Reading>& of) {
    for (const auto& [symbol, symbol_class] : axis.symbol_classes) {
      // Keys of whole MCCs are no readings.
      if (symbol >= kOtherSymbol) of.push_back(Reading::exactly(symbol));
    }
    // A value that is not listed.
    if (feature.kind == FeatureKind::network) of.push_back(Reading::exactly(pack({999, 0, 0})));
    bool open = feature.kind != FeatureKind::network && feature.kind != FeatureKind::country;
    bool listed = !axis.symbol_classes.empty() && axis.symbol_classes.front().first == kOtherSymbol;
    if (open && !listed) of.push_back(Reading::exactly(kOtherSymbol));
  }

  void add_count(const Axis& axis, std::vector<Reading>& of) {
    std::vector<std::int64_t> values = {axis.cuts.empty() ? 0 : axis.cuts.front() - 1};
    values.insert(values.end(), axis.cuts.begin(), axis.cuts.end());
    bool paired = values.size() <= kPairedMax;
    complete_ = complete_ && paired;
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::size_t last = paired ? values.size() - 1 : std::min(i + 1, values.size() - 1);
      for (std::size_t j = i; j <= last; ++j) of.push_back(Reading::between(values[i], values[j]));
    }
  }

  const RuleTable& table_;
  std::vector<std::vector<Reading>> of_;  // by feature
  bool complete_ = true;
};

class Validator {
 public:
  Validator(const PolicyForm& form, const RuleTable& table, const std::vector<Axis>& axes,
            const ValidateOptions& options)
      : form_(form),
        table_(table),
        judgement_(table),
        choices_(table, axes),
        sides_(table_.conditions.tests().size()),
        left_(std::min(options.situations_max,
                       options.judgements_max / (table_.rules.size() + 1) + 10)) {}

  Result<Validated> run() {
    if (choices_.complete() && all_count() <= left_) {
      done_.everywhere = true;
      done_.rules_cornered = table_.rules.size();
      if (Status same = everywhere(); !same) return same.error();
      return done_;
    }
    // Where not all rules can have their corners, those that do are spread over the list.
    std::size_t at_random = left_ / 4;
    left_ -= at_random;
    std::size_t rule_count = table_.rules.size();
    std::size_t stride = std::max<std::size_t>(1, rule_count * kCornersUsual / (left_ + 1));
    for (std::size_t r = 0; r < rule_count && left_ > 0; r += stride) {
      if (Status same = corners(static_cast<std::uint32_t>(r)); !same) return same.error();
      if (left_ > 0) ++done_.rules_cornered;
    }
    left_ += at_random;
    while (left_ > 0) {
      randomise();
      if (Status same = compare(); !same) return same.error();
    }
    return done_;
  }

 private:
  // As many as a rule of four tests has.
  static constexpr std::size_t kCornersUsual = 16;

  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
  // splitmix64 (G. Steele, D. Lea, C. Flood, 2014).
  std::uint64_t next() {
    state_ += 0x9E37'79B9'7F4A'7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9u;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBu;
    return z ^ (z >> 31);
  }

  // Of all situations; some more than may be compared when there are more.
  std::size_t all_count() const {
    std::size_t count = 1;
    for (FeatureIndex f = 0; f < choices_.feature_count() && count <= left_; ++f) {
      count *= choices_[f].size();
    }
    return count;
  }

  // An odometer.
  Status everywhere() {
    std::vector<std::size_t> digits(choices_.feature_count(), 0);
    readings_.clear();
    for (FeatureIndex f = 0; f < digits.size(); ++f) readings_.push_back(choices_[f].front());
    while (true) {
      if (Status same = compare(); !same) return same;
      FeatureIndex i = 0;
      for (; i < digits.size(); ++i) {
        digits[i] = (digits[i] + 1) % choices_[i].size();
        readings_[i] = choices_[i][digits[i]];
        if (digits[i] != 0) break;
      }
      if (i == digits.size()) return {};
    }
  }

  void randomise() {
    readings_.clear();
    for (FeatureIndex f = 0; f < choices_.feature_count(); ++f) {
      readings_.push_back(choices_[f][below(choices_[f].size())]);
    }
  }

  // Both sides of every bound that the test draws among the readings of its feature, and a reading
  // with which it holds.
  struct Sides {
    std::vector<std::size_t> bounds;
    std::optional<std::size_t> holds;
  };
  const Sides& sides_of(std::uint32_t test_index) {
    std::optional<Sides>& sides = sides_[test_index];
    if (sides) return *sides;
    sides.emplace();
    const Test& test = table_.conditions.tests()[test_index];
    const std::vector<Reading>& of = choices_[test.feature];
    Truth before = Truth::unknown;
    for (std::size_t i = 0; i < of.size(); ++i) {
      Truth here = judge(test, table_.features[test.feature], of[i]);
      if (here == Truth::yes && !sides->holds) sides->holds = i;
      if (i > 0 && here != before) {
        if (sides->bounds.empty() || sides->bounds.back() != i - 1) sides->bounds.push_back(i - 1);
        sides->bounds.push_back(i);
      }
      before = here;
    }
    return *sides;
  }

  // The tests that the condition is made of, by number.
  std::vector<std::uint32_t> tests_of(ConditionIndex condition) const {
    std::vector<std::uint32_t> found;
    std::vector<ConditionIndex> open = {condition};
    while (!open.empty()) {
      const ConditionNode& node = table_.conditions.node(open.back());
      open.pop_back();
      if (node.op == ConditionOp::test) {
        found.push_back(node.first);
        continue;
      }
      for (std::uint32_t i = 0; i < node.count; ++i) {
        open.push_back(table_.conditions.child(node, i));
      }
    }
    return found;
  }

  // The rule's tests hold, as far as they agree; then each feature in turn at its bounds.
  Status corners(std::uint32_t rule) {
    randomise();
    std::vector<std::uint32_t> tests = tests_of(table_.rules[rule].condition);
    for (std::uint32_t test : tests) {
      FeatureIndex feature = table_.conditions.tests()[test].feature;
      if (auto holds = sides_of(test).holds) readings_[feature] = choices_[feature][*holds];
    }
    if (Status same = compare(); !same) return same;
    for (std::uint32_t test : tests) {
      FeatureIndex feature = table_.conditions.tests()[test].feature;
      Reading before = readings_[feature];
      for (std::size_t side : sides_of(test).bounds) {
        readings_[feature] = choices_[feature][side];
        if (Status same = compare(); !same) return same;
      }
      readings_[feature] = before;
    }
    return {};
  }

  Status compare() {
    if (left_ == 0) return {};
    --left_;
    ++done_.situations;
    Leaf by_form = form_.decide(readings_);
    Leaf by_rules = judgement_.decide(readings_);
    if (by_form == by_rules) return {};
    Witness witness;
    witness.readings = readings_;
    return make_diagnostic(
        Code::E0902,
        fmt::format("the {} and its rules differ (rule {} against {}) for: {}", form_.name,
                    by_form.rule, by_rules.rule, describe_witness(table_, witness)));
  }

  const PolicyForm& form_;
  const RuleTable& table_;
  Judgement judgement_;
  Representatives choices_;
  std::vector<std::optional<Sides>> sides_;  // by test
  std::size_t left_;
  Validated done_;
  Readings readings_;
  std::uint64_t state_ = 20260701;  // the same situations every time
};

}  // namespace

Result<Validated> validate(const PolicyForm& form, const RuleTable& table,
                           const std::vector<Axis>& axes, const ValidateOptions& options) {
  return Validator(form, table, axes, options).run();
}

Result<Validated> validate(const DecisionGraph& graph, const ValidateOptions& options) {
  const RuleTable& table = graph.table();
  auto decide = [&](const Readings& readings) {
    return graph.leaf(graph.evaluate([&](AxisIndex axis) {
      const Axis& of = graph.axes()[axis];
      return class_of(of, table.features[of.feature], readings[of.feature]);
    }));
  };
  return validate({"compiled graph", decide}, table, graph.axes(), options);
}

}  // namespace sojourn
