#include "lang/words.h"

#include <unordered_map>

namespace sojourn::lang {
namespace {

enum class WordPlace { declaration, inside };

const std::unordered_map<std::string_view, WordPlace>& words() {
  static const std::unordered_map<std::string_view, WordPlace> table = {
#define SOJOURN_WORD(text, place) {text, WordPlace::place},
#include "engine/base/words.def"
#undef SOJOURN_WORD
  };
  return table;
}

}  // namespace

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
