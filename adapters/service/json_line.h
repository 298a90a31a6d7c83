// Private. JSON as the service writes it: members in the order in which they were put, on one line.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sojourn::service {

using Json = nlohmann::ordered_json;

// A byte that is no UTF-8 becomes U+FFFD.
std::string dumped(const Json& json);

}  // namespace sojourn::service
