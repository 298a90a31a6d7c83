// Deciding, waking and reviewing: jumping from instant to instant sees what ticking finely sees.
#include "tests/device/random_life.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

// Rules over random counts: thresholds that lives of a few weeks cross.
void add_rules(ManyQuestions& questions, Chance& chance) {
  DeviceWorld& world = questions.world;
  ConditionTable& conditions = world.table.conditions;
  ConditionIndex in_brazil = world.region_in({"BR"});
  for (int r = 0; r < 5; ++r) {
    FeatureIndex count = chance.of(questions.counts);
    FeatureKind kind = world.table.features[count].kind;
    bool is_time = kind == FeatureKind::held || kind == FeatureKind::recency ||
                   kind == FeatureKind::held_share;
    auto size = static_cast<std::int64_t>(1 + chance.below(9));
    ConditionIndex reached = world.at_least(count, is_time ? hours(7 * size).ms + 1 : size);
    if (chance.one_in(4)) reached = conditions.negate(reached);
    if (chance.one_in(3)) reached = conditions.all_of({reached, in_brazil});
    world.rule(fmt::format("rule-{}", r), reached, static_cast<ProfileIndex>(r % 3));
  }
}

std::vector<Reading> readings_of(Device& device, const ManyQuestions& questions, Instant now) {
  std::vector<Reading> readings;
  for (FeatureIndex f : questions.counts) readings.push_back(device.read(f, now));
  return readings;
}

}  // namespace

TEST_CASE("waking when told sees every decision that ticking finely sees") {
  std::uint64_t seed = seed_of_run();
  for (int round = 0; round < testing::rounds(5); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Chance chance(seed);
    ManyQuestions questions(chance);
    add_rules(questions, chance);
    questions.world.table.settings.first_match = true;
    auto life = random_life(chance, at("2026-03-20T05:00:00Z"), 150, 40);
    Device waking = questions.world.device();
    for (const LifeReport& report : life) waking.observe(report.report);
    Instant now = waking.newest_report();
    Decision decision = waking.decide(now);
    Instant review = waking.review(now);
    Instant wake = waking.wake(now);
    CHECK(wake <= review);
    for (int tick = 1; tick < 24 * 30; ++tick) {
      // The fine ticker begins anew each time: it has no memory of what it concluded before.
      Instant t = now + minutes(30 * tick);
      if (tick % 7 != 0 && t + minutes(30) < wake) continue;
      Device fine = questions.world.device();
      for (const LifeReport& report : life) fine.observe(report.report);
      while (wake <= t) {
        decision = waking.decide(wake);
        Instant at = wake;
        wake = waking.wake(at);
        REQUIRE(wake > at);
      }
      INFO("at " << to_rfc3339(t));
      REQUIRE(fine.decide(t) == decision);
      if (t < review) REQUIRE(fine.decide(t) == fine.decide(now));
    }
  }
}

TEST_CASE("looking ahead leaves no trace") {
  std::uint64_t seed = seed_of_run() + 1000;
  for (int round = 0; round < testing::rounds(4); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Chance chance(seed);
    ManyQuestions questions(chance);
    add_rules(questions, chance);
    questions.world.table.settings.first_match = true;
    auto life = as_delivered(random_life(chance, at("2026-03-20T05:00:00Z"), 200, 40));
    Device plain = questions.world.device();
    Device looking = questions.world.device();
    for (const LifeReport& report : life) {
      plain.observe(report.report);
      looking.observe(report.report);
      Instant now = looking.newest_report();
      if (chance.one_in(6)) looking.review(now);
      if (chance.one_in(5)) looking.explain(now);
      REQUIRE(readings_of(looking, questions, now) == readings_of(plain, questions, now));
      REQUIRE(looking.decide(now) == plain.decide(now));
    }
  }
}

