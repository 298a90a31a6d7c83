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
//
// A row that *skips* takes others out: where it holds, the rows of its group, which stand right
// behind it, do not count. What must not be drawn as part of their own diagrams is said so.
//
// A product can be exponential. Under limits, a state may be *closed* instead of branched: its
// terminal then names the list of rows, which becomes a residual matcher.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/proof/diagram.h"

namespace sojourn {

struct ProductRow {
  DiagramRef where = kNo;
  std::uint32_t value = 0;  // what the terminal is made of
  bool decides = true;      // rows after it do not count where it holds
  // Rows of one group stand together; 0: of none. Those of one value are of one group.
  std::uint32_t group = 0;
  bool skips = false;  // has no value; stands before its group, which it takes out
};

// Turns the values of the rows that hold, in order, into the value of a terminal.
using MakeTerminal = std::function<std::uint32_t(const std::vector<std::uint32_t>&)>;

// Terminals with this bit stand for a closed state; the other bits are its index.
inline constexpr std::uint32_t kClosedBit = 0x4000'0000u;

struct ProductLimits {
  // Rows looked at over the whole walk, and nodes made; beyond, a product without closing gives up
  // and one with closing closes everything.
  std::size_t work_max = 0;
  std::size_t nodes_max = 0;
  bool may_close = false;
  // With closing: states of at most so many rows are closed, and those larger ones that branching
  // would not thin out: all closed states together hold at most `copies_max` times the rows.
  std::size_t closed_rows = 256;
  double copies_max = 4;
  // The index of the first closed state: several products of one store must not share them.
  std::size_t closed_first = 0;
};

struct ProductResult {
  DiagramRef root = kNo;
  std::vector<std::vector<ProductRow>> closed;  // the rows of each closed state
  std::size_t work = 0;                         // rows looked at
};

// Requires: every `where` is truth-valued and of the store. Absent: beyond the limits.
std::optional<ProductResult> product(DiagramStore& store, const std::vector<ProductRow>& rows,
                                     const MakeTerminal& make_terminal,
                                     const ProductLimits& limits);

}  // namespace sojourn
