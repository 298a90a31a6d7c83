// Simulated devices at work: what `sojourn device` runs.
//
//   DeviceRunOptions options{.folder = "demo", .port = 8443, .polls = 10};
//   Result<FleetReport> report = run_devices(options, [](const DeviceEvent& event) {
//     print(event.eid, event.text);
//   });
//
// Each device of the folder is an eUICC with an IPA and a client of its own. Devices poll in turn,
// `thread_count` at once; what they know is saved in the folder after every poll that changed it,
// so the next run goes on where this one ended.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "adapters/simulator/identities.h"
#include "adapters/simulator/ipa.h"

namespace sojourn::simulator {

enum class DeviceTransport : std::uint8_t { https, plain_http, coap };

// A device's connection to the eIM.
using ClientFactory = std::function<std::unique_ptr<EsipaClient>(const Eid& eid)>;

struct DeviceRunOptions {
  std::string folder{};
  DeviceTransport transport = DeviceTransport::https;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;
  std::string server_name = "localhost";
  std::size_t first = 0;              // of the folder's devices
  std::size_t count = 0;              // 0: all from the first
  std::size_t polls = 1;              // per device; 0: until stopped
  unsigned poll_interval_ms = 1'000;  // between the beginnings of two polls of one device
  unsigned thread_count = 1;
  std::string place = "home";
  World world{};
  Misbehaviour misbehaviour{};
  std::uint64_t seed = 0;
  bool save = true;                         // the cards' memories, in the folder
  const std::atomic<bool>* stop = nullptr;  // set by somebody else: ends after the current polls
  ClientFactory client{};                   // absent: over the network, as above
};

struct DeviceEvent {
  enum class Kind : std::uint8_t {
    happened,  // to a profile, or a misdeed
    polled,    // a poll ended; `report` says how
  };
  Kind kind{};
  Eid eid{};
  std::string text{};
  PollReport report{};
};
// Called by one thread at a time.
using DeviceEventSink = std::function<void(const DeviceEvent&)>;

struct FleetReport {
  std::size_t device_count = 0;
  IpaCounts counts{};
  Traffic traffic{};
  std::array<std::uint64_t, 7> ends{};  // polls by PollEnd
  std::uint64_t poll_ms_max = 0;
  std::uint64_t duration_ms = 0;
};

// Blocks until all polls are done, or `stop`. Errors: E0872 for the folder, and what a card's
// memory lacks.
Result<FleetReport> run_devices(const DeviceRunOptions& options, const DeviceEventSink& sink);

}  // namespace sojourn::simulator
