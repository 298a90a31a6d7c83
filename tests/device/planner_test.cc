// The planner: table rows of what it is fed and what it yields.
#include "engine/device/planner.h"

#include "tests/device/planner_bench.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words
using Kind = ProfileCommand::Kind;
using Outcome = CommandResult::Outcome;

}  // namespace

TEST_CASE("what is on an unknown card is asked first, then the wanted profile is enabled") {
  PlannerBench bench;
  bench.want("vivo");
  CHECK(bench.next() == "1 list");
  CHECK(bench.next() == "waits: the command in flight");
  bench.lists({"*global", "vivo"});
  CHECK(bench.next() == "2 enable vivo with rollback");
  CHECK(bench.next() == "waits: the command in flight");
  bench.answers(Outcome::done);
  CHECK(bench.next() == "waits: nothing");
  CHECK(bench.planner().enabled()->profile == "vivo");
}

TEST_CASE("a profile that is not on the card is downloaded where it can be") {
  PlannerBench bench;
  bench.with_list({"*global"});
  bench.want("vivo");
  CHECK(bench.next() == "waits: profile not obtainable");
  bench.want("turk", "smdp.example.com");
  CHECK(bench.next() == "2 download turk from smdp.example.com");
  SECTION("its ICCID is told") {
    bench.answers(Outcome::done, iccid_of("turk"));
    CHECK(bench.next() == "3 enable turk with rollback");
  }
  SECTION("its ICCID is not told") {
    bench.answers(Outcome::done);
    CHECK(bench.next() == "3 list");
    bench.lists({"*global", "turk"});
    CHECK(bench.next() == "4 enable turk with rollback");
  }
  SECTION("another profile came: it is not bought again and again") {
    bench.answers(Outcome::done);
    CHECK(bench.next() == "3 list");
    bench.lists({"*global", "other"});
    CHECK(bench.next() == "waits: retry");
    bench.at_next_question();
    CHECK(bench.next() == "4 download turk from smdp.example.com");
  }
}

TEST_CASE("what went wrong with an enable") {
  PlannerBench bench;
  bench.with_list({"*global", "vivo"});
  bench.want("vivo");
  REQUIRE(bench.next() == "2 enable vivo with rollback");
  SECTION("rolled back: a list, and quarantine for a day") {
    bench.answers(Outcome::rolled_back);
    CHECK(bench.next() == "3 list");
    bench.lists({"*global", "vivo"});
    CHECK(bench.next() == "waits: quarantine");
    Instant until = bench.state.quarantine.at(0).until;
    CHECK(until - bench.state.quarantine.at(0).from == hours(24));
    bench.now = until - milliseconds(1);
    CHECK(bench.next() == "waits: quarantine");
    bench.now = until;
    CHECK(bench.next() == "4 enable vivo with rollback");
  }
  SECTION("refused: quarantine as well") {
    bench.answers(Outcome::refused);
    CHECK(bench.next() == "waits: quarantine");
    bench.want("turk", "smdp");
    CHECK(bench.next() == "3 download turk from smdp");
  }
  SECTION("busy: again, later and later") {
    Duration before;
    for (int round = 0; round < 7; ++round) {
      bench.answers(Outcome::not_now);
      REQUIRE(bench.next() == "waits: retry");
      Duration delay = bench.until_next_question();
      INFO("round " << round << ": " << delay.ms << " ms after " << before.ms);
      Duration whole = minutes(10 * (1 << round));
      CHECK(delay >= milliseconds(whole.ms * 3 / 4));
      CHECK(delay < milliseconds(whole.ms * 5 / 4));
      before = delay;
      bench.pass(milliseconds(delay.ms - 1));
      REQUIRE(bench.next() == "waits: retry");
      bench.pass(milliseconds(1));
      REQUIRE(bench.next().ends_with("enable vivo with rollback"));
    }
  }
  SECTION("the card does not have it: the card is asked") {
    bench.answers(Outcome::missing);
    CHECK(bench.next() == "3 list");
    bench.lists({"*global"});
    CHECK(bench.next() == "waits: profile not obtainable");
  }
  SECTION("without proof: the list shows that it worked") {
    bench.answers(Outcome::failed);
    CHECK(bench.next() == "3 list");
    bench.lists({"global", "*vivo"});
    CHECK(bench.next() == "waits: nothing");
    CHECK(bench.state.quarantine.empty());
  }
  SECTION("without proof, and the list shows that it did not: three times, then quarantine") {
    for (int attempt = 1; attempt <= 3; ++attempt) {
      bench.answers(Outcome::failed);
      REQUIRE(bench.next().ends_with("list"));
      bench.lists({"*global", "vivo"});
      if (attempt == 3) break;
      REQUIRE(bench.next() == "waits: retry");
      bench.at_next_question();
      REQUIRE(bench.next().ends_with("enable vivo with rollback"));
    }
    CHECK(bench.next() == "waits: quarantine");
  }
  SECTION("taken back in time: as if it never was") {
    bench.answers(Outcome::withdrawn);
    CHECK(bench.next() == "3 enable vivo with rollback");
  }
}

