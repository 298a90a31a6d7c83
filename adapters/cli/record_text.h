// A record of the evidence chain as one line for people.
#pragma once

#include <string>
#include <string_view>

namespace sojourn::cli {

struct RecordText {
  std::string time;    // "2026-11-26T10:00:00Z"
  std::string device;  // "" when the chain's line was pseudonymised
  std::string text;    // "decides profile local-br by meters-in-brazil"
};

// `line`: of the chain. What is no record comes back as it is.
RecordText record_text(std::string_view line);

}  // namespace sojourn::cli
