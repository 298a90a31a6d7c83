// The codes of all diagnostics. Apart from diagnostic.h, so that a new code or a better story
// rebuilds only the files that name one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/diagnostic.h"

namespace sojourn {

// One enumerator per line of diagnostic_codes.def: Code::E0101, ... Their numbers change between
// releases; what is stored or sent is the name.
enum class Code : std::uint16_t {
#define SOJOURN_DIAGNOSTIC(code, severity, title, story) code,
#include "engine/base/diagnostic_codes.def"
#undef SOJOURN_DIAGNOSTIC
};

std::string_view code_name(Code code);   // "E0101"
std::string_view code_title(Code code);  // one short line
std::string_view code_story(Code code);  // a few sentences with an example
Severity code_severity(Code code);
std::optional<Code> find_code(std::string_view name);
std::size_t code_count();
Code code_at(std::size_t index);

}  // namespace sojourn
