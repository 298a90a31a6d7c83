// Private to lang. Bans, guards and assertions of an Ast, checked.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/source.h"
#include "lang/action_checker.h"
#include "lang/ast.h"
#include "lang/checked_policy.h"
#include "lang/condition_checker.h"

namespace sojourn::lang {

class LawChecker {
 public:
  LawChecker(ConditionChecker& conditions, ActionChecker& actions, const SourceMap& sources,
             DiagnosticList& diagnostics)
      : conditions_(conditions), actions_(actions), sources_(sources), diagnostics_(diagnostics) {}

  using FindRule = std::function<std::optional<std::uint32_t>(const ast::Name&)>;

  void add(const ast::Ban& written);
  void add(const ast::Guard& written, const FindRule& rule_named);
  void add(const ast::Assertion& written);
  // Hands over what was added.
  void finish(CheckedPolicy& policy);

 private:
  struct Clauses;
  bool gather(const ast::Ban& written, Clauses& clauses);
  void check_notice(const Clauses& clauses, CheckedBan& checked);
  void check_counting(const Clauses& clauses, CheckedBan& checked);
  void check_remedy(const Clauses& clauses, CheckedBan& checked);
  void check_times(const Clauses& clauses, CheckedBan& checked);
  void enter_name(const ast::Ban& written);
  std::optional<std::int64_t> device_count(const ast::Number& number);
  Origin origin_of(Span span) const;
  void error(Code code, Span span, std::string message, std::string help);

  ConditionChecker& conditions_;
  ActionChecker& actions_;
  const SourceMap& sources_;
  DiagnosticList& diagnostics_;
  std::map<std::string, Span> ban_names_;
  std::vector<CheckedBan> bans_;
  std::vector<Guard> guards_;
  std::vector<Span> guard_spans_;
  std::vector<CheckedAssertion> assertions_;
};

}  // namespace sojourn::lang
