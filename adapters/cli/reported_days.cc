#include "adapters/cli/reported_days.h"

#include <fmt/format.h>

#include <iterator>

#include "engine/base/calendar.h"

namespace sojourn::cli {
namespace {

const std::string& name_of(const DeviceNames& names) {
  return !names.eid.empty() ? names.eid : !names.imei.empty() ? names.imei : names.device;
}

}  // namespace

void ReportedDays::add(const Observation& report) {
  Day day = TimeZone().day_of(report.at);
  if (day.number == last_added_) return;
  last_added_ = day.number;
  days_.try_emplace(day.number, report.names);
}

std::string ReportedDays::told() const {
  constexpr std::int32_t kGapDaysMax = 1'000;
  auto widest = days_.end();
  std::int32_t most = kGapDaysMax;
  for (auto day = days_.begin(); day != days_.end() && std::next(day) != days_.end(); ++day) {
    std::int32_t gap = std::next(day)->first - day->first;
    if (gap > most) most = gap, widest = day;
  }
  if (widest == days_.end()) return {};
  auto after = std::next(widest);
  bool few_after = std::distance(after, days_.end()) <= std::distance(days_.begin(), after);
  return fmt::format(
      "nothing is reported between {} and {}: is the clock of {} right? (every device is followed "
      "to "
      "the end of the trace)\n",
      to_text(Day{widest->first}), to_text(Day{after->first}),
      name_of(few_after ? after->second : widest->second));
}

}  // namespace sojourn::cli
