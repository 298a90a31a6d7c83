#include <cstdlib>

#include "adapters/geo/geo.h"
#include "adapters/geo/locator.h"
#include "adapters/geo/maps.h"

namespace sojourn::geo {
namespace {

class MapGazetteer final : public Gazetteer {
 public:
  explicit MapGazetteer(std::shared_ptr<const Maps> maps) : maps_(std::move(maps)) {}

  std::string_view find_subdivision(std::string_view code) const override {
    return subdivision(code).code;
  }
  std::string_view subdivision_name(std::string_view code) const override {
    return subdivision(code).name;
  }
  std::vector<std::string_view> subdivisions_of(Country country) const override {
    std::vector<std::string_view> codes;
    for (const auto& [code, label] : maps_->label_of_subdivision) {
      if (std::string_view(code).substr(0, 2) == code_of(country)) codes.push_back(code);
    }
    return codes;
  }

  std::vector<CountryClaim> claims() const override {
    return {maps_->claim_of_label.begin() + 1, maps_->claim_of_label.end()};
  }

  std::vector<Situation> situations() const override { return claims_alone(*maps_); }

  LatLon representative_point(Country country) const override {
    return to_degrees(
        maps_->countries->names().labels[maps_->label_of_country[country.index]].inside);
  }

  std::string_view zone_at(LatLon at, Country country) const override {
    return nearest_zone(at, country);
  }

  Result<std::unique_ptr<Locator>> bind(std::vector<Area> areas) const override {
    auto bound = BoundAreas::make(*maps_, areas);
    if (!bound) return std::move(bound).error();
    if (Status ready = maps_->countries->read(); !ready) return std::move(ready).error();
    if (bound->any_subdivision()) {
      if (Status ready = maps_->subdivisions->read(); !ready) return std::move(ready).error();
    }
    return std::unique_ptr<Locator>(std::make_unique<MapLocator>(maps_, std::move(bound).value()));
  }

 private:
  // Label 0 has neither code nor name.
  const RegionLabel& subdivision(std::string_view code) const {
    return maps_->subdivisions->names().labels[subdivision_label(*maps_, code)];
  }

  std::shared_ptr<const Maps> maps_;
};

}  // namespace

Result<std::shared_ptr<const Gazetteer>> open_gazetteer(const std::string& directory) {
  auto maps = load_maps(directory);
  if (!maps) return std::move(maps).error();
  return std::shared_ptr<const Gazetteer>(std::make_shared<MapGazetteer>(std::move(maps).value()));
}

std::string default_geodata_directory() {
  if (const char* chosen = std::getenv("SOJOURN_GEODATA"); chosen != nullptr && *chosen != '\0')
    return chosen;
  std::string installed = SOJOURN_INSTALLED_GEODATA;
  if (FILE* file = std::fopen((installed + "/countries.sjgeo").c_str(), "rb"); file != nullptr) {
    std::fclose(file);
    return installed;
  }
  return SOJOURN_SOURCE_GEODATA;
}

}  // namespace sojourn::geo
