// Rounds of kill -9 in the middle of work: nothing that was acknowledged is lost, nothing is
// ordered twice, the evidence has no gap.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "tests/service/demo_folder.h"
#include "tests/service/kept_lines.h"
#include "tests/service/rest_client.h"
#include "tests/service/served.h"
#include "tests/service/switches.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

constexpr std::size_t kDevices = 8;

int kill_rounds() {
  const char* given = std::getenv("SOJOURN_KILL_ROUNDS");
  return given == nullptr ? rounds(20) : std::atoi(given);
}

// A command ends once, and a counter is used once: what breaks that in the evidence.
std::string results_told_twice(const std::string& chain) {
  std::set<std::string> seen;
  std::string twice;
  for (std::size_t at = 0; at < chain.size();) {
    std::size_t end = chain.find('\n', at);
    std::string line = chain.substr(at, end - at);
    at = end + 1;
    if (line.find(R"(\"result\":)") == std::string::npos) continue;
    std::string device = between(line, R"("device":")", "\"");
    std::string command = between(line, R"(\"number\":)", ",");
    std::string counter = between(line, R"(\"counter\":)", ",");
    if (!seen.insert(device + " command " + command).second) twice += line + "\n";
    if (counter.empty()) continue;
    if (!seen.insert(device + " counter " + counter).second) twice += line + "\n";
  }
  return twice;
}

}  // namespace

// Devices are meters in Brazil and trackers in Germany by turns, so that there is always one more
// switch to do.
TEST_CASE("a service killed at any instant goes on where it was") {
  ScratchFolder scratch;
  std::string folder = make_folder(scratch, "demo", kDevices);
  std::map<std::string, std::set<std::string>> acknowledged;  // lines by device
  std::map<std::string, std::size_t> switches;                // of the cards
  const std::string kTrackerInGermany =
      R"("network":"262-01","registration":"roaming","position":{"lat":52.52,"lon":13.40,"accuracy":20},"attributes":{"type":"tracker"})";
  const std::string kStillMeterInBrazil =
      kMeterInBrazil.substr(0, kMeterInBrazil.find("\"profile\"")) +
      R"("attributes":{"type":"meter"})";
  std::uint64_t chain_length = 0;
  std::uint32_t random = 1;
  for (int round = 0; round < kill_rounds(); ++round) {
    INFO("round " << round);
    Served service(folder);
    REQUIRE(service.start());
    // Devices poll all the time; reports come; at a moment nobody chose it is over, but not before
    // it is at work, however slow the machine is.
    std::thread polls([&] {
      count_switches(service.devices("https", {.polls = 6, .interval_ms = 100}), switches);
    });
    random = random * 1'664'525u + 1'013'904'223u;
    std::thread killer;
    for (int i = 0; i < 200; ++i) {
      std::string eid = demo_device(static_cast<std::size_t>(i) % kDevices);
      bool meter =
          (static_cast<std::size_t>(round + i) + static_cast<std::size_t>(i) / kDevices) % 2 == 0;
      std::string line = report_line(eid, 0, meter ? kStillMeterInBrazil : kTrackerInGermany);
      ProgramRun observed = service.observe(line);
      if (observed.exit_code != 0) break;
      acknowledged[eid].insert(line.substr(0, line.size() - 1));
      if (i > 0) continue;
      killer = std::thread([&service, pause = random >> 22] {
        std::this_thread::sleep_for(std::chrono::milliseconds(pause));
        service.signal(SIGKILL);
      });
    }
    CHECK(killer.joinable());
    if (!killer.joinable()) killer = std::thread([&service] { service.signal(SIGKILL); });
    killer.join();
    CHECK(service.wait() == 128 + SIGKILL);
    polls.join();

    // The evidence is whole and only ever grows.
    REQUIRE(service.start());
    ProgramRun verified = service.verify_audit();
    INFO(verified.out << verified.err << service.said());
    CHECK(verified.exit_code == 0);
    std::string chain = read_whole(folder + "/chain");
    auto length = static_cast<std::uint64_t>(std::count(chain.begin(), chain.end(), '\n'));
    CHECK(length >= chain_length);
    CHECK(results_told_twice(chain).empty());
    chain_length = length;
    CHECK(service.stop(SIGTERM) == 0);

    // Every acknowledged report is kept, once.
    auto kept = kept_lines(folder + "/sojourn.store", "demo");
    for (const auto& [eid, lines] : acknowledged) {
      for (const std::string& line : lines) CHECK(kept[eid].count(line) == 1);
    }
  }
  // In the end every device has what its rule names, and each switch of a card is proven once.
  Served service(folder);
  REQUIRE(service.start());
  std::string reports;
  for (std::size_t n = 0; n < kDevices; ++n) {
    reports += report_line(demo_device(n), 0, n % 2 == 0 ? kStillMeterInBrazil : kTrackerInGermany);
  }
  REQUIRE(service.observe(reports).exit_code == 0);
  for (std::size_t n = 0; n < kDevices; ++n) {
    std::string wanted = n % 2 == 0 ? "local-br, enabled" : "local-de, enabled";
    ProgramRun shown;
    for (int i = 0; i < 20 && shown.out.find(wanted) == std::string::npos; ++i) {
      count_switches(service.devices("https", {.first = n, .count = 1, .polls = 4}), switches);
      shown = service.ask_until("devices show", demo_device(n), wanted, 1);
    }
    INFO(shown.out);
    CHECK(shown.out.find(wanted) != std::string::npos);
    bool by_rule = shown.out.find(n % 2 == 0 ? "meters-in-brazil" : "germany") != std::string::npos;
    CHECK(by_rule);
  }
  CHECK(proven_switches(service.ask("audit fetch").out) == switches);
  std::size_t count = 0;
  for (const auto& [device, some] : switches) count += some;
  std::printf("%d rounds of kill -9, %zu devices, %zu switches, each carried out once\n",
              kill_rounds(), kDevices, count);
}

// A log so small that entries are moved into journals and packed all the time.
TEST_CASE("a service killed while journals are packed loses and doubles nothing") {
  ScratchFolder scratch;
  std::string folder = make_folder(scratch, "demo", 1);
  set_limits(folder, R"("log_bytes_max": 1048576)");
  SentReports reports;
  std::uint32_t random = 7;
  for (int round = 0; round < std::min(kill_rounds(), 8); ++round) {
    INFO("round " << round);
    Served service(folder);
    REQUIRE(service.start());
    RestClient client(service);
    random = random * 1'664'525u + 1'013'904'223u;
    // From the time on at which it is at work, however fast the machine is.
    std::thread killer;
    for (int request = 0;; ++request) {
      auto reply = client.ask("POST", "/v1/observations", service.token("operate"), reports.next());
      if (!reply || reply->status != 200) break;
      reports.acknowledged();
      if (request != 1) continue;
      killer = std::thread([&service, pause = random >> 22] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200 + pause));
        service.signal(SIGKILL);
      });
    }
    REQUIRE(killer.joinable());
    killer.join();
    CHECK(service.wait() == 128 + SIGKILL);
    SentReports::Comparison found = reports.compare(folder);
    INFO(found.count << " acknowledged");
    CHECK(found.count > 300);
    CHECK(found.lost == 0);
    CHECK(found.doubled == 0);
  }
  Served service(folder);
  REQUIRE(service.start());
  ProgramRun shown = service.ask("devices show", demo_device(0));
  CHECK(shown.exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
}
