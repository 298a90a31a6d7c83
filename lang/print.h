// Private to lang. Pieces of an Ast as one line of text: how `fmt` writes them, and how
// explanations quote them. print(parse(print(x))) == print(x).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lang/ast.h"

namespace sojourn::lang {

// Bare when it can be, in quotes when it must.
std::string print_name(std::string_view name);

// What decided, as a test expects it: `by NAME`, `by ban NAME` (of "ban NAME"), `by otherwise`
// ("").
std::string print_decided_by(std::string_view label);
std::string print_text(std::string_view text);  // always in quotes
std::string print_millionths(std::int64_t millionths);
std::string print(const ast::TimeLength& length);
std::string print(const ast::Value& value);
std::string print(const std::vector<ast::Value>& values);
std::string print(const ast::Suffix& suffix);
// Brackets stand where the grammar needs them, and where a reader could stumble: around a time form
// after `not` or `and`, and around `and` inside `or`.
std::string print(const ast::Condition& condition);
// One part of a conjunction or disjunction, in brackets where `print` puts them.
std::string print_part(const ast::Condition& whole, std::size_t part);
std::string print_clock(std::int32_t clock_ms);
std::string print(const ast::Action& action);
std::string print(const ast::RegionMember& member);
std::string print(const ast::TestPart& part);

}  // namespace sojourn::lang
