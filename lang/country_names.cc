#include "lang/country_names.h"

#include <algorithm>
#include <string>
#include <utility>

namespace sojourn::lang {
namespace {

// Names in everyday use beside those of ISO 3166, and those in the languages of people who write
// rules; without the marks on their letters.
constexpr std::pair<std::string_view, std::string_view> kEverydayNames[] = {
    {"Aegypten", "EG"},
    {"Africa do Sul", "ZA"},
    {"Afrique du Sud", "ZA"},
    {"Agypten", "EG"},
    {"Alemanha", "DE"},
    {"Alemania", "DE"},
    {"Allemagne", "DE"},
    {"Almanya", "DE"},
    {"America", "US"},
    {"Amerika", "US"},
    {"Angleterre", "GB"},
    {"Arabia Saudita", "SA"},
    {"Arabie saoudite", "SA"},
    {"Argentine", "AR"},
    {"Argentinien", "AR"},
    {"Arjantin", "AR"},
    {"Australia", "AU"},
    {"Australie", "AU"},
    {"Australien", "AU"},
    {"Austria", "AT"},
    {"Autriche", "AT"},
    {"Belgica", "BE"},
    {"Belgien", "BE"},
    {"Belgique", "BE"},
    {"Bosnia", "BA"},
    {"Brasil", "BR"},
    {"Brasilien", "BR"},
    {"Bresil", "BR"},
    {"Brezilya", "BR"},
    {"Britain", "GB"},
    {"Burma", "MM"},
    {"Cape Verde", "CV"},
    {"Chili", "CL"},
    {"Chine", "CN"},
    {"Cin", "CN"},
    {"Colombia", "CO"},
    {"Colombie", "CO"},
    {"Corea", "KR"},
    {"Coree", "KR"},
    {"Coreia", "KR"},
    {"Czech Republic", "CZ"},
    {"Danemark", "DK"},
    {"Deutschland", "DE"},
    {"Dinamarca", "DK"},
    {"East Timor", "TL"},
    {"Egipto", "EG"},
    {"Egito", "EG"},
    {"Egypte", "EG"},
    {"England", "GB"},
    {"Equador", "EC"},
    {"Equateur", "EC"},
    {"Espagne", "ES"},
    {"Espana", "ES"},
    {"Espanha", "ES"},
    {"Estados Unidos", "US"},
    {"Etats-Unis", "US"},
    {"Fas", "MA"},
    {"Franca", "FR"},
    {"Francia", "FR"},
    {"Frankreich", "FR"},
    {"Fransa", "FR"},
    {"Germania", "DE"},
    {"Grande-Bretagne", "GB"},
    {"Great Britain", "GB"},
    {"Grece", "GR"},
    {"Grecia", "GR"},
    {"Griechenland", "GR"},
    {"Grossbritannien", "GB"},
    {"Hindistan", "IN"},
    {"Holland", "NL"},
    {"Inde", "IN"},
    {"Indien", "IN"},
    {"Ingiltere", "GB"},
    {"Inglaterra", "GB"},
    {"Ispanya", "ES"},
    {"Italia", "IT"},
    {"Italie", "IT"},
    {"Italien", "IT"},
    {"Italya", "IT"},
    {"Ivory Coast", "CI"},
    {"Japao", "JP"},
    {"Japon", "JP"},
    {"Japonya", "JP"},
    {"KSA", "SA"},
    {"Kolumbien", "CO"},
    {"Korea", "KR"},
    {"Macau", "MO"},
    {"Macedonia", "MK"},
    {"Maroc", "MA"},
    {"Marokko", "MA"},
    {"Marrocos", "MA"},
    {"Marruecos", "MA"},
    {"Meksika", "MX"},
    {"Mexico", "MX"},
    {"Mexiko", "MX"},
    {"Mexique", "MX"},
    {"Misir", "EG"},
    {"Niederlande", "NL"},
    {"Noruega", "NO"},
    {"Norvege", "NO"},
    {"Norwegen", "NO"},
    {"Oesterreich", "AT"},
    {"Osterreich", "AT"},
    {"Paises Baixos", "NL"},
    {"Paises Bajos", "NL"},
    {"Paraguai", "PY"},
    {"Pays-Bas", "NL"},
    {"Perou", "PE"},
    {"Peru", "PE"},
    {"Polen", "PL"},
    {"Pologne", "PL"},
    {"Polonia", "PL"},
    {"Portekiz", "PT"},
    {"Reino Unido", "GB"},
    {"Royaume-Uni", "GB"},
    {"Rusia", "RU"},
    {"Russia", "RU"},
    {"Russie", "RU"},
    {"Russland", "RU"},
    {"Rusya", "RU"},
    {"Saudi", "SA"},
    {"Saudi-Arabien", "SA"},
    {"Schweden", "SE"},
    {"Schweiz", "CH"},
    {"Spanien", "ES"},
    {"Sudafrica", "ZA"},
    {"Sudafrika", "ZA"},
    {"Sudkorea", "KR"},
    {"Suecia", "SE"},
    {"Suedafrika", "ZA"},
    {"Suede", "SE"},
    {"Suica", "CH"},
    {"Suisse", "CH"},
    {"Suiza", "CH"},
    {"Suudi Arabistan", "SA"},
    {"Swaziland", "SZ"},
    {"Tuerkei", "TR"},
    {"Turkei", "TR"},
    {"Turkey", "TR"},
    {"Turkiye", "TR"},
    {"Turquia", "TR"},
    {"Turquie", "TR"},
    {"UAE", "AE"},
    {"UK", "GB"},
    {"USA", "US"},
    {"United States", "US"},
    {"Uruguai", "UY"},
    {"Vatican", "VA"},
    {"Vereinigte Staaten", "US"},
    {"Vereinigtes Konigreich", "GB"},
    {"Vietnam", "VN"},
};

char small_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return small_letter(x) == small_letter(y); });
}

