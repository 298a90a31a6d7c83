// What things hold on the heap, for counting a device's memory.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sojourn {

inline std::size_t heap_bytes(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

inline std::size_t heap_bytes(const std::vector<std::string>& texts) {
  std::size_t bytes = texts.capacity() * sizeof(std::string);
  for (const std::string& text : texts) bytes += heap_bytes(text);
  return bytes;
}

}  // namespace sojourn
