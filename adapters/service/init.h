// What `sojourn serve --init DIR` makes: a whole demonstration to start from.
//
//   DIR/serve.json       the configuration
//   DIR/policy.sojourn   a policy for the demonstration's profiles
//   DIR/tokens.json      digests of the tokens; DIR/tokens/ROLE holds the tokens themselves
//   DIR/tls.pem, ...     certificates and devices (adapters/simulator/identities.h)
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/instant.h"
#include "engine/base/result.h"

namespace sojourn::service {

struct InitOptions {
  std::string folder;
  std::size_t device_count = 12;
  Instant valid_from{};
  std::uint16_t rest_port = 8480;
  std::uint16_t https_port = 8443;
  std::uint16_t coap_port = 5684;
};
// E0872 when the folder holds a fleet already; E0002.
Status make_demonstration(const InitOptions& options);

}  // namespace sojourn::service
