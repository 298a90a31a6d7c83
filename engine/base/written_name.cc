#include "engine/base/written_name.h"

#include <unordered_set>

namespace sojourn {

std::size_t name_char_length(std::string_view text) {
  if (text.empty()) return 0;
  auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    bool letter = (lead >= 'a' && lead <= 'z') || (lead >= 'A' && lead <= 'Z');
    bool digit = lead >= '0' && lead <= '9';
    return letter || digit || lead == '-' || lead == '_' || lead == '.' ? 1 : 0;
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

bool is_reserved_word(std::string_view word) {
  static const std::unordered_set<std::string_view> words = {
#define SOJOURN_WORD(text, place) text,
#include "engine/base/words.def"
#undef SOJOURN_WORD
  };
  return words.contains(word);
}

std::string written_name(std::string_view name) {
  bool plain = !name.empty() && name[0] != '-' && name[0] != '.' &&
               name_length(name) == name.size() && !is_reserved_word(name);
  return plain ? std::string(name) : written_text(name);
}

std::string written_text(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

}  // namespace sojourn
