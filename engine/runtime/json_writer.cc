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
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '"' && text[at] != '\\') continue;
    (out += text.substr(begin, at - begin)) += '\\';
    begin = at;
  }
  out += text.substr(begin);
  out += '"';
}

JsonObject& JsonObject::texts(std::string_view name, const std::vector<std::string>& values) {
  append_array(member(name).out_, values,
               [](std::string& out, const std::string& one) { append_quoted(out, one); });
  return *this;
}

}  // namespace sojourn
