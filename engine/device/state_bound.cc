#include "engine/device/state_bound.h"

#include <algorithm>

#include "engine/device/evaluator.h"

namespace sojourn {
namespace {

// CompactVector's header, on the heap with its elements.
constexpr std::size_t kListBytes = 8;
// std::vector grows by doubling, and is not made smaller at rest where names are kept.
constexpr std::size_t kGrowth = 2;
// ReportLog tidies what its entries no longer refer to beyond so many shapes.
constexpr std::size_t kShapesKept = 32;
// A node of the look-up of sets, with room for what the library adds.
constexpr std::size_t kSetNodeBytes = 48 + sizeof(Pools::SetLookup::value_type);

// What the host may have told of the fleet, and the alerts that the policy may have in force.
std::size_t told_bytes(const Prepared& policy) {
  std::size_t told = 0;
  for (const Feature& feature : policy.table().features) told += is_about_fleet(feature.kind);
  std::size_t bytes = kListBytes + kGrowth * told * sizeof(Remembered::Told);
  if (!policy.uses_alert_events) return bytes;
  auto add = [&](const Action& action) {
    for (const std::string& alert : action.alerts) {
      bytes += kGrowth * (sizeof(std::string) + alert.size() + 1);
    }
  };
  for (const Rule& rule : policy.table().rules) add(rule.action);
  add(policy.table().otherwise);
  for (const Ban& ban : policy.table().bans) {
    if (ban.remedy) add(*ban.remedy);
    bytes += kGrowth * (sizeof(std::string) + ban.alert().size() + 1);
  }
  return bytes;
}

// One IMEI, one profile that is not declared, one set of what is installed, one zone.
std::size_t first_names_bytes(const Prepared& policy) {
  constexpr std::size_t kIccidBytes = 21;
  return sizeof(std::string) + sizeof(UndeclaredProfile) + kIccidBytes + sizeof(FixZone) +
         sizeof(std::vector<std::int64_t>) +
         (policy.table().profiles.size() + 1) * sizeof(std::int64_t);
}

}  // namespace

std::size_t StateBound::of(const Heard& heard) const {
  return standing + heard.reports * per_report + heard.values * per_value +
         heard.late_values * per_late_value + heard.events * per_event +
         heard.amounts * per_amount + heard.names * per_name + kGrowth * heard.name_bytes +
         heard.quarantines * per_quarantine;
}

StateBound state_bound(const std::shared_ptr<const PreparedPolicy>& prepared) {
  const auto& policy = static_cast<const Prepared&>(*prepared);
  std::size_t signals = policy.signal_count();
  std::size_t shape_bytes = (signals / 64 + 1) * sizeof(std::uint64_t);
  std::size_t areas =
      static_cast<std::size_t>(std::count(policy.area_used.begin(), policy.area_used.end(), true));

  StateBound bound;
  bound.per_report = sizeof(ReportLog::Entry) + 2 * shape_bytes;
  // In order a value is a row; a late one may part the row that it contradicts.
  bound.per_value = sizeof(TimelineRow);
  if (policy.history_used[kInstalled]) bound.per_report += sizeof(TimelineRow);  // each list is one
  bound.per_late_value = 2 * sizeof(TimelineRow);
  bound.per_event = sizeof(EventLog::Row);
  bound.per_amount = 2 * sizeof(UsageLog::Row);
  bound.per_name = kGrowth * std::max({sizeof(std::string), sizeof(UndeclaredProfile),
                                       sizeof(FixZone), sizeof(std::vector<std::int64_t>)}) +
                   kSetNodeBytes;
  bound.per_quarantine = sizeof(QuarantinedProfile);
  bound.values_per_fix = 6 + areas;  // country, speed, accuracy, flight, border, zone
  bound.values_per_network = 3;      // network, its country, registration

  Device nothing(prepared);
  nothing.rest();
  std::size_t of_signals = signals * (sizeof(std::uint16_t) + sizeof(SignalTimeline) + kListBytes);
  std::size_t of_logs = 8 * kListBytes + kShapesKept * shape_bytes;
  bound.standing = nothing.byte_count() + of_signals + of_logs + signals * bound.per_value +
                   first_names_bytes(policy) + told_bytes(policy);
  return bound;
}

}  // namespace sojourn
