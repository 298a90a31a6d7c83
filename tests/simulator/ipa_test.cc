// The loop of an IPA, against an eIM that follows a script; what goes wrong, and what it does
// wrong.
#include "engine/base/diagnostic_code.h"
#include "tests/simulator/scripted_eim.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::sgp32;

namespace {

using Texts = std::vector<std::string>;

// A device and its eIM.
struct Bench {
  explicit Bench(CardWishes wishes = {}, IpaOptions options = {})
      : card(make_card(std::move(wishes))),
        client([this](ByteView request) { return eim.handle(request); }),
        ipa(card, client, world, std::move(options),
            [this](std::string_view what) { events.emplace_back(what); }) {
    eim.version = card.version();
  }

  void order(std::variant<PsmoList, EcoList> content) {
    eim.to_send.push_back(
        request(std::move(content), {.counter = ++counter, .version = card.version()}));
  }

  ScriptedEim eim;
  World world;
  Euicc card;
  InProcessClient client;
  Texts events;
  Ipa ipa;
  std::int64_t counter = 0;
};

PsmoList enable(const Iccid& iccid, bool rollback = true) {
  return {Enable{to_wire(iccid), rollback}};
}

CardWishes telling() {
  CardWishes wishes;
  wishes.profiles[1].notify = {{BitString{"0111"}, "smdp.example.com"}};
  return wishes;
}

}  // namespace

TEST_CASE("one poll: packages until there are none, then notifications") {
  Bench bench(telling());
  bench.order(PsmoList{ListProfileInfo{}});
  bench.order(enable(kLocal));
  PollReport report = bench.ipa.poll();
  CHECK(report.end == PollEnd::done);
  CHECK(bench.eim.order == "get result get result get notification ");
  CHECK(bench.eim.heard() == Texts{"listProfileInfoResult 0", "enableResult 0"});
  CHECK(bench.card.outbox().results().empty());
  CHECK(bench.card.outbox().notifications().empty());
  CHECK(report.counts.packages == 2);
  CHECK(report.counts.acknowledged == 2);
  CHECK(report.counts.notifications == 1);
  CHECK(report.counts.requests == 6);
  // The bearer changed once: two connections.
  CHECK(bench.client.traffic().connections == 2);
  CHECK(bench.client.traffic().bytes_sent == report.counts.bytes_sent);
  // With nothing to do a poll is one exchange of 27 bytes.
  PollReport idle = bench.ipa.poll();
  CHECK(idle.counts.requests == 1);
  CHECK(idle.counts.bytes_sent == 21);
  CHECK(idle.counts.bytes_received == 6);
}

TEST_CASE("an enable that finds no network is rolled back; the eIM hears of it once") {
  Bench bench;
  bench.world.cover("*", kBootstrap);
  bench.world.cover("BR", kLocal);
  bench.order(enable(kLocal));
  CHECK(bench.ipa.poll().end == PollEnd::done);
  CHECK(bench.eim.heard() == Texts{"rollbackResult 0"});
  CHECK(enabled_name(bench.card) == "bootstrap");
  CHECK(bench.card.outbox().results().empty());
  // In BR it holds.
  bench.ipa.move_to("BR");
  bench.order(enable(kLocal));
  CHECK(bench.ipa.poll().end == PollEnd::done);
  CHECK(bench.eim.heard() == Texts{"rollbackResult 0", "enableResult 0"});
  CHECK(enabled_name(bench.card) == "vivo-local");
}

TEST_CASE("without rollback the device is alone until it has a network; then the result comes") {
  Bench bench;
  bench.world.cover("*", kBootstrap);
  bench.world.cover("BR", kLocal);
  bench.order(enable(kLocal, false));
  CHECK(bench.ipa.poll().end == PollEnd::no_network);
  CHECK(bench.ipa.poll().end == PollEnd::no_network);
  CHECK(bench.eim.results.empty());
  bench.ipa.move_to("BR");
  CHECK(bench.ipa.poll().end == PollEnd::done);
  CHECK(bench.eim.heard() == Texts{"enableResult 0"});
  CHECK(bench.ipa.counts().redelivered == 1);
}

