#include "engine/proof/product.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "engine/proof/live_rows.h"

namespace sojourn {
namespace {

// A row alive in a state: its value (its group, where it skips) in the upper half, tagged with what
// it does; what is left of its diagram in the lower.
using Alive = std::uint64_t;
constexpr std::uint32_t kCollects = 0x8000'0000u;
constexpr std::uint32_t kSkips = 0x4000'0000u;

Alive alive(std::uint32_t tagged_value, DiagramRef rest) {
  return (std::uint64_t{tagged_value} << 32) | rest;
}
std::uint32_t tagged_value_of(Alive row) { return static_cast<std::uint32_t>(row >> 32); }
std::uint32_t value_of(Alive row) { return tagged_value_of(row) & ~(kCollects | kSkips); }
bool skips(Alive row) { return (tagged_value_of(row) & kSkips) != 0; }
bool decides(Alive row) { return (tagged_value_of(row) & (kCollects | kSkips)) == 0; }
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

using GroupOfValue = std::unordered_map<std::uint32_t, std::uint32_t>;  // none: of no group

// A state, row by row.
class StateInMaking {
 public:
  explicit StateInMaking(const GroupOfValue& group_of_value) : group_of_value_(group_of_value) {}

  // Adds a row unless it cannot matter; false when the list is complete.
  bool add(Alive row) {
    if (rest_of(row) == kNo) return true;
    std::uint32_t group = group_of(row);
    if (group != 0 && group == skipped_) return true;
    bool skips_all = skips(row) && rest_of(row) == kYes;
    drop_skips(skips_all ? 0 : group);
    if (skips_all) skipped_ = group;
    if (skips_all) return true;
    if (skips(row)) may_skip_ = group;
    state_.push_back(row);
    bool certain = group == 0 || group != may_skip_;
    return !(certain && decides(row) && rest_of(row) == kYes);
  }

  State finish() && {
    drop_skips(0);
    return std::move(state_);
  }

 private:
  std::uint32_t group_of(Alive row) const {
    if (skips(row)) return value_of(row);
    if (group_of_value_.empty()) return 0;
    auto found = group_of_value_.find(value_of(row));
    return found == group_of_value_.end() ? 0 : found->second;
  }
  // What skips, and stands last, has nothing left to skip unless its group goes on.
  void drop_skips(std::uint32_t going_on) {
    while (!state_.empty() && skips(state_.back()) && value_of(state_.back()) != going_on) {
      state_.pop_back();
    }
  }

  const GroupOfValue& group_of_value_;
  State state_;
  std::uint32_t skipped_ = 0;   // the group
  std::uint32_t may_skip_ = 0;  // the last group before which something skips
};

// What becomes of a state in each stretch of classes of an axis, first to last. From one stretch to
// the next only rows that change there are looked at: of ten thousand rows about a value each, a
// few.
class Sweep {
 public:
  Sweep(const DiagramStore& store, const GroupOfValue& groups, const State& state, AxisIndex axis)
      : store_(store),
        groups_(groups),
        state_(state),
        here_(state),
        runs_gone_(state.size(), 0),
        live_(state.size()) {
    for (std::uint32_t row = 0; row < state.size(); ++row) {
      DiagramRef rest = rest_of(state[row]);
      if (store.level(rest) == axis) {
        std::span<const DiagramRun> runs = store.runs(rest);
        for (std::size_t i = 0; i + 1 < runs.size(); ++i) {
          changes_.push_back({runs[i].end, row});
        }
        here_[row] = with_rest(state[row], runs.front().target);
      }
      if (rest_of(here_[row]) != kNo) live_.insert(row);
    }
    std::sort(changes_.begin(), changes_.end());
    for (const auto& [begin, row] : changes_) {
      if (ends_.empty() || ends_.back() != begin) ends_.push_back(begin);
    }
    ends_.push_back(store.class_count(axis));
  }

  // Where each stretch ends: in between every row is alike.
  const std::vector<ClassIndex>& ends() const { return ends_; }

  // The state in the next stretch; absent: certainly as in the one before.
  std::optional<State> next() {
    std::uint32_t first_changed = stretch_ == 0 ? 0 : change_rows(ends_[stretch_ - 1]);
    ++stretch_;
    if (first_changed > last_seen_) return std::nullopt;
    StateInMaking piece(groups_);
    last_seen_ = LiveRows::kNone;
    for (std::uint32_t row = live_.first_from(0); row != LiveRows::kNone;
         row = live_.first_from(row + 1)) {
      if (piece.add(here_[row])) continue;
      last_seen_ = row;  // what comes after it does not count
      break;
    }
    return std::move(piece).finish();
  }

