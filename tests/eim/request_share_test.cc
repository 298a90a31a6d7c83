#include "adapters/eim/request_share.h"

#include "tests/support/catch.h"

namespace sojourn::eim {
namespace {

TEST_CASE("so many requests pass at once, then one for each interval") {
  RequestShare share(4, 3);
  std::int64_t now = 1'000'000;
  for (int i = 0; i < 3; ++i) CHECK(share.take(now) == 0);
  CHECK(share.take(now) == 1);
  CHECK(share.take(now + 249) == 1);  // what is refused costs nothing
  CHECK(share.take(now + 250) == 0);
  CHECK(share.take(now + 499) == 1);
  CHECK(share.take(now + 500) == 0);
  // After a rest as many as at first, however long it was.
  for (int i = 0; i < 3; ++i) CHECK(share.take(now + 3'600'000) == 0);
  CHECK(share.take(now + 3'600'000) == 1);
}

TEST_CASE("the time to wait is told in whole seconds, rounded up") {
  RequestShare share(1, 1);
  CHECK(share.take(5'000) == 0);
  CHECK(share.take(5'000) == 1);
  CHECK(share.take(5'999) == 1);
  CHECK(share.take(6'000) == 0);
}

TEST_CASE("without a limit everything passes") {
  RequestShare share(0, 1);
  for (int i = 0; i < 10'000; ++i) REQUIRE(share.take(7) == 0);
}

}  // namespace
}  // namespace sojourn::eim
