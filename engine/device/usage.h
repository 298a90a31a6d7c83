// UsageLog: the bytes a device used, by report. A running total becomes differences; a total that
// is smaller than the one before was reset and counts from zero. The first total says nothing.
#pragma once

#include "engine/base/instant.h"
#include "engine/device/compact_vector.h"

namespace sojourn {

class UsageLog {
 public:
  struct Row {
    Instant at;
    std::int64_t bytes = 0;
  };
  void add(Instant at, std::int64_t bytes);
  void add_total(Instant at, std::int64_t total);

  // Calls use(instant, bytes) for everything used within [from, to], oldest first.
  template <class Use>
  void for_each(Instant from, Instant to, const Use& use) const {
    for (std::size_t i = lower(amounts_, from); i < amounts_.size() && amounts_[i].at <= to; ++i) {
      use(amounts_[i].at, amounts_[i].bytes);
    }
    for (std::size_t i = lower(totals_, from); i < totals_.size() && totals_[i].at <= to; ++i) {
      if (i == 0) continue;
      std::int64_t before = totals_[i - 1].bytes;
      std::int64_t now = totals_[i].bytes;
      use(totals_[i].at, now >= before ? now - before : now);
    }
  }
  // The first amount after t, or kNever.
  Instant next_after(Instant t) const;
  void shrink_to_fit() { amounts_.shrink_to_fit(), totals_.shrink_to_fit(); }
  std::size_t byte_count() const { return amounts_.byte_count() + totals_.byte_count(); }

 private:
  friend struct HistoryCodec;
  using Rows = CompactVector<Row>;
  static void insert(Rows& rows, Row row);
  static std::size_t lower(const Rows& rows, Instant from);
  Rows amounts_;  // ascending
  Rows totals_;   // ascending
};

}  // namespace sojourn
