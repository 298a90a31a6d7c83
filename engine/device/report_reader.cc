#include "engine/device/report_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/diagnostic_code.h"

namespace sojourn {
namespace {

// What moves no device (geo.md): above 3 km, or faster than 100 m/s.
constexpr double kFlightAltitudeM = 3000;
constexpr double kFlightSpeedMps = 100;
// The 68% radius of a fix that does not tell its own (geo.md).
constexpr double kGnssAccuracyM = 20;
constexpr double kCellAccuracyM = 5000;

std::int64_t to_thousandths(double value) {
  return static_cast<std::int64_t>(std::llround(std::min(value, 1e12) * 1000));
}

std::int64_t to_millimetres_per_hour(double metres_per_second) {
  return static_cast<std::int64_t>(std::llround(std::min(metres_per_second, 1e12) * 3'600'000));
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void ReportReader::refuse(Code code, std::string message, std::string help) {
  refused_.push_back(make_diagnostic(code, std::move(message), std::move(help)));
}

void ReportReader::read(const Observation& observation) {
  read_position(observation);
  read_network(observation);
  if (observation.rat.given()) put(kRat, static_cast<std::int64_t>(observation.rat.value));
  if (observation.rat.state == Reported<Rat>::State::unknown) put(kRat, kUnknownValue);
  read_profiles(observation);
  for (const AttributeReport& report : observation.attributes) read_attribute(report);
}

void ReportReader::read_position(const Observation& observation) {
  if (observation.position.absent()) return;
  if (observation.position.given()) {
    read_fix(observation.position.value);
    return;
  }
  for (SignalIndex signal : {kFixCountry, kSpeed, kAccuracy, kBorderDistance, kInFlight, kZone}) {
    put(signal, kUnknownValue);
  }
  for (AreaIndex a = 0; a < policy_.area_used.size(); ++a) {
    if (policy_.area_used[a]) put(policy_.area_signal(a), kUnknownValue);
  }
}

void ReportReader::read_fix(const Fix& fix) {
  if (Status status = check_position(fix.at); !status) {
    refuse(Code::E0610, status.error().message, status.error().help);
    return;
  }
  if (fix.accuracy_m && !(*fix.accuracy_m >= 0 && std::isfinite(*fix.accuracy_m))) {
    refuse(Code::E0610, fmt::format("accuracy {} m is no radius", *fix.accuracy_m),
           "a position without an accuracy takes its source's default");
    return;
  }
  bool speed_told = fix.speed_mps && *fix.speed_mps >= 0 && std::isfinite(*fix.speed_mps);
  if (fix.speed_mps && !speed_told) {
    refuse(Code::E0610, fmt::format("speed {} m/s is no speed", *fix.speed_mps));
  }
  bool altitude_told = fix.altitude_m && std::isfinite(*fix.altitude_m);
  if (fix.altitude_m && !altitude_told) {
    refuse(Code::E0610, fmt::format("altitude {} m is no altitude", *fix.altitude_m));
  }
  if (speed_told) put(kSpeed, to_millimetres_per_hour(*fix.speed_mps));
  double usual = fix.source == FixSource::gnss ? kGnssAccuracyM : kCellAccuracyM;
  put(kAccuracy, to_thousandths(fix.accuracy_m.value_or(usual)));
  bool in_flight = (altitude_told && *fix.altitude_m > kFlightAltitudeM) ||
                   (speed_told && *fix.speed_mps > kFlightSpeedMps);
  put(kInFlight, in_flight ? 1 : 0);
  if (policy_.uses_border_distance) {
    put(kBorderDistance, policy_.locator->border_distance_mm(fix.at));
  }
  if (in_flight) return;
  Place place = policy_.locator->locate(fix);
  if (place.certain) {
    put(kFixCountry, place.country.packed());
    if (policy_.uses_zones && !place.country.none()) {
      std::string_view zone = policy_.gazetteer->zone_at(fix.at, *place.country.first());
      put(kZone, pools_.zone(place.country, zone));
    }
  }
  if (!policy_.uses_areas) return;
  std::vector<Membership> members(policy_.area_used.size());
  policy_.locator->memberships(fix, members);
  for (AreaIndex a = 0; a < members.size(); ++a) {
    if (!policy_.area_used[a] || members[a] == Membership::uncertain) continue;
    put(policy_.area_signal(a), members[a] == Membership::inside ? 1 : 0);
  }
}

// A network without service, or one that refused the device, is no presence. A named network
// without a registration says that the device is served. `kNoSymbol` holds for as long as the
// registration says so (DeviceHistory::network_at).
void ReportReader::read_network(const Observation& observation) {
  const auto& registration = observation.registration;
  bool no_service = registration.given() && (registration.value == Registration::none ||
                                             registration.value == Registration::searching);
  bool denied = observation.reject_cause ||
                (registration.given() && registration.value == Registration::denied);
  if (registration.given()) put(kRegistration, static_cast<std::int64_t>(registration.value));
  if (registration.state == Reported<Registration>::State::unknown) {
    put(kRegistration, kUnknownValue);
  }
  if (no_service) {
    put(kNetwork, kNoSymbol);
    return;
  }
  if (observation.network.state == Reported<Plmn>::State::unknown) {
    put(kNetwork, kUnknownValue);
    put(kNetworkCountry, kUnknownValue);
  }
  if (!observation.network.given() || denied) return;
  CountrySet candidates = countries_of(observation.network.value);
  put(kNetwork, pack(observation.network.value));
  put(kNetworkCountry,
      candidates.size() == 1 ? std::int64_t{CountryClaim::of(candidates).packed()} : kUnknownValue);
  if (registration.absent()) put(kRegistration, kServed);
}

std::int64_t ReportReader::profile_value(std::string_view name) {
  if (auto known = policy_.profiles.find(name); known != policy_.profiles.end()) {
    return known->second;
  }
  if (is_digits(name)) {
    if (auto fits = policy_.profile_of_iccid(name)) return *fits;
  }
  return undeclared_name(name);
}

// Profiles and texts share a pool, so a name's home must not depend on what it names.
std::int64_t ReportReader::undeclared_name(std::string_view name) {
  std::optional<Country> home;
  if (is_digits(name)) home = country_of_iccid(name);
  return pools_.undeclared_profile(name, home);
}

void ReportReader::read_profiles(const Observation& observation) {
  using State = Reported<std::string>::State;
  bool named = observation.profile.given();
  if (named && observation.iccid.given() &&
      policy_.profiles.find(observation.profile.value) == policy_.profiles.end()) {
    named = false;  // a name of the sender's own; the ICCID tells more
  }
  if (named) {
    put(kProfile, profile_value(observation.profile.value));
  } else if (observation.iccid.given()) {
    if (parse_iccid(observation.iccid.value)) {
      put(kProfile, profile_value(observation.iccid.value));
    } else {
      refuse(Code::E0613, fmt::format("`{}` is no ICCID", observation.iccid.value),
             "an ICCID has 18 to 20 digits");
    }
  } else if (observation.profile.state == State::unknown ||
             observation.iccid.state == State::unknown) {
    put(kProfile, kUnknownValue);
  }
  if (observation.installed.given()) {
    std::vector<std::int64_t> members;
    for (const std::string& name : observation.installed.value) {
      members.push_back(profile_value(name));
    }
    put(kInstalled, pools_.set(members));
  } else if (!observation.installed.absent()) {
    put(kInstalled, kUnknownValue);
  }
  if (observation.fallback.given()) {
    const std::string& name = observation.fallback.value;
    put(kFallback, name.empty() ? kNoSymbol : profile_value(name));
  } else if (!observation.fallback.absent()) {
    put(kFallback, kUnknownValue);
  }
  if (observation.names.imei.empty()) return;
  if (is_imei(observation.names.imei)) {
    put(kImei, pools_.imei(observation.names.imei));
  } else {
    refuse(Code::E0613, fmt::format("`{}` is no IMEI", observation.names.imei),
           "an IMEI has 14 to 16 digits");
  }
}

void ReportReader::read_attribute(const AttributeReport& report) {
  auto known = policy_.attributes.find(report.name);
  if (known == policy_.attributes.end()) return;
  SignalIndex signal = policy_.attribute_signal(known->second);
  if (report.type == AttributeReport::Type::unknown) {
    put(signal, kUnknownValue);
    return;
  }
  std::size_t refused_before = refused_.size();
  std::int64_t value = attribute_value(known->second, report);
  if (refused_.size() == refused_before) put(signal, value);
}

std::int64_t ReportReader::attribute_value(AttributeIndex index, const AttributeReport& report) {
  using Type = AttributeReport::Type;
  const Attribute& attribute = policy_.table().attributes[index];
  auto wrong_type = [&](std::string_view wanted) {
    refuse(Code::E0611, fmt::format("attribute `{}` is not {}", report.name, wanted),
           "send a value of the type the policy declares");
    return kUnknownValue;
  };
  switch (attribute.type) {
    case AttributeType::flag:
      return report.type == Type::flag ? std::int64_t{report.flag} : wrong_type("true or false");
    case AttributeType::number:
      if (report.type != Type::number) return wrong_type("a number");
      return number_value(attribute, report.number_millionths);
    case AttributeType::choice:
      if (report.type != Type::text) return wrong_type("a text");
      return choice_value(index, report.text);
    case AttributeType::text: {
      if (report.type != Type::text) return wrong_type("a text");
      auto named = policy_.values[index].find(report.text);
      if (named != policy_.values[index].end()) return named->second;
      return policy_.text_kept[index] ? undeclared_name(report.text) : kOtherSymbol;
    }
    case AttributeType::country:
      if (report.type != Type::text) return wrong_type("a country's code");
      return country_value(attribute, report.text);
    case AttributeType::set_of_text:
    case AttributeType::set_of_country:
    case AttributeType::set_of_choice:
      return report.type == Type::list ? set_value(index, report) : wrong_type("a list");
  }
  return kUnknownValue;
}

// What is declared `in %` is a share of something, as conditions about it are (E0321).
std::int64_t ReportReader::number_value(const Attribute& attribute, std::int64_t millionths) {
  if (attribute.unit != "%" || (millionths >= 0 && millionths <= kWholeShare)) return millionths;
  refuse(Code::E0612,
         fmt::format("{}% in attribute `{}` is no share", static_cast<double>(millionths) / 1e6,
                     attribute.name),
         "a share lies between 0% and 100%; declare a plain `number` for what may be less or more");
  return kUnknownValue;
}

std::int64_t ReportReader::choice_value(AttributeIndex index, std::string_view text) {
  auto value = policy_.values[index].find(text);
  if (value != policy_.values[index].end()) return value->second;
  const Attribute& attribute = policy_.table().attributes[index];
  refuse(Code::E0612,
         fmt::format("`{}` is not one of the values of attribute `{}`", text, attribute.name),
         "declare the value in the policy, or send one that is declared");
  return kUnknownValue;
}

std::int64_t ReportReader::country_value(const Attribute& attribute, std::string_view text) {
  if (std::optional<Country> country = find_country(text)) return country->index;
  refuse(Code::E0612, fmt::format("`{}` in attribute `{}` is no country", text, attribute.name),
         "countries are written as two capital letters (ISO 3166-1)");
  return kUnknownValue;
}

std::int64_t ReportReader::set_value(AttributeIndex index, const AttributeReport& report) {
  const Attribute& attribute = policy_.table().attributes[index];
  std::vector<std::int64_t> members;
  for (const std::string& text : report.list) {
    if (attribute.type == AttributeType::set_of_country) {
      members.push_back(country_value(attribute, text));
    } else if (attribute.type == AttributeType::set_of_choice) {
      members.push_back(choice_value(index, text));
    } else if (auto named = policy_.values[index].find(text);
               named != policy_.values[index].end()) {
      members.push_back(named->second);
    }
  }
  return pools_.set(members);
}

}  // namespace sojourn
