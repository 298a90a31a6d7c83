// Explainer: the story of a decision, told from the history when somebody asks.
//
// explain.cc tells of rules and bans, explain_condition.cc of one condition: its value, where that
// comes from, the rows behind a count, when it would hold; explain_values.cc has the words.
#pragma once

#include <string>
#include <vector>

#include "engine/device/bans.h"
#include "engine/device/evaluator.h"
#include "engine/device/if_it_lasts.h"

namespace sojourn {

// The opposite of a test in the author's words: `not type = meter`, `battery unknown`, `roaming on
// fewer than 60 consecutive days`, `battery < 30%`, and of what is a denial itself (`not (no
// service within 2 days)`) what it denies.
std::string negated(const Test& test, const Feature& feature);

class Explainer {
 public:
  Explainer(Evaluator& evaluator, Instant now) : evaluator_(evaluator), now_(now) {}

  Explanation explain();
  std::vector<ConditionEvidence> because(const Decision& decision);
  std::vector<BanEvidence> bans();
  std::vector<std::string> skipped(const Decision& decision);

 private:
  RuleEvidence about_rule(std::uint32_t rule);
  BanEvidence about_ban(std::size_t ban, const BanStanding& standing, Instant deadline);
  std::vector<BanEvidence> consulted();
  std::string change_state(const Ban& ban);
  std::vector<ConditionEvidence> about_change(const Ban& ban, std::size_t judged);
  std::size_t judged_with(const Ban& ban);
  // Its simple conditions, each as it must be for the whole: `not type = meter` where that is
  // asked.
  std::vector<ConditionEvidence> about_condition(ConditionIndex condition);
  // `positive`: is the test asked for, or its opposite?
  ConditionEvidence about_test(const Test& test, bool positive);
  Truth judge(ConditionIndex condition);
  void add_source(ConditionEvidence& evidence, const Feature& feature, const FeaturePlan& plan);
  void add_history(ConditionEvidence& evidence, const Feature& feature, const FeaturePlan& plan);
  void add_near_miss(ConditionEvidence& evidence, ConditionIndex node);
  std::vector<std::string> passed_over(const Decision& decision);
  std::vector<std::string> obstacles(const Action& action, const Decision& decision);
  std::string obstacle(const Alternative& alternative);
  std::string why_not(std::uint32_t rule, Truth truth, const Leaf& leaf);
  std::string value_text(const Test& test, const Reading& reading);
  std::string share_text(const Test& test, const Reading& reading);
  std::string missing_key(const Feature& feature) const;
  std::string country_in_doubt(const Feature& feature) const;

  Evaluator& evaluator_;
  Instant now_;
};

}  // namespace sojourn
