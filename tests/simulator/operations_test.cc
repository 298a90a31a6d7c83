// Every operation of a package, with every code that it can answer.
#include <functional>

#include "tests/simulator/card_bench.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::sgp32;

namespace {

using Content = std::variant<PsmoList, EcoList>;

Enable enable(const Iccid& iccid, bool rollback = true) { return {to_wire(iccid), rollback}; }
Disable disable(const Iccid& iccid) { return {to_wire(iccid)}; }
Delete remove(const Iccid& iccid) { return {to_wire(iccid)}; }
SetFallbackAttribute fall_back_to(const Iccid& iccid) { return {to_wire(iccid)}; }

std::vector<Profile> with(std::vector<Profile> profiles, std::size_t index,
                          const std::function<void(Profile&)>& change) {
  change(profiles[index]);
  return profiles;
}

// Packages in turn on one card; `answers` are the codes of each, `enabled` the profile at the end.
struct Row {
  const char* name;
  std::vector<Content> packages;
  std::vector<std::string> answers;
  const char* enabled = "bootstrap";
  CardWishes wishes{};
};

void run(const Row& row) {
  INFO(row.name);
  Euicc card = make_card(row.wishes);
  Loader load(card, {.token = row.wishes.token ? std::optional<std::int64_t>(1) : std::nullopt});
  std::vector<std::string> answers;
  for (const Content& package : row.packages) answers.push_back(load(package));
  CHECK(answers == row.answers);
  CHECK(enabled_name(card) == row.enabled);
}

CardWishes profiles(std::vector<Profile> list) { return {.profiles = std::move(list)}; }
CardWishes faulty() {
  CardWishes wishes;
  wishes.table.rollback_supported = false;
  wishes.table.immediate_enable_supported = false;
  return wishes;
}
CardWishes in_1_0() { return {.version = Version::v1_0}; }

EimConfigurationData other_eim(const std::string& id = "second.example.com") {
  return configuration(std::nullopt, id);
}

}  // namespace

TEST_CASE("enable, disable and delete") {
  auto boot_locked = with(three_profiles(), 0, [](Profile& p) { p.may_be_disabled = false; });
  auto local_kept = with(three_profiles(), 1, [](Profile& p) { p.may_be_deleted = false; });
  auto none_enabled = with(three_profiles(), 0, [](Profile& p) { p.enabled = false; });
  const Row rows[] = {
      {"enable", {PsmoList{enable(kLocal)}}, {"enableResult 0"}, "vivo-local"},
      {"enable without rollback",
       {PsmoList{enable(kLocal, false)}},
       {"enableResult 0"},
       "vivo-local"},
      {"enable: no such profile", {PsmoList{enable(kAbsent)}}, {"enableResult 1"}},
      {"enable: enabled already", {PsmoList{enable(kBootstrap)}}, {"enableResult 2"}},
      {"enable: policy of the one that would be disabled",
       {PsmoList{enable(kLocal)}},
       {"enableResult 3"},
       "bootstrap",
       profiles(boot_locked)},
      {"enable: nothing to roll back to",
       {PsmoList{enable(kLocal)}},
       {"enableResult 20"},
       "none",
       profiles(none_enabled)},
      {"enable without rollback where nothing was enabled",
       {PsmoList{enable(kLocal, false)}},
       {"enableResult 0"},
       "vivo-local",
       profiles(none_enabled)},
      {"enable: the card cannot roll back",
       {PsmoList{enable(kLocal)}},
       {"enableResult 20"},
       "bootstrap",
       faulty()},
      {"enable twice in a package",
       {PsmoList{enable(kLocal), enable(kSpare)}},
       {"enableResult 0, enableResult 127"},
       "vivo-local"},
      {"enable twice in two packages",
       {PsmoList{enable(kLocal)}, PsmoList{enable(kSpare)}},
       {"enableResult 0", "enableResult 0"},
       "spare"},
      {"what follows a failure is not executed",
       {PsmoList{enable(kAbsent), enable(kLocal)}},
       {"enableResult 1"}},
      {"disable", {PsmoList{disable(kBootstrap)}}, {"disableResult 0"}, "none"},
      {"disable: no such profile", {PsmoList{disable(kAbsent)}}, {"disableResult 1"}},
      {"disable: not enabled", {PsmoList{disable(kLocal)}}, {"disableResult 2"}},
      {"disable: policy",
       {PsmoList{disable(kBootstrap)}},
       {"disableResult 3"},
       "bootstrap",
       profiles(boot_locked)},
      {"disable after enable",
       {PsmoList{enable(kLocal), disable(kLocal)}},
       {"enableResult 0, disableResult 127"},
       "vivo-local"},
      {"disable, then enable",
       {PsmoList{disable(kBootstrap), enable(kLocal, false)}},
       {"disableResult 0, enableResult 0"},
       "vivo-local"},
      {"disable, then enable with rollback: nothing is enabled any more",
       {PsmoList{disable(kBootstrap), enable(kLocal)}},
       {"disableResult 0, enableResult 20"},
       "none"},
      {"delete",
       {PsmoList{remove(kLocal)}, PsmoList{remove(kLocal)}},
       {"deleteResult 0", "deleteResult 1"}},
      {"delete: enabled", {PsmoList{remove(kBootstrap)}}, {"deleteResult 2"}},
      {"delete: policy",
       {PsmoList{remove(kLocal)}},
       {"deleteResult 3"},
       "bootstrap",
       profiles(local_kept)},
      {"delete: what an open rollback returns to",
       {PsmoList{enable(kLocal), remove(kBootstrap)}},
       {"enableResult 0, deleteResult 20"},
       "vivo-local"},
      {"delete in the next package: the rollback is closed",
       {PsmoList{enable(kLocal)}, PsmoList{remove(kBootstrap)}},
       {"enableResult 0", "deleteResult 0"},
       "vivo-local"},
      {"delete after enable without rollback",
       {PsmoList{enable(kLocal, false), remove(kBootstrap)}},
       {"enableResult 0, deleteResult 0"},
       "vivo-local"},
      {"an empty list", {PsmoList{}}, {""}},
  };
  for (const Row& row : rows) run(row);
}

