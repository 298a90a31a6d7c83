// What people change happens whole or not at all (adapters/service/changes.cc), on a disk that is
// full and through a stop at the worst instant.
#include <fmt/format.h>

#include <atomic>

#include "engine/base/diagnostic_code.h"
#include "engine/device/planner.h"
#include "tests/service/little_service.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

// Has no room after so many more commits, until it has.
class NarrowStore final : public Store {
 public:
  Result<std::unique_ptr<StoreSnapshot>> snapshot() override { return inner_->snapshot(); }
  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override {
    if (commits_left_ > 0 && --commits_left_ == 0) full_ = true;
    if (!full_) return inner_->commit_group(group);
    return std::vector<Status>(group.size(), make_diagnostic(Code::E0009, "full"));
  }
  void set_full(bool full) { full_ = full; }
  void fill_at(int commit) { commits_left_ = commit; }

 private:
  std::unique_ptr<Store> inner_ = make_memory_store();
  std::atomic<bool> full_{false};
  std::atomic<int> commits_left_{0};
};

struct NarrowService {
  explicit NarrowService(const std::string& policy)
      : store(new NarrowStore), service(policy, {}, std::unique_ptr<Store>(store)) {}
  // As nobody else sees it: the rows, without when there was room.
  std::map<Bytes, Bytes> rows() {
    auto snapshot = store->snapshot();
    std::map<Bytes, Bytes> all;
    StoreKey room = service.tenant().keys().room();
    for (Space space : {Space::histories, Space::instants, Space::audit, Space::outbox,
                        Space::settings, Space::fleet}) {
      StoreRange range = StoreRange::with_prefix(StoreKey(space, "t", 1));
      for (const StoreRow& row : *(*snapshot)->scan(range, 1'000'000)) {
        if (row.key == room) continue;
        all.emplace(Bytes(row.key.bytes().begin(), row.key.bytes().end()), row.value);
      }
    }
    return all;
  }
  bool has_room() {
    store->set_full(false);
    return service.until([&] { return !service.engine().lacks_room(); });
  }
  // A card that has listed its profiles, so that a decision is the next thing to do about it.
  void know_card(const std::string& eid, Instant t) {
    PlannerState plan = new_planner_state(eid);
    Planner(plan, {}).list({{"89330000000000000001", "global", true, false},
                            {"89550000000000000001", "vivo", false, false}},
                           t - hours(1));
    service::DeviceRow row;
    row.plan = to_bytes(plan);
    row.policy = service::PolicyDigest();  // of another
    StoreTransaction known;
    known.put(service.tenant().keys().device(eid), to_bytes(row));
    REQUIRE(store->commit(known).ok());
    REQUIRE(service.engine().enrol({.eid = *parse_eid(eid)}).ok());
  }
  // How many records of a device say this, as logs are told.
  std::size_t told(const std::string& label, std::string_view what) {
    std::size_t count = 0;
    auto records = service.records();
    for (const std::string& one : records[label]) {
      count += one.find(what) != std::string::npos ? 1u : 0u;
    }
    return count;
  }
  // What was begun is done: a turn of the engine has passed.
  void settle() { service.observe(""), service.observe(""); }

  NarrowStore* store;
  LittleService service;
};

std::string policy_with(std::string_view rules) {
  return R"(policy p
  timezone UTC
  settle 0 minutes
profile global home FR iccid 8933*
profile vivo   home BR iccid 8955* download "smdp.vivo.example"
)" + std::string(rules) +
         "\notherwise keep\n";
}

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

std::string eid_of(int n) { return fmt::format("8904903200000000000000000000{:04}", n); }

std::string said_by(const std::string& eid, Instant t) {
  return fmt::format(
      R"({{"ts":{},"eid":"{}","network":"724-05","registration":"roaming","profile":"global",)"
      R"("installed":["global","vivo"]}})"
      "\n",
      t.ms, eid);
}

const std::string kAsking =
    policy_with("rule move when network in BR then profile = vivo, approval");
