// The fleet's minute (semantics 22, 22a): counts, stages, grants, approval, abort.
#include "engine/runtime/fleet_minutes.h"

#include <fmt/format.h>

#include "engine/proof/compile.h"
#include "engine/runtime/fleet_loops.h"
#include "engine/runtime/fleet_rows.h"
#include "tests/device/random_life.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

constexpr std::string_view kProfiles = R"(
attribute apn : text
profile global home FR iccid 8933*
profile vivo home BR iccid 895510* download "smdp.vivo.example"
)";

std::shared_ptr<const PreparedPolicy> prepare(const std::string& rules) {
  lang::testing::Loaded loaded = lang::testing::load(std::string(kProfiles) + rules);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  CompileOptions options;
  options.claims = lang::testing::small_world().claims();
  options.validate = false;
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()), options);
  REQUIRE(graph);
  return PreparedPolicy::prepare(*graph, lang::testing::small_world()).value();
}

LoopOptions obedient() {
  LoopOptions options;
  options.mode = LoopMode::obedient;
  return options;
}

// Devices in Brazil on a French profile; every switch is carried out at once.
class Fleet {
 public:
  explicit Fleet(const std::string& rules, const LoopOptions& options = obedient())
      : policy(prepare(rules)), loops(policy, options) {}

  FleetMember report(const std::string& device, Instant t, std::string_view network = "724-05",
                     const std::string& apn = {}) {
    loops.pass_until(t, sink());
    FleetMember member = loops.join(device);
    Say said(t);
    said.network(network);
    if (!loops.loop(member).decision()) said.profile("global");
    if (!apn.empty()) said.text("apn", apn);
    loops.loop(member).report(said, [&](const DecisionRecord& r) { sink()(member, r); });
    loops.heard(member);
    return member;
  }
  void many(int count, Instant t, int first = 0) {
    for (int i = first; i < first + count; ++i) report(fmt::format("d{:04}", i), t);
  }
  void pass(Instant t) { loops.pass_until(t, sink()); }

  std::string suppressed(const std::string& device) {
    return loops.loop(loops.join(device)).suppressed().value_or("");
  }
  std::set<std::string> switched() {
    std::set<std::string> names;
    for (FleetMember m = 0; m < loops.size(); ++m) {
      if (loops.loop(m).totals().switch_count > 0) names.insert(loops.minutes().name(m));
    }
    return names;
  }
  FleetLoops::Sink sink() {
    return [this](FleetMember member, const DecisionRecord& record) {
      records.push_back(fmt::format("{} {} {} {}", to_rfc3339(record.at),
                                    loops.minutes().name(member), record.outcome,
                                    record.suppressed.value_or("-")));
    };
  }

  std::shared_ptr<const PreparedPolicy> policy;
  FleetLoops loops;
  std::vector<std::string> records;
};

const std::string kGoLocal = "rule local when network in BR then profile = vivo\notherwise keep\n";
const Instant kTen = at("2026-01-01T10:00:00Z");

Instant after(std::int64_t ms) { return kTen + milliseconds(ms); }

// The first `count` of the names, by the hash that the fine print gives.
std::set<std::string> first_by_hash(const std::string& campaign, std::vector<std::string> names,
                                    std::size_t count) {
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return sha256(as_bytes(campaign + "\n" + a)) < sha256(as_bytes(campaign + "\n" + b));
  });
  return {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::vector<std::string> names(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(fmt::format("d{:04}", i));
  return all;
}

}  // namespace

