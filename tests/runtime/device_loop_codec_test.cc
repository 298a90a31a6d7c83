// A device that is put away and taken out again, at any moment, decides as one that never was.
#include "engine/runtime/device_loop.h"
#include "engine/runtime/record_json.h"
#include "tests/device/random_life.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

constexpr std::int64_t kLatenessHours = 40;

void add_rules(ManyQuestions& questions, Chance& chance) {
  DeviceWorld& world = questions.world;
  for (int r = 0; r < 6; ++r) {
    FeatureIndex count = chance.of(questions.counts);
    FeatureKind kind = world.table.features[count].kind;
    bool is_time = kind == FeatureKind::held || kind == FeatureKind::recency ||
                   kind == FeatureKind::held_share;
    auto size = static_cast<std::int64_t>(1 + chance.below(9));
    world.rule(fmt::format("rule-{}", r),
               world.at_least(count, is_time ? hours(7 * size).ms + 1 : size),
               static_cast<ProfileIndex>(r % 3));
    if (chance.one_in(3)) world.table.rules.back().action.hold = hours(30);
    if (chance.one_in(3)) world.table.rules.back().action.alerts = {"look at it"};
  }
  world.table.settings.first_match = true;
}

LoopOptions options() {
  LoopOptions options;
  options.mode = LoopMode::open;
  options.lateness = hours(kLatenessHours + 1);
  return options;
}

std::unique_ptr<DeviceLoop> put_away(const DeviceLoop& loop,
                                     std::shared_ptr<const PreparedPolicy> policy) {
  auto taken_out = std::make_unique<DeviceLoop>(std::move(policy), loop.name(), options());
  Status restored = taken_out->restore(loop.save());
  REQUIRE(restored.ok());
  return taken_out;
}

}  // namespace

TEST_CASE("a loop goes on from its stored form as if nothing had been") {
  std::uint64_t seed = seed_of_run();
  std::size_t record_count = 0;
  for (int round = 0; round < testing::rounds(12); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Chance chance(seed);
    ManyQuestions questions(chance);
    add_rules(questions, chance);
    auto policy = questions.world.prepared();
    // Long enough that the history is tidied in between.
    auto life =
        as_delivered(random_life(chance, at("2026-03-20T05:00:00Z"), 3'000, kLatenessHours));
    DeviceLoop whole(policy, "d", options());
    DeviceLoop resting(policy, "d", options());
    auto parted = std::make_unique<DeviceLoop>(policy, "d", options());
    std::vector<std::string> expected, found, found_resting;
    auto into = [&](std::vector<std::string>& records) {
      return [&](const DecisionRecord& record) {
        records.push_back(to_json(record, policy->table()));
      };
    };
    for (std::size_t i = 0; i < life.size(); ++i) {
      INFO("report " << i);
      ObserveOutcome one = whole.report(life[i].report, into(expected));
      ObserveOutcome other = parted->report(life[i].report, into(found));
      resting.report(life[i].report, into(found_resting));
      REQUIRE(one.duplicate == other.duplicate);
      REQUIRE(one.late == other.late);
      if (chance.one_in(40)) {
        auto profile = static_cast<ProfileIndex>(chance.below(3));
        Instant now = whole.now();
        whole.switched(profile, now, into(expected));
        parted->switched(profile, now, into(found));
        resting.switched(profile, now, into(found_resting));
      }
      if (chance.one_in(12)) {
        Instant later = whole.now() + hours(static_cast<std::int64_t>(chance.below(90)));
        whole.run_until(later, into(expected));
        parted->run_until(later, into(found));
        resting.run_until(later, into(found_resting));
      }
      REQUIRE(found == expected);
      REQUIRE(found_resting == expected);
      if (chance.one_in(3)) resting.rest();
      REQUIRE(parted->wake() == whole.wake());
      if (!chance.one_in(15)) continue;
      parted = put_away(*parted, policy);
      REQUIRE(parted->save() == whole.save());
      REQUIRE(parted->wake() == whole.wake());
      REQUIRE(parted->device().ledger().size() == whole.device().ledger().size());
      if (whole.decision()) {
        REQUIRE(to_json(parted->record(), policy->table()) ==
                to_json(whole.record(), policy->table()));
        for (FeatureIndex f : questions.asked) {
          REQUIRE(parted->device().read(f, whole.now()) == whole.device().read(f, whole.now()));
        }
      }
    }
    record_count += expected.size();
  }
  CHECK(record_count > static_cast<std::size_t>(testing::enough(100)));
}

TEST_CASE("what the fleet said last is stored with the loop, and nothing for one without a fleet") {
  Chance chance(seed_of_run());
  ManyQuestions questions(chance);
  add_rules(questions, chance);
  auto policy = questions.world.prepared();
  DeviceLoop loop(policy, "d", options());
  loop.report(random_life(chance, at("2026-03-20T05:00:00Z"), 1, 1)[0].report,
              [](const DecisionRecord&) {});
  CHECK(put_away(loop, policy)->word() == nullptr);
  FleetWord word;
  for (const char* waits_for : {"", "guard at most 3 devices per hour"}) {
    word.granted = *waits_for == 0;
    word.waits_for = waits_for;
    word.spares_bans = word.granted;
    loop.take(word, loop.now(), [](const DecisionRecord&) {});
    auto taken_out = put_away(loop, policy);
    REQUIRE(taken_out->word() != nullptr);
    CHECK(*taken_out->word() == word);
    CHECK(taken_out->save() == loop.save());
  }
}

TEST_CASE("a stored loop that is damaged is refused, or is a loop") {
  std::uint64_t seed = seed_of_run();
  INFO("SOJOURN_SEED=" << seed);
  Chance chance(seed);
  ManyQuestions questions(chance);
  add_rules(questions, chance);
  auto policy = questions.world.prepared();
  DeviceLoop loop(policy, "d", options());
  auto drop = [](const DecisionRecord&) {};
  for (const LifeReport& one : random_life(chance, at("2026-03-20T05:00:00Z"), 200, 40)) {
    loop.report(one.report, drop);
  }
  Bytes sound = loop.save();
  Instant later = loop.now() + hours(50);
  auto survives = [&](const Bytes& bytes) {
    DeviceLoop other(policy, "d", options());
    if (!other.restore(bytes)) return false;
    // Whatever it holds now, it can be asked and told.
    if (other.now() < later && other.decision()) other.run_until(later, drop);
    return true;
  };
  CHECK(survives(sound));
  for (std::size_t size = 0; size < sound.size(); size += 1 + size / 50) {
    CHECK_FALSE(survives(Bytes(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size))));
  }
  Bytes longer = sound;
  longer.push_back(0);
  CHECK_FALSE(survives(longer));
  for (int i = 0; i < 2'000; ++i) {
    Bytes changed = sound;
    changed[chance.below(changed.size())] ^= static_cast<std::uint8_t>(1u << chance.below(8));
    survives(changed);
  }
}

}  // namespace sojourn
