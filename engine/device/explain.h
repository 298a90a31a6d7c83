// Explainer: the story of a decision, told from the history when somebody asks.
#pragma once

#include <string>
#include <vector>

#include "engine/device/evaluator.h"

namespace sojourn {

class Explainer {
 public:
  Explainer(Evaluator& evaluator, Instant now) : evaluator_(evaluator), now_(now) {}

  Explanation explain();
  std::vector<ConditionEvidence> because(const Decision& decision);
  std::vector<BanEvidence> bans();
  std::vector<std::string> skipped(const Decision& decision);

 private:
  RuleEvidence about_rule(std::uint32_t rule);
  std::vector<ConditionEvidence> about_condition(ConditionIndex condition);
  ConditionEvidence about_test(const Test& test);
  Truth judge(ConditionIndex condition);
  void add_source(ConditionEvidence& evidence, const Feature& feature, const FeaturePlan& plan);
  void add_history(ConditionEvidence& evidence, const Feature& feature, const FeaturePlan& plan);
  std::string obstacle(const Alternative& alternative);
  std::string why_not(std::uint32_t rule, Truth truth, const Leaf& leaf);
  std::string value_text(const Feature& feature, const Reading& reading);
  std::optional<Instant> would_hold_at(const Test& test);

  Evaluator& evaluator_;
  Instant now_;
};

}  // namespace sojourn
