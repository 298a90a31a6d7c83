#include "engine/proof/together.h"

#include <algorithm>
#include <iterator>

namespace sojourn {

bool is_small(const DiagramStore& store, DiagramRef root, std::size_t most) {
  std::vector<DiagramRef> met, open = {root};  // `met`: ascending
  while (!open.empty() && met.size() <= most) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at)) continue;
    auto place = std::lower_bound(met.begin(), met.end(), at);
    if (place != met.end() && *place == at) continue;
    met.insert(place, at);
    for (const DiagramRun& run : store.runs(at)) open.push_back(run.target);
  }
  return met.size() <= most;
}

Together together(DiagramStore& store, DiagramRef where, const std::vector<DiagramRef>& parts) {
  Together all;
  std::vector<DiagramRef> small = {where};
  for (DiagramRef part : parts) (is_small(store, part) ? small : all.also).push_back(part);
  all.where = store.all_of(std::move(small));
  std::sort(all.also.begin(), all.also.end());
  all.also.erase(std::unique(all.also.begin(), all.also.end()), all.also.end());
  return all;
}

Together together(DiagramStore& store, const Together& one, const Together& other) {
  Together all;
  all.where = store.both(one.where, other.where);
  std::set_union(one.also.begin(), one.also.end(), other.also.begin(), other.also.end(),
                 std::back_inserter(all.also));
  return all;
}

}  // namespace sojourn
