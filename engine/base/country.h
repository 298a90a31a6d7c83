// Countries (ISO 3166-1, and XK), sets of them, and what telephone numbering says about them.
//
//   CountrySet where = countries_of(*parse_plmn("724-06"));   // {BR}
//   if (where.contains(*find_country("BR"))) ...
//
// The tables are iso_countries.def (country.cc), mcc_countries.def, plmn_countries.def and
// iccid_countries.def (numbering.cc); zone places come from the system (zone_places.cc). All
// functions may be called by any thread.
#pragma once

#include <bitset>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/identifiers.h"

namespace sojourn {

// A row of the table of countries, in the order of their two-letter codes: index 0 is AD. The index
// may change between releases; what is stored or hashed is the code.
struct Country {
  std::uint8_t index = 0;
  friend auto operator<=>(Country, Country) = default;
};

std::size_t country_count();
std::optional<Country> find_country(std::string_view alpha2);  // "BR"; upper case only
std::string_view code_of(Country country);
std::string_view name_of(Country country);  // English short name

class CountrySet {
 public:
  CountrySet() = default;
  CountrySet(std::initializer_list<Country> members) {
    for (Country member : members) insert(member);
  }
  void insert(Country country) { bits_.set(country.index); }
  void erase(Country country) { bits_.reset(country.index); }
  bool contains(Country country) const { return bits_.test(country.index); }
  bool empty() const { return bits_.none(); }
  std::size_t size() const { return bits_.count(); }
  bool intersects(const CountrySet& other) const { return (bits_ & other.bits_).any(); }
  bool subset_of(const CountrySet& other) const { return (bits_ & ~other.bits_).none(); }
  CountrySet& operator|=(const CountrySet& other) { return bits_ |= other.bits_, *this; }
  CountrySet& operator&=(const CountrySet& other) { return bits_ &= other.bits_, *this; }
  friend bool operator==(const CountrySet&, const CountrySet&) = default;
  std::vector<Country> members() const;  // in the order of codes
  std::string text() const;              // "BR" or "GF+GP"; "" when empty

 private:
  std::bitset<256> bits_;
};

// Where a serving network may be: every country its code is used in (310 is US and five
// territories); narrowed by the MNC where a table tells. Empty for 9xx (901 is no country) and for
// codes that nobody was given (`is_assigned_mcc` tells these apart). A table look-up.
CountrySet countries_of(const Plmn& plmn);
bool is_assigned_mcc(std::uint16_t mcc);

// "IL or PS", "BL, GP or MF"; `before_last`: " or ".
std::string countries_text(const CountrySet& countries, std::string_view before_last);

// Why a network of `country` may leave it unknown whether it is in one of `asked`: a mobile country
// code that is used elsewhere too. Absent: every network of the country tells.
struct SharedCode {
  std::uint16_t mcc = 0;
  CountrySet countries;          // all that use it
  bool of_every_network = true;  // else the table of networks tells some apart

  // "no network is certainly in IL: mobile country code 425 is shared by IL and PS"
  std::string text(Country country) const;
};
std::optional<SharedCode> shared_code(Country country, const CountrySet& asked);
// Of all that are asked, where no network is certainly in any of them.
std::optional<std::string> no_network_certain(const CountrySet& asked);

// The country of an ICCID by its E.118 prefix (8955 is BR, 891 is US); absent for 88x and
// unassigned.
std::optional<Country> country_of_iccid(std::string_view iccid_digits);

// The zone whose people are most (for a network-only position), an IANA name.
std::string_view most_populous_zone(Country country);

// Every zone of the country with its reference place, from the system's zone.tab (WGS84 degrees),
// in that file's order. Empty where the file has none (BV, HM, XK) or the system has no such file.
struct ZonePlace {
  std::string_view zone;
  double lat = 0;
  double lon = 0;
};
std::vector<ZonePlace> zone_places(Country country);
// Where nothing but a network tells the country: the given zone where it is one of the country's,
// else its most populous; the given one where it has none.
std::string_view zone_by_network(Country country, std::string_view zone);

}  // namespace sojourn