TEST_CASE("what the device does by itself is a fact and not fought") {
  PlannerBench bench;
  bench.with_list({"*global", "vivo"});
  bench.want("vivo");
  REQUIRE(bench.next() == "2 enable vivo with rollback");
  bench.answers(Outcome::done);
  REQUIRE(bench.next() == "waits: nothing");
  struct Row {
    const char* name;
    std::optional<std::int64_t> cause;
    const char* then;
  };
  for (const Row& row :
       {Row{"another eIM", 0, "waits: quarantine"}, Row{"fallback", 1, "waits: quarantine"},
        Row{"emergency profile", 2, "waits: emergency call"}, Row{"local", 3, "waits: quarantine"},
        Row{"reset", 4, "4 enable vivo with rollback"},
        Row{"immediate enable", 5, "waits: quarantine"},
        Row{"device change", 6, "4 enable vivo with rollback"},
        Row{"not told", std::nullopt, "waits: quarantine"}}) {
    DYNAMIC_SECTION(row.name) {
      bench.planner().claim(row.cause);
      CHECK(bench.next() == "3 list");
      bench.lists({"*global", "vivo"});
      CHECK(bench.next() == row.then);
    }
  }
  SECTION("an emergency call is waited for, and asked about less and less often") {
    bench.planner().claim(2);
    REQUIRE(bench.next() == "3 list");
    bench.lists({"*global", "vivo"});
    REQUIRE(bench.next() == "waits: emergency call");
    bench.goal.gates.pressing = true;
    CHECK(bench.next() == "waits: emergency call");
    bench.at_next_question();
    CHECK(bench.next() == "4 list");
    bench.lists({"*global", "vivo"});
    CHECK(bench.next() == "waits: emergency call");
    bench.at_next_question();
    CHECK(bench.next() == "5 list");
    bench.lists({"global", "*vivo"});
    CHECK(bench.next() == "waits: nothing");
  }
  SECTION("a claim that the card denies changes nothing") {
    bench.planner().claim(1);
    CHECK(bench.next() == "3 list");
    bench.lists({"global", "*vivo"});
    CHECK(bench.next() == "waits: nothing");
    CHECK(bench.state.quarantine.empty());
  }
  SECTION("the fallback profile was enabled, and nobody said why") {
    CHECK(bench.list_now({"*+global", "vivo"}));
    CHECK(bench.state.quarantine.at(0).why == QuarantineRow::Why::fell_back);
  }
}

