// Private to adapters/geo: which of many boxes meet a box. An R-tree, by Boost.Geometry.
#pragma once

#include <memory>
#include <vector>

#include "adapters/geo/region_index.h"

namespace sojourn::geo {

// Immutable; any thread.
class BoxTree {
 public:
  struct Entry {
    GridBox box;
    std::uint32_t id = 0;
  };
  explicit BoxTree(const std::vector<Entry>& entries);
  ~BoxTree();

  // Appends the ids of the entries that meet the box (an id once per entry), in no fixed order.
  void find(const GridBox& box, std::vector<std::uint32_t>& ids) const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace sojourn::geo
