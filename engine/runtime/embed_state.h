// Private to the public face of the engine: what its classes share.
#pragma once

#include <sojourn/sojourn.hpp>

#include <memory>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/device/device.h"

namespace sojourn::embed {

struct Policy::State {
  std::shared_ptr<const Gazetteer> gazetteer;
  std::shared_ptr<const PreparedPolicy> prepared;
};

Error error_of(const Diagnostic& diagnostic);
// E0006.
Error refused(std::string message, std::string help);

}  // namespace sojourn::embed
