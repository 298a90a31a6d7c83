// Stories of a device that does not stand still: it enters what is counted, or leaves it, at the
// instant that brings the count to a value. Shares, `within`, spans inside them, and counts that
// have to be reached together need that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/feature.h"
#include "engine/proof/world.h"

namespace sojourn::cli {

// What the device reports where the counted condition holds, and where it does not; parts of a
// report, such as "network 724-05".
struct CourseReports {
  std::string holds, fails;
};

// When the stays begin that make the feature read `value` at the witness's moment (within months:
// `value` milliseconds after the last instant of the condition has left the window); the counted
// condition holds then, or no longer. Absent for features that need no such story, and where there
// is none. The lines of a `test` block; without `given`.
std::optional<std::vector<std::string>> course_of(const RuleTable& table, FeatureIndex asked,
                                                  std::int64_t value, const Witness& moment,
                                                  bool holds_now, const CourseReports& reports);

// Stories of a device that has been where the counted condition holds for `before_days`, or where
// it does not, leaves it, and is there again for as long as makes the feature read `value`: what
// else is counted goes on, or has what it needs from before. Several, the best first; as above.
std::vector<std::vector<std::string>> returns_of(const RuleTable& table, FeatureIndex asked,
                                                 std::int64_t value, const Witness& moment,
                                                 std::int64_t before_days,
                                                 const CourseReports& reports);

// A device that was where `holds` for a minute, so long before the moment, and since then is not.
std::vector<std::string> passing_of(std::int64_t ago_ms, const Witness& moment,
                                    const CourseReports& reports);

// A device that comes to the one side and to the other, `times` in all, an hour each; the last time
// to where `holds`, until the moment.
std::vector<std::string> to_and_fro(std::int64_t times, const Witness& moment,
                                    const CourseReports& reports);

// Where the device was, for how many whole days, and the data that it used there ("data 10 MB").
struct Visit {
  std::string report;
  std::int64_t days = 1;
  std::string data;
};
// Visits one after the other until the day of the moment, which the device spends at `now`. The
// first of them begins `days` days before, and is as long as that makes it; its data are ignored.
std::vector<std::string> itinerary(const std::vector<Visit>& visits, std::int64_t days,
                                   const Witness& moment, const std::string& now);

// Speed, accuracy and the distance to the border are told with a position: "position -23.55 -46.63
// accuracy 20 m speed 3 m/s", moved until it reads as the witness does, as far as it is asked.
// Absent where nothing of it is.
std::optional<std::string> moving_position(const RuleTable& table, const Locator& locator,
                                           const Witness& witness,
                                           const std::vector<FeatureIndex>& asked);
// The same, in place of the position that each of the lines tells, or beside what it tells.
std::vector<std::string> with_motion(const std::string& position, std::vector<std::string> lines);

}  // namespace sojourn::cli
