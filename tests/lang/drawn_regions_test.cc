// Regions drawn in files beside the rule file.
#include "adapters/geo/geo.h"
#include "tests/lang/load.h"
#include "tests/lang/map_files.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using Catch::Matchers::Contains;
using testing::load;
using testing::Loaded;
using testing::MapFiles;

constexpr std::string_view kSquare =
    R"({"type":"Polygon","coordinates":[[[-60,-4],[-59,-4],[-59,-3],[-60,-3],[-60,-4]]]})";
constexpr std::string_view kLine = R"({"type":"LineString","coordinates":[[-46,-23],[-45,-22.5]]})";

std::string policy(std::string_view region) {
  return fmt::format(
      "profile local home BR\nregion X = {}\nwhen region in X then profile = local\notherwise "
      "keep\n",
      region);
}

TEST_CASE("a drawing becomes an area, its path seen from the file that names it") {
  MapFiles files{{"policies/maps/square.geojson", std::string(kSquare)}};
  Loaded loaded = load(policy(R"(geojson "../policies/./maps/square.geojson")"), {}, &files,
                       "policies/latam.sojourn");
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  REQUIRE(loaded.table().areas.size() == 1);
  CHECK(loaded.table().areas[0].kind == Area::Kind::polygon);
  CHECK(loaded.table().areas[0].parts.at(0).at(0).size() == 5);
}

TEST_CASE("a corridor is as wide as the rule file says") {
  MapFiles files{{"route.geojson", std::string(kLine)}};
  Loaded loaded = load(policy(R"(corridor(15 km) along "route.geojson", BR)"), {}, &files);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  REQUIRE(loaded.table().areas.size() == 1);
  CHECK(loaded.table().areas[0].kind == Area::Kind::corridor);
  CHECK(loaded.table().areas[0].radius_m == 15'000);
}

TEST_CASE("what is drawn decides: another drawing is another policy, another file name is not") {
  MapFiles files{{"a.geojson", std::string(kSquare)},
                 {"b.geojson", std::string(kSquare)},
                 {"c.geojson", R"({"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]})"}};
  Loaded a = load(policy(R"(geojson "a.geojson")"), {}, &files);
  Loaded b = load(policy(R"(geojson "b.geojson")"), {}, &files);
  Loaded c = load(policy(R"(geojson "c.geojson")"), {}, &files);
  REQUIRE((a.policy && b.policy && c.policy));
  CHECK(a.table().meaning_digest == b.table().meaning_digest);
  CHECK(a.table().meaning_digest != c.table().meaning_digest);
  CHECK(a.table().text_digest != b.table().text_digest);
  CHECK(a.table().text_digest != c.table().text_digest);
}

TEST_CASE("an unusable drawing is reported where the file is named") {
  struct Row {
    std::string_view name, region, text, code, says;
  };
  const Row rows[] = {
      {"missing", R"(geojson "other.geojson")", "", "E0001", "`other.geojson` cannot be read"},
      {"no JSON", R"(geojson "x.geojson")", "BR", "E0703", "byte 1 is not JSON"},
      {"no polygon", R"(geojson "x.geojson")", kLine, "E0703", "`x.geojson` holds lines"},
      {"no line", R"(corridor(1 km) along "x.geojson")", kSquare, "E0703", "holds polygons"},
      {"points", R"(geojson "x.geojson")", R"({"type":"Point","coordinates":[1,2]})", "E0703",
       "a `Point` is no area"},
      {"empty", R"(geojson "x.geojson")", R"({"type":"FeatureCollection","features":[]})", "E0703",
       "it holds no shape"},
      {"no width", R"(corridor(0 km) along "x.geojson")", kLine, "E0214", "`0 km` is not"},
      {"no length", R"(corridor(15%) along "x.geojson")", kLine, "E0214", "`15%` is not"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    MapFiles files{{"x.geojson", std::string(row.text)}};
    Loaded loaded = load(policy(row.region), {}, &files);
    CHECK_FALSE(loaded.policy);
    CHECK(loaded.codes() == row.code);
    CHECK_THAT(loaded.rendered(), Contains(std::string(row.says)) && Contains("policy.sojourn:2:"));
  }
}

TEST_CASE("a shape that crosses itself, or is too large, is refused") {
  std::string bow = R"({"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]})";
  auto world = geo::open_gazetteer(geo::default_geodata_directory());
  REQUIRE(world);
  MapFiles files{{"x.geojson", bow}};
  SourceMap sources;
  DiagnosticList diagnostics;
  LoadRequest request;
  request.path = "policy.sojourn";
  request.text = policy(R"(geojson "x.geojson")");
  request.files = &files;
  request.read_area = geo::read_geojson_area;
  request.gazetteer = world->get();
  CHECK_FALSE(load_policy(request, sources, diagnostics));
  diagnostics.finish();
  REQUIRE(diagnostics.all().size() == 1);
  CHECK(diagnostics.all()[0].code == Code::E0702);
  CHECK_THAT(render(diagnostics.all()[0], sources), Contains("policy.sojourn:2:20"));
}

// GeoJSON writes the longitude first.
TEST_CASE("a shape that is not on Earth is told how GeoJSON writes places") {
  std::string swapped =
      R"({"type":"Polygon","coordinates":[[[-23.9,-146.4],[-24,-146.2],[-23.9,-146.2],[-23.9,-146.4]]]})";
  auto world = geo::open_gazetteer(geo::default_geodata_directory());
  REQUIRE(world);
  MapFiles files{{"x.geojson", swapped}};
  Loaded loaded = load(policy(R"(geojson "x.geojson")"), {}, &files, "policy.sojourn", **world);
  CHECK(loaded.codes() == "E0702");
  CHECK_THAT(loaded.rendered(), Contains("longitude before the latitude"));
}

TEST_CASE("without files a policy that names one is refused") {
  Loaded loaded = load(policy(R"(geojson "x.geojson")"));
  CHECK(loaded.codes() == "E0001");
}

}  // namespace
}  // namespace sojourn::lang
