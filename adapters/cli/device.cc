// sojourn device FOLDER: simulated devices, one or thousands, as processes of their own.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>

#include "adapters/cli/commands.h"
#include "adapters/cli/output_file.h"
#include "adapters/simulator/device.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

using namespace simulator;
using Json = nlohmann::ordered_json;

constexpr std::size_t kWorldBytesMax = 1u << 20;
std::atomic<bool> stopped{false};

Instant wall_clock() {
  using namespace std::chrono;
  return {duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count()};
}

Diagnostic refused(std::string message, std::string help) {
  return make_diagnostic(Code::E0003, std::move(message), std::move(help));
}

Result<DeviceTransport> transport_named(const std::string& name) {
  if (name == "https") return DeviceTransport::https;
  if (name == "http") return DeviceTransport::plain_http;
  if (name == "coap") return DeviceTransport::coap;
  return refused("unknown transport `" + name + "`", "say https, coap or http");
}

Result<World> world_for(const DeviceOptions& options) {
  World world;
  if (!options.world.empty()) {
    Result<std::string> text = read_file(options.world, kWorldBytesMax);
    if (!text) return std::move(text).error();
    Result<World> parsed = World::parse(*text);
    if (!parsed) return parsed;
    world = std::move(*parsed);
  }
  for (const std::string& digits : options.no_network) {
    std::optional<Iccid> iccid = parse_iccid(digits);
    if (!iccid) return refused("`" + digits + "` is not an ICCID", "say its 18 to 20 digits");
    world.deny(*iccid);
  }
  return world;
}

Result<DeviceRunOptions> run_options(const DeviceOptions& options) {
  DeviceRunOptions run;
  run.folder = options.folder;
  Result<DeviceTransport> transport = transport_named(options.transport);
  if (!transport) return std::move(transport).error();
  run.transport = *transport;
  run.address = options.address;
  run.port = options.port;
  if (run.port == 0) run.port = run.transport == DeviceTransport::coap ? 5684 : 8443;
  run.server_name = options.server_name;
  run.first = options.first;
  run.count = options.fleet;
  run.polls = options.polls;
  run.poll_interval_ms = options.interval_ms;
  run.thread_count = options.threads;
  run.place = options.place;
  run.seed = options.seed;
  run.save = !options.forget;
  run.stop = &stopped;
  Result<World> world = world_for(options);
  if (!world) return std::move(world).error();
  run.world = std::move(*world);
  Result<Misbehaviour> misbehaviour = parse_misbehaviour(options.misbehave);
  if (!misbehaviour) return std::move(misbehaviour).error();
  run.misbehaviour = *misbehaviour;
  return run;
}

Json counts_json(const IpaCounts& counts) {
  return {{"polls", counts.polls},
          {"requests", counts.requests},
          {"unanswered", counts.unanswered},
          {"packages", counts.packages},
          {"results", counts.results},
          {"acknowledged", counts.acknowledged},
          {"redelivered", counts.redelivered},
          {"data_requests", counts.data_requests},
          {"downloads", counts.downloads},
          {"rollbacks", counts.rollbacks},
          {"fallbacks", counts.fallbacks},
          {"notifications", counts.notifications},
          {"misdeeds", counts.misdeeds}};
}

std::string event_json(const DeviceEvent& event) {
  bool happened = event.kind == DeviceEvent::Kind::happened;
  Json json = {{"event", happened ? "happened" : "polled"}, {"eid", to_text(event.eid)}};
  if (happened) {
    json["what"] = event.text;
  } else {
    json["end"] = poll_end_name(event.report.end);
    if (!event.report.detail.empty()) json["detail"] = event.report.detail;
    json["counts"] = counts_json(event.report.counts);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string summary_json(const FleetReport& report) {
  Json ends = Json::object();
  for (std::size_t i = 0; i < report.ends.size(); ++i) {
    if (report.ends[i] > 0) ends[std::string(poll_end_name(PollEnd(i)))] = report.ends[i];
  }
  Json json = {{"event", "summary"},
               {"devices", report.device_count},
               {"duration_ms", report.duration_ms},
               {"longest_poll_ms", report.poll_ms_max},
               {"ends", std::move(ends)},
               {"counts", counts_json(report.counts)},
               {"bytes_sent", report.traffic.bytes_sent},
               {"bytes_received", report.traffic.bytes_received},
               {"connections", report.traffic.connections}};
  return json.dump() + "\n";
}

std::string summary_text(const FleetReport& report) {
  const IpaCounts& counts = report.counts;
  double seconds = static_cast<double>(std::max<std::uint64_t>(report.duration_ms, 1)) / 1000;
  std::string text = fmt::format("{} devices, {} polls in {:.1f} s ({:.0f}/s), the longest {} ms\n",
                                 grouped(report.device_count), grouped(counts.polls), seconds,
                                 static_cast<double>(counts.polls) / seconds, report.poll_ms_max);
  text +=
      fmt::format("{} packages carried out, {} results delivered, {} acknowledged\n",
                  grouped(counts.packages), grouped(counts.results), grouped(counts.acknowledged));
  auto also = [&](std::uint64_t count, const char* what) {
    if (count > 0) text += fmt::format("{} {}\n", grouped(count), what);
  };
  also(counts.rollbacks, "rolled back");
  also(counts.fallbacks, "fell back");
  also(counts.downloads, "downloads");
  also(counts.unanswered, "requests without an answer");
  also(counts.redelivered, "results delivered again");
  also(counts.misdeeds, "misdeeds");
  for (std::size_t i = 1; i < report.ends.size(); ++i) {
    if (report.ends[i] == 0) continue;
    text += fmt::format("{} polls ended: {}\n", grouped(report.ends[i]), poll_end_name(PollEnd(i)));
  }
  return text;
}

// A person reads what happened and what failed; that nothing was to be done is not worth a line.
void show(const DeviceEvent& event, Console& console) {
  bool polled = event.kind == DeviceEvent::Kind::polled;
  if (polled && event.report.end == PollEnd::done) return;
  console.print(fmt::format("{}  {}\n", to_text(event.eid), event.text));
}

}  // namespace

int run_device(const DeviceOptions& options, Console& console) {
  if (options.make > 0) {
    IdentityOptions identities;
    identities.device_count = options.make;
    identities.valid_from = wall_clock() - days(1);  // clocks differ
    identities.eim_id = options.eim_id;
    if (Status made = make_identities(options.folder, identities); !made) {
      return console.fail(made.error());
    }
    console.message(fmt::format("made {}: keys and certificates of an eIM and {} devices\n",
                                options.folder, grouped(options.make)));
    if (options.polls == 0) return kClean;
  }
  Result<DeviceRunOptions> run = run_options(options);
  if (!run) return console.fail(run.error());
  if (options.forever) run->polls = 0;
  bool as_json = options.format == OutputFormat::json;
  std::signal(SIGINT, [](int) { stopped = true; });
  std::signal(SIGTERM, [](int) { stopped = true; });
  Result<FleetReport> report = run_devices(*run, [&](const DeviceEvent& event) {
    if (as_json) {
      console.print(event_json(event));
    } else {
      show(event, console);
    }
  });
  if (!report) return console.fail(report.error());
  console.print(as_json ? summary_json(*report) : summary_text(*report));
  std::uint64_t well = report->ends[static_cast<std::size_t>(PollEnd::done)] +
                       report->ends[static_cast<std::size_t>(PollEnd::silent)];
  return well == report->counts.polls ? kClean : kFindings;
}

}  // namespace sojourn::cli
