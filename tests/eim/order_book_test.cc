// The order book against a scripted card: what goes out, what comes back, what is proven.
#include "adapters/eim/order_book.h"

#include <set>

#include "adapters/store/memory_store.h"
#include "engine/base/diagnostic_code.h"
#include "tests/eim/authority.h"
#include "tests/eim/scripted_card.h"

using namespace sojourn;
using namespace sojourn::eim;
using namespace sojourn::eim::test;

namespace {

const Eid kEid = *parse_eid("89049032123451234512345678901235");
const Eid kStranger = *parse_eid("89049032000000000000000000000001");
const WireIccid kA = to_wire(*parse_iccid("89000123456789012341"));
const WireIccid kB = to_wire(*parse_iccid("8944031287654321095"));

// A house with one device.
struct House {
  explicit House(Version version = Version::v1_2) : card(kEid, version) {
    card.profiles[kA] = {.enabled = true};
    card.profiles[kB] = {};
    Enrolment enrolment;
    enrolment.eid = kEid;
    enrolment.public_key_info = card.card_key.public_key_info();
    REQUIRE(book.enrol(enrolment).ok());
  }

  // GetEimPackage: the content of the answer, or empty when there is nothing.
  Bytes fetch() {
    Result<Answer> answer = book.handle(card.get(), {.now = now});
    if (!answer) FAIL(answer.error().message);
    collect(answer->notices);
    Context context;
    Element outer;
    Element inner;
    Cursor in(answer->body, context);
    REQUIRE(in.next(outer));
    CHECK(outer.tag == 0xBF4F);
    Cursor content(outer.content, context);
    REQUIRE(content.next(inner));
    if (inner.tag == kTagInteger) return {};
    return Bytes(inner.encoding.begin(), inner.encoding.end());
  }

