// The catalogue of a graph file: a graph's RuleTable, axes and leaves as bytes, and back.
//
// One description of each type serves both directions, and names every member, so that a new member
// does not compile until it is stored. Integers are LEB128 (signed ones zigzag), texts and lists
// carry their length, countries are stored by their code and not by their index, which may change
// between releases. The same parts give the same bytes on any machine.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/graph/decision_graph.h"

namespace sojourn {

// Everything of `parts` but the words, the memory and the root.
Bytes encode_catalogue(const RuleTable& table, const DecisionGraphParts& parts);

// Strict: every value in its range, every index inside its list, nothing left over; E0004
// otherwise. Sets everything of `parts` but the words, the memory and the root.
Status decode_catalogue(ByteView bytes, DecisionGraphParts& parts);

}  // namespace sojourn