TEST_CASE("the card's word stands over telemetry") {
  PlannerBench bench;
  bench.with_list({"*global", "vivo"});
  bench.want("global");
  REQUIRE(bench.next() == "waits: nothing");
  struct Row {
    const char* name;
    Say said;
    bool stands;
  };
  Instant later = bench.now + minutes(1);
  for (const Row& row :
       {Row{"the same name", Say(later).profile("global"), true},
        Row{"the same ICCID", Say(later).iccid(iccid_of("global")), true},
        Row{"another name", Say(later).profile("vivo"), false},
        Row{"another ICCID", Say(later).iccid(iccid_of("vivo")), false},
        Row{"an ICCID nobody declared", Say(later).iccid("8900000000000000000"), false},
        Row{"the same list", Say(later).installed({"vivo", "global"}), true},
        Row{"the same list by ICCID", Say(later).installed({iccid_of("vivo"), "global"}), true},
        Row{"a longer list", Say(later).installed({"vivo", "global", "turk"}), false},
        Row{"a shorter list", Say(later).installed({"global"}), false},
        Row{"nothing about profiles", Say(later).network("724-05"), true},
        Row{"a report of before the list", Say(bench.now - minutes(1)).profile("vivo"), true}}) {
    DYNAMIC_SECTION(row.name) {
      Observation heard = row.said;
      bench.hear(heard);
      Observation said = row.said;
      bool untouched = heard.profile.state == said.profile.state &&
                       heard.iccid.state == said.iccid.state &&
                       heard.installed.state == said.installed.state;
      CHECK(untouched == row.stands);
      bench.pass(minutes(1));
      CHECK(bench.next() == (row.stands ? "waits: nothing" : "2 list"));
    }
  }
  SECTION("a device that keeps contradicting is asked about less and less often") {
    int list_count = 0;
    for (int quarter = 0; quarter < 4 * 48; ++quarter) {
      bench.pass(minutes(15));
      Observation said = Say(bench.now).profile("vivo");
      bench.hear(said);
      CHECK(said.profile.absent());
      if (!bench.next().ends_with("list")) continue;
      ++list_count;
      bench.lists({"*global", "vivo"});
      bench.next();
    }
    CHECK(list_count >= 5);
    CHECK(list_count <= 10);
  }
}

TEST_CASE("nothing is deleted before the device has reported through the wanted profile") {
  PlannerBench bench;
  bench.with_list({"*global", "turk", "vivo"});
  bench.want("vivo");
  bench.goal.remove = {"global", "turk"};
  REQUIRE(bench.next() == "2 enable vivo with rollback");
  bench.answers(Outcome::done);
  CHECK(bench.next() == "waits: a report through the new profile");
  Observation early = Say(bench.now - minutes(1)).profile("vivo");
  bench.hear(early);
  CHECK(bench.next() == "waits: a report through the new profile");
  bench.pass(minutes(5));
  Observation contradiction = Say(bench.now).profile("global");
  bench.hear(contradiction);
  CHECK(bench.next() == "3 list");
  bench.lists({"global", "turk", "*vivo"});
  CHECK(bench.next() == "waits: a report through the new profile");
  bench.pass(minutes(5));
  Observation heard = Say(bench.now).profile("vivo");
  bench.hear(heard);
  CHECK(bench.next() == "4 delete global");
  bench.answers(Outcome::done);
  CHECK(bench.next() == "5 delete turk");
  bench.answers(Outcome::refused);
  CHECK(bench.next() == "waits: retry");
}

TEST_CASE("the enabled profile and the fallback are never deleted") {
  PlannerBench bench;
  bench.with_list({"*vivo", "+global"});
  bench.goal.remove = {"vivo", "global"};
  Observation heard = Say(bench.now + minutes(1)).profile("vivo");
  bench.hear(heard);
  CHECK(bench.next() == "waits: nothing");
}

TEST_CASE("preloaded profiles, the fallback and a second enabled profile") {
  PlannerBench bench;
  bench.with_list({"*global", "*vivo"});
  Observation heard = Say(bench.now + minutes(1)).network("724-05");
  bench.hear(heard);
  bench.goal.preload = {{"turk", "smdp"}};
  bench.goal.fallback = "vivo";
  bench.goal.remove = {"vivo"};
  CHECK(bench.next() == "2 download turk from smdp");
  bench.answers(Outcome::done, iccid_of("turk"));
  CHECK(bench.next() == "3 set fallback vivo");
  bench.answers(Outcome::refused);
  CHECK(bench.next() == "4 disable vivo");
  bench.answers(Outcome::done);
  CHECK(bench.next() == "5 delete vivo");
}

