// SignalTimeline: what one signal of a device said over time, as rows of equal reports.
//
//   SignalTimeline battery(days(1));                       // a report holds for a day
//   battery.report({t, value}, log, signal);         // in any order
//   battery.value_at(t);                             // kUnknownValue where nothing holds
//
// A row [from, last] stands for reports of one value none of which had lapsed before the next; it
// holds from `from` until the next row begins or the hold has passed since `last`. A device that
// keeps saying the same costs one row.
//
// A late report that contradicts a row splits it: the row's value ends where the late one begins
// and returns at the row's next report, which the device's ReportLog knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/base/instant.h"
#include "engine/device/compact_vector.h"
#include "engine/device/report_log.h"

namespace sojourn {

inline constexpr std::int64_t kUnknownValue = std::numeric_limits<std::int64_t>::min();
inline constexpr Duration kForEver{std::numeric_limits<std::int64_t>::max()};

// A half-open stretch of time, [from, to).
struct Stretch {
  Instant from;
  Instant to;
  bool empty() const { return from >= to; }
};

struct TimelineRow {
  Instant from;  // the first report
  Instant last;  // the last report
  std::int64_t value = kUnknownValue;
  bool standing = false;  // holds until changed, not for the signal's hold
};

// What a report did to a timeline.
struct TimelineChange {
  Stretch stretch;       // where value_at may differ from before
  bool renewed = false;  // only a lapse was put off: nothing before `stretch.from` changed
};

class SignalTimeline {
 public:
  // `hold`: how long a report lasts without another; 0 = for its instant; kForEver = until changed.
  explicit SignalTimeline(Duration hold = kForEver) : hold_(hold) {}

  std::int64_t value_at(Instant t) const;
  // The first instant after t at which value_at can differ from its value at t; kNever.
  Instant next_change(Instant t) const;
  // The row that holds at t, or null where nothing does.
  const TimelineRow* row_at(Instant t) const;
  using Rows = CompactVector<TimelineRow>;
  const Rows& rows() const { return rows_; }
  Instant end_of(const TimelineRow& row) const;

  struct Report {
    Instant at;
    std::int64_t value = kUnknownValue;
    bool standing = false;
    bool joins = true;  // equal neighbours become one row
  };
  // Requires: reports of this signal within the log's reach are in `log`.
  std::optional<TimelineChange> report(const Report& report, const ReportLog& log,
                                       SignalIndex signal);
  // Forgets rows that ended before t.
  void forget_before(Instant t);
  // Makes neighbours whose values lie between the same cuts one row, as far as they end before t.
  void merge_before(Instant t, const std::vector<std::int64_t>& cuts);
  // Makes equal neighbours one row, as far as they end before t and no row of `other` begins
  // between them.
  void join_before(Instant t, const SignalTimeline& other);
  void shrink_to_fit() { rows_.shrink_to_fit(); }
  std::size_t byte_count() const { return rows_.byte_count(); }

 private:
  friend struct HistoryCodec;
  std::optional<TimelineChange> append(const Report& report);
  std::optional<TimelineChange> amend(const Report& report, const ReportLog& log,
                                      SignalIndex signal);
  std::optional<TimelineChange> split(std::size_t row, const Report& report, const ReportLog& log,
                                      SignalIndex signal);
  void join_with_next(std::size_t row);
  // The index of the last row that begins at or before t; -1 when none does.
  std::ptrdiff_t index_at(Instant t) const;

  Duration hold_;
  Rows rows_;  // ascending; neighbours differ or have a gap between them, or do not join
};

}  // namespace sojourn
