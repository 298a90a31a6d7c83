// Who may do what: bearer tokens with roles, as a file that holds no token.
//
//   {"tokens": [{"name": "alice", "role": "operate", "tenant": "acme", "sha256": "9f86d0..."},
//               {"name": "billing", "role": "read", "tenant": "acme", "certificate": "billing-1"}]}
//
// `certificate` is the common name of a client certificate that `rest.client_ca` issued: who shows
// it needs no token.
//
// `tenant` "*" is every tenant; such a token names one in the header `Sojourn-Tenant` when there
// are several. A role may do all that the roles before it may.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/base/result.h"

namespace sojourn::service {

enum class Role : std::uint8_t { nobody, read, operate, approve, admin };
std::string_view role_name(Role role);
std::optional<Role> find_role(std::string_view name);

struct TokenHolder {
  std::string name;
  Role role = Role::nobody;
  std::string tenant;  // "*": every one
};

class Tokens {
 public:
  static Result<Tokens> parse(std::string_view text);  // E0881

  // Null: nobody's. By its digest, so that the time it takes tells nothing about tokens.
  const TokenHolder* find(std::string_view token) const;
  // Of a verified client certificate, by its common name.
  const TokenHolder* find_certificate(std::string_view common_name) const;

 private:
  std::unordered_map<std::string, TokenHolder> by_digest_;
  std::unordered_map<std::string, TokenHolder> by_certificate_;
};

// 32 random bytes in hex, and the entry of the file for it.
std::string make_token();
std::string token_entry(std::string_view token, const TokenHolder& holder);  // JSON

}  // namespace sojourn::service
