#include "adapters/service/json_line.h"

#include <nlohmann/json.hpp>

namespace sojourn::service {

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sojourn::service