TEST_CASE("22: a share of the fleet is rounded up to a whole device") {
  CHECK(share_of(49, 20'000) == 1);
  CHECK(share_of(50, 20'000) == 1);
  CHECK(share_of(51, 20'000) == 2);
  CHECK(share_of(0, 20'000) == 0);
  CHECK(share_of(7, 1'000'000) == 7);
  CHECK(share_of(1'000, 0) == 0);
  CHECK(share_of(10'000'000'000'000, 10'000) == 100'000'000'000);
}

TEST_CASE("22a: a request waits for the whole minute, and not beyond") {
  Fleet fleet(kGoLocal + "guard at most 100 devices per hour\n");
  fleet.report("d", after(10'000));
  CHECK(fleet.suppressed("d") == "the fleet's next minute");
  fleet.pass(after(59'999));
  CHECK(fleet.switched().empty());
  fleet.pass(after(60'000));
  CHECK(fleet.switched() == std::set<std::string>{"d"});
  CHECK(fleet.records.back() == "2026-01-01T10:01:00Z d profile -");
  // One that asks at a whole minute belongs to the next.
  fleet.report("e", after(120'000));
  fleet.pass(after(120'000));
  CHECK(fleet.switched().size() == 1);
  fleet.pass(after(180'000));
  CHECK(fleet.switched().size() == 2);
}

TEST_CASE("22: at most so many devices within a window that slides") {
  Fleet fleet(kGoLocal + "guard at most 2 devices within 1 hour\n");
  fleet.many(5, after(10'000));
  fleet.pass(after(60'000));
  CHECK(fleet.switched() == first_by_hash("local", names(5), 2));
  fleet.pass(after(60'000 + 3'540'000));
  CHECK(fleet.switched().size() == 2);
  CHECK(fleet.suppressed(*names(5).begin()).empty() == fleet.switched().contains("d0000"));
  // (now - D, now]: an hour after the switches they have left the window.
  fleet.pass(after(60'000 + 3'600'000));
  CHECK(fleet.switched() == first_by_hash("local", names(5), 4));
  fleet.pass(after(60'000 + 7'200'000));
  CHECK(fleet.switched().size() == 5);
}

TEST_CASE("22: at most a share of the fleet, of all devices that are known") {
  Fleet fleet(kGoLocal + "guard at most 2% of fleet per hour\n");
  for (int i = 0; i < 49; ++i) fleet.report(fmt::format("home{}", i), after(1'000), "208-01");
  fleet.many(2, after(10'000));
  fleet.pass(after(60'000));
  CHECK(fleet.switched().size() == 2);  // 51 devices: 1.02, so two
  Fleet smaller(kGoLocal + "guard at most 2% of fleet per hour\n");
  for (int i = 0; i < 48; ++i) smaller.report(fmt::format("home{}", i), after(1'000), "208-01");
  smaller.many(2, after(10'000));
  smaller.pass(after(60'000));
  CHECK(smaller.switched().size() == 1);  // 50 devices: one
  std::string waits = smaller.suppressed(smaller.switched().contains("d0000") ? "d0001" : "d0000");
  CHECK(waits == "guard at most 2% of fleet per hour");
  // Who joins makes the share larger, from the next minute on.
  smaller.report("late", after(70'000), "208-01");
  smaller.pass(after(119'999));
  CHECK(smaller.switched().size() == 1);
  smaller.pass(after(120'000));
  CHECK(smaller.switched().size() == 2);
}

TEST_CASE("22a: who joins makes no minute due that has passed") {
  Fleet fleet(kGoLocal + "guard at most 1 device within 1 hour\n");
  fleet.many(2, after(10'000));
  fleet.pass(after(120'000));
  CHECK(fleet.loops.minutes().due() == after(3'660'000));
  fleet.report("late", after(1'000'000), "208-01");
  CHECK(fleet.loops.minutes().due() == after(1'020'000));
}

TEST_CASE("22: a switch that a device made by itself counts") {
  Fleet fleet(kGoLocal + "guard at most 1 device within 1 hour\n");
  fleet.report("own", after(0), "208-01");
  FleetMember own = fleet.loops.join("own");
  fleet.loops.loop(own).report(report(after(20'000)).profile("vivo"), [](const auto&) {});
  fleet.loops.heard(own);
  fleet.report("d", after(30'000));
  fleet.pass(after(60'000));
  CHECK(fleet.switched().empty());
  CHECK(fleet.suppressed("d") == "guard at most 1 device within 1 hour");
  fleet.pass(after(20'000 + 3'600'000 - 1));
  CHECK(fleet.switched().empty());
  fleet.pass(after(3'660'000));  // the first whole minute without it
  CHECK(fleet.switched() == std::set<std::string>{"d"});
}

TEST_CASE("22a: who is granted first: the deadline that presses, then the hash") {
  FleetMinutes fleet(prepare(kGoLocal + "guard at most 1 device within 1 minute\n"));
  const std::vector<std::string> all = names(6);
  FleetFacts asks;
  asks.request = FleetRequest{"local", 0, 1, kNever};
  for (const std::string& name : all) {
    FleetFacts facts = asks;
    if (name == "d0002") facts.request->deadline = after(0) + hours(40);
    if (name == "d0004") facts.request->deadline = after(0) + hours(30);
    fleet.hear(fleet.join(name), facts, after(1'000));
  }
  std::vector<std::string> order;
  for (Instant minute = after(60'000); fleet.due() != kNever; minute = fleet.due()) {
    REQUIRE(minute == fleet.due());
    for (FleetMember told : fleet.pass(minute)) {
      if (!fleet.word(told).granted) continue;
      order.push_back(fleet.name(told));
      FleetFacts switched;
      switched.switched_at = minute;
      fleet.hear(told, switched, minute);
    }
    REQUIRE(order.size() <= 6);
  }
  std::vector<std::string> expected = {"d0004", "d0002"};
  std::vector<std::string> rest = {"d0000", "d0001", "d0003", "d0005"};
  for (std::size_t n = 1; n <= rest.size(); ++n) {
    for (const std::string& name : first_by_hash("local", rest, n)) {
      if (std::find(expected.begin(), expected.end(), name) == expected.end()) {
        expected.push_back(name);
      }
    }
  }
  CHECK(order == expected);
}

TEST_CASE("22a: a rollout lets the first go by hash, cumulative, and exactly so many") {
  Fleet fleet(
      "rule local when network in BR then profile = vivo, "
      "rollout 1%, 10%, 100% each 24 hours\notherwise keep\n");
  fleet.many(250, after(1'000));
  CHECK(fleet.switched().empty());  // nobody is let go between two minutes
  fleet.pass(after(60'000));
  CHECK(fleet.switched() == first_by_hash("local", names(250), 3));  // 2.5, rounded up
  Instant opened = after(60'000);
  fleet.pass(opened + hours(24) - minutes(1));
  CHECK(fleet.switched().size() == 3);
  fleet.pass(opened + hours(24));
  CHECK(fleet.switched() == first_by_hash("local", names(250), 25));
  // One that comes later is ranked with the others; in total it stays the share.
  fleet.many(50, opened + hours(30), 250);
  fleet.pass(opened + hours(31));
  CHECK(fleet.switched().size() == 30);
  fleet.pass(opened + hours(48) - minutes(1));
  CHECK(fleet.switched().size() == 30);
  fleet.pass(opened + hours(48));
  CHECK(fleet.switched().size() == 300);
}

TEST_CASE("22a: nobody goes in a stage of nothing") {
  Fleet fleet(
      "rule local when network in BR then profile = vivo, "
      "rollout 0%, 100% each 24 hours\notherwise keep\n");
  fleet.many(10, after(1'000));
  fleet.pass(after(60'000) + hours(24) - minutes(1));
  CHECK(fleet.switched().empty());
  fleet.pass(after(60'000) + hours(24));
  CHECK(fleet.switched().size() == 10);
}

TEST_CASE("S13: more than 500 devices on the APN, from the minute on") {
  for (int count : {499, 500, 501}) {
    Fleet fleet(
        "rule many when network in BR and more than 500 devices with the same apn "
        "then profile = vivo\notherwise keep\n");
    for (int i = 0; i < count; ++i)
      fleet.report(fmt::format("d{}", i), after(1'000), "724-05", "a");
    for (int i = 0; i < 20; ++i) fleet.report(fmt::format("o{}", i), after(1'000), "724-05", "b");
    CHECK(fleet.switched().empty());
    fleet.pass(after(60'000));
    CHECK(fleet.switched().size() == (count > 500 ? 501 : 0));
    if (count != 500) continue;
    // Another joins them: all are in scope, a minute later.
    fleet.report("o3", after(70'000), "724-05", "a");
    fleet.pass(after(119'999));
    CHECK(fleet.switched().empty());
    fleet.pass(after(120'000));
    CHECK(fleet.switched().size() == 501);
    CHECK(fleet.switched().contains("o3"));
    // One leaves, and who comes back to the old profile stays there.
    fleet.report("o3", after(130'000), "724-05", "b");
    fleet.pass(after(180'000));
    FleetMember one = fleet.loops.join("d7");
    fleet.loops.loop(one).report(report(after(190'000)).profile("global"), [](const auto&) {});
    fleet.loops.heard(one);
    fleet.pass(after(240'000));
    CHECK(fleet.loops.loop(one).decision()->kind == Action::Kind::keep);
  }
}

TEST_CASE("a guard for approval stops all of a campaign that grew too large") {
  Fleet fleet(kGoLocal + "guard approval when more than 3 devices\n");
  fleet.many(3, after(10'000));
  fleet.pass(after(60'000));
  CHECK(fleet.switched().size() == 3);  // three are not more than three
  fleet.many(2, after(70'000), 3);
  fleet.pass(after(120'000));
  CHECK(fleet.switched().size() == 3);
  CHECK(fleet.suppressed("d0004") == "guard approval when more than 3 devices");
  auto waiting = fleet.loops.minutes().waiting();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].campaign == "local");
  CHECK(waiting[0].device_count == 5);
  CHECK_FALSE(waiting[0].aborted);
  CHECK(to_hex(waiting[0].devices) ==
        to_hex(sha256(as_bytes("d0000\nd0001\nd0002\nd0003\nd0004\n"))));
  fleet.loops.minutes().approve("local", after(130'000));
  fleet.pass(after(179'999));
  CHECK(fleet.switched().size() == 3);
  fleet.pass(after(180'000));
  CHECK(fleet.switched().size() == 5);
  CHECK(fleet.loops.minutes().waiting().empty());
}

TEST_CASE("S19: a rollout is aborted at a fifth of ten, not at one of ten") {
  const std::string rules =
      "rule local when network in BR then profile = vivo, "
      "rollout 1%, 10%, 100% each 24 hours\notherwise keep\n"
      "guard abort when at least 20% fail after at least 10\n";
  for (int failures : {1, 2, 3}) {
    Fleet fleet(rules);
    fleet.many(1'000, after(1'000));
    fleet.pass(after(120'000));
    CHECK(fleet.switched().size() == 10);
    for (int i = 0; i < 10; ++i) {
      fleet.loops.minutes().note_result("local", i < failures, after(130'000));
    }
    fleet.pass(after(60'000) + hours(24) + minutes(1));
    CHECK(fleet.switched().size() == (failures < 2 ? 100 : 10));
    if (failures < 2) continue;
    CHECK(fleet.loops.minutes().waiting().at(0).aborted);
    fleet.loops.minutes().go_on("local", after(60'000) + hours(25));
    fleet.pass(after(60'000) + hours(25) + minutes(2));
    CHECK(fleet.switched().size() == 100);
  }
}

TEST_CASE("who was let go and did not switch yet stays where it is after an abort") {
  LoopOptions open;
  open.mode = LoopMode::open;
  Fleet fleet(kGoLocal + "guard abort when at least 20% fail after at least 10\n", open);
  fleet.many(30, after(1'000));
  fleet.pass(after(60'000));
  CHECK(fleet.suppressed("d0007").empty());
  FleetMinutes& minutes = fleet.loops.minutes();
  for (int i = 0; i < 10; ++i) {
    FleetMember member = fleet.loops.join(fmt::format("d{:04}", i));
    minutes.note_order(member, "local");
    // One that came to nothing is no order.
    minutes.note_end(member, FleetMinutes::OrderEnd::came_to_nothing, after(62'000));
    minutes.note_end(member, FleetMinutes::OrderEnd::failed, after(62'000));
    minutes.note_order(member, "local");
    auto end = i < 2 ? FleetMinutes::OrderEnd::failed : FleetMinutes::OrderEnd::done;
    minutes.note_end(member, end, after(63'000));
  }
  fleet.pass(after(119'999));
  CHECK(fleet.suppressed("d0020").empty());
  fleet.pass(after(120'000));
  CHECK(fleet.suppressed("d0020") == "guard abort when at least 20% fail after at least 10");
  REQUIRE(minutes.waiting().size() == 1);
  CHECK(minutes.waiting()[0].order_count == 10);
  CHECK(minutes.waiting()[0].failure_count == 2);
  minutes.go_on("local", after(121'000));
  fleet.pass(after(180'000));
  CHECK(fleet.suppressed("d0020").empty());
}

TEST_CASE("nine of ten are no ten: abort waits for enough orders") {
  Fleet fleet(kGoLocal + "guard abort when at least 20% fail after at least 10\n");
  for (int i = 0; i < 9; ++i) fleet.loops.minutes().note_result("local", true, kTen);
  fleet.report("d", after(10'000));
  fleet.pass(after(60'000));
  CHECK(fleet.switched().size() == 1);
  fleet.loops.minutes().note_result("local", false, after(61'000));
  fleet.report("e", after(70'000));
  fleet.pass(after(120'000));
  CHECK(fleet.switched().size() == 1);
  CHECK(fleet.suppressed("e") == "guard abort when at least 20% fail after at least 10");
}

TEST_CASE("a named rule and a pressing ban pass a guard that excepts them") {
  const std::string law = R"(
rule lost when no service for 10 minutes then profile = vivo
ban none never roaming in BR remedy profile = vivo
otherwise keep
)";
  for (std::string_view except : {"", " except for bans", " except for lost"}) {
    Fleet fleet(law + fmt::format("guard at most 0 devices per hour{}\n", except));
    fleet.report("d", after(10'000));
    fleet.pass(after(120'000));
    bool spared = except == " except for bans";
    CHECK(fleet.switched().size() == (spared ? 1 : 0));
    bool alarmed =
        fleet.loops.loop(0).alerts() == std::vector<std::string>{
                                            "ban none: held back by `guard at most 0 devices per "
                                            "hour" +
                                            std::string(except) + "`"};
    CHECK(alarmed == !spared);
  }
}

TEST_CASE("a grant that is not used, or not wanted any more, goes to another") {
  LoopOptions open;
  open.mode = LoopMode::open;
  Fleet fleet(kGoLocal + "guard at most 1 device per hour\n", open);
  fleet.many(2, after(10'000));
  fleet.pass(after(60'000));
  std::string first = *first_by_hash("local", names(2), 1).begin();
  std::string second = first == "d0000" ? "d0001" : "d0000";
  CHECK(fleet.suppressed(first).empty());
  CHECK_FALSE(fleet.suppressed(second).empty());
  // However long it takes, it is the one that may.
  fleet.pass(after(60'000) + hours(5));
  CHECK_FALSE(fleet.suppressed(second).empty());
  fleet.report(first, after(70'000) + hours(5), "208-01");
  fleet.pass(after(120'000) + hours(5));
  CHECK(fleet.suppressed(second).empty());
}

TEST_CASE("within a minute the order of what is heard makes no difference") {
  const std::string rules =
      "rule local when network in BR then profile = vivo, "
      "rollout 30%, 100% each 2 hours\notherwise keep\n"
      "guard at most 3 devices within 1 hour\n";
  std::uint64_t seed = seed_of_run();
  INFO("SOJOURN_SEED=" << seed);
  Chance chance(seed);
  std::set<std::string> outcomes;
  for (int round = 0; round < 6; ++round) {
    Fleet fleet(rules);
    std::vector<std::string> order = names(40);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[chance.below(i)]);
    // All are known before anybody asks, so that members are numbered differently only.
    for (const std::string& name : order) fleet.report(name, after(1'000), "208-01");
    for (const std::string& name : order) fleet.report(name, after(61'000), "724-05");
    fleet.pass(after(60'000) + hours(3));
    std::set<std::string> switched = fleet.switched();
    outcomes.insert(fmt::format("{}", fmt::join(switched, " ")));
  }
  CHECK(outcomes.size() == 1);
}

// As a store would.
std::size_t keep(FleetMinutes& fleet, std::map<std::string, Bytes>& rows) {
  std::vector<FleetRow> changes = fleet.take_changes();
  for (FleetRow& row : changes) {
    if (row.value) {
      rows[row.key] = std::move(*row.value);
    } else {
      rows.erase(row.key);
    }
  }
  return changes.size();
}

// Null: they cannot be read.
std::unique_ptr<FleetMinutes> read_rows(std::shared_ptr<const PreparedPolicy> policy,
                                        const std::map<std::string, Bytes>& rows,
                                        std::optional<bool> same = true) {
  FleetRowReader reader(std::move(policy));
  for (const auto& [key, value] : rows) {
    if (!reader.read(key, value)) return nullptr;
  }
  FleetRowReader::Fleet fleet = reader.finish();
  CHECK(fleet.same == same.value_or(fleet.same));
  return std::move(fleet.minutes);
}

TEST_CASE("a fleet goes on from its stored form as if nothing had been") {
  const std::string rules =
      "rule local when network in BR then profile = vivo, "
      "rollout 30%, 60%, 100% each 2 hours\n"
      "rule many when network in BR and more than 12 devices with the same "
      "apn then profile = vivo\notherwise keep\n"
      "guard at most 3 devices within 1 hour\n"
      "guard abort when at least 50% fail after at least 4\n"
      "guard approval when more than 30 devices\n";
  auto policy = prepare(rules);
  std::uint64_t seed = seed_of_run();
  INFO("SOJOURN_SEED=" << seed);
  Chance chance(seed);
  FleetMinutes whole(policy);
  auto parted = std::make_unique<FleetMinutes>(policy);
  for (int i = 0; i < 40; ++i) {
    whole.join(fmt::format("d{}", i));
    parted->join(fmt::format("d{}", i));
  }
  std::map<std::string, Bytes> rows;
  CHECK(keep(*parted, rows) == 42);  // the members, the clock, what all are about
  std::size_t told_count = 0, most_rows = 0;
  Instant now = kTen;
  for (int step = 0; step < 2'000; ++step) {
    FleetMember member = static_cast<FleetMember>(chance.below(40));
    FleetFacts facts;
    facts.values = {chance.one_in(3) ? "" : chance.one_in(2) ? "=a" : "=b"};
    facts.affected = {chance.one_in(2)};
    if (chance.one_in(2)) facts.request = {"local", 0, 1, chance.one_in(4) ? now : kNever};
    if (chance.one_in(5)) facts.switched_at = now;
    whole.hear(member, facts, now);
    parted->hear(member, facts, now);
    if (chance.one_in(300)) whole.approve("local", now), parted->approve("local", now);
    if (chance.one_in(9)) whole.note_order(member, "local"), parted->note_order(member, "local");
    if (chance.one_in(9)) {
      auto end = static_cast<FleetMinutes::OrderEnd>(chance.below(3));
      whole.note_end(member, end, now), parted->note_end(member, end, now);
    }
    if (chance.one_in(60)) whole.go_on("local", now), parted->go_on("local", now);
    now = now + milliseconds(static_cast<std::int64_t>(chance.below(20'000)));
    REQUIRE(parted->due() == whole.due());
    while (whole.due() <= now) {
      Instant minute = whole.due();
      auto told = whole.pass(minute);
      REQUIRE(parted->pass(minute) == told);
      told_count += told.size();
      REQUIRE(parted->due() == whole.due());
      for (FleetMember m = 0; m < 40; ++m) REQUIRE(parted->word(m) == whole.word(m));
    }
    std::size_t row_count = keep(*parted, rows);
    // A step is about one device, or a minute about those for whom it changes something.
    most_rows = std::max(most_rows, row_count);
    if (chance.one_in(10)) {
      parted = read_rows(policy, rows);
      REQUIRE(parted);
      REQUIRE(parted->take_changes().empty());
      REQUIRE(parted->due() == whole.due());
      for (FleetMember m = 0; m < 40; ++m) REQUIRE(parted->word(m) == whole.word(m));
      REQUIRE(parted->waiting().size() == whole.waiting().size());
    }
    if (!chance.one_in(20)) continue;
    std::map<std::string, Bytes> damaged = rows;
    auto hit = std::next(damaged.begin(), static_cast<std::ptrdiff_t>(chance.below(rows.size())));
    if (!hit->second.empty()) {
      hit->second[chance.below(hit->second.size())] ^=
          static_cast<std::uint8_t>(1u << chance.below(8));
    }
    auto other = read_rows(policy, damaged, std::nullopt);
    if (other && other->size() > 0) other->word(0);
    hit->second.resize(chance.below(hit->second.size()));
    CHECK(read_rows(policy, damaged, std::nullopt) == nullptr);
  }
  CHECK(told_count > 100);
  CHECK(most_rows < 60);
}

TEST_CASE("another policy goes on with a rule's rollout where it is") {
  const std::string rollout =
      "rule local when network in BR then profile = vivo, "
      "rollout 10%, 100% each 24 hours\notherwise keep\n";
  Fleet before(rollout);
  before.many(50, after(1'000));
  before.pass(after(60'000));
  CHECK(before.switched().size() == 5);
  auto policy = prepare(rollout + "guard at most 100 devices per hour\n");
  // By way of a policy without the rollout, and of a store.
  std::map<std::string, Bytes> rows, rows_between;
  keep(before.loops.minutes(), rows);
  auto between = read_rows(prepare(kGoLocal + "guard at most 5 devices per hour\n"), rows, false);
  REQUIRE(between);
  keep(*between, rows_between);
  auto read = read_rows(policy, rows_between, false);
  REQUIRE(read);
  FleetMinutes& next = *read;
  CHECK(next.size() == 50);
  std::size_t released = 0;
  for (FleetMember m = 0; m < 50; ++m) {
    bool old = before.loops.minutes().word(m).readings[0].second == Reading::exactly(1);
    bool now = next.word(m).readings[0].second == Reading::exactly(1);
    CHECK(old == now);
    released += now ? 1 : 0;
  }
  CHECK(released == 5);
  while (next.due() <= after(60'000) + hours(23)) next.pass(next.due());
  CHECK(next.due() == after(60'000) + hours(24));
  CHECK(next.pass(next.due()).size() == 45);
}

}  // namespace sojourn
