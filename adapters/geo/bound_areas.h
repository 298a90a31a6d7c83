// Private to adapters/geo: all areas of one policy, made ready.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "adapters/geo/area_shape.h"
#include "adapters/geo/box_tree.h"
#include "adapters/geo/maps.h"

namespace sojourn::geo {

// Immutable; any thread.
class BoundAreas {
 public:
  // Names the first area that is unusable.
  static Result<BoundAreas> make(const Maps& maps, const std::vector<Area>& areas);

  std::size_t count() const { return areas_.size(); }
  bool any_subdivision() const { return any_subdivision_; }

  struct Bound {
    std::optional<AreaShape> shape;     // absent for subdivisions
    std::vector<bool> holds_label;      // subdivisions: by label of the subdivisions' map
    std::vector<std::uint16_t> pieces;  // subdivisions
  };
  const std::vector<Bound>& areas() const { return areas_; }

  // Ids of the drawn areas that may come within `radius_m` of the point, each once.
  std::vector<std::uint32_t> near(LatLon at, double radius_m) const;

 private:
  std::vector<Bound> areas_;
  std::unique_ptr<BoxTree> tree_;
  bool any_subdivision_ = false;
};

}  // namespace sojourn::geo
