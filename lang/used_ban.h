// Private to lang. One ban out of a file, and what it depends on.
#pragma once

#include <string_view>
#include <vector>

#include "lang/ast.h"

namespace sojourn::lang {

// The ban (or `forbid change`) of that name and, before it, the attributes, sets, definitions and
// regions that its conditions speak of, directly or through each other, in the order written. Empty
// when there is no such ban. Profiles are not among them: a remedy names profiles of the policy.
std::vector<ast::Declaration> ban_with_needs(const std::vector<ast::Declaration>& file,
                                             std::string_view name);

// The names of all bans of a file.
std::vector<std::string_view> ban_names(const std::vector<ast::Declaration>& file);

}  // namespace sojourn::lang
