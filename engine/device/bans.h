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
  // The first instant at which the condition holds if what it counts goes on; `least`: certainly
  // (yes) or possibly (unknown).
  Instant holds_at(ConditionIndex condition, Truth least) { return holds_at(condition, least, {}); }

 private:
  // The place of the enabled profile in Ban::bites; absent while it is unknown.
  std::optional<std::size_t> judged() const;
  Instant holds_at(ConditionIndex condition, Truth least, const Supposition& supposed);
  // The same of the condition's negation.
  Instant fails_at(ConditionIndex condition, Truth least, const Supposition& supposed);
  Instant test_fails_at(const Test& test, Truth least, const Supposition& supposed);
  Instant test_holds_at(const Test& test, Truth least, const Supposition& supposed);
  Truth judge(ConditionIndex condition, const Supposition& supposed = {});

  Evaluator& evaluator_;
  Instant now_;
};

}  // namespace sojourn
