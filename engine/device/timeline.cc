#include "engine/device/timeline.h"

#include <algorithm>

namespace sojourn {

std::ptrdiff_t SignalTimeline::index_at(Instant t) const {
  if (!rows_.empty() && rows_.back().from <= t) {
    return static_cast<std::ptrdiff_t>(rows_.size()) - 1;
  }
  auto after = std::upper_bound(rows_.begin(), rows_.end(), t,
                                [](Instant at, const TimelineRow& row) { return at < row.from; });
  return after - rows_.begin() - 1;
}

Instant SignalTimeline::end_of(const TimelineRow& row) const {
  if (row.standing || hold_ == kForEver) return kNever;
  return row.last + std::max(hold_, milliseconds(1));  // a hold of 0 is the instant itself
}

const TimelineRow* SignalTimeline::row_at(Instant t) const {
  std::ptrdiff_t index = index_at(t);
  if (index < 0) return nullptr;
  const TimelineRow& row = rows_[static_cast<std::size_t>(index)];
  return t < end_of(row) ? &row : nullptr;
}

std::int64_t SignalTimeline::value_at(Instant t) const {
  const TimelineRow* row = row_at(t);
  return row == nullptr ? kUnknownValue : row->value;
}

Instant SignalTimeline::next_change(Instant t) const {
  std::ptrdiff_t index = index_at(t);
  auto next = static_cast<std::size_t>(index + 1);
  Instant change = next < rows_.size() ? rows_[next].from : kNever;
  if (index < 0) return change;
  Instant end = end_of(rows_[next - 1]);
  return end > t ? std::min(end, change) : change;
}

std::optional<TimelineChange> SignalTimeline::report(const Report& report, const ReportLog& log,
                                                     SignalIndex signal) {
  if (rows_.empty() || report.at > rows_.back().last) return append(report);
  return amend(report, log, signal);
}

std::optional<TimelineChange> SignalTimeline::append(const Report& report) {
  if (!rows_.empty()) {
    TimelineRow& newest = rows_.back();
    Instant end = end_of(newest);
    if (report.joins && newest.value == report.value && report.at <= end) {
      newest.last = report.at;
      newest.standing = newest.standing || report.standing;
      if (end == kNever) return std::nullopt;
      return TimelineChange{{end, kNever}, true};
    }
  }
  rows_.push_back({report.at, report.at, report.value, report.standing});
  return TimelineChange{{report.at, kNever}, false};
}

std::optional<TimelineChange> SignalTimeline::amend(const Report& report, const ReportLog& log,
                                                    SignalIndex signal) {
  std::ptrdiff_t found = index_at(report.at);
  auto next = static_cast<std::size_t>(found + 1);
  Instant next_from = next < rows_.size() ? rows_[next].from : kNever;
  if (found >= 0) {
    TimelineRow& row = rows_[next - 1];
    if (report.at <= row.last) {
      if (row.value != report.value) return split(next - 1, report, log, signal);
      if (report.standing && !row.standing) {
        Instant end = end_of(row);
        row.standing = true;
        return TimelineChange{{end, next_from}, false};
      }
      return std::nullopt;
    }
    Instant end = end_of(row);
    if (report.joins && row.value == report.value && report.at <= end) {
      row.last = report.at;
      row.standing = row.standing || report.standing;
      join_with_next(next - 1);
      return TimelineChange{{std::min(end, next_from), next_from}, false};
    }
  }
  rows_.insert(rows_.begin() + found + 1, {report.at, report.at, report.value, report.standing});
  if (report.joins) join_with_next(next);
  return TimelineChange{{report.at, next_from}, false};
}

// before:  [from ......... at ......... last] w          after:  [from .. previous] w
//                                                                    [at] v
//                                                                         [following .. last] w
std::optional<TimelineChange> SignalTimeline::split(std::size_t index, const Report& report,
                                                    const ReportLog& log, SignalIndex signal) {
  TimelineRow old = rows_[index];
  Instant changed_to = index + 1 < rows_.size() ? rows_[index + 1].from : kNever;
  std::vector<TimelineRow> pieces;
  if (old.from < report.at) {
    // Reports of one row are never further apart than the hold, so the left piece reaches up to
    // `at` wherever its last report was. One that the log has forgotten came before all that may
    // still come.
    Instant forgotten = log.reaches_back_to() - milliseconds(1);
    Instant previous = log.last_before(signal, report.at).value_or(forgotten);
    pieces.push_back({old.from, std::clamp(previous, old.from, report.at - milliseconds(1)),
                      old.value, old.standing});
  }
  pieces.push_back({report.at, report.at, report.value, report.standing});
  if (report.at < old.last) {
    Instant following = std::min(log.first_after(signal, report.at).value_or(old.last), old.last);
    bool standing = old.standing && log.any_standing(signal, {following}, {old.last});
    pieces.push_back({following, old.last, old.value, standing});
    changed_to = standing == old.standing ? following : changed_to;
  }
  auto middle = index + (old.from < report.at ? 1u : 0u);
  rows_[index] = pieces[0];
  rows_.insert(rows_.begin() + index + 1, pieces.data() + 1, pieces.data() + pieces.size());
  if (report.joins) {
    join_with_next(middle);
    if (middle > 0) join_with_next(middle - 1);
  }
  return TimelineChange{{report.at, changed_to}, false};
}

void SignalTimeline::join_with_next(std::size_t index) {
  if (index + 1 >= rows_.size()) return;
  TimelineRow& row = rows_[index];
  const TimelineRow& next = rows_[index + 1];
  if (row.value != next.value || next.from > end_of(row)) return;
  row.last = next.last;
  row.standing = row.standing || next.standing;
  rows_.erase(rows_.begin() + index + 1);
}

void SignalTimeline::merge_before(Instant t, const std::vector<std::int64_t>& cuts) {
  auto class_of = [&](std::int64_t value) {
    return std::upper_bound(cuts.begin(), cuts.end(), value) - cuts.begin();
  };
  std::size_t kept = 0;
  for (std::size_t i = 1; i < rows_.size(); ++i) {
    TimelineRow& row = rows_[kept];
    const TimelineRow& next = rows_[i];
    bool past = next.last < t && i + 1 < rows_.size() && rows_[i + 1].from < t;
    bool alike = row.value != kUnknownValue && next.value != kUnknownValue &&
                 class_of(row.value) == class_of(next.value);
    if (past && alike && next.from <= end_of(row) && row.standing == next.standing) {
      row.last = next.last;
    } else {
      rows_[++kept] = next;
    }
  }
  if (!rows_.empty()) rows_.resize(kept + 1);
}

void SignalTimeline::join_before(Instant t, const SignalTimeline& other) {
  auto later = std::partition_point(rows_.begin(), rows_.end(),
                                    [&](const TimelineRow& row) { return row.last < t; });
  auto past = static_cast<std::size_t>(later - rows_.begin());
  if (past < 2) return;
  std::size_t kept = 0;
  for (std::size_t i = 1; i < past; ++i) {
    TimelineRow& row = rows_[kept];
    const TimelineRow& next = rows_[i];
    std::ptrdiff_t last = other.index_at(next.from);
    bool apart = last >= 0 && other.rows_[static_cast<std::size_t>(last)].from > row.last;
    if (row.value == next.value && row.standing == next.standing && !apart) {
      row.last = next.last;
    } else {
      rows_[++kept] = next;
    }
  }
  if (kept + 1 < past) rows_.erase(rows_.begin() + kept + 1, rows_.begin() + past);
}

void SignalTimeline::forget_before(Instant t) {
  std::size_t count = 0;
  while (count + 1 < rows_.size() && rows_[count + 1].from <= t) ++count;
  rows_.erase(rows_.begin(), rows_.begin() + count);
}

}  // namespace sojourn
