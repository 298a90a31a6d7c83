// Private to adapters/geo: the port Locator over the maps and the areas of one policy.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "adapters/geo/maps.h"

namespace sojourn::geo {

class MapLocator final : public Locator {
 public:
  explicit MapLocator(std::shared_ptr<const Maps> maps);
  ~MapLocator() override;

  Place locate(const Fix& fix) const override;
  void memberships(const Fix& fix, std::span<Membership> members) const override;
  std::int64_t border_distance_mm(LatLon at) const override;
  Ground ground(LatLon at) const override;
  const std::vector<Situation>& situations() const override;

 private:
  std::shared_ptr<const Maps> maps_;
  mutable std::once_flag situations_once_;
  mutable std::vector<Situation> situations_;
};

}  // namespace sojourn::geo