TEST_CASE("fallback attribute, immediate enabling, addresses, lists and rules") {
  auto boot_fallback = with(three_profiles(), 0, [](Profile& p) { p.fallback = true; });
  const std::vector<Profile> local_allowed =
      with(boot_fallback, 1, [](Profile& p) { p.fallback_allowed = true; });
  const Row rows[] = {
      {"set", {PsmoList{fall_back_to(kBootstrap)}}, {"setFallbackAttributeResult 0"}},
      {"set again",
       {PsmoList{fall_back_to(kBootstrap), fall_back_to(kBootstrap)}},
       {"setFallbackAttributeResult 0, setFallbackAttributeResult 0"}},
      {"set: no such profile", {PsmoList{fall_back_to(kAbsent)}}, {"setFallbackAttributeResult 1"}},
      {"set: not allowed", {PsmoList{fall_back_to(kLocal)}}, {"setFallbackAttributeResult 2"}},
      {"set: the one that has it is enabled",
       {PsmoList{fall_back_to(kLocal)}},
       {"setFallbackAttributeResult 3"},
       "bootstrap",
       profiles(local_allowed)},
      {"set: moves once the other is disabled",
       {PsmoList{enable(kSpare)}, PsmoList{fall_back_to(kLocal)}},
       {"enableResult 0", "setFallbackAttributeResult 0"},
       "spare",
       profiles(local_allowed)},
      {"unset: nobody has it",
       {PsmoList{UnsetFallbackAttribute{}}},
       {"unsetFallbackAttributeResult 2"}},
      {"unset: enabled",
       {PsmoList{UnsetFallbackAttribute{}}},
       {"unsetFallbackAttributeResult 3"},
       "bootstrap",
       profiles(boot_fallback)},
      {"unset",
       {PsmoList{enable(kLocal)}, PsmoList{UnsetFallbackAttribute{}}},
       {"enableResult 0", "unsetFallbackAttributeResult 0"},
       "vivo-local",
       profiles(boot_fallback)},
      {"immediate enabling",
       {PsmoList{ConfigureImmediateEnable{.enable = true}}},
       {"configureImmediateEnableResult 0"}},
      {"immediate enabling: not supported",
       {PsmoList{ConfigureImmediateEnable{.enable = true}}},
       {"configureImmediateEnableResult 7"},
       "bootstrap",
       faulty()},
      {"immediate enabling off is always possible",
       {PsmoList{ConfigureImmediateEnable{}}},
       {"configureImmediateEnableResult 0"},
       "bootstrap",
       faulty()},
      {"default SM-DP+",
       {PsmoList{SetDefaultDpAddress{"smdp.example.com"}}},
       {"setDefaultDpAddressResult 0"}},
      {"list, then enable",
       {PsmoList{ListProfileInfo{}, enable(kLocal)}},
       {"listProfileInfoResult 0, enableResult 0"},
       "vivo-local"},
      {"list after enable",
       {PsmoList{enable(kLocal), ListProfileInfo{}}},
       {"enableResult 0, listProfileInfoResult 11"},
       "vivo-local"},
      {"list after disable",
       {PsmoList{disable(kBootstrap), ListProfileInfo{}}},
       {"disableResult 0, listProfileInfoResult 11"},
       "none"},
      {"list after delete",
       {PsmoList{remove(kLocal), ListProfileInfo{}}},
       {"deleteResult 0, listProfileInfoResult 11"}},
      {"list after a failed enable in the package before",
       {PsmoList{enable(kAbsent)}, PsmoList{ListProfileInfo{}}},
       {"enableResult 1", "listProfileInfoResult 0"}},
      {"list: a tag that is not of ProfileInfo",
       {PsmoList{ListProfileInfo{.tag_list = *from_hex("5a84")}}},
       {"listProfileInfoResult 1"}},
      {"list: half a tag",
       {PsmoList{ListProfileInfo{.tag_list = *from_hex("5a9f")}}},
       {"listProfileInfoResult 1"}},
      {"rules", {PsmoList{GetRat{}}}, {"getRATResult 0"}},
  };
  for (const Row& row : rows) run(row);
}

