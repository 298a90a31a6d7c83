// Diagrams that hold together. As one diagram they may be too large: whether many bans let two
// profiles be had is, for as many bans as there are, every combination of them twice over.
#pragma once

#include <vector>

#include "engine/proof/diagram.h"

namespace sojourn {

struct Together {
  DiagramRef where = kNo;
  std::vector<DiagramRef> also;  // ascending, without repetitions
};

// Has the diagram no more nodes than that?
inline constexpr std::size_t kFewNodes = 16;
bool is_small(const DiagramStore& store, DiagramRef root, std::size_t most = kFewNodes);

// Where all parts hold: the small ones are one diagram, the others stay what they are.
Together together(DiagramStore& store, DiagramRef where, const std::vector<DiagramRef>& parts);
Together together(DiagramStore& store, const Together& one, const Together& other);

}  // namespace sojourn
