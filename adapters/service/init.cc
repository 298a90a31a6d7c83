#include "adapters/service/init.h"

#include <fmt/format.h>

#include <filesystem>

#include "adapters/service/config.h"
#include "adapters/service/files.h"
#include "adapters/service/tokens.h"
#include "adapters/simulator/identities.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

constexpr const char* kTenant = "demo";
constexpr const char* kEimId = "eim.example.com";

// For the profiles that every card of the demonstration starts with (identities.h).
constexpr std::string_view kPolicy =
    R"(# Meters and trackers that roam on a bootstrap profile, and where they may not stay on it.

policy demonstration
  version  "1"
  owner    "compliance@example.com"
  timezone UTC
  settle   0 minutes
  carry    7 days

attribute type : meter | tracker valid 400 days  # master data; reported once

profile bootstrap home FR iccid 8900*
profile local-br  home BR iccid 8955*
profile local-de  home DE iccid 8949*

rule meters-in-brazil "A meter never moves: it is local from its first day."
  when region in BR and type = meter then profile = local-br

rule settled-in-brazil "Trackers pass through; they change only when they settle."
  when region in BR and type = tracker
   and (roaming in BR on the same network on at least 60 consecutive days)
  then profile = local-br

rule long-in-brazil "Warn before the limit of 90 days comes near."
  when roaming in BR on the same network on at least 50 consecutive days and type = tracker
  then alert "50 days in Brazil on one network"

rule germany "At home with the local profile, once the country is certain."
  when region in DE and type = tracker then profile = local-de

rule lost "No service for an hour: back to what works everywhere."
  overrides germany, meters-in-brazil, settled-in-brazil
  when no service for 1 hour then profile = bootstrap, hold 24 hours, alert "no service for an hour"

otherwise keep

test "a meter in São Paulo goes local at once"
  given type = meter, profile = bootstrap, installed = {bootstrap, local-br}
  at 2026-01-01 10:00 network 724-05, position -23.55 -46.63 accuracy 20 m
  expect profile = local-br by meters-in-brazil

test "a tracker settles in Brazil on its 60th day"
  given type = tracker, profile = bootstrap, installed = {bootstrap, local-br}
  every day at 12:00 from 2026-01-01 to 2026-03-05 network 724-05, position -23.55 -46.63 accuracy 20 m
  expect profile = local-br on 2026-03-01
)";

Status write_tokens(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder + "/tokens", error);
  std::string entries;
  for (Role role : {Role::read, Role::operate, Role::approve, Role::admin}) {
    std::string token = make_token();
    std::string name(role_name(role));
    Status written = write_new(folder + "/tokens/" + name, token + "\n", true);
    if (!written) return written;
    entries += entries.empty() ? "\n  " : ",\n  ";
    entries += token_entry(token, {"demo-" + name, role, "*"});
  }
  return write_new(folder + "/tokens.json", "{\"tokens\": [" + entries + "\n]}\n");
}

std::string configuration(const InitOptions& options) {
  return fmt::format(R"({{
  "store": "sojourn.store",
  "rest": {{
    "address": "127.0.0.1", "port": {},
    "certificate": "tls.pem", "key": "tls.key",
    "tokens": "tokens.json"
  }},
  "esipa": {{
    "https": {{"address": "127.0.0.1", "port": {}, "certificate": "tls.pem", "key": "tls.key"}},
    "coap": {{"address": "127.0.0.1", "port": {}, "certificate": "tls.pem", "key": "tls.key"}}
  }},
  "tenants": {{
    "{}": {{
      "policy": "policy.sojourn",
      "eim": {{"id": "{}", "key": "eim.key", "ci_certificates": ["ci.pem"]}}
    }}
  }}
}}
)",
                     options.rest_port, options.https_port, options.coap_port, kTenant, kEimId);
}

}  // namespace

Status make_demonstration(const InitOptions& options) {
  simulator::IdentityOptions identities;
  identities.device_count = options.device_count;
  // A day of grace, for clocks that differ.
  identities.valid_from = options.valid_from - days(1);
  identities.eim_id = kEimId;
  Status made = simulator::make_identities(options.folder, identities);
  if (!made) return made;
  Status written = write_new(options.folder + "/policy.sojourn", kPolicy);
  if (written) written = write_tokens(options.folder);
  if (written) written = write_new(options.folder + "/serve.json", configuration(options));
  return written;
}

}  // namespace sojourn::service
