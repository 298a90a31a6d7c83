#include "engine/device/quarantine.h"

#include <algorithm>

#include "engine/base/limits.h"

namespace sojourn {

bool QuarantineLog::set(const std::vector<QuarantinedProfile>& all, Instant now) {
  std::vector<QuarantinedProfile> rows(rows_.begin(), rows_.end());
  for (QuarantinedProfile& row : rows) row.until = std::min(row.until, now);
  for (const QuarantinedProfile& wanted : all) {
    if (wanted.until <= now) continue;
    auto known = std::find_if(rows.begin(), rows.end(), [&](const QuarantinedProfile& row) {
      return row.profile == wanted.profile && row.from == wanted.from;
    });
    if (known != rows.end()) {
      known->until = wanted.until;
    } else {
      rows.push_back(wanted);
    }
  }
  std::erase_if(rows, [](const QuarantinedProfile& row) { return row.until <= row.from; });
  if (rows.size() > limits::kPlanRowsMax) {
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(limits::kPlanRowsMax));
  }
  if (std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end())) return false;
  rows_.clear();
  rows_.insert(rows_.end(), rows.data(), rows.data() + rows.size());
  rows_.shrink_to_fit();
  return true;
}

bool QuarantineLog::holds(ProfileIndex profile, Instant t) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const QuarantinedProfile& row) {
    return row.profile == profile && row.from <= t && t < row.until;
  });
}

Instant QuarantineLog::next_change(ProfileIndex profile, Instant t) const {
  Instant change = kNever;
  for (const QuarantinedProfile& row : rows_) {
    if (row.profile != profile) continue;
    if (row.from > t) change = std::min(change, row.from);
    if (row.until > t) change = std::min(change, row.until);
  }
  return change;
}

}  // namespace sojourn
