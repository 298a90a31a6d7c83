// The product of many diagrams walked at once: from an ordered list of (where, what) to one diagram
// whose terminals say which rows hold.
//
// Top down, axis by axis. The state is the list of rows still alive, each with what is left of its
// diagram; a row that became `no` is gone, and a row that *decides* and became `yes` ends the list.
// Equal states are one node, so shared remainders are built once:
//
//   [A: country=BR & meter, B: country=BR, C: yes]
//     BR      -> [A: meter, B: yes]       (C can no longer decide)
//     else    -> [C: yes]                 = terminal C
#pragma once

#include <functional>
#include <vector>

#include "engine/proof/diagram.h"

namespace sojourn {

struct ProductRow {
  DiagramRef where = kNo;
  std::uint32_t value = 0;  // what the terminal is made of
  bool decides = true;      // rows after it do not count where it holds
};

// Turns the values of the rows that hold, in order, into the value of a terminal.
using MakeTerminal = std::function<std::uint32_t(const std::vector<std::uint32_t>&)>;

// Requires: every `where` is truth-valued and of the store.
DiagramRef product(DiagramStore& store, const std::vector<ProductRow>& rows,
                   const MakeTerminal& make_terminal);

}  // namespace sojourn