TEST_CASE("what is listed is what is there") {
  Euicc card = make_card();
  Loader load(card);
  load(PsmoList{fall_back_to(kBootstrap)});
  load(PsmoList{ListProfileInfo{}});
  std::vector<ProfileInfo> all = data_of(load.last).results[0].profiles;
  REQUIRE(all.size() == 3);
  CHECK(all[0].iccid == to_wire(kBootstrap));
  CHECK(all[0].state == 1);
  CHECK(all[0].fallback);
  CHECK(all[0].fallback_allowed == true);
  CHECK(all[0].profile_class == 1);
  CHECK(all[1].name == "vivo-local");
  CHECK(all[1].state == 0);
  CHECK(!all[1].fallback);
  Bytes spare_aid = all[2].isdp_aid.value();

  auto listed = [&](ListProfileInfo request) {
    load(PsmoList{std::move(request)});
    std::string names;
    EuiccPackageResultDataSigned data = data_of(load.last);
    for (const ProfileInfo& info : data.results[0].profiles) {
      names += info.name.value_or("-") + " ";
    }
    return names;
  };
  CHECK(listed({.criteria = to_wire(kLocal)}) == "vivo-local ");
  CHECK(listed({.criteria = to_wire(kAbsent)}).empty());
  CHECK(listed({.criteria = std::int64_t{1}}) == "bootstrap ");
  CHECK(listed({.criteria = std::int64_t{2}}) == "vivo-local spare ");
  // An AID names its profile for good, also when one before it goes.
  load(PsmoList{remove(kLocal)});
  CHECK(listed({.criteria = spare_aid}) == "spare ");
  // Only what was asked for: 5A and 9F70.
  CHECK(listed({.tag_list = *from_hex("5a9f70")}) == "- - ");
  CHECK(to_hex(wire(load.last))
            .find("e3105a0a98001032547698103214"
                  "9f700101") != std::string::npos);
}

