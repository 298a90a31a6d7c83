#include "engine/proof/diagram.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>

#include "engine/proof/axis_moves.h"

namespace sojourn {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E37'79B9'7F4A'7C15u;
  return hash ^ (hash >> 29);
}

std::uint64_t hash_of(AxisIndex axis, std::span<const DiagramRun> runs) {
  std::uint64_t hash = mix(0x51, axis);
  for (const DiagramRun& run : runs) {
    hash = mix(hash, (std::uint64_t{run.end} << 32) | run.target);
  }
  return hash;
}

constexpr std::size_t kFirstBuckets = 1u << 10;
// Nodes that `may_meet` looks at: most rules are chains of a few.
constexpr std::size_t kLooksMax = 64;
// Pairs that `is_within` looks at, and calls inside calls.
constexpr std::size_t kWithinMax = 100'000;
constexpr std::size_t kWithinDepthMax = 2'000;
// Parts of one axis that are joined one after the other.
constexpr std::size_t kPartsInARowMax = 256;

}  // namespace

DiagramStore::DiagramStore(std::vector<ClassIndex> class_counts)
    : class_counts_(std::move(class_counts)), buckets_(kFirstBuckets, 0), cache_(kFirstBuckets) {}

DiagramRef DiagramStore::node(AxisIndex axis, std::span<const DiagramRun> runs) {
  assert(!runs.empty() && runs.back().end == class_counts_[axis]);
  std::size_t first = runs_.size();
  for (const DiagramRun& run : runs) {
    assert(level(run.target) > axis);
    bool joins = runs_.size() > first && runs_.back().target == run.target;
    if (joins) {
      runs_.back().end = run.end;
    } else {
      runs_.push_back(run);
    }
  }
  std::span<const DiagramRun> merged(&runs_[first], runs_.size() - first);
  if (merged.size() == 1) {
    DiagramRef only = merged[0].target;
    runs_.resize(first);
    return only;
  }
  std::size_t at = hash_of(axis, merged) & (buckets_.size() - 1);
  for (; buckets_[at] != 0; at = (at + 1) & (buckets_.size() - 1)) {
    const Node& other = nodes_[buckets_[at] - 1];
    bool same = other.axis == axis && other.count == merged.size() &&
                std::equal(merged.begin(), merged.end(), &runs_[other.first]);
    if (!same) continue;
    runs_.resize(first);
    return buckets_[at] - 1;
  }
  auto index = static_cast<DiagramRef>(nodes_.size());
  nodes_.push_back({axis, static_cast<std::uint32_t>(merged.size()), first});
  buckets_[at] = index + 1;
  if (++entered_ * 2 > buckets_.size()) grow();
  return index;
}

void DiagramStore::grow() {
  buckets_.assign(buckets_.size() * 2, 0);
  cache_.assign(buckets_.size(), {});
  entered_ = 0;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) enter(i);
}

void DiagramStore::enter(DiagramRef node) {
  std::size_t at = hash_of(nodes_[node].axis, runs(node)) & (buckets_.size() - 1);
  while (buckets_[at] != 0) at = (at + 1) & (buckets_.size() - 1);
  buckets_[at] = node + 1;
  ++entered_;
}

// Different functions stay different ones, so every node that stays is one of its own, as before;
// and what was found of two that stay is found of them again. A node that became another is entered
// once more; where it was found before, it is equal to nothing.
void DiagramStore::move_axes(const AxisMoves& moves, std::vector<ClassIndex> class_counts) {
  class_counts_ = std::move(class_counts);
  std::vector<DiagramRun> moved;
  for (DiagramRef i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    const AxisMoves::OfAxis& of = moves.of(node.axis);
    bool is_left = node.count == 1;  // since an edit before
    if (is_left || (of.to == node.axis && !of.classes)) continue;
    moved.clear();
    if (!of.to || (of.classes && !of.classes->move(runs(i), moved))) moved = {{0, kNo}};
    if (moved.size() > node.count) {
      node.first = runs_.size();
      runs_.resize(runs_.size() + moved.size());
    }
    if (!moved.empty()) node.count = static_cast<std::uint32_t>(moved.size());
    std::copy(moved.begin(), moved.end(), runs_.begin() + static_cast<std::ptrdiff_t>(node.first));
    node.axis = of.to.value_or(0);
    enter(i);
    if (entered_ * 2 > buckets_.size()) grow();
  }
}

