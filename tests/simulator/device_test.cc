// Fleets from a folder, switched by the eIM's order book; what is kept between two runs.
#include "adapters/simulator/device.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "adapters/eim/order_book.h"
#include "adapters/eim/signing.h"
#include "adapters/simulator/card_file.h"
#include "adapters/simulator/in_process_client.h"
#include "adapters/store/memory_store.h"
#include "engine/base/diagnostic_code.h"
#include "tests/eim/openssl_command.h"
#include "tests/simulator/card_bench.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::sgp32;
using eim::test::ScratchFolder;
namespace fs = std::filesystem;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const Iccid kLocalBr = *parse_iccid("89550000000000000001");
const Iccid kDemoBootstrap = *parse_iccid("89000000000000000001");

// An eIM with the keys of a folder.
struct Office {
  explicit Office(const std::string& folder)
      : signer(eim::SigningKey::from_pem(text_of(folder + "/eim.key")).value()),
        book(*store, signer, eim::random_bytes(),
             {.eim_id = kEimId,
              .ci_certificates = {certificate_from_pem(text_of(folder + "/ci.pem")).value()}}) {}

  DeviceRunOptions options(const std::string& folder) {
    DeviceRunOptions run{.folder = folder, .polls = 4, .poll_interval_ms = 1};
    run.client = [this](const Eid& eid) {
      return std::make_unique<InProcessClient>([this, eid](ByteView request) -> Result<Bytes> {
        Result<eim::Answer> answer =
            book.handle(request, {.now = {kCertificatesFrom.ms + days(9).ms}, .session_eid = eid});
        if (!answer) return std::move(answer).error();
        return std::move(answer->body);
      });
    };
    return run;
  }
  void switch_all(std::size_t count, const Iccid& iccid) {
    for (std::size_t n = 0; n < count; ++n) {
      REQUIRE(
          book.place(demo_eid(n), PsmoList{Enable{to_wire(iccid), true}}, {.force = true}).ok());
    }
  }
  std::size_t done_count(std::size_t count) {
    std::size_t done = 0;
    for (std::size_t n = 0; n < count; ++n) {
      std::vector<eim::Order> finished = book.take_finished(demo_eid(n)).value();
      for (const eim::Order& order : finished) {
        done += order.state == eim::OrderState::done && order.kind == eim::OrderKind::package;
      }
    }
    return done;
  }

  std::unique_ptr<Store> store = make_memory_store();
  eim::SigningKey signer;
  eim::OrderBook book;
};

}  // namespace

TEST_CASE("EIDs of a demonstration have right check digits and do not repeat") {
  std::map<Eid, std::size_t> seen;
  for (std::size_t n = 0; n < 1'000; ++n) {
    Eid eid = demo_eid(n);
    REQUIRE(eid_check_digits_hold(eid));
    REQUIRE(seen.emplace(eid, n).second);
  }
  CHECK(to_text(demo_eid(0)).substr(0, 30) == "890490320000000000000000000000");
}

TEST_CASE("a folder of identities: what is in it, and who may read it") {
  ScratchFolder scratch;
  std::string folder = scratch.file("demo");
  IdentityOptions options{.device_count = 3, .valid_from = kCertificatesFrom};
  REQUIRE(make_identities(folder, options).ok());
  CHECK(make_identities(folder, options).error().code == Code::E0872);
  options.device_count = kIdentitiesMax + 1;
  CHECK(make_identities(folder + "-large", options).error().code == Code::E0901);
  CHECK_FALSE(std::filesystem::exists(folder + "-large"));
  std::size_t key_count = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".key") continue;
    ++key_count;
    INFO(entry.path().string());
    CHECK((entry.status().permissions() & fs::perms::mask) ==
          (fs::perms::owner_read | fs::perms::owner_write));
  }
  CHECK(key_count == 4 + 3);
  IdentityFolder opened = IdentityFolder::open(folder).value();
  CHECK(opened.size() == 3);
  CHECK(opened.eid(2) == demo_eid(2));
  CHECK(opened.eim_id() == kEimId);
  CHECK(opened.card(1)->profiles().enabled()->iccid == kDemoBootstrap);
  CHECK(IdentityFolder::open(scratch.file("nowhere")).error().code == Code::E0872);
  fs::remove(folder + "/devices/" + to_text(demo_eid(1)) + ".key");
  CHECK(opened.card(1).error().code == Code::E0872);
  scratch.write("demo/fleet.json", as_bytes("{\"eimId\": 7}"));
  CHECK(IdentityFolder::open(folder).error().code == Code::E0872);
}

