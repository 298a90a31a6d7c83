// A restriction of many diagrams, again and again with other classes, where most diagrams test few
// of the axes that are put in: what was found for one with the same classes of what it tests is
// found again.
//
//   KeptRestriction kept(store);
//   for (const auto& put_in : ...) {        // by axis: a class, or Restriction::kFree
//     kept.begin(put_in);
//     DiagramRef where = kept.where(rule);  // as Restriction(store, put_in, ..).where(rule, 1)
//   }
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/proof/restriction.h"

namespace sojourn {

class KeptRestriction {
 public:
  // Requires: the store outlives this.
  explicit KeptRestriction(DiagramStore& store)
      : store_(store), none_forgotten_(store.axis_count(), false) {}

  // Requires: the classes outlive what is asked until the next `begin`.
  void begin(const std::vector<ClassIndex>& put_in);
  DiagramRef where(DiagramRef at);
  // Was the axis tested by anything that was asked about since `begin`?
  bool met(AxisIndex axis) const { return met_[axis]; }
  // How many diagrams were looked at since `begin`.
  std::size_t work() const { return asked_ + put_->work(); }

 private:
  // Axes that are tested together, and the classes of them since `begin`.
  struct Tested {
    std::vector<AxisIndex> axes;
    std::optional<std::uint32_t> classes;
  };

  std::uint32_t tested_by(DiagramRef at);
  std::uint32_t classes_of(std::uint32_t tested);

  DiagramStore& store_;
  std::vector<bool> none_forgotten_;
  const std::vector<ClassIndex>* put_in_ = nullptr;
  std::optional<Restriction> put_;
  std::vector<bool> met_;  // by axis
  std::size_t asked_ = 0;
  std::vector<Tested> tested_;
  std::map<std::vector<AxisIndex>, std::uint32_t> tested_numbers_;
  std::unordered_map<DiagramRef, std::uint32_t> tested_by_;
  std::map<std::pair<std::uint32_t, std::vector<ClassIndex>>, std::uint32_t> class_numbers_;
  std::unordered_map<std::uint64_t, DiagramRef> kept_;  // by diagram and classes
};

}  // namespace sojourn
