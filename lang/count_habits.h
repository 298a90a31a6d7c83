// Private to lang, to the files about habits. How laws and people say counts of days and lengths of
// time, and how a rule says them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sojourn::lang {

// `the last 120 days`, `a period of 4 months`: `120 days`, `4 months`.
std::optional<std::string> length_in(std::string_view text);

// `more than 90 days`, where nothing says yet how days are counted; "" for anything else.
std::string begin_of_count(std::string_view rest);

// Within a count or a length of time: `what` was expected (lang/expectations.def) between `head`
// and `rest`. "" where nothing better can be said.
std::string instead_of_count(std::string_view what, std::string_view head, std::string_view rest);

}  // namespace sojourn::lang
