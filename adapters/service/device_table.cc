#include "adapters/service/device_table.h"

#include <algorithm>

namespace sojourn::service {
namespace {

constexpr std::size_t kPlacesMin = 64;

}  // namespace

std::size_t DeviceTable::place_of(std::string_view label, std::size_t hash) const {
  std::size_t place = hash & (places_.size() - 1);
  while (places_[place].device) {
    if (places_[place].hash == hash && places_[place].device->label == label) break;
    place = next(place);
  }
  return place;
}

LiveDevice* DeviceTable::find(std::string_view label) const {
  if (places_.empty()) return nullptr;
  return places_[place_of(label, hash_of(label))].device.get();
}

LiveDevice* DeviceTable::add(std::unique_ptr<LiveDevice> device) {
  if (3 * (count_ + 1) > 2 * places_.size()) grow();
  std::size_t hash = hash_of(device->label);
  Place& place = places_[place_of(device->label, hash)];
  place = {hash, std::move(device)};
  ++count_;
  return place.device.get();
}

void DeviceTable::grow() {
  std::vector<Place> before(std::max(kPlacesMin, 2 * places_.size()));
  before.swap(places_);
  for (Place& one : before) {
    if (!one.device) continue;
    std::size_t place = one.hash & (places_.size() - 1);
    while (places_[place].device) place = next(place);
    places_[place] = std::move(one);
  }
}

// before:  .. [erased] b c d [] ..     Whoever stands behind the gap without an empty place between
// after:   .. b c [] d [] ..           moves into it, unless its own place lies behind the gap.
void DeviceTable::erase(std::string_view label) {
  std::size_t gap = place_of(label, hash_of(label));
  std::unique_ptr<LiveDevice> erased = std::move(places_[gap].device);  // `label` may be its own
  --count_;
  std::size_t mask = places_.size() - 1;
  for (std::size_t place = next(gap); places_[place].device; place = next(place)) {
    std::size_t from_home = (place - places_[place].hash) & mask;
    std::size_t from_gap = (place - gap) & mask;
    if (from_home < from_gap) continue;
    places_[gap] = std::move(places_[place]);
    gap = place;
  }
}

void DeviceTable::clear() {
  places_.clear();
  count_ = 0;
}

}  // namespace sojourn::service
