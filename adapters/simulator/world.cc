#include "adapters/simulator/world.h"

#include <nlohmann/json.hpp>

#include "engine/base/diagnostic_code.h"

namespace sojourn::simulator {
namespace {

using nlohmann::json;

constexpr std::string_view kEverywhere = "*";

Diagnostic refused(std::string what) { return make_diagnostic(Code::E0874, std::move(what)); }

std::optional<Iccid> iccid_in(const json& value) {
  return value.is_string() ? parse_iccid(value.get_ref<const std::string&>()) : std::nullopt;
}

}  // namespace

void World::cover(std::string_view place, const Iccid& iccid) {
  covered_[std::string(place)].insert(iccid);
}

void World::deny(const Iccid& iccid) { denied_.insert(iccid); }

bool World::has_network(const Iccid& iccid, std::string_view place) const {
  if (denied_.contains(iccid)) return false;
  if (covered_.empty()) return true;
  for (std::string_view name : {place, kEverywhere}) {
    auto found = covered_.find(name);
    if (found != covered_.end() && found->second.contains(iccid)) return true;
  }
  return false;
}

void World::offer(std::string_view activation_code, Profile profile) {
  offers_.insert_or_assign(std::string(activation_code), std::move(profile));
}

const Profile* World::download(std::string_view activation_code) const {
  auto found = offers_.find(activation_code);
  return found == offers_.end() ? nullptr : &found->second;
}

Result<World> World::parse(std::string_view json_text) {
  json whole = json::parse(json_text, nullptr, false);
  if (!whole.is_object()) return refused("the world is not a JSON object");
  json places = whole.value("places", json::object());
  json downloads = whole.value("downloads", json::object());
  if (!places.is_object() || !downloads.is_object()) {
    return refused("`places` and `downloads` are JSON objects");
  }
  World world;
  for (const auto& [place, list] : places.items()) {
    if (!list.is_array()) return refused("`" + place + "` has no list of ICCIDs");
    for (const json& one : list) {
      std::optional<Iccid> iccid = iccid_in(one);
      if (!iccid)
        return refused("`" + one.dump(-1, ' ', false, json::error_handler_t::replace) + "` in `" +
                       place + "` is not an ICCID");
      world.cover(place, *iccid);
    }
  }
  for (const auto& [code, offer] : downloads.items()) {
    std::optional<Iccid> iccid;
    if (offer.is_object() && offer.contains("iccid")) iccid = iccid_in(offer["iccid"]);
    if (!iccid) return refused("the download `" + code + "` has no ICCID");
    Profile profile{.iccid = *iccid};
    if (offer.contains("name") && offer["name"].is_string()) profile.name = offer["name"];
    world.offer(code, std::move(profile));
  }
  return world;
}

}  // namespace sojourn::simulator
