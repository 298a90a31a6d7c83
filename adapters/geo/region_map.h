// A division of the Earth into labelled regions, and its file (.sjgeo).
//
// The map is its borders: arcs of straight edges (straight in longitude and latitude) with the
// label on either side. A border between two neighbours is one arc. Label 0 is "nothing here".
//
// File: 8 bytes magic, then little-endian u32 version, u32 kind, u64 size of the payload, u64 size
// of the compressed payload, 32 bytes SHA-256 of the compressed payload, the payload compressed by
// zstd. The payload is a sequence of LEB128 varints and length-prefixed texts, written and read in
// region_map.cc, in this order: unit, labels, aliases, arcs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "adapters/geo/grid_point.h"
#include "engine/base/bytes.h"

namespace sojourn::geo {

enum class MapKind : std::uint32_t {
  countries = 1,     // code: members of a claim, joined by '+'
  subdivisions = 2,  // code: ISO 3166-2
  land = 3,          // one label, "land"
};

struct RegionLabel {
  std::string code;
  std::string name;
  GridPoint inside;  // a point of it, as far from its edges as a search of its largest part found
};

// Consecutive vertices [first, first + count) are the arc's corners; walking along them, `left`
// lies on the left. Invariants: count >= 2, left != right, no two consecutive corners are equal.
struct RegionArc {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint16_t left = 0;
  std::uint16_t right = 0;
};

using EdgeId = std::uint32_t;  // the edge from vertex i to vertex i + 1

// Invariant: where arcs meet, their labels close up (going once around the meeting point, the
// exclusive-or of left and right over all arc ends there is zero), so that crossing edges along any
// path leads to the same label.
struct RegionMap {
  MapKind kind = MapKind::countries;
  std::int32_t unit = 1;            // every coordinate is a multiple of it; makes the file smaller
  std::vector<RegionLabel> labels;  // labels[0] is nothing
  // A code and the code of a label it stands for: one row for a code that was replaced, a row for
  // each piece of a region that the map has in pieces (which has a label, for its name, but no
  // arcs).
  std::vector<std::pair<std::string, std::string>> aliases;
  std::vector<GridPoint> vertices;
  std::vector<RegionArc> arcs;

  const RegionArc& arc_of(EdgeId edge) const;
};

// A file whose checksum is right and whose names were read; its borders, nearly all of it, are not.
struct PackedRegionMap {
  RegionMap names;  // without vertices and arcs
  Bytes file;
  std::size_t borders_at = 0;  // in the payload
};

// Both refuse anything that breaks an invariant or a limit, and never read beyond the file.
Result<PackedRegionMap> read_region_names(Bytes file, MapKind expected);
Result<RegionMap> read_borders(const PackedRegionMap& packed);
// The one after the other.
Result<RegionMap> read_region_map(ByteView file, MapKind expected);
Bytes write_region_map(const RegionMap& map);
// The same for a payload already checked and decompressed (what a fuzzer should vary).
Result<RegionMap> read_region_payload(ByteView payload, MapKind kind);
Bytes write_region_payload(const RegionMap& map);

// Checks the invariants; what read_region_map does after decoding.
Status check_region_map(const RegionMap& map);

}  // namespace sojourn::geo
