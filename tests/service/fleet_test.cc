// The fleet's minutes carried out live (semantics 22, 22a; S13, S19): as a dry-run of the same
// reports decides, through stops at any instant, and as people say.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "adapters/service/live_fleet.h"
#include "adapters/service/rest.h"
#include "engine/base/diagnostic_code.h"
#include "engine/runtime/fleet_loops.h"
#include "engine/runtime/record_json.h"
#include "tests/service/little_service.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;
using service::Role;

namespace {

using Json = nlohmann::ordered_json;
using Records = std::map<std::string, std::vector<std::string>>;

std::string fleet_policy(std::string_view rules) {
  return R"(policy staged
  timezone UTC
  settle 0 minutes
attribute apn : text valid 400 days
profile global home FR iccid 8933*
profile vivo   home BR iccid 8955* download "smdp.vivo.example"
)" + std::string(rules) +
         "\notherwise keep\n";
}

constexpr std::string_view kMove =
    "rule move when network in BR then profile = vivo, rollout 1%, 10%, 100% each 24 hours\n";
constexpr std::string_view kApproval = "guard approval when more than 100 devices\n";

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

std::string said_by(std::string_view device, Instant t, std::string_view network = "724-05",
                    std::string_view more = {}) {
  return fmt::format(
      R"({{"ts":{},"device":"{}","network":"{}","registration":"roaming","profile":"global",)"
      R"("installed":["global","vivo"]{}}})"
      "\n",
      t.ms, device, network, more);
}

// What a dry-run makes of the reports: devices follow no decision.
class DryRun {
 public:
  explicit DryRun(std::shared_ptr<const PreparedPolicy> policy)
      : policy_(std::move(policy)), loops_(policy_, open()) {}

  void observe(std::string_view lines) {
    service::ReportLineReader reader;
    for (const service::Report& report : reader.read(lines).reports) {
      pass(report.observation.at);
      FleetMember member = loops_.join(report.observation.names.device);
      loops_.loop(member).report(report.observation,
                                 [&](const DecisionRecord& record) { take(member, record); });
      loops_.heard(member);
    }
  }
  void pass(Instant t) {
    loops_.pass_until(
        t, [this](FleetMember member, const DecisionRecord& record) { take(member, record); });
    // What time alone brings about since the last whole minute.
    for (FleetMember member = 0; member < loops_.size(); ++member) {
      if (loops_.loop(member).wake() > t) continue;
      loops_.loop(member).run_until(t, [&](const DecisionRecord& record) { take(member, record); });
      loops_.heard(member);
    }
  }
  FleetMinutes& minutes() { return loops_.minutes(); }
  const Records& records() const { return records_; }

 private:
  static LoopOptions open() {
    LoopOptions options;
    options.mode = LoopMode::open;
    return options;
  }
  void take(FleetMember member, DecisionRecord record) {
    std::string label = std::exchange(record.device, "%");
    std::string essence = service::essence_of(record);
    if (std::exchange(essences_[member], essence) == essence) return;
    records_[label].push_back(to_json(record, policy_->table()));
  }

  std::shared_ptr<const PreparedPolicy> policy_;
  FleetLoops loops_;
  Records records_;
  std::map<FleetMember, std::string> essences_;
};

// Brings a service to an instant: all that is due until then has happened.
void bring(LittleService& service, Instant t) {
  service.set_clock(t);
  service.observe("");
}

// The first record in which they differ; "": none.
std::string difference(const Records& live, const Records& dry) {
  static const std::vector<std::string> kNone;
  std::set<std::string> devices;
  for (const Records* side : {&live, &dry}) {
    for (const auto& [device, all] : *side) devices.insert(device);
  }
  for (const std::string& device : devices) {
    auto of = [&](const Records& side) -> const std::vector<std::string>& {
      auto found = side.find(device);
      return found == side.end() ? kNone : found->second;
    };
    const auto &a = of(live), &b = of(dry);
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      std::string one = i < a.size() ? a[i] : "nothing", other = i < b.size() ? b[i] : "nothing";
      if (one != other) return fmt::format("{}\n  live: {}\n  dry:  {}\n", device, one, other);
    }
  }
  return {};
}

// Those that may switch now.
std::set<std::string> free_in(const Records& records) {
  std::set<std::string> names;
  for (const auto& [device, all] : records) {
    Json last = Json::parse(all.back());
    if (last["outcome"] == "profile" && last["suppressed"].is_null()) names.insert(device);
  }
  return names;
}

