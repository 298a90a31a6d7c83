// Private to lang. Where to go on after an error: the next word that begins a declaration, first on
// its line and no further to the right than the failed declaration began, or one of the few words
// that can stand nowhere else.
#pragma once

#include <cstddef>
#include <string_view>

namespace sojourn::lang {

// The offset of the next declaration after `from`, given where the failed one began; the text's
// size when there is none.
std::size_t next_declaration(std::string_view text, std::size_t from, std::size_t failed_begin);

}  // namespace sojourn::lang
