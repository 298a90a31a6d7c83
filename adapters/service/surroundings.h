// What a configuration names and does not hold: keys, certificates, tokens, maps, policies, and the
// addresses that it listens on. All of it is tried before anything is opened, and all that is wrong
// told at once.
//
//   for (const Diagnostic& one : find_faults(config, Addresses::tried)) ...   // with its place
//
// A start reads the same again: what was sound a moment ago and is not any more ends it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/eim/signing.h"
#include "adapters/eim/tls_identity.h"
#include "adapters/service/config.h"
#include "adapters/service/tokens.h"
#include "engine/base/result.h"

namespace sojourn::service {

// Text files of keys, certificates and tokens.
inline constexpr std::size_t kKeyBytesMax = 1u << 20;

struct TenantKeys {
  std::unique_ptr<eim::SigningKey> eim;
  std::vector<Bytes> ci_certificates;  // DER
};

struct Credentials {
  std::shared_ptr<const Tokens> tokens;
  std::vector<TenantKeys> tenants;  // in the order of the configuration
};

// Who is asked for: devices take no key but one on P-256. E0861 and E0865 for what cannot be used.
enum class Peers : std::uint8_t { people, devices };
Result<eim::TlsIdentity> read_identity(const ListenConfig& listen, Peers peers,
                                       const std::string& client_ca = {});
Result<std::shared_ptr<const Tokens>> read_tokens(const std::string& path);
// Absent when something was added to `wrong`.
std::optional<Credentials> read_credentials(const Config& config, std::vector<Diagnostic>& wrong);

// A service that runs has its own addresses: they are tried only by who is about to start.
enum class Addresses : std::uint8_t { tried, not_tried };
std::vector<Diagnostic> find_faults(const Config& config, Addresses addresses);

}  // namespace sojourn::service
