// Would the comparison notice a mistake? Each of those in planted.h, made on purpose.
#include "tests/lang/differential.h"

namespace sojourn::lang {

using namespace testing;           // NOLINT: the whole file speaks its words
using namespace sojourn::testing;  // NOLINT

TEST_CASE("every planted mistake is noticed") {
  constexpr std::size_t kPairsMax = 80'000;
  std::size_t planted_count = 0;
  for (const Planted& planted : planted_mistakes()) {
    ++planted_count;
    Comparison found = compare_many(seed_of_run(), kPairsMax, &planted);
    INFO(planted.name << ": " << found.pair_count << " pairs of " << found.law_count << " laws");
    if (std::getenv("SOJOURN_SHOW_PLANTED")) WARN(planted.name << " " << found.pair_count);
    CHECK_FALSE(found.difference.empty());
  }
  CHECK(planted_count >= 10);
}

}  // namespace sojourn::lang
