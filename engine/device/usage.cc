#include "engine/device/usage.h"

#include <algorithm>

namespace sojourn {

void UsageLog::insert(Rows& rows, Row row) {
  auto place = std::upper_bound(rows.begin(), rows.end(), row.at,
                                [](Instant t, const Row& other) { return t < other.at; });
  rows.insert(place, row);
}

void UsageLog::add(Instant at, std::int64_t bytes) { insert(amounts_, {at, bytes}); }
void UsageLog::add_total(Instant at, std::int64_t total) { insert(totals_, {at, total}); }

std::size_t UsageLog::lower(const Rows& rows, Instant from) {
  auto place = std::lower_bound(rows.begin(), rows.end(), from,
                                [](const Row& row, Instant t) { return row.at < t; });
  return static_cast<std::size_t>(place - rows.begin());
}

Instant UsageLog::next_after(Instant t) const {
  Instant after = t + milliseconds(1);
  std::size_t amount = lower(amounts_, after);
  std::size_t total = lower(totals_, after);
  Instant next = amount < amounts_.size() ? amounts_[amount].at : kNever;
  return total < totals_.size() ? std::min(next, totals_[total].at) : next;
}

}  // namespace sojourn
