// The public face of the maps (sojourn/geo.hpp).
#include <sojourn/geo.hpp>

#include "adapters/geo/geo.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::embed {

Expected<std::shared_ptr<const Gazetteer>> open_gazetteer(const std::string& folder) {
  auto world = geo::open_gazetteer(folder.empty() ? geo::default_geodata_directory() : folder);
  if (world) return std::move(world).value();
  const Diagnostic& why = world.error();
  return Error{std::string(code_name(why.code)), why.message, why.help};
}

}  // namespace sojourn::embed
