// Private to lang, to lower.cc and lower_ban.cc. The table under way.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lang/identity.h"
#include "lang/lower.h"

namespace sojourn::lang {

class Lowering {
 public:
  explicit Lowering(CheckedPolicy policy) : policy_(std::move(policy)), canon_(table_) {}
  Lowered run();

 private:
  // With what a ban's condition is judged.
  struct Judged {
    const CheckedBan* ban = nullptr;
    ProfileIndex candidate = 0;   // one beyond the declared profiles: an undeclared one
    std::int32_t ahead_days = 0;  // its notice, or a day of it
    bool exactly = false;         // on the last of these days, not on any of them
    bool on_one_network = false;  // inside of what is asked on one and the same network
    bool as_counted = false;      // as counts know it: that it roams nowhere, only on a network
  };

  // --- lower.cc ---
  void lower_rule(CheckedRule& checked);
  // The parts of a conjunction, nested ones taken apart; negated disjunctions as well.
  void collect(const CheckedCondition& condition, std::vector<Conjunct>& parts);
  ConditionIndex lower_condition(const CheckedCondition& condition);
  ConditionIndex lower_test(const CheckedTest& checked);
  ConditionIndex add_test(Feature feature, Test test);
  ConditionIndex released(const Rule& rule, std::uint32_t index);
  ConditionIndex switches_reached(const Guard& guard);
  AreaIndex area(AreaIndex declared);
  FeatureIndex intern(Feature feature);
  Action action(CheckedAction& checked);

  // --- lower_ban.cc ---
  void lower_ban(CheckedBan& checked);
  ConditionIndex forbidden_change(ConditionIndex when, ProfileIndex candidate);
  // The ban's condition `ahead_days` from now.
  ConditionIndex bites(const Judged& judged);
  ConditionIndex in_force(const CheckedBan& ban, std::int32_t ahead_days);
  ConditionIndex from_date(std::int32_t day, const std::string& zone);
  // `wanted`: does the ban bite where the part holds, or where it does not (under `not`)?
  ConditionIndex judge(const CheckedCondition& condition, const Judged& judged, bool wanted);
  ConditionIndex on_any_network(const CheckedCondition& condition, const Judged& judged,
                                bool wanted);
  ConditionIndex on_one_network(const std::vector<const CheckedCondition*>& parts,
                                const Judged& judged, bool wanted);
  bool network_decides(const CheckedCondition& condition, const Judged& judged) const;
  bool is_worst_alone(const CheckedTest& test, const Judged& judged) const;
  ConditionIndex judge_test(const CheckedTest& checked, const Judged& judged, bool wanted);
  ConditionIndex judge_form(const CheckedTest& checked, const Judged& judged, bool wanted);
  ConditionIndex found_by_then(const Judged& judged, Feature of_key, ConditionIndex holds_then);
  bool asks_days_ahead(const CheckedTest& checked, const Judged& judged, bool wanted) const;
  ConditionIndex counted_inner(const CheckedTest& checked, const Judged& judged);
  std::optional<ConditionIndex> settled(const Feature& feature, const Test& test,
                                        ProfileIndex candidate) const;
  // The same of a whole condition: one part that is settled so may settle it.
  std::optional<bool> settled(const CheckedCondition& condition, ProfileIndex candidate) const;
  static void set_candidate(Feature& feature, const Judged& judged);
  bool depends_on_candidate(const Feature& feature) const;
  bool inner_depends(const CheckedCondition& condition, ProfileIndex candidate) const;
  // Is the truth of one of its tests (of this kind) settled by which profile the candidate is?
  bool is_settled_within(const CheckedCondition& condition, ProfileIndex candidate,
                         std::optional<FeatureKind> kind = std::nullopt) const;

  CheckedPolicy policy_;
  RuleTable table_;
  Canon canon_;
  std::vector<std::vector<Conjunct>> conjuncts_;
  std::vector<std::optional<AreaIndex>> area_indices_;  // by index in CheckedPolicy::areas
  std::unordered_map<std::string, FeatureIndex> features_;
  std::unordered_map<const CheckedTest*, ConditionIndex> lowered_tests_;
};

}  // namespace sojourn::lang
