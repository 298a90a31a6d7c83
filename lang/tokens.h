// Private to lang. Tokens: how many bytes of one stand at the beginning of a text; 0 for none.
//
// Requires: valid UTF-8. Each looks at no more bytes than it takes, and a few.
#pragma once

#include <cstddef>
#include <string_view>

namespace sojourn::lang {

// Blanks, line breaks, comments from # to the end of the line, no-break spaces, a byte order mark.
std::size_t measure_gap(std::string_view text);
// A word that is not reserved.
std::size_t measure_plain_name(std::string_view text);
// "quoted", with \" and \\ inside; it ends on its line.
std::size_t measure_quoted(std::string_view text);
// -12.5, also when a unit follows at once (12km); not the beginning of 1.2.3, 5g-only or 724-06.
std::size_t measure_number(std::string_view text);
std::size_t measure_unit(std::string_view text);       // %, dBm, km/h
std::size_t measure_date(std::string_view text);       // 2026-10-17
std::size_t measure_clock(std::string_view text);      // 02:00, 2:00, 23:59:59
std::size_t measure_timestamp(std::string_view text);  // 2026-01-01 10:00, 2026-01-01T10:00:00Z
std::size_t measure_plmn(std::string_view text);       // 724-06
std::size_t measure_iccid(std::string_view text);      // 895510*
std::size_t measure_zone(std::string_view text);       // America/Sao_Paulo

}  // namespace sojourn::lang
