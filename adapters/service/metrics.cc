#include "adapters/service/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace sojourn::service {
namespace {

using Kind = MetricsText::Kind;

// Tenants' names are the user's: what would end a label is escaped.
std::string label(std::string_view name, std::string_view value) {
  std::string text = fmt::format("{}=\"", name);
  for (char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text + '"';
}

}  // namespace

void MetricsText::add(std::string_view name, Kind kind, std::string_view help,
                      std::string_view labels, double value) {
  auto family = std::find_if(families_.begin(), families_.end(),
                             [&](const Family& one) { return one.name == name; });
  if (family == families_.end()) {
    families_.push_back(
        {std::string(name), fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                                        kind == Kind::counter ? "counter" : "gauge")});
    family = families_.end() - 1;
  }
  family->text += labels.empty() ? fmt::format("{} {}\n", name, value)
                                 : fmt::format("{}{{{}}} {}\n", name, labels, value);
}

std::string MetricsText::take() {
  std::string all;
  for (const Family& family : families_) all += family.text;
  families_.clear();
  return all;
}

void add_engine(MetricsText& text, std::string_view tenant, const EngineCounters& counters,
                std::size_t devices_in_memory, std::size_t devices_set_aside,
                std::uint64_t chain_length) {
  std::string of = label("tenant", tenant);
  auto count = [&](std::string_view name, std::string_view help, auto value) {
    text.add(name, Kind::counter, help, of, static_cast<double>(value));
  };
  auto now = [&](std::string_view name, std::string_view help, auto value) {
    text.add(name, Kind::gauge, help, of, static_cast<double>(value));
  };
  count("sojourn_reports_total", "Reports taken in durably.", counters.reports);
  count("sojourn_reports_refused_total", "Requests refused because the queue was full.",
        counters.refused);
  count("sojourn_turns_total", "Groups of transactions, one sync each.", counters.turns);
  count("sojourn_ticks_total", "Devices looked at because their instant had come.", counters.ticks);
  count("sojourn_decisions_total", "Decisions that changed.", counters.decisions);
  count("sojourn_orders_total", "Orders placed for decisions.", counters.orders);
  count("sojourn_evidence_records_total", "Length of the evidence chain.", chain_length);
  now("sojourn_reports_waiting", "Reports in the queue.", counters.waiting);
  now("sojourn_devices_in_memory", "Devices whose history is in memory.", devices_in_memory);
  now("sojourn_disk_full", "Nothing is taken in until there is room.", counters.lacks_room);
  now("sojourn_devices_set_aside", "Devices of which something stored cannot be read.",
      devices_set_aside);
  if (counters.next_instant != kNever && counters.next_instant != kBeginning) {
    now("sojourn_next_instant_seconds", "When time alone may change the next decision.",
        static_cast<double>(counters.next_instant.ms) / 1000);
  }
}

void add_fleet(MetricsText& text, std::string_view tenant, const Tenant::FleetSize& fleet) {
  if (fleet.members == 0) return;
  std::string of = label("tenant", tenant);
  auto now = [&](std::string_view name, std::string_view help, const std::string& labels,
                 std::size_t value) {
    text.add(name, Kind::gauge, help, labels, static_cast<double>(value));
  };
  now("sojourn_fleet_devices", "Devices that the fleet's guards, counts and rollouts are about.",
      of, fleet.members);
  now("sojourn_fleet_untold", "Devices that were not told yet of the fleet's last minute.", of,
      fleet.untold);
  constexpr std::string_view kWaiting = "sojourn_campaigns_waiting",
                             kHelp = "Campaigns that wait for a person.";
  now(kWaiting, kHelp, of + ",for=\"approval\"", fleet.waiting);
  now(kWaiting, kHelp, of + ",for=\"go-on\"", fleet.aborted);
}

void add_clock(MetricsText& text, Duration doubted, std::uint64_t believed_count) {
  text.add("sojourn_clock_doubted_seconds", Kind::gauge,
           "How far the wall clock leapt ahead, while it is not believed.", "",
           static_cast<double>(doubted.ms) / 1000);
  text.add("sojourn_clock_leaps_believed_total", Kind::counter,
           "Leaps ahead of the wall clock that lasted and were believed.", "",
           static_cast<double>(believed_count));
}

void add_esipa(MetricsText& text, const EsipaCounters& counters) {
  auto count = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    text.add(name, Kind::counter, help, "", static_cast<double>(value));
  };
  count("sojourn_esipa_messages_total", "Messages of devices.", counters.messages);
  count("sojourn_esipa_undecodable_total", "Messages that could not be read.",
        counters.undecodable);
  count("sojourn_esipa_unknown_devices_total", "Messages of devices that nobody enrolled.",
        counters.unknown_devices);
  count("sojourn_esipa_failed_total", "Messages answered by `busy`: the store or the key failed.",
        counters.failed);
  count("sojourn_esipa_signatures_refused_total", "Results whose signature does not hold.",
        counters.signatures_refused);
}

void add_https(MetricsText& text, std::string_view server, const eim::HttpCounters& counters) {
  std::string of = label("server", server);
  auto count = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    text.add(name, Kind::counter, help, of, static_cast<double>(value));
  };
  count("sojourn_http_connections_total", "Connections accepted.", counters.accepted);
  count("sojourn_http_connections_refused_total", "Connections beyond the limit.",
        counters.refused);
  count("sojourn_http_handshakes_failed_total", "TLS handshakes that failed.",
        counters.handshakes_failed);
  count("sojourn_http_requests_total", "Requests handled.", counters.requests);
  count("sojourn_http_rejected_total", "Requests refused before they were handled.",
        counters.rejected);
  text.add("sojourn_http_connections", Kind::gauge, "Connections now.", of,
           static_cast<double>(counters.open));
}

void add_coap(MetricsText& text, const eim::CoapCounters& counters) {
  auto count = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    text.add(name, Kind::counter, help, "", static_cast<double>(value));
  };
  count("sojourn_coap_handshakes_total", "DTLS handshakes that came through.", counters.handshakes);
  count("sojourn_coap_handshakes_failed_total", "DTLS handshakes that failed.",
        counters.handshakes_failed);
  count("sojourn_coap_messages_total", "Datagrams that were requests.", counters.messages);
  count("sojourn_coap_requests_total", "Requests handled.", counters.requests);
  count("sojourn_coap_too_many_total", "Requests refused because their session asked too often.",
        counters.too_many);
  text.add("sojourn_coap_sessions", Kind::gauge, "DTLS sessions now.", "",
           static_cast<double>(counters.sessions));
}

}  // namespace sojourn::service
