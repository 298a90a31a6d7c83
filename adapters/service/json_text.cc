#include "adapters/service/json_text.h"

#include <fmt/format.h>

namespace sojourn::service {

std::string json_text(std::string_view text) {
  std::string all = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      all += '\\';
      all += c;
    } else if (c == '\n') {
      all += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      all += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      all += c;
    }
  }
  return all + '"';
}

}  // namespace sojourn::service
