#include "engine/device/candidates.h"

#include <algorithm>
#include <array>

namespace sojourn {
namespace {

constexpr std::uint16_t kFirstMcc = 200;
constexpr std::uint16_t kLastMcc = 799;

// Per country the MCC that lies in the fewest others; 0: none.
const std::array<std::uint16_t, 256>& codes_of_countries() {
  static const std::array<std::uint16_t, 256> codes = [] {
    std::array<std::uint16_t, 256> best{};
    std::array<std::size_t, 256> shared{};
    for (std::uint16_t mcc = kFirstMcc; mcc <= kLastMcc; ++mcc) {
      CountrySet candidates = countries_of({mcc, 0, 0});
      for (Country country : candidates.members()) {
        if (best[country.index] != 0 && shared[country.index] <= candidates.size()) continue;
        best[country.index] = mcc;
        shared[country.index] = candidates.size();
      }
    }
    return best;
  }();
  return codes;
}

CountrySet countries_of_value(std::int64_t network) {
  return countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
}

// The candidate as a value of the profile's signal. One index beyond the declared profiles stands
// for a profile that nobody declared: the enabled one, when that is such a one.
std::int64_t candidate_value(const CountQuestion& question, std::int64_t enabled) {
  std::size_t declared = question.reader.policy().table().profiles.size();
  std::int64_t candidate = *question.feature.candidate;
  if (*question.feature.candidate < declared) return candidate;
  return is_undeclared(enabled) ? enabled : kOtherSymbol;
}

CountrySet present_countries(const CountQuestion& question, std::int64_t network) {
  if (network >= 0) return countries_of_value(network);
  std::int64_t standing = question.reader.place().standing_at(question.now);
  if (standing == kUnknownValue) return {};
  return CountryClaim::from_packed(static_cast<std::uint32_t>(standing)).set();
}

}  // namespace

std::optional<std::int64_t> unseen_network(Country country, const std::vector<std::int64_t>& seen) {
  std::uint16_t mcc = codes_of_countries()[country.index];
  if (mcc == 0) return std::nullopt;
  CountrySet all = countries_of({mcc, 0, 0});
  for (std::uint16_t mnc = 999; mnc > 0; --mnc) {
    Plmn plmn{mcc, mnc, 3};
    std::int64_t value = pack(plmn);
    if (std::find(seen.begin(), seen.end(), value) != seen.end()) continue;
    if (countries_of(plmn) == all) return value;
  }
  return std::nullopt;
}

std::vector<Supposition> suppositions(const CountQuestion& question, bool asks_network) {
  const DeviceHistory& history = question.reader.history();
  std::int64_t enabled = history.value(kProfile, question.now);
  std::int64_t candidate = candidate_value(question, enabled);
  std::int64_t network = history.network_at(question.now);
  bool is_enabled = candidate == enabled;
  if (is_enabled && (network >= 0 || !asks_network)) return {};
  if (!asks_network) return {{candidate, std::nullopt}};

  CountrySet present = present_countries(question, network);
  auto is_in = [](const std::vector<std::int64_t>& values, std::int64_t value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  std::vector<std::int64_t> networks, elsewhere;
  auto add = [&](std::int64_t value) {
    if (!is_in(networks, value)) networks.push_back(value);
  };
  if (network >= 0) add(network);
  bool by_run = question.plan.run_gap_days >= 0 && !is_enabled;
  const TimeZone& zone = question.reader.policy().zone_of(question.plan);
  Day oldest = next(zone.day_of(question.now), -1 - std::max(question.plan.run_gap_days, 0));
  Instant unbroken_from = zone.start_of(oldest);
  const SignalTimeline& timeline = history.timeline(kNetwork);
  const SignalTimeline::Rows& rows = timeline.rows();
  for (std::size_t i = 0; i < rows.size() && rows[i].from <= question.now; ++i) {
    if (rows[i].value < 0 || is_in(networks, rows[i].value)) continue;
    if (by_run) {
      Instant end = timeline.end_of(rows[i]);
      if (i + 1 < rows.size()) end = std::min(end, rows[i + 1].from);
      if (end > unbroken_from) {
        add(rows[i].value);
        continue;
      }
    }
    if (is_in(elsewhere, rows[i].value)) continue;
    bool here = countries_of_value(rows[i].value).intersects(present);
    (here ? networks : elsewhere).push_back(rows[i].value);
  }
  std::vector<std::int64_t> seen = networks;
  for (Country country : present.members()) {
    if (auto unseen = unseen_network(country, seen)) add(*unseen);
  }
  std::vector<Supposition> result;
  for (std::int64_t value : networks) result.push_back({candidate, value});
  // Of a device that may be anywhere nothing is known, whatever networks it was on yesterday.
  bool anywhere = network < 0 && present.empty();
  if (!is_enabled && (anywhere || result.empty())) result.push_back({candidate, std::nullopt});
  return result;
}

namespace {

struct Line {
  std::int64_t value;
  std::int8_t slope;
};

// The upper line of two, and when the other one overtakes it.
Line upper_line(Line a, Line b, Instant at, Instant& until) {
  if (b.value > a.value || (b.value == a.value && b.slope > a.slope)) std::swap(a, b);
  if (b.slope > a.slope) {
    std::int64_t approach = b.slope - a.slope;
    until = std::min(until, at + milliseconds((a.value - b.value) / approach + 1));
  }
  return a;
}

}  // namespace

Curve worse(const Curve& a, const Curve& b) {
  Curve result = a;
  result.until = std::min(a.until, b.until);
  if (!a.is_count) {
    bool yes = (a.known && a.lower != 0) || (b.known && b.lower != 0);
    result.known = yes || (a.known && b.known);
    result.lower = result.upper = yes ? 1 : 0;
  } else {
    Line lower = upper_line({a.lower, a.lower_slope}, {b.lower, b.lower_slope}, a.at, result.until);
    Line upper = upper_line({a.upper, a.upper_slope}, {b.upper, b.upper_slope}, a.at, result.until);
    result.lower = lower.value;
    result.lower_slope = lower.slope;
    result.upper = upper.value;
    result.upper_slope = upper.slope;
  }
  result.class_until = std::max(result.until, std::min(a.class_until, b.class_until));
  return result;
}

}  // namespace sojourn
