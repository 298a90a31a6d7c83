// Random laws decide as the fine print reads, in whatever order reports come, and jumping sees what
// ticking sees.
//
//   SOJOURN_PAIRS=10000000 SOJOURN_SEED=7 build/tests/lang/differential_test "random laws*"
#include "tests/lang/differential.h"

#include <chrono>

namespace sojourn::lang {
namespace {

using namespace testing;           // NOLINT: the whole file speaks its words
using namespace sojourn::testing;  // NOLINT

struct Step {
  Instant at;
  Decision decision;
};

// Each decision of a device that is asked at its reports and whenever it said it would wake.
std::vector<Step> jumping(Device& device, const std::vector<LifeReport>& life, Instant end) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < life.size(); ++i) {
    device.observe(life[i].report);
    Instant next = i + 1 < life.size() ? life[i + 1].report.at : end;
    for (Instant t = life[i].report.at; t < next; t = device.wake(t)) {
      steps.push_back({t, device.decide(t)});
    }
  }
  return steps;
}

}  // namespace

TEST_CASE("jumping from instant to instant sees what ticking every second sees") {
  std::uint64_t seed = seed_of_run() + 40'000;
  int rounds = std::getenv("SOJOURN_PAIRS") != nullptr ? 100 : 6;
  for (int compared = 0; compared < rounds; ++seed) {
    Chance chance(seed);
    Instant start = random_start(chance);
    Law law = LawMaker(chance, start).make();
    if (law.asks_since_alert) continue;  // alerts are remembered, whoever begins anew has none
    Compiled compiled(law);
    if (!compiled.prepared) continue;
    ++compared;
    INFO("SOJOURN_SEED=" << seed << "\n" << law.text());
    auto life = random_life(chance, start, 120, kLatenessHours, true, law.step);
    Instant end = life.back().report.at + milliseconds(60 * law.step.ms);
    Device device(compiled.prepared);
    std::vector<Step> steps = jumping(device, life, end);
    std::size_t step = 0;
    std::size_t different = 0;
    for (Instant hour = start; hour < end; hour = hour + law.step) {
      // Begins anew in every hour: it has no memory of what it concluded before.
      Device ticking(compiled.prepared);
      for (const LifeReport& report : life) {
        if (report.report.at <= hour) ticking.observe(report.report);
      }
      for (Instant t = hour; t < hour + law.step; t = t + milliseconds(1000)) {
        while (step + 1 < steps.size() && steps[step + 1].at <= t) ++step;
        if (ticking.decide(t) != steps[step].decision) ++different;
      }
    }
    CHECK(different == 0);
  }
}

TEST_CASE("a law decides the same in whatever order reports come within the lateness") {
  std::uint64_t seed = seed_of_run() + 80'000;
  for (int round = 0; round < 30; ++round, ++seed) {
    Chance chance(seed);
    Instant start = random_start(chance);
    Law law = LawMaker(chance, start).make();
    if (law.asks_since_alert) continue;  // alerts are remembered, whoever begins anew has none
    Compiled compiled(law);
    if (!compiled.prepared) continue;
    INFO("SOJOURN_SEED=" << seed << "\n" << law.text());
    auto life = random_life(chance, start, 150, kLatenessHours, true, law.step);
    Device in_order(compiled.prepared);
    for (const LifeReport& report : life) in_order.observe(report.report);
    Device late(compiled.prepared);
    for (const LifeReport& report : as_delivered(life)) {
      late.observe(report.report);
      if (chance.one_in(3)) late.decide(late.newest_report());
    }
    Instant t = in_order.newest_report();
    for (int step = 0; step < 12; ++step, t = t + hours(13) + milliseconds(1)) {
      CHECK(late.decide(t) == in_order.decide(t));
      CHECK(late.also() == in_order.also());
      for (std::size_t ban = 0; ban < law.bans.size(); ++ban) {
        BanStanding a = late.standing(ban, t), b = in_order.standing(ban, t);
        CHECK((a.violated == b.violated && a.bites == b.bites));
        CHECK(late.deadline(ban, t) == in_order.deadline(ban, t));
      }
    }
  }
}

TEST_CASE("random laws decide about random lives as the fine print reads") {
  auto begin = std::chrono::steady_clock::now();
  std::size_t pairs = pairs_wanted(1200);
  Comparison total = compare_many(seed_of_run(), pairs, nullptr);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  WARN(total.pair_count << " pairs of " << total.law_count << " laws (" << total.refused_count
                        << " refused) agree, "
                        << static_cast<int>(static_cast<double>(total.pair_count) / took.count())
                        << " a second, from SOJOURN_SEED=" << seed_of_run());
  INFO(total.difference);
  CHECK(total.difference.empty());
  CHECK(total.refused_count * 10 < total.law_count);
}

}  // namespace sojourn::lang
