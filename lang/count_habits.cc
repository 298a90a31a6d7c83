#include "lang/count_habits.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "lang/spoken_words.h"
#include "lang/tokens.h"
#include "lang/units.h"
#include "lang/words.h"

namespace sojourn::lang {
namespace {

constexpr std::string_view kInARow =
    "days in a row are counted so: `on more than 90 consecutive days`";

template <std::size_t N>
bool begins_with_any(std::string_view text, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return begins_with(text, word); });
}

}  // namespace

std::optional<std::string> length_in(std::string_view text) {
  constexpr std::string_view kBefore[] = {"a",        "any",    "the", "last",   "past",
                                          "previous", "period", "of",  "window", "rolling"};
  while (begins_with_any(text, kBefore)) {
    std::string_view word = word_at(text);
    text.remove_prefix(measure_words(text, word));
  }
  std::size_t number = measure_number(text);
  if (number == 0) return std::nullopt;
  std::string_view unit = text.substr(number);
  unit.remove_prefix(measure_gap(unit));
  unit = word_at(unit);
  if (!names_time(unit)) return std::nullopt;
  return fmt::format("{} {}", text.substr(0, number), unit);
}

namespace {

// `a calendar year`, `the year`, `each month`: `year`, `month`.
std::string_view calendar_in(std::string_view text) {
  constexpr std::string_view kBefore[] = {"a",     "an",   "the", "any", "each",
                                          "every", "this", "one", "per", "calendar"};
  while (begins_with_any(text, kBefore)) {
    std::string_view word = word_at(text);
    text.remove_prefix(measure_words(text, word));
  }
  return begins_with(text, "year") ? "year" : begins_with(text, "month") ? "month" : "";
}

std::string window_meant(std::string_view rest) {
  if (begins_with(rest, "a row")) return std::string(kInARow);
  if (std::string_view unit = calendar_in(rest); !unit.empty()) {
    return fmt::format(
        "write `in this calendar {}`; a window that moves along with the days reads "
        "`within {} days`",
        unit, unit == "year" ? 365 : 30);
  }
  if (auto length = length_in(rest)) return fmt::format("write `within {}`", *length);
  return {};
}

// After `on at least 91 days`.
std::string instead_of_window(std::string_view rest) {
  constexpr std::string_view kRow[] = {"consecutively", "running", "straight", "successively"};
  if (begins_with_any(rest, kRow)) return std::string(kInARow);
  constexpr std::string_view kOver[] = {"of", "out of", "during", "over", "per", "inside"};
  for (std::string_view word : kOver) {
    if (std::size_t length = measure_words(rest, word)) return window_meant(rest.substr(length));
  }
  return {};
}

// After `on at least 91`.
std::string instead_of_unit(std::string_view head, std::string_view rest) {
  std::string_view number = last_word(head);
  if (rest.starts_with('+')) return fmt::format("write `{} or more`", number);
  constexpr std::string_view kRow[] = {"successive", "continuous", "uninterrupted", "running"};
  if (begins_with_any(rest, kRow)) return fmt::format("write `{} consecutive days`", number);
  if (begins_with(rest, "calendar")) return "days are calendar days here; leave `calendar` out";
  std::size_t of = measure_words(rest, "of");
  if (of == 0) of = measure_words(rest, "out of");
  if (of == 0) return {};
  auto window = length_in(rest.substr(of));
  if (!window) return {};
  std::string_view unit = last_word(*window);
  return fmt::format("write `on at least {} {} within {}`", number, unit, *window);
}

// After `for at least 91`, or `for 91`.
std::string in_a_row(std::string_view head) {
  std::string_view number = last_word(head);
  std::string_view before = head.substr(0, static_cast<std::size_t>(number.data() - head.data()));
  bool more = without_last_blanks(before).ends_with("more than");
  return fmt::format("days in a row are counted so: `on {} {} consecutive days`",
                     more ? "more than" : "at least", number);
}

// After `for`.
std::string instead_of_length(std::string_view rest) {
  constexpr std::string_view kMore[] = {"longer than", "over", "above", "in excess of"};
  if (begins_with_any(rest, kMore)) return "write `for more than`";
  constexpr std::string_view kLeast[] = {"a minimum of", "minimum", "no less than", "not less than",
                                         "at minimum"};
  if (begins_with_any(rest, kLeast)) return "write `for at least`";
  if (begins_with(rest, "half")) return "a share is a percentage: `for more than 50% of 120 days`";
  return {};
}

}  // namespace

std::string begin_of_count(std::string_view rest) {
  constexpr std::string_view kSenses[] = {"more than", "at least", "at most",    "fewer than",
                                          "less than", "exactly",  "longer than"};
  for (std::string_view sense : kSenses) {
    std::size_t length = measure_words(rest, sense);
    if (length == 0 || !length_in(rest.substr(length))) continue;
    return "a count of days begins with `on`, elapsed time with `for`: `on more than 90 "
           "consecutive "
           "days`, `for more than 90 days`";
  }
  return {};
}

std::string instead_of_count(std::string_view what, std::string_view head, std::string_view rest) {
  if (what == "a unit of time") {
    if (begins_with(rest, "calendar"))
      return "days are counted with `on`: `on at least 60 days within 90 days`";
    return begins_with(rest, "consecutive") ? in_a_row(head) : std::string();
  }
  if (what.starts_with("a number of days")) {
    if (begins_with(rest, "less than")) return "write `fewer than`";
    if (begins_with(rest, "the same"))
      return "one network's days are counted `on the same network`";
  }
  if (what.starts_with("`consecutive days`")) return instead_of_unit(head, rest);
  if (what.starts_with("`within ..`")) return instead_of_window(rest);
  if (what.starts_with("`this calendar year`")) return window_meant(rest);
  if (what == "`days`" && begins_with(rest, "calendar")) {
    return "days are calendar days here; leave `calendar` out";
  }
  if (what == "a length of time" && last_word(without_last_blanks(head)) != "of") {
    return instead_of_length(rest);
  }
  return {};
}

}  // namespace sojourn::lang
