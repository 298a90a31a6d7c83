#include "adapters/simulator/misbehaviour.h"

#include <charconv>
#include <vector>

#include "engine/base/diagnostic_code.h"

namespace sojourn::simulator {
namespace {

struct Chance {
  std::string_view word;
  unsigned Misbehaviour::*member;
};
constexpr Chance kChances[] = {
    {"wrong-signature", &Misbehaviour::wrong_signature},
    {"replayed-result", &Misbehaviour::replayed_result},
    {"other-devices-package", &Misbehaviour::other_devices_package},
    {"doubled-result", &Misbehaviour::doubled_result},
    {"delayed-result", &Misbehaviour::delayed_result},
    {"no-answer", &Misbehaviour::no_answer},
    {"lost-acknowledgement", &Misbehaviour::lost_acknowledgement},
};
struct Habit {
  std::string_view word;
  bool Misbehaviour::*member;
};
constexpr Habit kHabits[] = {
    {"1.0", &Misbehaviour::version_1_0},
    {"omits-eid", &Misbehaviour::omits_eid},
};

Diagnostic unknown(std::string_view word) {
  std::vector<std::string_view> words;
  for (const Chance& one : kChances) words.push_back(one.word);
  for (const Habit& one : kHabits) words.push_back(one.word);
  std::string_view nearest = nearest_spelling(word.substr(0, word.find('=')), words);
  std::string help = "a chance is written `no-answer=10%`, a habit `omits-eid`";
  if (!nearest.empty()) help = "did you mean `" + std::string(nearest) + "`?";
  return make_diagnostic(Code::E0870, "unknown misbehaviour `" + std::string(word) + "`",
                         std::move(help));
}

bool apply(std::string_view word, Misbehaviour& told) {
  for (const Habit& one : kHabits) {
    if (word == one.word) return told.*one.member = true;
  }
  std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || !word.ends_with('%')) return false;
  std::string_view digits = word.substr(equals + 1, word.size() - equals - 2);
  unsigned percent = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
  if (error != std::errc() || end != digits.data() + digits.size() || percent > 100) return false;
  for (const Chance& one : kChances) {
    if (word.substr(0, equals) == one.word) return told.*one.member = percent, true;
  }
  return false;
}

}  // namespace

Result<Misbehaviour> parse_misbehaviour(std::string_view text) {
  Misbehaviour told;
  while (!text.empty()) {
    std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!apply(word, told)) return unknown(word);
  }
  return told;
}

std::string to_text(const Misbehaviour& misbehaviour) {
  std::string text;
  auto add = [&](std::string word) { text += (text.empty() ? "" : ",") + std::move(word); };
  for (const Chance& one : kChances) {
    if (unsigned percent = misbehaviour.*one.member; percent > 0) {
      add(std::string(one.word) + "=" + std::to_string(percent) + "%");
    }
  }
  for (const Habit& one : kHabits) {
    if (misbehaviour.*one.member) add(std::string(one.word));
  }
  return text;
}

}  // namespace sojourn::simulator
