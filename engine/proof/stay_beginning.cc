#include "engine/proof/stay_beginning.h"

#include <algorithm>

#include "engine/base/calendar.h"
#include "engine/proof/day_length.h"

namespace sojourn {
namespace {

// For one count of the ban.
std::optional<StayBeginning> beginning_of_count(const Feature& feature, std::int64_t threshold,
                                                std::int32_t last) {
  StayBeginning begin{last, -1, {}, true};
  auto from = [&](std::int64_t day) {
    begin.day = std::min(begin.day, static_cast<std::int32_t>(day));
  };
  auto begins_at = [&](std::int64_t ms) {
    from(ms / kDayMs);
    begin.ms = ms % kDayMs;
  };
  switch (feature.kind) {
    case FeatureKind::since: {
      if (feature.window.count == 0) return std::nullopt;
      if (feature.event.kind != EventKind::named) begin.possible = false;
      begin.events.push_back(feature.event.name);
      if (feature.window.unit == TimeUnit::millisecond) {
        begins_at(std::int64_t{last} * kDayMs - feature.window.count);
        break;
      }
      Day day{last - static_cast<std::int32_t>(feature.window.count)};
      if (feature.window.unit == TimeUnit::week) {
        day = Day{last - 7 * static_cast<std::int32_t>(feature.window.count)};
      }
      std::int32_t months = feature.window.unit == TimeUnit::year ? 12 : 1;
      if (feature.window.unit == TimeUnit::month || feature.window.unit == TimeUnit::year) {
        day = add_months(Day{last}, -months * static_cast<std::int32_t>(feature.window.count));
      }
      from(day.number);
      break;
    }
    case FeatureKind::held: {
      std::int64_t at = std::int64_t{last} * kDayMs - threshold;
      if (at / kDayMs > begin.day) break;
      begins_at(at);
      break;
    }
    case FeatureKind::consecutive_days:
    case FeatureKind::calendar_count:
      if (feature.ahead_days == 0) from(last - threshold + 1);
      break;
    case FeatureKind::window_count:
      if (feature.ahead_days != 0) break;
      if (feature.bucket == TimeUnit::day) from(last - threshold + 1);
      if (feature.bucket == TimeUnit::week) {
        auto week = static_cast<std::int32_t>(week_number(Day{last}) - threshold + 2);
        from(first_day_of_week(week).number - 1);
      }
      if (feature.bucket == TimeUnit::month) {
        auto month = static_cast<std::int32_t>(month_number(Day{last}) - threshold + 2);
        from(first_day_of_month(month).number - 1);
      }
      break;
    case FeatureKind::held_share: {
      // Known once the whole window is, and everything is covered then.
      bool elapsed = feature.window.unit == TimeUnit::millisecond;
      std::int64_t at = std::int64_t{last} * kDayMs - feature.window.count * (elapsed ? 1 : kDayMs);
      begins_at(at);
      break;
    }
    case FeatureKind::day_share:  // the day of the first report counts as covered
      from(last - feature.window.count + 1);
      break;
    default:
      return std::nullopt;
  }
  return begin;
}

}  // namespace

std::optional<StayBeginning> stay_beginning(const RuleTable& table, ConditionIndex condition,
                                            std::int32_t last) {
  const ConditionNode& node = table.conditions.node(condition);
  if (node.op == ConditionOp::test) {
    const Test& test = table.conditions.test_of(node);
    const Feature& feature = table.features[test.feature];
    if (feature.kind == FeatureKind::on_a_network)
      return stay_beginning(table, feature.inner, last);
    return beginning_of_count(feature, test.threshold, last);
  }
  if (node.op != ConditionOp::conjunction && node.op != ConditionOp::disjunction) return {};
  std::optional<StayBeginning> found;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    std::optional<StayBeginning> part =
        stay_beginning(table, table.conditions.child(node, i), last);
    if (!part) continue;
    bool all = node.op == ConditionOp::conjunction;
    bool takes = !found || (all ? part->day < found->day : part->day > found->day);
    if (takes) found = std::move(part);
  }
  return found;
}

}  // namespace sojourn
