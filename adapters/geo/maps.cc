#include "adapters/geo/maps.h"

#include <fmt/format.h>

#include <fstream>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::geo {
namespace {

Result<Bytes> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    return make_diagnostic(Code::E0001, fmt::format("geodata file `{}` cannot be read", path),
                           "SOJOURN_GEODATA may name the folder that holds the .sjgeo files");
  }
  const std::streamoff size = file.tellg();
  if (size < 0 || static_cast<std::size_t>(size) > limits::kGeodataBytesMax) {
    return make_diagnostic(Code::E0701,
                           fmt::format("geodata file `{}` is larger than any map", path));
  }
  Bytes bytes(static_cast<std::size_t>(size));
  file.seekg(0);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), size)) {
    return make_diagnostic(Code::E0001, fmt::format("geodata file `{}` cannot be read", path));
  }
  return bytes;
}

Diagnostic in_file(const std::string& path, Diagnostic error) {
  error.notes.push_back(fmt::format("the file is `{}`", path));
  return error;
}

Result<PackedRegionMap> open_map(const std::string& path, MapKind kind) {
  Result<Bytes> bytes = read_bytes(path);
  if (!bytes) return std::move(bytes).error();
  Result<PackedRegionMap> map = read_region_names(std::move(bytes).value(), kind);
  if (!map) return in_file(path, std::move(map).error());
  return map;
}

Result<std::shared_ptr<const RegionMap>> borders_of(const std::string& path,
                                                    const PackedRegionMap& packed) {
  Result<RegionMap> map = read_borders(packed);
  if (!map) return in_file(path, std::move(map).error());
  return std::make_shared<const RegionMap>(std::move(map).value());
}

Result<std::unique_ptr<MapOnUse>> names_of(const std::string& path, MapKind kind) {
  auto packed = open_map(path, kind);
  if (!packed) return std::move(packed).error();
  return std::make_unique<MapOnUse>(path, std::move(packed).value());
}

Status name_claims(Maps& maps) {
  maps.label_of_country.assign(country_count(), 0);
  const auto& labels = maps.countries->names().labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::optional<CountryClaim> claim = parse_claim(labels[i].code);
    if (!claim || claim->none() != (i == 0)) {
      return make_diagnostic(Code::E0701, fmt::format("geodata: `{}` is no claim", labels[i].code));
    }
    maps.claim_of_label.push_back(*claim);
    if (claim->set().size() == 1) {
      maps.label_of_country[claim->first()->index] = static_cast<std::uint16_t>(i);
    }
  }
  return {};
}

Status name_subdivisions(Maps& maps) {
  const auto& labels = maps.subdivisions->names().labels;
  maps.owners_of_subdivision.resize(labels.size());
  for (std::size_t i = 1; i < labels.size(); ++i) {
    const std::string& code = labels[i].code;
    const auto label = static_cast<std::uint16_t>(i);
    const std::optional<Country> country = find_country(std::string_view(code).substr(0, 2));
    if (!country || !maps.label_of_subdivision.emplace(code, label).second) {
      return make_diagnostic(Code::E0701, fmt::format("geodata: `{}` is no subdivision", code));
    }
    // FR-GF is also GF. That IT-RE (Reggio) is not RE does no harm: it is nowhere near.
    if (code.size() == 5) {
      const std::optional<Country> territory = find_country(std::string_view(code).substr(3));
      if (territory) maps.owners_of_subdivision[i].insert(*territory);
    }
    maps.owners_of_subdivision[i].insert(*country);
  }
  for (const auto& [alias, code] : maps.subdivisions->names().aliases) {
    if (!maps.label_of_subdivision.contains(code)) {
      return make_diagnostic(
          Code::E0701,
          fmt::format("geodata: `{}` stands for `{}`, which is not there", alias, code));
    }
  }
  return {};
}

}  // namespace

std::uint16_t subdivision_label(const Maps& maps, std::string_view code) {
  if (const auto found = maps.label_of_subdivision.find(code);
      found != maps.label_of_subdivision.end()) {
    return found->second;
  }
  for (const auto& [alias, current] : maps.subdivisions->names().aliases) {
    if (alias == code) return maps.label_of_subdivision.find(current)->second;
  }
  return 0;
}

std::vector<std::uint16_t> subdivision_pieces(const Maps& maps, std::uint16_t label) {
  std::vector<std::uint16_t> pieces{label};
  const std::string& code = maps.subdivisions->names().labels[label].code;
  for (const auto& [group, piece] : maps.subdivisions->names().aliases) {
    if (group == code) pieces.push_back(maps.label_of_subdivision.find(piece)->second);
  }
  return pieces;
}

std::optional<CountryClaim> parse_claim(std::string_view text) {
  CountrySet members;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('+'), text.size());
    const std::optional<Country> member = find_country(text.substr(0, end));
    if (!member || members.size() == 4) return std::nullopt;
    members.insert(*member);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return CountryClaim::of(members);
}

void MapOnUse::begin() {
  begun_ = std::async([this] {
    if (read()) build_index();
  });
}

Status MapOnUse::read() const {
  std::call_once(read_once_, [this] {
    borders_ = borders_of(path_, packed_);
    packed_ = {};
  });
  if (!*borders_) return Diagnostic(borders_->error());
  return {};
}

const RegionIndex& MapOnUse::build_index() const {
  std::call_once(index_once_, [this] {
    index_ = std::make_unique<const RegionIndex>(borders_->value());
    ready_.store(index_.get(), std::memory_order_release);
  });
  return *index_;
}

Result<const RegionIndex*> LandOnUse::index() const {
  std::call_once(once_, [this] {
    Result<PackedRegionMap> packed = open_map(path_, MapKind::land);
    auto borders = packed ? borders_of(path_, *packed) : std::move(packed).error();
    if (borders) {
      index_ = std::make_unique<const RegionIndex>(std::move(borders).value());
    } else {
      index_ = std::move(borders).error();
    }
  });
  if (!*index_) return Diagnostic(index_->error());
  return index_->value().get();
}

Result<std::shared_ptr<const Maps>> load_maps(const std::string& directory) {
  auto maps = std::make_shared<Maps>();
  auto reading = std::async(
      [&] { return names_of(directory + "/subdivisions.sjgeo", MapKind::subdivisions); });
  auto countries = names_of(directory + "/countries.sjgeo", MapKind::countries);
  if (!countries) return std::move(countries).error();
  maps->countries = std::move(countries).value();
  maps->countries->begin();
  auto subdivisions = reading.get();
  if (!subdivisions) return std::move(subdivisions).error();
  maps->subdivisions = std::move(subdivisions).value();
  maps->land = std::make_unique<LandOnUse>(directory + "/land.sjgeo");
  if (Status named = name_claims(*maps); !named) return std::move(named).error();
  if (Status named = name_subdivisions(*maps); !named) return std::move(named).error();
  return std::shared_ptr<const Maps>(std::move(maps));
}

}  // namespace sojourn::geo