TEST_CASE("operations on eIMs") {
  EimConfigurationData no_key = other_eim();
  no_key.eim_key.reset();
  EimConfigurationData bad_key = other_eim();
  bad_key.eim_key = sgp32::PublicKey{*from_hex("3003020100")};
  EimConfigurationData no_counter = other_eim();
  no_counter.counter.reset();
  EimConfigurationData high_counter = other_eim();
  high_counter.counter = 0x800000;
  EimConfigurationData foreign_ci = other_eim();
  foreign_ci.ci_key_id = Bytes(20, 7);
  EimConfigurationData token_given = other_eim();
  token_given.association_token = 5;
  EimConfigurationData token_wanted = other_eim();
  token_wanted.association_token = -1;
  EimConfigurationData update_counter{.eim_id = kEimId, .counter = 40};
  CardWishes knows_ci;
  knows_ci.card.eims.ci_key_id = maker().ci_key_id();
  CardWishes small;
  small.card.eims.eim_count_max = 1;
  const Row rows[] = {
      {"add", {EcoList{AddEim{other_eim()}}}, {"addEimResult 0"}},
      {"add: there already", {EcoList{AddEim{configuration()}}}, {"addEimResult 2"}},
      {"add: no room", {EcoList{AddEim{other_eim()}}}, {"addEimResult 1"}, "bootstrap", small},
      {"add: unknown CI", {EcoList{AddEim{foreign_ci}}}, {"addEimResult 3"}, "bootstrap", knows_ci},
      {"add: a token may be asked for, not given",
       {EcoList{AddEim{token_given}}},
       {"addEimResult 5"}},
      {"add: counter too high", {EcoList{AddEim{high_counter}}}, {"addEimResult 6"}},
      {"add: no key", {EcoList{AddEim{no_key}}}, {"addEimResult 7"}},
      {"add: no counter", {EcoList{AddEim{no_counter}}}, {"addEimResult 7"}},
      {"add: a key that is none", {EcoList{AddEim{bad_key}}}, {"addEimResult 7"}},
      {"delete another",
       {EcoList{AddEim{other_eim()}}, EcoList{DeleteEim{"second.example.com"}}},
       {"addEimResult 0", "deleteEimResult 0"}},
      {"delete: unknown", {EcoList{DeleteEim{"nobody"}}}, {"deleteEimResult 1"}},
      {"delete the last, and go on: it is a success",
       {EcoList{DeleteEim{kEimId}, ListEim{}}},
       {"deleteEimResult 2, listEimResult 0"}},
      {"update: unknown", {EcoList{UpdateEim{other_eim()}}}, {"updateEimResult 1"}},
      {"update: unknown CI",
       {EcoList{UpdateEim{{.eim_id = kEimId, .ci_key_id = Bytes(20, 7)}}}},
       {"updateEimResult 3"},
       "bootstrap",
       knows_ci},
      {"update: counter too high",
       {EcoList{UpdateEim{{.eim_id = kEimId, .counter = 0x800000}}}},
       {"updateEimResult 6"}},
      {"update: a key that is none",
       {EcoList{UpdateEim{{.eim_id = kEimId, .eim_key = bad_key.eim_key}}}},
       {"updateEimResult 7"}},
      {"list", {EcoList{AddEim{other_eim()}, ListEim{}}}, {"addEimResult 0, listEimResult 0"}},
  };
  for (const Row& row : rows) run(row);

  // A token is made when asked for, stands in the result, and from then on under signatures.
  Euicc card = make_card({.token = -1});
  Loader load(card, {.token = 1});
  CHECK(load(EcoList{AddEim{token_wanted}}) == "addEimResult 0");
  CHECK(data_of(load.last).results[0].association_token == 2);
  Loader second(card, {.token = 2, .eim_id = "second.example.com"});
  CHECK(second(PsmoList{enable(kLocal)}) == "enableResult 0");
  // Deleted and added again: packages under the old token are worth nothing, low as counters are.
  CHECK(load(EcoList{DeleteEim{"second.example.com"}, AddEim{token_wanted}}) ==
        "deleteEimResult 0, addEimResult 0");
  Bytes old =
      request(PsmoList{enable(kSpare)}, {.counter = 9, .token = 2, .eim_id = "second.example.com"});
  CHECK(std::holds_alternative<EuiccPackageErrorUnsigned>(result_of(card.load_package(old))));
  CHECK(enabled_name(card) == "vivo-local");

  // A new key holds from the next package on; a higher counter stays.
  PrivateKey next = PrivateKey::generate().value();
  EimConfigurationData rekeyed{.eim_id = kEimId, .counter = 40};
  rekeyed.eim_key = sgp32::PublicKey{next.public_key_info()};
  CHECK(load(EcoList{UpdateEim{rekeyed}}) == "updateEimResult 0");
  CHECK(card.eims().find(kEimId)->counter == 40);
  auto verdict = [&](std::int64_t counter, const PrivateKey& key) {
    EuiccPackageResult result = result_of(card.load_package(
        request(PsmoList{ListProfileInfo{}}, {.counter = counter, .token = 1, .key = &key})));
    return result.index();
  };
  CHECK(verdict(41, eim_key()) == 2);  // unsigned error
  CHECK(verdict(40, next) == 1);       // replay
  CHECK(verdict(41, next) == 0);
}

