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
    case Kind::no_alert:
      return "no alert " + print_text(e.name.text);
    case Kind::no_task:
      return "no task " + print_text(e.name.text);
    case Kind::no_alerts:
      return "no alert";
    case Kind::no_tasks:
      return "no task";
    case Kind::by:
      return print_decided_by(e.name.text);
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

namespace {

std::string print(const ast::BanClause& c) {
  using Kind = ast::BanClause::Kind;
  switch (c.kind) {
    case Kind::never:
      return "never " + lang::print(*c.condition);
    case Kind::source:
      return "source " + print_text(c.name.text);
    case Kind::certainty:
      return "certainty " + print_name(c.name.text);
    case Kind::from:
      return "from " + to_text(c.day);
    case Kind::until:
      return "until " + to_text(c.day);
    case Kind::zone:
      return "timezone " + c.name.text;
    case Kind::notice:
      return "notice " + lang::print(c.length);
    case Kind::assuming:
      return "assuming a switch completes within " + lang::print(c.length);
    case Kind::remedy:
      return "remedy " + print_actions(c.actions);
    case Kind::in_doubt:
      return "in doubt counts";
    case Kind::counting_from:
      return "counting from " + to_text(c.day);
  }
  return "";
}

// `when .. then ..` on one line where it fits.
void add_body(std::vector<RuleLine>& lines, const ast::Condition& condition,
              const std::vector<ast::Action>& written, const std::string& indent,
              const std::string& first_word, bool broken) {
  std::string actions = print_actions(written);
  Span then_span = span_of(written);
  std::string body =
      fmt::format("{}{}when {} then {}", indent, first_word, lang::print(condition), actions);
  if (!broken && body.size() <= kLineWidth) {
    Span span = condition.span;
    span.end = then_span.end;
    lines.push_back({std::move(body), span});
    return;
  }
  std::string inner = indent + std::string(first_word.size(), ' ');
  std::vector<RuleLine> parts = condition_lines(condition, inner);
  parts[0].text.replace(indent.size(), first_word.size(), first_word);
  for (RuleLine& line : parts) lines.push_back(std::move(line));
  lines.push_back({inner + "then " + actions, then_span});
}

}  // namespace

std::vector<RuleLine> ban_lines(const ast::Ban& ban) {
  std::string head = ban.forbids_change ? "forbid change" : "ban";
  Span span{ban.span.source, ban.span.begin, ban.span.begin + 3};
  if (ban.name) head += " " + print_name(ban.name->text), span.end = ban.name->span.end;
  std::vector<RuleLine> lines;
  if (ban.forbids_change && ban.text) {
    head += " " + print_text(ban.text->text), span.end = ban.text->span.end;
  }
  lines.push_back({std::move(head), span});
  if (!ban.forbids_change && ban.text) {
    lines.push_back({"  " + print_text(ban.text->text), ban.text->span});
  }
  if (ban.forbids_change && ban.clauses.size() == 1) {
    const ast::BanClause& only = ban.clauses[0];
    std::string one = lines[0].text + " when " + lang::print(*only.condition);
    if (one.size() <= kLineWidth) {
      span.end = only.span.end;
      return {{std::move(one), span}};
    }
  }
  for (const ast::BanClause& clause : ban.clauses) {
    bool when = ban.forbids_change && clause.kind == ast::BanClause::Kind::never;
    std::string text = when ? "when " + lang::print(*clause.condition) : print(clause);
    lines.push_back({"  " + text, clause.span});
  }
  return lines;
}

std::vector<RuleLine> used_ban_lines(const ast::FileUse& use) {
  std::string head = "use ban " + print_name(use.ban.text) + " from " + print_text(use.file.text);
  Span span{use.span.source, use.span.begin, use.file.span.end};
  std::vector<RuleLine> lines = {{std::move(head), span}};
  for (const ast::BanClause& clause : use.clauses) {
    lines.push_back({"  " + print(clause), clause.span});
  }
  return lines;
}

std::vector<RuleLine> assertion_lines(const ast::Assertion& assertion, bool broken) {
  std::vector<RuleLine> lines;
  std::string head = "assert ";
  std::string indent;
  if (assertion.text) {
    Span span{assertion.span.source, assertion.span.begin, assertion.text->span.end};
    lines.push_back({"assert " + print_text(assertion.text->text), span});
    head.clear();
    indent = "  ";
  }
  add_body(lines, assertion.condition, assertion.actions, indent, head, broken);
  if (!assertion.text) lines[0].span.begin = assertion.span.begin;
  return lines;
}

std::string print(const ast::Guard& guard) {
  using Kind = ast::Guard::Kind;
  std::string most = print_millionths(guard.most.millionths);
  bool one = guard.most.millionths == 1'000'000;
  std::string out = "guard ";
  switch (guard.kind) {
    case Kind::switches:
      out += fmt::format("at most {} {} per device", most, one ? "switch" : "switches");
      break;
    case Kind::fleet_share:
      out += fmt::format("at most {}% of fleet", most);
      break;
    case Kind::devices:
      out += fmt::format("at most {} {}", most, one ? "device" : "devices");
      break;
    case Kind::approval:
      out += fmt::format("approval when more than {} {}", most, one ? "device" : "devices");
      break;
    case Kind::abort:
      out += fmt::format("abort when at least {}% fail after at least {}", most,
                         print_millionths(guard.least.millionths));
      break;
  }
  if (guard.window) {
    std::string period = lang::print(*guard.window);
    if (guard.per && period.starts_with("1 ") && guard.window->parts.size() == 1) {
      period = period.substr(2);
    }
    out += (guard.per ? " per " : " within ") + period;
  }
  std::string except = guard.except_bans ? "bans" : "";
  for (const ast::Name& rule : guard.except_rules) {
    except += (except.empty() ? "" : ", ") + print_name(rule.text);
  }
  return except.empty() ? out : out + " except for " + except;
}

std::vector<RuleLine> rule_lines(const ast::Rule& rule, bool broken) {
  std::string head = head_of(rule);
  std::string indent = head.empty() ? "" : "  ";
  std::vector<RuleLine> lines;
  if (!head.empty()) {
    Span span{rule.span.source, rule.span.begin, rule.span.begin + 4};  // at least the word `rule`
    for (const auto& part : {rule.name, rule.text, rule.zone}) {
      if (part) span.end = std::max(span.end, part->span.end);
    }
    for (const ast::Name& name : rule.overrides) span.end = std::max(span.end, name.span.end);
    lines.push_back({std::move(head), span});
  }
  add_body(lines, rule.condition, rule.actions, indent, "", broken);
  return lines;
}

std::string joined(const std::vector<RuleLine>& lines) {
  std::string out;
  for (const RuleLine& line : lines) {
    if (!out.empty()) out += '\n';
    out += line.text;
  }
  return out;
}

std::string rule_text(const ast::Rule& rule) { return joined(rule_lines(rule, false)); }

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
