// Where two policies can differ at all: where a rule, ban or choice holds that only one of them
// has, or has in another order.
//
// Rules that both have, in the same order, fire in the same situations on both sides; where nothing
// else fires, the decision is the same. So after an edit of one rule among ten thousand only the
// situations of that rule need to be looked at.
#pragma once

#include <vector>

#include "engine/proof/joint_model.h"

namespace sojourn {

struct ChangedRules {
  std::vector<std::uint32_t> before, after;  // rules of either side without a partner, ascending
  bool bans = false;                         // some ban changed
  bool otherwise = false;                    // `otherwise` changed
  DiagramRef where = kNo;                    // outside, both decide alike
};

ChangedRules changed_rules(JointModel& model);

}  // namespace sojourn
