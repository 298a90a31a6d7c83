#include "adapters/simulator/device.h"

#include <chrono>
#include <mutex>
#include <thread>

#include "adapters/simulator/card_file.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::simulator {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t ms_since(Clock::time_point start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count());
}

std::unique_ptr<EsipaClient> network_client(const DeviceRunOptions& options,
                                            const std::string& ci_pem) {
  TlsTrust trust{.ca_pem = ci_pem,
                 .server_name = options.server_name,
                 .certificate_chain_pem = {},
                 .private_key_pem = {}};
  if (options.transport == DeviceTransport::coap) {
    CoapClientOptions coap;
    coap.address = options.address;
    coap.port = options.port;
    coap.trust = std::move(trust);
    return make_coap_client(std::move(coap));
  }
  HttpsClientOptions https;
  https.address = options.address;
  https.port = options.port;
  if (options.transport == DeviceTransport::https) https.trust = std::move(trust);
  return make_https_client(std::move(https));
}

struct Device {
  std::size_t number;
  Euicc card;
  std::unique_ptr<EsipaClient> client;
  std::unique_ptr<Ipa> ipa;
  std::string saved;  // what lies in the folder
};

// The devices that one thread looks after.
class Keeper {
 public:
  Keeper(const DeviceRunOptions& options, const IdentityFolder& folder, const DeviceEventSink& sink,
         std::mutex& mutex)
      : options_(options), folder_(folder), sink_(sink), mutex_(mutex) {}

  Status add(std::size_t number) {
    sgp32::Version version =
        options_.misbehaviour.version_1_0 ? sgp32::Version::v1_0 : sgp32::Version::v1_2;
    Result<Euicc> card = folder_.card(number, version);
    if (!card) return std::move(card).error();
    const Eid eid = folder_.eid(number);
    auto device = std::make_unique<Device>(Device{number, std::move(*card), nullptr, nullptr, {}});
    device->client =
        options_.client ? options_.client(eid) : network_client(options_, folder_.ci_pem());
    if (device->client == nullptr) {
      return make_diagnostic(Code::E0872, "no client for the device " + to_text(eid));
    }
    IpaOptions ipa{.eim_id = folder_.eim_id(),
                   .place = options_.place,
                   .misbehaviour = options_.misbehaviour,
                   .seed = options_.seed * 1'000'003 + number};
    if (folder_.size() > 1) ipa.other_device = folder_.eid((number + 1) % folder_.size());
    device->ipa = std::make_unique<Ipa>(
        device->card, *device->client, options_.world, std::move(ipa),
        [this, eid](std::string_view what) {
          emit({.kind = DeviceEvent::Kind::happened, .eid = eid, .text = std::string(what)});
        });
    devices_.push_back(std::move(device));
    return {};
  }

  void run() {
    for (std::size_t round = 0; options_.polls == 0 || round < options_.polls; ++round) {
      Clock::time_point begun = Clock::now();
      for (auto& device : devices_) {
        if (stopped()) return;
        poll(*device);
      }
      bool last = options_.polls != 0 && round + 1 == options_.polls;
      // In short naps: somebody may want to stop.
      while (!last && !stopped() && ms_since(begun) < options_.poll_interval_ms) {
        std::uint64_t left = options_.poll_interval_ms - ms_since(begun);
        std::this_thread::sleep_for(std::chrono::milliseconds(std::min<std::uint64_t>(left, 50)));
      }
    }
  }

  // After run(): adds what its devices did.
  void add_to(FleetReport& report) const {
    report.poll_ms_max = std::max(report.poll_ms_max, poll_ms_max_);
    for (std::size_t i = 0; i < ends_.size(); ++i) report.ends[i] += ends_[i];
    for (const auto& device : devices_) {
      ++report.device_count;
      report.counts += device->ipa->counts();
      Traffic traffic = device->client->traffic();
      report.traffic.bytes_sent += traffic.bytes_sent;
      report.traffic.bytes_received += traffic.bytes_received;
      report.traffic.datagrams_sent += traffic.datagrams_sent;
      report.traffic.datagrams_received += traffic.datagrams_received;
      report.traffic.connections += traffic.connections;
      report.traffic.exchanges += traffic.exchanges;
    }
  }
  const std::optional<Diagnostic>& save_error() const { return save_error_; }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  void emit(const DeviceEvent& event) {
    std::lock_guard lock(mutex_);
    if (sink_) sink_(event);
  }

  void poll(Device& device) {
    Clock::time_point begun = Clock::now();
    PollReport report = device.ipa->poll();
    device.client->disconnect();  // it goes to sleep
    poll_ms_max_ = std::max(poll_ms_max_, ms_since(begun));
    ++ends_[static_cast<std::size_t>(report.end)];
    save(device);
    std::string text(poll_end_name(report.end));
    if (!report.detail.empty()) text += ": " + report.detail;
    emit({.kind = DeviceEvent::Kind::polled,
          .eid = device.card.eid(),
          .text = std::move(text),
          .report = std::move(report)});
  }

  void save(Device& device) {
    if (!options_.save) return;
    std::string memory = card_to_json(device.card);
    if (memory == device.saved) return;
    if (Status done = folder_.save(device.number, device.card); !done) save_error_ = done.error();
    device.saved = std::move(memory);
  }

  const DeviceRunOptions& options_;
  const IdentityFolder& folder_;
  const DeviceEventSink& sink_;
  std::mutex& mutex_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::array<std::uint64_t, 7> ends_{};
  std::uint64_t poll_ms_max_ = 0;
  std::optional<Diagnostic> save_error_;
};

}  // namespace

Result<FleetReport> run_devices(const DeviceRunOptions& options, const DeviceEventSink& sink) {
  Result<IdentityFolder> folder = IdentityFolder::open(options.folder);
  if (!folder) return std::move(folder).error();
  if (options.first >= folder->size()) {
    return make_diagnostic(Code::E0872, "the folder has " + std::to_string(folder->size()) +
                                            " devices, none with the number " +
                                            std::to_string(options.first));
  }
  std::size_t end = folder->size();
  if (options.count != 0) end = std::min(end, options.first + options.count);
  std::size_t keeper_count =
      std::min<std::size_t>(std::max(options.thread_count, 1u), end - options.first);
  std::mutex mutex;
  std::vector<std::unique_ptr<Keeper>> keepers;
  for (std::size_t i = 0; i < keeper_count; ++i) {
    keepers.push_back(std::make_unique<Keeper>(options, *folder, sink, mutex));
  }
  for (std::size_t n = options.first; n < end; ++n) {
    if (Status added = keepers[n % keeper_count]->add(n); !added) return added.error();
  }
  Clock::time_point begun = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (auto& keeper : keepers) threads.emplace_back([&keeper] { keeper->run(); });
  }
  FleetReport report;
  report.duration_ms = ms_since(begun);
  for (const auto& keeper : keepers) {
    if (keeper->save_error()) return *keeper->save_error();
    keeper->add_to(report);
  }
  return report;
}

}  // namespace sojourn::simulator