TEST_CASE("who wins: gates in the order of the fine print") {
  struct Row {
    const char* name;
    void (*set)(PlanGates&, Instant);
    const char* says;
    bool pressing_passes;
  };
  for (const Row& row :
       {Row{"forbidden", [](PlanGates&g, Instant) { g.change_forbidden = true; },
            "change forbidden", false},
        Row{"killed", [](PlanGates&g, Instant) { g.killed = true; }, "kill switch", false},
        Row{"approval", [](PlanGates&g, Instant) { g.approval_missing = true; }, "approval", false},
        Row{"a guard", [](PlanGates&g, Instant) { g.guard_stops = true; }, "guard", false},
        Row{"a guard except for bans",
            [](PlanGates&g, Instant) { g.guard_stops = g.guard_spares_bans = true; }, "guard",
            true},
        Row{"requires", [](PlanGates&g, Instant) { g.required = false; }, "requires", true},
        Row{"window", [](PlanGates&g, Instant now) { g.window_opens = now + hours(1); }, "window",
            true},
        Row{"rollout", [](PlanGates&g, Instant) { g.in_rollout = false; }, "rollout", true}}) {
    DYNAMIC_SECTION(row.name) {
      PlannerBench bench;
      bench.with_list({"*global", "vivo"});
      bench.want("vivo");
      row.set(bench.goal.gates, bench.now);
      CHECK(bench.next() == std::string("waits: ") + row.says);
      bench.goal.gates.pressing = true;
      bool passes = bench.next() == "2 enable vivo with rollback";
      CHECK(passes == row.pressing_passes);
    }
  }
}

TEST_CASE("hold runs from the confirmed switch, and a pressing ban goes over it") {
  PlannerBench bench;
  bench.with_list({"*global", "vivo"});
  bench.want("vivo");
  bench.goal.hold = hours(48);
  REQUIRE(bench.next() == "2 enable vivo with rollback");
  bench.pass(hours(10));  // the device sleeps
  bench.answers(Outcome::done);
  bench.want("global");
  bench.goal.hold = {};
  CHECK(bench.next() == "waits: hold");
  CHECK(bench.until_next_question() == hours(48));
  bench.pass(milliseconds(hours(48).ms - 1));
  CHECK(bench.next() == "waits: hold");
  SECTION("it ends") {
    bench.pass(milliseconds(1));
    CHECK(bench.next() == "3 enable global with rollback");
  }
  SECTION("a ban presses") {
    bench.goal.gates.pressing = true;
    CHECK(bench.next() == "3 enable global with rollback");
  }
}

TEST_CASE("a command that nobody wants any more is asked back") {
  PlannerBench bench;
  bench.with_list({"*global", "turk", "vivo"});
  bench.want("vivo");
  bench.next();
  CHECK_FALSE(bench.plan().withdraw);
  SECTION("another profile is wanted") { bench.want("turk"); }
  SECTION("none is") { bench.goal.enabled.reset(); }
  SECTION("a kill switch") { bench.goal.gates.killed = true; }
  CHECK(bench.plan().withdraw == 2);
  bench.answers(Outcome::withdrawn);
  CHECK_FALSE(bench.plan().withdraw);
}

TEST_CASE("what a ban ordered is not asked back by a change of mind, but by a kill switch") {
  PlannerBench bench;
  bench.with_list({"*global", "vivo"});
  bench.want("vivo");
  bench.goal.because_of_ban = true;
  bench.next();
  bench.goal = {};
  CHECK_FALSE(bench.plan().withdraw);
  bench.goal.gates.killed = true;
  CHECK(bench.plan().withdraw == 2);
}

TEST_CASE("results that answer nothing change nothing") {
  PlannerBench bench;
  bench.with_list({"*global", "vivo"});
  bench.want("vivo");
  bench.next();
  PlannerState before = bench.state;
  CommandResult result;
  result.outcome = Outcome::rolled_back;
  for (CommandNumber number : {0u, 1u, 3u}) {
    result.number = number;
    CHECK_FALSE(bench.planner().take(result));
    CHECK(bench.state == before);
  }
  bench.answers(Outcome::done);
  before = bench.state;
  result.number = 2;
  CHECK_FALSE(bench.planner().take(result));
  CHECK(bench.state == before);
}

TEST_CASE("a state is stored and read, and damage is noticed") {
  PlannerBench bench;
  bench.with_list({"*global", "+vivo"});
  bench.want("vivo");
  bench.goal.hold = hours(3);
  bench.next();
  bench.answers(Outcome::failed);
  bench.planner().claim(3);
  bench.next();
  Bytes bytes = to_bytes(bench.state);
  CHECK(bytes.size() < 250);
  Result<PlannerState> read = planner_state_from_bytes(bytes);
  REQUIRE(read);
  CHECK(*read == bench.state);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(planner_state_from_bytes(ByteView(bytes).first(size)));
  }
  bytes.push_back(0);
  CHECK_FALSE(planner_state_from_bytes(bytes));
}

}  // namespace sojourn
