// The engine and the eIM as one host has them, against a simulated card: from a report to a profile
// that is enabled, with nothing but what the installed headers show.
#include <sojourn/eim.hpp>
#include <sojourn/esipa.hpp>
#include <sojourn/store.hpp>

#include <atomic>
#include <limits>

#include "adapters/simulator/in_process_client.h"
#include "adapters/simulator/ipa.h"
#include "engine/base/diagnostic_code.h"
#include "tests/runtime/mapped_policy.h"
#include "tests/simulator/card_bench.h"
#include "tests/support/test_certificates.h"

namespace sojourn::embed {
namespace {

using simulator::EsipaClient;
using simulator::PollEnd;
using simulator::test::enabled_name;
using testing::mapped;

constexpr std::int64_t kNoonMs = 1'767'261'600'000;  // 2026-01-01T10:00:00Z
constexpr std::int64_t kMinuteMs = 60'000;

constexpr std::string_view kMeters = R"(
attribute type : meter | tracker
profile bootstrap home FR iccid 8900*
profile vivo-local home BR iccid 8955* download "smdp.br.example"
rule meters when region in BR and type = meter then profile = vivo-local, hold 2 days
otherwise profile = bootstrap
)";

const std::string kEid = to_text(simulator::test::kEid);

EimOptions with_key() {
  EimOptions options;
  options.eim_id = simulator::test::kEimId;
  options.signing_key_pem = simulator::test::eim_key().pem();
  options.ci_certificates = {simulator::test::maker().ci().certificate};
  return options;
}

Eim opened(EimOptions options, std::shared_ptr<Store> store = memory_store()) {
  auto eim = Eim::open(std::move(store), std::move(options));
  INFO((eim ? "" : eim.error().message));
  REQUIRE(eim);
  return std::move(eim.value());
}

Observation meter_in_brazil(std::int64_t at_ms) {
  Observation seen;
  seen.at_ms = at_ms;
  seen.device = kEid;
  seen.network = "724-05";
  seen.profile = "bootstrap";
  seen.attributes["type"] = "meter";
  return seen;
}

// A device with a card, wherever its network leads.
struct Device {
  explicit Device(EsipaClient& client, simulator::test::CardWishes wishes = {})
      : card(simulator::test::make_card(std::move(wishes))),
        ipa(card, client, world, {.eim_id = simulator::test::kEimId}) {}

  simulator::World world;
  simulator::Euicc card;
  simulator::Ipa ipa;
};

// A host's whole work for one device, a minute at a time.
struct Host {
  explicit Host(Eim& e) : eim(e), engine(mapped(kMeters)) { REQUIRE(eim.enrol({.eid = kEid})); }

  // What is planned is ordered, what has ended is heard.
  void work() {
    now_ms += kMinuteMs;
    engine.tick(now_ms);
    plan = engine.plan(kEid, now_ms).value();
    saved = engine.save(kEid).value();
    if (plan.in_flight) REQUIRE(eim.order(kEid, *plan.in_flight));
  }
  void hear() {
    now_ms += kMinuteMs;
    auto ended = eim.ended(kEid, now_ms);
    REQUIRE(ended);
    for (const EndedOrder& one : ended.value()) {
      outcomes.push_back(one.result.outcome);
      REQUIRE(engine.carried_out(kEid, one.result));
      saved = engine.save(kEid).value();
      REQUIRE(eim.forget(kEid, {one.order}));
    }
    CardView card = eim.card(kEid).value();
    if (card.listed) REQUIRE(engine.listed(kEid, card.profiles, card.listed_at_ms));
  }
  // Until nothing is left to order, at most so many times.
  void settle(Device& device, int turns = 6) {
    for (int i = 0; i < turns; ++i) {
      work();
      device.ipa.poll();
      hear();
    }
  }

  Eim& eim;
  Engine engine;
  std::int64_t now_ms = kNoonMs;
  CardPlan plan;
  std::string saved;  // what a host would have on its disk
  std::vector<CardResult::Outcome> outcomes;
};

// One connection, over which the device names its EID once.
simulator::InProcessClient client_of(Eim& eim, const std::int64_t& now_ms) {
  auto session = std::make_shared<std::string>();
  return simulator::InProcessClient([&eim, &now_ms, session](ByteView request) -> Result<Bytes> {
    EsipaReply reply = eim.handle({request.begin(), request.end()}, now_ms, *session);
    if (!reply.eid.empty()) *session = reply.eid;
    if (reply.status == 200 || reply.status == 204) return reply.body;
    return make_diagnostic(Code::E0864, std::to_string(reply.status));
  });
}

}  // namespace