TEST_CASE("the fallback profile takes over where there is no network, and gives way again") {
  CardWishes wishes;
  wishes.profiles[0].fallback = true;
  Bench bench(wishes);
  bench.world.cover("*", kBootstrap);
  bench.world.cover("BR", kLocal);
  bench.ipa.move_to("BR");
  bench.order(enable(kLocal));
  bench.ipa.poll();
  CHECK(enabled_name(bench.card) == "vivo-local");
  bench.ipa.move_to("AR");
  CHECK(bench.ipa.poll().end == PollEnd::done);
  CHECK(enabled_name(bench.card) == "bootstrap");
  CHECK(bench.eim.asked.back().notify_state_change);
  CHECK(bench.eim.asked.back().cause == 1);
  bench.ipa.poll();
  CHECK(!bench.eim.asked.back().notify_state_change);
  bench.ipa.move_to("BR");
  bench.ipa.poll();
  CHECK(enabled_name(bench.card) == "vivo-local");
  CHECK(bench.eim.asked.back().cause == 1);
}

TEST_CASE("what the eIM does not acknowledge comes again with the next poll") {
  Bench bench;
  bench.eim.acknowledges = false;
  bench.order(enable(kLocal));
  bench.ipa.poll();
  CHECK(bench.card.outbox().results().size() == 1);
  bench.eim.acknowledges = true;
  bench.ipa.poll();
  CHECK(bench.eim.heard() == Texts{"enableResult 0", "enableResult 0"});
  CHECK(bench.eim.results[0] == bench.eim.results[1]);
  CHECK(bench.card.outbox().results().empty());
  CHECK(bench.card.executed_count() == 1);
}

TEST_CASE("requests are repeated, and given up after three") {
  Euicc card = make_card();
  World world;
  int failures = 2;
  ScriptedEim eim;
  InProcessClient client([&](ByteView request) -> Result<Bytes> {
    if (failures-- > 0) return make_diagnostic(Code::E0863, "lost");
    return eim.handle(request);
  });
  Ipa ipa(card, client, world, {});
  CHECK(ipa.poll().end == PollEnd::done);
  CHECK(ipa.counts().requests == 3);
  failures = 3;
  PollReport report = ipa.poll();
  CHECK(report.end == PollEnd::no_answer);
  CHECK(report.detail == "lost");
  CHECK(report.counts.unanswered == 3);
}

TEST_CASE("answers that are none") {
  Bench bench;
  struct Row {
    const char* answer;
    PollEnd end;
  };
  for (Row row : {Row{"bf4f03020102", PollEnd::refused}, Row{"bf4f0302017f", PollEnd::refused},
                  Row{"", PollEnd::not_understood}, Row{"bf5301", PollEnd::not_understood}}) {
    INFO(row.answer);
    bench.eim.to_send.push_back(*from_hex(row.answer));
    CHECK(bench.ipa.poll().end == row.end);
  }
  // A package that the eUICC cannot decode: the reader of the IPA takes it, the eUICC does not.
  Bytes package = request(enable(kLocal));
  REQUIRE(to_hex(package).substr(0, 6) == "bf5181");
  Bytes odd = *from_hex("bf518200");  // a length that is not the shortest
  odd.insert(odd.end(), package.begin() + 3, package.end());
  bench.eim.to_send.push_back(odd);
  CHECK(bench.ipa.poll().end == PollEnd::done);
  CHECK(bench.eim.heard() == Texts{"kind 4"});
  CHECK(std::get<EimPackageResultError>(bench.eim.results[0]).code == 1);
}

TEST_CASE("an eIM that never stops is stopped") {
  Bench bench({}, {.exchange_count_max = 5});
  for (int i = 0; i < 9; ++i) bench.order(PsmoList{GetRat{}});
  CHECK(bench.ipa.poll().end == PollEnd::too_long);
  CHECK(bench.card.executed_count() == 5);
}

