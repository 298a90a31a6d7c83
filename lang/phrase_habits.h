// Private to lang. Phrases of everyday English in places where the language has a form of its own:
// `region outside BR`, `at least 4 switches in 30 days`, `effective 2026-07-01`.
#pragma once

#include <string>
#include <string_view>

namespace sojourn::lang {

// What to write where `what` was expected (Expectation::what) between `head` and `rest`; empty when
// the phrase is not known.
std::string phrase_advice(std::string_view what, std::string_view head, std::string_view rest);

// Likewise where `rest` begins no declaration; `statement` is the line that it stands on, or the
// one before it, up to `rest`.
std::string phrase_advice_between(std::string_view statement, std::string_view rest);

// What a network or a card calls things, and how a rule asks about them; empty for other names.
std::string_view in_our_words(std::string_view name);

}  // namespace sojourn::lang
