// Rounds of kill -9 in the middle of work: nothing that was acknowledged is lost, nothing is
// ordered twice, the evidence has no gap.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "adapters/eim/order_book.h"
#include "adapters/eim/signing.h"
#include "adapters/service/journal.h"
#include "adapters/store/sqlite_store.h"
#include "engine/runtime/audit_chain.h"
#include "tests/service/served.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

constexpr std::size_t kDevices = 8;

int rounds() {
  const char* given = std::getenv("SOJOURN_KILL_ROUNDS");
  return given == nullptr ? 20 : std::atoi(given);
}

}  // namespace

TEST_CASE("a service killed at any instant goes on where it was") {
  ScratchFolder scratch;
  std::string folder = scratch.file("demo");
  REQUIRE(run_shell("sojourn serve --init " + folder + " --any-ports --devices " +
                    std::to_string(kDevices))
              .exit_code == 0);
  std::map<std::string, std::set<std::string>> acknowledged;  // lines by device
  std::uint64_t chain_length = 0;
  std::uint32_t random = 1;
  for (int round = 0; round < rounds(); ++round) {
    INFO("round " << round);
    Served service(folder);
    REQUIRE(service.start());
    // Devices poll all the time; reports come; at a moment nobody chose it is over.
    std::thread polls([&] { service.devices("https", {.polls = 6, .interval_ms = 100}); });
    random = random * 1'664'525u + 1'013'904'223u;
    std::thread killer([&service, pause = random >> 22] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50 + pause));
      service.signal(SIGKILL);
    });
    for (int i = 0; i < 200; ++i) {
      std::string eid = demo_device(static_cast<std::size_t>(i) % kDevices);
      bool meter = (round + i) % 2 == 0;
      std::string line = report_line(
          eid, 0,
          kMeterInBrazil.substr(0, kMeterInBrazil.find("\"profile\"")) +
              (meter ? R"("attributes":{"type":"meter"})" : R"("attributes":{"type":"tracker"})"));
      std::ofstream(folder + "/report", std::ios::trunc) << line;
      ProgramRun observed = service.ask("observe", "report");
      if (observed.exit_code != 0) break;
      acknowledged[eid].insert(line.substr(0, line.size() - 1));
    }
    killer.join();
    CHECK(service.wait() == 128 + SIGKILL);
    polls.join();

    // The evidence is whole and only ever grows.
    REQUIRE(service.start());
    std::ofstream(folder + "/chain", std::ios::trunc) << service.ask("audit fetch").out;
    ProgramRun verified = run_shell("sojourn audit verify chain", folder);
    INFO(verified.out << verified.err << service.said());
    CHECK(verified.exit_code == 0);
    std::string chain = read_whole(folder + "/chain");
    auto length = static_cast<std::uint64_t>(std::count(chain.begin(), chain.end(), '\n'));
    CHECK(length >= chain_length);
    chain_length = length;
    CHECK(service.stop(SIGTERM) == 0);

    // Every acknowledged report is in its device's journal, once.
    auto store = open_sqlite_store({.path = folder + "/sojourn.store", .create = false});
    REQUIRE(store.ok());
    auto snapshot = (*store)->snapshot();
    REQUIRE(snapshot.ok());
    for (const auto& [eid, lines] : acknowledged) {
      StoreKey journal = StoreKey(Space::histories, "demo", 1).add_text("journal").add_text(eid);
      auto rows = (*snapshot)->scan(StoreRange::with_prefix(journal), 1'000'000);
      REQUIRE(rows.ok());
      std::multiset<std::string> kept;
      for (const StoreRow& row : *rows) {
        auto unpacked = service::unpack_journal(row.value);
        REQUIRE(unpacked.ok());
        const std::string& text = *unpacked;
        for (std::size_t at = 0; at < text.size();) {
          std::size_t end = text.find('\n', at);
          std::size_t begin = text.find('{', at);
          if (begin < end) kept.insert(text.substr(begin, end - begin));
          at = end + 1;
        }
      }
      for (const std::string& line : lines) CHECK(kept.count(line) == 1);
    }
    snapshot->reset();
  }
  // In the end every meter got what was decided.
  Served service(folder);
  REQUIRE(service.start());
  std::string reports;
  for (std::size_t n = 0; n < kDevices; ++n)
    reports += report_line(demo_device(n), 0, kMeterInBrazil);
  std::ofstream(folder + "/report", std::ios::trunc) << reports;
  REQUIRE(service.ask("observe", "report").exit_code == 0);
  service.devices("https", {.polls = 10});
  for (std::size_t n = 0; n < kDevices; ++n) {
    ProgramRun shown = service.ask_until("devices show", demo_device(n), "local-br, enabled");
    INFO(shown.out);
    CHECK(shown.out.find("local-br, enabled") != std::string::npos);
  }
}
