#include "lang/habits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "engine/base/calendar.h"
#include "engine/base/diagnostic_code.h"
#include "lang/count_habits.h"
#include "lang/country_names.h"
#include "lang/phrase_habits.h"
#include "lang/spoken_words.h"
#include "lang/tokens.h"
#include "lang/units.h"
#include "lang/words.h"

namespace sojourn::lang {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr auto kSigns = std::to_array<Pair>({
    {"==", "write `=` to compare"},
    {":=", "write `=`"},
    {"<>", "write `!=` for \"is not\""},
    {"&&", "write `and`"},
    {"&", "write `and`"},
    {"||", "write `or`"},
    {"|", "write `or` between conditions and between profiles"},
    {"!", "write `not` before the condition, or `!=` between two things"},
    {"->", "write `then`"},
    {"=>", "write `then`, or `>=` for \"at least\""},
    {"//", "a comment begins with `#`"},
    {"/*", "a comment begins with `#` and ends with its line"},
    {";", "nothing ends a line here; leave the `;` out"},
    {"'", "texts stand in double quotes: `\"like this\"`"},
    {"\u201C", "these are a word processor's quotes; write `\"` on both sides"},
    {"\u201D", "these are a word processor's quotes; write `\"` on both sides"},
    {"\u201E", "these are a word processor's quotes; write `\"` on both sides"},
    {"\u2018", "these are a word processor's quotes; write `\"` on both sides"},
    {"\u2019", "these are a word processor's quotes; write `\"` on both sides"},
    {"\u2013", "this is a dash from a word processor; write `-`"},
    {"\u2014", "this is a dash from a word processor; write `-`"},
    {"\u2265", "write `>=`"},
    {"\u2264", "write `<=`"},
    {"\u2260", "write `!=`"},
});

// Comparisons in words.
constexpr auto kSpoken = std::to_array<Pair>({
    {"more than", ">"},
    {"greater than", ">"},
    {"higher than", ">"},
    {"above", ">"},
    {"over", ">"},
    {"exceeds", ">"},
    {"less than", "<"},
    {"fewer than", "<"},
    {"lower than", "<"},
    {"below", "<"},
    {"under", "<"},
    {"at least", ">="},
    {"at most", "<="},
    {"equal to", "="},
    {"equals", "="},
});

constexpr auto kMonths = std::to_array<std::string_view>(
    {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"});

bool is_number(std::string_view word) {
  return !word.empty() && measure_number(word) == word.size();
}

// `30%`, `-110 dBm`, `meter`: a value as written; empty when none stands there.
std::string_view amount_at(std::string_view text) {
  std::size_t number = measure_number(text);
  if (number == 0) return word_at(text);
  std::size_t space = text.substr(number).starts_with(' ') ? 1 : 0;
  std::size_t unit = measure_unit(text.substr(number + space));
  return text.substr(0, unit == 0 ? number : number + space + unit);
}

// `battery more than 30%`, `battery between 20% and 30%`; `subject` stands before.
std::string spoken_comparison(std::string_view subject, std::string_view rest) {
  if (subject == "distance") subject = "border distance";
  bool of_data = names_time(subject);  // `data in CN within 30 days more than 10 MB`
  subject = of_data ? "data in CN within 30 days" : or_else(subject, "battery");
  for (auto [spoken, sign] : kSpoken) {
    std::size_t length = measure_words(rest, spoken);
    if (length == 0) continue;
    std::string_view value = or_else(amount_at(rest.substr(length)), "30%");
    if (subject != "silent" && names_time(last_word(value))) return begin_of_count(rest);
    return fmt::format("write `{} {} {}`", subject, sign, value);
  }
  std::size_t between = measure_words(rest, "between");
  if (between == 0) return {};
  std::string_view hours = rest.substr(between);
  bool a_clock = hours.size() > 2 && is_digit(hours[0]) && is_digit(hours[1]) && hours[2] == ':';
  if (a_clock) {
    return "hours are a condition of their own: `and between 02:00 and 05:00`; when to switch "
           "stands behind the outcome: `then profile = .., between 02:00 and 05:00`";
  }
  std::string_view low = amount_at(rest.substr(between));
  std::size_t at = between + low.size();
  at += measure_gap(rest.substr(at));
  std::size_t joint = measure_words(rest.substr(at), "and");
  std::string_view high = joint == 0 ? std::string_view() : amount_at(rest.substr(at + joint));
  if (low.empty() || high.empty()) low = "20%", high = "30%";
  return fmt::format("two bounds are two conditions: `{0} >= {1} and {0} <= {2}`", subject, low,
                     high);
}

std::string instead_of_date(std::string_view rest) {
  if (std::string date = date_meant(rest); !date.empty()) return fmt::format("write `{}`", date);
  bool in_order = measure_number(rest) != 0 || is_digit(rest.empty() ? ' ' : rest[0]);
  return in_order ? "the year stands first, then the month, then the day" : "";
}

// `type = meter`, `not roaming`: the beginning of another condition. (`profile` and `fallback` may
// as well begin an action.)
bool begins_condition(std::string_view rest) {
  constexpr auto kBeginnings = std::to_array<std::string_view>(
      {"region", "network", "plmn", "installed", "roaming", "breakout", "rat", "no service",
       "speed", "accuracy", "border distance", "data", "silent", "time of day", "date", "from",
       "until", "not"});
  std::string_view word = word_at(rest);
  if (std::find(kBeginnings.begin(), kBeginnings.end(), word) != kBeginnings.end()) return true;
  if (begins_with(rest, "no service") || begins_with(rest, "border distance")) return true;
  if (word.empty() || is_reserved(word)) return false;
  std::string_view next = rest.substr(word.size());
  next.remove_prefix(measure_gap(next));
  return (!next.empty() && std::string_view("=<>!").find(next[0]) != next.npos) ||
         begins_with(next, "in") || begins_with(next, "is") || begins_with(next, "has");
}

constexpr std::string_view kJoined = "conditions are joined by `and` or `or`";

std::string instead_of_then(std::string_view head, std::string_view rest) {
  std::string_view word = last_word(head);
  if (rest.starts_with(')')) return "no bracket is open here; leave the `)` out";
  if (rest.starts_with(',') && is_number(word) && rest.size() > 1 && is_digit(rest[1])) {
    return "decimals stand behind a point, `1.5`, and nothing between thousands, `1000`";
  }
  if (begins_with(rest, "since")) {
    return "how long something has held is said so: `for 90 days`; what an event began: `90 days "
           "since owner-changed`";
  }
  for (std::string_view place : {"region", "network", "breakout"}) {
    if (word != place) continue;
    bool negated = begins_with(rest, "not");
    std::string_view name = word_at(negated ? rest.substr(measure_words(rest, "not")) : rest);
    if (name.empty() || is_reserved(name)) continue;
    return fmt::format("write `{} {}in {}`", place, negated ? "not " : "", name);
  }
  if (std::string spoken = spoken_comparison(word, rest); !spoken.empty()) return spoken;
  if (begins_with(rest, "in a row") || begins_with(rest, "consecutively")) {
    return "days in a row are counted so: `on at least 90 consecutive days`";
  }
  if (word == "this" && begins_with(rest, "calendar")) {
    return "sums of data look back over a length of time: `data in CN within 30 days > 10 MB`";
  }
  if (rest.starts_with(':') && is_number(word)) {
    return "a time of the day is asked so: `between 02:00 and 05:00`";
  }
  if ((rest.starts_with('/') || rest.starts_with('.')) && is_number(word)) {
    constexpr std::size_t kDateBytesMax = 12;
    return instead_of_date(fmt::format("{}{}", word, rest.substr(0, kDateBytesMax)));
  }
  if (names_time(word)) {
    return "what is counted stands first: `roaming in BR on more than 90 consecutive days`";
  }
  if (begins_with(rest, "not known")) return fmt::format("write `{} unknown`", word);
  if (begins_with(rest, "contains") || begins_with(rest, "includes")) {
    return fmt::format("a set is asked with `has`: `{} has ...`", word);
  }
  if (std::optional<Country> country = country_named(fmt::format("{} {}", word, word_at(rest)))) {
    return fmt::format("write `{}`; countries are the codes of ISO 3166", code_of(*country));
  }
  constexpr auto kRejects =
      std::to_array<std::string_view>({"reject", "rejects", "rejection", "rejections"});
  auto rejects = [&](std::string_view said) {
    return std::find(kRejects.begin(), kRejects.end(), said) != kRejects.end();
  };
  bool cause = word == "cause" || word == "causes";
  if ((rejects(word) && begins_with(rest, "with")) || rejects(word_at(rest)) ||
      (cause && is_digit(rest.empty() ? ' ' : rest[0]))) {
    return "attach rejects are counted so: `at least 3 rejected with 11, 13 within 6 hours`";
  }
  if (word == "without" && begins_with(rest, "service")) return "write `no service`";
  bool compares = rest.starts_with('<') || rest.starts_with('>') || rest.starts_with("=");
  if (is_number(word) && (rest.starts_with('%') || compares || measure_unit(rest) != 0)) {
    return "what is asked about stands first, and two bounds are two conditions: `battery > 20% "
           "and battery < 30%`";
  }
  if (compares && !rest.starts_with("==") && !rest.starts_with("=>")) {
    return "two comparisons are two conditions, joined by `and`";
  }
  if (begins_condition(rest)) return std::string(kJoined);
  return {};
}

std::string instead_of_value(std::string_view head, std::string_view rest) {
  if (head.ends_with('<') && rest.starts_with('>')) return "write `!=` for \"is not\"";
  if (head.ends_with('=') && (rest.starts_with('>') || rest.starts_with('<'))) {
    return fmt::format("write `{}=`", rest[0]);
  }
  if (rest.starts_with('(') || rest.starts_with('[') || rest.starts_with('{')) {
    return "a list stands without brackets: `region in BR, AR`";
  }
  if (last_word(head) == "not" && begins_with(rest, "in")) return "leave `is` out: `not in`";
  if (last_word(head) != "is") return {};
  std::string_view subject = last_word(without_last_blanks(head.substr(0, head.size() - 2)));
  if (begins_with(rest, "in")) {
    std::string_view value = or_else(word_at(rest.substr(measure_words(rest, "in"))), "BR");
    return fmt::format("leave `is` out: `{} in {}`", or_else(subject, "region"), value);
  }
  return spoken_comparison(subject, rest);
}

constexpr std::size_t kDateBytes = 10;  // `2026-10-17`

// `battery >= 20% and <= 50%`, `a and and b`, `since 2026-10-17`.
std::string instead_of_condition(std::string_view rest) {
  if (begins_with(rest, "if")) return "leave `if` out: `when` says it";
  for (std::string_view begin : {"since", "starting"}) {
    std::size_t length = measure_words(rest, begin);
    std::string_view date = rest.substr(length).substr(0, kDateBytes);
    if (length != 0 && parse_date(date)) return fmt::format("write `from {}`", date);
  }
  bool compares = rest.starts_with('<') || rest.starts_with('>') || rest.starts_with('=');
  if (compares) {
    return "each comparison names what it compares: `battery >= 20% and battery <= 50%`";
  }
  for (std::string_view joint : {"and", "or"}) {
    if (begins_with(rest, joint)) return fmt::format("leave this `{}` out", joint);
  }
  return {};
}

// `switch to vivo-local`, `use vivo-local`, `vivo-local`; `a, b` behind a profile; `notify "..."`.
std::string instead_of_action(std::string_view head, std::string_view rest) {
  for (std::string_view verb : {"notify", "warn", "inform", "email", "raise", "report", "send"}) {
    if (begins_with(rest, verb))
      return "people are told by an alert: `alert \"a SIM has settled\"`";
  }
  std::string_view before = without_last_blanks(head);
  bool goes_on = before.ends_with(',') && measure_plain_name(rest) > 0;
  std::string_view chosen = before.substr(0, before.size() - (goes_on ? 1 : 0));
  chosen.remove_suffix(last_word(chosen).size());
  chosen = without_last_blanks(chosen);
  if (goes_on && chosen.ends_with('=') &&
      last_word(without_last_blanks(chosen.substr(0, chosen.size() - 1))) == "profile") {
    return fmt::format("of several profiles the first that can be had is chosen: `or {}`",
                       rest.substr(0, measure_plain_name(rest)));
  }
  constexpr auto kVerbs =
      std::to_array<std::string_view>({"switch to", "switch", "change to", "move to", "go to",
                                       "use", "enable", "activate", "select", "choose", "set"});
  std::string_view name = rest;
  for (std::string_view verb : kVerbs) {
    std::size_t length = measure_words(name, verb);
    if (length == 0) continue;
    name.remove_prefix(length);
    break;
  }
  for (std::string_view filler : {"the", "profile", "to"})
    name.remove_prefix(measure_words(name, filler));
  bool verb_alone = name.size() < rest.size();
  name = name.substr(0, measure_plain_name(name));
  if (name.empty() && !verb_alone) return {};
  return fmt::format("a profile is chosen so: `profile = {}`", or_else(name, "vivo-local"));
}

// `profile local`, `profile to local`, `fallback local`.
std::string instead_of_assignment(std::string_view head, std::string_view rest) {
  for (std::string_view filler : {"to", "is", "as"})
    rest.remove_prefix(measure_words(rest, filler));
  std::string_view name = rest.substr(0, measure_plain_name(rest));
  if (name.empty()) return {};
  return fmt::format("write `{} = {}`", or_else(last_word(head), "profile"), name);
}

// `alert moved to Brazil`: all that stands there is the text.
std::string instead_of_text(std::string_view head, std::string_view rest) {
  constexpr std::size_t kShownMax = 60;
  std::string_view text = without_last_blanks(rest.substr(0, rest.find_first_of(",\n#\"")));
  if (text.empty() || text.size() > kShownMax || name_length(text) == 0) return {};
  return fmt::format("texts stand in quotes: `{} \"{}\"`", last_word(head), text);
}

// The time of day at the beginning, as it is written here, cut off there: `2am`, `2 pm`, `14h`,
// `14h30`, `2.30`.
std::string time_of_day_at(std::string_view& rest) {
  std::size_t at = 0;
  auto digits = [&] {
    int value = -1;
    for (std::size_t count = 0; at < rest.size() && is_digit(rest[at]) && count < 2; ++count) {
      value = std::max(value, 0) * 10 + (rest[at++] - '0');
    }
    return value;
  };
  int hour = digits(), minute = 0;
  if (hour < 0) return {};
  bool split = at < rest.size() && (rest[at] == 'h' || rest[at] == '.' || rest[at] == ':');
  if (split) {
    ++at;
    minute = std::max(digits(), 0);
  }
  std::size_t gap = rest.substr(at).starts_with(' ') ? 1 : 0;
  std::string_view half = rest.substr(std::min(at + gap, rest.size()), 2);
  if (half == "am" || half == "AM" || half == "pm" || half == "PM") at += gap + half.size();
  if ((half == "pm" || half == "PM") && hour < 12) hour += 12;
  if ((half == "am" || half == "AM") && hour == 12) hour = 0;
  if (hour > 24 || minute > 59) return {};
  rest.remove_prefix(at);
  return fmt::format("{:02}:{:02}", hour, minute);
}

// `02:00-05:00` as well.
std::string instead_of_time_of_day(std::string_view rest) {
  const std::string from = time_of_day_at(rest);
  if (from.empty()) return {};
  constexpr std::string_view kDashes[] = {"-", "\xE2\x80\x93"};
  rest.remove_prefix(measure_gap(rest));
  for (std::string_view dash : kDashes) {
    if (!rest.starts_with(dash)) continue;
    rest.remove_prefix(dash.size());
    rest.remove_prefix(measure_gap(rest));
    const std::string until = time_of_day_at(rest);
    if (!until.empty()) return fmt::format("write `{} and {}`", from, until);
  }
  return fmt::format("write `{}`", from);
}

std::string instead_of_scope(std::string_view rest) {
  for (std::string_view card : {"sim", "SIM", "iccid", "imsi", "card", "operator"}) {
    if (begins_with(rest, card)) return "the days of one SIM are counted `per profile`";
  }
  for (std::string_view network : {"network", "plmn"}) {
    if (begins_with(rest, network)) return "one network's days are counted `on the same network`";
  }
  return {};
}

// `region in BR, type = meter`: the comma made `type` a value of the list.
std::string instead_of_sum(std::string_view head) {
  head = without_last_blanks(head.substr(0, head.find_last_not_of("=<>! \t\n") + 1));
  head.remove_suffix(last_word(head).size());
  if (!without_last_blanks(head).ends_with(',')) return {};
  return "conditions are joined by `and` or `or`; a comma only separates the values of a list";
}

std::optional<int> month_named(std::string_view word) {
  if (word.size() < 3) return std::nullopt;
  std::array<char, 3> letters{};
  for (std::size_t i = 0; i < letters.size(); ++i) {
    letters[i] = static_cast<char>(word[i] | 0x20);
  }
  std::string_view head(letters.data(), letters.size());
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == head) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

}  // namespace

std::size_t foreign_sign_length(std::string_view rest) {
  for (auto [sign, advice] : kSigns) {
    if (rest.starts_with(sign)) return sign.size();
  }
  return 0;
}

std::string_view foreign_sign_advice(std::string_view rest) {
  for (auto [sign, advice] : kSigns) {
    if (rest.starts_with(sign)) return advice;
  }
  return {};
}

std::string date_meant(std::string_view rest) {
  // Three parts, separated by anything short: numbers, or one a month's name.
  std::array<int, 3> parts{};
  std::optional<std::size_t> named;
  std::size_t at = 0;
  bool dotted = true;  // where dates are written so, the day stands first
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::size_t begin = at;
    if (at < rest.size() && is_digit(rest[at])) {
      while (at < rest.size() && is_digit(rest[at]) && at - begin < 4) {
        parts[i] = parts[i] * 10 + (rest[at++] - '0');
      }
    } else {
      while (at < rest.size() && is_letter(rest[at])) ++at;
      std::optional<int> month = month_named(rest.substr(begin, at - begin));
      if (!month || named) return {};
      parts[i] = *month;
      named = i;
    }
    dotted = dotted && (i == 2 || rest.substr(at).starts_with('.'));
    while (i < 2 && at < rest.size() && std::string_view("/.-, ").find(rest[at]) != rest.npos) ++at;
  }
  auto [a, b, c] = parts;
  bool year_first = a > 31;
  int year = year_first ? a : c;
  int month = year_first ? b : a, day = year_first ? c : b;
  if (named && *named == 1) month = b, day = year_first ? c : a;
  bool two_ways = !named && !year_first && !dotted && a <= 12 && b <= 12 && a != b;
  if (!named && !year_first && (dotted || a > 12)) std::swap(month, day);
  if (two_ways || year < 1900) return {};
  std::string written = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  return parse_date(written) ? written : std::string();
}

std::string habit_advice(std::string_view text, std::size_t stop, std::size_t before,
                         const Expectation& expected) {
  std::string_view what = expected.what;
  std::string_view rest = text.substr(stop), head = text.substr(0, before);
  if (std::string said = phrase_advice(what, head, rest); !said.empty()) return said;
  if (what == "`then`") return instead_of_then(head, rest);
  if (what == "a value") return instead_of_value(head, rest);
  if (what == "an action") return instead_of_action(head, rest);
  if (what == "`=`" && expected.code == Code::E0108) return instead_of_assignment(head, rest);
  if (what == "a text in quotes") return instead_of_text(head, rest);
  if (what == "a date") return instead_of_date(rest);
  if (what == "a time of day") return instead_of_time_of_day(rest);
  if (what == "a profile's name" && rest.starts_with('=')) return "one `=` is enough";
  if (what == "`imei`, `profile` or `device`") return instead_of_scope(rest);
  if (what == "an amount, or `data ...`,") return instead_of_sum(head);
  if (what == "a condition") return instead_of_condition(rest);
  if (what == "`bans` or a rule's name" && measure_bans_in_words(rest) != 0) {
    return "write `bans`: those that press pass, whichever they are; names that follow are rules'";
  }
  if (what == "`of day`" && begins_with(rest, "between")) {
    return "leave `time` out: `between 02:00 and 05:00`";
  }
  if (what == "`when`" && last_word(head) == "rule" && is_reserved(word_at(rest))) {
    return fmt::format("`{}` is a word of the language; the rule needs another name",
                       word_at(rest));
  }
  if (what == "`when`" && rest.starts_with(':')) {
    return "nothing stands between a rule's name and `when`; leave the `:` out";
  }
  if (expected.code == Code::E0107 || expected.code == Code::E0206) {
    return instead_of_count(what, head, rest);
  }
  if (what == "a limit") {
    for (std::string_view most : {"max", "maximum", "no more than", "not more than", "up to"}) {
      if (begins_with(rest, most)) return "write `at most`";
    }
  }
  return {};
}

std::string habit_advice_between(std::string_view text, std::size_t stop, std::size_t before) {
  std::string_view rest = text.substr(stop);
  std::string_view line = text.substr(0, before);
  line.remove_prefix(std::min(line.size(), line.rfind('\n') + 1));
  constexpr std::string_view kListing[] = {"or", "of", "and"};
  bool lists = rest.starts_with(',') || rest.starts_with('(') || rest.starts_with('/') ||
               std::any_of(std::begin(kListing), std::end(kListing),
                           [&](std::string_view word) { return begins_with(rest, word); });
  std::string_view statement = line.substr(measure_gap(line));
  if (begins_with(statement, "attribute") && (begins_with(rest, "in") || begins_with(rest, "of"))) {
    std::string_view type = begins_with(rest, "in") ? "number" : "set";
    std::string_view near = nearest_spelling(last_word(line), {type});
    if (!near.empty()) return fmt::format("did you mean `{}`?", near);
  }
  if (lists && begins_with(statement, "attribute"))
    return "values are separated by `|`: `attribute type : meter | tracker`";
  if (begins_with(statement, "policy") && begins_with(rest, "first match")) {
    return "did you mean `first-match`?";
  }
  if (begins_with(statement, "forbid") && begins_with(rest, "then")) {
    return "what is forbidden is every change; leave `then` and what follows it out";
  }
  if (std::string said = phrase_advice_between(statement, rest); !said.empty()) return said;
  if (begins_with(statement, "ban") && begins_condition(rest)) {
    return "a ban says with `never` what must not happen: `never roaming in BR`";
  }
  // `then profile = vivo-local for 24 hours`
  bool acts = line.find("then ") != line.npos || line.find("remedy ") != line.npos;
  if (acts && begins_with(rest, "for")) {
    std::string_view length = amount_at(rest.substr(measure_words(rest, "for")));
    return fmt::format("how long nothing else is enabled then is an action of its own: `hold {}`",
                       names_time(last_word(length)) ? length : "24 hours");
  }
  if (std::string count = begin_of_count(rest); !count.empty()) return count;
  if (std::string_view sign = foreign_sign_advice(rest); !sign.empty()) return std::string(sign);
  if (line.ends_with("in doubt counts") && (begins_with(rest, "yes") || begins_with(rest, "as"))) {
    return "`in doubt counts` says all of it; leave what follows out";
  }
  bool on_its_own_line = before == 0 || text.substr(before, stop - before).find('\n') != text.npos;
  if (on_its_own_line && begins_condition(rest)) return "a rule begins with `when`";
  return {};
}

}  // namespace sojourn::lang