TEST_CASE("a report becomes a signed package, a switched card, and a plan that is done") {
  Eim eim = opened(with_key());
  Host host(eim);
  auto client = client_of(eim, host.now_ms);
  Device device(client);
  auto decided = host.engine.observe(meter_in_brazil(kNoonMs));
  REQUIRE(decided);
  REQUIRE(decided.value().size() == 1);
  CHECK(decided.value()[0].profile == "vivo-local");
  CHECK(enabled_name(device.card) == "bootstrap");
  host.settle(device);
  CHECK(enabled_name(device.card) == "vivo-local");
  CHECK(!host.plan.in_flight);
  CHECK(host.plan.waits_for == "");
  // Back in France within two days, and no mere glance of its network: the hold is minded.
  Observation home = meter_in_brazil(host.now_ms);
  home.network = "208-01";
  home.profile = "vivo-local";
  REQUIRE(host.engine.observe(home));
  host.now_ms += 60 * kMinuteMs;
  host.work();
  CHECK(!host.plan.in_flight);
  CHECK(host.plan.waits_for == "hold");
  CHECK(host.plan.ask_again_ms > host.now_ms + 40 * 60 * kMinuteMs);
  auto card = eim.card(kEid);
  REQUIRE(card);
  CHECK(card.value().key_known);
  CHECK(card.value().open_orders == 0);
  CHECK(card.value().profiles.size() == 3);
}

TEST_CASE("where the new profile has no network the card returns, and it is not tried at once") {
  Eim eim = opened(with_key());
  Host host(eim);
  auto client = client_of(eim, host.now_ms);
  Device device(client);
  device.world.cover("*", simulator::test::kBootstrap);
  REQUIRE(host.engine.observe(meter_in_brazil(kNoonMs)));
  host.settle(device);
  CHECK(enabled_name(device.card) == "bootstrap");
  CHECK(std::count(host.outcomes.begin(), host.outcomes.end(), CardResult::Outcome::rolled_back) ==
        1);
  CHECK(!host.plan.in_flight);
  CHECK(host.plan.ask_again_ms > host.now_ms);
}

TEST_CASE("a command is ordered once, also by a host that forgot that it did") {
  std::shared_ptr<Store> store = memory_store();
  CardCommand list{.number = 7, .kind = CardCommand::Kind::list};
  std::uint64_t first = 0;
  {
    Eim eim = opened(with_key(), store);
    REQUIRE(eim.enrol({.eid = kEid}));
    first = eim.order(kEid, list).value();
  }
  std::vector<EimEvent> events;
  EimOptions options = with_key();
  options.on_event = [&](const EimEvent& event) { events.push_back(event); };
  Eim eim = opened(std::move(options), store);
  CHECK(eim.order(kEid, list).value() == first);
  CHECK(eim.card(kEid).value().open_orders == 1);
  CardCommand other{
      .number = 7, .kind = CardCommand::Kind::set_fallback, .iccid = "89551234567890123456"};
  auto refused = eim.order(kEid, other);
  REQUIRE(!refused);
  CHECK(refused.error().code == "E0842");
  // Nothing may be forgotten that has not ended, and nobody released meanwhile.
  REQUIRE(eim.forget(kEid, {first}));
  CHECK(eim.order(kEid, list).value() == first);
  CHECK(!eim.release(kEid));
  // Taken back it has ended, and says so until it is forgotten.
  CHECK(events.empty());
  REQUIRE(eim.withdraw(kEid, first));
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == EimEvent::Kind::order_finished);
  CHECK(events[0].order == first);
  auto ended = eim.ended(kEid, kNoonMs);
  REQUIRE(ended);
  REQUIRE(ended.value().size() == 1);
  CHECK(ended.value()[0].result.command == 7);
  CHECK(ended.value()[0].result.outcome == CardResult::Outcome::withdrawn);
  REQUIRE(eim.forget(kEid, {first}));
  CHECK(eim.ended(kEid, kNoonMs).value().empty());
  CHECK(eim.order(kEid, list).value() > first);
}

