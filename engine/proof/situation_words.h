// Boxes of situations and conditions in the language's own words.
//
//   SituationWords words(table, axes);
//   words.of(box)          // "region in BR and type = meter and (battery < 30% or battery
//   unknown)"
//
// The words are the author's where a test of the policy draws the line; else values are listed.
// What a ban asks of a profile, or of a day of its notice, says so: "roaming in BR (with
// vivo-local)". What only the prover can tell ("not certainly", "possibly") is said with these two
// words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/proof/cover.h"

namespace sojourn {

class SituationWords {
 public:
  // Requires: both outlive this.
  SituationWords(const RuleTable& table, const AxisPlan& axes);

  // What the axis is about: "region", "type", "roaming in BR on ... consecutive days".
  std::string subject(AxisIndex axis) const;
  // "always" for the box that is everything.
  std::string of(const ClassBox& box) const;
  // One text per limit; the two bounds of a count are one.
  std::vector<std::string> parts_of(const ClassBox& box) const;

 private:
  using Classes = std::vector<bool>;

  std::string value_words(AxisIndex axis, const Classes& in) const;
  std::string known_words(AxisIndex axis, const Classes& known) const;
  std::optional<std::string> test_words(AxisIndex axis, const Classes& known) const;
  std::string number_words(AxisIndex axis, const Classes& known) const;
  std::string symbol_words(AxisIndex axis, const Classes& known) const;
  std::string count_words(AxisIndex lower, const Classes* low, const Classes* high) const;
  std::string threshold_words(FeatureIndex feature, std::int64_t threshold, bool reached) const;

  const RuleTable& table_;
  const AxisPlan& axes_;
};

// " (with vivo-local, 10 days ahead)"; empty where neither is asked.
std::string asked_of(const RuleTable& table, std::optional<ProfileIndex> candidate,
                     std::int64_t days_ahead);

// "region in BR and type = meter", as the tests were written.
std::string condition_words(const RuleTable& table, ConditionIndex condition);

// "profile = vivo-local or tim-local, hold 1 day"
std::string action_words(const RuleTable& table, const Action& action);

}  // namespace sojourn
