// What is decided while the batch before is on its way to the disk: who hears of it when, what
// becomes of it when the disk fails, and that nothing is lost or doubled between the two.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <thread>

#include "adapters/service/journal.h"
#include "tests/service/little_service.h"
#include "tests/service/meters.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

// A store whose commits can be held up, slowed down, and made to fail.
class HeldStore final : public Store {
 public:
  Result<std::unique_ptr<StoreSnapshot>> snapshot() override { return inner_->snapshot(); }
  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override {
    std::unique_lock lock(mutex_);
    ++holding_;
    changed_.wait(lock, [&] { return !hold_; });
    --holding_;
    ++groups_;
    if (fail_count_ > 0) {
      --fail_count_;
      return {group.size(), make_diagnostic(failure_, "as the test wants it")};
    }
    lock.unlock();
    std::this_thread::sleep_for(slowness);
    return inner_->commit_group(group);
  }
  void hold() { set(true); }
  void let_go() { set(false); }
  bool holds_some() {
    std::lock_guard lock(mutex_);
    return hold_ && holding_ > 0;
  }
  void fail(Code why, int count) {
    std::lock_guard lock(mutex_);
    failure_ = why;
    fail_count_ = count;
    groups_ = 0;
  }
  int groups_since() {
    std::lock_guard lock(mutex_);
    return groups_;
  }
  std::chrono::milliseconds slowness{0};

 private:
  void set(bool hold) {
    std::lock_guard lock(mutex_);
    hold_ = hold;
    changed_.notify_all();
  }
  std::unique_ptr<Store> inner_ = make_memory_store();
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hold_ = false;
  int holding_ = 0;
  int fail_count_ = 0;
  int groups_ = 0;
  Code failure_ = Code::E0014;
};

constexpr std::string_view kIsMeter = R"(,"attributes":{"type":"meter"})";

const std::string kMetersGoLocal =
    meter_policy("rule meters when type = meter then profile = local-br");

// Somebody who sends and waits for the answer.
class Sending {
 public:
  Sending(LittleService& service, std::string lines)
      : thread_([this, &service, lines = std::move(lines)] {
          service::ReportLineReader reader;
          answer_ = service.engine().take(reader.read(lines).reports);
          answered_ = true;
        }) {}
  bool answered() const { return answered_; }
  Result<service::ReportCounts> answer() {
    thread_.join();
    return *answer_;
  }

 private:
  std::optional<Result<service::ReportCounts>> answer_;
  std::atomic<bool> answered_{false};
  std::thread thread_;
};

