#include "engine/proof/earlier_calls.h"

#include <algorithm>

#include "engine/proof/ban_time.h"
#include "engine/proof/condition_order.h"
#include "engine/proof/count_orders.h"
#include "engine/proof/day_length.h"

namespace sojourn {
namespace {

// Where the device has no service, a run goes on with the candidate on any network on which it was
// there yesterday (semantics 9a), and the other ban may look elsewhere, or find nothing lawful
// there: it called where the run last went on, and that is no more than two days ago.
constexpr std::int64_t kUnservedDays = 2;
// More days are not explored.
constexpr std::int64_t kDaysMax = 366;

bool is_of_time(FeatureKind kind) { return is_temporal(kind) && kind != FeatureKind::on_a_network; }

// How much a count grows in a day on which what it counts goes on; 0: in steps of more days.
std::int64_t growth(const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::held:
      return kDayMs;
    case FeatureKind::consecutive_days:
    case FeatureKind::calendar_count:
      return 1;
    case FeatureKind::window_count:
      return feature.bucket == TimeUnit::day ? 1 : 0;
    default:
      return 0;
  }
}

class EarlierCalls {
 public:
  // With all that is asked of a candidate asked of the enabled one, on its own network or not.
  EarlierCalls(const RuleTable& table, std::uint32_t ban, std::uint32_t other, std::size_t enabled)
      : table_(table), of_ban_(table.bans[ban]), of_other_(table.bans[other]), enabled_(enabled) {
    for (Feature& feature : table_.features) {
      if (!feature.candidate || *feature.candidate == enabled) {
        feature.candidate = static_cast<ProfileIndex>(enabled);
      }
    }
  }

  std::optional<SlowSwitch> question() {
    bool usual = !of_ban_.in_doubt_counts && !of_other_.forbids_change;
    if (!usual || !take(of_ban_.violated[enabled_], ours_, our_network_) ||
        !take(of_other_.violated[enabled_], theirs_, their_network_)) {
      return std::nullopt;
    }
    // What holds together on one network holds on each by itself, and not the other way round.
    if (their_network_ && !our_network_) return std::nullopt;
    std::optional<std::int64_t> before;
    for (ConditionIndex part : theirs_) {
      if (const Test* count = count_of(part)) {
        std::optional<std::int64_t> days = days_before(*count);
        if (!days) return std::nullopt;
        before = before ? std::min(*before, *days) : *days;
      } else if (!follows(part)) {
        return std::nullopt;
      }
    }
    if (!before || !is_about_what_lasts()) return std::nullopt;
    return with(*before);
  }

 private:
  // The parts of a conjunction, also those asked on one network.
  bool take(ConditionIndex condition, std::vector<ConditionIndex>& parts, bool& on_network) {
    const ConditionNode& node = table_.conditions.node(condition);
    if (node.op == ConditionOp::never) return false;
    if (node.op == ConditionOp::conjunction) {
      for (std::uint32_t i = 0; i < node.count; ++i) {
        if (!take(table_.conditions.child(node, i), parts, on_network)) return false;
      }
      return true;
    }
    if (node.op == ConditionOp::test) {
      const Feature& feature = table_.features[table_.conditions.test_of(node).feature];
      if (feature.kind == FeatureKind::on_a_network) {
        bool one = !on_network && feature.candidate == enabled_;
        on_network = true;
        return one && take(feature.inner, parts, on_network);
      }
    }
    parts.push_back(condition);
    return true;
  }

  const Test* count_of(ConditionIndex part) const {
    const ConditionNode& node = table_.conditions.node(part);
    if (node.op != ConditionOp::test) return nullptr;
    const Test& test = table_.conditions.test_of(node);
    return is_of_time(table_.features[test.feature].kind) ? &test : nullptr;
  }

  // What lasts without a break holds now.
  bool follows(ConditionIndex part) const {
    return std::any_of(ours_.begin(), ours_.end(), [&](ConditionIndex one) {
      const Test* count = count_of(one);
      bool holds = count && lasts(table_.features[count->feature]);
      return is_never_truer(table_, one, part) ||
             (holds && is_never_truer(table_, table_.features[count->feature].inner, part));
    });
  }