DiagramRef DiagramStore::child(DiagramRef ref, ClassIndex value) const {
  std::span<const DiagramRun> all = runs(ref);
  auto after = [](ClassIndex v, const DiagramRun& run) { return v < run.end; };
  return std::upper_bound(all.begin(), all.end(), value, after)->target;
}

// Recursion is as deep as the axes that both diagrams test; the compiler bounds it.
DiagramRef DiagramStore::apply(Op op, DiagramRef a, DiagramRef b) {
  DiagramRef absorbing = op == Op::both ? kNo : kYes;
  DiagramRef neutral = op == Op::both ? kYes : kNo;
  if (a == absorbing || b == absorbing) return absorbing;
  if (a == neutral || a == b) return b;
  if (b == neutral) return a;
  if (a > b) std::swap(a, b);
  std::uint64_t hash = mix(mix(static_cast<std::uint64_t>(op) + 1, a), b);
  {
    const CacheRow& row = cache_[hash & (cache_.size() - 1)];
    if (row.op == static_cast<std::uint32_t>(op) + 1 && row.a == a && row.b == b) return row.result;
  }
  AxisIndex top = std::min(level(a), level(b));
  std::vector<DiagramRun> merged;
  std::size_t i = 0, j = 0;  // runs of a and of b; the spans move when the store grows
  bool a_tests = level(a) == top, b_tests = level(b) == top;
  ClassIndex end = 0;
  while (end < class_counts_[top]) {
    DiagramRun from_a = a_tests ? runs(a)[i] : DiagramRun{class_counts_[top], a};
    DiagramRun from_b = b_tests ? runs(b)[j] : DiagramRun{class_counts_[top], b};
    end = std::min(from_a.end, from_b.end);
    if (from_a.end == end) ++i;
    if (from_b.end == end) ++j;
    merged.push_back({end, apply(op, from_a.target, from_b.target)});
  }
  DiagramRef result = node(top, merged);
  cache_[hash & (cache_.size() - 1)] = {a, b, result, static_cast<std::uint32_t>(op) + 1};
  return result;
}

DiagramRef DiagramStore::both(DiagramRef a, DiagramRef b) { return apply(Op::both, a, b); }
DiagramRef DiagramStore::either(DiagramRef a, DiagramRef b) { return apply(Op::either, a, b); }

bool DiagramStore::may_meet(DiagramRef a, DiagramRef b) const {
  std::size_t looks = kLooksMax;
  return meet(a, b, looks);
}

bool DiagramStore::meet(DiagramRef a, DiagramRef b, std::size_t& looks) const {
  if (a == kNo || b == kNo) return false;
  if (is_terminal(a) || is_terminal(b) || a == b || looks == 0) return true;
  --looks;
  if (level(a) > level(b)) std::swap(a, b);
  DiagramRef last = kNo, other = b;
  bool both_test = level(a) == level(b);
  std::size_t j = 0;  // the run of b
  ClassIndex begin = 0;
  for (const DiagramRun& run : runs(a)) {
    while (begin < run.end) {
      if (both_test) other = runs(b)[j].target;
      // Runs often lead to the same in turn.
      bool tried = !both_test && run.target == last;
      if (!tried && meet(run.target, other, looks)) return true;
      begin = both_test ? std::min(run.end, runs(b)[j].end) : run.end;
      if (both_test && runs(b)[j].end == begin) ++j;
    }
    if (run.target != kNo) last = run.target;
  }
  return false;
}

bool DiagramStore::is_within(DiagramRef a, DiagramRef b) const {
  std::unordered_set<std::uint64_t> seen;
  return within(a, b, seen, 0);
}