TEST_CASE("any order within the lateness ends in the same state; duplicates have no effect") {
  std::uint64_t seed = seed_of_run() + 2000;
  for (int round = 0; round < testing::rounds(10); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Chance chance(seed);
    ManyQuestions questions(chance);
    auto life = random_life(chance, at("2026-03-20T05:00:00Z"), 300, 150);
    Device in_order = questions.world.device();
    for (const LifeReport& report : life) in_order.observe(report.report);
    Device shuffled = questions.world.device();
    for (const LifeReport& report : as_delivered(life)) {
      REQUIRE(!shuffled.observe(report.report).duplicate);
      if (chance.one_in(3)) shuffled.decide(shuffled.newest_report());
      if (chance.one_in(4)) CHECK(shuffled.observe(report.report).duplicate);
    }
    Instant now = in_order.newest_report() + hours(3);
    REQUIRE(readings_of(shuffled, questions, now) == readings_of(in_order, questions, now));
    auto text = [](const std::vector<EvidenceRow>& rows) {
      std::string all;
      for (const EvidenceRow& row : rows) {
        all += fmt::format("{} {} {} {} {} {} {}\n", to_rfc3339(row.from), to_rfc3339(row.to),
                           row.country, row.network, row.profile, row.imei, row.known_by);
      }
      return all;
    };
    CHECK(text(shuffled.ledger()) == text(in_order.ledger()));
  }
}

TEST_CASE("reports beyond the lateness are left out, at it they still count") {
  DeviceWorld world;
  FeatureIndex region = world.simple(FeatureKind::country);
  Instant t = at("2026-01-20T12:00:00Z");
  for (int extra : {-1, 0, 1}) {
    Device device = world.device({days(3)});
    device.observe(report(t).number("battery", 5));
    ObserveOutcome outcome =
        device.observe(report(t - days(3) + milliseconds(extra)).network("724-05"));
    CHECK(outcome.late);
    CHECK(outcome.too_late == (extra < 0));
    CHECK(code_text(device.read(region, t)) == (extra < 0 ? "unknown" : "BR"));
  }
}

TEST_CASE("of two reports of one instant the later line holds, whatever comes first") {
  DeviceWorld world;
  FeatureIndex profile = world.simple(FeatureKind::profile);
  Instant t = at("2026-01-20T12:00:00Z");
  std::vector<Observation> said = {report(t).profile("global").standing().line(9),
                                   report(t).profile("vivo-local").line(3),
                                   report(t).profile("turk-local").line(4)};
  std::sort(said.begin(), said.end(),
            [](const Observation& a, const Observation& b) { return a.line < b.line; });
  do {
    Device device = world.device();
    for (const Observation& one : said) device.observe(one);
    CHECK(device.read(profile, t) == Reading::exactly(kTurk));
  } while (std::next_permutation(
      said.begin(), said.end(),
      [](const Observation& a, const Observation& b) { return a.line < b.line; }));
}

