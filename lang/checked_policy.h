// Private to lang. CheckedPolicy: an Ast whose every name is resolved and every comparison has been
// found meaningful. Lowering turns it into a RuleTable without meeting an error any more.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/source.h"
#include "engine/graph/rule_table.h"

namespace sojourn::lang {

struct CheckedTest;

// Invariant: op test has a test and no parts; negation one part; always and never nothing.
struct CheckedCondition {
  ConditionOp op = ConditionOp::always;
  std::vector<CheckedCondition> parts;
  std::shared_ptr<const CheckedTest> test;  // shared between uses of one `define`
  Span span;
  // What a run of days without gaps needs now, beside its count (semantics 9). Of a ban's condition
  // it is left out: there each form asks it by itself, whatever stands before it.
  bool needed_now = false;

  static CheckedCondition always() { return {}; }
  static CheckedCondition negate(CheckedCondition inner);
  static CheckedCondition all_of(std::vector<CheckedCondition> parts, Span span);
  static CheckedCondition any_of(std::vector<CheckedCondition> parts, Span span);
};

struct CheckedTest {
  // As in a RuleTable, but that `inner` and `identity` are left to lowering and an area's subject
  // is its index in CheckedPolicy::areas.
  Feature feature;
  Test test;                                      // its feature index is left to lowering
  std::shared_ptr<const CheckedCondition> inner;  // temporal features
};

struct CheckedAction {
  Action action;  // its requires_condition is left to lowering
  std::optional<CheckedCondition> requires_condition;
  Span span;
};

struct CheckedRule {
  Rule rule;  // its condition and its action's requires_condition are left to lowering
  CheckedCondition condition;
  CheckedAction action;
  Span span;       // the whole declaration
  Span name_span;  // the name, or the word `when`
};

struct CheckedBan {
  Ban ban;  // its conditions and its remedy's requires_condition are left to lowering
  std::optional<CheckedCondition> never;
  std::optional<std::int32_t> from_day, until_day, counting_from_day;  // Day::number
  std::optional<CheckedAction> remedy;
  Span span;
  Span name_span;  // the name, or the first word
};

struct CheckedAssertion {
  Assertion assertion;  // its condition is left to lowering
  CheckedCondition condition;
  CheckedAction outcome;
  Span span;
};

struct CheckedPolicy {
  Settings settings;
  std::vector<Attribute> attributes;
  std::vector<Profile> profiles;
  std::vector<Area> areas;
  std::vector<CheckedRule> rules;
  std::vector<CheckedBan> bans;
  std::vector<Guard> guards;  // what `switches` asks is left to lowering
  std::vector<Span> guard_spans;
  std::vector<CheckedAssertion> assertions;
  CheckedAction otherwise;
  bool otherwise_written = false;
};

}  // namespace sojourn::lang
