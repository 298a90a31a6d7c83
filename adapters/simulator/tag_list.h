// Private. Tag lists, as listProfileInfo and IpaEuiccDataRequest carry them: tags without a length
// between them.
#pragma once

#include <optional>
#include <vector>

#include "adapters/sgp32/der.h"

namespace sojourn::simulator {

// Absent when the list ends within a tag. No tag of SGP.32's lists has more than two octets.
inline std::optional<std::vector<sgp32::Tag>> read_tag_list(ByteView list) {
  std::vector<sgp32::Tag> tags;
  for (std::size_t i = 0; i < list.size(); ++i) {
    sgp32::Tag tag = list[i];
    if ((tag & 0x1F) == 0x1F) {
      if (++i == list.size()) return std::nullopt;
      tag = tag << 8 | list[i];
    }
    tags.push_back(tag);
  }
  return tags;
}

}  // namespace sojourn::simulator
