#include "adapters/eim/session_eids.h"

#include "engine/base/limits.h"

namespace sojourn::eim {
namespace {

constexpr std::size_t kSessionsMax = 2 * limits::kHttpsConnectionsMax;

}  // namespace

std::optional<Eid> SessionEids::find(std::string_view address) const {
  std::lock_guard lock(mutex_);
  auto found = eids_.find(std::string(address));
  if (found == eids_.end()) return std::nullopt;
  return found->second;
}

void SessionEids::note(std::string_view address, const Eid& eid) {
  std::lock_guard lock(mutex_);
  auto [place, added] = eids_.insert_or_assign(std::string(address), eid);
  if (!added) return;
  order_.push_back(place->first);
  if (order_.size() <= kSessionsMax) return;
  eids_.erase(order_.front());
  order_.pop_front();
}

}  // namespace sojourn::eim
