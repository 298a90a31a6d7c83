// Private to lang. A rule as `fmt` lays it out, and the words of test lines.
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

std::string print_actions(const std::vector<ast::Action>& actions);
std::string print(const ast::TestLine& line);

}  // namespace sojourn::lang
