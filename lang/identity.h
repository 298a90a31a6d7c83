// Private to lang. Canonical texts: what a feature, a test or a condition asks, independent of how
// and in what order it was written, with names for indices. Two questions are the same exactly when
// their texts are; digests are taken over them.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/rule_table.h"
#include "lang/wording.h"

namespace sojourn::lang {

std::string area_identity(const Area& area);

class Canon {
 public:
  // The table outlives this and only grows.
  explicit Canon(const RuleTable& table) : table_(table) {}

  // The identity of a feature whose inner condition, if any, is in the table already.
  std::string feature(const Feature& feature);
  const std::string& condition(ConditionIndex index);
  std::string action(const Action& action);
  // Of FeatureKind::released: the rule's name, else its meaning. Its condition is in the table.
  std::string rollout(const Rule& rule);
  // Of an unnamed rule or ban that is in the table: SHA-256 of what it asks, in hex.
  std::string digest(const Rule& rule);
  std::string digest(const Ban& ban);
  // SHA-256 over everything that decides (rule_table.h, meaning_digest).
  Sha256Digest meaning();

 private:
  std::string unsupposed(const Feature& feature);
  std::string ban(const Ban& ban);
  // Of the digest, in any order.
  std::vector<std::string> declarations();
  std::vector<std::string> bans();
  std::vector<std::string> guards(const std::vector<std::string>& rules);
  Wording wording(ConditionIndex index);
  Question question(const Test& test);
  std::string symbol(const Feature& feature, std::int64_t symbol);
  std::vector<bool> rules_spoken_of() const;
  std::vector<std::string> rules_in_one_wording(const std::vector<std::string>& rules,
                                                const std::vector<bool>& is_spoken_of);
  std::string temporal(const Feature& feature);
  std::string attribute(const Attribute& attribute);

  const RuleTable& table_;
  std::vector<std::string> texts_;  // by ConditionIndex; "" = not made yet
};

}  // namespace sojourn::lang
