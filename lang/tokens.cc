#include "lang/tokens.h"

#include <algorithm>

#include "lang/words.h"

namespace sojourn::lang {
namespace {

std::size_t measure_digits(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length])) ++length;
  return length;
}

// Counts pattern letters: d a digit, everything else itself. 0 when the text does not fit.
std::size_t measure_pattern(std::string_view text, std::string_view pattern) {
  if (text.size() < pattern.size()) return 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i]) return 0;
  }
  return pattern.size();
}

// Words that begin a clause of a ban: `never x >= 30` may stand before `notice 10 days`.
bool begins_clause(std::string_view word) {
  return word == "source" || word == "certainty" || word == "notice" || word == "assuming" ||
         word == "remedy" || word == "counting" || word == "timezone" || word == "except";
}

bool goes_on(std::string_view text) { return name_char_length(text) != 0; }

}  // namespace

std::size_t measure_gap(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    char c = text[at];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
      ++at;
    } else if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (text.substr(at, 2) == "\xC2\xA0") {
      at += 2;  // a no-break space
    } else if (text.substr(at, 3) == "\xEF\xBB\xBF") {
      at += 3;  // a byte order mark
    } else {
      break;
    }
  }
  return at;
}

std::size_t measure_plain_name(std::string_view text) {
  if (text.empty() || text[0] == '-' || text[0] == '.') return 0;
  std::size_t length = name_length(text);
  return is_reserved(text.substr(0, length)) ? 0 : length;
}

std::size_t measure_quoted(std::string_view text) {
  if (text.empty() || text[0] != '"') return 0;
  for (std::size_t at = 1; at < text.size() && text[at] != '\n'; ++at) {
    bool escape =
        text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    if (escape) {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return 0;
}

std::size_t measure_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  std::size_t whole = measure_digits(text.substr(at));
  if (whole == 0) return 0;
  at += whole;
  if (text.substr(at).starts_with('.')) {
    std::size_t fraction = measure_digits(text.substr(at + 1));
    if (fraction > 0) at += 1 + fraction;
  }
  // 12km is a number and a unit; 1.2.3, 5g-only and 724-06 are something else
  std::size_t letters = 0;
  while (at + letters < text.size() &&
         (is_letter(text[at + letters]) || text[at + letters] == '/')) {
    ++letters;
  }
  return goes_on(text.substr(at + letters)) ? 0 : at;
}

std::size_t measure_unit(std::string_view text) {
  if (text.starts_with('%')) return 1;
  std::size_t at =
      text.starts_with("\xC2\xB0") || text.starts_with("\xC2\xB5") ? 2 : 0;  // degree, micro
  std::size_t begin = at;
  while (at < text.size() && is_letter(text[at])) ++at;
  if (at == begin) return 0;
  if (text.substr(at).starts_with('/') && at + 1 < text.size() && is_letter(text[at + 1])) {
    ++at;
    while (at < text.size() && is_letter(text[at])) ++at;
  }
  std::string_view word = text.substr(0, at);
  return goes_on(text.substr(at)) || is_reserved(word) || begins_clause(word) ? 0 : at;
}

std::size_t measure_date(std::string_view text) {
  std::size_t length = measure_pattern(text, "dddd-dd-dd");
  return length == 0 || goes_on(text.substr(length)) ? 0 : length;
}

std::size_t measure_clock(std::string_view text) {
  std::size_t length = measure_pattern(text, "dd:dd");
  if (length == 0) length = measure_pattern(text, "d:dd");
  if (length == 0) return 0;
  length += measure_pattern(text.substr(length), ":dd");
  return goes_on(text.substr(length)) ? 0 : length;
}

std::size_t measure_timestamp(std::string_view text) {
  std::size_t at = measure_pattern(text, "dddd-dd-dd");
  if (at == 0 || at == text.size() || (text[at] != 'T' && text[at] != ' ')) return 0;
  ++at;
  std::size_t clock = measure_pattern(text.substr(at), "dd:dd");
  if (clock == 0) clock = measure_pattern(text.substr(at), "d:dd");
  if (clock == 0) return 0;
  at += clock;
  std::size_t second = measure_pattern(text.substr(at), ":dd");
  at += second;
  if (second != 0 && text.substr(at).starts_with('.'))
    at += 1 + measure_digits(text.substr(at + 1));
  if (text.substr(at).starts_with('Z')) {
    ++at;
  } else {
    std::size_t offset = measure_pattern(text.substr(at), "+dd:dd");
    if (offset == 0) offset = measure_pattern(text.substr(at), "-dd:dd");
    at += offset;
  }
  return goes_on(text.substr(at)) ? 0 : at;
}

std::size_t measure_plmn(std::string_view text) {
  std::size_t length = measure_pattern(text, "ddd-ddd");
  if (length == 0) length = measure_pattern(text, "ddd-dd");
  return length == 0 || goes_on(text.substr(length)) ? 0 : length;
}

std::size_t measure_iccid(std::string_view text) {
  std::size_t length = measure_digits(text);
  if (length != 0 && text.substr(length).starts_with('*')) ++length;
  return goes_on(text.substr(length)) ? 0 : length;
}

std::size_t measure_zone(std::string_view text) {
  std::size_t at = 0;
  // Letters with accents are in no zone's name, and are read as belonging to a wrong one.
  while (at < text.size() &&
         (is_letter(text[at]) || is_digit(text[at]) || text[at] == '/' || text[at] == '_' ||
          text[at] == '-' || text[at] == '+' || static_cast<unsigned char>(text[at]) >= 0x80)) {
    ++at;
  }
  return is_reserved(text.substr(0, at)) ? 0 : at;
}

}  // namespace sojourn::lang
