// Private to lang. SyntaxTree -> Ast.
#pragma once

#include "engine/base/diagnostic.h"
#include "lang/ast.h"
#include "lang/syntax_tree.h"

namespace sojourn::lang {

// Undoes quotes, reads numbers, dates and lengths of time. What cannot be (31 February, a number
// with more digits than it has meaning) is a diagnostic, and a harmless value takes its place.
ast::File build_ast(const SyntaxTree& tree, DiagnosticList& diagnostics);

}  // namespace sojourn::lang
