// A clock that leaps ahead is believed when it stays there.
#include "adapters/service/watched_clock.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

using namespace sojourn;
using service::WatchedClock;

namespace {

struct Clocks {
  Instant wall = parse_rfc3339("2026-03-01T00:00:00Z").value();
  Instant steady{5'000};
  std::vector<std::pair<std::string, Duration>> told;

  WatchedClock watched(Duration lasts) {
    return {[this] { return wall; }, [this] { return steady; }, lasts,
            [this](std::string_view what, Duration ahead) {
              told.emplace_back(std::string(what), ahead);
            }};
  }
  void pass(Duration some) {
    wall = wall + some;
    steady = steady + some;
  }
};

using Told = std::vector<std::pair<std::string, Duration>>;
const std::string kLeapt = "the wall clock leapt ahead", kBack = "the wall clock is back",
                  kSetBack = "the wall clock was set back",
                  kBelieved = "the wall clock is believed";

}  // namespace

TEST_CASE("a clock that leaps ahead and back has not been there") {
  Clocks clocks;
  WatchedClock watched = clocks.watched(minutes(10));
  const Instant begin = clocks.wall;
  clocks.pass(hours(3));
  CHECK(watched.now() == begin + hours(3));
  clocks.wall = clocks.wall + days(365);
  CHECK(watched.now() == begin + hours(3));
  clocks.pass(minutes(9));
  CHECK(watched.now() == begin + hours(3) + minutes(9));
  CHECK(clocks.told == Told{{kLeapt, days(365)}});
  clocks.wall = clocks.wall - days(365);
  CHECK(watched.now() == begin + hours(3) + minutes(9));
  CHECK(clocks.told == Told{{kLeapt, days(365)}, {kBack, Duration{0}}});
  // The next one waits as long.
  clocks.wall = clocks.wall + days(1);
  clocks.pass(minutes(2));
  CHECK(watched.now() == clocks.wall - days(1));
}

TEST_CASE("a leap that lasts is believed, and one that goes on leaping is not") {
  Clocks clocks;
  WatchedClock watched = clocks.watched(minutes(10));
  clocks.wall = clocks.wall + days(1);
  CHECK(watched.now() == clocks.wall - days(1));
  clocks.pass(minutes(6));
  clocks.wall = clocks.wall + days(1);
  CHECK(watched.now() == clocks.wall - days(2));
  clocks.pass(minutes(6));
  CHECK(watched.now() == clocks.wall - days(2));
  clocks.pass(minutes(4));
  CHECK(watched.now() == clocks.wall);
  CHECK(clocks.told == Told{{kLeapt, days(1)}, {kLeapt, days(2)}, {kBelieved, days(2)}});
}

TEST_CASE("what keeps a clock right is followed at once, and so is a way back") {
  Clocks clocks;
  WatchedClock watched = clocks.watched(minutes(10));
  for (Duration step : {minutes(10), seconds(-1), hours(-5), hours(5), minutes(9)}) {
    clocks.wall = clocks.wall + step;
    CHECK(watched.now() == clocks.wall);
    clocks.pass(seconds(1));
  }
  CHECK(clocks.told == Told{{kSetBack, hours(-5)}});
  CHECK(watched.believed_count() == 0);
  clocks.wall = clocks.wall + minutes(11);
  CHECK(watched.now() == clocks.wall - minutes(11));
  CHECK(watched.doubted() == minutes(11));
  CHECK(clocks.told.size() == 2);
}

TEST_CASE("who watches for no time believes at once, and it is told") {
  Clocks clocks;
  WatchedClock watched = clocks.watched(seconds(0));
  clocks.wall = clocks.wall + days(7'300);
  CHECK(watched.now() == clocks.wall);
  CHECK(clocks.told == Told{{kLeapt, days(7'300)}, {kBelieved, days(7'300)}});
  CHECK(watched.doubted() == Duration{});
  CHECK(watched.believed_count() == 1);
}