TEST_CASE("a card written to JSON and read again is the same card") {
  CardWishes wishes{.token = -1};
  wishes.profiles[0].fallback = true;
  wishes.profiles[1].notify = {{BitString{"0111"}, "smdp.example.com"}};
  wishes.profiles[2].ecall = true;
  wishes.profiles[2].may_be_deleted = false;
  for (Version version : {Version::v1_2, Version::v1_0}) {
    wishes.version = version;
    Euicc card = make_card(wishes);
    Loader load(card, {.token = 1});
    load(PsmoList{Enable{to_wire(kLocal), true},
                  ConfigureImmediateEnable{.enable = true, .smdp_address = "smdp.example.com"}});
    card.fall_back();
    std::string text = card_to_json(card);
    Result<Euicc> again = card_from_json(text, identity(), {}, {});
    if (!again) FAIL(again.error().message);
    CHECK(card_to_json(*again) == text);
    CHECK(again->profiles().profiles() == card.profiles().profiles());
    CHECK(again->version() == version);
    CHECK(again->outbox().results()[0].result == card.outbox().results()[0].result);
    // It knows the counter: nothing is carried out twice over a restart.
    Bytes used = request(PsmoList{Enable{to_wire(kLocal), true}},
                         {.counter = 1, .token = 1, .version = version});
    CHECK(result_of(again->load_package(used)).index() == 1);
    EuiccIdentity other = make_identity(maker(), kOtherEid, identity().eum_certificate).value();
    CHECK(card_from_json(text, other, {}, {}).error().code == Code::E0872);
  }
  for (const char* text : {"", "{}", "[1]"}) {
    CHECK(card_from_json(text, identity(), {}, {}).error().code == Code::E0872);
  }
}

TEST_CASE("a fleet from a folder is switched, and goes on where it ended") {
  ScratchFolder scratch;
  std::string folder = scratch.file("demo");
  constexpr std::size_t kCount = 5;
  REQUIRE(make_identities(folder, {.device_count = kCount, .valid_from = kCertificatesFrom}).ok());
  Office office(folder);
  for (std::size_t n = 0; n < kCount; ++n) {
    REQUIRE(office.book.enrol({.eid = demo_eid(n)}).ok());
  }
  office.switch_all(kCount, kLocalBr);
  std::size_t enabled_count = 0;
  std::size_t polled_count = 0;
  auto sink = [&](const DeviceEvent& event) {
    if (event.text.starts_with("enabled 8955")) ++enabled_count;
    if (event.kind == DeviceEvent::Kind::polled) ++polled_count;
  };
  FleetReport report = run_devices(office.options(folder), sink).value();
  CHECK(report.device_count == kCount);
  CHECK(report.ends[static_cast<std::size_t>(PollEnd::done)] == kCount * 4);
  CHECK(polled_count == kCount * 4);
  CHECK(enabled_count == kCount);
  CHECK(office.done_count(kCount) == kCount);
  CHECK(report.traffic.exchanges == report.counts.requests);
  CHECK(report.traffic.bytes_sent == report.counts.bytes_sent);

  // Another process: the cards have kept profile and counter.
  IdentityFolder opened = IdentityFolder::open(folder).value();
  CHECK(opened.card(3)->profiles().enabled()->iccid == kLocalBr);
  office.switch_all(kCount, kDemoBootstrap);
  DeviceRunOptions some = office.options(folder);
  some.first = 1;
  some.count = 3;
  FleetReport second = run_devices(some, {}).value();
  CHECK(second.device_count == 3);
  CHECK(office.done_count(kCount) == 3);
  CHECK(opened.card(3)->profiles().enabled()->iccid == kDemoBootstrap);
  CHECK(opened.card(4)->profiles().enabled()->iccid == kLocalBr);

  // Two threads, told to stop at once.
  std::atomic<bool> stop = true;
  DeviceRunOptions endless = office.options(folder);
  endless.polls = 0;
  endless.stop = &stop;
  CHECK(run_devices(endless, {})->counts.polls == 0);
  endless.first = 99;
  CHECK(run_devices(endless, {}).error().code == Code::E0872);
}
