// Private to adapters/geo: maps take megabytes, which are written once from front to back.
#pragma once

#include <cstddef>

namespace sojourn::geo {

// Asks for pages of two megabytes, wherever whole ones fit: the first write to each of two thousand
// small ones takes as long as decoding what is written there. Where they cannot be had, nothing
// changes. To be called before the memory is written to.
void use_large_pages(const void* begin, std::size_t bytes);

}  // namespace sojourn::geo
