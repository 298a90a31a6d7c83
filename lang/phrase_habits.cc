// A table of what people say. A row knows what was expected, the words that stand before and the
// words that stand there; its advice may have the words around them put in:
//
//   {word}   the last word before the phrase (before the words of `before`, where it has some)
//   {after}  the value after the phrase: a word, a code or an amount
//   {time}   the length of time after it; {date}, {next}, {previous}: the date, and the days beside
//
// A row whose words are not there does not apply.
#include "lang/phrase_habits.h"

#include <fmt/format.h>

#include <optional>

#include "engine/base/calendar.h"
#include "engine/base/limits.h"
#include "lang/count_habits.h"
#include "lang/spoken_words.h"
#include "lang/tokens.h"
#include "lang/units.h"
#include "lang/words.h"

namespace sojourn::lang {
namespace {

struct Phrase {
  std::string_view what;    // of the expectation, its beginning
  std::string_view before;  // "": whatever stands there
  std::string_view here;
  std::string_view advice;
};

constexpr std::string_view kRejects =
    "attach rejects are counted so: `at least 3 rejected with 11, 13 within 6 hours`";
constexpr std::string_view kRejectsCounted =
    "rejects are counted without `on`: `at least {word} rejected within {time}`";
constexpr std::string_view kSameAttribute =
    "devices are counted by an attribute that each of them tells, such as `attribute apn : text`: "
    "`more "
    "than 500 devices with the same apn`";
constexpr std::string_view kSumOrder =
    "a sum of data reads `data in CN within 30 days > 10 MB`: the time before the comparison, the "
    "amount last";
constexpr std::string_view kWithout =
    "leave `{here}` out: `for 60 days` and `on at least 60 consecutive days` are without a break";
constexpr std::string_view kCalendar =
    "days of a calendar period are counted: `on at least 60 days in this calendar year`; sums of "
    "data look back over a length of time: `within 30 days`";
constexpr std::string_view kFlag = "a flag stands alone: write `{word}`, or `not {word}`";
constexpr std::string_view kLast = "leave `last` out: `since` asks for the last one";

// The first row that applies is taken.
constexpr Phrase kPhrases[] = {
    // After a condition.
    {"`then`", "less", "than", "a smaller number is `fewer than`, a smaller value `<`"},
    {"`then`", "faster", "than", "write `speed > {after}`"},
    {"`then`", "slower", "than", "write `speed < {after}`"},
    {"`then`", "", "better than", "write `{word} < {after}`"},
    {"`then`", "", "worse than", "write `{word} > {after}`"},
    {"`then`", "", "longer than", "write `for more than {time}`"},
    {"`then`", "is below", "{number}", "write `{word} < {after}`"},
    {"`then`", "is under", "{number}", "write `{word} < {after}`"},
    {"`then`", "is above", "{number}", "write `{word} > {after}`"},
    {"`then`", "is over", "{number}", "write `{word} > {after}`"},
    {"`then`", "not be", "roaming", "leave `be` out: `not roaming`"},
    {"`then`", "", "during",
     "write `within {time}` for some moment of it, `for {time}` for all of it"},
    {"`then`", "", "in", "how far to look back is written `within {time}`"},
    {"`then`", "the", "last", "how far to look back is written `within {time}`"},
    {"`then`", "the", "past", "how far to look back is written `within {time}`"},
    {"`then`", "", "since", "how long it has held is written `for {time}`"},
    {"`then`", "", "recently", "say how far to look back: `within 30 days`"},
    {"`then`", "", "at any time", "leave `at any time` out: `within` means it"},
    {"`then`", "", "continuously", kWithout},
    {"`then`", "", "uninterruptedly", kWithout},
    {"`then`", "", "permanently", kWithout},
    {"`then`", "permanently", "",
     "leave `permanently` out, and say how long: `for 60 days`, `on at "
     "least 60 consecutive days`"},
    {"`then`", "", "this month", kCalendar},
    {"`then`", "", "in this calendar", kCalendar},
    {"`then`", "", "in more than {number} % of",
     "a share of time reads `for more than {after}% of {time}`"},
    {"`then`", "", "{number} % of",
     "a share of time reads `for more than {after}% of 120 days`, a share of days `on more than "
     "{after}% of days within 120 days`"},
    {"`then`", "", "{number} %", "write `{word} >= {after}%`, or the comparison that is meant"},
    {"`then`", "", "{number} days in", "write `on at least {after} days within {time}`"},
    {"`then`", "", "{number} days within", "write `on at least {after} days within {time}`"},
    {"`then`", "silent", "{number}", "write `silent >= {after}`"},
    {"`then`", "", "implies", "write `then`"},
    {"`then`", "", "unless", "write `and not`: `and not {after} ...`"},
    {"`then`", "home", "network", "on a network of its home a device is `not roaming`"},
    {"`then`", "owner", "changed", "the event is one word: `owner-changed`"},
    {"`then`", "profile", "{name}", "write `profile = {after}`"},
    {"`then`", "rejected", "{number}", kRejects},
    {"`then`", "times", "rejected", kRejects},
    {"`then`", "attach", "rejects", kRejects},
    {"`then`", "", "installed", "write `installed {word}`"},
    {"`then`", "", "active", kFlag},
    {"`then`", "", "enabled", kFlag},
    {"`then`", "out", "of service", "write `no service`"},
    {"`then`", "service", "lost", "write `no service`"},
    {"`then`", "serving", "network", "leave `serving` out: `network` is the serving one"},
    {"`then`", "current", "network", "leave `current` out: `network` is the serving one"},
    {"`then`", "network", "{code}",
     "write `plmn = {after}`; `network in` asks for the network's country"},
    {"`then`", "region", "{country}", "write `region in {after}`"},
    {"`then`", "network", "{country}", "write `network in {after}`"},
    {"`then`", "breakout", "{country}", "write `breakout in {after}`"},
    {"`then`", "roaming", "{country}", "write `roaming in {after}`"},
    {"`then`", "", ", {country}",
     "several values are asked with `in` or `not in`: `in {word}, {after}`"},
    {"`then`", "", "{country}", "several values are separated by commas: `{word}, {after}`"},
    {"`then`", "roaming", "inside", "write `roaming in {after}`"},
    {"`then`", "roaming", "at", "write `roaming in {after}`"},
    {"`then`", "roaming", "outside",
     "`roaming` is outside the home of the profile; outside other countries reads `roaming and not "
     "network in {after}`"},
    {"`then`", "region", "inside", "write `region in {after}`"},
    {"`then`", "region", "outside", "write `region not in {after}`"},
    {"`then`", "network", "inside", "write `network in {after}`"},
    {"`then`", "network", "outside", "write `network not in {after}`"},
    {"`then`", "breakout", "outside", "write `breakout not in {after}`"},
    {"`then`", "breaks", "out", "write `breakout in DE`"},
    {"`then`", "has any", "{name}", "write `has any of {after}`"},
    {"`then`", "has all", "{name}", "write `has all of {after}`"},
    {"`then`", "has none", "{name}", "write `has none of {after}`"},
    {"`then`", "has one", "of", "write `has any of {after}`"},
    {"`then`", "", "without", "write `not {word} has {after}`"},
    {"`then`", "date", "after", "write `from {next}`: `from` includes its day"},
    {"`then`", "date", "before", "write `until {previous}`: `until` includes its day"},
    {"`then`", "after", "{date}", "write `from {next}`: `from` includes its day"},
    {"`then`", "before", "{date}", "write `until {previous}`: `until` includes its day"},
    {"`then`", "time of day", "between", "leave `time of day` out: `between 02:00 and 05:00`"},
    {"`then`", "", "more than {time} ago", "write `{time} since {word}`: it holds from then on"},
    {"`then`", "", "{time} ago", "write `{time} since {word}`: it holds from then on"},
    {"`then`", "since the", "last", kLast},
    {"`then`", "since last", "", kLast},
    {"`then`", "", "event", "leave `event` out: an event is asked for by its name"},
    {"`then`", "data", "usage", "leave `usage` out: `data in CN within 30 days > 10 MB`"},
    {"`then`", "data", "volume", "leave `volume` out: `data in CN within 30 days > 10 MB`"},
    {"`then`", "data", "traffic", "leave `traffic` out: `data in CN within 30 days > 10 MB`"},
    {"`then`", "data", "from", "where it was used is written `data in {after}`"},
    {"`then`", "MB", "data", kSumOrder},
    {"`then`", "GB", "data", kSumOrder},
    {"`then`", "MB", "within", kSumOrder},
    {"`then`", "GB", "within", kSumOrder},
    // Instead of a condition.
    {"a condition", "", "in", "write `region in {after}`, or `network in {after}` for its network"},
    {"a condition", "", "device in", "write `region in {after}`"},
    {"a condition", "", "never", "a rule says `not`; `never` belongs to a ban"},
    {"a condition", "", "is", "leave `is` out: a flag stands alone, such as `roaming`"},
    {"a condition", "", "has installed", "write `installed {after}`"},
    {"a condition", "", "at home", "on a network of its home a device is `not roaming`"},
    {"a condition", "", "imei",
     "which IMEI it is no rule asks; what is counted is counted `per imei`: `roaming in BR per "
     "imei on "
     "at least 60 consecutive days`"},
    {"a condition", "", "iccid", "the profile that is enabled reads `profile = vivo-local`"},
    {"a condition", "", "at night", "say from when to when: `between 22:00 and 05:00`"},
    {"a condition", "", "since {date}", "write `from {date}`"},
    {"a condition", "", "on {date}", "write `date = {date}`"},
    {"a condition", "", "since", "the length stands first: `6 months since roaming-activated`"},
    {"a condition", "", "within {number} km of", "write `border distance < {after} km`"},
    {"a condition", "", "when", "leave this `when` out: a condition stands here"},
    {"a condition", "", "device is", "leave `device is` out: every condition is about the device"},
    {"a condition", "", "the device is",
     "leave `the device is` out: every condition is about the device"},
    {"a condition", "", "within",
     "what is looked for stands first: `owner-changed within 30 days`"},
    {"a condition", "", "for", "what holds stands first: `no service for 10 minutes`"},
    {"a condition", "", "switches",
     "the number stands first: `more than 4 switches within 30 days`"},
    {"a condition", "or", "more", "leave `or more` out: what `for` says is at least so long"},
    {"a condition", "or", "longer", "leave `or longer` out: what `for` says is at least so long"},
    {"a condition", "", "more than {number} profile switches",
     "leave `profile` out: `switches` are those of profiles"},
    {"a condition", "", "at least {number} profile switches",
     "leave `profile` out: `switches` are those of profiles"},
    {"`service`", "", "report", "write `silent for 2 days`"},
    {"`service`", "", "reports", "write `silent for 2 days`"},
    {"`service`", "", "contact", "write `silent for 2 days`"},
    {"`service`", "", "messages", "write `silent for 2 days`"},
    {"`service`", "", "more than", "write `at most {after}`"},
    {"`service`", "", "switches", "write `fewer than 1 switches within 30 days`"},
    {"`service`", "", "signal", "write `no service`"},
    {"`service`", "", "coverage", "write `no service`"},
    {"`service`", "", "connection", "write `no service`"},
    {"`service`", "", "connectivity", "write `no service`"},
    {"`service`", "", "reception", "write `no service`"},
    {"`service`", "", "internet", "write `no service`"},
    {"`service`", "", "{name}",
     "write `no service` where there is none, and `not {after}` for what does not hold"},
    {"a value", "has", "no", "write `not {word} has {after}`"},
    {"a value", "has", "not", "write `not {word} has {after}`"},
    {"a value", "has", "at least one of", "write `has any of {after}`"},
    {"a value", "is", "installed", "write `installed {word}`"},
    {"a value", "is", "on", kFlag},
    // Times, counts and shares.
    {"a date", "from", "{clock}", "hours of the day are written `between {after} and 05:00`"},
    {"a time of day", "between", "{date}",
     "days are written `from {date}` and `until ..`, joined by `and`"},
    {"a length of time", "", "more then", "write `for more than`"},
    {"a length of time", "hold", "for", "write `hold {time}`"},
    {"a length of time", "for", "> {number}", "write `for more than {after}`"},
    {"a length of time", "for", ">= {number}", "write `for at least {after}`"},
    {"a length of time", "for", "exactly",
     "`for` asks how long it has held at least: `for at least {time}`"},
    {"a length of time", "for", "less than",
     "for less time write `not (C for {time})`, with the condition for C"},
    {"a length of time", "within", "this calendar", "write `in this calendar {after}`"},
    {"a length of time", "within", "a calendar", "write `in this calendar {after}`"},
    {"a length of time", "within", "the", "write `within {time}`"},
    {"a length of time", "within", "last", "write `within {time}`"},
    {"a length of time", "within", "any", "write `within {time}`"},
    {"a length of time", "within", "a", "write `within 1 {after}`"},
    {"a length of time", "within", "an", "write `within 1 {after}`"},
    {"a length of time", "within", "{country}",
     "write `in {after}`; `within` looks back over a length of time"},
    {"a length of time", "of", "the time within", "write `of {time}`"},
    {"a length of time", "", "{digits}", "numbers are written in digits: `{digits} {after}`"},
    {"a unit of time", "", "+", "leave the `+` out: `for 60 days` is at least so long"},
    {"a number of days", "notice", "of", "write `notice {time}`"},
    {"a number of days", "", "over", "write `on more than {after}`"},
    {"a number of days", "", "> {number}", "write `on more than {after}`"},
    {"a number of days", "", ">= {number}", "write `on at least {after}`"},
    {"a number of days", "", "minimum", "write `on at least {after}`"},
    {"a number of days", "", "a minimum of", "write `on at least {after}`"},
    {"a number of days", "", "no less than", "write `on at least {after}`"},
    {"a number of days", "", "no more than", "write `on at most {after}`"},
    {"a number of days", "", "not more than", "write `on at most {after}`"},
    {"a number of days", "", "up to", "write `on at most {after}`"},
    {"a number of days", "", "under", "write `on fewer than {after}`"},
    {"a number of days", "", "most days",
     "say how many: `on more than 50% of days within 120 days`"},
    {"a number of days", "", "between",
     "two bounds are two conditions, joined by `and`: `on at least ..` and `on at most ..`"},
    {"a number of days", "", "each of",
     "days one after the other are counted so: `on at least 90 consecutive days`"},
    {"a number of days", "roaming", "{code}", "write `roaming and plmn = {after}`"},
    {"a number of days", "", "same network", "write `on the same network`"},
    {"a number of days", "", "one network", "one network's days are counted `on the same network`"},
    {"a number of days", "", "a single network",
     "one network's days are counted `on the same network`"},
    {"a number", "", "half of",
     "a share is a percentage: `for more than 50% of 120 days`, `on more than 50% of days within "
     "120 days`"},
    {"a number", "", "{digits}", "numbers are written in digits: `{digits}`"},
    {"`consecutive days`", "", "or above", "write `or more`"},
    {"`consecutive days`", "", "rejections within", kRejectsCounted},
    {"`consecutive days`", "", "rejects within", kRejectsCounted},
    {"`consecutive days`", "", "rejected within", kRejectsCounted},
    {"`consecutive days`", "", "rejections", kRejects},
    {"`consecutive days`", "", "rejects", kRejects},
    {"`consecutive days`", "", "rejected", kRejects},
    {"`consecutive days`", "", "switches",
     "switches are counted without `on`: `more than 4 switches within 30 days`"},
    {"`consecutive days`", "", "or less", "write `or fewer`"},
    {"`of` and a length", "", "within", "write `of {time}`"},
    {"`days`", "of", "the days", "leave `the` out: `of days within 120 days`"},
    {"`days`", "of", "{number}",
     "a share of days reads `on more than 50% of days within {time}`, one of time `for more than "
     "50% of {time}`"},
    {"`within ..`", "of days", "in", "write `within {time}`"},
    {"`within ..`", "", "a year", "write `in this calendar year`, or `within 365 days`"},
    {"`within ..`", "", "this year", "write `in this calendar year`, or `within 365 days`"},
    {"`this calendar year`", "in", "{year}",
     "write `in this calendar year`: it is the year of whatever day it is"},
    {"the name of an event", "since", "event",
     "leave `event` out: an event is asked for by its name"},
    {"the name of an event", "since", "roaming",
     "`since` asks for an event; how long a condition has held is said with `for`, in days with "
     "`on at least 60 consecutive days`"},
    // Fleets.
    {"an attribute's name", "the same", "network", kSameAttribute},
    {"an attribute's name", "the same", "plmn", kSameAttribute},
    {"an attribute's name", "the same", "profile", kSameAttribute},
    {"an attribute's name", "the same", "region", kSameAttribute},
    {"an attribute's name", "the same", "imei", kSameAttribute},
    // Guards.
    {"`fleet`", "of", "the fleet", "leave `the` out: `of fleet`"},
    {"`fleet`", "of", "devices", "write `of fleet`: all devices of the tenant"},
    {"`fleet`", "of", "all devices", "write `of fleet`: all devices of the tenant"},
    {"`switches` or `devices`", "", "profile switches",
     "leave `profile` out: `switches` are those of profiles"},
    {"`switches` or `devices`", "", "percent", "write the share with its sign: `2% of fleet`"},
    {"`within` or `per`", "", "in", "write `within {time}`"},
    {"`within` or `per`", "", "a device", "write `per device`"},
    {"`within` or `per`", "", "each device", "write `per device`"},
    {"`within` or `per`", "", "an", "write `per {after}`"},
    {"`within` or `per`", "", "a", "write `per {after}`"},
    {"`within` or `per`", "", "every", "write `per {after}`"},
    {"`within` or `per`", "", "each", "write `per {after}`"},
    {"`for`", "except", "bans", "write `except for bans`"},
    {"`for`", "except", "when", "write `except for bans`: those that press pass"},
    // Clauses and files.
    {"`when`", "during", "", "write `when`: `forbid change when {after}`"},
    {"`when`", "while", "", "write `when`: `forbid change when {after}`"},
    {"`when`", "forbid change unless", "", "write `when not`: `forbid change when not {after}`"},
    {"`change`", "", "profile change", "leave `profile` out: `forbid change`"},
    {"`change`", "", "any change", "leave `any` out: `forbid change` is about every change"},
    {"`change`", "", "when", "write `forbid change when {after}`"},
    {"`change`", "", "switching", "write `forbid change`"},
    {"`change`", "", "switch", "write `forbid change`"},
    {"a file's name", "import", "ban",
     "one ban is taken so: `use ban {after} from \"bans.sojourn\"`"},
    {"a file's name", "", "from", "leave `from` out: a file's name follows at once"},
    {"a file's name", "", "{name}", "write `\"{after}\"`"},
    {"an action", "", ":", "leave the `:` out"},
    {"an action", "otherwise", "then", "leave `then` out: `otherwise keep`"},
    {"an action", "", "do nothing", "write `keep`"},
    {"an action", "", "nothing", "write `keep`"},
    {"an action", "", "stay", "write `keep`"},
    {"an action", "", "{name} {number}",
     "the actions are `profile = ..`, `keep`, `preload`, `delete`, `fallback = ..`, `alert`, "
     "`task`, `approval`, `hold`, `between`, `rollout` and `requires`"},
    {"a profile's name", "installed", "=", "leave the `=` out: `installed {after}`"},
    {"`since`", "", "after", "write `since {after}` behind the length of time"},
    {"a text in quotes", "source", ":", "leave the `:` out"},
    {"a text in quotes", "alert", ":", "leave the `:` out"},
};

// What is said where nothing more was expected; `before` begins the line.
constexpr Phrase kBetween[] = {
    {"", "never", "unless", "write `and not`: `never roaming in BR and not type = meter`"},
    {"", "never", "except", "write `and not`: `never roaming in BR and not type = meter`"},
    {"", "ban", "except", "write `and not`: `never roaming in BR and not type = meter`"},
    {"", "expect", "or", "a test names the one profile that should be enabled then"},
    {"", "guard", "unless", "write `except for bans`, or the names of rules"},
    {"", "guard", "but not", "write `except for bans`, or the names of rules"},
    {"", "guard", ", except", "leave the `,` out"},
    {"", "guard", "and", "what a guard spares is separated by commas: `except for bans, lost`"},
    {"", "", "effective from {date}", "write `from {date}`"},
    {"", "", "effective {date}", "write `from {date}`"},
    {"", "", "valid until {date}", "write `until {date}`"},
    {"", "", "valid from {date}", "write `from {date}`"},
    {"", "", "to {date}", "write `until {date}`"},
    {"", "", "count from", "write `counting from {date}`"},
    {"", "", "counted from", "write `counting from {date}`"},
    {"", "", "doubt counts", "write `in doubt counts`"},
    {"", "", "with notice", "leave `with` out: `notice 10 days`"},
    {"", "ban", "must not", "write `never`, and what the device is then: `never roaming in BR`"},
    {"", "ban", "may not", "write `never`, and what the device is then: `never roaming in BR`"},
    {"", "ban", "not", "write `never` for `not`"},
    {"", "ban", "no", "write `never` for `no`"},
    {"", "ban", ":", "nothing stands between a ban's name and `never`; leave the `:` out"},
    {"", "", "every day for {time}",
     "days one after the other are counted so: `on at least 90 consecutive days`"},
    {"", "", "more than {number} consecutive",
     "a count of days begins with `on`: `on more than {after} consecutive days`"},
    {"", "", "at least {number} consecutive",
     "a count of days begins with `on`: `on at least {after} consecutive days`"},
    {"", "", "during", "write `within {time}` for some moment of it, `for {time}` for all of it"},
    {"", "region", "+", "what a region holds is separated by commas: `region MERCOSUR = AR, BR`"},
    {"", "", "end", "nothing marks the end of a declaration; leave `end` out"},
    {"", "region", "{country}",
     "what a region holds is separated by commas: `region MERCOSUR = AR, BR`"},
    {"", "region", "and", "what a region holds is separated by commas: `region MERCOSUR = AR, BR`"},
    {"", "region", "except",
     "a region names what it holds; take away in the condition: `region in R and region not in "
     "{after}`"},
    {"", "region", "without",
     "a region names what it holds; take away in the condition: `region in R and region not in "
     "{after}`"},
    {"", "region", "but",
     "a region names what it holds; take away in the condition: `region not in {after}`"},
    {"", "profile", "and", "countries, ICCIDs and codes are separated by commas: `home BR, AR`"},
    {"", "set", "{name}",
     "values are separated by commas: `set critical = ambulance, fire-engine`"},
    {"", "at", "wait", "time passes with the next step: `at 2026-01-04 10:00`"},
    {"", "at", "after", "a step stands at its time: `at 2026-01-04 10:00`"},
    {"", "at", "no service", "write `registration none`"},
    {"", "at", "in",
     "where a device is follows from `network 724-05`, or from `position -23.55 -46.63 accuracy 20 "
     "m`"},
    {"", "test", "daily", "write `every day at 12:00 from 2026-01-02 to 2026-03-31`"},
    {"", "test", "on {date}", "a step begins with `at`: `at {date} 10:00 network 724-05`"},
};

std::string_view digits_of(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> kNumbers[] = {
      {"one", "1"},     {"two", "2"},     {"three", "3"},  {"four", "4"},    {"five", "5"},
      {"six", "6"},     {"seven", "7"},   {"eight", "8"},  {"nine", "9"},    {"ten", "10"},
      {"twelve", "12"}, {"thirty", "30"}, {"sixty", "60"}, {"ninety", "90"}, {"hundred", "100"}};
  for (auto [written, digits] : kNumbers) {
    if (word == written) return digits;
  }
  return {};
}

// What is found around a phrase.
struct Around {
  std::string_view word, here, after;
  std::string time, date, next, previous;
  std::string_view digits;
};

void skip(std::string_view& text, std::size_t length) {
  text.remove_prefix(length);
  text.remove_prefix(measure_gap(text));
}

// A word, a code or an amount, without the sign that ends it.
std::string_view value_at(std::string_view text) {
  if (std::size_t plmn = measure_plmn(text)) return text.substr(0, plmn);
  if (std::size_t number = measure_number(text)) {
    std::size_t gap = text.substr(number).starts_with(' ') ? 1 : 0;
    std::string_view unit = text.substr(number + gap, measure_unit(text.substr(number + gap)));
    bool belongs = find_unit(unit) != nullptr && !unit.empty();
    return text.substr(0, belongs ? number + gap + unit.size() : number);
  }
  return text.substr(0, measure_plain_name(text));
}

constexpr std::size_t kCodePointBytesMax = 4;

// The words of `here` at the beginning of the text, which is moved behind them.
bool take(std::string_view here, std::string_view& text, Around& around) {
  while (!here.empty()) {
    std::string_view word = here.substr(0, here.find(' '));
    here.remove_prefix(std::min(here.size(), word.size() + 1));
    bool last = here.empty();
    if (word == "{date}") {
      std::size_t length = measure_date(text);
      std::optional<Day> day = parse_date(text.substr(0, length));
      if (length == 0 || !day) return false;
      around.date = to_text(*day);
      around.next = to_text(next(*day, 1));
      around.previous = to_text(next(*day, -1));
      skip(text, length);
    } else if (word == "{time}") {
      std::optional<std::string> time = length_in(text);
      if (!time) return false;
      around.time = *time;
      if (!text.starts_with(*time)) return false;
      skip(text, time->size());
    } else if (word == "{year}") {
      std::string_view year = text.substr(0, measure_number(text));
      if (year.size() != 4 || (!year.starts_with("19") && !year.starts_with("20"))) return false;
    } else if (word == "{number}") {
      std::size_t length = measure_number(text);
      if (length == 0) return false;
      around.after = last ? value_at(text) : text.substr(0, length);
      if (!last) skip(text, length);
    } else if (word == "{code}" || word == "{clock}" || word == "{name}" || word == "{country}") {
      std::string_view near = text.substr(0, limits::kSpellingBytesMax + kCodePointBytesMax);
      std::size_t length = word == "{code}"    ? measure_plmn(text)
                           : word == "{clock}" ? measure_clock(text)
                                               : measure_plain_name(near);
      if (length > limits::kSpellingBytesMax) return false;
      std::string_view found = text.substr(0, length);
      bool country = found.size() == 2 && found[0] >= 'A' && found[0] <= 'Z' && found[1] >= 'A' &&
                     found[1] <= 'Z';
      if (length == 0 || (word == "{name}" && is_reserved(found))) return false;
      if (word == "{country}" && !country) return false;
      around.after = found;
      if (!last) skip(text, length);
    } else if (word == "{digits}") {
      around.digits = digits_of(word_at(text));
      if (around.digits.empty()) return false;
      skip(text, word_at(text).size());
    } else {
      // As far as can tell whether the word ends there: names may be long.
      std::string_view near = text.substr(0, word.size() + kCodePointBytesMax);
      std::size_t length = name_length(word) > 0 ? name_length(near) : word.size();
      if (text.substr(0, length) != word) return false;
      if (!is_letter(word[0]) && word.size() == 1 && text.substr(1).starts_with('=')) return false;
      skip(text, length);
    }
  }
  return true;
}

// Does the text end with these words? It is cut off before them.
bool ends_with_words(std::string_view& text, std::string_view words) {
  while (!words.empty()) {
    std::string_view word = last_word(words);
    text = without_last_blanks(text);
    if (last_word(text) != word) return false;
    text.remove_suffix(word.size());
    words = without_last_blanks(words.substr(0, words.size() - word.size()));
  }
  return true;
}

// The advice with what was found put in; empty where something of it was not.
std::string filled(std::string_view advice, const Around& around) {
  std::string text;
  while (!advice.empty()) {
    std::size_t open = advice.find('{');
    text += advice.substr(0, open);
    if (open == std::string_view::npos) break;
    std::size_t close = advice.find('}', open);
    std::string_view slot = advice.substr(open + 1, close - open - 1);
    std::string_view found = slot == "word"     ? around.word
                             : slot == "here"   ? around.here
                             : slot == "after"  ? around.after
                             : slot == "time"   ? std::string_view(around.time)
                             : slot == "date"   ? std::string_view(around.date)
                             : slot == "next"   ? std::string_view(around.next)
                             : slot == "digits" ? around.digits
                                                : std::string_view(around.previous);
    if (found.empty()) return {};
    text += found;
    advice.remove_prefix(close + 1);
  }
  return text;
}

// What the row says of a phrase between the two texts.
std::string said_by(const Phrase& phrase, std::string_view head, std::string_view rest) {
  Around around;
  around.here = phrase.here;
  if (!take(phrase.here, rest, around)) return {};
  around.word = last_word(without_last_blanks(head));
  if (around.after.empty()) around.after = value_at(rest);
  if (around.time.empty()) around.time = length_in(rest).value_or("");
  if (around.date.empty() && measure_date(rest) != 0) {
    if (std::optional<Day> day = parse_date(rest.substr(0, measure_date(rest)))) {
      around.date = to_text(*day);
      around.next = to_text(next(*day, 1));
      around.previous = to_text(next(*day, -1));
    }
  }
  return filled(phrase.advice, around);
}

}  // namespace

std::string phrase_advice(std::string_view what, std::string_view head, std::string_view rest) {
  for (const Phrase& phrase : kPhrases) {
    if (!what.starts_with(phrase.what)) continue;
    std::string_view before = without_last_blanks(head);
    if (!ends_with_words(before, phrase.before)) continue;
    std::string said = said_by(phrase, before, rest);
    if (!said.empty()) return said;
  }
  return {};
}

std::string phrase_advice_between(std::string_view statement, std::string_view rest) {
  for (const Phrase& phrase : kBetween) {
    if (!phrase.before.empty() && !begins_with(statement, phrase.before)) continue;
    std::string said = said_by(phrase, statement, rest);
    if (!said.empty()) return said;
  }
  return {};
}

std::string_view in_our_words(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"country",
       "where a device is reads `region in BR`, the country of its network `network in BR`"},
      {"location", "where a device is reads `region in BR`"},
      {"position", "where a device is reads `region in BR`"},
      {"located", "where a device is reads `region in BR`"},
      {"was", "where a device has been reads `region in BR within 30 days`"},
      {"roams", "it reads `roaming in BR`"},
      {"roam", "it reads `roaming in BR`"},
      {"reported", "a device that has not reported reads `silent >= 24 hours`"},
      {"switched", "switches are counted so: `more than 4 switches within 30 days`"},
      {"mcc", "the country of the network reads `network in BR`"},
      {"mnc", "one operator's network reads `plmn = 724-05`"},
      {"operator", "one operator's network reads `plmn = 724-05`"},
      {"carrier", "one operator's network reads `plmn = 724-05`"},
      {"imsi", "the profile that is enabled reads `profile = vivo-local`"},
      {"iccid", "the profile that is enabled reads `profile = vivo-local`"},
      {"sim", "the profile that is enabled reads `profile = vivo-local`"},
      {"home", "a device on a network of its profile's home is `not roaming`"},
      {"service", "a device without service reads `no service`, one with it `not no service`"},
      {"no-service", "a device without service reads `no service`, with a blank"},
      {"time-of-day", "the time of day reads `time of day >= 22:00`, with blanks"},
      {"border-distance", "the distance reads `border distance < 5 km`, with a blank"},
      {"coverage", "a device without service reads `no service`, one with it `not no service`"},
      {"connected", "a device without service reads `no service`, one with it `not no service`"},
      {"online", "a device that has not reported reads `silent >= 24 hours`"},
      {"offline", "a device that has not reported reads `silent >= 24 hours`"},
      {"stay", "a stay is counted so: `roaming in BR on more than 90 consecutive days`"},
      {"be", "leave `be` out: `never roaming in BR`"},
      {"days", "days are counted so: `roaming in BR on more than 90 consecutive days`"},
      {"hour", "the time of day reads `between 22:00 and 05:00`"},
      {"today", "a date reads `date >= 2026-07-01`, `from 2026-07-01` or `until 2026-06-30`"},
      {"now", "a date reads `date >= 2026-07-01`, `from 2026-07-01` or `until 2026-06-30`"},
  };
  for (const auto& [word, reads] : kWords) {
    if (name == word) return reads;
  }
  return {};
}

}  // namespace sojourn::lang
