// A record of the evidence chain as one line for people; an explanation that a service sent as the
// values that it was made from.
#pragma once

#include <string>
#include <string_view>

#include "engine/device/decision.h"

namespace sojourn::cli {

struct RecordText {
  std::string time;    // "2026-11-26T10:00:00Z"
  std::string device;  // "" when the chain's line was pseudonymised
  std::string text;    // "decides profile local-br by meters-in-brazil"
};

// `line`: of the chain. What is no record comes back as it is.
RecordText record_text(std::string_view line);
// What a record says, without its time and device.
std::string record_words(std::string_view record);
// Of engine/runtime/record_json.h, so that people are told it in the words of `sojourn decide`.
// What is not there stays empty.
Explanation explanation_from(std::string_view json);

}  // namespace sojourn::cli
