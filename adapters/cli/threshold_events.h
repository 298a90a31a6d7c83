// What a device that stands still cannot show: events that happen so many times or so long ago, and
// bytes that add up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/rule_table.h"
#include "engine/proof/world.h"

namespace sojourn::cli {

// Where the events and bytes are put: before the last report, or before the first, so that what is
// counted in between goes on.
enum class Placing : std::uint8_t { before_the_last, before_the_first };

// A network of the countries alone, "724-01"; absent where there is none.
std::optional<std::string> network_in(const CountrySet& countries);
std::string data_text(std::int64_t bytes);  // "data 10 MB", "data 10000001 B"

// The lines of a test block with what makes the feature read `value`; unchanged where the feature
// is about neither events nor bytes. Absent where it cannot be told.
std::optional<std::vector<std::string>> with_events(const RuleTable& table, const Feature& feature,
                                                    std::int64_t value, const Witness& witness,
                                                    Placing placing,
                                                    std::vector<std::string> lines);

// With the events that the witness has behind it (`D since E`, counts), each at its instant.
std::vector<std::string> with_past(const RuleTable& table, const Witness& witness,
                                   std::vector<std::string> lines);

// A sum of data (FeatureKind::data_sum), and what it is to come to.
struct SumOfData {
  const Feature* feature = nullptr;
  std::int64_t bytes = 0;
};
// The same for several sums at once. Absent where they do not go together.
std::optional<std::vector<std::string>> with_sums(std::vector<SumOfData> sums,
                                                  const Witness& witness,
                                                  std::vector<std::string> lines);

}  // namespace sojourn::cli
