// Bans as they stand with the profile that is enabled: which bite, and until when they can be
// obeyed.
#pragma once

#include <optional>
#include <vector>

#include "engine/device/evaluator.h"

namespace sojourn {

// Does it call for action: bites, or may and doubt counts?
bool calls(const Ban& ban, const BanStanding& standing);

class BanJudge {
 public:
  BanJudge(Evaluator& evaluator, Instant now) : evaluator_(evaluator), now_(now) {}

  BanStanding standing(std::size_t ban);
  Instant deadline(std::size_t ban);  // Device::deadline

 private:
  // The place of the enabled profile in Ban::bites; absent while it is unknown.
  std::optional<std::size_t> judged() const;
  Truth judge(ConditionIndex condition);

  Evaluator& evaluator_;
  Instant now_;
};

}  // namespace sojourn
