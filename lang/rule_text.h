// Private to lang. Rules, bans, guards and assertions as `fmt` lays them out, and the words of test
// lines.
#pragma once

#include <string>
#include <vector>

#include "lang/ast.h"

namespace sojourn::lang {

// A line, with its indentation, and the part of the source that it stands for.
struct RuleLine {
  std::string text;
  Span span;
};

// `broken`: one part of the condition per line, even where one line would do.
std::vector<RuleLine> rule_lines(const ast::Rule& rule, bool broken);

// The same lines as one text, for explanations.
std::string rule_text(const ast::Rule& rule);

// One clause per line.
std::vector<RuleLine> ban_lines(const ast::Ban& ban);
std::vector<RuleLine> used_ban_lines(const ast::FileUse& use);
std::vector<RuleLine> assertion_lines(const ast::Assertion& assertion, bool broken);
std::string print(const ast::Guard& guard);
std::string joined(const std::vector<RuleLine>& lines);

std::string print_actions(const std::vector<ast::Action>& actions);
std::string print(const ast::TestLine& line);

}  // namespace sojourn::lang
