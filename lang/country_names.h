// Private to lang. Countries by the names that people write instead of their codes.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/country.h"

namespace sojourn::lang {

// "brazil" and "Brazil": BR; "Turkey", "UK" and "Russia" as well. Whether letters are capital does
// not matter.
std::optional<Country> country_named(std::string_view name);

// "BRA" and "bra", the three letters of ISO 3166-1: BR.
std::optional<Country> country_of_alpha3(std::string_view letters);

}  // namespace sojourn::lang
