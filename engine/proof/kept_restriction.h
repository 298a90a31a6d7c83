// A restriction of many diagrams, again and again with one of several sets of classes. What was
// found for a diagram with a set is found again; and as most diagrams test few of the axes that are
// put in, so is what was found with the same classes of what it tests.
//
//   KeptRestriction kept(store);
//   for (std::size_t number = 0; number < sets.size(); ++number) {
//     kept.begin(number, sets[number]);     // by axis: a class, or Restriction::kFree
//     DiagramRef where = kept.where(rule);  // as Restriction(store, sets[number], ..)
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

  // `number`: of the set, always the same. Requires: its classes outlive what is asked until the
  // next `begin`.
  void begin(std::size_t number, const std::vector<ClassIndex>& put_in);
  DiagramRef where(DiagramRef at);
  // How many diagrams were looked at since `begin`.
  std::size_t work() const { return asked_ + (put_ ? put_->work() : 0); }
  // Ascending.
  const std::vector<AxisIndex>& axes_tested_by(DiagramRef at) {
    return tested_[tested_by(at)].axes;
  }

 private:
  // Axes that are tested together, and the classes of them since `begin`.
  struct Tested {
    std::vector<AxisIndex> axes;
    std::optional<std::uint32_t> classes;
  };

  DiagramRef put_into(DiagramRef at);
  std::uint32_t tested_by(DiagramRef at);
  std::uint32_t classes_of(std::uint32_t tested);

  DiagramStore& store_;
  std::vector<bool> none_forgotten_;
  const std::vector<ClassIndex>* put_in_ = nullptr;
  std::size_t number_ = 0;
  std::optional<Restriction> put_;  // once something is asked that was not kept
  std::size_t asked_ = 0;
  std::vector<std::unordered_map<DiagramRef, DiagramRef>> kept_of_set_;  // by number
  std::size_t kept_of_sets_ = 0;                                         // in all of them
  std::vector<Tested> tested_;
  std::map<std::vector<AxisIndex>, std::uint32_t> tested_numbers_;
  std::unordered_map<DiagramRef, std::uint32_t> tested_by_;
  std::map<std::pair<std::uint32_t, std::vector<ClassIndex>>, std::uint32_t> class_numbers_;
  std::unordered_map<std::uint64_t, DiagramRef> kept_;  // by diagram and classes
};

}  // namespace sojourn