// `seen`: pairs of which the one is within the other. The first that is not ends it.
bool DiagramStore::within(DiagramRef a, DiagramRef b, std::unordered_set<std::uint64_t>& seen,
                          std::size_t depth) const {
  if (a == kNo || b == kYes || a == b) return true;
  if (b == kNo || (is_terminal(a) && is_terminal(b))) return false;
  if (depth == kWithinDepthMax || seen.size() == kWithinMax) return false;
  std::uint64_t pair = std::uint64_t{a} << 32 | b;
  if (seen.contains(pair)) return true;
  AxisIndex top = std::min(level(a), level(b));
  ClassIndex begin = 0;
  for (std::size_t i = 0, j = 0; begin < class_counts_[top];) {
    ClassIndex end = class_counts_[top];
    DiagramRef of_a = a, of_b = b;
    if (level(a) == top) of_a = runs(a)[i].target, end = std::min(end, runs(a)[i].end);
    if (level(b) == top) of_b = runs(b)[j].target, end = std::min(end, runs(b)[j].end);
    if (!within(of_a, of_b, seen, depth + 1)) return false;
    if (level(a) == top && runs(a)[i].end == end) ++i;
    if (level(b) == top && runs(b)[j].end == end) ++j;
    begin = end;
  }
  seen.insert(pair);
  return true;
}

DiagramRef DiagramStore::with_terminals(DiagramRef a, DiagramRef for_no, DiagramRef for_yes) {
  if (is_terminal(a)) return a == kYes ? for_yes : for_no;
  std::unordered_map<DiagramRef, DiagramRef> found = {{kNo, for_no}, {kYes, for_yes}};
  std::vector<DiagramRef> open = {a};
  while (!open.empty()) {
    DiagramRef at = open.back();
    std::size_t before = open.size();
    if (!found.contains(at)) {
      for (const DiagramRun& run : runs(at)) {
        if (!found.contains(run.target)) open.push_back(run.target);
      }
    }
    if (open.size() > before) continue;  // children first
    open.pop_back();
    if (found.contains(at)) continue;
    std::vector<DiagramRun> replaced(runs(at).begin(), runs(at).end());
    for (DiagramRun& run : replaced) run.target = found[run.target];
    found[at] = node(axis(at), replaced);
  }
  return found[a];
}

// The parts that test late axes first: each step then adds nodes on top of a finished diagram.
// Those that test nothing but one axis are joined in pairs, and pairs of pairs, and so are very
// many that begin with one axis: one after the other, each would copy the runs of all before it.
DiagramRef DiagramStore::fold(Op op, std::vector<DiagramRef> parts) {
  std::sort(parts.begin(), parts.end(), [&](DiagramRef a, DiagramRef b) {
    return level(a) != level(b) ? level(a) > level(b) : a < b;
  });
  DiagramRef result = op == Op::both ? kYes : kNo;
  for (std::size_t begin = 0, end = 0; begin < parts.size(); begin = end) {
    while (end < parts.size() && level(parts[end]) == level(parts[begin])) ++end;
    bool many = end - begin > kPartsInARowMax;
    std::vector<DiagramRef> paired;
    for (std::size_t i = begin; i < end; ++i) {
      if (many || tests_one_axis(parts[i])) {
        paired.push_back(parts[i]);
      } else {
        result = apply(op, parts[i], result);
      }
    }
    if (!paired.empty()) result = apply(op, in_pairs(op, std::move(paired)), result);
  }
  return result;
}

bool DiagramStore::tests_one_axis(DiagramRef ref) const {
  if (is_terminal(ref)) return true;
  std::span<const DiagramRun> all = runs(ref);
  return std::all_of(all.begin(), all.end(),
                     [](const DiagramRun& run) { return is_terminal(run.target); });
}

// Requires: parts are not empty.
DiagramRef DiagramStore::in_pairs(Op op, std::vector<DiagramRef> parts) {
  while (parts.size() > 1) {
    std::size_t joined = 0;
    for (std::size_t i = 0; i < parts.size(); i += 2) {
      parts[joined++] = i + 1 < parts.size() ? apply(op, parts[i], parts[i + 1]) : parts[i];
    }
    parts.resize(joined);
  }
  return parts.front();
}

DiagramRef DiagramStore::all_of(std::vector<DiagramRef> parts) {
  return fold(Op::both, std::move(parts));
}
DiagramRef DiagramStore::any_of(std::vector<DiagramRef> parts) {
  return fold(Op::either, std::move(parts));
}

std::size_t DiagramStore::byte_count() const {
  return nodes_.size() * sizeof(Node) + runs_.size() * sizeof(DiagramRun) +
         buckets_.size() * sizeof(std::uint32_t) + cache_.size() * sizeof(CacheRow);
}

}  // namespace sojourn
