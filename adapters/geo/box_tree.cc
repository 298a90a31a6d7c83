#include "adapters/geo/box_tree.h"

#include <boost/geometry/geometries/box.hpp>
#include <boost/geometry/geometries/point_xy.hpp>
#include <boost/geometry/index/rtree.hpp>

namespace sojourn::geo {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;

// In doubles, which hold every grid coordinate exactly: the tree computes areas of boxes.
using Point = bg::model::d2::point_xy<double>;
using Box = bg::model::box<Point>;
using Value = std::pair<Box, std::uint32_t>;

Box to_box(const GridBox& box) {
  return {Point(box.min_x, box.min_y), Point(box.max_x, box.max_y)};
}

}  // namespace

struct BoxTree::Tree {
  bgi::rtree<Value, bgi::rstar<16>> rtree;
};

BoxTree::BoxTree(const std::vector<Entry>& entries) {
  std::vector<Value> values;
  values.reserve(entries.size());
  for (const Entry& entry : entries) values.emplace_back(to_box(entry.box), entry.id);
  tree_ = std::make_unique<Tree>(Tree{bgi::rtree<Value, bgi::rstar<16>>(values)});
}

BoxTree::~BoxTree() = default;

void BoxTree::find(const GridBox& box, std::vector<std::uint32_t>& ids) const {
  const Box wanted = to_box(box);
  for (auto at = tree_->rtree.qbegin(bgi::intersects(wanted)); at != tree_->rtree.qend(); ++at) {
    ids.push_back(at->second);
  }
}

}  // namespace sojourn::geo
