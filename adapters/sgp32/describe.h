// A message as a person reads it: names, values, byte offsets, and where it goes wrong.
//
//   ProvideEimPackageResult, SGP.32 1.2, 55 bytes
//      0  bf50 52        ProvideEimPackageResult
//      3  5a 16            eidValue: 89049032123451234512345678901235
//   ...
//     40  83 1                   enableResult: 2 (profileNotInDisabledState)
//   error: byte 41: ...
#pragma once

#include <string>
#include <string_view>

#include "adapters/sgp32/schema.h"

namespace sojourn::sgp32 {

struct DescribeOptions {
  // Empty: the type is told from the first tag; of several, the one that reads farthest.
  std::string_view type_name{};
  std::optional<Version> version{};  // absent: the one that fits better
  Reading reading = Reading::tolerant;
  std::size_t value_width = 64;  // characters of a long value that are shown
};

// Never fails: what is no message at all is described as that.
std::string describe(ByteView message, const DescribeOptions& options = {});

}  // namespace sojourn::sgp32
