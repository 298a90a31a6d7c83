// An eIM that dies at random instants, between any two instructions or with its disk's cache, and
// is started again: every order is carried out exactly once, and no counter carries two packages.
//
//   SOJOURN_KILL_ROUNDS=10000 build/tests/simulator/simulator_kill_test     # a soak
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "adapters/simulator/identities.h"
#include "adapters/simulator/in_process_client.h"
#include "adapters/store/sqlite_store.h"
#include "engine/base/diagnostic_code.h"
#include "tests/simulator/card_bench.h"
#include "tests/simulator/order_host.h"
#include "tests/store/losing_store.h"
#include "tests/store/seeds.h"
#include "tests/store/temp_directory.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::testing;

namespace {

constexpr Instant kNow{kCertificatesFrom.ms + days(30).ms};

// A simulated device that outlives all eIMs.
struct Survivor {
  Survivor(const IdentityFolder& folder, std::size_t n, const World& world)
      : eid(folder.eid(n)),
        card(folder.card(n).value()),
        ipa(card, client, world, IpaOptions{.eim_id = folder.eim_id(), .seed = n},
            [this](std::string_view what) {
              if (what.starts_with("enabled ")) ++switch_count;
            }) {}

  Eid eid;
  Euicc card;
  WatchingClient client;
  std::uint64_t switch_count = 0;
  Ipa ipa;
};

// A child process that serves; what it is killed by is not its own will.
class Child {
 public:
  Child(const std::string& store, const std::string& folder, bool finish) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::string now = std::to_string(kNow.ms);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl(SOJOURN_KILL_CHILD, SOJOURN_KILL_CHILD, store.c_str(), folder.c_str(), now.c_str(),
              finish ? "finish" : nullptr, nullptr);
      ::_exit(3);
    }
    ::close(ends[1]);
    std::string text;
    char letter = 0;
    while (::read(ends[0], &letter, 1) == 1 && letter != '\n') text += letter;
    ::close(ends[0]);
    INFO("the child ended before it served");
    REQUIRE(!text.empty());
    port_ = static_cast<std::uint16_t>(std::stoul(text));
  }
  ~Child() { end(); }

  std::uint16_t port() const { return port_; }
  void kill_now() { ::kill(child_, SIGKILL); }
  // True: it died of the kill, not of itself.
  bool end() {
    if (child_ < 0) return true;
    ::kill(child_, SIGKILL);
    int status = 0;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    return WIFSIGNALED(status);
  }

 private:
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

void connect(Survivor& device, std::uint16_t port) {
  HttpsClientOptions options;
  options.port = port;
  options.timeout_ms = 2'000;
  device.client.client = make_https_client(options);
}

void check(Store& store, Survivor& device) {
  INFO(to_text(device.eid));
  std::uint64_t placed = placed_count(store, device.eid).value();
  CHECK(device.switch_count == placed);  // each exactly once
  CHECK(device.client.violation.empty());
  if (placed > 0) CHECK(device.card.profiles().enabled()->iccid == target_of(placed));
}

}  // namespace

TEST_CASE("kill -9 of an eIM: every order exactly once, no counter for two packages") {
  constexpr std::size_t kDeviceCount = 3;
  std::uint64_t round_count = number_from_environment("SOJOURN_KILL_ROUNDS", 50);
  std::uint64_t seed = first_seed();
  INFO("SOJOURN_SEED=" << seed);
  std::mt19937_64 random(seed);
  TempDirectory directory;
  std::string folder = directory.file("fleet");
  std::string store_path = directory.file("eim.store");
  REQUIRE(make_identities(folder, {.device_count = kDeviceCount, .valid_from = kCertificatesFrom})
              .ok());
  IdentityFolder identities = IdentityFolder::open(folder).value();
  World world;
  std::vector<std::unique_ptr<Survivor>> devices;
  for (std::size_t n = 0; n < kDeviceCount; ++n) {
    devices.push_back(std::make_unique<Survivor>(identities, n, world));
  }
  for (std::uint64_t round = 0; round < round_count; ++round) {
    Child child(store_path, folder, false);
    for (auto& device : devices) connect(*device, child.port());
    std::atomic<bool> dead{false};
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 40'000));
      child.kill_now();
      dead = true;
    });
    for (std::size_t n = round; !dead; ++n) devices[n % kDeviceCount]->ipa.poll();
    killer.join();
    INFO("round " << round);
    REQUIRE(child.end());
  }
  {
    Child child(store_path, folder, true);
    for (auto& device : devices) {
      connect(*device, child.port());
      for (int i = 0; i < 5; ++i) device->ipa.poll();
    }
  }
  auto store = open_sqlite_store({.path = store_path});
  REQUIRE(store);
  std::uint64_t all = 0;
  for (auto& device : devices) {
    check(**store, *device);
    all += device->switch_count;
  }
  CHECK(all >= round_count / 10);
  std::printf("%llu kills, %llu orders carried out\n", static_cast<unsigned long long>(round_count),
              static_cast<unsigned long long>(all));
}

