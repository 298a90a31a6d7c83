#include "geodata/map_source.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "engine/base/diagnostic_code.h"

namespace sojourn::geodata {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

std::int32_t rounded(double degrees, std::int32_t unit) {
  return static_cast<std::int32_t>(std::lround(degrees * geo::kUnitsPerDegree / unit)) * unit;
}

Ring read_ring(const array& corners, std::int32_t unit) {
  Ring ring;
  for (element corner : corners) {
    const geo::GridPoint point{rounded(double(corner.at(0)), unit),
                               rounded(double(corner.at(1)), unit)};
    if (ring.empty() || ring.back() != point) ring.push_back(point);
  }
  if (!ring.empty() && ring.front() != ring.back()) ring.push_back(ring.front());
  return ring;
}

std::vector<Ring> read_polygon(const array& rings, std::int32_t unit) {
  std::vector<Ring> polygon;
  for (element ring : rings) polygon.push_back(read_ring(ring, unit));
  return polygon;
}

SourceFeature read_feature(const element& feature, const std::vector<std::string>& properties,
                           std::int32_t unit) {
  SourceFeature out;
  for (const std::string& name : properties) {
    const auto value = feature["properties"][name];
    out.properties.emplace_back(name,
                                value.is_string() ? std::string{std::string_view(value)} : "");
  }
  const std::string_view type = feature["geometry"]["type"];
  const array coordinates = feature["geometry"]["coordinates"];
  if (type == "Polygon") {
    out.polygons.push_back(read_polygon(coordinates, unit));
  } else {
    for (element polygon : coordinates) out.polygons.push_back(read_polygon(polygon, unit));
  }
  return out;
}

}  // namespace

const std::string& SourceFeature::property(std::string_view name) const {
  static const std::string nothing;
  for (const auto& [key, value] : properties) {
    if (key == name) return value;
  }
  return nothing;
}

Result<std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return make_diagnostic(Code::E0001, fmt::format("`{}` cannot be read", path));
  }
  return std::move(text).str();
}

Result<std::vector<SourceFeature>> read_features(const std::string& path,
                                                 std::string_view sha256_hex,
                                                 const std::vector<std::string>& properties,
                                                 std::int32_t unit) {
  Result<std::string> text = read_text_file(path);
  if (!text) return std::move(text).error();
  const std::string digest = to_hex(sha256(as_bytes(*text)));
  if (digest != sha256_hex) {
    return make_diagnostic(
        Code::E0001,
        fmt::format("`{}` is not the file this map is made from: its SHA-256 is {}", path, digest));
  }
  try {
    simdjson::dom::parser parser;
    const element document = parser.parse(*text);
    std::vector<SourceFeature> features;
    for (element feature : document["features"].get_array()) {
      features.push_back(read_feature(feature, properties, unit));
    }
    return features;
  } catch (const simdjson::simdjson_error& error) {
    return make_diagnostic(Code::E0001, fmt::format("`{}`: {}", path, error.what()));
  }
}

Result<std::vector<std::vector<std::string>>> read_table(const std::string& path) {
  Result<std::string> text = read_text_file(path);
  if (!text) return std::move(text).error();
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(*text);
  bool header = true;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (std::exchange(header, false)) continue;
    std::vector<std::string> row(1);
    for (char c : line) {
      if (c == ',') {
        row.emplace_back();
      } else {
        row.back().push_back(c);
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace sojourn::geodata
