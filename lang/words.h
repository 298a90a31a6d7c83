// Private to lang. The reserved words (words.def) and the characters that words are made of.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace sojourn::lang {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Bytes of the name character that `text` begins with; 0 when it begins with none. Letters, digits,
// - _ . and everything beyond ASCII, but for Latin-1 signs and the dashes, quotes and blanks that
// word processors put in (U+0080 to U+00BF, U+2000 to U+203F). Requires: valid UTF-8.
std::size_t name_char_length(std::string_view text);
// Bytes of the longest run of name characters at the beginning of `text`.
std::size_t name_length(std::string_view text);

bool is_reserved(std::string_view word);
// Does the word begin a top-level declaration?
bool begins_declaration(std::string_view word);
// For spelling suggestions.
const std::vector<std::string_view>& declaration_words();

}  // namespace sojourn::lang
