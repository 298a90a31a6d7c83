#include "adapters/geo/locator.h"

#include <cassert>

#include "adapters/geo/border.h"
#include "adapters/geo/certainty.h"

namespace sojourn::geo {

MapLocator::MapLocator(std::shared_ptr<const Maps> maps) : maps_(std::move(maps)) {}
MapLocator::~MapLocator() = default;

Place MapLocator::locate(const Fix& fix) const {
  if (!check_position(fix.at)) return {};
  const RegionIndex& index = *maps_->countries;
  const RegionIndex::Found found = index.find(to_grid(fix.at));
  Place place{maps_->claim_of_label[found.label], true, {}};
  const double radius_m = uncertainty_m(fix);
  if (found.clearance_m > radius_m) return place;
  // Every region that the disc meets holds its centre or has a border within it.
  for_each_edge_within(index, fix.at, radius_m, [&](EdgeId edge) {
    const RegionArc& arc = index.arc_of(edge);
    place.possible |= maps_->claim_of_label[arc.left].set();
    place.possible |= maps_->claim_of_label[arc.right].set();
    place.certain = false;
    return true;
  });
  if (!place.certain) place.possible |= place.country.set();
  return place;
}

void MapLocator::memberships(const Fix& fix, std::span<Membership> members) const {
  assert(members.empty());
  (void)fix;
  (void)members;
}

std::int64_t MapLocator::border_distance_mm(LatLon at) const {
  if (!check_position(at)) return 0;
  const RegionIndex& index = *maps_->countries;
  const auto nearest = index.nearest_edge(at, index.find(to_grid(at)).label);
  return nearest ? to_millimetres(nearest->distance_m) : 0;
}

Ground MapLocator::ground(LatLon at) const {
  if (!check_position(at)) return Ground::none;
  const GridPoint point = to_grid(at);
  if (maps_->land->find(point).label != 0) return Ground::land;
  return maps_->countries->find(point).label != 0 ? Ground::territorial_sea : Ground::none;
}

const std::vector<Situation>& MapLocator::situations() const {
  std::call_once(situations_once_, [this] {
    const auto& labels = maps_->countries->map().labels;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      situations_.push_back({maps_->claim_of_label[i], {}, to_degrees(labels[i].inside)});
    }
  });
  return situations_;
}

}  // namespace sojourn::geo
