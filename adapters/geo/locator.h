// Private to adapters/geo: the port Locator over the maps and the areas of one policy.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "adapters/geo/bound_areas.h"
#include "adapters/geo/maps.h"

namespace sojourn::geo {

class MapLocator final : public Locator {
 public:
  // Requires: the maps that the areas ask for are read.
  MapLocator(std::shared_ptr<const Maps> maps, BoundAreas areas);
  ~MapLocator() override;

  Place locate(const Fix& fix) const override;
  void memberships(const Fix& fix, std::span<Membership> members) const override;
  std::int64_t border_distance_mm(LatLon at) const override;
  Result<Ground> ground(LatLon at) const override;
  const std::vector<Situation>& situations() const override;

  // The same questions with the uncertainty given; 0 metres asks about the point itself.
  // Requires: check_position(at).
  Place locate_within(LatLon at, double uncertainty_m) const;
  void memberships_within(LatLon at, double uncertainty_m, std::span<Membership> members) const;

  const Maps& maps() const { return *maps_; }
  const BoundAreas& areas() const { return areas_; }

 private:
  std::shared_ptr<const Maps> maps_;
  BoundAreas areas_;
  mutable std::once_flag situations_once_;
  mutable std::vector<Situation> situations_;
};

// Of the country's zones the one whose place is nearest.
std::string_view nearest_zone(LatLon at, Country country);

// Each claim, with the point that the map gives it.
std::vector<Situation> claims_alone(const Maps& maps);

// Every combination of a claim and memberships that exists; situations.cc.
std::vector<Situation> find_situations(const MapLocator& locator);

}  // namespace sojourn::geo
