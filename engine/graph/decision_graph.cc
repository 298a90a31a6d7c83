#include "engine/graph/decision_graph.h"

#include <algorithm>

namespace sojourn {

ClassIndex class_of(const Axis& axis, const Feature& feature, const Reading& reading) {
  bool is_count = domain_of(feature.kind) == ValueDomain::count;
  if (!is_count && !reading.known) return axis.unknown_class;
  std::int64_t value = axis.side == AxisSide::upper ? reading.upper : reading.lower;
  ValueDomain domain = domain_of(feature.kind);
  if (domain == ValueDomain::number || domain == ValueDomain::count) {
    auto above = std::upper_bound(axis.cuts.begin(), axis.cuts.end(), value);
    return static_cast<ClassIndex>(above - axis.cuts.begin());
  }
  auto before = [](const std::pair<std::int64_t, ClassIndex>& row, std::int64_t symbol) {
    return row.first < symbol;
  };
  auto row =
      std::lower_bound(axis.symbol_classes.begin(), axis.symbol_classes.end(), value, before);
  bool listed = row != axis.symbol_classes.end() && row->first == value;
  return listed ? row->second : axis.default_class;
}

}  // namespace sojourn
