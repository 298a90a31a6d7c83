#include "engine/runtime/json_writer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sojourn {

// The library is asked only for what is not plain.
void append_quoted(std::string& out, std::string_view text) {
  bool is_plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!is_plain) {
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return;
  }
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find_first_of("\"\\", at), text.size());
    out += text.substr(at, end - at);
    if (end < text.size()) (out += '\\') += text[end++];
    at = end;
  }
  out += '"';
}

JsonObject& JsonObject::texts(std::string_view name, const std::vector<std::string>& values) {
  append_array(member(name).out_, values,
               [](std::string& out, const std::string& one) { append_quoted(out, one); });
  return *this;
}

}  // namespace sojourn