TEST_CASE("the result of an eIM that removed itself is signed under its old token") {
  Euicc card = make_card({.token = -1});
  EuiccPackageResult result =
      result_of(card.load_package(request(EcoList{DeleteEim{kEimId}}, {.token = 1})));
  const auto& sealed = std::get<EuiccPackageResultSigned>(result);
  TrustedKey key = TrustedKey::from_certificate(identity().certificate).value();
  CHECK(key.verify(signed_bytes(sealed.data.encoding, 1), sealed.signature));
  CHECK(card.eims().associations().empty());
  EuiccPackageResult next =
      result_of(card.load_package(request(PsmoList{}, {.counter = 2, .token = 1})));
  CHECK(std::holds_alternative<EuiccPackageErrorUnsigned>(next));
}

TEST_CASE("operations that cannot be read end the package where they stand") {
  // enable, then an operation of tag AF; A3 without an ICCID; a psmo in a list of eCOs.
  const char* const kTails[] = {"a011a30c5a0a98552143658709214365af0100", "a002a300",
                                "a10ea40c5a0a98001032547698103214"};
  const char* const kAnswers[] = {"enableResult 0, processingTerminated 2",
                                  "processingTerminated 2", "processingTerminated 2"};
  for (std::size_t i = 0; i < std::size(kTails); ++i) {
    INFO(kTails[i]);
    Bytes part = *from_hex(
        "3000"
        "800f65696d2e6578616d706c652e636f6d"
        "5a1089049032123451234512345678901235"
        "810101");
    Bytes tail = *from_hex(kTails[i]);
    part.insert(part.end(), tail.begin(), tail.end());
    part[1] = static_cast<std::uint8_t>(part.size() - 2);
    Euicc card = make_card();
    PackageAnswer answer = card.load_package(request_around(part));
    CHECK(codes(result_of(answer)) == kAnswers[i]);
    CHECK(card.eims().find(kEimId)->counter == 1);
  }
}

TEST_CASE("a card's own reasons: busy, interrupted, too much to say") {
  Euicc card = make_card();
  Loader load(card);
  for (std::int64_t code : {5, 127}) {
    card.faults().refuse_once = {{Operation::enable, code}};
    CHECK(load(PsmoList{ListProfileInfo{}, enable(kLocal)}) ==
          "listProfileInfoResult 0, enableResult " + std::to_string(code));
    CHECK(enabled_name(card) == "bootstrap");
  }
  card.faults().interrupt_after = 1;
  CHECK(load(PsmoList{enable(kLocal), remove(kSpare)}) == "enableResult 0, processingTerminated 3");
  CHECK(enabled_name(card) == "vivo-local");
  CHECK(load(PsmoList{remove(kSpare)}) == "deleteResult 0");

  Euicc small = make_card({.card = {.result_bytes_max = 120}});
  Loader load_small(small);
  CHECK(load_small(PsmoList{ListProfileInfo{}}) == "processingTerminated 1");
  CHECK(load_small(PsmoList{enable(kLocal)}) == "enableResult 0");
}

