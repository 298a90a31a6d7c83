// A small world for tests: countries and subdivisions are a few rectangles, roughly where the real
// ones are, so that real coordinates of big cities give the right answers.
//
//   FakeGazetteer world;
//   auto locator = world.bind({Area::circle(-23.96, -46.30, 12'000)});
//
// Exact for rectangles and circles; polygons and corridors are judged on the plane of degrees.
// `situations` is found by sampling every cell of the rectangles' grid and rings around each area.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/gazetteer.h"

namespace sojourn::testing {

class FakeGazetteer final : public Gazetteer {
 public:
  std::string_view find_subdivision(std::string_view code) const override;
  std::string_view subdivision_name(std::string_view code) const override { return code; }
  std::vector<std::string_view> subdivisions_of(Country country) const override;
  std::vector<CountryClaim> claims() const override;
  std::vector<Situation> situations() const override;
  LatLon representative_point(Country country) const override;
  std::string_view zone_at(LatLon, Country country) const override {
    return most_populous_zone(country);
  }
  Result<std::unique_ptr<Locator>> bind(std::vector<Area> areas) const override;
};

}  // namespace sojourn::testing
