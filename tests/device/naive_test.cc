// The engine against the naive history: random lives, delivered late and out of order, every
// question asked again and again.
#include "tests/device/random_life.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

constexpr std::int64_t kLatenessHours = 40;

}  // namespace

TEST_CASE("readings agree with the naive history, reports in any order") {
  std::uint64_t seed = seed_of_run();
  for (int round = 0; round < testing::rounds(15); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Chance chance(seed);
    ManyQuestions questions(chance);
    Instant start = chance.one_in(2) ? at("2026-03-20T05:00:00Z") : at("2026-10-20T11:00:00Z");
    auto life = as_delivered(random_life(chance, start, 400, kLatenessHours));
    Device device = questions.world.device({hours(kLatenessHours + 1)});
    const RuleTable& table = questions.world.prepared()->table();
    NaiveHistory naive(table);
    for (std::size_t i = 0; i < life.size(); ++i) {
      ObserveOutcome outcome = device.observe(life[i].report);
      REQUIRE(!outcome.too_late);
      naive.add(life[i].report, life[i].fix);
      if (chance.one_in(30)) device.rest();
      if (!chance.one_in(9)) continue;
      Instant now = device.newest_report();
      if (chance.one_in(2)) now = now + hours(static_cast<std::int64_t>(chance.below(90)));
      if (chance.one_in(2))
        now = now + milliseconds(static_cast<std::int64_t>(chance.below(3'600'000)));
      naive.walk(now);
      for (FeatureIndex f : questions.asked) {
        INFO("report " << i << " at " << to_rfc3339(now) << " feature " << f << ": "
                       << describe_question(table.features[f]));
        Reading expected = naive.read_walked(f, now);
        Reading found = device.read(f, now);
        if (expected.known || found.known ||
            domain_of(table.features[f].kind) == ValueDomain::count) {
          REQUIRE(found == expected);
        }
      }
    }
  }
}

}  // namespace sojourn