// Every report that the service holds of a device, in the order of its journal and then the log.
std::string everything_of(LittleService& service, const std::string& label) {
  const service::Keys& keys = service.tenant().keys();
  auto snapshot = std::move(service.store().snapshot()).value();
  std::string all;
  std::uint64_t next = 0;
  for (const StoreRow& row :
       snapshot->scan(StoreRange::with_prefix(keys.journal(label)), 10'000).value()) {
    all += service::unpack_journal(row.value).value();
    StoreKeyReader parts(row.key);
    parts.read_text(), parts.read_text();
    next = parts.read_unsigned() + 1;
  }
  for (const StoreRow& row :
       snapshot->scan(StoreRange::with_prefix(keys.input_log()), 10'000).value()) {
    StoreKeyReader parts(row.key);
    parts.read_text();
    if (parts.read_unsigned() < next) continue;
    for (const auto& [whose, text] : service::read_log_row(row.value).value()) {
      if (whose == label) all += text;
    }
  }
  return all;
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_CASE(
    "the next batch is decided while one is on its way, and nobody hears before theirs is there") {
  auto owned = std::make_unique<HeldStore>();
  HeldStore& store = *owned;
  LittleService service(kMetersGoLocal, {}, std::move(owned));
  const Instant t = at("2026-01-01T00:00:00Z");
  store.hold();
  Sending first(service, meter_report("a", t, kIsMeter));
  REQUIRE(service.until([&] { return store.holds_some(); }));
  Sending second(service, meter_report("b", t, kIsMeter));
  CHECK(service.until([&] { return service.records().contains("b"); }));  // decided
  CHECK_FALSE(first.answered());
  CHECK_FALSE(second.answered());
  CHECK(service.row("a").record.empty());

  SECTION("both are durable when they hear so") {
    store.let_go();
    CHECK(first.answer().value().decisions == 1);
    CHECK_FALSE(service.row("a").record.empty());
    CHECK(second.answer().value().decisions == 1);
    CHECK_FALSE(service.row("b").record.empty());
    CHECK(service.engine().counters().reports == 2);
    CHECK(service.engine().counters().waiting == 0);
  }
  SECTION("when the first fails the second does, too, and is not tried") {
    store.fail(Code::E0014, 1);
    store.let_go();
    CHECK(first.answer().error().code == Code::E0014);
    CHECK_FALSE(second.answer().ok());
    CHECK(service.until([&] { return service.failed(); }));
    CHECK_FALSE(service.engine().running());
    CHECK(store.groups_since() == 1);
    CHECK(service.row("b").record.empty());
    service.restart();  // (the first of them may be there or not; the second is not)
    CHECK(service.observe(meter_report("b", t, kIsMeter)).taken == 1);
  }
  SECTION("a full disk sends both away, and takes both in their order when there is room") {
    store.fail(Code::E0009, 2);
    store.let_go();
    CHECK(first.answer().error().code == Code::E0009);
    CHECK(second.answer().error().code == Code::E0009);
    CHECK(service.until([&] { return !service.row("b").record.empty(); }));
    CHECK_FALSE(service.row("a").record.empty());
    CHECK_FALSE(service.failed());
    CHECK(service.until([&] { return !service.engine().lacks_room(); }));
    CHECK(service.observe(meter_report("a", t, kIsMeter) + meter_report("b", t, kIsMeter))
              .duplicate == 2);
    CHECK(service.engine().counters().waiting == 0);
  }
  SECTION("a stop waits for both") {
    std::thread stop([&] { service.engine().stop(); });
    CHECK(service.until([&] { return !service.engine().running(); }));
    store.let_go();
    stop.join();
    CHECK(first.answer().ok());
    CHECK(second.answer().ok());
    CHECK_FALSE(service.row("b").record.empty());
  }
}

TEST_CASE(
    "many who report at once, few in memory, a small log and a slow disk lose and double nothing") {
  auto owned = std::make_unique<HeldStore>();
  owned->slowness = std::chrono::milliseconds(2);
  service::ServiceLimits narrow;
  narrow.devices_in_memory_max = 4;
  narrow.log_bytes_max = 20'000;
  LittleService service(kMetersGoLocal, narrow, std::move(owned));
  constexpr int kSenders = 4, kDevicesEach = 5, kRounds = 150;
  const Instant begin = at("2026-01-01T00:00:00Z");
  service.set_clock(begin + minutes(kRounds));
  auto name = [](int sender, int device) { return fmt::format("d{}-{}", sender, device); };
  for (int part = 0; part < 2; ++part) {
    std::vector<std::thread> senders;
    std::atomic<std::uint64_t> taken{0};
    for (int sender = 0; sender < kSenders; ++sender) {
      senders.emplace_back([&, sender] {
        for (int round = part * kRounds / 2; round < (part + 1) * kRounds / 2; ++round) {
          std::string lines;
          for (int device = 0; device < kDevicesEach; ++device) {
            // One in three is left out, another one each time.
            if ((round + device) % 3 == 0) continue;
            lines += meter_report(name(sender, device), begin + minutes(round), kIsMeter);
          }
          taken += service.observe(lines).taken;
        }
      });
    }
    for (std::thread& sender : senders) sender.join();
    CHECK(taken == kSenders * kDevicesEach * kRounds / 2 * 2 / 3);
    service.restart();
  }
  for (int sender = 0; sender < kSenders; ++sender) {
    for (int device = 0; device < kDevicesEach; ++device) {
      INFO(name(sender, device));
      std::string all = everything_of(service, name(sender, device));
      CHECK(count_of(all, "\"ts\"") == kRounds * 2 / 3);
      for (int round = 0; round < kRounds; ++round) {
        std::string ts = fmt::format("\"ts\":{},", (begin + minutes(round)).ms);
        if (count_of(all, ts) == ((round + device) % 3 == 0 ? 0 : 1)) continue;
        FAIL_CHECK(count_of(all, ts) << " of round " << round);
      }
      CHECK(service.row(name(sender, device)).record.find("local-br") != std::string::npos);
    }
  }
  CHECK_FALSE(service.failed());
}
