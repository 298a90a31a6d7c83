// The table of countries and sets of them.
#include "engine/base/country.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace sojourn {
namespace {

struct CountryRow {
  std::string_view code;
  std::string_view name;
  std::string_view zone;
};

constexpr CountryRow kCountries[] = {
#define SOJOURN_COUNTRY(code, name, zone) {#code, name, zone},
#include "engine/base/iso_countries.def"
#undef SOJOURN_COUNTRY
};
constexpr std::size_t kCountryCount = std::size(kCountries);

static_assert(kCountryCount == 250, "the 249 of ISO 3166-1 and XK");
static_assert(std::ranges::is_sorted(kCountries, std::ranges::less_equal{}, &CountryRow::code) &&
                  std::ranges::adjacent_find(kCountries, {}, &CountryRow::code) ==
                      std::ranges::end(kCountries),
              "ordered by code, each once");

constexpr std::uint8_t kNoCountry = 255;

// Where two capital letters stand in the direct index.
constexpr std::size_t kLetterCount = 26;
constexpr std::size_t letters_index(std::string_view code) {
  return static_cast<std::size_t>(code[0] - 'A') * kLetterCount +
         static_cast<std::size_t>(code[1] - 'A');
}

// Two letters to the row: a direct index, as codes are looked up for every line of a trace.
constexpr std::array<std::uint8_t, kLetterCount* kLetterCount> kRowOfLetters = [] {
  std::array<std::uint8_t, kLetterCount * kLetterCount> rows{};
  rows.fill(kNoCountry);
  for (std::size_t i = 0; i < kCountryCount; ++i) {
    rows[letters_index(kCountries[i].code)] = static_cast<std::uint8_t>(i);
  }
  return rows;
}();

const CountryRow& row_of(Country country) {
  assert(country.index < kCountryCount);
  return kCountries[country.index];
}

}  // namespace

std::size_t country_count() { return kCountryCount; }

std::optional<Country> find_country(std::string_view alpha2) {
  auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (alpha2.size() != 2 || !is_letter(alpha2[0]) || !is_letter(alpha2[1])) return std::nullopt;
  std::uint8_t row = kRowOfLetters[letters_index(alpha2)];
  if (row == kNoCountry) return std::nullopt;
  return Country{row};
}

std::string_view code_of(Country country) { return row_of(country).code; }

std::string_view name_of(Country country) { return row_of(country).name; }

std::string_view most_populous_zone(Country country) { return row_of(country).zone; }

std::vector<Country> CountrySet::members() const {
  std::vector<Country> members;
  members.reserve(size());
  // Most sets hold one or two countries: from each to the next at once (libstdc++'s own).
  for (std::size_t i = bits_._Find_first(); i < bits_.size(); i = bits_._Find_next(i)) {
    members.push_back(Country{static_cast<std::uint8_t>(i)});
  }
  return members;
}

std::string CountrySet::text() const {
  std::string text;
  for (Country member : members()) {
    if (!text.empty()) text += '+';
    text += code_of(member);
  }
  return text;
}

}  // namespace sojourn