TEST_CASE("what was saved goes on where it was; anything else is refused") {
  const Policy policy = mapped(kMeters);
  Eim eim = opened(with_key());
  Host host(eim);
  REQUIRE(host.engine.observe(meter_in_brazil(kNoonMs)));
  host.work();
  REQUIRE(host.plan.in_flight);
  Engine again(policy);
  REQUIRE(again.restore(kEid, host.saved));
  CHECK(again.explain(kEid).value() == host.engine.explain(kEid).value());
  CHECK(again.next_review_ms() == host.engine.next_review_ms());
  // The command is with the device: no second one, and its order is the one it was.
  CardPlan plan = again.plan(kEid, host.now_ms + kMinuteMs).value();
  REQUIRE(plan.in_flight);
  CHECK(plan.in_flight->number == host.plan.in_flight->number);
  std::uint64_t order = eim.order(kEid, *host.plan.in_flight).value();
  CHECK(eim.order(kEid, *plan.in_flight).value() == order);
  CHECK(!again.restore(kEid, host.saved));       // known already
  CHECK(!again.restore_plan(kEid, host.saved));  // planned already
  for (std::size_t size = 0; size < host.saved.size(); size += size < 40 ? 1 : 17) {
    Engine fresh(policy);
    INFO(size);
    CHECK(fresh.restore(kEid, host.saved.substr(0, size)).error().code == "E0012");
    CHECK(!fresh.explain(kEid));
  }
  for (std::size_t at = 0; at < host.saved.size(); at += 13) {
    INFO(at);
    std::string flipped = host.saved;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x41);
    CHECK(Engine(policy).restore(kEid, flipped).error().code == "E0012");
  }
  CHECK(Engine(policy).restore("89049032000000000000000000000001", host.saved).error().code ==
        "E0006");
  CHECK(!host.engine.save("nobody"));
  CHECK(!host.engine.plan("nobody", kNoonMs));
  CHECK(!host.engine.carried_out("nobody", {}));
  CHECK(!host.engine.listed("nobody", {}, kNoonMs));
  CHECK(!host.engine.claimed("nobody", 1));
}

TEST_CASE("under another graph file only the plan goes on: the hold of a switch is minded") {
  Eim eim = opened(with_key());
  Host host(eim);
  auto client = client_of(eim, host.now_ms);
  Device device(client);
  REQUIRE(host.engine.observe(meter_in_brazil(kNoonMs)));
  host.settle(device);
  REQUIRE(enabled_name(device.card) == "vivo-local");
  // The same meaning, and the profiles in another order: what is stored would be read wrongly.
  std::string text(kMeters);
  std::size_t first = text.find("profile bootstrap"), second = text.find("profile vivo-local");
  std::size_t end = text.find("rule meters");
  Policy turned = mapped(text.substr(0, first) + text.substr(second, end - second) +
                         text.substr(first, second - first) + text.substr(end));
  CHECK(turned.meaning_digest() == mapped(kMeters).meaning_digest());
  Engine engine(turned);
  auto refused = engine.restore(kEid, host.saved);
  REQUIRE(!refused);
  CHECK(refused.error().code == "E0006");
  CHECK(!engine.restore_plan(kEid, host.saved));  // its reports first
  Observation home = meter_in_brazil(host.now_ms);
  home.network = "208-01";
  home.profile = "vivo-local";
  REQUIRE(engine.observe(home));
  REQUIRE(engine.restore_plan(kEid, host.saved));
  std::int64_t later_ms = host.now_ms + 60 * kMinuteMs;
  engine.tick(later_ms);
  CardPlan plan = engine.plan(kEid, later_ms).value();
  CHECK(!plan.in_flight);
  CHECK(plan.profile == "bootstrap");
  CHECK(plan.waits_for == "hold");
}

