#include "engine/proof/restriction.h"

namespace sojourn {

// With a list of what is open instead of the stack: diagrams of tens of thousands of levels occur.
DiagramRef Restriction::where(DiagramRef at, std::uint32_t wanted) {
  std::vector<DiagramRef> open = {at};
  while (!open.empty()) {
    DiagramRef next = open.back();
    std::size_t before = open.size();
    if (!known(next, wanted)) open_below(next, wanted, open);
    if (open.size() > before) continue;
    if (!known(next, wanted)) known_[key(next, wanted)] = put_together(next, wanted);
    open.pop_back();
  }
  return *known(at, wanted);
}

std::optional<DiagramRef> Restriction::known(DiagramRef at, std::uint32_t wanted) const {
  if (is_terminal(at)) return at == terminal(wanted) ? kYes : kNo;
  auto found = known_.find(key(at, wanted));
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void Restriction::open_below(DiagramRef at, std::uint32_t wanted,
                             std::vector<DiagramRef>& open) const {
  AxisIndex axis = store_.axis(at);
  if (put_in_[axis] != kFree) {
    DiagramRef below = store_.child(at, put_in_[axis]);
    if (!known(below, wanted)) open.push_back(below);
    return;
  }
  for (const DiagramRun& run : store_.runs(at)) {
    if (!known(run.target, wanted)) open.push_back(run.target);
  }
}

DiagramRef Restriction::put_together(DiagramRef at, std::uint32_t wanted) {
  AxisIndex axis = store_.axis(at);
  met_[axis] = true;
  if (put_in_[axis] != kFree) return *known(store_.child(at, put_in_[axis]), wanted);
  std::vector<DiagramRun> runs(store_.runs(at).begin(), store_.runs(at).end());
  for (DiagramRun& run : runs) run.target = *known(run.target, wanted);
  if (!forgotten_[axis]) return store_.node(axis, runs);
  DiagramRef found = kNo;
  for (const DiagramRun& run : runs) found = store_.either(found, run.target);
  return found;
}

}  // namespace sojourn
