// The eIM's order book against fleets of simulated devices, over channels that lose, double and
// reorder messages: every order is carried out exactly once.
//
// The two sides share the encoding of messages and nothing else, so what they agree on is in the
// bytes.
#include "adapters/eim/order_book.h"
#include "adapters/eim/signing.h"
#include "adapters/simulator/in_process_client.h"
#include "adapters/simulator/ipa.h"
#include "adapters/store/memory_store.h"
#include "tests/simulator/card_bench.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::sgp32;

namespace {

Eid nth_eid(std::size_t n) {
  std::string digits = std::to_string(n);
  return *parse_eid("89049032" + std::string(24 - digits.size(), '0') + digits);
}

struct FleetWishes {
  std::size_t size = 20;
  LossyClientOptions loss{};
  std::string misbehaviour{};
  bool certificates_known = false;  // else the eIM asks each device for them
};

class Fleet {
 public:
  explicit Fleet(const FleetWishes& wishes) {
    Misbehaviour misbehaviour = parse_misbehaviour(wishes.misbehaviour).value();
    auto eum = std::make_shared<const Bytes>(maker().eum().certificate);
    for (std::size_t n = 0; n < wishes.size; ++n) {
      auto device = std::make_unique<Device>();
      device->eid = nth_eid(n);
      EuiccIdentity who = make_identity(maker(), device->eid, eum).value();
      eim::Enrolment enrolment{.eid = device->eid};
      if (wishes.certificates_known) enrolment.public_key_info = who.key.public_key_info();
      REQUIRE(book_.enrol(enrolment).ok());
      EuiccOptions options;
      if (misbehaviour.version_1_0) options.version = Version::v1_0;
      device->card =
          std::make_unique<Euicc>(std::move(who), ProfileTable(three_profiles()), options);
      REQUIRE(device->card->add_initial_eim(configuration()).ok());
      device->direct = std::make_unique<InProcessClient>(
          [this, n](ByteView request) { return handle(request, n); });
      LossyClientOptions loss = wishes.loss;
      loss.seed = n + 1;
      device->lossy = std::make_unique<LossyClient>(*device->direct, loss);
      IpaOptions ipa{.eim_id = kEimId, .misbehaviour = misbehaviour, .seed = n + 77};
      if (n > 0) ipa.other_device = nth_eid(n - 1);
      Device* it = device.get();
      device->ipa = std::make_unique<Ipa>(*device->card, *device->lossy, world_, ipa,
                                          [it](std::string_view what) {
                                            if (what.starts_with("enabled ")) ++it->switch_count;
                                          });
      devices_.push_back(std::move(device));
    }
  }

  // Orders every device to enable `iccid`, and polls until all have done it. The number of rounds.
  int switch_all(const Iccid& iccid, int rounds_max) {
    for (auto& device : devices_) {
      Result<eim::OrderId> id =
          book_.place(device->eid, PsmoList{Enable{to_wire(iccid), true}}, {.force = true});
      if (!id) FAIL(id.error().message);
      device->waits_for = *id;
    }
    ++order_count_;
    for (int round = 1; round <= rounds_max; ++round) {
      std::size_t waiting = 0;
      for (auto& device : devices_) {
        if (device->waits_for == 0) continue;
        device->ipa->poll();
        std::vector<eim::Order> finished = book_.take_finished(device->eid).value();
        for (const eim::Order& order : finished) {
          if (order.id != device->waits_for) continue;
          if (order.state != eim::OrderState::done) failures_.push_back(order.reason);
          device->waits_for = 0;
        }
        waiting += device->waits_for == 0 ? 0U : 1U;
      }
      now_ = now_ + hours(6);
      if (waiting == 0) return round;
    }
    return rounds_max + 1;
  }

  void check_exactly_once(const Iccid& iccid) {
    for (auto& device : devices_) {
      INFO(to_text(device->eid));
      REQUIRE(device->switch_count == order_count_);
      REQUIRE(device->card->profiles().enabled()->iccid == iccid);
    }
    CHECK(failures_ == std::vector<std::string>());
  }

  IpaCounts counts() const {
    IpaCounts sum;
    for (const auto& device : devices_) sum += device->ipa->counts();
    return sum;
  }
  std::size_t refused_signature_count() const { return refused_signature_count_; }