  Bytes deliver(ByteView message) {
    Result<Answer> answer = book.handle(message, {.now = now, .session_eid = kEid});
    if (!answer) FAIL(answer.error().message);
    collect(answer->notices);
    return answer->body;
  }
  std::size_t row_count() {
    return (*store->snapshot())
        ->keys(StoreRange::with_prefix(StoreKey(Space::orders, "default", 1)), 10'000)
        ->size();
  }
  ProvideEimPackageResultResponse response(ByteView body) {
    return *read<ProvideEimPackageResultResponse>(body, card.version);
  }

  // One round of a well-behaved device; false when there was nothing to do.
  bool round() {
    Bytes message = fetch();
    if (message.empty()) return false;
    Bytes body;
    if (message[1] == 0x51) {
      body = deliver(card.provide(card.execute(message)));
    } else {
      IpaEuiccDataRequest request = *read<IpaEuiccDataRequest>(message, card.version);
      body = deliver(card.provide(IpaEuiccDataResponse{card.data(request)}));
    }
    ProvideEimPackageResultResponse answer = response(body);
    if (auto* acknowledged = std::get_if<EimAcknowledgements>(&answer)) card.forget(*acknowledged);
    return true;
  }
  int rounds() {
    int count = 0;
    while (count < 50 && round()) ++count;
    return count;
  }

  OrderId place(const PsmoList& operations, bool force = true) {
    Result<OrderId> id = book.place(kEid, operations, {.force = force});
    if (!id) FAIL(id.error().message);
    return *id;
  }
  Order order(OrderId id) {
    DeviceRecord record = *book.device(kEid);
    Order* found = record.find(id);
    REQUIRE(found != nullptr);
    return *found;
  }
  std::int64_t last_counter() { return book.device(kEid)->last_counter; }
  void collect(const std::vector<Notice>& notices) {
    for (const Notice& notice : notices) kinds.insert(notice.kind);
  }

  std::unique_ptr<Store> store = make_memory_store();
  SigningKey signer = SigningKey::from_pem(kEimPem).value();
  OrderBook book{*store, signer, random_bytes(), {.eim_id = "eim.example.com"}};
  ScriptedCard card;
  Instant now{1'780'000'000'000};
  std::set<Notice::Kind> kinds;
};

}  // namespace

TEST_CASE("an enable goes out signed, is executed once, acknowledged and done") {
  for (Version version : {Version::v1_0, Version::v1_2}) {
    INFO(version_text(version));
    House house(version);
    OrderId id = house.place({Enable{kB, true}});
    CHECK(house.rounds() == 1);
    CHECK(house.order(id).state == OrderState::done);
    CHECK(house.card.profiles[kB].enabled);
    CHECK(!house.card.profiles[kA].enabled);
    CHECK(house.card.stored.empty());  // acknowledged by its own number
    CHECK(house.book.device(kEid)->version == version);
    CHECK(
        house.book.device(kEid)->result_signing ==
        (version == Version::v1_0 ? ResultSigning::with_eim_signature : ResultSigning::with_token));
    CHECK(house.book.take_finished(kEid)->size() == 1);
    CHECK(house.book.take_finished(kEid)->empty());
  }
}

TEST_CASE("a card whose enrolment ended goes on with its counters when it is enrolled again") {
  House house;
  OrderId first = house.place({Enable{kB, true}});
  CHECK(house.book.prepare_removal(kEid).error().code == Code::E0842);  // it waits
  CHECK(house.rounds() == 1);
  CHECK(house.book.prepare_removal(kEid).error().code == Code::E0842);  // nobody took its end
  CHECK(house.book.take_finished(kEid)->size() == 1);
  std::int64_t counter = house.last_counter();
  auto removal = house.book.prepare_removal(kEid);
  REQUIRE(removal.ok());
  CHECK(removal->last_counter == counter);
  REQUIRE(house.store->commit(removal->effect).ok());
  CHECK(house.book.device(kEid).error().code == Code::E0841);
  CHECK(house.book.prepare_removal(kEid).error().code == Code::E0841);
  Result<Answer> answer = house.book.handle(house.card.get(), {.now = house.now});
  CHECK_FALSE((answer.ok() && answer->enrolled));
  Enrolment enrolment;
  enrolment.eid = kEid;
  enrolment.public_key_info = house.card.card_key.public_key_info();
  REQUIRE(house.book.enrol(enrolment).ok());
  CHECK(house.last_counter() == counter);
  OrderId second = house.place({Enable{kA, true}});
  CHECK(second > first);
  CHECK(house.rounds() == 1);
  CHECK(house.order(second).state == OrderState::done);
  CHECK(house.last_counter() > counter);
}

TEST_CASE("the same bytes are served until a verified result") {
  House house;
  house.place({Enable{kB, true}});
  house.place({ListProfileInfo{}});
  Bytes first = house.fetch();
  for (int i = 0; i < 3; ++i) CHECK(house.fetch() == first);
  CHECK(house.last_counter() == 1);
  // The counter was durable before the bytes left: another book on the same store serves them too.
  OrderBook after_crash(*house.store, house.signer, random_bytes(), {.eim_id = "eim.example.com"});
  Bytes again = after_crash.handle(house.card.get(), {.now = house.now})->body;
  CHECK(std::search(again.begin(), again.end(), first.begin(), first.end()) != again.end());
  CHECK(house.last_counter() == 1);
  house.deliver(house.card.provide(house.card.execute(first)));
  CHECK(house.fetch() != first);
  CHECK(house.last_counter() == 2);
}

TEST_CASE("a result counts once, by whatever way it comes") {
  House house;
  OrderId id = house.place({Enable{kB, true}});
  EuiccPackageResult result = house.card.execute(house.fetch());
  Bytes message = house.card.provide(result);
  Bytes first = house.deliver(message);
  REQUIRE(house.order(id).state == OrderState::done);
  DeviceRecord record = *house.book.device(kEid);
  CHECK(house.deliver(message) == first);  // acknowledged again, or the card would keep it for ever
  HandleNotification notification = *read<ProvideEimPackageResult>(message, Version::v1_2);
  CHECK(house.deliver(*write(notification, Version::v1_2)).empty());
  CHECK(*house.book.device(kEid) == record);
}

TEST_CASE("a result without EID finds its device by the transaction") {
  House house;
  OrderId id = house.place({Enable{kB, true}});
  Bytes message = house.card.provide(house.card.execute(house.fetch()), false);
  Result<Answer> answer = house.book.handle(message, {.now = house.now});
  REQUIRE(answer.ok());
  CHECK(answer->eid == kEid);
  CHECK(house.order(id).state == OrderState::done);
}

TEST_CASE("a forged result is refused and not acknowledged") {
  House house;
  OrderId id = house.place({Enable{kB, true}});
  EuiccPackageResult result = house.card.execute(house.fetch());
  auto& good = std::get<EuiccPackageResultSigned>(result);
  SECTION("another key") {
    good.signature = *house.signer.sign(signed_bytes(good.data.encoding, {}));
  }
  SECTION("changed data") {
    good.data.value.results[0].code = 1;
    good.data.encoding = *write(good.data.value, Version::v1_2);
  }
  SECTION("another token") {
    good.signature = *house.card.card_key.sign(signed_bytes(good.data.encoding, 77));
  }
  Bytes body = house.deliver(house.card.provide(result));
  CHECK(std::holds_alternative<Null>(house.response(body)));
  CHECK(house.order(id).state == OrderState::outstanding);
  CHECK(house.kinds.contains(Notice::Kind::signature_refused));
}

TEST_CASE("failures the card proves end the order with their reason") {
  House house;
  OrderId unknown = house.place({Enable{to_wire(*parse_iccid("8900000000000000000")), true}});
  house.rounds();
  CHECK(house.order(unknown).state == OrderState::failed);
  CHECK(house.order(unknown).reason == "enableResult 1 (iccidOrAidNotFound)");
  CHECK(!house.order(unknown).evidence.empty());

  house.card.loses_network = true;
  OrderId lost = house.place({Enable{kB, true}});
  house.rounds();
  CHECK(house.order(lost).state == OrderState::failed);
  CHECK(house.order(lost).reason.find("rollbackResult") != std::string::npos);
}

TEST_CASE("enabling what is enabled is success after a look at the list") {
  House house;
  OrderId id = house.place({Enable{kA, true}});
  CHECK(house.rounds() == 2);  // the package, the list
  CHECK(house.order(id).state == OrderState::done);
  CHECK(house.book.take_finished(kEid)->size() == 1);  // the book's own list is nobody's order
}

TEST_CASE("a lost result: replay proves it, the stored results tell it") {
  for (Version version : {Version::v1_0, Version::v1_2}) {
    INFO(version_text(version));
    House house(version);
    OrderId id = house.place({Enable{kB, true}});
    house.card.execute(house.fetch());  // executed; the result never arrives
    CHECK(house.rounds() == 2);         // the same bytes: replay; then the question
    CHECK(house.order(id).state == OrderState::done);
    CHECK(house.card.executed_count == 1);
    CHECK(house.card.stored.empty());
  }
}

TEST_CASE("a lost result that the card forgot: the list of profiles tells it") {
  House house;
  OrderId id = house.place({Enable{kB, true}});
  house.card.execute(house.fetch());
  house.card.stored.clear();
  CHECK(house.rounds() == 3);  // replay, no stored result, list
  CHECK(house.order(id).state == OrderState::done);
  CHECK(house.last_counter() == 2);
}

TEST_CASE("a lost result that changed nothing is tried again under a new counter") {
  House house;
  OrderId id = house.place({Enable{kB, true}});
  house.card.execute(house.fetch());
  house.card.stored.clear();
  house.card.profiles[kB].enabled = false;  // undone behind our back
  house.card.profiles[kA].enabled = true;
  house.rounds();
  CHECK(house.order(id).state == OrderState::done);
  CHECK(house.order(id).attempt_count == 2);
  CHECK(house.last_counter() == 3);
  CHECK(house.card.profiles[kB].enabled);
}

TEST_CASE("a result that cannot be read is kept, and its order asked about") {
  House house;
  OrderId id = house.place({Enable{kB, true}});
  Bytes message = house.card.provide(house.card.execute(house.fetch()));
  message[message.size() - 70] ^= 0xFF;  // inside the list of results
  Bytes cut(message.begin(), message.end() - 5);
  Bytes body = house.deliver(cut);
  CHECK(std::holds_alternative<Null>(house.response(body)));
  CHECK(house.kinds.contains(Notice::Kind::unreadable));
  CHECK(house.order(id).state == OrderState::unsure);
  house.rounds();
  CHECK(house.order(id).state == OrderState::done);
  CHECK(house.card.executed_count == 1);
}

TEST_CASE("an unsigned error never ends an order; a wrong transaction says nothing") {
  House house;
  OrderId id = house.place({Enable{kB, true}});
  Bytes bytes = house.fetch();
  EuiccPackageErrorUnsigned error;
  error.eim_id = "eim.example.com";
  SECTION("no transaction, or another") {
    house.deliver(house.card.provide(EuiccPackageResult{error}));
    error.transaction_id = *make_transaction_id(Bytes(16, 1));
    house.deliver(house.card.provide(EuiccPackageResult{error}));
    CHECK(house.order(id).complaint_count == 0);
    CHECK(house.fetch() == bytes);
  }
  SECTION("the transaction: later, longer each time, and the same bytes") {
    error.transaction_id = house.order(id).transaction_id;
    for (std::int64_t wait : {5, 10, 20}) {
      house.deliver(house.card.provide(EuiccPackageResult{error}));
      CHECK(house.kinds.contains(Notice::Kind::complaint));
      house.now = house.now + minutes(wait) - seconds(1);
      CHECK(house.fetch().empty());
      house.now = house.now + seconds(1);
      CHECK(house.fetch() == bytes);
    }
  }
}

TEST_CASE("an emergency call is later, not failure") {
  House house;
  house.card.ecall = true;
  OrderId id = house.place({Enable{kB, true}});
  CHECK(house.rounds() == 1);
  CHECK(house.order(id).state == OrderState::queued);
  CHECK(house.fetch().empty());
  house.now = house.now + minutes(5);
  CHECK(house.rounds() == 1);
  CHECK(house.order(id).state == OrderState::done);
  CHECK(house.order(id).counter == 2);  // never the old one again
}

TEST_CASE("orders go one after another") {
  House house;
  OrderId first = house.place({Enable{kB, true}});
  OrderId second = house.place({Delete{kA}});
  house.fetch();
  CHECK(house.order(first).state == OrderState::outstanding);
  CHECK(house.order(second).state == OrderState::queued);
  CHECK(!house.book.withdraw(kEid, first).ok());
  CHECK(house.book.withdraw(kEid, second).ok());
  CHECK(house.rounds() == 1);
  CHECK(house.card.profiles.size() == 2);
}

TEST_CASE("what could strand a device needs force") {
  House house;
  auto refused = [&](const PsmoList& operations) {
    Result<OrderId> id = house.book.place(kEid, operations, {});
    return !id.ok() && id.error().code == Code::E0842;
  };
  CHECK(refused({Disable{kB}}));  // never listed
  house.card.profiles[kB].fallback = true;
  house.place({ListProfileInfo{}});
  house.rounds();
  CHECK(refused({Disable{kA}}));
  CHECK(refused({Delete{kA}}));
  CHECK(refused({Delete{kB}}));  // the fallback
  CHECK(!refused({Enable{kB, true}, Delete{kA}}) == false);
  CHECK(house.book.place(kEid, PsmoList{Disable{kA}}, {.force = true}).ok());
  CHECK(house.book.place(kEid, EcoList{DeleteEim{"eim.example.com"}}, {}).error().code ==
        Code::E0842);
  // Rules of packages hold with force too.
  for (const PsmoList& bad :
       {PsmoList{}, PsmoList{Enable{kA}, Enable{kB}}, PsmoList{Enable{kA}, Disable{kB}},
        PsmoList{Delete{kB}, ListProfileInfo{}}}) {
    CHECK(house.book.place(kEid, bad, {.force = true}).error().code == Code::E0842);
  }
}

TEST_CASE("data are asked for under the tags of the device's version") {
  for (Version version : {Version::v1_0, Version::v1_2}) {
    INFO(version_text(version));
    House house(version);
    house.place({ListProfileInfo{}});  // so that the book knows which it speaks
    REQUIRE(house.rounds() == 1);
    IpaEuiccDataRequest request;
    request.tag_list = *from_hex("81bf2083a8");
    auto placed = house.book.prepare(kEid, request, {});
    REQUIRE(placed.ok());
    REQUIRE(house.store->commit(placed->effect).ok());
    auto sent = read<IpaEuiccDataRequest>(house.fetch(), version);
    REQUIRE(sent.ok());
    CHECK(to_hex(sent->tag_list) == (version == Version::v1_0 ? "80bf208388" : "81bf2083a8"));
    house.deliver(house.card.provide(IpaEuiccDataResponse{house.card.data(*sent)}));
    CHECK(house.order(placed->id).state == OrderState::done);
  }
}

TEST_CASE("packages of eIMs are prepared under the same rules as they are placed") {
  House house;
  auto effect = house.book.prepare(kEid, EcoList{ListEim{}}, {});
  REQUIRE(effect.ok());
  CHECK(house.store->commit(effect->effect).ok());
  CHECK(house.order(effect->id).state == OrderState::queued);
  const EcoList end = {DeleteEim{"eim.example.com"}};
  CHECK(house.book.prepare(kEid, end, {}).error().code == Code::E0842);
  CHECK(house.book.prepare(kEid, end, {.force = true}).ok());
  CHECK(house.book.prepare(kEid, EcoList{}, {.force = true}).error().code == Code::E0842);
}

TEST_CASE("a device that is not enrolled, and messages of others") {
  House house;
  GetEimPackageRequest request;
  request.eid = *parse_eid("89882119900000000000000000000005");
  Result<Answer> answer = house.book.handle(*write(request, Version::v1_2), {.now = house.now});
  REQUIRE(answer.ok());
  CHECK(to_hex(answer->body) == "bf4f03020102");
  CHECK(house.book.handle(*from_hex("bf3900"), {.now = house.now}).error().code == Code::E0831);
  CHECK(!house.book.handle(*from_hex("bf4f00"), {.now = house.now}).ok());
  CHECK(!house.book.handle({}, {.now = house.now}).ok());
}

TEST_CASE("the empty answer follows the device's version") {
  for (Version version : {Version::v1_0, Version::v1_2}) {
    House house(version);
    house.place({Enable{kB, true}});
    EuiccPackageResult result = house.card.execute(house.fetch());
    std::get<EuiccPackageResultSigned>(result).signature[10] ^= 1;
    CHECK(to_hex(house.deliver(house.card.provide(result))) ==
          (version == Version::v1_0 ? "bf5000" : "bf50023000"));
  }
}

TEST_CASE("a claimed state change is looked into") {
  House house;
  GetEimPackageRequest request;
  request.eid = kEid;
  request.notify_state_change = true;
  request.cause = 1;
  house.card.profiles[kB].enabled = true;
  house.card.profiles[kA].enabled = false;
  Answer answer = *house.book.handle(*write(request, Version::v1_2), {.now = house.now});
  REQUIRE_FALSE(answer.notices.empty());
  CHECK(answer.notices[0].kind == Notice::Kind::state_change_claimed);
  CHECK(answer.notices[0].cause == 1);
  CHECK(house.book.device(kEid)->profiles.empty());  // a claim changes nothing
  house.rounds();
  CHECK(house.book.device(kEid)->profiles.size() == 2);
}

TEST_CASE("an unknown card is asked for its certificates first") {
  if (!have_openssl()) return;
  Authority authority;
  REQUIRE(authority.root("ci"));
  REQUIRE(authority.issue("ci", "eum", "/O=Maker/CN=EUM", eum_extensions("89049032")));
  REQUIRE(authority.issue("eum", "euicc", "/O=Maker/CN=e/serialNumber=" + to_text(kEid),
                          "keyUsage=critical,digitalSignature\n"));
  REQUIRE(authority.issue("eum", "other",
                          "/O=Maker/CN=e/serialNumber=89049032000000000000000000000001",
                          "keyUsage=critical,digitalSignature\n"));
  auto store = make_memory_store();
  SigningKey signer = SigningKey::from_pem(kEimPem).value();
  OrderBook book(*store, signer, random_bytes(),
                 {.eim_id = "eim.example.com", .ci_certificates = {authority.der("ci")}});
  Enrolment enrolment;
  enrolment.eid = kEid;
  REQUIRE(book.enrol(enrolment).ok());
  REQUIRE(book.place(kEid, PsmoList{Enable{kB, true}}, {}).ok());
  Instant now = Instant{static_cast<std::int64_t>(time(nullptr)) * 1000} + days(1);
  ScriptedCard card(kEid);
  card.token = 9;
  card.profiles[kB] = {};
  card.card_key = SigningKey::from_pem(authority.private_pem("euicc")).value();
  auto fetch = [&] {
    return *read<GetEimPackageResponse>(book.handle(card.get(), {.now = now})->body, card.version);
  };

  GetEimPackageResponse first = fetch();
  const auto* request = std::get_if<IpaEuiccDataRequest>(&first);
  REQUIRE(request != nullptr);
  CHECK(to_hex(request->tag_list) == "84a5a6a8");
  IpaEuiccData data = card.data(*request);
  data.association_token = card.token;
  data.eum_certificate = Certificate{authority.der("eum")};
  SECTION("with its own certificate it is believed") {
    data.euicc_certificate = Certificate{authority.der("euicc")};
    Answer answer = *book.handle(card.provide(IpaEuiccDataResponse{data}), {.now = now});
    REQUIRE(!answer.notices.empty());
    CHECK(answer.notices[0].kind == Notice::Kind::identity_learnt);
    CHECK(book.device(kEid)->association_token == 9);
    GetEimPackageResponse second = fetch();
    const auto* package = std::get_if<EuiccPackageRequest>(&second);
    REQUIRE(package != nullptr);
    EuiccPackageResult result = card.execute(*write(*package, card.version));
    book.handle(card.provide(result), {.now = now}).value();
    REQUIRE(book.take_finished(kEid)->size() == 1);
    CHECK(card.profiles[kB].enabled);
  }
  SECTION("when it came too late, it is asked for again, and the replay proves the rest") {
    IpaEuiccData nothing;
    nothing.transaction_id = request->transaction_id;
    book.handle(card.provide(IpaEuiccDataResponse{nothing}), {.now = now}).value();
    card.token.reset();
    GetEimPackageResponse second = fetch();
    const auto* package = std::get_if<EuiccPackageRequest>(&second);
    REQUIRE(package != nullptr);
    EuiccPackageResult result = card.execute(*write(*package, card.version));
    Answer refused = *book.handle(card.provide(result), {.now = now});
    CHECK(refused.notices[0].kind == Notice::Kind::signature_refused);
    GetEimPackageResponse third = fetch();
    const auto* again = std::get_if<IpaEuiccDataRequest>(&third);
    REQUIRE(again != nullptr);
    data.transaction_id = again->transaction_id;
    data.association_token.reset();
    data.euicc_certificate = Certificate{authority.der("euicc")};
    book.handle(card.provide(IpaEuiccDataResponse{data}), {.now = now}).value();
    CHECK(std::get<EuiccPackageRequest>(fetch()) == *package);  // the very same bytes
    book.handle(card.provide(result), {.now = now}).value();
    CHECK(book.take_finished(kEid)->at(0).state == OrderState::done);
  }
  SECTION("with another card's it is not") {
    data.euicc_certificate = Certificate{authority.der("other")};
    Answer answer = *book.handle(card.provide(IpaEuiccDataResponse{data}), {.now = now});
    REQUIRE(!answer.notices.empty());
    CHECK(answer.notices[0].kind == Notice::Kind::identity_refused);
    CHECK(book.device(kEid)->public_key_info.empty());
  }
}

TEST_CASE("notifications are kept before they are acknowledged") {
  House house;
  house.place({Enable{kB, true}});
  CompactOtherSignedNotification enabled;
  enabled.eid = kEid;
  enabled.metadata.value = {31, BitString{"01"}, "notify.example.com", kB};
  enabled.signature = Bytes(64, 3);
  ResultAndNotifications both;
  both.result = house.card.execute(house.fetch());
  both.pending.notifications.emplace().push_back(enabled);
  ProvideEimPackageResultResponse answer = house.response(house.deliver(house.card.provide(both)));
  CHECK(std::get<EimAcknowledgements>(answer) == EimAcknowledgements{101, 31});
  enabled.metadata.value.sequence_number = 30;
  Bytes alone = *write(HandleNotification{enabled}, Version::v1_2);
  CHECK(house.deliver(alone).empty());
  CHECK(house.deliver(alone).empty());  // again: one notification, kept once
  std::vector<Bytes> kept = *house.book.take_notifications(kEid);
  REQUIRE(kept.size() == 2);
  CHECK(kept[0] == alone);
  CHECK(house.book.take_notifications(kEid)->empty());
}

TEST_CASE("notifications that nobody takes do not fill the store, nor do those of nobody") {
  House house;
  auto notification = [](const Eid& eid, std::int64_t number) {
    CompactOtherSignedNotification one;
    one.eid = eid;
    one.metadata.value = {number, BitString{"01"}, "notify.example.com", kB};
    one.signature = Bytes(64, 3);
    return *write(HandleNotification{one}, Version::v1_2);
  };
  std::size_t rows_before = house.row_count();
  for (std::int64_t number = 1; number <= 200; ++number) {
    CHECK(house.deliver(notification(kEid, number)).empty());
    CHECK(house.deliver(notification(kStranger, number)).empty());
  }
  CHECK(house.row_count() == rows_before + kNotificationsKeptMax);
  std::vector<Bytes> kept = *house.book.take_notifications(kEid);
  REQUIRE(kept.size() == kNotificationsKeptMax);
  CHECK(kept.back() == notification(kEid, 200));
  CHECK(kept.front() == notification(kEid, 201 - std::int64_t{kNotificationsKeptMax}));
  CHECK(house.row_count() == rows_before);
}

TEST_CASE("a download is triggered, and believed when the card signs it") {
  House house;
  ProfileDownloadTriggerRequest trigger;
  trigger.source = "1$smdp.example.com$MATCH";
  OrderId id = *house.book.place(kEid, trigger);
  ProfileDownloadTriggerRequest sent =
      *read<ProfileDownloadTriggerRequest>(house.fetch(), Version::v1_2);
  CHECK(sent.source == trigger.source);
  ProfileDownloadTriggerResult result;
  result.transaction_id = sent.transaction_id;
  ProfileDownloadError error;
  error.reason = 127;
  result.outcome = error;
  house.deliver(house.card.provide(result));
  CHECK(house.order(id).state == OrderState::outstanding);  // unsigned: not the end
  CHECK(house.fetch().empty());

  ProfileInstallationResult installed;
  installed.data.value.transaction_id = *make_transaction_id(Bytes(8, 7));
  installed.data.value.metadata = {55, BitString{"1"}, "smdp.example.com", kB};
  installed.data.value.smdp_oid = *oid_content("2.999.10");
  installed.data.value.outcome = InstallSuccess{Bytes(16, 0xA0), *from_hex("3000")};
  installed.data.encoding = *write(installed.data.value, Version::v1_2);
  installed.signature = Bytes(64, 1);
  result.outcome = installed;
  house.deliver(house.card.provide(result));
  CHECK(house.order(id).state == OrderState::outstanding);
  installed.signature = *house.card.card_key.sign(installed.data.encoding);
  result.outcome = installed;
  ProvideEimPackageResultResponse answer =
      house.response(house.deliver(house.card.provide(result)));
  CHECK(std::get<EimAcknowledgements>(answer) == EimAcknowledgements{55});
  CHECK(house.order(id).state == OrderState::done);
}

TEST_CASE("a record survives its stored form, and damage is noticed") {
  House house;
  house.place({Enable{kB, true}});
  house.fetch();
  house.place({ListProfileInfo{}});
  DeviceRecord record = *house.book.device(kEid);
  Bytes bytes = to_bytes(record);
  CHECK(*record_from_bytes(bytes) == record);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(!record_from_bytes(ByteView(bytes).first(size)).ok());
  }
}

