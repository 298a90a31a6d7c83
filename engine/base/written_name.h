// Names and texts as rule files write them, so that what Sojourn writes can be read back:
//
//   written_name("vivo-local")   // vivo-local
//   written_name("switches")     // "switches", a reserved word (words.def)
//   written_text("5\" screen")   // "5\" screen"
//
// lang reads by the same definitions; engine writes counterexamples with them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sojourn {

// Bytes of the name character that `text` begins with; 0 when it begins with none. Letters, digits,
// - _ . and everything beyond ASCII, but for Latin-1 signs and the dashes, quotes and blanks that
// word processors put in (U+0080 to U+00BF, U+2000 to U+203F). Requires: valid UTF-8.
std::size_t name_char_length(std::string_view text);
// Bytes of the longest run of name characters at the beginning of `text`.
std::size_t name_length(std::string_view text);
// Does the language keep the word for itself (semantics 30)?
bool is_reserved_word(std::string_view word);

// A name: in quotes unless it is plain.
std::string written_name(std::string_view name);
// A text in quotes.
std::string written_text(std::string_view text);

}  // namespace sojourn
