// sojourn geo LAT LON: where a position is, and how certainly.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "adapters/cli/commands.h"
#include "adapters/cli/policy_input.h"
#include "engine/base/diagnostic_code.h"
#include "engine/graph/viewed_places.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

struct AreaAnswer {
  std::string name;
  Membership membership = Membership::outside;
};

// Everything that is said about a position.
struct Answer {
  Fix fix;
  Place place;
  Ground ground = Ground::none;
  std::int64_t border_mm = 0;
  std::string zone;
  std::vector<AreaAnswer> subdivisions;  // only those that may hold it
  std::vector<AreaAnswer> regions;       // of the policy
};

const char* word(Membership membership) {
  switch (membership) {
    case Membership::outside:
      return "outside";
    case Membership::uncertain:
      return "uncertain";
    case Membership::inside:
      return "inside";
  }
  return "outside";
}

const char* word(Ground ground) {
  switch (ground) {
    case Ground::land:
      return "land";
    case Ground::territorial_sea:
      return "territorial sea";
    case Ground::none:
      return "none";
  }
  return "none";
}

// The subdivisions of the countries that may hold the fix, asked one by one.
Result<std::vector<AreaAnswer>> ask_areas(const Gazetteer& world, const Fix& fix,
                                          std::vector<Area> areas) {
  std::vector<std::string> names;
  for (const Area& area : areas) names.push_back(area.name);
  auto locator = world.bind(std::move(areas));
  if (!locator) return std::move(locator).error();
  std::vector<Membership> members(names.size());
  (*locator)->memberships(fix, members);
  std::vector<AreaAnswer> answers;
  for (std::size_t i = 0; i < names.size(); ++i) answers.push_back({names[i], members[i]});
  return answers;
}

// As the policy's rules call the area; one that no rule asks about by the name of its shape.
std::string region_name(const RuleTable& table, std::size_t area) {
  constexpr std::string_view kAsked = "region in ";
  for (const Test& test : table.conditions.tests()) {
    const Feature& feature = table.features[test.feature];
    bool about = feature.kind == FeatureKind::area && feature.subject == area;
    if (about && test.text.starts_with(kAsked)) return test.text.substr(kAsked.size());
  }
  return table.areas[area].name;
}

// Without a policy its table is empty. Disputed places are as the policy sees them.
Result<Answer> ask(const Gazetteer& world, const Fix& fix, const RuleTable& table) {
  Answer answer;
  answer.fix = fix;
  auto locator = bind_areas(world, table);
  if (!locator) return std::move(locator).error();
  answer.place = (*locator)->locate(fix);
  auto ground = (*locator)->ground(fix.at);
  if (!ground) return std::move(ground).error();
  answer.ground = *ground;
  answer.border_mm = (*locator)->border_distance_mm(fix.at);
  CountrySet near = answer.place.possible;
  near |= answer.place.country.set();
  std::vector<Area> subdivisions;
  for (Country country : near.members()) {
    for (std::string_view code : world.subdivisions_of(country)) {
      subdivisions.push_back(Area::subdivision(std::string(code)));
    }
  }
  auto inside = ask_areas(world, fix, std::move(subdivisions));
  if (!inside) return std::move(inside).error();
  for (AreaAnswer& one : *inside) {
    if (one.membership != Membership::outside) answer.subdivisions.push_back(std::move(one));
  }
  std::vector<Membership> members(table.areas.size());
  (*locator)->memberships(fix, members);
  for (std::size_t i = 0; i < members.size(); ++i) {
    answer.regions.push_back({region_name(table, i), members[i]});
  }
  if (auto country = answer.place.country.first()) {
    answer.zone = std::string(world.zone_at(fix.at, *country));
  }
  return answer;
}

std::string answer_text(const Gazetteer& world, const Answer& answer) {
  std::string out;
  std::string country = answer.place.country.text();
  for (Country member : answer.place.country.set().members()) {
    country += fmt::format(", {}", name_of(member));
  }
  out += fmt::format(
      "country      {} ({})\n", country,
      answer.place.certain ? "certain" : "uncertain: may be " + answer.place.possible.text());
  for (const AreaAnswer& one : answer.subdivisions) {
    out += fmt::format("subdivision  {}, {} ({})\n", one.name, world.subdivision_name(one.name),
                       one.membership == Membership::inside ? "certain" : "uncertain");
  }
  out += fmt::format("ground       {}\n", word(answer.ground));
  out += fmt::format("border       {:.1f} m away\n", static_cast<double>(answer.border_mm) / 1000);
  if (!answer.zone.empty()) out += fmt::format("time zone    {}\n", answer.zone);
  for (const AreaAnswer& one : answer.regions) {
    out += fmt::format("region       {}: {}\n", one.name, word(one.membership));
  }
  return out;
}

std::string answer_json(const Answer& answer) {
  Json json;
  json["lat"] = answer.fix.at.lat;
  json["lon"] = answer.fix.at.lon;
  Json countries = Json::array();
  for (Country member : answer.place.country.set().members()) countries.push_back(code_of(member));
  json["countries"] = std::move(countries);
  json["certain"] = answer.place.certain;
  Json possible = Json::array();
  for (Country member : answer.place.possible.members()) possible.push_back(code_of(member));
  json["possible"] = std::move(possible);
  Json subdivisions = Json::array();
  for (const AreaAnswer& one : answer.subdivisions) {
    subdivisions.push_back({{"code", one.name}, {"membership", word(one.membership)}});
  }
  json["subdivisions"] = std::move(subdivisions);
  json["ground"] = word(answer.ground);
  json["border_mm"] = answer.border_mm;
  json["zone"] = answer.zone.empty() ? Json(nullptr) : Json(answer.zone);
  Json regions = Json::array();
  for (const AreaAnswer& one : answer.regions) {
    regions.push_back({{"name", one.name}, {"membership", word(one.membership)}});
  }
  json["regions"] = std::move(regions);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_geo(const GeoOptions& options, Console& console) {
  Fix fix;
  fix.at = {options.lat, options.lon};
  fix.accuracy_m = options.accuracy_m;
  if (Status status = check_position(fix.at); !status) return console.fail(status.error());
  if (fix.accuracy_m && !(*fix.accuracy_m >= 0)) {
    return console.fail(
        make_diagnostic(Code::E0003, fmt::format("`--accuracy {}` is no radius", *fix.accuracy_m),
                        "give metres, 0 or more; without it 20 m are understood"));
  }
  auto world = open_world(options.geodata);
  if (!world) return console.fail(world.error());
  RuleTable table;
  if (!options.policy.empty()) {
    auto input = read_policy(options.policy, **world);
    if (!input) return console.fail(input.error());
    if (!(*input)->policy) {
      console.report((*input)->diagnostics, (*input)->sources, OutputFormat::text);
      return kUnusable;
    }
    table = (*input)->policy->table;
  }
  auto answer = ask(**world, fix, table);
  if (!answer) return console.fail(answer.error());
  console.print(options.format == OutputFormat::json ? answer_json(*answer)
                                                     : answer_text(**world, *answer));
  return kClean;
}

}  // namespace sojourn::cli
