#include "lang/rule_text.h"

#include <fmt/format.h>

#include "lang/print.h"

namespace sojourn::lang {
namespace {

constexpr std::size_t kLineWidth = 100;

std::string joined_actions(const std::vector<ast::Action>& actions) {
  std::string out;
  for (const ast::Action& action : actions) {
    if (!out.empty()) out += ", ";
    out += print(action);
  }
  return out;
}

std::string head_of(const ast::Rule& rule) {
  if (!rule.name && !rule.text && !rule.zone && rule.overrides.empty()) return "";
  std::string head = "rule";
  if (rule.name) head += " " + print_name(rule.name->text);
  if (rule.text) head += " " + print_text(rule.text->text);
  if (rule.zone) head += " timezone " + rule.zone->text;
  for (std::size_t i = 0; i < rule.overrides.size(); ++i) {
    head += (i == 0 ? " overrides " : ", ") + print_name(rule.overrides[i].text);
  }
  return head;
}

}  // namespace

// The words stand right-aligned under `when`, so that the eye runs down the conditions.
std::string rule_text(const ast::Rule& rule) {
  std::string head = head_of(rule);
  std::string indent = head.empty() ? "" : "  ";
  std::string actions = joined_actions(rule.actions);
  std::string body = fmt::format("{}when {} then {}", indent, print(rule.condition), actions);
  if (body.size() > kLineWidth) {
    body = fmt::format("{}when ", indent);
    bool conjunction = rule.condition.kind == ast::Condition::Kind::conjunction;
    bool disjunction = rule.condition.kind == ast::Condition::Kind::disjunction;
    if (conjunction || disjunction) {
      std::string joint = fmt::format("\n{}{} ", indent, conjunction ? " and" : "  or");
      body += print_joined(rule.condition, joint);
    } else {
      body += print(rule.condition);
    }
    body += fmt::format("\n{}then {}", indent, actions);
  }
  return head.empty() ? body : head + "\n" + body;
}

}  // namespace sojourn::lang
