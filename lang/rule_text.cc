#include "lang/rule_text.h"

#include <fmt/format.h>

#include "lang/print.h"

namespace sojourn::lang {
namespace {

constexpr std::size_t kLineWidth = 100;

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

Span span_of(const std::vector<ast::Action>& actions) {
  Span span = actions.front().span;
  span.end = actions.back().span.end;
  return span;
}

// The words stand right-aligned under `when`, so that the eye runs down the conditions.
std::vector<RuleLine> condition_lines(const ast::Condition& condition, const std::string& indent) {
  using Kind = ast::Condition::Kind;
  std::vector<RuleLine> lines;
  bool joined = condition.kind == Kind::conjunction || condition.kind == Kind::disjunction;
  if (!joined) {
    lines.push_back({indent + "when " + print(condition), condition.span});
    return lines;
  }
  std::string_view joint = condition.kind == Kind::conjunction ? " and " : "  or ";
  for (std::size_t i = 0; i < condition.parts.size(); ++i) {
    std::string text = indent;
    text.append(i == 0 ? "when " : joint).append(print_part(condition, i));
    lines.push_back({std::move(text), condition.parts[i].span});
  }
  return lines;
}

std::string print(const ast::Expectation& e) {
  using Kind = ast::Expectation::Kind;
  switch (e.kind) {
    case Kind::keep:
      return "keep";
    case Kind::profile:
      return "profile = " + print_name(e.name.text);
    case Kind::alert:
      return "alert " + print_text(e.name.text);
    case Kind::task:
      return "task " + print_text(e.name.text);
    case Kind::by:
      return "by " + (e.name.text.empty() ? "otherwise" : print_name(e.name.text));
    case Kind::ban_violated:
      return "ban " + print_name(e.name.text) + " violated";
    case Kind::suppressed:
      return "suppressed";
  }
  return "";
}

std::string print_parts(const std::vector<ast::TestPart>& parts) {
  std::string out;
  for (const ast::TestPart& part : parts) {
    if (!out.empty()) out += ", ";
    out += lang::print(part);
  }
  return out;
}

std::string print_expect(const ast::TestLine& line) {
  std::string out = "expect";
  for (std::size_t i = 0; i < line.expectations.size(); ++i) {
    bool first = i == 0 || line.expectations[i].kind == ast::Expectation::Kind::by;
    out += (first ? " " : ", ") + print(line.expectations[i]);
  }
  if (line.on) out += " on " + line.on->text;
  return out;
}

}  // namespace

std::string print_actions(const std::vector<ast::Action>& actions) {
  std::string out;
  for (const ast::Action& action : actions) {
    if (!out.empty()) out += ", ";
    out += print(action);
  }
  return out;
}

std::vector<RuleLine> rule_lines(const ast::Rule& rule, bool broken) {
  std::string head = head_of(rule);
  std::string indent = head.empty() ? "" : "  ";
  std::string actions = print_actions(rule.actions);
  Span then_span = span_of(rule.actions);
  std::vector<RuleLine> lines;
  if (!head.empty()) {
    Span span{rule.span.source, rule.span.begin, rule.span.begin + 4};  // at least the word `rule`
    for (const auto& part : {rule.name, rule.text, rule.zone}) {
      if (part) span.end = std::max(span.end, part->span.end);
    }
    for (const ast::Name& name : rule.overrides) span.end = std::max(span.end, name.span.end);
    lines.push_back({std::move(head), span});
  }
  std::string body = fmt::format("{}when {} then {}", indent, print(rule.condition), actions);
  if (!broken && body.size() <= kLineWidth) {
    Span span = rule.condition.span;
    span.end = then_span.end;
    lines.push_back({std::move(body), span});
    return lines;
  }
  for (RuleLine& line : condition_lines(rule.condition, indent)) lines.push_back(std::move(line));
  lines.push_back({indent + "then " + actions, then_span});
  return lines;
}

std::string rule_text(const ast::Rule& rule) {
  std::string out;
  for (const RuleLine& line : rule_lines(rule, false)) {
    if (!out.empty()) out += '\n';
    out += line.text;
  }
  return out;
}

std::string print(const ast::TestLine& line) {
  std::string out = line.device ? "device " + print_text(line.device->text) + " " : "";
  std::string parts = print_parts(line.parts);
  switch (line.kind) {
    case ast::TestLine::Kind::given:
      return out + "given " + parts;
    case ast::TestLine::Kind::at:
      return out + "at " + line.at.text + (parts.empty() ? "" : " ") + parts;
    case ast::TestLine::Kind::every:
      out += line.clock_ms ? "every day at " + print_clock(*line.clock_ms)
                           : "every " + print(line.period);
      return fmt::format("{} from {} to {}{}{}", out, line.at.text, line.until.text,
                         parts.empty() ? "" : " ", parts);
    case ast::TestLine::Kind::expect:
      return out + print_expect(line);
  }
  return out;
}

}  // namespace sojourn::lang
