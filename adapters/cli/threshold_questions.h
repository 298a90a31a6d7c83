// What the prover is asked about a threshold, so that a story of it can be told: where does what is
// counted read exactly one value, and the rest of a rule's condition (a ban's, a guard's) hold?
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph/rule_table.h"
#include "lang/testing/boundaries.h"

namespace sojourn::cli {

// Who asks for a threshold.
struct ThresholdOwner {
  enum class Kind : std::uint8_t { rule, ban, guard } kind = Kind::rule;
  std::uint32_t index = 0;
};

// The rules, bans and guards that ask for each threshold, in this order.
std::vector<std::vector<ThresholdOwner>> owners_of(const RuleTable& table,
                                                   const std::vector<lang::Threshold>& thresholds);

// One thing to find. Conditions are those of the table that was given to write them into.
struct ThresholdQuestion {
  FeatureIndex feature = 0;
  std::int64_t value = 0;
  std::optional<ProfileIndex> enabled;  // a ban's candidate
  std::optional<std::uint32_t> rule;    // whose effect is to be seen
  std::optional<std::uint32_t> ban;     // whose remedy is to be seen
  ConditionIndex condition = ConditionTable::kNever;
  // Of what is counted.
  ConditionIndex holds = ConditionTable::kNever, fails = ConditionTable::kNever;
  // The condition, and what is counted holds now, or does not.
  ConditionIndex inside = ConditionTable::kNever, outside = ConditionTable::kNever;
};

// A situation in which the owner's condition holds as far as everything but the threshold goes, and
// what the threshold is about is just below it (`side` -1), at it (0), just above (1). One for each
// way in which the owner asks, the first `most` of them. Conditions are added to `probe`, a copy of
// `table`.
std::vector<ThresholdQuestion> questions_about(const RuleTable& table,
                                               const lang::Threshold& threshold,
                                               const ThresholdOwner& owner, int side,
                                               std::size_t most, RuleTable& probe);

// The same whatever else the owner asks for: where other conditions rule the value out.
std::vector<ThresholdQuestion> questions_alone(const RuleTable& table,
                                               const lang::Threshold& threshold, int side,
                                               RuleTable& probe);

}  // namespace sojourn::cli
