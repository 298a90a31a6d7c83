// Certificates out of PEM files.
#pragma once

#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace sojourn::service {

// The first certificate of the text, as DER. E0811 when there is none.
Result<Bytes> certificate_from_pem(std::string_view pem);

}  // namespace sojourn::service
