#include "engine/proof/product.h"

#include <algorithm>
#include <unordered_map>

namespace sojourn {
namespace {

// A row alive in a state: its value in the upper half (its top bit says "collects"), what is left
// of its diagram in the lower.
using Alive = std::uint64_t;
constexpr std::uint32_t kCollects = 0x8000'0000u;

Alive alive(std::uint32_t tagged_value, DiagramRef rest) {
  return (std::uint64_t{tagged_value} << 32) | rest;
}
std::uint32_t value_of(Alive row) { return static_cast<std::uint32_t>(row >> 32) & ~kCollects; }
bool decides(Alive row) { return (row >> 63) == 0; }
DiagramRef rest_of(Alive row) { return static_cast<DiagramRef>(row); }

using State = std::vector<Alive>;

std::uint64_t hash_of(const State& state) {
  std::uint64_t hash = state.size();
  for (Alive row : state) {
    hash = (hash ^ row) * 0x9E37'79B9'7F4A'7C15u;
    hash ^= hash >> 31;
  }
  return hash;
}

class Product {
 public:
  Product(DiagramStore& store, const MakeTerminal& make_terminal)
      : store_(store), make_terminal_(make_terminal) {}

  DiagramRef build(State state) {
    AxisIndex top = kTerminalBit;
    for (Alive row : state) top = std::min(top, store_.level(rest_of(row)));
    if (top == kTerminalBit) return terminal_of(state);
    std::uint64_t hash = hash_of(state);
    auto [begin, end] = known_.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      if (it->second.state == state) return it->second.result;
    }
    DiagramRef result = branch(state, top);
    known_.emplace(hash, Known{std::move(state), result});
    return result;
  }

  // Adds a row unless it cannot matter; false when the list is complete.
  static bool add(State& state, Alive row) {
    if (rest_of(row) == kNo) return true;
    state.push_back(row);
    return !(decides(row) && rest_of(row) == kYes);
  }

 private:
  struct Known {
    State state;
    DiagramRef result;
  };

  DiagramRef terminal_of(const State& state) {
    std::vector<std::uint32_t> values;
    for (Alive row : state) values.push_back(value_of(row));
    return terminal(make_terminal_(values));
  }

  DiagramRef branch(const State& state, AxisIndex top) {
    // Classes between two neighbouring bounds are alike for every row.
    std::vector<ClassIndex> bounds;
    for (Alive row : state) {
      if (store_.level(rest_of(row)) != top) continue;
      for (const DiagramRun& run : store_.runs(rest_of(row))) bounds.push_back(run.end);
    }
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
    std::vector<DiagramRun> runs;
    State inside;
    for (ClassIndex bound : bounds) {
      inside.clear();
      for (Alive row : state) {
        DiagramRef rest = rest_of(row);
        if (store_.level(rest) == top) rest = store_.child(rest, bound - 1);
        if (!add(inside, (row & ~std::uint64_t{0xFFFF'FFFF}) | rest)) break;
      }
      runs.push_back({bound, build(inside)});
    }
    return store_.node(top, runs);
  }

  DiagramStore& store_;
  const MakeTerminal& make_terminal_;
  std::unordered_multimap<std::uint64_t, Known> known_;
};

}  // namespace

DiagramRef product(DiagramStore& store, const std::vector<ProductRow>& rows,
                   const MakeTerminal& make_terminal) {
  State state;
  for (const ProductRow& row : rows) {
    std::uint32_t tagged = row.value | (row.decides ? 0 : kCollects);
    if (!Product::add(state, alive(tagged, row.where))) break;
  }
  return Product(store, make_terminal).build(std::move(state));
}

}  // namespace sojourn
