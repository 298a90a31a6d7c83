// Private to lang. Lists that name a value twice.
#pragma once

#include <vector>

#include "engine/base/diagnostic.h"
#include "lang/ast.h"

namespace sojourn::lang {

// Notes each value that stands twice in a list.
void note_repeats(const std::vector<ast::Value>& values, DiagnosticList& diagnostics);

}  // namespace sojourn::lang
