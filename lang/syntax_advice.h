// Private to lang. What an author is told about a syntax error: what was expected, in their terms,
// what stands there instead, and what to do about it.
#pragma once

#include "engine/base/diagnostic.h"
#include "engine/base/source.h"
#include "lang/syntax_tree.h"

namespace sojourn::lang {

// One cut point of the grammar (a row of expectations.def).
struct Expectation {
  Code code;
  const char* what;   // "a condition"
  const char* where;  // "after `when`"
  const char* help;   // "" when there is nothing to add
};

// UTF-8 without control bytes? Else says where it breaks.
bool check_encoding(const SourceMap& sources, SourceId source, DiagnosticList& diagnostics);

// An expectation that was not met at `offset`; `last_token_end` is where the text before it ends.
Diagnostic advise(const SyntaxTree& tree, std::size_t offset, std::size_t last_token_end,
                  const Expectation& expected);

// A word of the language that what is written is taken for, and the length of that; no word: it is
// taken for none.
struct Meant {
  std::string_view word;
  std::size_t length = 0;
};
// For what stands at `offset` where the expectation demands a word: misspelt, or another word of
// the language.
Meant word_meant(const SyntaxTree& tree, std::size_t offset, const Expectation& expected);
// Likewise at the beginning of a declaration; of what else is known to be meant, none.
Meant declaration_meant_at(const SyntaxTree& tree, std::size_t offset, std::size_t last_token_end);

bool is_then(const Expectation& expected);
// A ban whose condition stands behind `when`, at `offset`, and ends at `end`.
Diagnostic advise_never(const SyntaxTree& tree, std::size_t offset, std::size_t end);

// What stands at `offset` neither continues what stands before it nor begins a declaration.
Diagnostic advise_no_declaration(const SyntaxTree& tree, std::size_t offset,
                                 std::size_t last_token_end);

}  // namespace sojourn::lang