namespace {

// One device whose eIM loses its power at random messages. Empty, or what was found.
std::string power_violation(Syncing syncing, const std::string& folder, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  IdentityFolder identities = IdentityFolder::open(folder).value();
  World world;
  Survivor device(identities, 0, world);
  std::unique_ptr<StoreBackend> disk = make_losing_backend(syncing);
  std::unique_ptr<Store> store = disk->open();
  eim::SigningKey signer = eim::SigningKey::from_pem(eim_key().pem()).value();
  std::unique_ptr<eim::OrderBook> book;
  auto start = [&] {
    book = std::make_unique<eim::OrderBook>(
        *store, signer, eim::random_bytes(),
        eim::BookOptions{.eim_id = identities.eim_id(), .ci_certificates = {}});
  };
  auto lose_power = [&] {
    book.reset();
    disk->lose_power(std::move(store));
    store = disk->open();
    start();
  };
  start();
  eim::Enrolment enrolment{.eid = device.eid};
  enrolment.public_key_info = device.card.identity().key.public_key_info();
  // The card obeys the key of the folder; give it this one.
  device.card.eims().find(identities.eim_id())->key =
      TrustedKey::from_public_key_info(eim_key().public_key_info()).value();
  if (!book->enrol(enrolment).ok()) return "not enrolled";
  device.client.client = std::make_unique<InProcessClient>([&](ByteView request) -> Result<Bytes> {
    Result<eim::Answer> answer = book->handle(request, {.now = kNow, .session_eid = device.eid});
    std::uint64_t dice = random() % 12;
    if (dice < 2) lose_power();
    if (dice == 0 || !answer) return make_diagnostic(Code::E0863, "the power failed");
    return std::move(answer->body);
  });
  for (int round = 0; round < 60; ++round) {
    Result<std::string> placed = place_next(*store, *book, device.eid);
    if (!placed) return placed.error().message;
    if (!placed->empty()) return *placed;
    device.ipa.poll();
    if (!device.client.violation.empty()) return device.client.violation;
  }
  device.client.client = std::make_unique<InProcessClient>([&](ByteView request) -> Result<Bytes> {
    Result<eim::Answer> answer = book->handle(request, {.now = kNow, .session_eid = device.eid});
    if (!answer) return std::move(answer).error();
    return std::move(answer->body);
  });
  for (int i = 0; i < 5; ++i) device.ipa.poll();
  std::uint64_t orders = placed_count(*store, device.eid).value();
  if (device.switch_count != orders) {
    return std::to_string(orders) + " orders, " + std::to_string(device.switch_count) + " switches";
  }
  return device.client.violation;
}

}  // namespace

TEST_CASE("an eIM that loses its power keeps its word; on a disk that does not sync it cannot") {
  TempDirectory directory;
  std::string folder = directory.file("fleet");
  REQUIRE(make_identities(folder, {.device_count = 1, .valid_from = kCertificatesFrom}).ok());
  std::uint64_t seed = first_seed();
  std::size_t found = 0;
  constexpr std::uint64_t kSeedCount = 20;
  for (std::uint64_t i = 0; i < kSeedCount; ++i) {
    INFO("SOJOURN_SEED=" << seed + i);
    CHECK(power_violation(Syncing::on, folder, seed + i).empty());
    found += power_violation(Syncing::off, folder, seed + i).empty() ? 0u : 1u;
  }
  CHECK(found == kSeedCount);
}
