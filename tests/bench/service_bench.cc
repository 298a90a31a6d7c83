// Observations a second through the operators' interface of the real binary, beside what the store
// alone commits on the same disk in the same minute.
//
//   build/tests/bench/service_bench [SECONDS] [DEVICES] [REPORTS PER REQUEST] [CONNECTIONS]
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "adapters/simulator/http_client.h"
#include "adapters/store/sqlite_store.h"
#include "tests/service/served.h"

using namespace sojourn;
using namespace sojourn::testing;
using Clock = std::chrono::steady_clock;

namespace {

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Rows of 300 bytes, 1,000 to a group, appended.
double store_rows_per_second(const std::string& path, double seconds) {
  auto store = open_sqlite_store({.path = path});
  std::uint64_t count = 0;
  Clock::time_point begin = Clock::now();
  while (seconds_since(begin) < seconds) {
    std::vector<StoreTransaction> group(1'000);
    for (StoreTransaction& one : group) {
      one.put(StoreKey(Space::histories, "bench", 1).add_unsigned(count++), Bytes(300));
    }
    if (!(*store)->commit_group(group).front()) return 0;
  }
  return static_cast<double>(count) / seconds_since(begin);
}

std::string batch(std::size_t device_count, std::size_t report_count, std::uint64_t& number) {
  std::string lines;
  for (std::size_t i = 0; i < report_count; ++i, ++number) {
    // A second apart per device, in the past, so that no report is early.
    auto round = static_cast<std::int64_t>(number / device_count);
    lines += report_line(fmt::format("8904903200000000{:016}", number % device_count),
                         3'600'000 - round * 1'000, kMeterInBrazil);
  }
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = argc > 1 ? std::atof(argv[1]) : 10;
  std::size_t devices = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10'000;
  std::size_t per_request = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1'000;
  std::size_t connections = argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 4;
  ScratchFolder scratch;
  std::string folder = scratch.file("demo");
  run_shell("sojourn serve --init " + folder + " --any-ports --devices 1");
  double store_rate = store_rows_per_second(scratch.file("store"), 3);
  Served service(folder);
  if (!service.start()) return 1;
  std::string token = read_whole(folder + "/tokens/operate");
  token = token.substr(0, token.find('\n'));
  std::vector<std::string> requests;
  std::uint64_t number = 0;
  auto needed = static_cast<std::size_t>(seconds * 60'000 / static_cast<double>(per_request)) + 1;
  for (std::size_t i = 0; i < needed; ++i) requests.push_back(batch(devices, per_request, number));
  std::atomic<std::size_t> next{0}, taken{0}, refused{0};
  Clock::time_point begin = Clock::now();
  std::vector<std::thread> senders;
  for (std::size_t n = 0; n < connections; ++n) {
    senders.emplace_back([&] {
      simulator::HttpsClientOptions options;
      options.port = service.rest_port();
      options.timeout_ms = 60'000;
      options.trust = simulator::TlsTrust{read_whole(folder + "/ci.pem"), "localhost", "", ""};
      auto client = simulator::make_http_client(std::move(options));
      for (std::size_t i; (i = next++) < requests.size() && seconds_since(begin) < seconds;) {
        simulator::HttpCall call{.method = "POST", .path = "/v1/observations"};
        call.fields.emplace_back("Authorization", "Bearer " + token);
        call.body = as_bytes(requests[i]);
        auto reply = client->send(call);
        (reply && reply->status == 200 ? taken : refused) += per_request;
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  double rate = static_cast<double>(taken) / seconds_since(begin);
  service.stop(SIGTERM);
  fmt::print(
      "{:.0f} observations/s through REST ({} devices, {} a request, {} connections, {} "
      "refused); the store appends {:.0f} rows/s; ratio {:.2f}\n",
      rate, devices, per_request, connections, refused.load(), store_rate, rate / store_rate);
  return taken > 0 ? 0 : 1;
}