TEST_CASE("an explanation names the rule, its conditions, their rows and the near misses") {
  DeviceWorld world;
  Feature same_network;
  same_network.scope.same_network = true;
  FeatureIndex count =
      world.counting(FeatureKind::consecutive_days, world.roaming_in({"BR"}), same_network);
  FeatureIndex type = world.simple(FeatureKind::attribute_choice, 0);
  world.rule("meters",
             world.table.conditions.all_of({world.region_in({"BR"}), world.symbol(type, 0)}),
             kVivo);
  world.rule("settled", world.at_least(count, 80), kVivo);
  Device device = world.device();
  Instant start = at("2026-01-01T10:00:00Z");
  device.observe(report(start).network("724-05").profile("global").text("type", "meter"));
  for (int day = 1; day < 10; ++day) {
    device.observe(report(start + days(day)).network("724-05").text("type", "meter"));
  }
  Instant now = start + days(9);
  Explanation told = device.explain(now);
  CHECK(told.outcome == "profile = vivo-local");
  CHECK(told.enabled_profile == "global");
  REQUIRE(told.decided_by.has_value());
  CHECK(told.decided_by->label == "meters");
  REQUIRE(told.decided_by->because.size() == 2);
  const ConditionEvidence& region = told.decided_by->because[0];
  CHECK(region.value == "BR");
  CHECK(region.source == "network");
  CHECK(region.since == start);
  CHECK(told.decided_by->because[1].value == "meter");
  REQUIRE(told.others.size() == 1);
  REQUIRE(told.others[0].because.size() == 1);
  const ConditionEvidence& settled = told.others[0].because[0];
  CHECK(settled.truth == Truth::unknown);  // it may have been there before the first report
  CHECK(settled.count == 10);
  CHECK(settled.value == "10 of 80 days, or more");
  CHECK(settled.would_hold_at == at("2026-03-21T00:00:00Z"));
  CHECK(settled.if_it_goes_on);  // without a report carry ends on the way
  CHECK(told.others[0].would_fire_at == at("2026-03-21T00:00:00Z"));
  REQUIRE(settled.rows.size() == 1);
  CHECK(settled.rows[0].network == "724-05");
  CHECK(settled.rows[0].profile == "global");
  CHECK(settled.rows[0].from == start);
  CHECK(device.because(told.decision, now).size() == 2);
}

TEST_CASE("a near miss of a share says when only while what it counts goes on") {
  DeviceWorld world;
  Feature eight_days;
  eight_days.window = {8, TimeUnit::day};
  FeatureIndex share = world.counting(FeatureKind::day_share, world.roaming_in({"BR"}), eight_days);
  world.rule("mostly", world.at_least(share, 5), kVivo);
  Instant now = at("2026-01-01T10:00:00Z");
  auto would_fire = [&](std::string_view network) {
    Device device = world.device();
    device.observe(report(now).network(network).profile("global"));
    Explanation told = device.explain(now);
    REQUIRE(told.others.size() == 1);
    return told.others[0].would_fire_at;
  };
  CHECK(would_fire("724-05") == at("2026-01-08T00:00:00Z"));
  CHECK_FALSE(would_fire("722-01").has_value());
}

TEST_CASE("explaining looks ahead and leaves no trace: a lapse that is put off is put off") {
  DeviceWorld world;
  ConditionIndex full = world.at_least(world.simple(FeatureKind::attribute_number, 1), 30'000'000);
  world.rule(
      "empty",
      world.table.conditions.all_of({world.region_in({"BR"}), world.table.conditions.negate(full)}),
      kVivo);
  world.rule("full", full, kTurk);
  Instant start = at("2026-01-01T12:00:00Z");
  Device told = world.device(), silent = world.device();
  for (int half_days = 0; half_days < 8; ++half_days) {
    Instant now = start + hours(12 * half_days);
    Say said = report(now).network("724-05").profile("global").number("battery", 20);
    told.observe(said);
    silent.observe(said);
    INFO("after " << 12 * half_days << " hours");
    Decision decision = silent.decide(now);
    CHECK(decision.kind == Action::Kind::profile);
    CHECK(told.decide(now) == decision);
    if (half_days == 0) {
      REQUIRE(told.explain(now).others.size() == 1);
      CHECK(told.because(decision, now).size() == 2);
    }
  }
}

