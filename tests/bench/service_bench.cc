// The bars of the running service, measured on the real binary over its real interfaces:
//
//   build/tests/bench/service_bench rate [SECONDS [DEVICES [REPORTS-PER-REQUEST [CONNECTIONS]]]]
//     durable observations a second through REST, beside what the store alone commits on the same
//     disk in the same minute; first of devices that are new, then of known ones
//   build/tests/bench/service_bench newcomers [DEVICES]
//     how long until so many that nobody knew are decided about and have their orders, all at once
//   build/tests/bench/service_bench latency [SECONDS [REPORTS-PER-SECOND]]
//     from an accepted observation to the signed package that follows from it, under load
//   build/tests/bench/service_bench restart [DEVICES]
//     from `kill -9` under load to ready, with so many devices in the store
//   build/tests/bench/service_bench memory [FEW [MANY]]
//     of a device that is idle: what a service takes of which many reported once, less what it took
//     when there were few
//   build/tests/bench/service_bench fleet [DEVICES]
//     the same reports under a policy that asks nothing of the fleet, and under one with a rollout
//     and guards of which every device is a member
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "adapters/eim/device_record.h"
#include "adapters/service/device_row.h"
#include "adapters/service/keys.h"
#include "adapters/sgp32/esipa.h"
#include "adapters/store/sqlite_store.h"
#include "engine/base/diagnostic_code.h"
#include "tests/service/rest_client.h"

using namespace sojourn;
using namespace sojourn::testing;
using Clock = std::chrono::steady_clock;

namespace {

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string bench_device(std::size_t n) { return fmt::format("8904903200000000{:016}", n); }

struct Demo {
  explicit Demo(const std::string& limits = {}, std::size_t devices = 1)
      : folder(scratch.file("demo")), service(folder) {
    run_shell(fmt::format("sojourn serve --init {} --any-ports --devices {}", folder, devices));
    if (limits.empty()) return;
    std::string config = read_whole(folder + "/serve.json");
    config.insert(config.find('{') + 1, "\n  \"limits\": {" + limits + "},");
    std::ofstream(folder + "/serve.json") << config;
  }
  void replace_in_policy(const std::string& from, const std::string& to) const {
    std::string policy = read_whole(folder + "/policy.sojourn");
    policy.erase(std::min(policy.find("\ntest \""), policy.size()));
    policy.replace(policy.find(from), from.size(), to);
    std::ofstream(folder + "/policy.sojourn") << policy;
  }
  ScratchFolder scratch;
  std::string folder;
  Served service;
};

// Posts lines; keeps its connection.
class Sender {
 public:
  explicit Sender(const Demo& demo)
      : client_(demo.service), token_(demo.service.token("operate")) {}
  bool post(const std::string& lines) {
    auto reply = client_.ask("POST", "/v1/observations", token_, lines);
    return reply && reply->status == 200;
  }

