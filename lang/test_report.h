// Private to lang. The parts of a test's line -> an Observation.
#pragma once

#include "engine/base/calendar.h"
#include "engine/base/diagnostic.h"
#include "engine/device/observation.h"
#include "engine/graph/rule_table.h"
#include "lang/ast.h"

namespace sojourn::lang {

// Resolves names against the policy and converts units; what cannot be is a diagnostic.
class TestReport {
 public:
  // `refusal` is the code of what is said about impossible values.
  TestReport(const RuleTable& policy, const TimeZone& zone, DiagnosticList& diagnostics,
             Code refusal)
      : policy_(policy), zone_(zone), diagnostics_(diagnostics), refusal_(refusal) {}

  void fill(const std::vector<ast::TestPart>& parts, Observation& observation);
  // Reports an unknown name; `what` is said in the message ("profile").
  bool is_profile(const ast::Name& name);

 private:
  void fill(const ast::TestPart& part, Observation& observation);
  void stands_twice(const ast::TestPart& first, const ast::TestPart& second);
  void position(const ast::TestPart& part, Observation& observation);
  void network(const ast::TestPart& part, Observation& observation);
  void registration(const ast::TestPart& part, Observation& observation);
  void profile_named(const ast::TestPart& part, Reported<std::string>& into);
  void attribute(const ast::TestPart& part, Observation& observation);
  bool value_of(const ast::TestPart& part, const Attribute& attribute, AttributeReport& report);
  bool is_choice_value(const ast::Value& value, const Attribute& attribute);
  std::optional<double> in_unit(const ast::Value& value, std::string_view unit);
  bool single(const ast::TestPart& part);
  void error(Span span, std::string message, std::string help);

  const RuleTable& policy_;
  const TimeZone& zone_;
  DiagnosticList& diagnostics_;
  Code refusal_;
};

}  // namespace sojourn::lang
