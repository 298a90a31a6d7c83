#include "adapters/eim/connection_places.h"

namespace sojourn::eim {

std::optional<ConnectionPlaces::Place> ConnectionPlaces::take(const std::string& address) {
  std::lock_guard hold(mutex_);
  auto known = open_of_address_.find(address);
  std::size_t of_address = known == open_of_address_.end() ? 0 : known->second;
  bool refused = open_ >= limits_.connections_max || of_address >= limits_.per_address_max;
  bool unheard = open_ >= limits_.connections_max + limits_.refusals_max ||
                 of_address >= limits_.per_address_max + limits_.refusals_max;
  if (unheard) return std::nullopt;
  ++open_;
  ++open_of_address_[address];
  return Place(this, address, refused);
}

void ConnectionPlaces::give_back(const std::string& address) {
  std::lock_guard hold(mutex_);
  --open_;
  auto of_address = open_of_address_.find(address);
  if (--of_address->second == 0) open_of_address_.erase(of_address);
}

std::size_t ConnectionPlaces::open_count() const {
  std::lock_guard hold(mutex_);
  return open_;
}

}  // namespace sojourn::eim
