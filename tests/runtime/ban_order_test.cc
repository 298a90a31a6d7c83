// What was ordered and is under way when the mind changes: the closed loop of a dry-run and the
// planner go by the same lines (semantics 21, 27).
#include "engine/device/planner_goal.h"
#include "engine/runtime/device_loop.h"
#include "tests/device/device_world.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

const RecordSink kUnheard = [](const DecisionRecord&) {};
constexpr const char* kCalledAt = "2026-03-10T00:00:00Z";  // the tenth day of roaming begins
constexpr const char* kLeavesAt = "2026-03-10T12:00:00Z";

// No more than fifteen days in a row in Brazil with the global profile, told of five days ahead.
void forbid_fifteen_days(DeviceWorld& world) {
  FeatureIndex count = world.counting(FeatureKind::consecutive_days, world.roaming_in({"BR"}));
  Ban ban;
  ban.name = "fifteen";
  ban.origin = {"test.sojourn", 9};
  ban.bites.assign(world.table.profiles.size() + 1, ConditionTable::kNever);
  ban.violated = ban.bites;
  ban.bites[kGlobal] = world.at_least(count, 10);
  ban.violated[kGlobal] = world.at_least(count, 15);
  ban.notice_days = 5;
  ban.remedy.emplace();
  ban.remedy->kind = Action::Kind::profile;
  ban.remedy->alternatives = {{kVivo, false}};
  ban.remedy->hold = hours(24);
  world.table.bans.push_back(ban);
}

void forbid_change_in_uruguay(DeviceWorld& world) {
  Ban ban;
  ban.forbids_change = true;
  ban.origin = {"test.sojourn", 20};
  // As the language has it: with every profile but the enabled one, and with none that is undeclared.
  FeatureIndex enabled = world.simple(FeatureKind::profile);
  ConditionTable& conditions = world.table.conditions;
  for (ProfileIndex p = 0; p < world.table.profiles.size(); ++p) {
    ban.bites.push_back(conditions.all_of(
        {world.network_in({"UY"}), conditions.negate(world.symbol(enabled, p))}));
  }
  ban.bites.push_back(ConditionTable::kNever);
  ban.violated = ban.bites;
  world.table.bans.push_back(ban);
}

// Rules alone ask for the local profile after as long.
void move_after_nine_days(DeviceWorld& world) {
  FeatureIndex count = world.counting(FeatureKind::consecutive_days, world.roaming_in({"BR"}));
  world.rule("settled", world.at_least(count, 10), kVivo);
}

// From the first of March a report a day from Brazil; the switch that is called for on the tenth
// takes three days, and the device leaves meanwhile.
class Life {
 public:
  Life(DeviceWorld& world, const char* leaves_to)
      : policy(world.prepared()), loop(policy, "d", options()), device(policy) {
    for (Instant day = at("2026-03-01T12:00:00Z"); day < at(kCalledAt); day = day + days(1)) {
      hear(report(day).network("724-05").profile("global"));
      if (day == at("2026-03-01T12:00:00Z")) list_card();
    }
    loop.run_until(at(kCalledAt), kUnheard);
    plan_at(at(kCalledAt));
    CHECK(plan.command.has_value());
    hear(report(kLeavesAt).network(leaves_to));
  }

  static LoopOptions options() {
    LoopOptions options;
    options.latency = days(3);
    return options;
  }

  bool switches() {
    loop.run_until(at("2026-03-12T23:59:59Z"), kUnheard);
    CHECK(loop.device().enabled_profile(loop.now()) == std::int64_t{kGlobal});
    loop.run_until(at("2026-03-14T00:00:00Z"), kUnheard);
    return loop.device().enabled_profile(loop.now()) == std::int64_t{kVivo};
  }
  bool asks_back() const { return plan.withdraw.has_value(); }

  std::shared_ptr<const PreparedPolicy> policy;
  DeviceLoop loop;

 private:
  void hear(Say said) {
    loop.report(said.value(), kUnheard);
    Planner(state_, planner_options_).hear(said.value(), names_of(*policy));
    device.observe(said.value());
    plan_at(said.value().at);
  }
  void list_card() {
    CommandResult result;
    result.number = state_.in_flight.value().command.number;
    result.at = at("2026-03-01T12:01:00Z");
    result.profiles = {{"8933150319000012345", "global", true, true},
                       {"89551012345678901234", "vivo-local", false, false}};
    CHECK(Planner(state_, planner_options_).take(result));
    plan_at(result.at);
  }
  void plan_at(Instant now) {
    plan = Planner(state_, planner_options_)
               .next(goal_of(*policy, device, device.decide(now), now, state_.hold_until), now);
  }

  Device device;
  PlannerState state_ = new_planner_state("8904");
  PlannerOptions planner_options_;
  Plan plan;
};

}  // namespace

TEST_CASE(
    "21: a ban's order stands while the device is elsewhere, in a dry-run as in the planner") {
  DeviceWorld world;
  forbid_fifteen_days(world);
  Life life(world, "722-34");
  CHECK(life.loop.decision()->kind == Action::Kind::keep);
  CHECK_FALSE(life.asks_back());
  SECTION("followed without a break") { CHECK(life.switches()); }
  SECTION("put away and taken out again") {
    DeviceLoop taken_out(life.policy, "d", Life::options());
    REQUIRE(taken_out.restore(life.loop.save()).ok());
    CHECK(taken_out.save() == life.loop.save());
    taken_out.run_until(at("2026-03-14T00:00:00Z"), kUnheard);
    CHECK(taken_out.device().enabled_profile(taken_out.now()) == std::int64_t{kVivo});
  }
  SECTION("it comes back: the switch was ordered when the ban called, and not anew") {
    life.loop.report(report("2026-03-11T12:00:00Z").network("724-05").value(), kUnheard);
    CHECK(life.switches());
    CHECK(life.loop.totals().switch_count == 1);
  }
}

TEST_CASE("27: what rules alone decided lapses while it is under way") {
  DeviceWorld world;
  move_after_nine_days(world);
  Life life(world, "722-34");
  CHECK(life.asks_back());
  CHECK_FALSE(life.switches());
}

TEST_CASE("21: forbidden change takes back a ban's order") {
  DeviceWorld world;
  forbid_fifteen_days(world);
  forbid_change_in_uruguay(world);
  Life life(world, "748-01");
  CHECK(life.asks_back());
  CHECK_FALSE(life.switches());
}

TEST_CASE("without a latency a decision waits for a report, however many midnights pass") {
  DeviceWorld world;
  FeatureIndex count = world.counting(FeatureKind::consecutive_days, world.network_in({"BR"}));
  world.rule("settled", world.at_least(count, 3), kVivo);
  world.rule("long", world.at_least(count, 20), kGlobal);  // wakes the device at each midnight
  DeviceLoop loop(world.prepared(), "d", LoopOptions{});
  for (const char* day : {"2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z"}) {
    loop.report(report(day).network("724-05").profile("global").value(), kUnheard);
  }
  auto enabled = [&] { return loop.device().enabled_profile(loop.now()); };
  loop.run_until(at("2026-03-06T11:00:00Z"), kUnheard);  // decided on the third
  CHECK(loop.decision()->profile == kVivo);
  CHECK(enabled() == std::int64_t{kGlobal});
  loop.report(report("2026-03-06T12:00:00Z").network("724-05").value(), kUnheard);
  CHECK(enabled() == std::int64_t{kVivo});
}

}  // namespace sojourn
