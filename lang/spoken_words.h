// Private to lang, to the files about habits. Words at the beginning and at the end of a text.
#pragma once

#include <cstddef>
#include <string_view>

namespace sojourn::lang {

// The bytes that `words` take at the beginning of the text, with the gap after them; 0 when
// something else stands there.
std::size_t measure_words(std::string_view text, std::string_view words);
bool begins_with(std::string_view text, std::string_view words);
// `the bans`, `any ban`, `ban br-permanent-roaming`: the bytes, without the gap after them, of what
// people write where `bans` is meant; 0 for `bans` itself and for anything else.
std::size_t measure_bans_in_words(std::string_view text);
std::string_view word_at(std::string_view text);
// The last word of the text; empty when it ends with a sign, or with a word too long to be spoken.
std::string_view last_word(std::string_view text);
std::string_view without_last_blanks(std::string_view text);
std::string_view or_else(std::string_view text, std::string_view other);

}  // namespace sojourn::lang
