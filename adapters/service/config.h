// The configuration of `sojourn serve`: one JSON file, read and judged as a whole before anything
// starts. README.md of this room describes every member.
//
//   std::vector<Diagnostic> wrong;
//   std::optional<Config> config = parse_config(text, "/etc/sojourn", wrong);
//   for (const Diagnostic& one : wrong) ...          // "`/tenants/acme/policy`: ..."
//   std::cout << print_config(*config);              // everything in effect, defaults included
//
// Unknown members are refused, with the nearest spelling. Paths are taken from the file's folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/eim/request_share.h"
#include "engine/base/diagnostic.h"
#include "engine/base/instant.h"

namespace sojourn::service {

struct ListenConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;   // 0: any free one; the log says which
  std::string certificate;  // PEM, leaf first
  std::string key;
};

struct RestConfig : ListenConfig {
  std::string tokens;     // who may do what: tokens.h
  std::string client_ca;  // PEM: whose client certificates are believed; "": none
  std::uint32_t threads = 4;
  std::uint32_t body_bytes_max = 16u << 20;
};

struct CoapConfig : ListenConfig {
  std::uint32_t contexts = 1;
};

struct TenantConfig {
  std::string name;
  std::string policy;  // a rule file or a compiled graph
  Duration lateness = days(7);
  Duration ahead = days(1);      // how far ahead of the wall clock a report may be dated
  Duration history = days(800);  // older reports are thinned: no count of a later policy sees them
  std::string eim_id;
  std::string eim_key;                       // PEM: signs packages
  std::vector<std::string> ci_certificates;  // PEM: roots of eUICC chains
  Duration retry_after = minutes(5);
  // Enrol the EID of every device that is reported? Otherwise only those given to POST /v1/devices.
  bool enrols_reported = true;
  // Does whoever puts a policy in force through the interface need somebody else for it?
  bool needs_second_person = false;
  std::vector<std::string> observations;  // files or pipes of trace lines, read to their end
};

struct ServiceLimits {
  std::uint32_t queued_observations_max = 100'000;  // beyond: 429
  std::uint32_t devices_in_memory_max = 50'000;     // per tenant; others are read when needed
  std::uint32_t idle_seconds_max = 600;             // a device silent for longer leaves memory
  std::uint32_t log_bytes_max = 64u << 20;          // of what came in last: read by a start
  std::uint32_t stop_seconds_max = 10;
  // Of a device's connection or DTLS session; beyond: 429 or 4.29. 0: no limit.
  std::uint32_t esipa_requests_per_second_max = eim::kPeerRequestsPerSecond;
  std::uint32_t clock_leap_seconds = 600;  // so long a wall clock that leapt ahead is not believed
};

struct Config {
  std::string store;
  std::string geodata;    // "" = where it was installed
  std::string log = "-";  // a file, or - for standard error
  RestConfig rest;
  std::optional<ListenConfig> https;  // ESipa
  std::optional<CoapConfig> coap;
  std::vector<TenantConfig> tenants;
  ServiceLimits limits;
};

// `folder`: what relative paths start from. Absent when `wrong` holds errors.
std::optional<Config> parse_config(std::string_view text, const std::string& folder,
                                   std::vector<Diagnostic>& wrong);

std::string print_config(const Config& config);

}  // namespace sojourn::service
