#include "adapters/service/json_text.h"

#include <fmt/format.h>

namespace sojourn::service {

namespace {

// The length of the UTF-8 sequence that begins the text; 0 when none does (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(0);
  std::size_t length = lead < 0x80                   ? 1
                       : lead >= 0xC2 && lead < 0xE0 ? 2
                       : lead >= 0xE0 && lead < 0xF0 ? 3
                       : lead >= 0xF0 && lead < 0xF5 ? 4
                                                     : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (length < 3) return length;
  // Overlong forms, surrogates, beyond U+10FFFF.
  bool refused = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) >= 0xA0) ||
                 (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) >= 0x90);
  return refused ? 0 : length;
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string all = "\"";
  while (!text.empty()) {
    std::size_t length = sequence_length(text);
    char c = text[0];
    if (length == 0) {
      all += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      all += '\\';
      all += c;
    } else if (c == '\n') {
      all += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      all += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      all += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return all + '"';
}

}  // namespace sojourn::service
