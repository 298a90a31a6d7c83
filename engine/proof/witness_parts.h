// Private to engine/proof: the pieces from which situations are written, as a line or as a `test`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/written_name.h"
#include "engine/proof/witness_text.h"
#include "engine/proof/world.h"

namespace sojourn {

std::string with_unit(std::int64_t millionths, const std::string& unit);  // "20%", "13.9 km/h"
std::string joined(const std::vector<std::string>& parts);                // by ", "
// "type = meter", "roaming in BR on 60 consecutive days".
std::string reading_text(const RuleTable& table, const Feature& feature, const Reading& reading);
// What is counted apart from conditions: "rejected with 11, 13 within 6 hours", "data in CN within
// 30 days".
std::string counted_words(const RuleTable& table, const Feature& feature);
// "2026-07-01 12:00"; milliseconds beyond a day run into other days.
std::string time_text(std::int32_t day, std::int64_t ms_of_day);
std::string clock_text(std::int64_t ms_of_day);  // "12:00"

// For how many whole days a device must have stood in the situation, so that it counts what the
// witness says. Absent: something held once and holds no longer.
std::optional<std::int64_t> days_of_standing(const RuleTable& table, const Witness& witness);

// What stands from the beginning of a test: master data, profiles.
std::vector<std::string> given_parts(const RuleTable& table, const Witness& witness);
// What happened before the moment: events, and data that was used.
struct Happening {
  std::int64_t before_ms = 0;  // so long before it
  std::string part;            // "event owner-changed", "rejected with 11", "data 10000001 B"
};
// Of a sum of bytes, or of what one country has more of: where they were used. Null: none was.
const CountrySet* countries_of_data(const Feature& feature, const Reading& reading);
// The oldest first. Absent when a test of one device cannot tell it: what the fleet counts,
// commanded switches and alerts of before, data of another country.
std::optional<std::vector<Happening>> happenings(const RuleTable& table, const Witness& witness);
// Does it matter how far the border is? No report says it in so many words.
bool has_border_distance(const RuleTable& table, const Witness& witness);

// Where no network serves, and what is counted with the enabled profile is judged on those of the
// country that stands (semantics 9a): the same device while it still was on one. Absent: nothing is
// counted so, or on none of the policy's countries.
std::optional<Witness> before_network_was_lost(const RuleTable& table, const Witness& witness);

// The network that a report names: where nothing asks for it but counts on one network, any.
Reading told_network(const RuleTable& table, const Witness& witness);
// What every report of a stay says.
std::vector<std::string> report_parts(const RuleTable& table, const Witness& witness);
// The remarks and expectations of a test, a line each.
std::string end_of(const WitnessTest& test);

}  // namespace sojourn
