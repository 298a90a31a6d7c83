#include "lang/test_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "lang/country_names.h"
#include "lang/print.h"
#include "lang/units.h"

namespace sojourn::lang {
namespace {

constexpr double kMillionths = 1e6;

std::optional<Registration> find_registration(std::string_view name) {
  constexpr std::pair<std::string_view, Registration> kNames[] = {
      {"home", Registration::home},     {"roaming", Registration::roaming},
      {"none", Registration::none},     {"searching", Registration::searching},
      {"denied", Registration::denied},
  };
  for (auto [word, registration] : kNames) {
    if (word == name) return registration;
  }
  return std::nullopt;
}

}  // namespace

void TestReport::error(Span span, std::string message, std::string help) {
  diagnostics_.add(make_diagnostic(refusal_, span, std::move(message), std::move(help)));
}

void TestReport::fill(const std::vector<ast::TestPart>& parts, Observation& observation) {
  std::map<std::string_view, const ast::TestPart*> seen;
  for (const ast::TestPart& part : parts) {
    auto [at, fresh] = seen.emplace(part.key.text, &part);
    if (fresh) {
      fill(part, observation);
    } else {
      stands_twice(*at->second, part);
    }
  }
}

void TestReport::stands_twice(const ast::TestPart& first, const ast::TestPart& second) {
  Diagnostic d = make_diagnostic(refusal_, second.span,
                                 fmt::format("`{}` stands twice in one report", second.key.text),
                                 "leave one of them out, or write a report for each");
  d.labels.push_back({first.span, "the first one"});
  diagnostics_.add(std::move(d));
}

bool TestReport::single(const ast::TestPart& part) {
  if (part.kind == ast::TestPart::Kind::value) return true;
  error(part.span, fmt::format("`{}` has one value here", part.key.text), "");
  return false;
}

void TestReport::fill(const ast::TestPart& part, Observation& observation) {
  const std::string& key = part.key.text;
  bool unknown = part.kind == ast::TestPart::Kind::unknown;
  if (part.kind == ast::TestPart::Kind::position) return position(part, observation);
  if (part.attribute) return attribute(part, observation);
  if (key == "network" || key == "plmn") return network(part, observation);
  if (key == "registration") return registration(part, observation);
  if (key == "profile") return profile_named(part, observation.profile);
  if (key == "fallback") return profile_named(part, observation.fallback);
  if (key == "installed") {
    if (unknown) return observation.installed.make_unknown();
    std::vector<std::string> names;
    for (const ast::Value& value : part.values) {
      bool iccid = parse_iccid(value.text).has_value();
      if (iccid || is_profile({value.text, value.span})) names.push_back(value.text);
    }
    return observation.installed.give(std::move(names));
  }
  if (key == "iccid" && unknown) return observation.iccid.make_unknown();
  if (key == "rat" && unknown) return observation.rat.make_unknown();
  if (!single(part)) return;
  const ast::Value& value = part.values[0];
  if (key == "rejected") {
    bool cause = value.millionths > 0 && value.millionths <= 255'000'000;
    if (!cause) return error(value.span, "3GPP causes are numbers from 1 to 255", "");
    observation.reject_cause = static_cast<std::uint16_t>(value.millionths / 1'000'000);
  } else if (key == "imei") {
    if (!is_imei(value.text)) return error(value.span, "an IMEI has 14 to 16 digits", "");
    observation.names.imei = value.text;
  } else if (key == "iccid") {
    if (!parse_iccid(value.text)) return error(value.span, "an ICCID has 18 to 20 digits", "");
    observation.iccid.give(value.text);
  } else if (key == "data" || key == "data-total") {
    std::optional<double> bytes = in_unit(value, "B");
    auto& into = key == "data" ? observation.data_bytes : observation.data_total_bytes;
    if (bytes) into = static_cast<std::int64_t>(*bytes);
  } else if (key == "event") {
    observation.event = value.text;
  } else if (key == "rat") {
    std::optional<Rat> rat = find_rat(value.text);
    if (!rat)
      return error(value.span, fmt::format("`{}` is not a radio technology", value.text), "");
    observation.rat.give(*rat);
  } else if (value.kind == ast::Value::Kind::date) {
    observation.commissioned = zone_.start_of(value.day);
  } else {
    error(value.span, "`commissioned` is a date", "for example `commissioned = 2026-01-01`");
  }
}

std::optional<double> TestReport::in_unit(const ast::Value& value, std::string_view unit) {
  const Unit* from = find_unit(value.unit);
  const Unit* to = find_unit(unit);
  bool fits = value.kind == ast::Value::Kind::amount && from != nullptr && to != nullptr &&
              from->dimension == to->dimension;
  if (!fits) {
    bool bare = value.kind == ast::Value::Kind::amount && value.unit.empty();
    error(value.span, fmt::format("`{}` is not in `{}`", print(value), unit),
          bare ? fmt::format("say the unit: `{} {}`", print(value), unit) : "");
    return std::nullopt;
  }
  std::optional<ScaledThreshold> scaled = scale(value.millionths, *from, *to, 1'000'000);
  if (!scaled) return std::nullopt;
  return static_cast<double>(scaled->floor) / kMillionths;
}

void TestReport::position(const ast::TestPart& part, Observation& observation) {
  Fix fix;
  fix.at = {static_cast<double>(part.lat.millionths) / kMillionths,
            static_cast<double>(part.lon.millionths) / kMillionths};
  if (Status valid = check_position(fix.at); !valid) {
    return error(part.span, valid.error().message, valid.error().help);
  }
  if (part.accuracy) fix.accuracy_m = in_unit(*part.accuracy, "m");
  if (part.altitude) fix.altitude_m = in_unit(*part.altitude, "m");
  if (part.speed) {
    // No speed in km/h is lost on the way through m/s: the engine takes millimetres per hour.
    std::optional<double> kmh = in_unit(*part.speed, "km/h");
    if (kmh) fix.speed_mps = *kmh / 3.6;
  }
  observation.position.give(fix);
}

void TestReport::network(const ast::TestPart& part, Observation& observation) {
  if (part.kind == ast::TestPart::Kind::unknown) return observation.network.make_unknown();
  if (!single(part)) return;
  const ast::Value& value = part.values[0];
  if (value.text == "none") return observation.registration.give(Registration::none);
  std::optional<Plmn> plmn = parse_plmn(value.text);
  if (!plmn) {
    return error(value.span, fmt::format("`{}` is not a network code", print(value)),
                 "network codes are written `724-06`");
  }
  observation.network.give(*plmn);
}

void TestReport::registration(const ast::TestPart& part, Observation& observation) {
  if (part.kind == ast::TestPart::Kind::unknown) return observation.registration.make_unknown();
  if (!single(part)) return;
  std::optional<Registration> found = find_registration(part.values[0].text);
  if (!found) {
    return error(part.values[0].span,
                 fmt::format("`{}` is not a state of registration", part.values[0].text),
                 "it is home, roaming, searching, denied or none");
  }
  observation.registration.give(*found);
}

bool TestReport::is_profile(const ast::Name& name) {
  std::vector<std::string_view> names;
  for (const Profile& profile : policy_.profiles) {
    if (profile.name == name.text) return true;
    names.push_back(profile.name);
  }
  std::string_view near = nearest_spelling(name.text, names);
  std::string help = fmt::format("did you mean `{}`?", near);
  if (near.empty()) {
    names.resize(std::min<std::size_t>(names.size(), 5));
    help = names.empty() ? "declare it: `profile NAME home BR`"
                         : fmt::format("declared are {}", fmt::join(names, ", "));
  }
  diagnostics_.add(make_diagnostic(Code::E0503, name.span,
                                   fmt::format("the profile `{}` is not declared", name.text),
                                   std::move(help)));
  return false;
}

void TestReport::profile_named(const ast::TestPart& part, Reported<std::string>& into) {
  if (part.kind == ast::TestPart::Kind::unknown) return into.make_unknown();
  if (!single(part)) return;
  const ast::Value& value = part.values[0];
  if (is_profile({value.text, value.span})) into.give(value.text);
}

void TestReport::attribute(const ast::TestPart& part, Observation& observation) {
  std::vector<std::string_view> names;
  const Attribute* found = nullptr;
  for (const Attribute& attribute : policy_.attributes) {
    if (attribute.name == part.key.text) found = &attribute;
    names.push_back(attribute.name);
  }
  if (found == nullptr) {
    std::string_view near = nearest_spelling(part.key.text, names);
    diagnostics_.add(make_diagnostic(
        Code::E0503, part.key.span, fmt::format("`{}` is not declared", part.key.text),
        near.empty() ? "a test speaks of declared attributes and of the keys of a trace"
                     : fmt::format("did you mean `{}`?", near)));
    return;
  }
  AttributeReport report;
  report.name = found->name;
  if (part.kind == ast::TestPart::Kind::unknown || value_of(part, *found, report)) {
    observation.attributes.push_back(std::move(report));
  }
}

bool TestReport::is_choice_value(const ast::Value& value, const Attribute& attribute) {
  bool listed =
      attribute.type == AttributeType::choice || attribute.type == AttributeType::set_of_choice;
  bool country =
      attribute.type == AttributeType::country || attribute.type == AttributeType::set_of_country;
  if (country && !find_country(value.text)) {
    std::optional<Country> meant = country_named(value.text);
    if (!meant) meant = country_of_alpha3(value.text);
    error(value.span, fmt::format("`{}` is not a country", value.text),
          meant ? fmt::format("did you mean `{}`? countries are the two letters of ISO 3166",
                              code_of(*meant))
                : "countries are the two capital letters of ISO 3166");
    return false;
  }
  if (!listed) return true;
  std::vector<std::string_view> names(attribute.values.begin(), attribute.values.end());
  if (std::find(names.begin(), names.end(), value.text) != names.end()) return true;
  std::string_view near = nearest_spelling(value.text, names);
  error(value.span, fmt::format("`{}` is not a value of `{}`", value.text, attribute.name),
        near.empty() ? fmt::format("its values are {}", fmt::join(names, ", "))
                     : fmt::format("did you mean `{}`?", near));
  return false;
}

bool TestReport::value_of(const ast::TestPart& part, const Attribute& attribute,
                          AttributeReport& report) {
  bool set = attribute.type == AttributeType::set_of_text ||
             attribute.type == AttributeType::set_of_country ||
             attribute.type == AttributeType::set_of_choice;
  if (set) {
    report.type = AttributeReport::Type::list;
    for (const ast::Value& value : part.values) {
      if (!is_choice_value(value, attribute)) return false;
      report.list.push_back(value.text);
    }
    return true;
  }
  if (!single(part)) return false;
  const ast::Value& value = part.values[0];
  switch (attribute.type) {
    case AttributeType::flag:
      report.type = AttributeReport::Type::flag;
      report.flag = value.text == "yes" || value.text == "true";
      if (report.flag || value.text == "no" || value.text == "false") return true;
      error(value.span, fmt::format("`{}` is a flag", attribute.name), "its values are yes and no");
      return false;
    case AttributeType::number: {
      const Unit* from = find_unit(value.unit);
      const Unit* to = find_unit(attribute.unit);
      bool fits = value.kind == ast::Value::Kind::amount && from != nullptr && to != nullptr &&
                  from->dimension == to->dimension;
      std::optional<ScaledThreshold> scaled;
      if (fits) scaled = scale(value.millionths, *from, *to, 1'000'000);
      if (!scaled) {
        bool bare =
            value.kind == ast::Value::Kind::amount && value.unit.empty() && !attribute.unit.empty();
        error(value.span,
              fmt::format("`{}` is a number{}{}", attribute.name,
                          attribute.unit.empty() ? "" : " in ", attribute.unit),
              bare ? fmt::format("write `{}{}{}`", print(value), attribute.unit == "%" ? "" : " ",
                                 attribute.unit)
                   : fmt::format("`{}` does not fit", print(value)));
        return false;
      }
      if (attribute.unit == "%" && (scaled->floor < 0 || scaled->floor > 100'000'000)) {
        error(value.span, fmt::format("`{}` lies between 0% and 100%", attribute.name),
              "declare a plain `number` for what may be less or more");
        return false;
      }
      report.type = AttributeReport::Type::number;
      report.number_millionths = scaled->floor;
      return true;
    }
    default:
      report.type = AttributeReport::Type::text;
      report.text = value.text;
      return is_choice_value(value, attribute);
  }
}

}  // namespace sojourn::lang
