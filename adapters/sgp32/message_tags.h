// The tags of whole messages, as they stand on the wire (SGP.32 5.14 and 6.6; SGP.22 5.6.4 for
// notifications).
#pragma once

#include "adapters/sgp32/der.h"

namespace sojourn::sgp32::message_tag {

inline constexpr Tag kGetEimPackage = 0xBF4F;
inline constexpr Tag kProvideEimPackageResult = 0xBF50;
inline constexpr Tag kEuiccPackage = 0xBF51;  // the request, and the result to it
inline constexpr Tag kIpaEuiccData = 0xBF52;
inline constexpr Tag kAcknowledgements = 0xBF53;
inline constexpr Tag kProfileDownload = 0xBF54;
inline constexpr Tag kHandleNotification = 0xBF3D;

}  // namespace sojourn::sgp32::message_tag