std::set<std::string> first_by_hash(const std::string& campaign, std::vector<std::string> names,
                                    std::size_t count) {
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return sha256(as_bytes(campaign + "\n" + a)) < sha256(as_bytes(campaign + "\n" + b));
  });
  return {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::vector<std::string> device_names(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(fmt::format("d{:04}", i));
  return all;
}

std::size_t fleet_rows(LittleService& service) {
  auto snapshot = service.store().snapshot();
  StoreRange rows = StoreRange::with_prefix(service.tenant().keys().fleet());
  return (*snapshot)->scan(rows, 1'000'000)->size();
}

// The interface without its sockets.
class Asking final : public service::ServiceFacts {
 public:
  Asking() {
    std::string all;
    for (Role role : {Role::read, Role::operate, Role::approve}) {
      std::string name(service::role_name(role));
      all += (all.empty() ? "" : ",") +
             service::token_entry(name + "-token", {name + "-person", role, "*"});
    }
    tokens_ = std::make_shared<const service::Tokens>(
        service::Tokens::parse("{\"tokens\":[" + all + "]}").value());
  }
  eim::HttpResponse ask(LittleService& service, std::string_view method, std::string_view path,
                        Role role, std::string_view body = {}) {
    service::Rest rest({&service.engine()}, *this, 1);
    struct Fields final : eim::HttpFields {
      std::string token;
      std::string_view operator[](std::string_view name) const override {
        return name == "Authorization" ? std::string_view(token) : std::string_view();
      }
    } fields;
    fields.token = "Bearer " + std::string(service::role_name(role)) + "-token";
    eim::HttpRequest request{method, path, fields, as_bytes(body), eim::Transport::https,
                             "peer", ""};
    unsigned judged = rest.judge(request);
    if (judged != 200) return eim::HttpResponse::text(judged, "");
    return rest.handle(request);
  }
  Json campaigns(LittleService& service) {
    eim::HttpResponse answer = ask(service, "GET", "/v1/campaigns", Role::read);
    return Json::parse(answer.body.begin(), answer.body.end())["campaigns"];
  }

  std::string metrics(std::string_view) const override { return {}; }
  bool ready() const override { return true; }
  std::size_t devices_set_aside() const override { return 0; }
  Duration clock_doubted() const override { return {}; }
  std::shared_ptr<const service::Tokens> tokens() const override { return tokens_; }
  Status activate_policy(service::Engine&, std::string_view, std::string_view,
                         service::PolicyCheck&) override {
    return refused();
  }
  service::PolicyCheck check(service::Engine&, std::string_view) override { return {}; }
  Result<std::string> difference(service::Engine&, std::string_view,
                                 service::PolicyCheck&) override {
    return refused().error();
  }
  Status set_shadow(service::Engine&, std::string_view, std::string_view,
                    service::PolicyCheck&) override {
    return refused();
  }
  Status activate_shadow(service::Engine&, std::string_view, service::PolicyCheck&) override {
    return refused();
  }
  Status activate_proposal(service::Engine&, std::string_view, service::PolicyCheck&) override {
    return refused();
  }
  Status roll_back(service::Engine&, std::string_view, std::string_view,
                   service::PolicyCheck&) override {
    return refused();
  }

 private:
  static Status refused() { return make_diagnostic(Code::E0882, "not here"); }
  std::shared_ptr<const service::Tokens> tokens_;
};

}  // namespace

