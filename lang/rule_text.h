// Private to lang. A rule as `fmt` lays it out, without its comments.
#pragma once

#include <string>

#include "lang/ast.h"

namespace sojourn::lang {

std::string rule_text(const ast::Rule& rule);

}  // namespace sojourn::lang