TEST_CASE("results may carry the notifications with them") {
  Bench bench(telling(), {.results_with_notifications = true});
  bench.order(enable(kLocal));
  bench.ipa.poll();
  CHECK(bench.eim.order == "get result get ");
  CHECK(bench.card.outbox().notifications().empty());
  CHECK(bench.card.outbox().results().empty());
}

TEST_CASE("data requests and downloads") {
  Bench bench({}, {.eim_id = kEimId});
  Profile fresh{.iccid = kAbsent, .name = "fresh"};
  bench.world.offer("1$smdp.example.com$X7", fresh);
  IpaEuiccDataRequest data;
  data.tag_list = *from_hex("a6a8");
  data.transaction_id = transaction();
  ProfileDownloadTriggerRequest trigger{.source = std::string("1$smdp.example.com$X7"),
                                        .transaction_id = transaction()};
  ProfileDownloadTriggerRequest nowhere{.source = std::string("1$smdp.example.com$"),
                                        .transaction_id = transaction()};
  bench.eim.to_send = {write(data, Version::v1_2).value(), write(nowhere, Version::v1_2).value(),
                       write(trigger, Version::v1_2).value()};
  CHECK(bench.ipa.poll().end == PollEnd::done);
  const auto& told = std::get<IpaEuiccData>(std::get<IpaEuiccDataResponse>(bench.eim.results[0]));
  CHECK(told.euicc_certificate->der == identity().certificate);
  CHECK(told.capabilities.has_value());
  const auto& failed = std::get<ProfileDownloadTriggerResult>(bench.eim.results[1]);
  CHECK(std::get<ProfileDownloadError>(failed.outcome).reason == 127);
  const auto& done = std::get<ProfileDownloadTriggerResult>(bench.eim.results[2]);
  CHECK(done.transaction_id == transaction());
  const auto& installed = std::get<ProfileInstallationResult>(done.outcome);
  CHECK(installed.data.value.metadata.iccid == to_wire(kAbsent));
  TrustedKey key = TrustedKey::from_certificate(identity().certificate).value();
  CHECK(key.verify(installed.data.encoding, installed.signature));
  REQUIRE(bench.card.profiles().find(kAbsent) != nullptr);
  CHECK(!bench.card.profiles().find(kAbsent)->enabled);
  CHECK(bench.eim.order == "get result get result get result get notification ");
  // With immediate enabling the next one is enabled at once, and the eIM is told why.
  Profile another{.iccid = *parse_iccid("89999999999999999998"), .name = "another"};
  bench.world.offer("1$smdp.example.com$X8", another);
  trigger.source = std::string("1$smdp.example.com$X8");
  bench.order(PsmoList{ConfigureImmediateEnable{.enable = true}});
  bench.eim.to_send.push_back(write(trigger, Version::v1_2).value());
  CHECK(bench.ipa.poll().end == PollEnd::done);
  CHECK(enabled_name(bench.card) == "another");
  CHECK(bench.eim.asked.back().cause == 5);
}

TEST_CASE("a device of version 1.0") {
  CardWishes wishes = telling();
  wishes.version = Version::v1_0;
  Bench bench(wishes);
  bench.order(enable(kLocal));
  IpaEuiccDataRequest data;
  data.tag_list = *from_hex("a688");
  bench.eim.to_send.push_back(write(data, Version::v1_0).value());
  CHECK(bench.ipa.poll().end == PollEnd::done);
  CHECK(bench.eim.order == "get result get result get notification ");
  CHECK(bench.card.outbox().results().empty());
  CHECK(std::get<IpaEuiccData>(std::get<IpaEuiccDataResponse>(bench.eim.results[1]))
            .capabilities.has_value());
}

