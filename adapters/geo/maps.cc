#include "adapters/geo/maps.h"

#include <fmt/format.h>

#include <fstream>

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

Result<std::unique_ptr<RegionIndex>> load_index(const std::string& path, MapKind kind) {
  Result<Bytes> bytes = read_bytes(path);
  if (!bytes) return std::move(bytes).error();
  Result<RegionMap> map = read_region_map(*bytes, kind);
  if (!map) {
    Diagnostic error = std::move(map).error();
    error.notes.push_back(fmt::format("the file is `{}`", path));
    return error;
  }
  return std::make_unique<RegionIndex>(std::move(map).value());
}

Status name_claims(Maps& maps) {
  maps.label_of_country.assign(country_count(), 0);
  const auto& labels = maps.countries->map().labels;
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

}  // namespace

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

Result<std::shared_ptr<const Maps>> load_maps(const std::string& directory) {
  auto maps = std::make_shared<Maps>();
  auto countries = load_index(directory + "/countries.sjgeo", MapKind::countries);
  if (!countries) return std::move(countries).error();
  maps->countries = std::move(countries).value();
  auto land = load_index(directory + "/land.sjgeo", MapKind::land);
  if (!land) return std::move(land).error();
  maps->land = std::move(land).value();
  if (Status named = name_claims(*maps); !named) return std::move(named).error();
  return std::shared_ptr<const Maps>(std::move(maps));
}

}  // namespace sojourn::geo
