// Stories that bring a device to a threshold: a situation in which a rule's condition (a ban's)
// holds as far as everything but the threshold goes, and what the threshold is about reads exactly
// one value. The prover finds the situation; a device that stands in it for long enough tells it,
// or one that comes there or leaves at the right moment (threshold_courses.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/threshold_questions.h"
#include "engine/base/gazetteer.h"
#include "engine/base/result.h"
#include "engine/graph/rule_table.h"
#include "lang/testing/boundaries.h"

namespace sojourn::cli {

// Not thread-safe.
class ThresholdStories {
 public:
  // `owners`: those that are asked about, by threshold. Requires: everything outlives the result.
  static Result<std::unique_ptr<ThresholdStories>> make(
      const RuleTable& table, const Gazetteer& world,
      const std::vector<lang::Threshold>& thresholds,
      const std::vector<std::vector<ThresholdOwner>>& owners);
  virtual ~ThresholdStories() = default;

  // The lines of a `test` block without its first and without expectations; `side` is -1, 0 or 1:
  // just below, at, just above. Several to choose from, the best first; none where no device that
  // stands still comes there. What they say was not tried yet.
  virtual std::vector<std::vector<std::string>> tell(std::size_t threshold,
                                                     const ThresholdOwner& owner, int side) = 0;
  // The same of a device that has been at several places, each for as long as something is counted
  // there: where the stories above do not tell the sides apart.
  virtual std::vector<std::vector<std::string>> tell_travelled(std::size_t threshold,
                                                               const ThresholdOwner& owner,
                                                               int side) = 0;
  // So much was asked of the prover that what is told since then may lack stories.
  virtual bool exhausted() const = 0;
  // The same whatever else is asked for: where the rest of the condition rules the value out.
  virtual std::vector<std::vector<std::string>> tell_alone(std::size_t threshold, int side) = 0;
};

}  // namespace sojourn::cli
