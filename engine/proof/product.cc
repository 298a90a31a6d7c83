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

// Walks deep in axes would be deep in calls: beyond, states are closed or the walk gives up.
constexpr int kDepthMax = 2'000;

class Product {
 public:
  Product(DiagramStore& store, const MakeTerminal& make_terminal, const ProductLimits& limits)
      : store_(store),
        make_terminal_(make_terminal),
        limits_(limits),
        nodes_max_(store.node_count() + limits.nodes_max) {}

  // Meaningless once `failed`.
  DiagramRef build(State state, double copies, int depth) {
    AxisIndex top = kTerminalBit;
    for (Alive row : state) top = std::min(top, store_.level(rest_of(row)));
    if (top == kTerminalBit) return terminal_of(state);
    std::uint64_t hash = hash_of(state);
    auto [begin, end] = known_.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      if (it->second.state == state) return it->second.result;
    }
    work_ += state.size();
    bool beyond = work_ > limits_.work_max || store_.node_count() > nodes_max_ || depth > kDepthMax;
    if (beyond && !limits_.may_close) failed = true;
    if (failed) return kNo;
    bool small = limits_.may_close && state.size() <= limits_.closed_rows;
    DiagramRef result = beyond || small ? close(state) : branch(state, top, copies, depth);
    known_.emplace(hash, Known{std::move(state), result});
    return result;
  }

  // Adds a row unless it cannot matter; false when the list is complete.
  static bool add(State& state, Alive row) {
    if (rest_of(row) == kNo) return true;
    state.push_back(row);
    return !(decides(row) && rest_of(row) == kYes);
  }

  std::size_t work() const { return work_; }

  bool failed = false;
  std::vector<std::vector<ProductRow>> closed;

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

  DiagramRef close(const State& state) {
    std::vector<ProductRow> rows;
    for (Alive row : state) rows.push_back({rest_of(row), value_of(row), decides(row)});
    closed.push_back(std::move(rows));
    return terminal(kClosedBit |
                    static_cast<std::uint32_t>(limits_.closed_first + closed.size() - 1));
  }

  DiagramRef branch(const State& state, AxisIndex top, double copies, int depth) {
    // Classes between two neighbouring bounds are alike for every row.
    std::vector<ClassIndex> bounds;
    for (Alive row : state) {
      if (store_.level(rest_of(row)) != top) continue;
      for (const DiagramRun& run : store_.runs(rest_of(row))) bounds.push_back(run.end);
    }
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
    std::vector<State> pieces;
    std::size_t piece_rows = 0;
    for (ClassIndex bound : bounds) {
      pieces.push_back(inside(state, top, bound - 1));
      if (pieces.size() > 1 && pieces.back() == pieces[pieces.size() - 2]) continue;
      piece_rows += pieces.back().size();
      work_ += pieces.back().size();
      bool too_many = limits_.may_close &&
                      static_cast<double>(piece_rows) > copies * static_cast<double>(state.size());
      if (too_many) return close(state);
      if (work_ > limits_.work_max) break;
    }
    if (work_ > limits_.work_max) {
      if (limits_.may_close) return close(state);
      failed = true;
      return kNo;
    }
    double spent = static_cast<double>(piece_rows) / static_cast<double>(state.size());
    double left = copies / std::max(spent, 1.0);
    std::vector<DiagramRun> runs;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      runs.push_back({bounds[i], build(std::move(pieces[i]), left, depth + 1)});
      if (failed) return kNo;
    }
    return store_.node(top, runs);
  }

  State inside(const State& state, AxisIndex top, ClassIndex value) const {
    State below;
    for (Alive row : state) {
      DiagramRef rest = rest_of(row);
      if (store_.level(rest) == top) rest = store_.child(rest, value);
      if (!add(below, (row & ~std::uint64_t{0xFFFF'FFFF}) | rest)) break;
    }
    return below;
  }

  DiagramStore& store_;
  const MakeTerminal& make_terminal_;
  const ProductLimits& limits_;
  std::size_t nodes_max_;
  std::size_t work_ = 0;
  std::unordered_multimap<std::uint64_t, Known> known_;
};

}  // namespace

std::optional<ProductResult> product(DiagramStore& store, const std::vector<ProductRow>& rows,
                                     const MakeTerminal& make_terminal,
                                     const ProductLimits& limits) {
  State state;
  for (const ProductRow& row : rows) {
    std::uint32_t tagged = row.value | (row.decides ? 0 : kCollects);
    if (!Product::add(state, alive(tagged, row.where))) break;
  }
  Product walk(store, make_terminal, limits);
  DiagramRef root = walk.build(std::move(state), limits.copies_max, 0);
  if (walk.failed) return std::nullopt;
  return ProductResult{root, std::move(walk.closed), walk.work()};
}

}  // namespace sojourn
