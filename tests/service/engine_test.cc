// The engine of a tenant with a clock of the test's own: time, memory, people.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <random>
#include <utility>

#include "tests/service/little_service.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

constexpr std::string_view kProfiles = R"(
attribute type : meter | tracker valid 400 days
profile bootstrap home FR iccid 8900*
profile local-br  home BR iccid 8955*
)";

std::string policy_of(std::string_view rules) {
  return "policy p\n  version \"1\"\n  timezone UTC\n  settle 0 minutes\n  carry 7 days\n" +
         std::string(kProfiles) + std::string(rules) + "\notherwise keep\n";
}

const std::string kCounting = policy_of(R"(
rule settled when roaming in BR on the same network on at least 5 consecutive days
  then profile = local-br
rule quiet overrides settled when no service for 6 hours then profile = bootstrap, alert "quiet"
)");

std::string report(std::string_view device, Instant at, std::string_view network,
                   std::string_view profile) {
  return fmt::format(
      R"({{"ts":{},"device":"{}","network":"{}","registration":"roaming","profile":"{}",)"
      R"("installed":["bootstrap","local-br"],"attributes":{{"type":"meter"}}}})"
      "\n",
      at.ms, device, network, profile);
}

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

// A store to which something else can happen just before an order is written.
class MeddledStore final : public Store {
 public:
  Result<std::unique_ptr<StoreSnapshot>> snapshot() override { return inner_->snapshot(); }
  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override {
    if (writes_to(group, Space::orders) && writes_to(group, Space::audit)) {
      ++orders_with_records;
      if (auto act = take_act()) act();
    }
    return inner_->commit_group(group);
  }
  // Before the next group that writes to the order book and to the evidence, on its thread.
  void before_order(std::function<void()> act) {
    std::lock_guard lock(mutex_);
    act_ = std::move(act);
  }
  std::atomic<int> orders_with_records{0};  // such groups

 private:
  static bool writes_to(std::span<const StoreTransaction> group, Space space) {
    return std::any_of(group.begin(), group.end(), [&](const StoreTransaction& one) {
      return std::any_of(one.writes().begin(), one.writes().end(),
                         [&](const auto& write) { return write.key.space() == space; });
    });
  }
  std::function<void()> take_act() {
    std::lock_guard lock(mutex_);
    return std::exchange(act_, {});
  }
  std::unique_ptr<Store> inner_ = make_memory_store();
  std::mutex mutex_;
  std::function<void()> act_;
};

// The first wish about a card that nobody has looked at is to list its profiles.
constexpr std::string_view kCard = "89049032000000000000000000000017";

std::string card_report(Instant t, std::string_view type) {
  return fmt::format(
      R"({{"ts":{},"eid":"{}","network":"724-05","registration":"roaming","profile":"bootstrap",)"
      R"("attributes":{{"type":"{}"}}}})"
      "\n",
      t.ms, kCard, type);
}

const std::string kMetersGoLocal = policy_of(R"(
rule meters when type = meter and network in BR then profile = local-br)");

}  // namespace

TEST_CASE("a decision and the order that follows from it go to the disk together") {
  auto owned = std::make_unique<MeddledStore>();
  MeddledStore& store = *owned;
  LittleService service(kMetersGoLocal, {}, std::move(owned));
  Eid eid = *parse_eid(kCard);
  Instant t = at("2026-01-01T00:00:00Z");
  SECTION("of a device that nobody knew") { service.observe(card_report(t, "meter")); }
  SECTION("of a device that is known") {
    REQUIRE(service.engine().enrol({.eid = eid}).ok());
    service.observe(card_report(t, "meter"));
  }
  CHECK(store.orders_with_records == 1);
  eim::DeviceRecord record = service.book().device(eid).value();
  REQUIRE(record.orders.size() == 1);
  service::DeviceRow row = service.row(std::string(kCard));
  CHECK(row.order == record.orders[0].id);
  CHECK(row.command == 1);
  CHECK_FALSE(store.read(service.tenant().keys().intent(kCard))->has_value());
  CHECK(service.engine().counters().orders == 1);
}

