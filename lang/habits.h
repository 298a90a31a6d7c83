// Private to lang. Habits: what people write on their first day, and how a rule says it.
//
// Spoken English, other languages, spreadsheets and word processors each have a way to say what the
// grammar did not find. Where the words around it can be put into the advice, they are:
// `battery between 20% and 30%` is answered with `battery >= 20% and battery <= 30%`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lang/syntax_advice.h"

namespace sojourn::lang {

// A sign of another language or of a word processor at the beginning of `rest`, and its length; 0:
// none.
std::size_t foreign_sign_length(std::string_view rest);
std::string_view foreign_sign_advice(std::string_view rest);

// What to write where the expectation was not met at `stop`; empty when nothing is known of it.
// `before` is where the text before `stop` ends.
std::string habit_advice(std::string_view text, std::size_t stop, std::size_t before,
                         const Expectation& expected);

// Likewise where `stop` neither continues what stands before it nor begins a declaration.
std::string habit_advice_between(std::string_view text, std::size_t stop, std::size_t before);

// The date that people write in another order or with a month's name at the beginning of `rest`, as
// the language writes it; empty: it is none, or it can be read in two ways.
std::string date_meant(std::string_view rest);

}  // namespace sojourn::lang
