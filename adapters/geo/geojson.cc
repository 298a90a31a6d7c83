// GeoJSON (RFC 7946) to an Area.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "adapters/geo/geo.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::geo {
namespace {

using nlohmann::json;

// Thrown and caught in this file only.
struct Unusable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

const json& member(const json& object, const char* key) {
  if (!object.is_object()) throw Unusable("an object is missing");
  const auto found = object.find(key);
  if (found == object.end()) throw Unusable(fmt::format("`{}` is missing", key));
  return *found;
}

const json& elements(const json& value, const char* what) {
  if (!value.is_array()) throw Unusable(fmt::format("{} is no array", what));
  return value;
}

LatLon read_position(const json& value) {
  elements(value, "a position");
  if (value.size() < 2 || !value[0].is_number() || !value[1].is_number()) {
    throw Unusable("a position is two numbers, longitude and latitude");
  }
  return {value[1].get<double>(), value[0].get<double>()};
}

class Reader {
 public:
  explicit Reader(Area& area) : area_(area) {}

  void read(const json& value) {
    const json& type = member(value, "type");
    if (!type.is_string()) throw Unusable("`type` is no text");
    const std::string kind = type.get<std::string>();
    if (kind == "FeatureCollection") {
      for (const json& feature : elements(member(value, "features"), "`features`")) read(feature);
    } else if (kind == "Feature") {
      read(member(value, "geometry"));
    } else if (kind == "GeometryCollection") {
      for (const json& geometry : elements(member(value, "geometries"), "`geometries`"))
        read(geometry);
    } else {
      read_geometry(kind, elements(member(value, "coordinates"), "`coordinates`"));
    }
  }

 private:
  void read_geometry(const std::string& kind, const json& coordinates) {
    if (kind == "Polygon" || kind == "MultiPolygon") {
      become(Area::Kind::polygon);
      if (kind == "Polygon") return add_part(coordinates);
      for (const json& polygon : coordinates) add_part(polygon);
    } else if (kind == "LineString" || kind == "MultiLineString") {
      become(Area::Kind::corridor);
      if (kind == "LineString") return add_line(coordinates);
      for (const json& line : coordinates) add_line(line);
    } else {
      throw Unusable(fmt::format("a `{}` is no area", kind));
    }
  }

  void become(Area::Kind kind) {
    if (!area_.parts.empty() && area_.kind != kind) throw Unusable("polygons and lines are mixed");
    area_.kind = kind;
  }

  void add_part(const json& polygon) {
    std::vector<Area::Ring> part;
    for (const json& ring : elements(polygon, "a polygon")) part.push_back(read_ring(ring));
    area_.parts.push_back(std::move(part));
  }

  void add_line(const json& line) { area_.parts.push_back({read_ring(line)}); }

  Area::Ring read_ring(const json& positions) {
    Area::Ring ring;
    for (const json& position : elements(positions, "a line"))
      ring.push_back(read_position(position));
    return ring;
  }

  Area& area_;
};

}  // namespace

Result<Area> read_geojson_area(std::string name, std::string_view text) {
  auto refuse = [&](std::string_view why) {
    return make_diagnostic(Code::E0703, fmt::format("`{}` is no usable GeoJSON: {}", name, why),
                           "an area is a Polygon or MultiPolygon, a corridor's line a LineString");
  };
  if (text.size() > limits::kGeoJsonBytesMax) {
    return make_diagnostic(Code::E0901, fmt::format("`{}` has {} bytes; GeoJSON may have {}", name,
                                                    text.size(), limits::kGeoJsonBytesMax));
  }
  Area area;
  area.name = name;
  try {
    const json document = json::parse(text, [](int depth, json::parse_event_t, json&) {
      if (depth > limits::kGeoJsonDepthMax) throw Unusable("it is nested too deeply");
      return true;
    });
    Reader(area).read(document);
  } catch (const json::parse_error& error) {
    return refuse(fmt::format("byte {} is not JSON", error.byte));
  } catch (const json::exception&) {
    return refuse("a number is out of range");
  } catch (const Unusable& error) {
    return refuse(error.what());
  }
  if (area.parts.empty()) return refuse("it holds no shape");
  return area;
}

}  // namespace sojourn::geo
