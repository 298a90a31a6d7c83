#include "adapters/service/surroundings.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "adapters/eim/http_server.h"
#include "adapters/geo/geo.h"
#include "adapters/service/files.h"
#include "adapters/service/pem.h"
#include "adapters/service/policy.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

Diagnostic placed_at(Diagnostic why, const std::string& where) {
  why.message = fmt::format("`{}`: {}", where, why.message);
  return why;
}

std::string tenant_place(const TenantConfig& tenant, const char* member) {
  return fmt::format("/tenants/{}/eim/{}", tenant.name, member);
}

Instant now() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

// What holds no certificate at all is told by who uses it.
Status check_chain(const std::string& pem, Peers peers) {
  if (!certificate_from_pem(pem)) return {};
  if (Status dated = check_dates(pem, now()); !dated) return dated;
  return peers == Peers::devices ? check_key_for_devices(pem) : Status();
}

Result<std::unique_ptr<eim::SigningKey>> read_eim_key(const std::string& path) {
  auto text = read_whole(path, kKeyBytesMax);
  if (!text) return std::move(text).error();
  auto key = eim::SigningKey::from_pem(*text);
  if (!key) return placed_at(std::move(key).error(), path);
  return std::make_unique<eim::SigningKey>(std::move(key).value());
}

Result<Bytes> read_certificate(const std::string& path) {
  auto pem = read_whole(path, kKeyBytesMax);
  if (!pem) return std::move(pem).error();
  auto der = certificate_from_pem(*pem);
  if (!der) return placed_at(std::move(der).error(), path);
  if (Status dated = check_dates(*pem, now()); !dated) return placed_at(dated.error(), path);
  return std::move(*der);
}

// Sockets that hold their addresses until all are tried: two members may name one address.
class Attempts {
 public:
  Attempts() = default;
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;
  ~Attempts() {
    for (int socket : sockets_) ::close(socket);
  }

  // As the servers will: `kind` is SOCK_STREAM or SOCK_DGRAM. "": it can be listened on.
  std::string fault(const std::string& address, std::uint16_t port, int kind) {
    sockaddr_storage to{};
    socklen_t size = 0;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&to);   // NOLINT: so the interface of sockets
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);  // NOLINT: wants it
    if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
      v4->sin_family = AF_INET;
      v4->sin_port = htons(port);
      size = sizeof *v4;
    } else if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons(port);
      size = sizeof *v6;
    } else {
      return "it is no IP address";
    }
    int socket = ::socket(to.ss_family, kind | SOCK_CLOEXEC, 0);
    if (socket < 0) return std::strerror(errno);
    sockets_.push_back(socket);
    int yes = 1;
    bool listens =
        (kind != SOCK_STREAM ||
         ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0) &&
        ::bind(socket, reinterpret_cast<const sockaddr*>(&to), size) == 0 &&  // NOLINT: likewise
        (kind != SOCK_STREAM || ::listen(socket, 1) == 0);
    return listens ? "" : std::strerror(errno);
  }

 private:
  std::vector<int> sockets_;
};

void try_addresses(const Config& config, std::vector<Diagnostic>& wrong) {
  Attempts attempts;
  auto attempt = [&](const ListenConfig& listen, std::uint32_t port, int kind, const char* where) {
    std::string fault = attempts.fault(listen.address, static_cast<std::uint16_t>(port), kind);
    if (fault.empty()) return;
    wrong.push_back(make_diagnostic(
        Code::E0860,
        fmt::format("`{}`: cannot listen on `{}`, {} port {}: {}", where, listen.address,
                    kind == SOCK_STREAM ? "TCP" : "UDP", port, fault),
        "choose another address or port, or end what listens there"));
  };
  attempt(config.rest, config.rest.port, SOCK_STREAM, "/rest");
  if (config.https) attempt(*config.https, config.https->port, SOCK_STREAM, "/esipa/https");
  for (std::uint32_t i = 0; config.coap && i < config.coap->contexts; ++i) {
    std::uint32_t port = config.coap->port == 0 ? 0 : config.coap->port + i;
    attempt(*config.coap, port, SOCK_DGRAM, "/esipa/coap");
  }
}

