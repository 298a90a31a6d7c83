#include "adapters/geo/region_map.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <memory>

#include "adapters/geo/large_pages.h"
#include "adapters/geo/root_grid.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::geo {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic = {'S', 'J', 'G', 'E', 'O', '\r', '\n', 0x1A};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderSize = 8 + 4 + 4 + 8 + 8 + 32;

Diagnostic refuse(const std::string& why) {
  return make_diagnostic(Code::E0701, "geodata file refused: " + why,
                         "take the file from the release again, or rebuild it with "
                         "geodata/rebuild.sh");
}

// --- writing ------------------------------------------------------------------------------------

void put_fixed(Bytes& out, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_signed(Bytes& out, std::int64_t value) {
  put_varint(out,
             (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void put_text(Bytes& out, const std::string& text) {
  put_varint(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

Bytes encode_payload(const RegionMap& map) {
  Bytes out;
  put_varint(out, static_cast<std::uint64_t>(map.unit));
  put_varint(out, map.labels.size());
  for (const RegionLabel& label : map.labels) {
    put_text(out, label.code);
    put_text(out, label.name);
    put_signed(out, label.inside.x);
    put_signed(out, label.inside.y);
  }
  put_varint(out, map.aliases.size());
  for (const auto& [old_code, code] : map.aliases) {
    put_text(out, old_code);
    put_text(out, code);
  }
  put_varint(out, map.arcs.size());
  put_varint(out, map.vertices.size());
  GridPoint last;  // arcs begin near where the one before began
  for (const RegionArc& arc : map.arcs) {
    put_varint(out, arc.left);
    put_varint(out, arc.right);
    put_varint(out, arc.count);
    for (std::uint32_t i = 0; i < arc.count; ++i) {
      const GridPoint vertex = map.vertices[arc.first + i];
      put_signed(out, vertex.x / map.unit - last.x);
      put_signed(out, vertex.y / map.unit - last.y);
      last = {vertex.x / map.unit, vertex.y / map.unit};
    }
  }
  return out;
}

// --- reading ------------------------------------------------------------------------------------

// Reads what put_* wrote. After the first failure every further read yields zeroes, so callers
// check `failed` once per loop.
class PayloadReader {
 public:
  explicit PayloadReader(ByteView bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool failed() const { return failed_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  std::uint64_t varint() {
    if (at_ != end_ && *at_ < 0x80) return *at_++;  // as most do
    return long_varint();
  }
  std::uint64_t varint_up_to(std::uint64_t max) {
    const std::uint64_t value = varint();
    if (value > max) fail();
    return failed_ ? 0 : value;
  }
  std::int64_t signed_varint() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::string text() {
    const std::uint64_t size = varint_up_to(limits::kGeodataTextBytesMax);
    if (size > left()) fail();
    if (failed_) return {};
    std::string out(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return out;
  }

 private:
  std::uint64_t long_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 63 && at_ != end_; shift += 7) {
      const std::uint8_t byte = *at_++;
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  void fail() {
    failed_ = true;
    at_ = end_;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool failed_ = false;
};

std::optional<GridPoint> grid_point(std::int64_t x, std::int64_t y) {
  if (x < -kLonMax || x > kLonMax || y < -kLatMax || y > kLatMax) return std::nullopt;
  return GridPoint{static_cast<std::int32_t>(x), static_cast<std::int32_t>(y)};
}

Status decode_names(PayloadReader& in, RegionMap& map) {
  map.unit = static_cast<std::int32_t>(in.varint_up_to(10'000'000));
  if (in.failed() || map.unit == 0) return refuse("bad unit");
  const std::size_t label_count = in.varint_up_to(std::numeric_limits<std::uint16_t>::max());
  for (std::size_t i = 0; i < label_count && !in.failed(); ++i) {
    RegionLabel label{in.text(), in.text(), {}};
    const std::int64_t x = in.signed_varint();
    const std::int64_t y = in.signed_varint();
    const auto inside = grid_point(x, y);
    if (!inside) return refuse("a label's point is not on Earth");
    label.inside = *inside;
    map.labels.push_back(std::move(label));
  }
  const std::size_t alias_count = in.varint_up_to(std::numeric_limits<std::uint16_t>::max());
  for (std::size_t i = 0; i < alias_count && !in.failed(); ++i) {
    std::string old_code = in.text();
    map.aliases.emplace_back(std::move(old_code), in.text());
  }
  if (in.failed() || map.labels.empty()) return refuse("its labels are damaged");
  return {};
}

Status decode_arcs(PayloadReader& in, RegionMap& map) {
  // An arc takes at least five bytes and a vertex two, so sizes that lie cannot make us allocate.
  const std::size_t arc_count = in.varint_up_to(in.left() / 5);
  const std::size_t vertex_count = in.varint_up_to(in.left() / 2);
  map.arcs.reserve(arc_count);
  map.vertices.reserve(vertex_count);
  use_large_pages(map.vertices.data(), vertex_count * sizeof(GridPoint));
  std::int64_t x = 0;
  std::int64_t y = 0;
  for (std::size_t i = 0; i < arc_count && !in.failed(); ++i) {
    RegionArc arc;
    arc.first = static_cast<std::uint32_t>(map.vertices.size());
    arc.left = static_cast<std::uint16_t>(in.varint_up_to(map.labels.size() - 1));
    arc.right = static_cast<std::uint16_t>(in.varint_up_to(map.labels.size() - 1));
    arc.count = static_cast<std::uint32_t>(in.varint_up_to(vertex_count - map.vertices.size()));
    for (std::uint32_t k = 0; k < arc.count && !in.failed(); ++k) {
      constexpr std::int64_t kSpanMax = 2 * std::int64_t{kLonMax};
      const std::int64_t dx = in.signed_varint();
      const std::int64_t dy = in.signed_varint();
      if (std::max(dx, -dx) > kSpanMax || std::max(dy, -dy) > kSpanMax)
        return refuse("a step is too long");
      x += dx;
      y += dy;
      const auto vertex = grid_point(x * map.unit, y * map.unit);
      if (!vertex) return refuse("a corner is not on Earth");
      map.vertices.push_back(*vertex);
    }
    map.arcs.push_back(arc);
  }
  if (in.failed() || map.arcs.size() != arc_count || map.vertices.size() != vertex_count) {
    return refuse("its arcs are damaged");
  }
  if (in.left() != 0) return refuse("bytes follow its end");
  return {};
}

std::uint64_t get_fixed(ByteView bytes, std::size_t at, int size) {
  std::uint64_t value = 0;
  for (int i = size - 1; i >= 0; --i) value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

Status check_header(ByteView file, MapKind expected) {
  if (file.size() < kHeaderSize || !std::equal(kMagic.begin(), kMagic.end(), file.begin())) {
    return refuse("this is not a geodata file");
  }
  const std::uint64_t version = get_fixed(file, 8, 4);
  if (version != kVersion) {
    return refuse(
        fmt::format("it has version {}, this program reads version {}", version, kVersion));
  }
  if (get_fixed(file, 12, 4) != static_cast<std::uint32_t>(expected)) {
    return refuse("it holds another kind of map");
  }
  const ByteView packed = file.subspan(kHeaderSize);
  if (get_fixed(file, 16, 8) > limits::kGeodataBytesMax) return refuse("it is larger than any map");
  if (get_fixed(file, 24, 8) != packed.size()) return refuse("it is truncated or too long");
  const Sha256Digest digest = sha256(packed);
  if (!std::equal(digest.begin(), digest.end(), file.begin() + 32))
    return refuse("its checksum is wrong");
  return {};
}

// The first bytes of the payload, all of it if `most` is more. Requires: check_header.
Result<Bytes> unpack(ByteView file, std::uint64_t most) {
  const std::uint64_t size = get_fixed(file, 16, 8);
  Bytes payload;
  payload.reserve(std::min(size, most));
  use_large_pages(payload.data(), payload.capacity());
  payload.resize(payload.capacity());
  const ByteView packed = file.subspan(kHeaderSize);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer out{payload.data(), payload.size(), 0};
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> stream(ZSTD_createDCtx(),
                                                                    &ZSTD_freeDCtx);
  std::size_t left = 1;  // of the frame
  while (left != 0 && ZSTD_isError(left) == 0) {
    const std::size_t before = in.pos + out.pos;
    left = ZSTD_decompressStream(stream.get(), &out, &in);
    if (in.pos + out.pos == before) break;  // there is no more of it, or no more room
  }
  const bool ended = left == 0 && in.pos == in.size;
  if (ZSTD_isError(left) != 0 || out.pos != out.size || (size <= most && !ended)) {
    return refuse("it cannot be decompressed");
  }
  return payload;
}

Result<RegionMap> read_borders_after(RegionMap names, ByteView rest) {
  PayloadReader in(rest);
  if (Status arcs = decode_arcs(in, names); !arcs) return std::move(arcs).error();
  if (Status sound = check_region_map(names); !sound) return std::move(sound).error();
  return names;
}

}  // namespace

const RegionArc& RegionMap::arc_of(EdgeId edge) const {
  const auto after =
      std::upper_bound(arcs.begin(), arcs.end(), edge,
                       [](EdgeId id, const RegionArc& arc) { return id < arc.first; });
  return *(after - 1);
}

Status check_region_map(const RegionMap& map) {
  // Borders are drawn in short edges; long ones would cost far more than the bytes they take.
  const std::uint64_t cells_max = 1'000'000 + 16 * std::uint64_t{map.vertices.size()};
  std::uint64_t cells = 0;
  std::vector<std::pair<GridPoint, std::uint16_t>> ends;
  for (const RegionArc& arc : map.arcs) {
    if (arc.count < 2 || arc.left == arc.right) return refuse("an arc separates nothing");
    if (std::max(arc.left, arc.right) >= map.labels.size())
      return refuse("an arc's label is missing");
    const std::uint32_t last = arc.first + arc.count - 1;
    for (std::uint32_t i = arc.first; i < last; ++i) {
      if (map.vertices[i] == map.vertices[i + 1]) return refuse("an arc stands still");
      const std::int64_t south_north = std::int64_t{map.vertices[i].y} - map.vertices[i + 1].y;
      const std::int64_t west_east = std::int64_t{map.vertices[i].x} - map.vertices[i + 1].x;
      cells += static_cast<std::uint64_t>(std::abs(south_north)) >> kRootShift;
      cells += static_cast<std::uint64_t>(std::abs(west_east)) >> kRootShift;
      if (cells > cells_max) return refuse("its edges are too long");
    }
    const auto toggle = static_cast<std::uint16_t>(arc.left ^ arc.right);
    ends.emplace_back(map.vertices[arc.first], toggle);
    ends.emplace_back(map.vertices[last], toggle);
  }
  std::sort(ends.begin(), ends.end());
  for (std::size_t i = 0; i < ends.size();) {
    unsigned sum = 0;
    const GridPoint meeting = ends[i].first;
    for (; i < ends.size() && ends[i].first == meeting; ++i) sum ^= ends[i].second;
    if (sum != 0) return refuse("its borders do not close");
  }
  return {};
}

// Names stand first, and are a small part of the whole.
Result<PackedRegionMap> read_region_names(Bytes file, MapKind expected) {
  if (Status sound = check_header(file, expected); !sound) return std::move(sound).error();
  const std::uint64_t size = get_fixed(file, 16, 8);
  for (std::uint64_t part = std::uint64_t{1} << 17;; part *= 4) {
    Result<Bytes> beginning = unpack(file, part);
    if (!beginning) return std::move(beginning).error();
    PackedRegionMap packed;
    packed.names.kind = expected;
    PayloadReader in(*beginning);
    Status names = decode_names(in, packed.names);
    if (!names && part < size) continue;  // they may go on
    if (!names) return std::move(names).error();
    packed.borders_at = beginning->size() - in.left();
    packed.file = std::move(file);
    return packed;
  }
}

Result<RegionMap> read_borders(const PackedRegionMap& packed) {
  Result<Bytes> payload = unpack(packed.file, limits::kGeodataBytesMax);
  if (!payload) return std::move(payload).error();
  return read_borders_after(packed.names, ByteView(*payload).subspan(packed.borders_at));
}

Result<RegionMap> read_region_map(ByteView file, MapKind expected) {
  if (Status sound = check_header(file, expected); !sound) return std::move(sound).error();
  Result<Bytes> payload = unpack(file, limits::kGeodataBytesMax);
  if (!payload) return std::move(payload).error();
  return read_region_payload(*payload, expected);
}

Result<RegionMap> read_region_payload(ByteView payload, MapKind kind) {
  RegionMap names;
  names.kind = kind;
  PayloadReader in(payload);
  if (Status read = decode_names(in, names); !read) return std::move(read).error();
  return read_borders_after(std::move(names), payload.last(in.left()));
}

Bytes write_region_payload(const RegionMap& map) { return encode_payload(map); }

Bytes write_region_map(const RegionMap& map) {
  assert(check_region_map(map).ok());
  const Bytes payload = encode_payload(map);
  Bytes packed(ZSTD_compressBound(payload.size()));
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), payload.data(), payload.size(), 19);
  assert(ZSTD_isError(size) == 0);
  packed.resize(size);
  Bytes file(kMagic.begin(), kMagic.end());
  put_fixed(file, kVersion, 4);
  put_fixed(file, static_cast<std::uint32_t>(map.kind), 4);
  put_fixed(file, payload.size(), 8);
  put_fixed(file, packed.size(), 8);
  const Sha256Digest digest = sha256(packed);
  file.insert(file.end(), digest.begin(), digest.end());
  file.insert(file.end(), packed.begin(), packed.end());
  return file;
}

}  // namespace sojourn::geo
