// sojourn serve CONFIG: the engine with its eIM, until a signal ends it.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "adapters/cli/commands.h"
#include "adapters/service/config.h"
#include "adapters/service/init.h"
#include "adapters/service/service.h"
#include "adapters/service/surroundings.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

constexpr std::size_t kConfigBytesMax = 16u << 20;

volatile std::sig_atomic_t ending = 0;
volatile std::sig_atomic_t reloading = 0;

void end(int) { ending = 1; }
void reload(int) { reloading = 1; }

// Stopping is orderly, but not for ever: what is durable is durable, and the rest comes again.
// Requires: the process ends after it.
void stop_in_time(service::Service& running, service::Log& log, std::uint32_t seconds_max) {
  std::thread([&log, seconds_max] {
    std::this_thread::sleep_for(std::chrono::seconds(seconds_max));
    log.warn("stopped before all was done",
             {{"stop_seconds_max", std::to_string(seconds_max)},
              {"lost", "nothing that was answered; who was not comes again"}});
    log.flush();
    ::_exit(kFindings);
  }).detach();
  running.stop();
}

int init(const ServeOptions& options, Console& console) {
  service::InitOptions init;
  init.folder = options.init;
  init.device_count = options.devices;
  auto now = std::chrono::system_clock::now().time_since_epoch();
  init.valid_from = {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
  if (options.any_ports) init.rest_port = init.https_port = init.coap_port = 0;
  Status made = service::make_demonstration(init);
  if (!made) return console.fail(made.error());
  console.print(
      fmt::format("made {0}: a configuration, a policy, tokens, certificates, {1} devices\n"
                  "start it with: sojourn serve {0}/serve.json\n",
                  options.init, options.devices));
  return kClean;
}

}  // namespace

int run_serve(const ServeOptions& options, Console& console) {
  if (!options.init.empty()) return init(options, console);
  if (options.config.empty()) {
    return console.fail(make_diagnostic(Code::E0003, "no configuration was named",
                                        "`sojourn serve --init DIR` makes one"));
  }
  auto text = read_file(options.config, kConfigBytesMax);
  if (!text) return console.fail(text.error());
  std::error_code error;
  std::string folder = std::filesystem::absolute(options.config, error).parent_path().string();
  std::vector<Diagnostic> wrong;
  auto config = service::parse_config(*text, folder, wrong);
  for (const Diagnostic& one : wrong) console.fail(one);
  if (!config) return kUnusable;
  if (options.print_config) {
    console.print(service::print_config(*config));
  }
  auto addresses = options.print_config ? service::Addresses::not_tried : service::Addresses::tried;
  std::vector<Diagnostic> faults = service::find_faults(*config, addresses);
  for (const Diagnostic& one : faults) console.fail(one);
  if (!faults.empty()) return kUnusable;
  if (options.print_config) return kClean;
  // Where devices were and what they carry is for the service's user and group alone.
  ::umask(::umask(0) | S_IRWXO);
  std::signal(SIGTERM, end);
  std::signal(SIGINT, end);
  std::signal(SIGHUP, reload);
  // A file that may not grow and a reader of the log that went are errors of a write, not the end.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  auto log = service::Log::open(config->log);
  if (!log) return console.fail(log.error());
  std::uint32_t stop_seconds_max = config->limits.stop_seconds_max;
  auto running = service::Service::start(std::move(*config), **log);
  if (!running) return console.fail(running.error());
  service::ServicePorts ports = (*running)->ports();
  console.print(fmt::format("{{\"ready\":true,\"rest\":{},\"https\":{},\"coap\":{}}}\n", ports.rest,
                            ports.https, ports.coap));
  std::fflush(stdout);  // somebody may wait for this line at the other end of a pipe
  (*log)->info("ready", {{"rest", std::to_string(ports.rest)},
                         {"https", std::to_string(ports.https)},
                         {"coap", std::to_string(ports.coap)}});
  while (ending == 0 && !(*running)->failed()) {
    if (reloading != 0) {
      reloading = 0;
      (*running)->reload();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  bool failed = (*running)->failed();
  stop_in_time(**running, **log, stop_seconds_max);
  (*log)->info("stopped");
  (*log)->flush();
  return failed ? kFindings : kClean;
}

}  // namespace sojourn::cli