// Of a device that is silent from 1 January on nobody knows on the 8th whether it has service, and
// two days of that are reached on the 10th. A report of the 7th puts that off.
TEST_CASE("a near miss that looks beyond a lapse does not keep what it saw there") {
  DeviceWorld world;
  Test served;
  served.feature = world.simple(FeatureKind::no_service);
  served.kind = Test::Kind::known;
  ConditionTable& conditions = world.table.conditions;
  FeatureIndex lost = world.counting(FeatureKind::held, conditions.negate(conditions.test(served)));
  ConditionIndex abroad = world.symbol(world.simple(FeatureKind::profile), kGlobal);
  world.rule("abroad or lost", conditions.any_of({abroad, world.at_least(lost, days(2).ms)}),
             kVivo);
  Device device = world.device();
  Instant first = at("2026-01-01T12:00:00Z");
  device.observe(report(first).network("724-05").profile("global"));
  std::vector<ConditionEvidence> because = device.because(device.decide(first), first);
  REQUIRE(because.size() == 2);
  CHECK(because[1].would_hold_at == at("2026-01-10T12:00:00Z"));
  device.observe(report("2026-01-07T12:00:00Z").network("724-05").profile("turk-local"));
  CHECK(device.decide(at("2026-01-11T12:00:00Z")).kind == Action::Kind::keep);
  CHECK(device.decide(at("2026-01-16T12:00:00Z")).kind == Action::Kind::profile);
}

// On 1 January the review finds that the registration lapses on the 8th. It does not, for a report
// of the 7th puts that off, at which nobody asks for it.
TEST_CASE("a review that looks beyond a lapse does not keep what it saw there") {
  DeviceWorld world;
  FeatureIndex down = world.simple(FeatureKind::no_service);
  world.rule("served", world.table.conditions.negate(world.holds(down)), kVivo);
  Device device = world.device();
  Instant first = at("2026-01-01T12:00:00Z");
  device.observe(report(first).network("724-05").profile("global"));
  CHECK(device.decide(first).profile == kVivo);
  CHECK(device.review(first) == at("2026-01-08T12:00:00Z"));
  device.observe(report("2026-01-07T12:00:00Z").network("724-05"));
  Instant later = at("2026-01-09T12:00:00Z");
  CHECK(device.decide(later).kind == Action::Kind::profile);
  CHECK(device.read(down, later) == Reading::exactly(0));
  CHECK(device.review(later) == at("2026-01-14T12:00:00Z"));
}

TEST_CASE("9a: another profile is judged where it may camp, the enabled one where it is") {
  DeviceWorld world;
  Feature shape;
  shape.scope.same_network = true;
  shape.scope.per_profile = true;
  ConditionIndex roaming = world.roaming_in({"BR"});
  shape.candidate = kGlobal;
  FeatureIndex with_global = world.counting(FeatureKind::consecutive_days, roaming, shape);
  shape.candidate = kVivo;
  FeatureIndex with_vivo = world.counting(FeatureKind::consecutive_days, roaming, shape);
  FeatureIndex roams_with_global = world.roaming({"BR"}, kGlobal);
  FeatureIndex roams_with_vivo = world.roaming({"BR"}, kVivo);
  Device device = world.device();
  Instant start = at("2026-01-01T12:00:00Z");
  device.observe(report(start - days(1)).network("208-01").profile("global"));
  for (int day = 0; day < 30; ++day) {
    device.observe(report(start + days(day)).network(day < 20 ? "724-05" : "724-06"));
  }
  Instant now = start + days(29);
  // Enabled: its own network, ten days. (The midnight before belongs to the old network.)
  CHECK(device.read(with_global, now).lower == 10);
  CHECK(device.read(with_vivo, now) == Reading::exactly(0));
  CHECK(device.read(roams_with_global, now) == Reading::exactly(1));
  CHECK(device.read(roams_with_vivo, now) == Reading::exactly(0));
  // Without service the enabled one is judged on the networks of the country that stands.
  now = now + hours(1);
  device.observe(report(now).registration(Registration::none));
  CHECK(device.read(roams_with_global, now) == Reading::exactly(1));
  // After a switch, global would be a candidate that may camp on any of Brazil's networks.
  device.observe(report(now + hours(1)).network("724-11").profile("vivo-local"));
  CHECK(device.read(with_global, now + hours(1)).lower == 10);
  CHECK(device.read(with_vivo, now + hours(1)) == Reading::exactly(0));
}

}  // namespace sojourn