TEST_CASE("rollback: one result in place of the other, with a number of its own") {
  Euicc card = make_card();
  CHECK(!card.roll_back());
  Loader load(card);
  CHECK(load(PsmoList{ListProfileInfo{}, enable(kLocal)}) ==
        "listProfileInfoResult 0, enableResult 0");
  std::int64_t first = data_of(load.last).sequence_number;
  std::optional<EuiccPackageResult> rolled_back = card.roll_back();
  REQUIRE(rolled_back);
  CHECK(codes(*rolled_back) == "listProfileInfoResult 0, rollbackResult 0");
  CHECK(data_of(*rolled_back).counter == 1);
  CHECK(data_of(*rolled_back).transaction_id == transaction());
  CHECK(data_of(*rolled_back).sequence_number > first);
  CHECK(enabled_name(card) == "bootstrap");
  REQUIRE(card.outbox().results().size() == 1);
  CHECK(card.outbox().results()[0].result == *rolled_back);
  CHECK(!card.acknowledge(first));
  CHECK(!card.roll_back());
  // Without the flag there is nothing to take back, and a later package closes it.
  load(PsmoList{enable(kLocal, false)});
  CHECK(!card.roll_back());
  load(PsmoList{enable(kBootstrap)});
  load(PsmoList{ListProfileInfo{}});
  CHECK(!card.roll_back());
  CHECK(enabled_name(card) == "bootstrap");
}

TEST_CASE("results and notifications are kept until acknowledged, under one numbering") {
  auto telling = with(three_profiles(), 1, [](Profile& p) {
    p.notify = {{BitString{"0111"}, "smdp.example.com"}};
  });
  Euicc card = make_card(profiles(telling));
  Loader load(card);
  load(PsmoList{enable(kLocal)});      // notification 1, result 2
  load(PsmoList{enable(kBootstrap)});  // notification 3, result 4
  load(PsmoList{ListProfileInfo{}});   // result 5
  load(PsmoList{remove(kLocal)});      // notification 6, result 7
  std::string numbers;
  for (const StoredResult& one : card.outbox().results()) {
    numbers += std::to_string(one.number) + " ";
  }
  CHECK(numbers == "2 4 5 7 ");
  std::string events;
  for (const StoredNotification& one : card.outbox().notifications()) {
    CHECK(sequence_number(one.notification) == one.number);
    const auto& note = std::get<OtherSignedNotification>(one.notification);
    CHECK(note.metadata.value.iccid == to_wire(kLocal));
    TrustedKey key = TrustedKey::from_certificate(note.euicc.der).value();
    CHECK(key.verify(note.metadata.encoding, note.signature));
    events += std::to_string(one.number) + ":" + one.event.bits + " ";
  }
  CHECK(events == "1:01 3:001 6:0001 ");
  CHECK(card.acknowledge(4));
  CHECK(!card.acknowledge(4));
  CHECK(card.acknowledge(1));
  CHECK(!card.acknowledge(8));
  CHECK(card.outbox().results().size() == 3);
  CHECK(card.outbox().notifications().size() == 2);
}

TEST_CASE("the store of results is as small as a card's: the oldest give way") {
  Euicc card = make_card({.card = {.stored_count_max = 2}});
  Loader load(card);
  for (int i = 0; i < 3; ++i) load(PsmoList{GetRat{}});
  REQUIRE(card.outbox().results().size() == 2);
  CHECK(card.outbox().results().front().number == 2);
}

