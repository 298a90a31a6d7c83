// The signals of a device: the independent things that reports say, each kept as a SignalTimeline.
//
// Values are integers: packed claims and networks, indices into policy lists or device pools,
// millionths. kUnknownValue stands for "reported as unknown" and for "nothing holds".
#pragma once

#include <cstdint>

#include "engine/device/timeline.h"

namespace sojourn {

// Signals that every policy keeps; a policy's attributes and areas follow.
enum Signal : SignalIndex {
  kFixCountry,      // CountryClaim::packed() of a certain fix
  kNetworkCountry,  // the same, of a named network that lies in exactly one country
  kNetwork,         // pack(Plmn); kNoSymbol from the first report without service
  kRegistration,    // Registration; kServed where a network was named and nothing else said
  kRat,             // Rat
  kProfile,         // ProfileIndex, or an undeclared profile (see `undeclared_value`)
  kImei,            // index into the device's pool of IMEIs
  kInstalled,       // index into the device's pool of sets: profile values
  kFallback,        // as kProfile; kNoSymbol
  kSpeed,           // millimetres per hour
  kAccuracy,        // millimetres
  kBorderDistance,  // millimetres
  kInFlight,        // 0 or 1
  kZone,            // index into the device's pool of zones: country and zone of a certain fix
  kReported,        // 1: there were reports, no further apart than anything asks
  kFirstOwnSignal,  // attributes, then areas
  kFixedSignalCount = kFirstOwnSignal
};

// A registration nobody reported: a network was named, so the device is served.
inline constexpr std::int64_t kServed = 5;

// Undeclared profiles are values from -3 downwards: -3 - index into the device's pool.
inline constexpr std::int64_t undeclared_value(std::size_t pool_index) {
  return -3 - static_cast<std::int64_t>(pool_index);
}
inline constexpr bool is_undeclared(std::int64_t profile) {
  return profile <= -3 && profile != kUnknownValue;
}
inline constexpr std::size_t undeclared_index(std::int64_t profile) {
  return static_cast<std::size_t>(-3 - profile);
}

}  // namespace sojourn
