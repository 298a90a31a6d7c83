// Certificates out of PEM files.
#pragma once

#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/instant.h"
#include "engine/base/result.h"

namespace sojourn::service {

// The first certificate of the text, as DER. E0811 when there is none.
Result<Bytes> certificate_from_pem(std::string_view pem);

// Has no certificate of the text ended at `now`? One that has not begun may be right: a machine
// that just booted may not know the time yet. E0865 for the first that is not.
Status check_dates(std::string_view pem, Instant now);
// Is the first one's key what devices take of a server? E0861 when it is not on P-256.
Status check_key_for_devices(std::string_view pem);

}  // namespace sojourn::service
