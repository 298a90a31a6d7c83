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

std::size_t measure_bans_in_words(std::string_view text) {
  constexpr std::string_view kBefore[] = {"a",     "all",   "an",   "any", "each",  "every",
                                          "legal", "other", "such", "the", "these", "of"};
  constexpr std::string_view kBans[] = {"ban", "bans", "Ban", "Bans", "BANS"};
  std::size_t at = 0;
  for (bool more = true; more;) {
    more = false;
    for (std::string_view word : kBefore) {
      std::size_t length = measure_words(text.substr(at), word);
      at += length;
      more = more || length > 0;
    }
  }
  std::string_view word = word_at(text.substr(at));
  bool said = std::find(std::begin(kBans), std::end(kBans), word) != std::end(kBans) &&
              text.substr(0, at).find('\n') == text.npos;  // `ban` on a line of its own begins one
  if (!said || (at == 0 && word == "bans")) return 0;
  at += word.size();
  if (word != "ban") return at;
  // One ban by its name: those that press pass together.
  std::string_view after = text.substr(at);
  std::size_t gap = measure_gap(after);
  std::string_view name = word_at(after.substr(gap));
  bool named = !name.empty() && !is_reserved(name) && after.substr(0, gap).find('\n') == after.npos;
  return named ? at + gap + name.size() : at;
}

std::string_view word_at(std::string_view text) { return text.substr(0, name_length(text)); }

std::string_view last_word(std::string_view text) {
  constexpr std::size_t kSpokenMax = 200;
  std::size_t begin = text.size();
  auto in_word = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
  };
  while (begin > 0 && in_word(text[begin - 1])) {
    if (text.size() - --begin > kSpokenMax) return {};
  }
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
