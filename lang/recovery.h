// Private to lang. Where to go on after an error: the next word that begins a declaration, first on
// its line and no further to the right than the failed declaration began, or one of the few words
// that can stand nowhere else.
#pragma once

#include <cstddef>
#include <string_view>

#include "lang/syntax_tree.h"

namespace sojourn::lang {

// The offset of the next declaration after `from`, given where the failed one began; the text's
// size when there is none.
std::size_t next_declaration(std::string_view text, std::size_t from, std::size_t failed_begin);

// Keeps the name that a failed declaration was about to declare.
void remember_broken_name(SyntaxTree& tree, std::size_t begin);

// The declaration that was read last.
struct ReadBefore {
  std::size_t begin = 0;
  std::size_t node = 0;  // its first
};
bool is_ban_without_never(const SyntaxTree& tree, const ReadBefore& read);

}  // namespace sojourn::lang
