// Which version of SGP.32 does a peer speak?
//
// The versions mostly write the same bytes; where they differ, a message gives its version away.
// The rule needs no list of cases: read the message by both, and see which one fits better: it is
// refused by one and taken by the other, or one has to skip members that the other understands.
#pragma once

#include <optional>
#include <string_view>

#include "adapters/sgp32/schema.h"

namespace sojourn::sgp32 {

// The version that the message gives away, or absent when its bytes fit both alike (or neither).
// `type_name` is the message's type, as the catalogue calls it: a request and its response may
// share a tag. Nothing else tells as surely: the X-Admin-Protocol header lies. Remember the answer
// per EID.
std::optional<Version> version_spoken(std::string_view type_name, ByteView message);

}  // namespace sojourn::sgp32
