// The engine against the naive history: random lives, delivered late and out of order, every
// question asked again and again.
#include <chrono>

#include "tests/device/random_life.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

constexpr std::int64_t kLatenessHours = 40;

}  // namespace

TEST_CASE("readings agree with the naive history, reports in any order") {
  std::uint64_t seed = seed_of_run();
  for (int round = 0; round < 60; ++round, ++seed) {
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
        if (getenv("DEBUG_DEV") && !(found == expected) && domain_of(table.features[f].kind) == ValueDomain::count) {
          Device fresh = questions.world.device({days(1000)});
          for (std::size_t k = 0; k <= i; ++k) fresh.observe(life[k].report);
          auto sorted = std::vector<LifeReport>(life.begin(), life.begin() + static_cast<long>(i) + 1);
          std::sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.report.at < b.report.at; });
          Device ordered = questions.world.device({days(1000)});
          for (auto& k : sorted) ordered.observe(k.report);
          Reading a = fresh.read(f, now), b = ordered.read(f, now);
          printf("fresh [%ld,%ld] ordered [%ld,%ld]\n", a.lower, a.upper, b.lower, b.upper);
          for (FeatureIndex g : questions.asked) if (domain_of(table.features[g].kind) != ValueDomain::count) for (auto& h : naive.hours_walked()) {
            ordered.read(g, now); (void)h; }
          printf("%s settle %ld carry %ld\n", table.settings.zone.c_str(), table.settings.settle.ms/3600000, table.settings.carry.ms/3600000);
          for (auto& k : sorted) { auto& o = k.report; printf("%s fix=%s net=%s reg=%d prof=%s%s attrs=%zu\n", to_rfc3339(o.at).c_str(), k.fix ? k.fix->text().c_str() : o.position.given() ? "vague" : "-", o.network.given() ? to_text(o.network.value).c_str() : "-", o.registration.given() ? (int)o.registration.value : -1, o.profile.given() ? o.profile.value.c_str() : "-", o.iccid.given() ? o.iccid.value.c_str() : "", o.attributes.size()); }
        }
        if (expected.known || found.known ||
            domain_of(table.features[f].kind) == ValueDomain::count) {
          REQUIRE(found == expected);
        }
      }
    }
  }
}

}  // namespace sojourn
