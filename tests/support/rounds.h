// How often a test repeats what it does with random input.
#pragma once

#include <algorithm>

namespace sojourn::testing {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

// `count`; a tenth of it under a sanitizer, which makes everything ten times slower and finds what
// it finds on a path's first visits.
constexpr int rounds(int count) { return kSanitized ? std::max(1, count / 10) : count; }

// What so many rounds must have met for the test to mean something: more than `count`; of a tenth
// of the rounds, more than none.
constexpr int enough(int count) { return kSanitized ? 0 : count; }

}  // namespace sojourn::testing
