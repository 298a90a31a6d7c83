// Disputed places as a policy sees them: `view disputed RU-UA as UA`.
//
// Where the map has two countries claim a place (Crimea, Abyei, the Ems estuary, borders that were
// mapped apart), a position there has the claim of both, and conditions about either hold. A policy
// that picks a view has the place in the one country: for its rules, its counts, its bans, and for
// the proofs about them, which is why it is done where places come from and nowhere else.
//
//   auto locator = bind_areas(gazetteer, table);    // instead of gazetteer.bind(table.areas)
//   auto situations = situations_of(gazetteer, table);
#pragma once

#include <memory>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

// The claim as the views have it; the same where none of them is about it.
CountryClaim seen(const std::vector<DisputedView>& views, CountryClaim claim);

// A locator of the table's areas that answers as the table's views have it. The border between a
// disputed place and the country that it is seen in stays a border to `border_distance` and for
// certainty: the map has it.
Result<std::unique_ptr<Locator>> bind_areas(const Gazetteer& gazetteer, const RuleTable& table);

// Those of such a locator; of a table without areas they are told before borders are read.
Result<std::vector<Situation>> situations_of(const Gazetteer& gazetteer, const RuleTable& table);

}  // namespace sojourn
