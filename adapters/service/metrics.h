// Private. The service's counters in the text format of Prometheus.
#pragma once

#include <string>
#include <string_view>

#include "adapters/eim/coap_server.h"
#include "adapters/eim/http_server.h"
#include "adapters/service/engine.h"
#include "adapters/service/esipa_entry.h"

namespace sojourn::service {

// Puts samples of one name together, as the format asks.
class MetricsText {
 public:
  enum class Kind : std::uint8_t { counter, gauge };
  // `labels`: "tenant=\"acme\"", or "".
  void add(std::string_view name, Kind kind, std::string_view help, std::string_view labels,
           double value);
  std::string take();

 private:
  struct Family {
    std::string name, text;
  };
  std::vector<Family> families_;
};

void add_engine(MetricsText& text, std::string_view tenant, const EngineCounters& counters,
                std::size_t devices_in_memory, std::size_t devices_set_aside,
                std::uint64_t chain_length);
// Nothing for a policy that asks nothing of the fleet.
void add_fleet(MetricsText& text, std::string_view tenant, const Tenant::FleetSize& fleet);
// `doubted`: how far ahead the wall clock is while that is not believed.
void add_clock(MetricsText& text, Duration doubted, std::uint64_t believed_count);
void add_esipa(MetricsText& text, const EsipaCounters& counters);
void add_https(MetricsText& text, std::string_view server, const eim::HttpCounters& counters);
void add_coap(MetricsText& text, const eim::CoapCounters& counters);

}  // namespace sojourn::service