TEST_CASE("a device that polls between deciding and writing gets its order all the same, once") {
  auto owned = std::make_unique<MeddledStore>();
  MeddledStore& store = *owned;
  LittleService service(kMetersGoLocal, {}, std::move(owned));
  Eid eid = *parse_eid(kCard);
  Instant t = at("2026-01-01T00:00:00Z");
  REQUIRE(service.engine().enrol({.eid = eid}).ok());
  eim::OrderId other = 0;
  store.before_order([&] {
    other = service.book().place(eid, sgp32::PsmoList{sgp32::ListProfileInfo{}}, {}).value();
  });
  service.observe(card_report(t, "meter"));
  REQUIRE(service.until([&] { return service.engine().counters().orders == 1; }));
  eim::DeviceRecord record = service.book().device(eid).value();
  REQUIRE(record.orders.size() == 2);
  CHECK(record.orders[0].id == other);
  CHECK(service.row(std::string(kCard)).order == record.orders[1].id);
  CHECK_FALSE(store.read(service.tenant().keys().intent(kCard))->has_value());
  CHECK_FALSE(service.failed());
  service.restart();
  CHECK(service.book().device(eid)->orders.size() == 2);
}

TEST_CASE("why a device says that its state changed reaches the plan") {
  constexpr std::int64_t kEmergency = 2;
  LittleService service(kMetersGoLocal);
  Eid eid = *parse_eid(kCard);
  Instant t = at("2026-01-01T00:00:00Z");
  REQUIRE(service.engine().enrol({.eid = eid}).ok());
  service.observe(card_report(t, "meter"));
  eim::Notice claimed;
  claimed.kind = eim::Notice::Kind::state_change_claimed;
  claimed.cause = kEmergency;
  service.engine().tell(eid, {claimed});
  CHECK(service.until([&] {
    auto plan = planner_state_from_bytes(service.row(std::string(kCard)).plan);
    return plan && plan->claimed_cause == kEmergency;
  }));
}

