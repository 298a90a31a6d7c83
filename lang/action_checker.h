// Private to lang. Actions of an Ast -> CheckedActions.
#pragma once

#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "lang/ast.h"
#include "lang/checked_policy.h"
#include "lang/condition_checker.h"
#include "lang/vocabulary.h"

namespace sojourn::lang {

class ActionChecker {
 public:
  ActionChecker(Vocabulary& vocabulary, ConditionChecker& conditions, DiagnosticList& diagnostics)
      : vocabulary_(vocabulary), conditions_(conditions), diagnostics_(diagnostics) {}

  // `span`: what the actions belong to. `zone`: whose midnight ends a day; "" = the policy's.
  CheckedAction check(const std::vector<ast::Action>& written, Span span, const std::string& zone);

 private:
  void part(const ast::Action& part, CheckedAction& checked, const std::string& zone);
  void outcome(const ast::Action& part, Action& action);
  void refuse_terms_of_nothing(const std::vector<ast::Action>& written);
  // Reports an alternative behind one that is always taken before it.
  bool can_be_chosen(const ast::Alternative& alternative, const ast::Action& part);
  // Reports an action that stands twice.
  bool once(const ast::Action& part, bool already);
  void hold(const ast::Action& part, Action& action);
  void window(const ast::Action& part, Action& action);
  void rollout(const ast::Action& part, Action& action);
  void profile_into(const ast::Name& name, std::vector<ProfileIndex>& list);
  void error(Code code, Span span, std::string message, std::string help);

  Vocabulary& vocabulary_;
  ConditionChecker& conditions_;
  DiagnosticList& diagnostics_;
  const ast::Action* outcome_ = nullptr;  // of the actions under way
};

}  // namespace sojourn::lang
