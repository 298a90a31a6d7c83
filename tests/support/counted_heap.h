// How much memory this program holds: for tests that promise bytes. Linking counted_heap.cc
// replaces the global operators new and delete of the program.
#pragma once

#include <cstddef>

namespace sojourn::testing {

// Bytes handed out and not given back, as the allocator rounds them up.
std::size_t heap_bytes_held();

}  // namespace sojourn::testing
