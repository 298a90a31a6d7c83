// The commands that speak with a running service: where it is, and who asks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/cli/console.h"
#include "adapters/simulator/http_client.h"
#include "engine/base/result.h"

namespace sojourn::cli {

// Where a service is. `folder` is one made by `sojourn serve --init`, and says all the rest.
struct ServiceAddress {
  std::string folder;
  std::string address;  // IPv4; "" = 127.0.0.1
  std::uint16_t port = 0;
  std::string ca;      // PEM file of the authority
  std::string token;   // file that holds the token; "" = the environment's SOJOURN_TOKEN
  std::string tenant;  // for tokens of several
};

class ServiceClient {
 public:
  // `role`: whose token of the folder to use, when none is named.
  static Result<ServiceClient> open(const ServiceAddress& where, std::string_view role);

  // The body of a 2xx answer. E0884 with the service's own words for any other.
  Result<std::string> send(std::string_view method, const std::string& path,
                           std::string_view body = {}, std::string_view content_type = {});
  // From now on what a busy service refuses (429, 503) is sent again when it says, at most so
  // often; `told` hears of each time before it is waited for.
  using Waiting = std::function<void(const Diagnostic& refusal, unsigned seconds)>;
  void be_patient(unsigned retries_max, Waiting told) {
    retries_max_ = retries_max;
    told_ = std::move(told);
  }
  // Orders are placed under this key from now on; empty: under none.
  void use_key(std::string key) { key_ = std::move(key); }

 private:
  std::unique_ptr<simulator::HttpClient> client_;
  std::string token_;
  std::string tenant_;
  std::string key_;
  unsigned retries_max_ = 0;
  Waiting told_;
};

// A part of a path or query, with percent signs where they are needed.
std::string in_url(std::string_view text);

}  // namespace sojourn::cli
