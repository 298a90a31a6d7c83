// Private to lang. The reserved words (engine/base/words.def) and the characters that words are
// made of (engine/base/written_name.h).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/base/written_name.h"

namespace sojourn::lang {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

inline bool is_reserved(std::string_view word) { return is_reserved_word(word); }
// Does the word begin a top-level declaration?
bool begins_declaration(std::string_view word);
// For spelling suggestions.
const std::vector<std::string_view>& declaration_words();

}  // namespace sojourn::lang
