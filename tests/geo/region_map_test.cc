// The map file: round trip, and every damaged file refused.
#include <string>

#include "adapters/geo/region_index.h"
#include "adapters/geo/region_map.h"
#include "tests/support/catch.h"

namespace sojourn::geo {
namespace {

// Two squares side by side, and a third label that has no arcs.
RegionMap two_squares() {
  RegionMap map;
  map.unit = 100;
  map.labels = {
      {"", "", {}}, {"A", "West", {500, 500}}, {"B", "East", {1'500, 500}}, {"C", "", {}}};
  map.aliases = {{"OLD", "A"}, {"C", "A"}, {"C", "B"}};
  map.vertices = {
      {1'000, 0},     {1'000, 1'000},                                   // between the two
      {1'000, 1'000}, {0, 1'000},     {0, 0},         {1'000, 0},       // around the west
      {1'000, 0},     {2'000, 0},     {2'000, 1'000}, {1'000, 1'000}};  // around the east
  map.arcs = {{0, 2, 1, 2}, {2, 4, 1, 0}, {6, 4, 2, 0}};
  return map;
}

TEST_CASE("what is written is read") {
  const RegionMap map = two_squares();
  const auto read = read_region_map(write_region_map(map), MapKind::countries);
  REQUIRE(read);
  CHECK(read.value().vertices == map.vertices);
  CHECK(read.value().aliases == map.aliases);
  REQUIRE(read.value().labels.size() == 4);
  CHECK(read.value().labels[2].code == "B");
  CHECK(read.value().labels[2].name == "East");
  CHECK(read.value().labels[2].inside == GridPoint{1'500, 500});
  REQUIRE(read.value().arcs.size() == 3);
  CHECK(read.value().arcs[2].left == 2);
  CHECK(read.value().arcs[2].right == 0);
  CHECK(write_region_map(read.value()) == write_region_map(map));
}

TEST_CASE("names are read before the borders, however many there are") {
  RegionMap map = two_squares();
  for (int i = 0; i < 9'000; ++i) {
    map.labels.push_back({"L" + std::to_string(i * 7'919 % 100'003), std::to_string(i * i), {}});
  }
  const Bytes file = write_region_map(map);
  const auto packed = read_region_names(file, MapKind::countries);
  REQUIRE(packed);
  const RegionMap& names = packed.value().names;
  REQUIRE(packed.value().borders_at > std::size_t{1} << 17);
  REQUIRE(names.labels.size() == map.labels.size());
  CHECK(names.labels.back().name == map.labels.back().name);
  CHECK(names.aliases == map.aliases);
  CHECK(names.vertices.empty());
  const auto whole = read_borders(packed.value());
  REQUIRE(whole);
  CHECK(write_region_map(whole.value()) == file);
}

TEST_CASE("every changed byte and every shorter file is refused") {
  const Bytes file = write_region_map(two_squares());
  for (std::size_t i = 0; i < file.size(); ++i) {
    Bytes changed = file;
    changed[i] ^= 0x10;
    INFO("byte " << i);
    CHECK_FALSE(read_region_map(changed, MapKind::countries));
    CHECK_FALSE(read_region_map(ByteView(file).first(i), MapKind::countries));
    CHECK_FALSE(read_region_names(changed, MapKind::countries));
  }
  Bytes longer = file;
  longer.push_back(0);
  CHECK_FALSE(read_region_map(longer, MapKind::countries));
  CHECK_FALSE(read_region_map(file, MapKind::land));
}

TEST_CASE("borders that do not close are refused") {
  RegionMap map = two_squares();
  map.arcs.pop_back();
  CHECK_FALSE(check_region_map(map));
  map = two_squares();
  map.arcs[1].left = 2;
  CHECK_FALSE(check_region_map(map));
  map = two_squares();
  map.vertices[3] = map.vertices[2];
  CHECK_FALSE(check_region_map(map));
}

// A few bytes of file that would take minutes and gigabytes, or speak of labels that are not there.
TEST_CASE("borders as no map draws them are refused, or cost little") {
  auto zigzag = [](std::int32_t width, std::uint32_t edges, std::uint16_t left) {
    RegionMap map;
    map.labels = {{"", "", {}}, {"BR", "Brazil", {}}, {"UY", "Uruguay", {}}};
    RegionArc arc;
    arc.left = left;
    arc.right = 2;
    arc.count = edges + 1;
    for (std::uint32_t i = 0; i <= edges; ++i) {
      map.vertices.push_back({i % 2 == 0 ? 0 : width, 100'000'000});
    }
    map.arcs = {arc};
    return map;
  };
  CHECK_FALSE(check_region_map(zigzag(1'700'000'000, 20'000, 0)));
  // Upon each other within one root cell: a leaf counts no more than it can.
  RegionMap dense = zigzag(1'000'000, 70'000, 0);
  REQUIRE(check_region_map(dense));
  CHECK(RegionIndex(std::move(dense)).find({500'000, 100'000'000 - 5'000'000}).label == 0);
  // From nowhere across a border between two others: 0 ^ 1 ^ 2 is no label.
  RegionMap strange = two_squares();
  for (RegionArc& arc : strange.arcs) arc.left = 1, arc.right = 2;
  const auto labels = static_cast<std::uint16_t>(strange.labels.size());
  const RegionIndex index(std::move(strange));
  for (GridPoint at : index.map().vertices) CHECK(index.find({at.x + 1, at.y + 1}).label < labels);
}

}  // namespace
}  // namespace sojourn::geo
