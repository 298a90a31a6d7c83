#include "engine/proof/restriction.h"

namespace sojourn {

DiagramRef Restriction::where(DiagramRef at, std::uint32_t wanted) {
  if (is_terminal(at)) return at == terminal(wanted) ? kYes : kNo;
  std::uint64_t key = std::uint64_t{wanted} << 32 | at;
  auto [known, fresh] = known_.try_emplace(key, kNo);
  if (!fresh) return known->second;
  AxisIndex axis = store_.axis(at);
  met_[axis] = true;
  DiagramRef found = kNo;
  if (put_in_[axis] != kFree) {
    found = where(store_.child(at, put_in_[axis]), wanted);
  } else {
    std::vector<DiagramRun> runs(store_.runs(at).begin(), store_.runs(at).end());
    for (DiagramRun& run : runs) run.target = where(run.target, wanted);
    if (forgotten_[axis]) {
      for (const DiagramRun& run : runs) found = store_.either(found, run.target);
    } else {
      found = store_.node(axis, runs);
    }
  }
  known_[key] = found;
  return found;
}

}  // namespace sojourn
