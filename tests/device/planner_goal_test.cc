// From decisions to commands and back: a policy, a device and a planner together.
#include "engine/device/planner_goal.h"

#include <map>

#include "tests/device/planner_bench.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words
using Outcome = CommandResult::Outcome;

constexpr const char* kVivoIccid = "89551012345678901234";
constexpr const char* kGlobalIccid = "8933150319000012345";

// A device, its planner, and a card that does as it is told.
class Managed {
 public:
  explicit Managed(DeviceWorld& world) : policy(world.prepared()), device(policy) {}

  std::string report(Say said) {
    now = said.value().at;
    Planner(state, options).hear(said.value(), names_of(*policy));
    device.observe(said.value());
    return next();
  }
  std::string tick(std::string_view when) {
    now = at(when);
    return next();
  }
  std::string answer(Outcome outcome, std::vector<CardProfile> profiles = {}) {
    CommandResult result;
    result.number = state.in_flight.value().command.number;
    result.outcome = outcome;
    result.at = now = now + minutes(1);
    result.profiles = std::move(profiles);
    CHECK(Planner(state, options).take(result));
    device.observe(card_report(state, now));
    return next();
  }
  std::string next() {
    sync_quarantine(*policy, state, device, now);
    plan = Planner(state, options)
               .next(goal_of(*policy, device, device.decide(now), now, state.hold_until), now);
    return text_of(plan);
  }

  std::shared_ptr<const PreparedPolicy> policy;
  Device device;
  PlannerState state = new_planner_state("8904");
  PlannerOptions options;
  Plan plan;
  Instant now;
};

std::vector<CardProfile> card(bool vivo_enabled) {
  return {{kGlobalIccid, "global", !vivo_enabled, true},
          {kVivoIccid, "vivo-local", vivo_enabled, false}};
}

}  // namespace

TEST_CASE("a golden timeline: arrival in Brazil, fallback, a day of rest, and back") {
  DeviceWorld world;
  ConditionIndex in_brazil = world.region_in({"BR"});
  world.rule("brazil", in_brazil, kVivo);
  world.table.rules.back().action.hold = hours(24);
  Managed device(world);
  CHECK(device.report(report("2026-03-01T10:00:00Z").network("208-01").profile("global")) ==
        "1 list");
  CHECK(device.answer(Outcome::done, card(false)) == "waits: nothing");
  CHECK(device.report(report("2026-03-02T10:00:00Z").network("724-05")) == "waits: nothing");
  // The new country is believed after half an hour.
  CHECK(device.tick("2026-03-02T10:30:00Z") == "2 enable vivo-local with rollback");
  CHECK(device.answer(Outcome::done) == "waits: nothing");
  CHECK(device.device.enabled_profile(device.now) == std::int64_t{kVivo});
  // It falls back: a fact. The card is asked, the profile rests for a day.
  Planner(device.state, device.options).claim(1);
  CHECK(device.tick("2026-03-02T12:00:00Z") == "3 list");
  CHECK(device.answer(Outcome::done, card(false)) == "waits: quarantine");
  CHECK(device.device.enabled_profile(device.now) == std::int64_t{kGlobal});
  CHECK(device.tick("2026-03-03T12:00:59Z") == "waits: quarantine");
  CHECK(device.tick("2026-03-03T12:01:00Z") == "4 enable vivo-local with rollback");
  CHECK(device.answer(Outcome::done) == "waits: nothing");
  // Telemetry that still says otherwise is not believed, and the card is asked.
  CHECK(device.report(report("2026-03-03T13:00:00Z").network("724-05").profile("global")) ==
        "5 list");
  CHECK(device.device.enabled_profile(device.now) == std::int64_t{kVivo});
  CHECK(device.answer(Outcome::done, card(true)) == "waits: nothing");
}