 private:
  RestClient client_;
  std::string token_;
};

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

// The reports numbered from `number` on: the devices take turns, a second apart, in the past, so
// that no report is early.
std::string batch(std::size_t device_count, std::size_t report_count, std::uint64_t& number) {
  std::string lines;
  for (std::size_t i = 0; i < report_count; ++i, ++number) {
    auto round = static_cast<std::int64_t>(number / device_count);
    lines +=
        report_line(bench_device(number % device_count), 3'600'000 - round * 1'000, kMeterInBrazil);
  }
  return lines;
}

struct Sent {
  std::size_t taken = 0;
  std::size_t refused = 0;
  double seconds = 0;
  double rate() const { return static_cast<double>(taken) / seconds; }
};

Sent send_all(const Demo& demo, const std::vector<std::string>& requests, std::size_t per_request,
              std::size_t connections, double seconds_max) {
  std::atomic<std::size_t> next{0}, taken{0}, refused{0};
  Clock::time_point begin = Clock::now();
  std::vector<std::thread> senders;
  for (std::size_t n = 0; n < connections; ++n) {
    senders.emplace_back([&] {
      Sender sender(demo);
      for (std::size_t i; (i = next++) < requests.size() && seconds_since(begin) < seconds_max;) {
        (sender.post(requests[i]) ? taken : refused) += per_request;
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  return {taken, refused, seconds_since(begin)};
}

double number_or(int argc, char** argv, int place, double otherwise) {
  return argc > place ? std::atof(argv[place]) : otherwise;
}
std::size_t count_or(int argc, char** argv, int place, std::size_t otherwise) {
  return argc > place ? std::strtoul(argv[place], nullptr, 10) : otherwise;
}

// User and system time of a process so far.
double cpu_seconds(pid_t process) {
  std::string stat = read_whole(fmt::format("/proc/{}/stat", process));
  unsigned long user = 0, system = 0;
  std::sscanf(stat.c_str() + stat.rfind(')') + 2,
              "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// ... of each of its threads, to the nanosecond.
std::map<std::string, double> thread_seconds(pid_t process) {
  std::map<std::string, double> all;
  for (const auto& thread :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process))) {
    double nanoseconds = std::atof(read_whole(thread.path() / "schedstat").c_str());
    all[thread.path().filename()] = nanoseconds / 1e9;
  }
  return all;
}

// The busiest thread between two looks: the one that decides.
double busiest(const std::map<std::string, double>& before,
               const std::map<std::string, double>& after) {
  double most = 0;
  for (const auto& [thread, seconds] : after) {
    auto earlier = before.find(thread);
    most = std::max(most, seconds - (earlier == before.end() ? 0 : earlier->second));
  }
  return most;
}

double resident_bytes(pid_t process) {
  long pages = 0;
  std::string statm = read_whole(fmt::format("/proc/{}/statm", process));
  std::sscanf(statm.c_str(), "%*d %ld", &pages);
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// --- the bars ------------------------------------------------------------------------------------

int rate(int argc, char** argv) {
  double seconds = number_or(argc, argv, 2, 10);
  std::size_t devices = count_or(argc, argv, 3, 10'000);
  std::size_t per_request = count_or(argc, argv, 4, 1'000);
  std::size_t connections = count_or(argc, argv, 5, 4);
  Demo demo;
  std::uint64_t number = 0;
  std::vector<std::string> first, rest;
  while (number < devices) first.push_back(batch(devices, per_request, number));
  auto needed = static_cast<std::size_t>(seconds * 45'000 / static_cast<double>(per_request)) + 1;
  while (rest.size() < needed) rest.push_back(batch(devices, per_request, number));
  double store_rate = store_rows_per_second(demo.scratch.file("store"), 3);
  if (!demo.service.start()) return 1;
  pid_t process = demo.service.process();
  double cpu_0 = cpu_seconds(process);
  auto threads_0 = thread_seconds(process);
  Sent new_ones = send_all(demo, first, per_request, connections, 600);
  double cpu_1 = cpu_seconds(process);
  auto threads_1 = thread_seconds(process);
  Sent known = send_all(demo, rest, per_request, connections, seconds);
  double cpu_2 = cpu_seconds(process);
  auto threads_2 = thread_seconds(process);
  demo.service.stop(SIGTERM);
  auto say = [&](const char* what, const Sent& sent, double cpu, double busiest) {
    auto each = [&](double time) { return time / static_cast<double>(sent.taken) * 1e6; };
    fmt::print(
        "{}: {:.0f} observations/s, {:.1f} us of a core each, {:.2f} of them of the thread that "
        "decides, {} refused; ratio {:.2f}\n",
        what, sent.rate(), each(cpu), each(busiest), sent.refused, sent.rate() / store_rate);
  };
  fmt::print("{} devices, {} reports a request, {} connections; the store alone: {:.0f} rows/s\n",
             devices, per_request, connections, store_rate);
  say("first reports", new_ones, cpu_1 - cpu_0, busiest(threads_0, threads_1));
  say("known devices", known, cpu_2 - cpu_1, busiest(threads_1, threads_2));
  return known.taken > 0 && known.refused == 0 ? 0 : 1;
}

int newcomers(int argc, char** argv) {
  std::size_t devices = count_or(argc, argv, 2, 100'000);
  Demo demo;
  std::uint64_t number = 0;
  std::vector<std::string> requests;
  while (number < devices) requests.push_back(batch(devices, 1'000, number));
  if (!demo.service.start()) return 1;
  double cpu_before = cpu_seconds(demo.service.process());
  Sent sent = send_all(demo, requests, 1'000, 4, 600);
  double cpu = cpu_seconds(demo.service.process()) - cpu_before;
  Operator operating(demo.service);
  double orders = operating.metric("sojourn_orders_total");
  demo.service.stop(SIGTERM);
  fmt::print(
      "{} newcomers: all decided and durable in {:.1f} s, {:.0f} orders, {:.0f} a second, "
      "{:.0f} us of a core each, {} refused\n",
      sent.taken, sent.seconds, orders, sent.rate(), cpu / static_cast<double>(sent.taken) * 1e6,
      sent.refused);
  return sent.taken == devices && sent.refused == 0 ? 0 : 1;
}

// Fetches until something is there.
Status fetch_package(simulator::EsipaClient& client, const std::string& eid) {
  sgp32::GetEimPackageRequest request;
  request.eid = *parse_eid(eid);
  Bytes message = sgp32::write(request, sgp32::Version::v1_2).value();
  for (Clock::time_point begin = Clock::now(); seconds_since(begin) < 10;) {
    auto answer = client.exchange(message);
    // A package is much longer than "none available".
    if (!answer) return std::move(answer).error();
    if (answer->size() > 32) return {};
  }
  return make_diagnostic(Code::E0863, "no package came");
}

int latency(int argc, char** argv) {
  double seconds = number_or(argc, argv, 2, 20);
  double per_second = number_or(argc, argv, 3, 1'000);
  constexpr std::size_t kDevices = 10'000, kPerRequest = 20, kCards = 300;
  // One client fetches for all cards, again and again.
  Demo demo(R"("esipa_requests_per_second_max": 0)", kCards);
  if (!demo.service.start()) return 1;
  std::uint64_t number = 0;
  std::vector<std::string> first;
  while (number < kDevices) first.push_back(batch(kDevices, 1'000, number));
  send_all(demo, first, 1'000, 2, 600);
  // Cards that are known to the service and have listed their profiles; nothing is ordered of them.
  std::string tracker = kMeterInBrazil;
  tracker.replace(tracker.find("meter"), 5, "tracker");
  std::string all;
  for (std::size_t n = 0; n < kCards; ++n) all += report_line(demo_device(n), 60'000, tracker);
  Sender(demo).post(all);
  demo.service.devices("https", {.polls = 8, .interval_ms = 100});
  std::atomic<bool> over{false};
  std::atomic<std::size_t> sent{0};
  Clock::time_point begin = Clock::now();
  std::thread load([&] {
    Sender sender(demo);
    for (std::size_t i = 0; !over; ++i) {
      auto due = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                             static_cast<double>(i * kPerRequest) / per_second));
      std::this_thread::sleep_until(due);
      if (sender.post(batch(kDevices, kPerRequest, number))) sent += kPerRequest;
    }
  });
  // One card after the other turns out to be a meter's: its report is accepted, and what is then
  // fetched was decided and signed.
  auto device =
      simulator::make_https_client(demo.service.client_options(demo.service.https_port()));
  Sender sender(demo);
  std::vector<double> took;
  for (std::size_t n = 0; n < kCards; ++n) {
    auto due = std::chrono::duration<double>(static_cast<double>(n) * seconds / kCards);
    std::this_thread::sleep_until(begin + std::chrono::duration_cast<Clock::duration>(due));
    bool posted = sender.post(report_line(demo_device(n), 0, kMeterInBrazil));
    Clock::time_point accepted = Clock::now();
    Status fetched = fetch_package(*device, demo_device(n));
    if (!posted || !fetched) {
      fmt::print(stderr, "{}\n", fetched ? "the report was refused" : fetched.error().message);
      break;
    }
    took.push_back(seconds_since(accepted) * 1e3);
  }
  double rate = static_cast<double>(sent) / seconds_since(begin);
  over = true;
  load.join();
  demo.service.stop(SIGTERM);
  if (took.empty()) return 1;
  std::sort(took.begin(), took.end());
  auto at = [&](double share) {
    return took[static_cast<std::size_t>(static_cast<double>(took.size() - 1) * share)];
  };
  fmt::print(
      "from accepted to signed and fetched, at {:.0f} observations/s: median {:.1f} ms, 99th "
      "percentile {:.1f} ms, longest {:.1f} ms of {}\n",
      rate, at(0.5), at(0.99), took.back(), took.size());
  return 0;
}

// As many devices as wanted, each with the rows of one that the service made.
bool multiply(const std::string& path, const std::string& model, std::size_t count) {
  auto store = open_sqlite_store({.path = path, .create = false});
  if (!store) return false;
  service::Keys keys("demo");
  StoreKey book(Space::orders, "demo", 1);
  book.add_text("device");
  auto row = (*store)->read(keys.device(model));
  auto record = (*store)->read(StoreKey(book).add_eid(*parse_eid(model)));
  if (!row || !row->has_value() || !record || !record->has_value()) return false;
  auto stands = service::device_row_from(**row);
  auto enrolled = eim::record_from_bytes(**record);
  if (!stands || !enrolled) return false;
  std::string report = report_line(model, 3'600'000, kMeterInBrazil);
  // Space by space, in the order of keys: appending is the quickest.
  for (int pass = 0; pass < 4; ++pass) {
    for (std::size_t n = 0; n < count;) {
      StoreTransaction effect;
      for (std::size_t i = 0; i < 5'000 && n < count; ++i, ++n) {
        std::string label = fmt::format("8904904900000000{:016}", n);
        if (pass == 0) effect.put(keys.device(label), **row);
        if (pass == 1) {
          std::string line = report;
          line.replace(line.find(model), model.size(), label);
          effect.put(keys.journal(label, 1), Bytes(line.begin(), line.end()));
        }
        if (pass == 2) effect.put(keys.instant(stands->queued_at, label), {});
        if (pass == 3) {
          enrolled->eid = *parse_eid(label);
          effect.put(StoreKey(book).add_eid(enrolled->eid), eim::to_bytes(*enrolled));
        }
      }
      if (!(*store)->commit(effect)) return false;
    }
  }
  return true;
}

int restart(int argc, char** argv) {
  std::size_t devices = count_or(argc, argv, 2, 1'000'000);
  constexpr std::size_t kReporting = 20'000;
  Demo demo;
  if (!demo.service.start()) return 1;
  std::string model = bench_device(0);
  Sender(demo).post(report_line(model, 3'600'000, kMeterInBrazil));
  demo.service.stop(SIGTERM);
  if (!multiply(demo.folder + "/sojourn.store", model, devices)) return 1;
  if (!demo.service.start()) return 1;
  std::uint64_t number = 0;
  std::vector<std::string> requests;
  while (requests.size() < 200) requests.push_back(batch(kReporting, 1'000, number));
  Sent sent = send_all(demo, requests, 1'000, 4, 600);
  demo.service.stop(SIGKILL);
  Clock::time_point begin = Clock::now();
  if (!demo.service.start()) return 1;
  double seconds = seconds_since(begin);
  bool takes = Sender(demo).post(batch(kReporting, 1, number));
  demo.service.stop(SIGTERM);
  fmt::print("{} devices in a store of {:.1f} GB, killed after {} reports: ready in {:.2f} s{}\n",
             devices,
             static_cast<double>(std::filesystem::file_size(demo.folder + "/sojourn.store")) / 1e9,
             sent.taken, seconds, takes ? "" : ", and takes nothing in");
  return takes ? 0 : 1;
}

// Nobody is in memory any more, and what they held was given back.
double resident_when_idle(const Demo& demo) {
  RestClient client(demo.service);
  double least = 0;
  for (int unchanged = 0; unchanged < 15;) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    auto reply = client.ask("GET", "/metrics", demo.service.token("read"));
    std::string text = reply ? text_of(*reply) : "";
    bool idle = text.find("sojourn_devices_in_memory{tenant=\"demo\"} 0\n") != std::string::npos;
    double now = resident_bytes(demo.service.process());
    unchanged = idle && now == least ? unchanged + 1 : 0;
    least = now;
  }
  return least;
}

int memory(int argc, char** argv) {
  std::size_t few = count_or(argc, argv, 2, 30'000);
  std::size_t many = count_or(argc, argv, 3, 200'000);
  Demo demo(R"("idle_seconds_max": 10)");
  if (!demo.service.start()) return 1;
  std::uint64_t number = 0;
  double idle[2] = {};
  for (std::size_t step = 0; step < 2; ++step) {
    std::vector<std::string> requests;
    while (number < (step == 0 ? few : many)) requests.push_back(batch(many, 1'000, number));
    send_all(demo, requests, 1'000, 4, 600);
    double busy = resident_bytes(demo.service.process());
    idle[step] = resident_when_idle(demo);
    fmt::print("{} devices: {:.1f} MB just heard of, {:.1f} MB idle\n", number, busy / 1e6,
               idle[step] / 1e6);
  }
  demo.service.stop(SIGTERM);
  fmt::print("an idle device more: {:.2f} kB\n",
             (idle[1] - idle[0]) / static_cast<double>(many - few) / 1e3);
  return 0;
}

// Ascending.
double percentile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(static_cast<double>(sorted.size() - 1) * share)];
}

int fleet(int argc, char** argv) {
  std::size_t devices = count_or(argc, argv, 2, 100'000);
  constexpr std::size_t kSingle = 2'000;
  for (bool asks : {false, true}) {
    Demo demo;
    if (asks) {
      demo.replace_in_policy("type = meter then profile = local-br",
                             "type = meter then profile = local-br, "
                             "rollout 1%, 10%, 100% each 24 hours");
      demo.replace_in_policy("otherwise keep",
                             "guard at most 1% of fleet per hour\n"
                             "guard approval when more than 1000 devices\n"
                             "guard abort when at least 20% fail after at least 10\n"
                             "otherwise keep");
    }
    if (!demo.service.start()) return 1;
    std::uint64_t number = 0;
    std::vector<std::string> first, second;
    while (number < devices) first.push_back(batch(devices, 1'000, number));
    while (number < 2 * devices) second.push_back(batch(devices, 1'000, number));
    double cpu[4] = {cpu_seconds(demo.service.process())};
    Sent sent_first = send_all(demo, first, 1'000, 4, 600);
    cpu[1] = cpu_seconds(demo.service.process());
    Sent sent_second = send_all(demo, second, 1'000, 4, 600);
    cpu[2] = cpu_seconds(demo.service.process());
    // One report a turn, for long enough that whole minutes pass meanwhile.
    Sender sender(demo);
    std::vector<double> took;
    for (std::size_t n = 0; n < kSingle; ++n) {
      Clock::time_point begin = Clock::now();
      if (!sender.post(batch(devices, 1, number))) return 1;
      took.push_back(seconds_since(begin) * 1e3);
      std::this_thread::sleep_for(std::chrono::milliseconds(40));
    }
    cpu[3] = cpu_seconds(demo.service.process());
    double resident = resident_bytes(demo.service.process());
    demo.service.stop(SIGKILL);
    Clock::time_point begin = Clock::now();
    if (!demo.service.start()) return 1;
    double ready = seconds_since(begin);
    double resident_anew = resident_bytes(demo.service.process());
    demo.service.stop(SIGTERM);
    std::sort(took.begin(), took.end());
    fmt::print(
        "{}: {} devices; first reports {:.0f} us of a core each, second {:.0f}; a turn of one "
        "{:.2f} ms of a core; answered in {:.1f} ms (median), {:.1f} (99 of 100), {:.1f} "
        "(longest); {:.0f} MB; ready after kill in {:.2f} s with {:.0f} MB\n",
        asks ? "a fleet" : "no fleet", devices,
        (cpu[1] - cpu[0]) / static_cast<double>(sent_first.taken) * 1e6,
        (cpu[2] - cpu[1]) / static_cast<double>(sent_second.taken) * 1e6,
        (cpu[3] - cpu[2]) / kSingle * 1e3, percentile(took, 0.5), percentile(took, 0.99),
        took.back(), resident / 1e6, ready, resident_anew / 1e6);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string what = argc > 1 ? argv[1] : "rate";
  if (what == "rate") return rate(argc, argv);
  if (what == "newcomers") return newcomers(argc, argv);
  if (what == "latency") return latency(argc, argv);
  if (what == "restart") return restart(argc, argv);
  if (what == "memory") return memory(argc, argv);
  if (what == "fleet") return fleet(argc, argv);
  fmt::print(stderr, "no such bar: {}\n", what);
  return 2;
}