// A policy that was in force before stays so when its file is broken; what the store knows of that
// is not looked at here, so a start that has a store leaves it to who opens that.
void try_policies(const Config& config, std::vector<Diagnostic>& wrong) {
  auto world = geo::open_gazetteer(config.geodata.empty() ? geo::default_geodata_directory()
                                                          : config.geodata);
  if (!world) return wrong.push_back(placed_at(std::move(world).error(), "/geodata"));
  for (const TenantConfig& tenant : config.tenants) {
    std::string place = fmt::format("/tenants/{}/policy", tenant.name);
    auto text = read_whole(tenant.policy, limits::kSourceBytesMax);
    if (!text) {
      wrong.push_back(placed_at(std::move(text).error(), place));
      continue;
    }
    PolicyCheck checked = check_policy(tenant.policy, *text, DiskFiles(), **world);
    if (!checked.runnable) wrong.push_back(placed_at(has_errors(tenant.policy, checked), place));
  }
}

}  // namespace

Result<eim::TlsIdentity> read_identity(const ListenConfig& listen, Peers peers,
                                       const std::string& client_ca) {
  auto chain = read_whole(listen.certificate, kKeyBytesMax);
  if (!chain) return std::move(chain).error();
  auto key = read_whole(listen.key, kKeyBytesMax);
  if (!key) return std::move(key).error();
  eim::TlsIdentity identity;
  identity.certificate_chain_pem = std::move(chain).value();
  identity.private_key_pem = std::move(key).value();
  if (Status sound = check_chain(identity.certificate_chain_pem, peers); !sound) {
    return placed_at(std::move(sound).error(), listen.certificate);
  }
  if (client_ca.empty()) return identity;
  auto authority = read_whole(client_ca, kKeyBytesMax);
  if (!authority) return std::move(authority).error();
  identity.client_ca_pem = std::move(authority).value();
  return identity;
}

Result<std::shared_ptr<const Tokens>> read_tokens(const std::string& path) {
  auto text = read_whole(path, kKeyBytesMax);
  if (!text) return std::move(text).error();
  auto tokens = Tokens::parse(*text);
  if (!tokens) return placed_at(std::move(tokens).error(), path);
  return std::shared_ptr<const Tokens>(std::make_shared<const Tokens>(std::move(tokens).value()));
}

std::optional<Credentials> read_credentials(const Config& config, std::vector<Diagnostic>& wrong) {
  std::size_t before = wrong.size();
  auto check = [&](const ListenConfig& listen, Peers peers, const std::string& client_ca,
                   const char* where) {
    auto identity = read_identity(listen, peers, client_ca);
    Status checked = identity ? eim::check_identity(*identity) : Status(identity.error());
    if (!checked) wrong.push_back(placed_at(checked.error(), where));
  };
  check(config.rest, Peers::people, config.rest.client_ca, "/rest");
  if (config.https) check(*config.https, Peers::devices, {}, "/esipa/https");
  if (config.coap) check(*config.coap, Peers::devices, {}, "/esipa/coap");
  Credentials all;
  auto tokens = read_tokens(config.rest.tokens);
  if (tokens) all.tokens = std::move(*tokens);
  if (!tokens) wrong.push_back(placed_at(tokens.error(), "/rest/tokens"));
  for (const TenantConfig& tenant : config.tenants) {
    TenantKeys& keys = all.tenants.emplace_back();
    auto key = read_eim_key(tenant.eim_key);
    if (key) keys.eim = std::move(*key);
    if (!key) wrong.push_back(placed_at(key.error(), tenant_place(tenant, "key")));
    for (const std::string& path : tenant.ci_certificates) {
      auto certificate = read_certificate(path);
      if (certificate) keys.ci_certificates.push_back(std::move(*certificate));
      if (!certificate) {
        wrong.push_back(placed_at(certificate.error(), tenant_place(tenant, "ci_certificates")));
      }
    }
  }
  if (wrong.size() != before) return std::nullopt;
  return all;
}

std::vector<Diagnostic> find_faults(const Config& config, Addresses addresses) {
  std::vector<Diagnostic> wrong;
  read_credentials(config, wrong);
  std::error_code unseen;
  bool first_start = !std::filesystem::exists(config.store, unseen);
  if (addresses == Addresses::not_tried || first_start) try_policies(config, wrong);
  if (addresses == Addresses::tried) try_addresses(config, wrong);
  return wrong;
}

}  // namespace sojourn::service