// Latin letters without their marks, "Br\u00e9sil" as "Bresil"; everything else as it is.
std::string without_marks(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kMarked[] = {
      {"\u00e0\u00e1\u00e2\u00e3\u00e4\u00c0\u00c1\u00c2\u00c3\u00c4", "a"},
      {"\u00e8\u00e9\u00ea\u00eb\u00c8\u00c9\u00ca", "e"},
      {"\u00ec\u00ed\u00ee\u00ef\u00cd\u0130\u0131", "i"},
      {"\u00f2\u00f3\u00f4\u00f5\u00f6\u00d3\u00d6", "o"},
      {"\u00f9\u00fa\u00fb\u00fc\u00da\u00dc", "u"},
      {"\u00e7\u00c7", "c"},
      {"\u00f1\u00d1", "n"},
      {"\u015f\u015e", "s"},
      {"\u00df", "ss"},
  };
  std::string plain;
  for (std::size_t at = 0; at < name.size(); ++at) {
    std::string_view two = name.substr(at, 2);
    bool marked = static_cast<unsigned char>(name[at]) >= 0xC0 && two.size() == 2;
    const auto* row = std::find_if(std::begin(kMarked), std::end(kMarked), [&](const auto& one) {
      return marked && one.first.find(two) != one.first.npos;
    });
    if (row == std::end(kMarked)) {
      plain += name[at];
      continue;
    }
    plain += row->second;
    ++at;
  }
  return plain;
}

}  // namespace

std::optional<Country> country_named(std::string_view name) {
  for (std::size_t i = 0; i < country_count(); ++i) {
    Country country{static_cast<std::uint8_t>(i)};
    if (same_but_for_case(name_of(country), name)) return country;
  }
  std::string plain = without_marks(name);
  for (auto [everyday, code] : kEverydayNames) {
    if (same_but_for_case(everyday, plain)) return find_country(code);
  }
  return std::nullopt;
}

}  // namespace sojourn::lang
