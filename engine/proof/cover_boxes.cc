#include "engine/proof/cover_boxes.h"

#include <algorithm>

namespace sojourn {
namespace {

// Calls inside calls: what is deeper and no chain by itself is not taken apart.
constexpr std::size_t kChainDepthMax = 2'000;

// Does each node lead to one further diagram, and to `no`?
bool is_chain(const DiagramStore& store, DiagramRef ref) {
  while (!is_terminal(ref)) {
    DiagramRef next = kNo;
    for (const DiagramRun& run : store.runs(ref)) {
      if (run.target == kNo) continue;
      if (next != kNo && next != run.target) return false;
      next = run.target;
    }
    ref = next;
  }
  return ref != kNo;
}

// The diagram as disjoint diagrams that are chains, as boxes are; false: these are more than
// `most`.
bool collect_chains(DiagramStore& store, DiagramRef ref, std::size_t most, std::size_t depth,
                    std::vector<DiagramRef>& chains) {
  if (ref == kNo) return true;
  if (is_terminal(ref) || is_chain(store, ref)) {
    chains.push_back(ref);
    return chains.size() <= most;
  }
  if (depth == kChainDepthMax) return false;
  std::vector<DiagramRun> runs(store.runs(ref).begin(), store.runs(ref).end());
  std::vector<DiagramRef> targets;
  for (const DiagramRun& run : runs) {
    bool fresh = std::find(targets.begin(), targets.end(), run.target) == targets.end();
    if (run.target != kNo && fresh) targets.push_back(run.target);
  }
  for (DiagramRef target : targets) {
    std::size_t first = chains.size();
    if (!collect_chains(store, target, most, depth + 1, chains)) return false;
    for (std::size_t i = first; i < chains.size(); ++i) {
      std::vector<DiagramRun> only = runs;
      for (DiagramRun& run : only) run.target = run.target == target ? chains[i] : kNo;
      chains[i] = store.node(store.axis(ref), only);
    }
  }
  return true;
}

}  // namespace

const std::vector<CoverBoxes::Box>* CoverBoxes::parts(DiagramRef ref, std::size_t most) {
  auto made = parts_.find({most, ref});
  if (made == parts_.end()) made = parts_.try_emplace({most, ref}, make_parts(ref, most)).first;
  return made->second ? &*made->second : nullptr;
}

std::optional<std::vector<CoverBoxes::Box>> CoverBoxes::make_parts(DiagramRef ref,
                                                                   std::size_t most) {
  if (const Box* box = find(ref)) return std::vector<Box>{*box};
  std::vector<DiagramRef> chains;
  if (!collect_chains(store_, ref, most, 0, chains)) return std::nullopt;
  std::vector<Box> parts;
  for (DiagramRef chain : chains) {
    const Box* part = find(chain);
    if (!part) return std::nullopt;
    parts.push_back(*part);
  }
  return parts;
}

const CoverBoxes::Box* CoverBoxes::find(DiagramRef ref) {
  static constexpr Box kEverything;
  if (is_terminal(ref)) return ref == kYes ? &kEverything : nullptr;
  if (box_of_.size() <= ref) box_of_.resize(store_.node_count(), kUnseen);
  if (box_of_[ref] == kUnseen) box_of_[ref] = make(ref);
  return box_of_[ref] == kNoBox ? nullptr : &boxes_[box_of_[ref]];
}

// A box is a chain: each node leads to one further diagram, and to `no`.
std::uint32_t CoverBoxes::make(DiagramRef ref) {
  auto first = static_cast<std::uint32_t>(limits_.size());
  for (DiagramRef at = ref; at != kYes;) {
    Limit limit;
    limit.axis = store_.axis(at);
    DiagramRef next = kNo;
    bool chain = store_.class_count(limit.axis) <= ClassMask::kClassesMax;
    ClassIndex begin = 0;
    for (const DiagramRun& run : store_.runs(at)) {
      if (run.target != kNo) {
        chain = chain && (next == kNo || next == run.target);
        next = run.target;
        for (ClassIndex c = begin; chain && c < run.end; ++c) limit.classes.set(c);
      }
      begin = run.end;
    }
    if (!chain || (is_terminal(next) && next != kYes)) {
      limits_.resize(first);
      return kNoBox;
    }
    limits_.push_back(limit);
    at = next;
  }
  float share = 1;
  for (std::size_t i = limits_.size(); i-- > first;) {
    limits_[i].share_below = share;
    std::uint32_t count = 0;
    limits_[i].classes.for_each([&](ClassIndex) { ++count; });
    share *= static_cast<float>(count) / static_cast<float>(store_.class_count(limits_[i].axis));
  }
  boxes_.push_back({first, static_cast<std::uint32_t>(limits_.size()) - first});
  return static_cast<std::uint32_t>(boxes_.size() - 1);
}

}  // namespace sojourn