TEST_CASE("a law begins at midnight, and a device that says nothing is judged by it") {
  LittleService service(policy_of(R"(
rule new-law when type = meter and date >= 2026-02-01 then profile = local-br)"));
  service.set_clock("2026-01-31T20:00:00Z");
  service.observe(report("d", at("2026-01-31T19:00:00Z"), "724-05", "bootstrap"));
  CHECK(service.row("d").record.empty());
  service.set_clock("2026-01-31T23:59:59Z");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  CHECK(service.row("d").record.empty());
  service.set_clock("2026-02-01T00:00:00Z");
  CHECK(service.until([&] { return !service.row("d").record.empty(); }));
  CHECK(service.row("d").record.find("new-law") != std::string::npos);
  CHECK(service.row("d").decided_at == at("2026-02-01T00:00:00Z"));
  CHECK(service.until([&] { return service.engine().counters().decisions == 1; }));
}

TEST_CASE("a clock that goes backwards undoes nothing and stops nothing") {
  LittleService service(kCounting);
  service.set_clock("2026-01-10T00:00:00Z");
  service.observe(report("d", at("2026-01-09T23:00:00Z"), "724-05", "bootstrap"));
  service.set_clock("2026-01-10T06:00:00Z");
  service.set_clock("2025-12-01T00:00:00Z");
  auto counts = service.observe(report("d", at("2026-01-09T23:30:00Z"), "724-05", "bootstrap") +
                                report("e", at("2025-12-01T00:00:00Z"), "724-05", "bootstrap"));
  CHECK(counts.taken == 2);
  CHECK_FALSE(service.failed());
  service.restart();
  service.set_clock("2026-01-15T00:00:00Z");
  counts = service.observe(report("d", at("2026-01-14T23:30:00Z"), "724-05", "bootstrap"));
  CHECK(counts.taken == 1);
  CHECK(service.engine().running());
}

TEST_CASE("what leaves memory comes back as it was: few in memory decide as many do") {
  std::uint32_t seed = 20261126;
  INFO("seed " << seed);
  std::mt19937 dice(seed);
  auto below = [&](int count) { return static_cast<int>(dice() % static_cast<unsigned>(count)); };
  LittleService many(kCounting);
  service::ServiceLimits narrow;
  narrow.devices_in_memory_max = 1;
  narrow.log_bytes_max = 20'000;
  LittleService few(kCounting, narrow);
  Instant t = at("2026-01-01T00:00:00Z");
  constexpr int kDevices = 5;
  for (int round = 0; round < 400; ++round) {
    t = t + minutes(20 + below(200));
    for (LittleService* one : {&many, &few}) one->set_clock(t);
    std::string lines;
    for (int i = below(6); i >= 0; --i) {
      Instant when = t - minutes(below(below(4) == 0 ? 4'000 : 20));
      lines +=
          report(fmt::format("d{}", below(kDevices)), when, below(3) == 0 ? "748-01" : "724-05",
                 below(9) == 0 ? "local-br" : "bootstrap");
    }
    auto expected = many.observe(lines);
    auto found = few.observe(lines);
    INFO("round " << round);
    REQUIRE(found.taken == expected.taken);
    REQUIRE(found.duplicate == expected.duplicate);
    // (Whether the report or a tick before it met a decision is a matter of threads.)
    if (below(20) == 0) few.restart();
  }
  for (int i = 0; i < kDevices; ++i) {
    std::string label = fmt::format("d{}", i);
    INFO(label);
    // Not the whole record: at which of two neighbouring instants it was written is a matter of
    // threads, too.
    CHECK(few.until([&] { return few.row(label).essence == many.row(label).essence; }));
    // Packed: the rows of a journal stay few, and all of it is still there for another policy.
    auto snapshot = few.store().snapshot();
    auto rows =
        (*snapshot)->scan(StoreRange::with_prefix(few.tenant().keys().journal(label)), 1'000);
    CHECK(rows->size() < 60);
    CHECK((*snapshot)->read(few.tenant().keys().memory(label))->has_value());
  }
  std::string other = policy_of(R"(
rule settled-long when roaming in BR on at least 20 days within 60 days then profile = local-br)");
  many.activate(other);
  few.activate(other);
  CHECK(many.until([&] { return !many.tenant().revisiting(); }));
  CHECK(few.until([&] { return !few.tenant().revisiting(); }));
  for (int i = 0; i < kDevices; ++i) {
    std::string label = fmt::format("d{}", i);
    CHECK(few.until([&] { return few.row(label).essence == many.row(label).essence; }));
    CHECK(few.until([&] { return few.row(label).policy == many.row(label).policy; }));
  }
}

TEST_CASE("reports older than history is kept are thinned to what was said last") {
  LittleService service(kCounting);
  service.config().history = days(400);
  service.set_clock("2024-01-01T00:00:00Z");
  service.restart();
  Instant t = at("2024-01-01T00:00:00Z");
  std::string first = R"({"ts":1704067200000,"device":"d","rat":"lte-m"})"
                      "\n";
  service.observe(first);
  for (int i = 0; i < 40; ++i) {
    std::string lines;
    for (int n = 0; n < 40; ++n) {
      t = t + hours(12);
      lines += report("d", t, "724-05", "bootstrap");
    }
    service.set_clock(t);
    service.observe(lines);
  }
  auto snapshot = service.store().snapshot();
  const auto& keys = service.tenant().keys();
  auto past = (*snapshot)->read(keys.past("d"));
  REQUIRE(past->has_value());
  std::string thinned = service::unpack_journal(**past).value();
  CHECK(thinned.find("lte-m") != std::string::npos);
  CHECK(std::count(thinned.begin(), thinned.end(), '\n') < 10);
  // Another policy reads what is left.
  service.activate(policy_of(R"(
rule long when roaming in BR on at least 300 days within 400 days then profile = local-br)"));
  // (The visit is over before what it wrote is durable.)
  CHECK(service.until(
      [&] { return service.row("d").record.find("\"rule\":\"long\"") != std::string::npos; }));
}

TEST_CASE("a damaged memory is no other history: the journal tells all of it") {
  LittleService service(kCounting);
  Instant t = at("2026-01-01T00:00:00Z");
  std::string lines;
  for (int n = 0; n < 60; ++n) {
    t = t + hours(1);
    lines += report("d", t, "724-05", "bootstrap");
  }
  service.set_clock(t);
  service.observe(lines);
  StoreKey key = service.tenant().keys().memory("d");
  // It is written in spare time.
  REQUIRE(service.until([&] { return service.store().read(key)->has_value(); }));
  auto stored = service.store().read(key);
  Bytes damaged = **stored;
  damaged.resize(damaged.size() / 2);
  StoreTransaction change;
  change.put(key, damaged);
  REQUIRE(service.store().commit(change).ok());
  service.restart();
  auto view = service.tenant().view("d", true);
  REQUIRE(view.ok());
  CHECK((*view)->set_aside.empty());
  CHECK((*view)->newest_report == t);
  CHECK(service.observe(lines).duplicate == 60);
  // And it is remembered anew.
  CHECK(service.until([&] { return **service.store().read(key) != damaged; }));
}