const std::string kCampaign = policy_with(
    "rule move when network in BR then profile = vivo\nguard approval when more than 2 devices");

}  // namespace

TEST_CASE("a yes that finds no room has not been said") {
  NarrowService narrow(kAsking);
  LittleService& service = narrow.service;
  Instant t = at("2026-03-01T00:00:00Z");
  service.set_clock(t);
  const std::vector<std::string> both = {eid_of(0), eid_of(1)};
  for (const std::string& eid : both) narrow.know_card(eid, t);
  service.observe(said_by(eid_of(0), t) + said_by(eid_of(1), t));
  narrow.settle();
  REQUIRE(service.row(eid_of(1)).waits_for == WaitReason::approval);
  const auto before = narrow.rows();
  narrow.store->set_full(true);
  CHECK(service.engine().approve(both, "somebody").error().code == Code::E0009);
  CHECK(service.until([&] { return service.engine().lacks_room(); }));
  CHECK(service.engine().approve(both, "somebody").error().code == Code::E0009);
  REQUIRE(narrow.has_room());
  CHECK(narrow.rows() == before);
  CHECK(narrow.told(both[0], "\"approved\"") == 0);
  CHECK(service.engine().approve(both, "somebody").value() == both);
  for (const std::string& one : both) CHECK(narrow.told(one, "\"approved\"") == 1);
  CHECK(service.until([&] { return service.row(eid_of(0)).waits_for != WaitReason::approval; }));
  CHECK(service.engine().approve(both, "somebody").value().empty());
  CHECK(service.engine().approve({eid_of(0)}, "somebody").error().code == Code::E0842);
  CHECK_FALSE(service.failed());
}

TEST_CASE("whose enrolment has ended is enrolled again by people only, though it never reported") {
  NarrowService narrow(kAsking);
  LittleService& service = narrow.service;
  Instant t = at("2026-03-01T00:00:00Z");
  service.set_clock(t);
  const Eid eid = *parse_eid(eid_of(0));
  REQUIRE(service.engine().enrol({.eid = eid, .last_counter = 7}).ok());
  REQUIRE(service.engine().end_enrolment(eid, "somebody").ok());
  CHECK(narrow.told(eid_of(0), "\"enrolment_ended\":7,\"by\":\"somebody\"") == 1);
  SECTION("at once") {}
  SECTION("after a restart") { service.restart(); }
  CHECK(service.observe(said_by(eid_of(0), t)).taken == 1);
  CHECK(service.row(eid_of(0)).policy.has_value());
  CHECK(service.book().device(eid).error().code == Code::E0841);
  REQUIRE(service.engine().enrol({.eid = eid}).ok());
  CHECK(service.book().device(eid)->last_counter == 7);
}

TEST_CASE("a yes that found room has been said, whatever finds none after it") {
  NarrowService narrow(kAsking);
  LittleService& service = narrow.service;
  Instant t = at("2026-03-01T00:00:00Z");
  service.set_clock(t);
  const std::string eid = eid_of(0);
  narrow.know_card(eid, t);
  service.observe(said_by(eid, t));
  narrow.settle();
  REQUIRE(service.row(eid).waits_for == WaitReason::approval);
  auto ordered = [&] { return service.row(eid).order != 0; };
  CHECK_FALSE(ordered());
  narrow.store->fill_at(2);  // its own transaction is the first
  CHECK(service.engine().approve({eid}, "somebody").value() == std::vector<std::string>{eid});
  CHECK_FALSE(ordered());
  SECTION("there is room again") { narrow.store->set_full(false); }
  SECTION("it stops meanwhile") {
    REQUIRE(service.until([&] { return service.engine().lacks_room(); }));
    service.restart();
    CHECK_FALSE(ordered());
    narrow.store->set_full(false);
  }
  CHECK(service.until(ordered));
}

