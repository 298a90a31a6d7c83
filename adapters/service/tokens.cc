#include "adapters/service/tokens.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "engine/base/bytes.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

constexpr std::string_view kRoleNames[] = {"nobody", "read", "operate", "approve", "admin"};
constexpr std::size_t kDigestDigits = 64;

Diagnostic refused(std::string what) { return make_diagnostic(Code::E0881, std::move(what)); }

std::string digest_of(std::string_view token) { return to_hex(sha256(as_bytes(token))); }

}  // namespace

std::string_view role_name(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> find_role(std::string_view name) {
  for (std::size_t i = 1; i < std::size(kRoleNames); ++i) {
    if (kRoleNames[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

Result<Tokens> Tokens::parse(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_object() || !json.contains("tokens") || !json["tokens"].is_array()) {
    return refused("`/tokens` is not a list");
  }
  Tokens tokens;
  std::size_t number = 0;
  for (const Json& one : json["tokens"]) {
    auto member = [&](const char* name) -> std::string {
      auto found = one.find(name);
      return found != one.end() && found->is_string() ? found->get<std::string>() : "";
    };
    std::string where = fmt::format("/tokens/{}", number++);
    if (!one.is_object()) return refused(fmt::format("`{}` is not an object", where));
    auto role = find_role(member("role"));
    if (!role) {
      return refused(fmt::format("`{}/role` is none of read, operate, approve, admin", where));
    }
    std::string digest = member("sha256");
    std::string certificate = member("certificate");
    if (digest.empty() == certificate.empty()) {
      return refused(fmt::format("`{}` needs either `sha256` or `certificate`", where));
    }
    auto bytes = from_hex(digest);
    if (certificate.empty() && (!bytes || digest.size() != kDigestDigits)) {
      return refused(fmt::format("`{}/sha256` is not the SHA-256 of a token in hex", where));
    }
    TokenHolder holder{member("name"), *role, member("tenant")};
    if (holder.name.empty()) return refused(fmt::format("`{}/name` is missing", where));
    if (holder.tenant.empty()) return refused(fmt::format("`{}/tenant` is missing", where));
    bool added = certificate.empty()
                     ? tokens.by_digest_.emplace(to_hex(*bytes), std::move(holder)).second
                     : tokens.by_certificate_.emplace(certificate, std::move(holder)).second;
    if (!added) {
      return refused(fmt::format("`{}` is the same as one before", where));
    }
  }
  return tokens;
}

const TokenHolder* Tokens::find(std::string_view token) const {
  auto found = by_digest_.find(digest_of(token));
  return found == by_digest_.end() ? nullptr : &found->second;
}

const TokenHolder* Tokens::find_certificate(std::string_view common_name) const {
  auto found = by_certificate_.find(std::string(common_name));
  return found == by_certificate_.end() ? nullptr : &found->second;
}

std::string make_token() {
  Bytes random(32);
  RAND_bytes(random.data(), static_cast<int>(random.size()));
  return to_hex(random);
}

std::string token_entry(std::string_view token, const TokenHolder& holder) {
  Json json;
  json["name"] = holder.name;
  json["role"] = role_name(holder.role);
  json["tenant"] = holder.tenant;
  json["sha256"] = digest_of(token);
  return json.dump();
}

}  // namespace sojourn::service
