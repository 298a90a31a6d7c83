#include "lang/spoken_words.h"

#include <algorithm>

#include "lang/tokens.h"
#include "lang/words.h"

namespace sojourn::lang {

std::size_t measure_words(std::string_view text, std::string_view words) {
  std::size_t at = 0;
  while (!words.empty()) {
    std::string_view word = words.substr(0, words.find(' '));
    if (text.substr(at, name_length(text.substr(at))) != word) return 0;
    at += word.size();
    at += measure_gap(text.substr(at));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return at;
}

bool begins_with(std::string_view text, std::string_view words) {
  return measure_words(text, words) != 0;
}

std::string_view word_at(std::string_view text) { return text.substr(0, name_length(text)); }

std::string_view last_word(std::string_view text) {
  std::size_t begin = text.size();
  auto in_word = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
  };
  while (begin > 0 && in_word(text[begin - 1])) --begin;
  return text.substr(begin);
}

std::string_view without_last_blanks(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n')) {
    text.remove_suffix(1);
  }
  return text;
}

std::string_view or_else(std::string_view text, std::string_view other) {
  return text.empty() ? other : text;
}

}  // namespace sojourn::lang