TEST_CASE("a campaign is approved on a full disk: the fleet is as it was, and later it goes") {
  NarrowService narrow(kCampaign);
  LittleService& service = narrow.service;
  Instant t = at("2026-03-01T00:00:30Z");
  service.set_clock(t);
  std::string lines;
  for (int n = 0; n < 4; ++n) {
    narrow.know_card(eid_of(n), t);
    lines += said_by(eid_of(n), t);
  }
  service.observe(lines);
  auto waiting = [&] { return service.tenant().waiting_campaigns(); };
  service.set_clock(t + minutes(2));
  REQUIRE(service.until([&] { return waiting().size() == 1; }));
  REQUIRE(service.until([&] { return service.tenant().fleet_size().untold == 0; }));
  narrow.settle();
  const auto before = waiting().front();
  const auto rows = narrow.rows();
  narrow.store->set_full(true);
  const service::CampaignWord word{"move", false, to_hex(before.devices), "somebody"};
  CHECK(service.engine().approve_campaign(word).error().code == Code::E0009);
  REQUIRE(narrow.has_room());
  CHECK(narrow.rows() == rows);
  REQUIRE(waiting().size() == 1);
  CHECK(waiting().front().devices == before.devices);
  CHECK(service.tenant().fleet_size().members == 4);
  service.set_clock(t + minutes(10));
  narrow.settle();
  CHECK(waiting().size() == 1);
  CHECK(service.row(eid_of(0)).order == 0);
  REQUIRE(service.engine().approve_campaign(word).ok());
  service.set_clock(t + minutes(12));
  CHECK(service.until([&] { return service.row(eid_of(3)).order != 0; }));
  CHECK(waiting().empty());
}

TEST_CASE("a policy that finds no room to come into force leaves the one before it") {
  NarrowService narrow(kAsking);
  LittleService& service = narrow.service;
  Instant t = at("2026-03-01T00:00:00Z");
  service.set_clock(t);
  service.observe(said_by(eid_of(0), t));
  REQUIRE(service.until([&] { return !service.tenant().revisiting(); }));
  narrow.settle();
  const auto before = narrow.rows();
  const auto policy = service.tenant().policy();
  service::Activation asked{.policy = service.prepare(kCampaign),
                            .version = {},
                            .replaces = {},
                            .accepts = {},
                            .ends_shadow = false};
  asked.version.by = "somebody";
  narrow.store->set_full(true);
  CHECK(service.engine().activate(asked).error().code == Code::E0009);
  CHECK(service.engine().set_shadow(asked.policy, "x", "somebody").error().code == Code::E0009);
  service::KillSwitches all;
  all.all = true;
  CHECK(service.engine().set_switches(all).error().code == Code::E0009);
  CHECK_FALSE(service.engine().killed());
  REQUIRE(narrow.has_room());
  CHECK(narrow.rows() == before);
  CHECK(service.tenant().policy() == policy);
  CHECK_FALSE(service.tenant().shadow());
  CHECK_FALSE(service.tenant().asks_fleet());
  REQUIRE(service.engine().activate(asked).ok());
  CHECK(service.tenant().policy() != policy);
  CHECK(service.tenant().asks_fleet());
}

TEST_CASE("who put a policy in force says yes to nothing of it") {
  LittleService service(kAsking);
  service.activate(kCampaign);  // by "a test"
  Instant t = at("2026-03-01T00:00:30Z");
  service.set_clock(t);
  std::string lines;
  for (int n = 0; n < 4; ++n) lines += said_by(eid_of(n), t);
  service.observe(lines);
  service.set_clock(t + minutes(2));
  REQUIRE(service.until([&] { return service.tenant().waiting_campaigns().size() == 1; }));
  Status own = service.engine().approve_campaign({"move", false, "", "a test"});
  REQUIRE_FALSE(own.ok());
  CHECK(own.error().code == Code::E0842);
  CHECK(own.error().message.find("`a test` put the policy in force") != std::string::npos);
  CHECK(service.engine().approve({eid_of(0)}, "a test").error().message == own.error().message);
  CHECK(service.engine().approve_campaign({"move", false, "", "another test"}).ok());
}
