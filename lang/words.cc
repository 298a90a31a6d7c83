#include "lang/words.h"

#include <unordered_map>

namespace sojourn::lang {
namespace {

enum class WordPlace { declaration, inside };

const std::unordered_map<std::string_view, WordPlace>& words() {
  static const std::unordered_map<std::string_view, WordPlace> table = {
#define SOJOURN_WORD(text, place) {text, WordPlace::place},
#include "lang/words.def"
#undef SOJOURN_WORD
  };
  return table;
}

}  // namespace

std::size_t name_char_length(std::string_view text) {
  if (text.empty()) return 0;
  auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    bool in_name =
        is_letter(text[0]) || is_digit(text[0]) || lead == '-' || lead == '_' || lead == '.';
    return in_name ? 1 : 0;
  }
  if (lead == 0xC2) return 0;  // U+0080 to U+00BF
  bool punctuation = lead == 0xE2 && text.size() > 1 && static_cast<unsigned char>(text[1]) == 0x80;
  if (punctuation) return 0;  // U+2000 to U+203F
  std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return length <= text.size() ? length : 0;
}

std::size_t name_length(std::string_view text) {
  std::size_t length = 0;
  while (std::size_t step = name_char_length(text.substr(length))) length += step;
  return length;
}

bool is_reserved(std::string_view word) { return words().count(word) != 0; }

bool begins_declaration(std::string_view word) {
  auto found = words().find(word);
  return found != words().end() && found->second == WordPlace::declaration;
}

const std::vector<std::string_view>& declaration_words() {
  static const std::vector<std::string_view> list = [] {
    std::vector<std::string_view> found;
    for (const auto& [word, place] : words()) {
      if (place == WordPlace::declaration) found.push_back(word);
    }
    return found;
  }();
  return list;
}

}  // namespace sojourn::lang
