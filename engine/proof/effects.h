// What an action does, as a key: equal keys, equal effect everywhere (alerts and tasks apart).
#pragma once

#include <cstdint>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

using EffectKey = std::vector<std::int64_t>;

EffectKey effect_key(const Action& action);

// Rules of one number have the same effect.
std::vector<std::uint32_t> number_effects(const std::vector<Rule>& rules);

}  // namespace sojourn
