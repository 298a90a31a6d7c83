#include "lang/country_names.h"

#include <algorithm>
#include <utility>

namespace sojourn::lang {
namespace {

// Names in everyday use beside those of ISO 3166.
constexpr std::pair<std::string_view, std::string_view> kEverydayNames[] = {
    {"America", "US"},    {"Bosnia", "BA"},        {"Brasil", "BR"},
    {"Britain", "GB"},    {"Deutschland", "DE"},   {"Espa\u00f1a", "ES"},
    {"Burma", "MM"},      {"Cape Verde", "CV"},    {"Czech Republic", "CZ"},
    {"East Timor", "TL"}, {"England", "GB"},       {"Great Britain", "GB"},
    {"Holland", "NL"},    {"Ivory Coast", "CI"},   {"Korea", "KR"},
    {"KSA", "SA"},        {"Macau", "MO"},         {"Macedonia", "MK"},
    {"Russia", "RU"},     {"Saudi", "SA"},         {"Swaziland", "SZ"},
    {"Turkey", "TR"},     {"Turkiye", "TR"},       {"UAE", "AE"},
    {"UK", "GB"},         {"United States", "US"}, {"USA", "US"},
    {"Vatican", "VA"},    {"Vietnam", "VN"},
};

char small_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return small_letter(x) == small_letter(y); });
}

}  // namespace

std::optional<Country> country_named(std::string_view name) {
  for (std::size_t i = 0; i < country_count(); ++i) {
    Country country{static_cast<std::uint8_t>(i)};
    if (same_but_for_case(name_of(country), name)) return country;
  }
  for (auto [everyday, code] : kEverydayNames) {
    if (same_but_for_case(everyday, name)) return find_country(code);
  }
  return std::nullopt;
}

}  // namespace sojourn::lang
