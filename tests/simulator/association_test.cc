// What the eIM orders about itself: a new association token, and a new key of its own whose
// updateEim loses its result (sgp32.md 1.5, trap 19).
#include "adapters/eim/order_book.h"
#include "adapters/simulator/in_process_client.h"
#include "adapters/simulator/ipa.h"
#include "adapters/store/memory_store.h"
#include "tests/simulator/card_bench.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::sgp32;

namespace {

const Eid kOneEid = *parse_eid("89049032000000000000000000000017");

struct Pair {
  explicit Pair(eim::PackageSigner* next = nullptr) {
    options.next_signer = next;
    auto eum = std::make_shared<const Bytes>(maker().eum().certificate);
    card = std::make_unique<Euicc>(make_identity(maker(), kOneEid, eum).value(),
                                   ProfileTable(three_profiles()), EuiccOptions{});
    REQUIRE(card->add_initial_eim(configuration()).ok());
    book = std::make_unique<eim::OrderBook>(*store, signer, eim::random_bytes(), options);
    eim::Enrolment enrolment{.eid = kOneEid};
    enrolment.public_key_info = card->identity().key.public_key_info();
    REQUIRE(book->enrol(enrolment).ok());
    ipa = std::make_unique<Ipa>(*card, client, world, IpaOptions{.eim_id = kEimId});
  }

  template <class Operations>
  eim::OrderId place(const Operations& operations) {
    Result<eim::OrderId> id = book->place(kOneEid, operations, {.force = true});
    if (!id) FAIL(id.error().message);
    return *id;
  }
  void polls(int count) {
    for (int i = 0; i < count; ++i) {
      ipa->poll();
      now = now + hours(6);
    }
  }
  eim::OrderState state_of(eim::OrderId id) { return book->device(kOneEid)->find(id)->state; }

  std::unique_ptr<Store> store = make_memory_store();
  eim::SigningKey signer = eim::SigningKey::from_pem(eim_key().pem()).value();
  eim::BookOptions options{.eim_id = kEimId, .ci_certificates = {maker().ci().certificate}};
  std::unique_ptr<eim::OrderBook> book;
  World world;
  std::unique_ptr<Euicc> card;
  bool deaf = false;  // results do not reach the eIM
  Instant now{kCertificatesFrom.ms + days(30).ms};
  InProcessClient client{[this](ByteView request) -> Result<Bytes> {
    Result<eim::Answer> answer = book->handle(request, {.now = now, .session_eid = kOneEid});
    if (!answer) return std::move(answer).error();
    return std::move(answer->body);
  }};
  std::unique_ptr<Ipa> ipa;
};

EimConfigurationData ourselves(const Bytes& public_key, std::int64_t token) {
  EimConfigurationData data = configuration();
  data.eim_key = PublicKey{public_key};
  data.association_token = token;
  data.counter = 0;
  return data;
}

}  // namespace

TEST_CASE("a token that an addEim of ours brought is under every later signature") {
  Pair pair;
  REQUIRE(!pair.book->device(kOneEid)->association_token);
  eim::OrderId anew =
      pair.place(EcoList{DeleteEim{kEimId}, AddEim{ourselves(pair.signer.public_key_info(), -1)}});
  pair.polls(2);
  CHECK(pair.state_of(anew) == eim::OrderState::done);
  std::optional<std::int64_t> token = pair.book->device(kOneEid)->association_token;
  REQUIRE(token);
  CHECK(*token == *pair.card->eims().find(kEimId)->token);
  eim::OrderId enable = pair.place(PsmoList{Enable{to_wire(kLocal), true}});
  pair.polls(2);
  CHECK(pair.state_of(enable) == eim::OrderState::done);
  CHECK(pair.card->profiles().enabled()->iccid == kLocal);
}

TEST_CASE("a new key of the eIM: the card obeys it once its updateEim is proven") {
  eim::SigningKey next = eim::SigningKey::from_pem(PrivateKey::generate().value().pem()).value();
  Pair pair(&next);
  EimConfigurationData update;
  update.eim_id = kEimId;
  update.eim_key = PublicKey{next.public_key_info()};
  eim::OrderId id = pair.place(EcoList{UpdateEim{update}});
  SECTION("its result comes") { pair.polls(2); }
  SECTION("its result is lost for good") {
    // The card executes, and nobody ever hears of it.
    Result<eim::Answer> answer = pair.book->handle(
        *write(GetEimPackageRequest{.eid = kOneEid}, Version::v1_2), {.now = pair.now});
    REQUIRE(answer.ok());
    ByteView package = ByteView(answer->body)
                           .subspan(answer->body[2] < 0x80    ? 3
                                    : answer->body[2] == 0x81 ? 4
                                                              : 5);
    EuiccPackageResult result = result_of(pair.card->load_package(package));
    REQUIRE(pair.card->acknowledge(data_of(result).sequence_number));
    pair.polls(6);
  }
  CHECK(pair.state_of(id) == eim::OrderState::done);
  CHECK(pair.book->device(kOneEid)->eim_key == 1);
  CHECK_FALSE(pair.book->device(kOneEid)->eim_key_in_doubt);
  eim::OrderId enable = pair.place(PsmoList{Enable{to_wire(kLocal), true}});
  pair.polls(2);
  CHECK(pair.state_of(enable) == eim::OrderState::done);
}
