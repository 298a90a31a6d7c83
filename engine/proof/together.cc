#include "engine/proof/together.h"

#include <algorithm>
#include <iterator>

namespace sojourn {
namespace {

constexpr std::size_t kSmallNodes = 16;

}  // namespace

bool is_small(const DiagramStore& store, DiagramRef root) {
  std::vector<DiagramRef> met, open = {root};
  while (!open.empty() && met.size() <= kSmallNodes) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at) || std::find(met.begin(), met.end(), at) != met.end()) continue;
    met.push_back(at);
    for (const DiagramRun& run : store.runs(at)) {
      if (!is_terminal(run.target)) open.push_back(run.target);
    }
  }
  return met.size() <= kSmallNodes;
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