TEST_CASE("S19 live: 10 of 1,000, then 100 in total, then all when another person says yes") {
  const std::string policy = fleet_policy(std::string(kMove) + std::string(kApproval));
  LittleService service(policy);
  DryRun dry(service.prepare(policy).prepared);
  Asking rest;
  const std::vector<std::string> names = device_names(1'000);
  auto bring_all = [&](std::string_view text) {
    dry.pass(at(text));
    bring(service, at(text));
    REQUIRE(difference(service.records(), dry.records()) == "");
    return free_in(service.records());
  };
  Instant first = at("2026-03-01T00:00:30Z");
  std::string lines;
  for (const std::string& name : names) lines += said_by(name, first);
  service.set_clock(first);
  service.observe(lines);
  dry.observe(lines);
  CHECK(bring_all("2026-03-01T00:00:59Z").empty());
  CHECK(bring_all("2026-03-01T00:01:00Z").empty());  // let go, and not granted yet
  service.restart();
  CHECK(bring_all("2026-03-01T00:02:00Z") == first_by_hash("move", names, 10));
  CHECK(bring_all("2026-03-02T00:00:59Z").size() == 10);
  service.restart();
  CHECK(bring_all("2026-03-02T00:02:00Z") == first_by_hash("move", names, 100));
  CHECK(rest.campaigns(service).empty());
  CHECK(bring_all("2026-03-03T00:01:00Z").size() == 100);
  CHECK(bring_all("2026-03-03T00:02:00Z").size() == 100);
  service.restart();

  Json waiting = rest.campaigns(service);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0]["campaign"] == "move");
  CHECK(waiting[0]["waits_for"] == "approval");
  CHECK(waiting[0]["device_count"] == 1'000);
  CHECK(service.tenant().fleet_size().waiting == 1);
  auto say = [&](Role role, const std::string& body, std::string_view what = "approve") {
    return rest.ask(service, "POST", fmt::format("/v1/campaigns/{}", what), role, body).status;
  };
  CHECK(say(Role::operate, R"({"campaign":"move"})") == 403);
  CHECK(say(Role::approve, R"({"devices":"x"})") == 400);
  CHECK(say(Role::approve, R"({"campaign":"other"})") == 409);
  CHECK(say(Role::approve, R"({"campaign":"move"})", "go-on") == 409);
  CHECK(say(Role::approve, R"({"campaign":"move","devices":"sha256:00"})") == 409);
  CHECK(bring_all("2026-03-03T00:10:00Z").size() == 100);
  Json yes = {{"campaign", "move"}, {"devices", waiting[0]["devices"]}};
  CHECK(say(Role::approve, yes.dump()) == 204);
  dry.minutes().approve("move", at("2026-03-03T00:10:00Z"));
  service.restart();  // the yes is durable
  CHECK(bring_all("2026-03-03T00:10:59Z").size() == 100);
  CHECK(bring_all("2026-03-03T00:11:00Z").size() == 1'000);
  CHECK(rest.campaigns(service).empty());
  std::string chain;
  eim::HttpResponse audit = rest.ask(service, "GET", "/v1/audit?limit=10000", Role::read);
  chain.assign(audit.body.begin(), audit.body.end());
  CHECK(chain.find(R"(\"campaign_approved\":\"move\",\"device_count\":1000)") != std::string::npos);
  CHECK(chain.find(R"(\"by\":\"approve-person\")") != std::string::npos);
}

TEST_CASE("S13 live: more than 500 devices on an APN, from the whole minute on") {
  const std::string policy = fleet_policy(
      "rule many when network in BR and more than 500 devices with the same apn "
      "then profile = vivo");
  LittleService service(policy);
  Instant t = at("2026-03-01T00:00:30Z");
  service.set_clock(t);
  auto on = [&](int i, Instant when) {
    return said_by(fmt::format("d{}", i), when, "724-05", R"(,"attributes":{"apn":"a"})");
  };
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += on(i, t);
  lines += said_by("elsewhere", t, "724-05", R"(,"attributes":{"apn":"b"})");
  service.observe(lines);
  bring(service, t + minutes(2));
  CHECK(free_in(service.records()).empty());
  t = t + minutes(2);
  service.observe(on(500, t));
  service.restart();
  bring(service, at("2026-03-01T00:02:59Z"));
  CHECK(free_in(service.records()).empty());
  bring(service, at("2026-03-01T00:03:00Z"));
  CHECK(free_in(service.records()).size() == 501);
  CHECK_FALSE(free_in(service.records()).contains("elsewhere"));
}

TEST_CASE("live, through stops and with few in memory, a fleet decides as its dry-run does") {
  const std::string policy = fleet_policy(R"(
rule move  when network in BR and not no service for 2 hours then profile = vivo, hold 1 hour, rollout 30%, 60%, 100% each 3 hours
rule many overrides move when network in AR and at least 6 devices with the same apn then profile = vivo
rule quiet overrides move when no service for 2 hours then profile = vivo, alert "quiet"
guard at most 3 devices per hour
guard approval when more than 20 devices)");
  std::uint32_t seed = 20261126;
  if (const char* given = std::getenv("SOJOURN_SEED")) {
    seed = static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10));
  }
  INFO("SOJOURN_SEED=" << seed);
  std::mt19937 dice(seed);
  auto below = [&](int count) { return static_cast<int>(dice() % static_cast<unsigned>(count)); };
  service::ServiceLimits narrow;
  narrow.devices_in_memory_max = 3;
  narrow.log_bytes_max = 20'000;
  LittleService service(policy, narrow);
  DryRun dry(service.prepare(policy).prepared);
  Instant t = at("2026-01-01T00:00:00Z");
  for (int round = 0; round < 250; ++round) {
    t = t + milliseconds(1 + below(below(4) == 0 ? 5'000'000 : 90'000));
    INFO("round " << round << " " << to_rfc3339(t));
    std::string lines;
    for (int i = below(4); i > 0; --i) {
      std::string_view network = below(3) == 0 ? "208-01" : below(3) == 0 ? "722-07" : "724-05";
      std::string more = below(5) == 0 ? R"(,"registration":"searching")" : "";
      std::string line = said_by(fmt::format("d{}", below(40)), t, network,
                                 below(2) == 0 ? R"(,"attributes":{"apn":"a"})" : "");
      if (below(6) == 0) line.replace(line.find("roaming"), 7, "searching");
      if (below(12) == 0) line.replace(line.find("\"global\""), 8, "\"vivo\"");
      lines += line;
    }
    dry.pass(t);
    bring(service, t);
    service.observe(lines);
    dry.observe(lines);
    if (below(15) == 0) service.restart();
    if (below(40) == 0) {
      for (const auto& [campaign, aborted] : dry.minutes().waiting_campaigns()) {
        REQUIRE_FALSE(aborted);
        REQUIRE(service.engine().approve_campaign({campaign, false, "", "somebody"}).ok());
        dry.minutes().approve(campaign, t);
      }
    }
    REQUIRE(difference(service.records(), dry.records()) == "");
  }
  CHECK(free_in(dry.records()).size() > 2);
}

TEST_CASE("a rollout goes on where it was under another policy, also by way of one without it") {
  const std::string policy = fleet_policy(kMove);
  LittleService service(policy);
  const std::vector<std::string> names = device_names(200);
  Instant first = at("2026-03-01T00:00:30Z");
  std::string lines;
  for (const std::string& name : names) lines += said_by(name, first);
  service.set_clock(first);
  service.observe(lines);
  bring(service, at("2026-03-02T00:01:00Z"));
  const std::set<std::string> twenty = first_by_hash("move", names, 20);
  CHECK(free_in(service.records()) == twenty);
  auto switch_to = [&](const std::string& other) {
    service.activate(other);
    REQUIRE(service.until([&] { return !service.tenant().revisiting(); }));
    service.observe("");
  };
  SECTION("a guard is added") {
    switch_to(fleet_policy(std::string(kMove) + "guard at most 1000 devices per hour\n"));
    bring(service, at("2026-03-02T00:02:00Z"));
    CHECK(free_in(service.records()) == twenty);
  }
  SECTION("by way of a policy that asks nothing of the fleet") {
    switch_to(fleet_policy("rule none when network in AR then profile = vivo"));
    CHECK(free_in(service.records()).empty());
    CHECK_FALSE(service.tenant().asks_fleet());
    bring(service, at("2026-03-02T06:00:00Z"));
    service.restart();
    switch_to(policy);
    bring(service, at("2026-03-02T06:02:00Z"));
    CHECK(free_in(service.records()) == twenty);
  }
  SECTION("by way of one that asks something else") {
    switch_to(
        fleet_policy("rule none when network in AR then profile = vivo\n"
                     "guard at most 2 devices per hour\n"));
    service.restart();
    switch_to(policy);
    CHECK(free_in(service.records()) == twenty);
  }
  service.restart();
  bring(service, at("2026-03-03T00:00:59Z"));
  CHECK(free_in(service.records()) == twenty);
  bring(service, at("2026-03-03T00:02:00Z"));
  CHECK(free_in(service.records()).size() == 200);
}

TEST_CASE("a policy that begins to ask the fleet knows all devices before its first minute") {
  LittleService service(fleet_policy("rule none when network in AR then profile = vivo"));
  const std::vector<std::string> names = device_names(300);
  Instant first = at("2026-03-01T00:00:30Z");
  std::string lines;
  for (const std::string& name : names) lines += said_by(name, first);
  service.set_clock(first);
  service.observe(lines);
  CHECK(fleet_rows(service) == 0);
  CHECK(service.tenant().fleet_size().members == 0);
  service.activate(fleet_policy(kMove));
  REQUIRE(service.until([&] { return !service.tenant().revisiting(); }));
  bring(service, at("2026-03-01T00:01:00Z"));
  CHECK(free_in(service.records()) == first_by_hash("move", names, 3));
  CHECK(service.tenant().fleet_size().members == 300);
}

TEST_CASE("a policy that asks nothing of the fleet keeps nothing of it") {
  LittleService service(fleet_policy("rule go when network in BR then profile = vivo"));
  Instant t = at("2026-03-01T00:00:30Z");
  for (int round = 0; round < 3; ++round) {
    t = t + minutes(1);
    service.set_clock(t);
    service.observe(said_by("d", t) + said_by("e", t));
  }
  CHECK_FALSE(service.tenant().asks_fleet());
  CHECK(fleet_rows(service) == 0);
}

TEST_CASE("a turn writes of the fleet only what changed") {
  LittleService service(fleet_policy(std::string(kMove) + std::string(kApproval)));
  Instant t = at("2026-03-01T00:00:30Z");
  std::string lines;
  for (const std::string& name : device_names(400)) lines += said_by(name, t);
  service.set_clock(t);
  service.observe(lines);
  bring(service, t + minutes(5));
  auto rows_of = [&] {
    auto snapshot = service.store().snapshot();
    StoreRange range = StoreRange::with_prefix(service.tenant().keys().fleet());
    std::map<Bytes, Bytes> rows;
    for (const StoreRow& row : *(*snapshot)->scan(range, 1'000'000)) {
      rows.emplace(Bytes(row.key.bytes().begin(), row.key.bytes().end()), row.value);
    }
    return rows;
  };
  auto before = rows_of();
  CHECK(before.size() > 400);
  bring(service, t + minutes(10));
  CHECK(rows_of() == before);
  service.observe(said_by("d0007", t + minutes(10)));  // says nothing new
  bring(service, t + minutes(20));
  CHECK(rows_of() == before);
  service.observe(said_by("late", t + minutes(20)));
  bring(service, t + minutes(30));
  std::size_t changed = 0;
  for (const auto& [key, value] : rows_of()) {
    auto old = before.find(key);
    changed += old == before.end() || old->second != value ? 1u : 0u;
  }
  // Its own, that of the one that it lets go, the clock.
  CHECK(changed >= 2);
  CHECK(changed <= 3);
}

TEST_CASE("who was not told of a minute before a stop is told after it") {
  auto store = make_memory_store();
  LittleService maker(fleet_policy(kMove));  // for its policy
  const std::string text = fleet_policy(
      "rule many when network in BR and at least 2 devices with "
      "the same apn then profile = vivo");
  auto policy = maker.prepare(text).prepared;
  StoreKey rows = service::Keys("t").fleet();
  auto open = [&] {
    StoreTransaction effect;
    auto opened = service::LiveFleet::open(*store, rows, policy,
                                           service::LiveFleet::Begin::take_over, effect);
    REQUIRE(opened.ok());
    REQUIRE(store->commit(effect).ok());
    return std::move(*opened);
  };
  auto keep = [&](service::LiveFleet& fleet) {
    StoreTransaction effect;
    fleet.write(effect);
    REQUIRE(store->commit(effect).ok());
  };
  Instant minute = at("2026-03-01T00:01:00Z");
  {
    auto opened = open();
    CHECK_FALSE(opened.same);
    for (const char* name : {"a", "b", "c"}) {
      FleetFacts facts;
      facts.values = {"=x"};
      opened.fleet->minutes().hear(opened.fleet->minutes().join(name), facts,
                                   minute - milliseconds(1));
    }
    keep(*opened.fleet);
    opened.fleet->pass(minute);
    CHECK(opened.fleet->untold_count() == 3);
    opened.fleet->note_told(1);
    keep(*opened.fleet);
  }
  auto opened = open();
  CHECK(opened.same);
  CHECK(opened.fleet->untold_count() == 2);
  CHECK(opened.fleet->is_untold(0));
  CHECK_FALSE(opened.fleet->is_untold(1));
  CHECK(opened.fleet->minutes().passed() == minute);
  opened.fleet->note_told(0);
  opened.fleet->note_told(2);
  keep(*opened.fleet);
  CHECK(open().fleet->untold_count() == 0);
}
