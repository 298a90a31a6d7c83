// Private to engine/proof: what changes while a device rests (rest.h), and what does not.
#pragma once

#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

// Who is enabled says what it reads, with the network and whether one serves.
bool follows_from_profile(FeatureKind kind);

// By feature: may its reading change?
std::vector<bool> moving_features(const RuleTable& table);

// Can rules undo each other at all? Two profiles must be asked for without a hold, and something
// that decides must look at what moves.
bool may_go_round(const RuleTable& table, const std::vector<bool>& moving);

}  // namespace sojourn