TEST_CASE("transitions: what is finished stays finished") {
  for (OrderState state : {OrderState::done, OrderState::failed}) {
    for (int event = 0; event <= static_cast<int>(OrderEvent::withdrawn); ++event) {
      CHECK(!next_state(state, static_cast<OrderEvent>(event)));
    }
  }
}

TEST_CASE("an enable returns when it finds no network, unless told otherwise") {
  for (bool without : {false, true}) {
    House house;
    REQUIRE(
        house.book.place(kEid, PsmoList{Enable{kB, without}}, {.without_rollback = without}).ok());
    EuiccPackageRequest request = *read<EuiccPackageRequest>(house.fetch(), Version::v1_2);
    PsmoList operations = std::get<PsmoList>(request.package.value.content);
    CHECK(std::get<Enable>(operations.at(0)).rollback == !without);
  }
}

TEST_CASE(
    "1.0: a result that comes late is judged by its own package's signature, and no other's") {
  House house(Version::v1_0);
  house.place({Enable{kB, true}});
  EuiccPackageResult first = house.card.execute(house.fetch());
  house.deliver(house.card.provide(first));
  house.place({Enable{kA, true}});
  Bytes second_package = house.fetch();
  EuiccPackageRequest second = *read<EuiccPackageRequest>(second_package, Version::v1_0);
  SECTION("it is known, and acknowledged again") {
    house.deliver(house.card.provide(house.card.execute(second_package)));
    REQUIRE(house.book.take_finished(kEid)->size() == 2);
    house.place({GetRat{}});
    house.fetch();
    ProvideEimPackageResultResponse answer =
        house.response(house.deliver(house.card.provide(first)));
    CHECK(std::get<EimAcknowledgements>(answer).size() == 1);
    CHECK(house.kinds.count(Notice::Kind::signature_refused) == 0);
  }
  SECTION("signed over another package's signature it is refused") {
    EuiccPackageResultSigned forged = std::get<EuiccPackageResultSigned>(first);
    forged.signature =
        *house.card.card_key.sign(signed_bytes_in_1_0(forged.data.encoding, second.signature));
    house.deliver(house.card.provide(EuiccPackageResult(forged)));
    CHECK(house.kinds.count(Notice::Kind::signature_refused) == 1);
  }
}

TEST_CASE("signatures are kept for a card's sixteen results in 1.0, and for none in 1.1") {
  for (Version version : {Version::v1_0, Version::v1_2}) {
    House house(version);
    for (int i = 0; i < 20; ++i) {
      house.place({ListProfileInfo{}});
      house.rounds();
    }
    CHECK(house.book.take_finished(kEid)->size() == 20);
    std::size_t kept = house.book.device(kEid)->sent_signatures.size();
    CHECK(kept == (version == Version::v1_0 ? kSentSignaturesMax : 0));
  }
}

TEST_CASE("only what is named, and finished, is forgotten") {
  House house;
  OrderId done = house.place({ListProfileInfo{}});
  OrderId other = house.place({GetRat{}});
  house.rounds();
  OrderId waiting = house.place({GetRat{}});
  REQUIRE(house.book.forget(kEid, {done, waiting, 99}).ok());
  DeviceRecord record = *house.book.device(kEid);
  CHECK(record.find(done) == nullptr);
  CHECK(record.find(other) != nullptr);
  CHECK(record.find(waiting) != nullptr);
}
