#include "adapters/geo/locator.h"

#include <algorithm>
#include <cassert>

#include "adapters/geo/border.h"
#include "adapters/geo/certainty.h"
#include "adapters/geo/subdivisions.h"

namespace sojourn::geo {

MapLocator::MapLocator(std::shared_ptr<const Maps> maps, BoundAreas areas)
    : maps_(std::move(maps)), areas_(std::move(areas)) {}
MapLocator::~MapLocator() = default;

Place MapLocator::locate(const Fix& fix) const {
  if (!check_position(fix.at)) return {};
  return locate_within(fix.at, uncertainty_m(fix));
}

Place MapLocator::locate_within(LatLon at, double uncertainty_m) const {
  const RegionIndex& index = maps_->countries->index();
  const RegionIndex::Found found = index.find(to_grid(at));
  Place place{maps_->claim_of_label[found.label], true, {}};
  if (found.clearance_m > uncertainty_m || uncertainty_m <= 0) return place;
  // Every region that the disc meets holds its centre or has a border within it.
  for_each_edge_within(index, at, uncertainty_m, [&](EdgeId edge) {
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
  if (!check_position(fix.at)) {
    std::fill(members.begin(), members.end(), Membership::outside);
    return;
  }
  memberships_within(fix.at, uncertainty_m(fix), members);
}

void MapLocator::memberships_within(LatLon at, double uncertainty_m,
                                    std::span<Membership> members) const {
  assert(members.size() == areas_.count());
  std::fill(members.begin(), members.end(), Membership::outside);
  for (std::uint32_t id : areas_.near(at, uncertainty_m)) {
    const AreaShape& shape = *areas_.areas()[id].shape;
    if (uncertainty_m > 0) {
      members[id] = shape.membership(at, uncertainty_m);
    } else if (shape.holds(at)) {
      members[id] = Membership::inside;
    }
  }
  if (!areas_.any_subdivision()) return;
  const SubdivisionAnswer answer =
      find_subdivisions(*maps_, at, uncertainty_m, locate_within(at, uncertainty_m));
  if (answer.possible.empty()) return;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::vector<bool>& holds = areas_.areas()[i].holds_label;
    if (holds.empty()) continue;
    const auto in = std::count_if(answer.possible.begin(), answer.possible.end(),
                                  [&](std::uint16_t label) { return holds[label]; });
    const bool all =
        static_cast<std::size_t>(in) == answer.possible.size() && !answer.nowhere_possible;
    if (in > 0) members[i] = all ? Membership::inside : Membership::uncertain;
  }
}

std::int64_t MapLocator::border_distance_mm(LatLon at) const {
  if (!check_position(at)) return 0;
  const RegionIndex& index = maps_->countries->index();
  const auto nearest = index.nearest_edge(at, index.find(to_grid(at)).label);
  return nearest ? to_millimetres(nearest->distance_m) : 0;
}

Result<Ground> MapLocator::ground(LatLon at) const {
  if (!check_position(at)) return Ground::none;
  const Result<const RegionIndex*> land = maps_->land->index();
  if (!land) return Diagnostic(land.error());
  const GridPoint point = to_grid(at);
  if ((*land)->find(point).label != 0) return Ground::land;
  return maps_->countries->index().find(point).label != 0 ? Ground::territorial_sea : Ground::none;
}

const std::vector<Situation>& MapLocator::situations() const {
  std::call_once(situations_once_, [this] { situations_ = find_situations(*this); });
  return situations_;
}

}  // namespace sojourn::geo