TEST_CASE("a decision passes over a profile in quarantine while another is obtainable") {
  DeviceWorld world;
  world.rule("brazil", world.region_in({"BR"}), kVivo);
  world.table.rules.back().action.alternatives.push_back({kTurk, false});
  Managed device(world);
  device.report(report("2026-03-01T10:00:00Z").network("724-05").profile("global"));
  CHECK(device.answer(Outcome::done, card(false)) == "2 enable vivo-local with rollback");
  CHECK(device.answer(Outcome::rolled_back) == "3 list");
  CHECK(device.answer(Outcome::done, card(false)) == "4 download turk-local from smdp.example");
  Instant rested = device.state.quarantine.at(0).until;
  CHECK(device.device.decide(rested - milliseconds(1)).profile == kTurk);
  CHECK(device.device.decide(rested).profile == kVivo);
  Instant before = rested - hours(1);
  CHECK(device.device.wake(before) <= rested);
  CHECK(device.device.review(before) == rested);
}

TEST_CASE("with no other alternative the rule has fired and waits") {
  DeviceWorld world;
  world.rule("brazil", world.region_in({"BR"}), kVivo);
  Managed device(world);
  device.report(report("2026-03-01T10:00:00Z").network("724-05").profile("global"));
  device.answer(Outcome::done, card(false));
  device.answer(Outcome::rolled_back);
  CHECK(device.answer(Outcome::done, card(false)) == "waits: quarantine");
  Decision decision = device.device.decide(device.now);
  CHECK(decision.profile == kVivo);
  CHECK(decision.rule == 0);
}

TEST_CASE("requires and the hours of the day hold a switch back") {
  DeviceWorld world;
  world.rule("brazil", world.region_in({"BR"}), kVivo);
  Action& action = world.table.rules.back().action;
  SECTION("requires: certainly true, not merely unknown") {
    Feature battery;
    battery.kind = FeatureKind::attribute_number;
    battery.subject = 1;
    battery.identity = "battery";
    action.requires_condition = world.at_least(world.feature(battery), 30'000'000);
    Managed device(world);
    device.report(report("2026-03-01T10:00:00Z").network("724-05").profile("global"));
    CHECK(device.answer(Outcome::done, card(false)) == "waits: requires");
    CHECK(device.report(report("2026-03-01T11:00:00Z").number("battery", 29)) == "waits: requires");
    CHECK(device.plan.ask_again <= at("2026-03-02T11:00:00Z"));  // it lapses after a day
    CHECK(device.report(report("2026-03-01T12:00:00Z").number("battery", 30)) ==
          "2 enable vivo-local with rollback");
  }
  SECTION("from two to four on the device's own clock, which is Sao Paulo's") {
    action.window_ms = {2 * 3'600'000, 4 * 3'600'000};
    Managed device(world);
    device.report(report("2026-03-21T10:00:00Z").network("724-05").profile("global"));
    CHECK(device.answer(Outcome::done, card(false)) == "waits: window");
    CHECK(device.plan.ask_again == at("2026-03-22T05:00:00Z"));
    CHECK(device.tick("2026-03-22T04:59:59Z") == "waits: window");
    CHECK(device.tick("2026-03-22T05:00:00Z") == "2 enable vivo-local with rollback");
  }
}

TEST_CASE("a guard on the device's switches stops, but not a rule that it excepts") {
  for (bool excepted : {false, true}) {
    DeviceWorld world;
    world.rule("brazil", world.region_in({"BR"}), kVivo);
    Guard guard;
    // Used up from the beginning.
    guard.reached = world.at_least(world.events(EventKind::switches, {30, TimeUnit::day}), 0);
    if (excepted) guard.except_rules = {0};
    world.table.guards.push_back(guard);
    Managed device(world);
    device.report(report("2026-03-01T10:00:00Z").network("724-05").profile("global"));
    CHECK(device.answer(Outcome::done, card(false)) ==
          (excepted ? "2 enable vivo-local with rollback" : "waits: guard"));
  }
}

