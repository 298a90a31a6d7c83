// Lists of what is installed: each a row of its own until nothing can come between two that say the
// same.
#include "engine/device/timeline.h"

#include "tests/support/catch.h"

namespace sojourn {
namespace {

constexpr SignalIndex kLists = 0, kOther = 1;

Instant at(std::int64_t hour) { return Instant{hour * 3'600'000}; }

struct Lines {
  ReportLog log{2};
  SignalTimeline lists, other;

  void list(std::int64_t hour, std::int64_t value) {
    lists.report({at(hour), value, false, false}, log, kLists);
  }
  void tell(std::int64_t hour, std::int64_t value) { other.report({at(hour), value}, log, kOther); }
  // The rows as "1-5 1-5", first and last hour of each.
  std::string joined_before(std::int64_t hour) {
    lists.join_before(at(hour), other);
    std::string text;
    for (const TimelineRow& row : lists.rows()) {
      text += std::to_string(row.from.ms / 3'600'000) + "-" +
              std::to_string(row.last.ms / 3'600'000) + " ";
    }
    return text;
  }
};

TEST_CASE("equal lists are rows of their own, in whatever order they come") {
  Lines lines;
  for (std::int64_t hour : {1, 5, 3}) lines.list(hour, 7);
  CHECK(lines.joined_before(0) == "1-1 3-3 5-5 ");
}

TEST_CASE("equal lists become one row as far as all of them are past") {
  Lines lines;
  for (std::int64_t hour : {1, 3, 5, 7}) lines.list(hour, 7);
  CHECK(lines.joined_before(5) == "1-3 5-5 7-7 ");
  CHECK(lines.joined_before(6) == "1-5 7-7 ");
  CHECK(lines.joined_before(100) == "1-7 ");
}

TEST_CASE("lists that differ stay apart, and so do those between which another was enabled") {
  Lines lines;
  lines.tell(0, 1);
  for (std::int64_t hour : {1, 3, 5, 7, 9}) lines.list(hour, hour == 3 ? 8 : 7);
  lines.tell(7, 2);
  CHECK(lines.joined_before(100) == "1-1 3-3 5-5 7-9 ");
}

TEST_CASE("what was enabled when a list came is not between it and the next") {
  Lines lines;
  lines.tell(1, 1);
  for (std::int64_t hour : {1, 3}) lines.list(hour, 7);
  CHECK(lines.joined_before(100) == "1-3 ");
}

}  // namespace
}  // namespace sojourn
