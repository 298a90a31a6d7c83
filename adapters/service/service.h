// The running service: everything that `sojourn serve` starts, in the order in which it does.
//
//   config -> log, store, geodata -> per tenant: policy, order book, engine -> servers
//
//   Result<std::unique_ptr<Service>> service = Service::start(config);
//   ... service->reload() on SIGHUP; wait until failed() or a signal ...
//   service->stop();
#pragma once

#include <memory>

#include "adapters/service/config.h"
#include "adapters/service/log.h"
#include "engine/base/result.h"

namespace sojourn::service {

struct ServicePorts {
  std::uint16_t rest = 0;
  std::uint16_t https = 0;  // 0: not served
  std::uint16_t coap = 0;
};

// Threads: start, reload and stop from one; the rest from any.
class Service {
 public:
  // Errors: of the files that the configuration names, of the store, of addresses. Nothing is left
  // running then.
  static Result<std::unique_ptr<Service>> start(Config config, Log& log);
  virtual ~Service() = default;

  virtual ServicePorts ports() const = 0;
  // Reads policies, certificates and tokens again. What cannot be used is logged, and the old one
  // stays.
  virtual void reload() = 0;
  // An engine or the store has stopped: there is no going on.
  virtual bool failed() const = 0;
  // Takes no more requests, finishes what it has, closes the store. Idempotent.
  virtual void stop() = 0;
};

}  // namespace sojourn::service
