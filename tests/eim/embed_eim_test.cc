// The engine and the eIM as one host has them, against a simulated card: from a report to a profile
// that is enabled, with nothing but what the installed headers show.
#include <sojourn/eim.hpp>
#include <sojourn/esipa.hpp>
#include <sojourn/store.hpp>

#include <atomic>

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
    if (plan.command) REQUIRE(eim.order(kEid, *plan.command));
  }
  void hear() {
    now_ms += kMinuteMs;
    auto ended = eim.ended(kEid, now_ms);
    REQUIRE(ended);
    for (const EndedOrder& one : ended.value()) {
      outcomes.push_back(one.result.outcome);
      REQUIRE(engine.carried_out(kEid, one.result));
      REQUIRE(eim.forget(kEid, {one.order}));
    }
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
  CHECK(!host.plan.command);
  CHECK(host.plan.waits_for == "");
  // Back in France within two days, and no mere glance of its network: the hold is minded.
  Observation home = meter_in_brazil(host.now_ms);
  home.network = "208-01";
  home.profile = "vivo-local";
  REQUIRE(host.engine.observe(home));
  host.now_ms += 60 * kMinuteMs;
  host.work();
  CHECK(!host.plan.command);
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
  CHECK(!host.plan.command);
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
  Eim eim = opened(with_key(), store);
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
  REQUIRE(eim.withdraw(kEid, first));
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
  REQUIRE(host.plan.command);
  std::string saved = host.engine.save(kEid).value();
  Engine again(policy);
  REQUIRE(again.restore(kEid, saved));
  CHECK(again.explain(kEid).value() == host.engine.explain(kEid).value());
  CHECK(again.next_review_ms() == host.engine.next_review_ms());
  // The command is with the device: no second one.
  CardPlan plan = again.plan(kEid, host.now_ms + kMinuteMs).value();
  CHECK(!plan.command);
  CHECK(plan.waits_for == "the command in flight");
  CHECK(!again.restore(kEid, saved));  // known already
  Engine other(mapped("profile a home FR\notherwise profile = a\n"));
  auto refused = other.restore(kEid, saved);
  REQUIRE(!refused);
  CHECK(refused.error().code == "E0006");
  for (std::size_t size = 0; size < saved.size(); ++size) {
    Engine fresh(policy);
    if (size > 40 && size % 17 != 0) continue;
    INFO(size);
    CHECK(!fresh.restore(kEid, saved.substr(0, size)));
    CHECK(!fresh.explain(kEid));
  }
  for (std::size_t at = 0; at < saved.size(); at += 13) {
    INFO(at);
    std::string flipped = saved;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x41);
    Engine fresh(policy);
    if (fresh.restore(kEid, flipped)) fresh.plan(kEid, kNoonMs).value();
  }
  CHECK(!host.engine.save("nobody"));
  CHECK(!host.engine.plan("nobody", kNoonMs));
  CHECK(!host.engine.carried_out("nobody", {}));
}

TEST_CASE("a host that stops everything, and one that says yes") {
  Engine engine(mapped(R"(
attribute type : meter | tracker
profile bootstrap home FR iccid 8900*
profile vivo-local home BR iccid 8955* download "smdp.br.example"
rule meters when region in BR and type = meter then profile = vivo-local, approval
otherwise keep
)"));
  REQUIRE(engine.observe(meter_in_brazil(kNoonMs)));
  CHECK(engine.plan(kEid, kNoonMs).value().command);  // a list harms nobody
  CardResult listed{.command = 1,
                    .at_ms = kNoonMs,
                    .profiles = {{"89000123456789012341", true}, {"89551234567890123456", false}}};
  REQUIRE(engine.carried_out(kEid, listed));
  CHECK(engine.plan(kEid, kNoonMs + kMinuteMs).value().waits_for == "approval");
  CHECK(engine.plan(kEid, kNoonMs + kMinuteMs, {.killed = true, .approved = true})
            .value()
            .waits_for == "kill switch");
  CardPlan plan = engine.plan(kEid, kNoonMs + kMinuteMs, {.approved = true}).value();
  REQUIRE(plan.command);
  CHECK(plan.command->kind == CardCommand::Kind::enable);
  CHECK(plan.command->iccid == "89551234567890123456");
  CHECK(plan.command->rollback);
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