  // Wherever what is counted goes on the ban is about the device: it was so on each day of the run.
  bool is_about_what_lasts() const {
    return std::all_of(ours_.begin(), ours_.end(),
                       [&](ConditionIndex part) {
                         return count_of(part) ||
                                std::any_of(ours_.begin(), ours_.end(), [&](ConditionIndex one) {
                                  const Test* count = count_of(one);
                                  return count && lasts(table_.features[count->feature]) &&
                                         is_never_truer(
                                             table_, table_.features[count->feature].inner, part);
                                });
                       }) &&
           std::all_of(ours_.begin(), ours_.end(), [&](ConditionIndex part) {
             const Test* count = count_of(part);
             return !count || lasts(table_.features[count->feature]);
           });
  }

  // The device has the profile all the while, and a day without it begins anew.
  static bool lasts(const Feature& feature) {
    bool run = feature.kind == FeatureKind::consecutive_days && feature.gap_days == 0;
    return feature.scope.per_profile && feature.ahead_days == 0 &&
           (run || feature.kind == FeatureKind::held);
  }

  // By how many days the other ban's count is full before ours, if what ours counts goes on.
  std::optional<std::int64_t> days_before(const Test& theirs) const {
    std::optional<std::int64_t> most;
    for (ConditionIndex part : ours_) {
      const Test* ours = count_of(part);
      if (!ours) continue;
      std::optional<std::int64_t> days = days_before(*ours, theirs);
      if (days && (!most || *days > *most)) most = days;
    }
    return most;
  }

  std::optional<std::int64_t> days_before(const Test& ours, const Test& theirs) const {
    const Feature &our_count = table_.features[ours.feature],
                  &their_count = table_.features[theirs.feature];
    if (our_count.ahead_days != 0 || their_count.ahead_days != 0) return std::nullopt;
    if (ours.feature == theirs.feature) {
      return ahead(our_count, ours.threshold - theirs.threshold);
    }
    std::optional<std::int64_t> most;
    for (const CountOrder& order : count_orders(table_, {ours.feature, theirs.feature})) {
      bool known = order.below == ours.feature && !order.today && !order.converts &&
                   order.as_far_as >= theirs.threshold &&
                   (!order.enabled || *order.enabled == enabled_);
      if (!known || (order.served && their_count.scope.same_network)) continue;
      std::optional<std::int64_t> days =
          ahead(our_count, ours.threshold - theirs.threshold - order.slack);
      if (days && (!most || *days > *most)) most = days;
    }
    return most;
  }

  static std::optional<std::int64_t> ahead(const Feature& count, std::int64_t more) {
    if (more < 0 || count.kind == FeatureKind::recency) return std::nullopt;
    std::int64_t a_day = growth(count);
    return a_day == 0 ? 0 : more / a_day;
  }

  std::optional<SlowSwitch> with(std::int64_t before) const {
    SlowSwitch question = slow_switch_of(table_, of_ban_);
    SlowSwitch theirs = slow_switch_of(table_, of_other_);
    before -= kUnservedDays;
    std::int64_t days = theirs.notice_days + before;
    bool calls = theirs.counts && !theirs.jumps && !question.jumps && days > question.notice_days &&
                 days <= kDaysMax && days < days_of_run();
    if (!calls) return std::nullopt;
    question.called_days = static_cast<std::int32_t>(days);
    question.called_lead = milliseconds(theirs.lead.ms + before * kDayMs);
    question.assuming = milliseconds(std::max(question.assuming.ms, theirs.assuming.ms));
    question.clock_change =
        milliseconds(std::max(question.clock_change.ms, theirs.clock_change.ms));
    question.held_back = question.held_back || theirs.held_back;
    question.guard = milliseconds(std::max(question.guard.ms, theirs.guard.ms));
    return question;
  }

  // The shortest of what ours counts.
  std::int64_t days_of_run() const {
    std::int64_t days = kDaysMax + 1;
    for (ConditionIndex part : ours_) {
      const Test* count = count_of(part);
      if (count) days = std::min(days, count->threshold / growth(table_.features[count->feature]));
    }
    return days;
  }

  RuleTable table_;
  const Ban &of_ban_, &of_other_;
  std::size_t enabled_;
  std::vector<ConditionIndex> ours_, theirs_;
  bool our_network_ = false, their_network_ = false;
};

}  // namespace

std::optional<SlowSwitch> called_before(const RuleTable& table, std::uint32_t ban,
                                        std::uint32_t other, std::size_t enabled) {
  return EarlierCalls(table, ban, other, enabled).question();
}

}  // namespace sojourn
