// Where countries and regions are, for hosts that embed the engine.
//
//   auto world = sojourn::embed::open_gazetteer();
//   if (!world) return fail(world.error());
//   auto policy = sojourn::embed::Policy::map("policy.graph", world.value());
#pragma once

#include <memory>
#include <sojourn/sojourn.hpp>
#include <string>

namespace sojourn::embed {

// Reads the compiled geodata of `folder`; with "" those that the environment's SOJOURN_GEODATA
// names, else those that were installed with this library. Immutable; any thread; keep one per
// process.
Expected<std::shared_ptr<const Gazetteer>> open_gazetteer(const std::string& folder = "");

}  // namespace sojourn::embed
