// The agent in a device: fetches packages for its eUICC, and delivers what the eUICC answers
// (SGP.32 3.1, 5.14).
//
//   Ipa ipa(card, *client, world, {.eim_id = "eim.example.com"});
//   ipa.move_to("BR");
//   PollReport report = ipa.poll();
//
// One poll is the loop of an IPA:
//   1. a network, or else the eUICC's fallback; without either the poll ends
//   2. results that the eIM has not acknowledged are delivered again
//   3. GetEimPackage -> execute -> ProvideEimPackageResult -> drop what is acknowledged -> again,
//      until noEimPackageAvailable
//   4. pending notifications go by HandleNotification
// An enable cuts the bearer. If the new profile finds no network it is rolled back, and the eIM
// gets the one result that the eUICC made of both.
//
// A request is repeated when no answer came, as IPAs in the field do; the eIM may then have taken
// it in more than once. Threads: one at a time.
#pragma once

#include <functional>
#include <string>

#include "adapters/simulator/dice.h"
#include "adapters/simulator/esipa_client.h"
#include "adapters/simulator/euicc.h"
#include "adapters/simulator/misbehaviour.h"
#include "adapters/simulator/world.h"

namespace sojourn::simulator {

struct IpaOptions {
  std::string eim_id{};
  std::string place = "home";
  unsigned attempt_count = 3;               // per request
  unsigned exchange_count_max = 64;         // per poll
  bool results_with_notifications = false;  // ePRAndNotifications in place of the bare result
  sgp32::IpaCapabilities capabilities{sgp32::BitString{"1"}, sgp32::BitString{"11"}};
  Misbehaviour misbehaviour{};
  std::optional<Eid> other_device{};  // in whose name it asks when it misbehaves
  std::uint64_t seed = 0;
};

// How a poll ended.
enum class PollEnd : std::uint8_t {
  done,            // the eIM has nothing more
  no_network,      // the device is alone
  no_answer,       // of the eIM, in all attempts
  refused,         // the eIM knows the EID not, or answered with another error
  not_understood,  // the answer was no ESipa message
  silent,          // it misbehaved: what it owes comes with the next poll
  too_long,        // exchange_count_max reached
};
std::string_view poll_end_name(PollEnd end);  // "no network"

// What was done, in one poll or in all.
struct IpaCounts {
  std::uint64_t polls = 0;
  std::uint64_t requests = 0;  // sent, repetitions included
  std::uint64_t unanswered = 0;
  std::uint64_t packages = 0;  // handed to the eUICC
  std::uint64_t results = 0;   // delivered and answered
  std::uint64_t acknowledged = 0;
  std::uint64_t redelivered = 0;
  std::uint64_t data_requests = 0;
  std::uint64_t downloads = 0;
  std::uint64_t rollbacks = 0;
  std::uint64_t fallbacks = 0;
  std::uint64_t notifications = 0;
  std::uint64_t misdeeds = 0;
  std::uint64_t bytes_sent = 0;  // of ESipa messages, below them see Traffic
  std::uint64_t bytes_received = 0;
  IpaCounts& operator+=(const IpaCounts& other);
  friend bool operator==(const IpaCounts&, const IpaCounts&) = default;
};
struct PollReport {
  PollEnd end = PollEnd::done;
  std::string detail{};  // of refused and not_understood
  IpaCounts counts{};
};

// Something worth telling while it happens: "enabled 8955..., rolled back".
using IpaEvent = std::function<void(std::string_view what)>;

class Ipa {
 public:
  // Card, client and world outlive it.
  Ipa(Euicc& card, EsipaClient& client, const World& world, IpaOptions options,
      IpaEvent event = {});

  PollReport poll();
  void move_to(std::string place) { options_.place = std::move(place); }
  const std::string& place() const { return options_.place; }
  const IpaCounts& counts() const { return counts_; }

 private:
  using Message = sgp32::ProvideEimPackageResult;
  sgp32::Version version() const { return card_.version(); }
  bool has_network() const;
  bool find_network();
  // False: the poll has ended, `report_` says how.
  bool deliver_stored();
  bool fetch(bool& more);
  bool carry_out(ByteView package, const Eid& asked_for);
  bool switch_bearer(std::optional<Iccid> before, sgp32::EuiccPackageResult& result);
  bool answer_data_request(const sgp32::IpaEuiccDataRequest& request, const Eid& asked_for);
  bool download(const sgp32::ProfileDownloadTriggerRequest& trigger, const Eid& asked_for);
  bool deliver_result(const sgp32::EuiccPackageResult& result, const Eid& asked_for);
  bool deliver(sgp32::EimPackageResult result, const Eid& asked_for);
  bool send_result(ByteView message);
  bool send_notifications();
  // The answer, after as many attempts as it takes. Absent: the poll has ended.
  std::optional<Bytes> exchange(ByteView request);
  bool end(PollEnd how, std::string detail = {});
  bool misdeed(unsigned chance, std::string_view what);
  void tell(std::string_view what) const;

  Euicc& card_;
  EsipaClient& client_;
  const World& world_;
  IpaOptions options_;
  IpaEvent event_;
  Dice dice_;
  std::optional<std::int64_t> state_change_cause_;  // to be told with the next GetEimPackage
  std::optional<sgp32::EuiccPackageResult> last_result_;
  IpaCounts counts_;
  PollReport report_;
};

}  // namespace sojourn::simulator