TEST_CASE("a host that stops everything, and one that says yes") {
  Engine engine(mapped(R"(
attribute type : meter | tracker
profile bootstrap home FR iccid 8900*
profile vivo-local home BR iccid 8955*
rule meters when region in BR and type = meter then profile = vivo-local, approval
otherwise keep
)"));
  REQUIRE(engine.observe(meter_in_brazil(kNoonMs)));
  CHECK(engine.plan(kEid, kNoonMs).value().in_flight);  // a list harms nobody
  REQUIRE(engine.listed(kEid, {{"89000123456789012341", true, false}, {"89551234567890123456"}},
                        kNoonMs));
  CardResult listed;
  listed.command = engine.plan(kEid, kNoonMs).value().in_flight.value().number;
  listed.at_ms = kNoonMs;
  listed.profiles = {{"89000123456789012341", true, false}, {"89551234567890123456"}};
  REQUIRE(engine.carried_out(kEid, listed));
  std::int64_t now_ms = kNoonMs + kMinuteMs;
  CardPlan plan = engine.plan(kEid, now_ms).value();
  CHECK(plan.waits_for == "approval");
  CHECK(plan.rule == "meters");
  CHECK(plan.profile == "vivo-local");
  CHECK(engine.plan(kEid, now_ms, {.killed = true, .approved = true}).value().waits_for ==
        "kill switch");
  CHECK(engine.plan(kEid, now_ms, {.approved = true, .stopped = true}).value().waits_for ==
        "guard");
  plan = engine.plan(kEid, now_ms, {.approved = true}).value();
  REQUIRE(plan.in_flight);
  CHECK(plan.in_flight->kind == CardCommand::Kind::enable);
  CHECK(plan.in_flight->iccid == "89551234567890123456");
  CHECK(plan.in_flight->rollback);
  CHECK(!plan.withdraw);
  // Stopped while it is under way, it is to be taken back.
  plan = engine.plan(kEid, now_ms, {.approved = true, .stopped = true}).value();
  CHECK(plan.withdraw);
  CardResult odd;
  odd.command = plan.in_flight->number;
  odd.outcome = static_cast<CardResult::Outcome>(77);
  odd.at_ms = now_ms;
  CHECK(!engine.carried_out(kEid, odd));
  odd.outcome = CardResult::Outcome::withdrawn;
  REQUIRE(engine.carried_out(kEid, odd));
  CHECK(!engine.plan(kEid, now_ms).value().in_flight);
}

TEST_CASE("a device that fell back says so, and is asked what its card has") {
  Engine engine(mapped(kMeters));
  Eim eim = opened(with_key());
  REQUIRE(engine.observe(meter_in_brazil(kNoonMs)));
  REQUIRE(engine.listed(kEid, {{"89000123456789012341", true, true}, {"89551234567890123456"}},
                        kNoonMs));
  std::int64_t now_ms = kNoonMs + kMinuteMs;
  CardPlan plan = engine.plan(kEid, now_ms).value();
  REQUIRE(plan.in_flight);
  REQUIRE(plan.in_flight->kind == CardCommand::Kind::enable);
  CardResult enabled;
  enabled.command = plan.in_flight->number;
  enabled.at_ms = now_ms;
  REQUIRE(engine.carried_out(kEid, enabled));
  now_ms += kMinuteMs;
  CHECK(!engine.plan(kEid, now_ms).value().in_flight);
  REQUIRE(engine.claimed(kEid, 1));  // fallback
  now_ms += kMinuteMs;
  plan = engine.plan(kEid, now_ms).value();
  REQUIRE(plan.in_flight);
  CHECK(plan.in_flight->kind == CardCommand::Kind::list);
  // The eIM listed it for reasons of its own: the same is known.
  auto fell =
      engine.listed(kEid, {{"89000123456789012341", true, true}, {"89551234567890123456"}}, now_ms);
  REQUIRE(fell);
  CardResult listed;
  listed.command = plan.in_flight->number;
  listed.at_ms = now_ms;
  listed.profiles = {{"89000123456789012341", true, true}, {"89551234567890123456"}};
  REQUIRE(engine.carried_out(kEid, listed));
  now_ms += kMinuteMs;
  plan = engine.plan(kEid, now_ms).value();
  CHECK(!plan.in_flight);  // where it fell back it is not tried again at once
  CHECK(plan.ask_again_ms > now_ms + 60 * kMinuteMs);
}

TEST_CASE("a device whose clock is ahead is not tried again at every turn") {
  Engine engine(mapped(kMeters));
  REQUIRE(engine.observe(meter_in_brazil(kNoonMs + 24 * 60 * kMinuteMs)));
  REQUIRE(engine.listed(kEid, {{"89000123456789012341", true, false}, {"89551234567890123456"}},
                        kNoonMs));
  int enables = 0;
  for (int turn = 0; turn < 8; ++turn) {
    std::int64_t now_ms = kNoonMs + turn * kMinuteMs;
    CardPlan plan = engine.plan(kEid, now_ms).value();
    if (!plan.in_flight) continue;
    if (plan.in_flight->kind == CardCommand::Kind::enable) ++enables;
    CardResult busy;
    busy.command = plan.in_flight->number;
    busy.outcome = CardResult::Outcome::not_now;
    busy.at_ms = now_ms;
    REQUIRE(engine.carried_out(kEid, busy));
  }
  CHECK(enables <= 1);
}

TEST_CASE("while orders are stopped none leaves, and what devices bring is taken in") {
  Eim eim = opened(with_key());
  std::vector<EimEvent> events;
  Host host(eim);
  auto client = client_of(eim, host.now_ms);
  Device device(client);
  REQUIRE(host.engine.observe(meter_in_brazil(kNoonMs)));
  eim.stop_orders(true);
  ByteString get = *from_hex("bf4f125a10" + kEid);
  CHECK(eim.handle(get, kNoonMs).status == 503);
  host.settle(device, 3);
  CHECK(device.card.executed_count() == 0);
  eim.stop_orders(false);
  host.settle(device);
  CHECK(enabled_name(device.card) == "vivo-local");
}

TEST_CASE("a key that the host keeps elsewhere signs; while it cannot, the device comes back") {
  EimOptions options = with_key();
  options.signing_key_pem.clear();
  bool reachable = false;
  options.sign = [&](const ByteString& bytes) -> std::optional<ByteString> {
    if (!reachable) return std::nullopt;
    return simulator::test::eim_key().sign(bytes);
  };
  Eim eim = opened(std::move(options));
  Host host(eim);
  auto client = client_of(eim, host.now_ms);
  Device device(client);
  REQUIRE(host.engine.observe(meter_in_brazil(kNoonMs)));
  host.settle(device);
  CHECK(device.card.executed_count() == 0);
  reachable = true;
  host.settle(device);
  CHECK(enabled_name(device.card) == "vivo-local");
}

TEST_CASE("what the card tells of its profiles is there to be passed on, once") {
  Eim eim = opened(with_key());
  Host host(eim);
  auto client = client_of(eim, host.now_ms);
  simulator::test::CardWishes wishes;
  wishes.profiles[1].notify = {{sgp32::BitString{"0111"}, "smdp.example.com"}};
  Device device(client, wishes);
  REQUIRE(host.engine.observe(meter_in_brazil(kNoonMs)));
  host.settle(device);
  auto taken = eim.take_notifications(kEid);
  REQUIRE(taken);
  REQUIRE(taken.value().size() == 1);
  auto told = sgp32::read<sgp32::HandleNotification>(taken.value()[0], sgp32::Version::v1_2);
  CHECK(told);
  CHECK(eim.take_notifications(kEid).value().empty());
}

TEST_CASE("what is no message, and whom nobody enrolled") {
  std::vector<EimEvent> events;
  EimOptions options = with_key();
  options.on_event = [&](const EimEvent& event) { events.push_back(event); };
  Eim eim = opened(std::move(options));
  EsipaReply reply = eim.handle({0x30, 0x03, 0x02, 0x01, 0x07}, kNoonMs);
  CHECK(reply.status == 400);
  CHECK(reply.why.code != "");
  ByteString get = *from_hex("bf4f125a10" + kEid);
  reply = eim.handle(get, kNoonMs);
  CHECK(reply.status == 200);
  CHECK(!reply.enrolled);
  CHECK(events.empty());
  CHECK(!eim.enrol({.eid = "123"}));
  CHECK(!eim.card(kEid));
  CHECK(!Eim::open(memory_store(), {.eim_id = "eim.example.com"}));
  CHECK(!Eim::open(nullptr, with_key()));
  CHECK(!Eim::open(memory_store(), {}));
  CHECK(!eim.enrol({.eid = std::string(32, '0')}));
  CHECK(!eim.enrol({.eid = kEid, .last_counter = -1}));
  CHECK(!eim.enrol({.eid = kEid, .last_counter = 9'000'000}));
  REQUIRE(eim.enrol({.eid = kEid}));
  CHECK(!eim.order(kEid, {.kind = static_cast<CardCommand::Kind>(9)}));
  EimOptions odd = with_key();
  odd.tenant = std::string(100, 'x');
  CHECK(!Eim::open(memory_store(), odd));
  odd.tenant = "a";
  odd.retry_after_ms = std::numeric_limits<std::int64_t>::max();
  CHECK(!Eim::open(memory_store(), odd));
}

TEST_CASE("over HTTPS and over CoAP: the device polls the host's servers") {
  sojourn::testing::TestAuthority authority("Test CI");
  sojourn::testing::TestCertificate server = authority.issue({.name = "eim.example"});
  const Bytes psk = {'s', 'e', 's', 'a', 'm', 'e', '4', '2'};
  bool over_coap = GENERATE(false, true);
  INFO((over_coap ? "CoAP" : "HTTPS"));

  std::atomic<int> finished = 0;
  EimOptions options = with_key();
  options.on_event = [&](const EimEvent& event) {
    if (event.kind == EimEvent::Kind::order_finished) ++finished;
  };
  Eim eim = opened(std::move(options));
  Host host(eim);
  EsipaOptions at;
  at.address = "127.0.0.1";
  if (over_coap) at.coap_port = 0;
  if (!over_coap) at.https_port = 0;
  at.certificate_chain_pem = server.certificate_pem;
  at.private_key_pem = server.private_key_pem;
  at.psk_of = [&](const std::string& identity) -> std::optional<ByteString> {
    if (identity == "device-7") return psk;
    return std::nullopt;
  };
  at.now_ms = [] { return kNoonMs; };
  auto servers = EsipaServers::start(eim, at);
  INFO((servers ? "" : servers.error().message));
  REQUIRE(servers);
  std::unique_ptr<EsipaClient> client;
  if (over_coap) {
    simulator::CoapClientOptions coap;
    coap.port = servers.value().coap_port();
    coap.psk = simulator::PresharedKey{"device-7", psk};
    client = simulator::make_coap_client(coap);
  } else {
    simulator::HttpsClientOptions https;
    https.port = servers.value().https_port();
    https.trust = simulator::TlsTrust{authority.certificate_pem(), "eim.example", {}, {}};
    client = simulator::make_https_client(https);
  }
  Device device(*client);
  REQUIRE(host.engine.observe(meter_in_brazil(kNoonMs)));
  host.settle(device, 4);
  CHECK(enabled_name(device.card) == "vivo-local");
  CHECK(finished == static_cast<int>(host.outcomes.size()));
  servers.value().stop();
  // Over CoAP a device waits long before it gives up.
  if (!over_coap) CHECK(device.ipa.poll().end == PollEnd::no_answer);
  CHECK(!EsipaServers::start(eim, {}));
}

TEST_CASE("counters go on after a restart, from the file") {
  auto path = std::filesystem::temp_directory_path() /
              ("embed-eim-" + std::to_string(::getpid()) + ".store");
  std::filesystem::remove(path);
  auto last_counter = [&] {
    auto store = open_store(path.string());
    REQUIRE(store);
    Eim eim = opened(with_key(), store.value());
    if (!eim.card(kEid)) REQUIRE(eim.enrol({.eid = kEid}));
    std::int64_t now_ms = kNoonMs;
    auto client = client_of(eim, now_ms);
    Device device(client);
    REQUIRE(eim.order(kEid, {.kind = CardCommand::Kind::list}));
    device.ipa.poll();
    CHECK(!open_store(path.string()));  // one process at a time, and one opening
    return eim.card(kEid).value().last_counter;
  };
  std::int64_t first = last_counter();
  CHECK(first > 0);
  CHECK(last_counter() > first);
  std::filesystem::remove(path);
  CHECK(!open_store("/nowhere/at/all/eim.store"));
}

}  // namespace sojourn::embed
