// A service under test: the real binary, on ports of its own, with a folder of `serve --init`.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/simulator/esipa_client.h"
#include "tests/cli/run_program.h"

namespace sojourn::testing {

class Served {
 public:
  // `folder`: made by `sojourn serve --init`. Does not start it.
  explicit Served(std::string folder) : folder_(std::move(folder)) {}
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  // Waits until it is ready; false if it ended before, with what it said in `said()`.
  bool start(const std::string& config = "serve.json");
  // From the next start on no file of it may grow beyond this: a disk that is full. 0: no limit.
  void limit_files(std::size_t bytes_max) { file_bytes_max_ = bytes_max; }
  // From the next start on, for it alone: "NAME=value".
  void set_environment(std::string variable) { environment_.push_back(std::move(variable)); }
  // Waits for its end; its exit code, or 128 + signal.
  int stop(int signal);
  int wait();
  bool running() const { return process_ > 0; }
  pid_t process() const { return process_; }
  void signal(int number) const;

  std::uint16_t rest_port() const { return rest_; }
  std::uint16_t https_port() const { return https_; }
  std::uint16_t coap_port() const { return coap_; }
  const std::string& folder() const { return folder_; }
  // For a client of one of its ports: trusts the folder's authority, and may show a certificate.
  simulator::HttpsClientOptions client_options(std::uint16_t port, std::string certificate = {},
                                               std::string key = {}) const;
  // Of a role: "read", "operate", "approve", "admin".
  std::string token(const std::string& role) const;
  std::string said() const;

  // `sojourn COMMAND --service FOLDER --port PORT ARGUMENTS`
  ProgramRun ask(const std::string& command, const std::string& arguments = {}) const;
  // Devices of the folder at work, with their real clients, in this process.
  struct Fleet {
    std::size_t first = 0;
    std::size_t count = 0;  // 0: all from the first
    std::size_t polls = 8;
    unsigned interval_ms = 200;
    std::string misbehave = {};
    std::string no_network = {};  // an ICCID that finds none; a bootstrap always does
  };
  // What happened to them, a line each.
  std::string devices(const std::string& transport, const Fleet& fleet) const;
  // Posts reports, as `sojourn observe` does.
  ProgramRun observe(const std::string& lines) const;
  // The whole evidence chain through `sojourn audit verify`.
  ProgramRun verify_audit() const;
  // Repeats `ask` until its output holds `wanted`, at most so long; the last run.
  ProgramRun ask_until(const std::string& command, const std::string& arguments,
                       std::string_view wanted, unsigned seconds_max = 30) const;

 private:
  const std::string folder_;
  pid_t process_ = 0;
  std::size_t file_bytes_max_ = 0;
  std::vector<std::string> environment_;
  std::uint16_t rest_ = 0, https_ = 0, coap_ = 0;
};

// A report of a device that is `ago_ms` old, as a line.
std::string report_line(const std::string& eid, std::int64_t ago_ms, const std::string& members);
// The EID of the n-th device of a folder.
std::string demo_device(std::size_t n);
// Where a meter in São Paulo roams on its bootstrap profile.
inline const std::string kMeterInBrazil =
    R"("network":"724-05","registration":"roaming","position":{"lat":-23.55,"lon":-46.63,"accuracy":20},"profile":"bootstrap","installed":["bootstrap","local-br","local-de"],"attributes":{"type":"meter"})";
// A report of the n-th device, a minute old, as such a meter.
inline std::string meter(std::size_t n) {
  return report_line(demo_device(n), 60'000, kMeterInBrazil);
}
inline std::string meters(std::size_t count) {
  std::string lines;
  for (std::size_t n = 0; n < count; ++n) lines += meter(n);
  return lines;
}

}  // namespace sojourn::testing
