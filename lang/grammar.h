// Private to lang. Source -> SyntaxTree.
#pragma once

#include "engine/base/diagnostic.h"
#include "engine/base/source.h"
#include "lang/syntax_tree.h"

namespace sojourn::lang {

// Parses one source. Syntax errors go to `diagnostics`; what could be read is in the tree all the
// same: a declaration with an error is left out whole, and parsing goes on at the next one. Linear
// in the size of the text, whatever its bytes. Tested in tests/lang/grammar_test.cc.
SyntaxTree parse(const SourceMap& sources, SourceId source, DiagnosticList& diagnostics);

// The same for a text put together from cells of a table. The excerpt outlives the tree.
SyntaxTree parse(const Excerpt& excerpt, DiagnosticList& diagnostics);

}  // namespace sojourn::lang
