#include "adapters/geo/bound_areas.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/geo/border.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::geo {

Result<BoundAreas> BoundAreas::make(const Maps& maps, const std::vector<Area>& areas) {
  if (areas.size() > limits::kAreasMax) {
    return make_diagnostic(
        Code::E0901, fmt::format("{} areas; {} are allowed", areas.size(), limits::kAreasMax));
  }
  BoundAreas bound;
  std::vector<BoxTree::Entry> boxes;
  for (const Area& area : areas) {
    Bound& made = bound.areas_.emplace_back();
    if (area.kind == Area::Kind::subdivision) {
      const std::uint16_t label = subdivision_label(maps, area.name);
      if (label == 0) {
        return make_diagnostic(Code::E0702, fmt::format("unknown subdivision `{}`", area.name),
                               "subdivisions are named by their ISO 3166-2 code, such as `BR-SP`");
      }
      made.pieces = subdivision_pieces(maps, label);
      made.holds_label.resize(maps.subdivisions->names().labels.size());
      for (std::uint16_t piece : made.pieces) made.holds_label[piece] = true;
      bound.any_subdivision_ = true;
      continue;
    }
    Result<AreaShape> shape = AreaShape::make(area);
    if (!shape) return std::move(shape).error();
    made.shape = std::move(shape).value();
    const auto id = static_cast<std::uint32_t>(bound.areas_.size() - 1);
    for (const GridBox& box : made.shape->boxes()) boxes.push_back({box, id});
  }
  if (!boxes.empty()) bound.tree_ = std::make_unique<BoxTree>(boxes);
  return bound;
}

std::vector<std::uint32_t> BoundAreas::near(LatLon at, double radius_m) const {
  std::vector<std::uint32_t> ids;
  if (!tree_) return ids;
  for (const GridBox& box : boxes_around(at, radius_m)) tree_->find(box, ids);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace sojourn::geo