TEST_CASE("a card of version 1.0: fewer operations, fewer codes, another signature") {
  auto none_enabled = with(three_profiles(), 0, [](Profile& p) { p.enabled = false; });
  const Row rows[] = {
      {"enable", {PsmoList{enable(kLocal)}}, {"enableResult 0"}, "vivo-local", in_1_0()},
      {"no code for a missing rollback",
       {PsmoList{enable(kLocal)}},
       {"enableResult 127"},
       "none",
       {.version = Version::v1_0, .profiles = none_enabled}},
      {"add: there already",
       {EcoList{AddEim{configuration()}}},
       {"addEimResult 127"},
       "bootstrap",
       in_1_0()},
  };
  for (const Row& row : rows) run(row);

  Euicc card = make_card(in_1_0());
  // Operations of 1.1, signed by an eIM that does not know better.
  Bytes newer = request(PsmoList{fall_back_to(kBootstrap)}, {.version = Version::v1_2});
  CHECK(codes(result_of(card.load_package(newer))) == "processingTerminated 2");
  Bytes package = request(PsmoList{enable(kLocal)}, {.counter = 2, .version = Version::v1_0});
  EuiccPackageResult result = result_of(card.load_package(package));
  const auto& sealed = std::get<EuiccPackageResultSigned>(result);
  Bytes covered = sealed.data.encoding;
  EuiccPackageRequest sent = read<EuiccPackageRequest>(package, Version::v1_0).value();
  covered.insert(covered.end(), sent.signature.begin(), sent.signature.end());
  TrustedKey key = TrustedKey::from_certificate(identity().certificate).value();
  CHECK(key.verify(covered, sealed.signature));
  CHECK(!key.verify(signed_bytes(sealed.data.encoding, {}), sealed.signature));
  // An unsigned error names no transaction in 1.0.
  Bytes unknown = request(PsmoList{}, {.eim_id = "nobody", .version = Version::v1_0});
  CHECK(to_hex(wire(result_of(card.load_package(unknown)), Version::v1_0)) ==
        "bf510aa20880066e6f626f6479");
}

TEST_CASE("falling back is the card's own doing, and can be undone") {
  auto with_fallback = with(three_profiles(), 0, [](Profile& p) { p.fallback = true; });
  Euicc card = make_card(profiles(with_fallback));
  CHECK(!card.fall_back());  // enabled already
  Loader load(card);
  load(PsmoList{enable(kLocal)});
  CHECK(card.fall_back());
  CHECK(enabled_name(card) == "bootstrap");
  CHECK(load(PsmoList{remove(kLocal)}) == "deleteResult 21");
  CHECK(card.return_from_fallback());
  CHECK(enabled_name(card) == "vivo-local");
  CHECK(!card.return_from_fallback());
  CHECK(load(PsmoList{enable(kSpare)}) == "enableResult 0");
  CHECK(load(PsmoList{remove(kLocal)}) == "deleteResult 0");
}

TEST_CASE("what a card tells of itself") {
  Euicc card = make_card({.token = -1});
  Loader load(card, {.token = 1});
  load(PsmoList{enable(kLocal)});
  load(PsmoList{enable(kSpare)});
  auto ask = [&](const char* tags, auto change) {
    IpaEuiccDataRequest request;
    request.tag_list = *from_hex(tags);
    request.transaction_id = transaction();
    change(request);
    return card.data(request, kEimId);
  };
  auto nothing = [](IpaEuiccDataRequest&) {};
  auto all = std::get<IpaEuiccData>(ask("a0a2bf20bf228384a5a6a8a9", nothing));
  CHECK(all.transaction_id == transaction());
  CHECK(all.association_token == 1);
  CHECK(all.euicc_certificate->der == identity().certificate);
  CHECK(all.eum_certificate->der == maker().eum().certificate);
  CHECK(all.results->size() == 2);
  CHECK(write(IpaEuiccDataResponse(all), Version::v1_2).ok());
  auto second = std::get<IpaEuiccData>(
      ask("a2", [](IpaEuiccDataRequest& r) { r.result_criteria = std::int64_t{2}; }));
  CHECK(second.results->size() == 1);
  for (const char* tags : {"5a", "bf2d", "80", "88", "bf2b", "a2bf"}) {
    INFO(tags);
    CHECK(std::get<IpaEuiccDataError>(ask(tags, nothing)).code == 1);
  }
  card.faults().ecall_active = true;
  CHECK(std::get<IpaEuiccDataError>(ask("a6", nothing)).code == 104);

  Euicc old = make_card(in_1_0());
  Loader load_old(old);
  load_old(PsmoList{enable(kLocal)});
  IpaEuiccDataRequest request;
  request.tag_list = *from_hex("bf2b");
  request.notification_criteria = Null{};
  auto lists = std::get<IpaEuiccData>(old.data(request, kEimId)).lists_in_1_0;
  CHECK(lists->results->size() == 1);
  request.tag_list = *from_hex("a2");
  CHECK(std::get<std::int64_t>(old.data(request, kEimId)) == 1);
}
