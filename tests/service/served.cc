#include "tests/service/served.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "adapters/simulator/device.h"
#include "adapters/simulator/identities.h"
#include "engine/base/instant.h"

namespace sojourn::testing {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t wall_ms() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Served::~Served() {
  if (running()) stop(SIGKILL);
}

std::string Served::said() const { return read_whole(folder_ + "/said"); }

simulator::HttpsClientOptions Served::client_options(std::uint16_t port, std::string certificate,
                                                     std::string key) const {
  simulator::HttpsClientOptions options;
  options.port = port;
  options.timeout_ms = 60'000;
  options.trust = simulator::TlsTrust{read_whole(folder_ + "/ci.pem"), "localhost",
                                      std::move(certificate), std::move(key)};
  return options;
}

std::string Served::token(const std::string& role) const {
  std::string token = read_whole(folder_ + "/tokens/" + role);
  return token.substr(0, token.find('\n'));
}

bool Served::start(const std::string& config) {
  std::string out = folder_ + "/ready", err = folder_ + "/said";
  std::filesystem::remove(out);
  std::string program = std::string(SOJOURN_BINARY_DIR) + "/sojourn";
  std::string file = folder_ + "/" + config;
  std::vector<char*> environment;
  for (std::string& variable : environment_) environment.push_back(variable.data());
  for (char** inherited = ::environ; *inherited != nullptr; ++inherited) {
    environment.push_back(*inherited);
  }
  environment.push_back(nullptr);
  process_ = ::fork();
  if (process_ == 0) {
    int to = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int log = ::open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(to, 1);
    ::dup2(log, 2);
    if (file_bytes_max_ > 0) {
      rlimit most{file_bytes_max_, file_bytes_max_};
      ::setrlimit(RLIMIT_FSIZE, &most);
    }
    ::execle(program.c_str(), program.c_str(), "serve", file.c_str(), nullptr, environment.data());
    ::_exit(127);
  }
  for (auto until = Clock::now() + std::chrono::seconds(60); Clock::now() < until;) {
    unsigned rest = 0, https = 0, coap = 0;
    std::string line = std::filesystem::exists(out) ? read_whole(out) : "";
    if (std::sscanf(line.c_str(), "{\"ready\":true,\"rest\":%u,\"https\":%u,\"coap\":%u}", &rest,
                    &https, &coap) == 3 &&
        line.ends_with('\n')) {
      rest_ = static_cast<std::uint16_t>(rest);
      https_ = static_cast<std::uint16_t>(https);
      coap_ = static_cast<std::uint16_t>(coap);
      return true;
    }
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) == process_) return process_ = 0, false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

void Served::signal(int number) const { ::kill(process_, number); }

int Served::stop(int number) {
  signal(number);
  return wait();
}

int Served::wait() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = 0;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

ProgramRun Served::ask(const std::string& command, const std::string& arguments) const {
  return run_shell(
      "sojourn " + command + " --service . --port " + std::to_string(rest_) + " " + arguments,
      folder_);
}

ProgramRun Served::observe(const std::string& lines) const {
  std::ofstream(folder_ + "/reports", std::ios::binary) << lines;
  return ask("observe", "reports");
}

ProgramRun Served::verify_audit() const { return ask("audit verify"); }

ProgramRun Served::ask_until(const std::string& command, const std::string& arguments,
                             std::string_view wanted, unsigned seconds_max) const {
  auto until = Clock::now() + std::chrono::seconds(seconds_max);
  while (true) {
    ProgramRun run = ask(command, arguments);
    if (run.out.find(wanted) != std::string::npos || Clock::now() > until) return run;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

std::string Served::devices(const std::string& transport, const Fleet& fleet) const {
  simulator::DeviceRunOptions options;
  options.folder = folder_;
  bool coap = transport == "coap";
  options.transport = coap ? simulator::DeviceTransport::coap : simulator::DeviceTransport::https;
  options.port = coap ? coap_ : https_;
  options.first = fleet.first;
  options.count = fleet.count;
  options.polls = fleet.polls;
  options.poll_interval_ms = fleet.interval_ms;
  options.thread_count = 2;
  auto misbehaviour = simulator::parse_misbehaviour(fleet.misbehave);
  if (!fleet.misbehave.empty() && misbehaviour) options.misbehaviour = *misbehaviour;
  if (!fleet.no_network.empty()) {
    for (const char* iccid :
         {"89000000000000000001", "89550000000000000001", "89490000000000000001"}) {
      if (fleet.no_network != iccid) options.world.cover("*", *parse_iccid(iccid));
    }
  }
  std::string happened;
  auto report = simulator::run_devices(options, [&](const simulator::DeviceEvent& event) {
    happened += to_text(event.eid) + " " + event.text + "\n";
  });
  return report ? happened : report.error().message;
}

std::string report_line(const std::string& eid, std::int64_t ago_ms, const std::string& members) {
  return "{\"ts\":" + std::to_string(wall_ms() - ago_ms) + ",\"eid\":\"" + eid + "\"," + members +
         "}\n";
}

std::string demo_device(std::size_t n) { return to_text(simulator::demo_eid(n)); }

}  // namespace sojourn::testing