 private:
  static Alive with_rest(Alive row, DiagramRef rest) {
    return (row & ~std::uint64_t{0xFFFF'FFFF}) | rest;
  }

  // Takes the changes at the class in; the first row that has one.
  std::uint32_t change_rows(ClassIndex begin) {
    std::uint32_t first = changes_[done_].second;
    for (; done_ < changes_.size() && changes_[done_].first == begin; ++done_) {
      std::uint32_t row = changes_[done_].second;
      DiagramRef rest = store_.runs(rest_of(state_[row]))[++runs_gone_[row]].target;
      here_[row] = with_rest(state_[row], rest);
      if (rest == kNo) {
        live_.erase(row);
      } else {
        live_.insert(row);
      }
    }
    return first;
  }

  const DiagramStore& store_;
  const GroupOfValue& groups_;
  const State& state_;
  State here_;                            // each row as it is in the stretch, also one that is gone
  std::vector<std::uint32_t> runs_gone_;  // by row
  LiveRows live_;
  // A class, and a row that changes there.
  std::vector<std::pair<ClassIndex, std::uint32_t>> changes_;
  std::vector<ClassIndex> ends_;
  std::size_t done_ = 0;                       // of the changes
  std::size_t stretch_ = 0;                    // the next one
  std::uint32_t last_seen_ = LiveRows::kNone;  // the row that ended the piece before, if one did
};

class Product {
 public:
  Product(DiagramStore& store, const GroupOfValue& groups, const MakeTerminal& make_terminal,
          const ProductLimits& limits)
      : store_(store),
        groups_(groups),
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
    for (Alive row : state) {
      std::uint32_t value = value_of(row);
      if (skips(row)) {
        rows.push_back({rest_of(row), 0, false, value, true});
      } else {
        auto group = groups_.find(value);
        rows.push_back(
            {rest_of(row), value, decides(row), group == groups_.end() ? 0 : group->second, false});
      }
    }
    closed.push_back(std::move(rows));
    return terminal(kClosedBit |
                    static_cast<std::uint32_t>(limits_.closed_first + closed.size() - 1));
  }

  // A state along an axis: what is left of it, and up to which class; no two neighbours alike.
  struct Pieces {
    std::vector<State> states;
    std::vector<ClassIndex> ends;
    std::size_t row_count = 0;
  };

  // False: more than the limits allow.
  bool cut(const State& state, AxisIndex axis, double copies, Pieces& pieces) {
    double rows_max = copies * static_cast<double>(state.size());
    Sweep sweep(store_, groups_, state, axis);
    for (ClassIndex end : sweep.ends()) {
      std::optional<State> piece = sweep.next();
      if (!piece || (!pieces.states.empty() && *piece == pieces.states.back())) {
        pieces.ends.back() = end;
        continue;
      }
      pieces.row_count += piece->size();
      work_ += piece->size();
      pieces.states.push_back(*std::move(piece));
      pieces.ends.push_back(end);
      if (limits_.may_close && static_cast<double>(pieces.row_count) > rows_max) return false;
      if (work_ > limits_.work_max) return false;
    }
    return true;
  }

  DiagramRef branch(const State& state, AxisIndex top, double copies, int depth) {
    Pieces pieces;
    if (!cut(state, top, copies, pieces)) {
      if (limits_.may_close) return close(state);
      failed = true;
      return kNo;
    }
    double spent = static_cast<double>(pieces.row_count) / static_cast<double>(state.size());
    double left = copies / std::max(spent, 1.0);
    std::vector<DiagramRun> runs;
    for (std::size_t i = 0; i < pieces.states.size(); ++i) {
      runs.push_back({pieces.ends[i], build(std::move(pieces.states[i]), left, depth + 1)});
      if (failed) return kNo;
    }
    return store_.node(top, runs);
  }

  DiagramStore& store_;
  const GroupOfValue& groups_;
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
  GroupOfValue groups;
  for (const ProductRow& row : rows) {
    if (!row.skips && row.group != 0) groups.emplace(row.value, row.group);
  }
  StateInMaking state(groups);
  for (const ProductRow& row : rows) {
    std::uint32_t tagged =
        row.skips ? kSkips | row.group : row.value | (row.decides ? 0 : kCollects);
    if (!state.add(alive(tagged, row.where))) break;
  }
  Product walk(store, groups, make_terminal, limits);
  DiagramRef root = walk.build(std::move(state).finish(), limits.copies_max, 0);
  if (walk.failed) return std::nullopt;
  return ProductResult{root, std::move(walk.closed), walk.work()};
}

}  // namespace sojourn
