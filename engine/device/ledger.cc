#include "engine/device/ledger.h"

#include <algorithm>

namespace sojourn {
namespace {

// "certain" by a fix, "by network" without one; "carried" after the last report that said so, when
// nothing followed before it lapsed; "corrected" where the answer was found only later.
std::string_view known_by(const StandingCountry& place, const DeviceHistory& history, Instant t,
                          Instant end) {
  if (place.standing_at(t) == kUnknownValue) return "";
  if (place.corrected_at(t)) return "corrected";
  const TimelineRow* fix = history.timeline(kFixCountry).row_at(t);
  bool certain = fix != nullptr && fix->value != kUnknownValue;
  SignalIndex signal = certain ? kFixCountry : kNetworkCountry;
  const SignalTimeline& timeline = history.timeline(signal);
  const TimelineRow* row = timeline.row_at(t);
  if (row != nullptr && t > row->last) {
    Instant next = timeline.next_change(t);
    bool silent_to_the_end = next == timeline.end_of(*row) || next > end;
    if (silent_to_the_end && !row->standing) return "carried";
  }
  return certain ? "certain" : "by network";
}

Instant next_change(const StandingCountry& place, const DeviceHistory& history, Instant t) {
  Instant next = std::min(place.next_change(t), history.next_network_change(t));
  for (SignalIndex signal : {kProfile, kImei, kFixCountry, kNetworkCountry}) {
    const SignalTimeline& timeline = history.timeline(signal);
    next = std::min(next, timeline.next_change(t));
    const TimelineRow* row = timeline.row_at(t);
    if (row != nullptr && row->last >= t) next = std::min(next, row->last + milliseconds(1));
  }
  const StandingCountry::Run* run = place.run_at(t);
  Instant believed = run == nullptr ? kNever : run->from + history.policy().table().settings.settle;
  return believed > t ? std::min(next, believed) : next;
}

bool same(const EvidenceRow& a, const EvidenceRow& b) {
  return a.country == b.country && a.network == b.network && a.profile == b.profile &&
         a.imei == b.imei && a.known_by == b.known_by;
}

}  // namespace

std::vector<EvidenceRow> residency(const StandingCountry& place, const DeviceHistory& history,
                                   Stretch stretch) {
  std::vector<EvidenceRow> rows;
  Instant t = stretch.from;
  while (t <= stretch.to) {
    EvidenceRow row;
    row.from = t;
    std::int64_t standing = place.standing_at(t);
    if (standing != kUnknownValue) {
      row.country = CountryClaim::from_packed(static_cast<std::uint32_t>(standing)).text();
    }
    std::int64_t network = history.network_at(t);
    if (network >= 0) row.network = to_text(unpack_plmn(static_cast<std::uint32_t>(network)));
    row.profile = history.profile_text(history.value(kProfile, t));
    std::int64_t imei = history.value(kImei, t);
    if (imei >= 0) row.imei = history.pools().imeis[static_cast<std::size_t>(imei)];
    row.known_by = known_by(place, history, t, stretch.to);
    t = next_change(place, history, t);
    row.to = t > stretch.to ? kNever : t;
    if (!rows.empty() && same(rows.back(), row)) {
      rows.back().to = row.to;
    } else {
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace sojourn
