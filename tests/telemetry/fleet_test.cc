// The made-up fleet: the same bytes for the same options, and a world that agrees with the maps.
#include "rules-examples/fleet/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "adapters/geo/geo.h"
#include "adapters/telemetry/trace_reader.h"
#include "engine/base/bytes.h"
#include "engine/base/calendar.h"
#include "engine/base/country.h"
#include "engine/base/identifiers.h"
#include "tests/support/catch.h"

namespace sojourn::fleet {
namespace {

std::string trace_of(const FleetOptions& options) {
  std::string text;
  generate_fleet(options, [&text](std::string_view lines) { text += lines; });
  return text;
}

const std::string& default_trace() {
  static const std::string text = trace_of({});
  return text;
}

std::string digest_of(const std::string& text) {
  Sha256Digest digest = sha256(as_bytes(text));
  return to_hex(digest);
}

// Hands every report of the default trace to `use`; the summary of reading it.
template <class Use>
telemetry::TraceSummary for_each_report(Use use) {
  std::vector<std::pair<std::string, std::unique_ptr<telemetry::ByteStream>>> streams;
  streams.emplace_back("fleet", telemetry::open_memory(default_trace()));
  auto reader = telemetry::TraceReader::open_streams(std::move(streams), {});
  REQUIRE(reader.ok());
  Observation observation;
  for (;;) {
    Result<bool> more = (*reader)->next(observation);
    REQUIRE(more.ok());
    if (!*more) return (*reader)->summary();
    use(observation);
  }
}

bool declared_near_border(const Observation& observation) {
  return std::any_of(observation.attributes.begin(), observation.attributes.end(),
                     [](const AttributeReport& a) { return a.name == "near-border" && a.flag; });
}

TEST_CASE("the same options give the same bytes on every machine") {
  CHECK(digest_of(default_trace()) ==
        "05cb8bc66c30113a9527b391003deaefdc12638f987fc1330cefef42d7c2b3e5");
  FleetOptions other_seed{.seed = 2, .device_count = 5, .day_count = 5};
  FleetOptions first_seed{.seed = 1, .device_count = 5, .day_count = 5};
  CHECK(trace_of(first_seed) == trace_of(first_seed));
  CHECK(trace_of(other_seed) != trace_of(first_seed));
}

TEST_CASE("a larger fleet contains the smaller one") {
  auto lines_of = [](std::int64_t device_count) {
    std::istringstream text(trace_of({.device_count = device_count, .day_count = 10}));
    std::multiset<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.insert(line);
    return lines;
  };
  std::multiset<std::string> small = lines_of(7), large = lines_of(13);
  CHECK(small.size() > 300);
  CHECK(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

TEST_CASE("every line of the fleet is a whole report") {
  std::set<std::string> eids;
  telemetry::TraceSummary summary =
      for_each_report([&eids](const Observation& o) { eids.insert(o.names.eid); });
  CAPTURE(describe(summary));
  CHECK(summary.clean());
  CHECK(summary.report_count == summary.line_count);
  CHECK(summary.report_count >= 50'000);
  CHECK(summary.report_count <= 100'000);
  CHECK(eids.size() == 60);
  for (const std::string& eid : eids) CHECK(eid_check_digits_hold(*parse_eid(eid)));
}

TEST_CASE("a network is of the country of the position, but near a border that is declared") {
  auto world = geo::open_gazetteer(geo::default_geodata_directory());
  REQUIRE(world.ok());
  auto locator = (*world)->bind({});
  REQUIRE(locator.ok());
  std::map<std::string, int> reports_in;  // countries, by position and network
  std::map<std::string, int> wrong;       // country, network and place that disagree
  int flapped_count = 0, near_border_count = 0, far_from_border_count = 0;
  for_each_report([&](const Observation& o) {
    REQUIRE(o.position.given());
    bool near_border = declared_near_border(o);
    near_border_count += near_border ? 1 : 0;
    // Declared generously, but not anywhere.
    if (near_border && (*locator)->border_distance_mm(o.position.value.at) > 16'000'000) {
      ++far_from_border_count;
    }
    if (!o.network.given()) return;
    CountrySet of_network = countries_of(o.network.value);
    REQUIRE(!of_network.empty());
    Place place = (*locator)->locate(o.position.value);
    if (place.country.intersects(of_network)) return void(++reports_in[place.country.text()]);
    if (near_border) return void(++flapped_count);
    ++wrong[fmt::format("{} on {} at {:.1f} {:.1f}", place.country.text(), to_text(o.network.value),
                        o.position.value.at.lat, o.position.value.at.lon)];
  });
  for (const auto& [what, count] : wrong) UNSCOPED_INFO(what << ": " << count);
  CHECK(wrong.empty());
  CHECK(far_from_border_count == 0);
  CHECK(reports_in.size() == 9);
  for (const auto& [country, count] : reports_in) {
    CAPTURE(country);
    CHECK(count > 500);
  }
  CHECK(flapped_count > 500);
  CHECK(near_border_count < 89'004 / 3);  // the commuters and the meters beside the Rhine
}

TEST_CASE("the fleet has what policies are about") {
  struct Stay {
    Day first;
    Day last;
  };
  std::map<std::string, Stay> in_brazil;
  std::set<std::string> lines_seen;
  std::map<std::string, Instant> newest;
  int outage_count = 0, reject_count = 0, late_count = 0, too_late_count = 0, silence_count = 0;
  int event_count = 0, cell_count = 0;
  for_each_report([&](const Observation& o) {
    Instant& last = newest.try_emplace(o.names.eid, o.at).first->second;
    if (o.at < last) ++late_count;
    if (last - o.at > days(7)) ++too_late_count;
    if (o.at - last > days(1)) ++silence_count;
    last = std::max(last, o.at);
    if (o.registration.given() && o.registration.value == Registration::none) ++outage_count;
    if (o.reject_cause) ++reject_count;
    if (o.event) ++event_count;
    if (o.position.value.source == FixSource::cell) ++cell_count;
    if (o.network.given() && o.network.value.mcc == 724) {
      Day day = TimeZone().day_of(o.at);
      Stay& stay = in_brazil.try_emplace(o.names.eid, Stay{day, day}).first->second;
      stay.last = std::max(stay.last, day);
    }
  });
  CHECK(outage_count > 100);
  CHECK(reject_count > 20);
  CHECK(late_count > 500);
  CHECK(too_late_count > 0);
  CHECK(silence_count > 50);
  CHECK(event_count > 5);
  CHECK(cell_count > 3000);
  int long_count = 0;
  for (const auto& [eid, stay] : in_brazil) long_count += stay.last.number - stay.first.number > 80;
  CHECK(long_count >= 5);
}

}  // namespace
}  // namespace sojourn::fleet