TEST_CASE("misbehaviour, each kind always") {
  struct Row {
    const char* told;
    Texts heard;             // in two polls, an enable and a list ordered before the first
    std::size_t stored = 0;  // results left in the eUICC after them
  };
  const Row rows[] = {
      {"", {"enableResult 0", "listProfileInfoResult 0"}},
      {"doubled-result=100%",
       {"enableResult 0", "enableResult 0", "listProfileInfoResult 0", "listProfileInfoResult 0"}},
      // Silent after each: the second poll begins with the first's result, and is silent again.
      {"no-answer=100%", {}, 1},
      {"delayed-result=100%", {}, 1},
      // Each poll starts with what it was not told to forget.
      {"lost-acknowledgement=100%",
       {"enableResult 0", "listProfileInfoResult 0", "enableResult 0", "listProfileInfoResult 0"},
       2},
      // The second package's result stays behind, and comes with the second poll.
      {"replayed-result=100%", {"enableResult 0", "enableResult 0", "listProfileInfoResult 0"}},
  };
  for (const Row& row : rows) {
    INFO(row.told);
    Bench bench({}, {.misbehaviour = parse_misbehaviour(row.told).value()});
    bench.order(enable(kLocal));
    bench.order(PsmoList{ListProfileInfo{}});
    bench.ipa.poll();
    bench.ipa.poll();
    CHECK(bench.eim.heard() == row.heard);
    CHECK(bench.card.outbox().results().size() == row.stored);
    CHECK(enabled_name(bench.card) == "vivo-local");
  }
  Bench spoiler({}, {.misbehaviour = parse_misbehaviour("wrong-signature=100%").value()});
  spoiler.order(enable(kLocal));
  spoiler.ipa.poll();
  const auto& sent =
      std::get<EuiccPackageResultSigned>(std::get<EuiccPackageResult>(spoiler.eim.results[0]));
  TrustedKey key = TrustedKey::from_certificate(identity().certificate).value();
  CHECK(!key.verify(signed_bytes(sent.data.encoding, {}), sent.signature));

  Bench thief({}, {.misbehaviour = parse_misbehaviour("other-devices-package=100%").value(),
                   .other_device = kOtherEid});
  thief.eim.to_send.push_back(request(enable(kLocal), {.eid = kOtherEid}));
  thief.ipa.poll();
  CHECK(thief.eim.asked[0].eid == kOtherEid);
  CHECK(thief.eim.heard() == Texts{"signed error"});
  CHECK(enabled_name(thief.card) == "bootstrap");
}

TEST_CASE("misbehaviour is written as it is read") {
  for (const char* text : {"", "wrong-signature=5%", "no-answer=10%,lost-acknowledgement=100%",
                           "doubled-result=1%,1.0,omits-eid"}) {
    CHECK(to_text(parse_misbehaviour(text).value()) == text);
  }
  for (const char* text : {"wrong", "no-answer", "no-answer=10", "no-answer=101%", "no-answer=%",
                           "1.0=5%", "no-answer=1%,,omits-eid", "no-answer=-1%"}) {
    INFO(text);
    CHECK(parse_misbehaviour(text).error().code == Code::E0870);
  }
  CHECK(parse_misbehaviour("no-anser=1%").error().help == "did you mean `no-answer`?");
}

TEST_CASE("worlds are read from JSON") {
  World world = World::parse(R"({"places": {"BR": ["89551234567890123456"],
                                            "*": ["89000123456789012341"]},
                                 "downloads": {"1$a$b": {"iccid": "89999999999999999999"}}})")
                    .value();
  CHECK(world.has_network(kLocal, "BR"));
  CHECK(!world.has_network(kLocal, "AR"));
  CHECK(world.has_network(kBootstrap, "AR"));
  CHECK(world.download("1$a$b")->iccid == kAbsent);
  CHECK(world.download("1$a$c") == nullptr);
  CHECK(World().has_network(kLocal, "anywhere"));
  for (const char* text : {"", "[]", R"({"places": {"BR": "89551234567890123456"}})",
                           R"({"places": {"BR": ["8955"]}})", R"({"places": []})",
                           R"({"downloads": {"1$a$b": {}}})"}) {
    INFO(text);
    CHECK(World::parse(text).error().code == Code::E0874);
  }
}