TEST_CASE("a ban's deadline presses over requires, in time and not before") {
  DeviceWorld world;
  FeatureIndex count = world.counting(FeatureKind::consecutive_days, world.roaming_in({"BR"}));
  Ban ban;
  ban.name = "fifteen";
  ban.origin = {"test.sojourn", 9};
  ban.bites.assign(world.table.profiles.size() + 1, ConditionTable::kNever);
  ban.violated = ban.bites;
  ban.bites[kGlobal] = world.at_least(count, 10);
  ban.violated[kGlobal] = world.at_least(count, 15);
  ban.notice_days = 5;
  world.table.bans.push_back(ban);
  world.rule("brazil", world.region_in({"BR"}), kVivo);
  Feature battery;
  battery.kind = FeatureKind::attribute_number;
  battery.subject = 1;
  battery.identity = "battery";
  world.table.rules.back().action.requires_condition =
      world.at_least(world.feature(battery), 30'000'000);
  Managed device(world);
  device.report(report("2026-03-01T12:00:00Z").network("724-05").profile("global"));
  device.answer(Outcome::done, card(false));
  std::map<std::string, std::string> first;
  for (int day = 2; day <= 15; ++day) {
    std::string text = device.report(
        report(at("2026-03-01T12:00:00Z") + days(day - 1)).network("724-05").profile("global"));
    if (!first.contains(text)) first[text] = to_rfc3339(device.now);
  }
  CHECK(first.at("waits: requires") == "2026-03-02T12:00:00Z");
  // The fifteenth day begins at midnight of 15 March: 48 hours before that there is time until
  // then.
  CHECK(first.at("2 enable vivo-local with rollback") == "2026-03-13T12:00:00Z");
  CHECK(device.state.in_flight->because_of_ban);
}

TEST_CASE("of a remedy or an otherwise that cannot be had nothing is asked of the card") {
  for (bool is_remedy : {true, false}) {
    DeviceWorld world;
    world.rule("far", world.network_in({"FR"}), kTurk);
    Action wanted = world.table.rules.back().action;
    wanted.alternatives = {{kTurk, true}};
    wanted.hold = hours(3);
    wanted.fallback = kGlobal;
    wanted.preload = {kVivo};
    wanted.remove = {kVivo};
    Ban ban;
    ban.origin = {"test.sojourn", 9};
    ban.bites.assign(world.table.profiles.size() + 1, ConditionTable::kNever);
    ban.bites[kGlobal] = world.region_in({"BR"});
    ban.violated = ban.bites;
    if (is_remedy) ban.remedy = wanted;
    if (is_remedy) world.table.bans.push_back(ban);
    if (!is_remedy) world.table.otherwise = wanted;
    Device device(world.prepared());
    device.observe(report("2026-03-01T10:00:00Z").network("724-05").profile("global").value());
    Instant now = at("2026-03-01T10:00:00Z");
    auto goal = [&] { return goal_of(*world.prepared(), device, device.decide(now), now); };
    INFO((is_remedy ? "remedy" : "otherwise"));
    CHECK_FALSE(goal().enabled);
    CHECK(goal().hold.ms == 0);
    CHECK_FALSE(goal().fallback);
    CHECK((goal().preload.empty() && goal().remove.empty()));
  }
}

TEST_CASE("forbid change takes back what was ordered, and stops what comes") {
  DeviceWorld world;
  ConditionIndex hot = world.network_in({"UY"});
  Ban ban;
  ban.forbids_change = true;
  ban.origin = {"test.sojourn", 9};
  ban.bites.assign(world.table.profiles.size() + 1, hot);
  ban.violated = ban.bites;
  world.table.bans.push_back(ban);
  world.rule("brazil", world.region_in({"BR"}), kVivo);
  Managed device(world);
  device.report(report("2026-03-01T10:00:00Z").network("724-05").profile("global"));
  CHECK(device.answer(Outcome::done, card(false)) == "2 enable vivo-local with rollback");
  CHECK_FALSE(device.plan.withdraw);
  // Into Uruguay: the region is still Brazil's, the network is not.
  device.report(report("2026-03-01T10:05:00Z").network("748-01"));
  CHECK(device.plan.withdraw == 2);
}

TEST_CASE("an undeclared profile on the card is reported by its ICCID") {
  DeviceWorld world;
  world.rule("brazil", world.region_in({"BR"}), kVivo);
  Managed device(world);
  device.report(report("2026-03-01T10:00:00Z").network("724-05"));
  CHECK(device.answer(Outcome::done, {{"8991000000000000000", "", true, false},
                                      {kVivoIccid, "vivo-local", false, false}}) ==
        "2 enable vivo-local with rollback");
  CHECK(device.device.enabled_profile(device.now) == kOtherSymbol);
}

}  // namespace sojourn
