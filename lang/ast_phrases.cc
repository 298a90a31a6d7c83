#include "lang/ast_phrases.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/units.h"

namespace sojourn::lang {
namespace {

using K = NodeKind;

constexpr std::array<std::pair<std::string_view, ast::TimeWord>, 15> kTimeWords = {{
    {"seconds", ast::TimeWord::second},
    {"second", ast::TimeWord::second},
    {"s", ast::TimeWord::second},
    {"minutes", ast::TimeWord::minute},
    {"minute", ast::TimeWord::minute},
    {"hours", ast::TimeWord::hour},
    {"hour", ast::TimeWord::hour},
    {"days", ast::TimeWord::day},
    {"day", ast::TimeWord::day},
    {"weeks", ast::TimeWord::week},
    {"week", ast::TimeWord::week},
    {"months", ast::TimeWord::month},
    {"month", ast::TimeWord::month},
    {"years", ast::TimeWord::year},
    {"year", ast::TimeWord::year},
}};

int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

}  // namespace

std::string unquoted(std::string_view text) {
  if (text.empty() || text[0] != '"') return std::string(text);
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && (text[i + 1] == '"' || text[i + 1] == '\\') && i + 2 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

ast::Name PhraseBuilder::name(Node node) { return {words_of(node), node.span()}; }

std::string PhraseBuilder::words_of(Node node) {
  if (node.text().size() <= limits::kWordBytesMax) return unquoted(node.text());
  error(Code::E0901, node.span(),
        fmt::format("a name or text of {} bytes; {} are allowed", node.text().size(),
                    limits::kWordBytesMax),
        "");
  return "too-long";
}

ast::Number PhraseBuilder::number(Node node) {
  std::string_view text = node.text();
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::size_t point = std::min(text.find('.'), text.size());
  std::int64_t value = 0;
  bool fits = text.size() - point <= 7;  // the point and six digits
  for (std::size_t i = 0; i < point && fits; ++i) {
    fits = !__builtin_mul_overflow(value, 10, &value) &&
           !__builtin_add_overflow(value, text[i] - '0', &value);
  }
  for (std::size_t i = 1; i <= 6 && fits; ++i) {
    int digit = point + i < text.size() ? text[point + i] - '0' : 0;
    fits =
        !__builtin_mul_overflow(value, 10, &value) && !__builtin_add_overflow(value, digit, &value);
  }
  if (!fits) {
    error(Code::E0112, node.span(), "the number has too many digits",
          "numbers have at most 12 digits before the point and 6 after it");
    value = 1'000'000;  // one, of which nothing else is to be said
  }
  return {negative ? -value : value, node.span()};
}

ast::TimeLength PhraseBuilder::time_length(Node node) {
  ast::TimeLength length;
  length.span = node.span();
  for (Node child : node.children()) {
    if (child.is(K::number)) {
      ast::Number parsed = number(child);
      if (parsed.millionths < 0) {
        error(Code::E0112, child.span(), "a length of time cannot be negative", "");
        parsed.millionths = -parsed.millionths;
      }
      length.parts.push_back({parsed.millionths, ast::TimeWord::second});
    } else {
      length.parts.back().unit = time_word(child);
    }
  }
  return length;
}

Day PhraseBuilder::day(Node node) {
  std::optional<Day> parsed = parse_date(node.text());
  if (!parsed) {
    error(Code::E0112, node.span(), fmt::format("there is no {}", node.text()),
          "dates are written `2026-10-17`, year first");
  }
  return parsed.value_or(Day{});
}

std::int32_t PhraseBuilder::clock(Node node) { return clock_told(node).value_or(0); }

std::optional<std::int32_t> PhraseBuilder::clock_told(Node node) {
  std::string_view text = node.text();
  std::size_t colon = text.find(':');
  int hour = colon == 1 ? text[0] - '0' : two_digits(text, 0);
  int minute = two_digits(text, colon + 1);
  int second = text.size() > colon + 3 ? two_digits(text, colon + 4) : 0;
  bool exists =
      minute < 60 && second < 60 && (hour < 24 || (hour == 24 && minute == 0 && second == 0));
  if (!exists) {
    error(Code::E0112, node.span(), fmt::format("there is no {}", text),
          "times of day run from `00:00` to `24:00`");
    return std::nullopt;
  }
  return ((hour * 60 + minute) * 60 + second) * 1000;
}

namespace {

// `1.000`, `1.500`: where a point stands between thousands they are a thousand and more.
bool reads_two_ways(std::string_view number) {
  if (number.starts_with('-')) number.remove_prefix(1);
  std::size_t point = number.find('.');
  return point != std::string_view::npos && point <= 3 && number.size() == point + 4 &&
         number.ends_with('0') && !number.starts_with('0');
}

}  // namespace

ast::Value PhraseBuilder::value(Node node) {
  ast::Value v;
  v.span = node.span();
  v.text = words_of(node);
  switch (node.kind()) {
    case K::text:
      v.kind = ast::Value::Kind::text;
      break;
    case K::amount:
      v.kind = ast::Value::Kind::amount;
      for (Node child : node.children()) {
        if (child.is(K::number)) v.millionths = number(child).millionths;
        if (child.is(K::number) && reads_two_ways(child.text())) {
          std::string text(child.text());
          std::string thousands = text;
          thousands.erase(thousands.find('.'), 1);
          text.erase(text.find_last_not_of('0') + 1);
          if (text.ends_with('.')) text.pop_back();
          error(Code::E0112, child.span(),
                fmt::format("`{}` may be read as {} and as {}", child.text(), text, thousands),
                fmt::format("write `{}` or `{}`", text, thousands));
        }
        if (child.is(K::unit)) v.unit = words_of(child);
      }
      break;
    case K::plmn:
      v.kind = ast::Value::Kind::plmn;
      break;
    case K::date:
      v.kind = ast::Value::Kind::date;
      v.day = day(node);
      break;
    case K::clock:
      v.kind = ast::Value::Kind::clock;
      v.clock_ms = clock(node);
      break;
    case K::timestamp:
      v.kind = ast::Value::Kind::timestamp;
      break;
    default:  // a name, quoted or not
      v.kind = node.text().starts_with('"') ? ast::Value::Kind::text : ast::Value::Kind::name;
      break;
  }
  return v;
}

std::vector<ast::Value> PhraseBuilder::values(Node list) {
  std::vector<ast::Value> all;
  for (Node child : list.children()) all.push_back(value(child));
  return all;
}

ast::Sense PhraseBuilder::sense(Node node) {
  std::string_view text = node.text();
  if (text.starts_with("at")) {
    return text.ends_with("least") ? ast::Sense::at_least : ast::Sense::at_most;
  }
  if (text.starts_with("or")) {
    return text.ends_with("more") ? ast::Sense::at_least : ast::Sense::at_most;
  }
  if (text.starts_with("more")) return ast::Sense::more_than;
  return text.starts_with("fewer") ? ast::Sense::fewer_than : ast::Sense::exactly;
}

ast::Quantity PhraseBuilder::quantity(Node node) {
  ast::Quantity q;
  q.span = node.span();
  bool number_seen = false;
  for (Node child : node.children()) {
    if (child.is(K::sense)) {
      q.sense = sense(child);
      q.sense_after = number_seen;
    } else if (child.is(K::number)) {
      q.number = number(child);
      number_seen = true;
    }
  }
  return q;
}

ast::ClockWindow PhraseBuilder::clock_window(Node node) {
  std::vector<std::optional<std::int32_t>> told;
  for (Node child : node.children()) told.push_back(clock_told(child));
  // Of times that there are not, it is not told as well that they are no window.
  bool both = told.size() == 2 && told[0] && told[1];
  return both ? ast::ClockWindow{*told[0], *told[1]} : ast::ClockWindow{0, 1};
}

void PhraseBuilder::error(Code code, Span span, std::string message, std::string help) {
  diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
}

ast::TimeWord PhraseBuilder::time_word(Node node) {
  for (auto [word, unit] : kTimeWords) {
    if (node.text() == word) return unit;
  }
  std::vector<std::string_view> words;
  for (auto [word, unit] : kTimeWords) words.push_back(word);
  std::string_view near = unit_meant(node.text());
  if (std::find(words.begin(), words.end(), near) == words.end()) {
    near = nearest_spelling(node.text(), words);
  }
  error(Code::E0206, node.span(), fmt::format("`{}` is not a unit of time", words_of(node)),
        node.text() == "km" ? "a distance is compared: `border distance < 5 km`"
        : near.empty() ? "units of time are seconds, minutes, hours, days, weeks, months and years"
                       : fmt::format("did you mean `{}`?", near));
  return ast::TimeWord::day;
}

}  // namespace sojourn::lang