 private:
  struct Device {
    Eid eid;
    std::unique_ptr<Euicc> card;
    std::unique_ptr<InProcessClient> direct;
    std::unique_ptr<LossyClient> lossy;
    std::unique_ptr<Ipa> ipa;
    int switch_count = 0;
    eim::OrderId waits_for = 0;
  };

  Result<Bytes> handle(ByteView request, std::size_t n) {
    Result<eim::Answer> answer =
        book_.handle(request, {.now = now_, .session_eid = devices_[n]->eid});
    if (!answer) return std::move(answer).error();
    for (const eim::Notice& notice : answer->notices) {
      if (notice.kind == eim::Notice::Kind::signature_refused) ++refused_signature_count_;
    }
    return std::move(answer->body);
  }

  std::unique_ptr<Store> store_ = make_memory_store();
  eim::SigningKey signer_ = eim::SigningKey::from_pem(eim_key().pem()).value();
  eim::OrderBook book_{*store_,
                       signer_,
                       eim::random_bytes(),
                       {.eim_id = kEimId, .ci_certificates = {maker().ci().certificate}}};
  World world_;
  std::vector<std::unique_ptr<Device>> devices_;
  Instant now_{kCertificatesFrom.ms + days(30).ms};
  int order_count_ = 0;
  std::vector<std::string> failures_;
  std::size_t refused_signature_count_ = 0;
};

void run_lossy(std::size_t size) {
  Fleet fleet(
      {.size = size, .loss = {.lost_percent = 10, .doubled_percent = 10, .reordered_percent = 5}});
  for (const Iccid& iccid : {kLocal, kBootstrap, kSpare}) {
    CHECK(fleet.switch_all(iccid, 60) <= 60);
    fleet.check_exactly_once(iccid);
  }
  IpaCounts counts = fleet.counts();
  WARN(size << " devices, 3 switches each: " << counts.packages << " packages, " << counts.requests
            << " requests, " << counts.unanswered << " unanswered, " << counts.redelivered
            << " results delivered again");
  CHECK(counts.unanswered > size / 2);
}

}  // namespace

TEST_CASE("a fleet over a clean channel: three exchanges and one idle answer per switch") {
  Fleet fleet({.size = 20, .certificates_known = true});
  CHECK(fleet.switch_all(kLocal, 5) == 1);
  fleet.check_exactly_once(kLocal);
  CHECK(fleet.counts().requests == 20 * 3);
  CHECK(fleet.counts().acknowledged == 20);
}

TEST_CASE("certificates are learnt from the devices themselves") {
  Fleet fleet({.size = 5});
  CHECK(fleet.switch_all(kLocal, 10) <= 10);
  fleet.check_exactly_once(kLocal);
  CHECK(fleet.counts().data_requests == 5);
}

TEST_CASE("100 devices over a channel that loses 10% each way, doubles and reorders") {
  run_lossy(100);
}

// Hidden from the fast suite for its length; ctest runs it as simulator_fleet_of_2000 (slow).
TEST_CASE("2,000 devices over a channel that loses 10% each way, doubles and reorders",
          "[.large]") {
  run_lossy(2'000);
}

TEST_CASE("misbehaving devices change no outcome") {
  for (const char* told :
       {"wrong-signature=40%", "replayed-result=40%", "doubled-result=60%", "delayed-result=40%",
        "no-answer=40%", "lost-acknowledgement=50%", "other-devices-package=30%", "omits-eid",
        "1.0", "1.0,doubled-result=50%,lost-acknowledgement=50%"}) {
    INFO(told);
    Fleet fleet({.size = 12, .misbehaviour = told});
    for (const Iccid& iccid : {kLocal, kBootstrap}) {
      CHECK(fleet.switch_all(iccid, 40) <= 40);
      fleet.check_exactly_once(iccid);
    }
    // A card that answers in another's name signs with its own key: refused, as a spoilt one is.
    std::string_view what = told;
    bool spoilt = what.starts_with("wrong-signature") || what.starts_with("other-devices-package");
    CHECK((fleet.refused_signature_count() > 0) == spoilt);
  }
}
