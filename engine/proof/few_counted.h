// Private to engine/proof: situations in which as few profiles as may be were counted beside the
// enabled one.
//
// What a ban counts with another profile may be anything in the prover's world, so that the first
// situation found is often one of a device that went to and fro between its profiles for months.
// One that needs less is plainer to read, and is the likelier to come about when it is replayed.
#pragma once

#include <functional>
#include <optional>

#include "engine/proof/policy_model.h"

namespace sojourn {

// A situation of a question within a diagram, if one is found.
using FindWithin = std::function<std::optional<Witness>(DiagramRef)>;

// `found`, or a situation of the same question with fewer profiles counted.
Witness with_few_counted(PolicyModel& model, Witness found, const FindWithin& find);

// A situation of the same question in which what was counted goes on, so that a device that stands
// still shows it. (Where it stands is open to a question that asks for counts alone.) Absent: there
// is none, or `found` is one.
std::optional<Witness> where_it_goes_on(PolicyModel& model, const Witness& found,
                                        const FindWithin& find);

}  // namespace sojourn
