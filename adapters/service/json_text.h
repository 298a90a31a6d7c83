// Private. A text in JSON's quotes, for the few objects that are written by hand.
#pragma once

#include <string>
#include <string_view>

namespace sojourn::service {

// Control characters are escaped; a byte that is no UTF-8 becomes U+FFFD.
std::string json_text(std::string_view text);

}  // namespace sojourn::service
