// Days, months and weeks.
#include "engine/base/calendar.h"

#include <limits>

#include "tests/support/catch.h"

using namespace sojourn;

namespace {

// The obvious way: one day after another.
void step(CivilDate& date, int& weekday) {
  weekday = (weekday + 1) % 7;
  bool leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
  int length = date.month == 2 ? (leap ? 29 : 28)
               : date.month == 4 || date.month == 6 || date.month == 9 || date.month == 11 ? 30
                                                                                           : 31;
  if (++date.day_of_month <= length) return;
  date.day_of_month = 1;
  if (++date.month <= 12) return;
  date.month = 1;
  ++date.year;
}

Day day(std::string_view text) {
  auto parsed = parse_date(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

}  // namespace

TEST_CASE("every day of 430 years is what counting says") {
  CivilDate date{1770, 1, 1};
  int weekday = 0;  // Monday is 0; 1770-01-01 was a Monday
  std::int32_t month = -200 * 12;
  std::int32_t week = week_number(from_civil(date));
  for (std::int32_t number = from_civil(date).number; date.year < 2200; ++number) {
    Day today{number};
    bool right =
        to_civil(today) == date && from_civil(date) == today && is_valid(date) &&
        year_number(today) == date.year && month_number(today) == month &&
        week_number(today) == week && parse_date(to_text(today)) == today &&
        (date.day_of_month != 1 || first_day_of_month(month) == today) &&
        (date.day_of_month != 1 || date.month != 1 || first_day_of_year(date.year) == today) &&
        (weekday != 0 || first_day_of_week(week) == today);
    if (!right) FAIL(number << " " << to_text(today));
    std::int32_t month_before = date.month;
    step(date, weekday);
    if (date.month != month_before) ++month;
    if (weekday == 0) ++week;
  }
  CHECK(from_civil({1970, 1, 1}).number == 0);
  CHECK(week_number(Day{0}) == 0);
  CHECK(to_text(first_day_of_week(0)) == "1969-12-29");
}

TEST_CASE("days at the ends of the range") {
  for (std::int32_t number : {std::numeric_limits<std::int32_t>::min(), -719'469, -719'468,
                              -719'467, std::numeric_limits<std::int32_t>::max()}) {
    CHECK(from_civil(to_civil(Day{number})).number == number);
  }
}

TEST_CASE("a month on is the same day of the month, or its last") {
  struct Row {
    std::string_view from;
    std::int32_t months;
    std::string_view to;
  };
  for (const Row& row : std::initializer_list<Row>{{"2026-01-31", 1, "2026-02-28"},
                                                   {"2024-01-31", 1, "2024-02-29"},
                                                   {"2026-01-28", 1, "2026-02-28"},
                                                   {"2026-01-30", 3, "2026-04-30"},
                                                   {"2026-01-31", 3, "2026-04-30"},
                                                   {"2026-01-31", 2, "2026-03-31"},
                                                   {"2024-02-29", 12, "2025-02-28"},
                                                   {"2024-02-29", 48, "2028-02-29"},
                                                   {"2024-02-29", -12, "2023-02-28"},
                                                   {"2026-12-15", 1, "2027-01-15"},
                                                   {"2026-01-15", -1, "2025-12-15"},
                                                   {"2026-03-31", -1, "2026-02-28"},
                                                   {"2026-05-20", 0, "2026-05-20"},
                                                   {"1970-01-01", -1, "1969-12-01"},
                                                   {"0001-01-31", -13, "-001-12-31"}}) {
    INFO(row.from << " and " << row.months << " months");
    CHECK(to_text(add_months(day(row.from), row.months)) == row.to);
  }
  // Beyond what a Day holds, the last whole year.
  CHECK(to_civil(add_months(Day{0}, std::numeric_limits<std::int32_t>::max())).month == 12);
  CHECK(add_months(Day{0}, std::numeric_limits<std::int32_t>::max()) > Day{2'000'000'000});
  CHECK(add_months(Day{0}, std::numeric_limits<std::int32_t>::min()) < Day{-2'000'000'000});
}

TEST_CASE("ISO weeks run from Monday to Sunday") {
  CHECK(week_number(day("2026-01-04")) + 1 == week_number(day("2026-01-05")));  // a Monday
  CHECK(week_number(day("2025-12-29")) == week_number(day("2026-01-04")));
  CHECK(week_number(day("1969-12-28")) == -1);
}

TEST_CASE("dates are valid or not") {
  CHECK(is_valid({2024, 2, 29}));
  CHECK(is_valid({2000, 2, 29}));
  CHECK_FALSE(is_valid({1900, 2, 29}));
  CHECK_FALSE(is_valid({2026, 2, 29}));
  CHECK_FALSE(is_valid({2026, 0, 1}));
  CHECK_FALSE(is_valid({2026, 13, 1}));
  CHECK_FALSE(is_valid({2026, 1, 0}));
  CHECK_FALSE(is_valid({2026, 1, 32}));
  CHECK(from_civil({2026, 1, 32}) == day("2026-02-01"));
  for (std::string_view wrong :
       {"", "2026-1-01", "2026-01-1", "2026-02-30", "2026-00-10", "20260101", "2026-01-01 ",
        " 2026-01-01", "2026/01/01", "-026-01-01", "2026-0a-01", "2026-01-011"}) {
    INFO(wrong);
    CHECK_FALSE(parse_date(wrong).has_value());
  }
}
