// What telephone numbering says about countries: E.212 network codes, E.118 ICCID prefixes.
#include <algorithm>
#include <array>

#include "engine/base/country.h"

namespace sojourn {
namespace {

// Every country as an enumerator, so that a misspelt code in a table does not compile.
namespace iso {
enum Index : std::uint8_t {
#define SOJOURN_COUNTRY(code, name, zone) code,
#include "engine/base/iso_countries.def"
#undef SOJOURN_COUNTRY
};
}  // namespace iso

// A row's countries, in the table's order; the longest row has seven.
struct Members {
  std::array<std::uint8_t, 8> indices{};
  std::uint8_t count = 0;

  template <class... Index>
  constexpr Members(Index... index)  // NOLINT: implicit, for the tables below
      : indices{static_cast<std::uint8_t>(index)...}, count(sizeof...(index)) {}

  CountrySet set() const {
    CountrySet members;
    for (std::size_t i = 0; i < count; ++i) members.insert(Country{indices[i]});
    return members;
  }
};

struct MccRow {
  std::uint16_t mcc;
  Members members;
};

constexpr auto kMccRows = [] {
  using namespace iso;
  return std::to_array<MccRow>({
#define SOJOURN_MCC(mcc, ...) {mcc, {__VA_ARGS__}},
#include "engine/base/mcc_countries.def"
#undef SOJOURN_MCC
  });
}();

// Plmns order by MCC, then MNC, then its digits.
struct PlmnRow {
  Plmn plmn;
  Members members;
};

constexpr auto kPlmnRows = [] {
  using namespace iso;
  return std::to_array<PlmnRow>({
#define SOJOURN_PLMN(mcc, mnc, mnc_digits, ...) {{mcc, mnc, mnc_digits}, {__VA_ARGS__}},
#include "engine/base/plmn_countries.def"
#undef SOJOURN_PLMN
  });
}();

template <class Rows, class Key>
constexpr bool strictly_ascending(const Rows& rows, Key key) {
  return std::ranges::adjacent_find(rows, std::ranges::greater_equal{}, key) ==
         std::ranges::end(rows);
}
static_assert(strictly_ascending(kMccRows, &MccRow::mcc), "ordered by MCC, each once");
static_assert(strictly_ascending(kPlmnRows, &PlmnRow::plmn), "ordered, each once");

// The rows unfolded for look-up: by MCC directly, then the few narrowing rows of that MCC.
struct NetworkTable {
  struct Mcc {
    CountrySet countries;
    bool assigned = false;
    std::uint16_t narrower_begin = 0;  // into `narrower`
    std::uint16_t narrower_end = 0;
  };
  std::array<Mcc, 1000> by_mcc;
  std::array<CountrySet, kPlmnRows.size()> narrower;

  NetworkTable() {
    for (const MccRow& row : kMccRows) {
      by_mcc[row.mcc].countries = row.members.set();
      by_mcc[row.mcc].assigned = true;
    }
    for (std::size_t i = 0; i < kPlmnRows.size(); ++i) {
      narrower[i] = kPlmnRows[i].members.set();
      Mcc& entry = by_mcc[kPlmnRows[i].plmn.mcc];
      if (entry.narrower_end == 0) entry.narrower_begin = static_cast<std::uint16_t>(i);
      entry.narrower_end = static_cast<std::uint16_t>(i + 1);
    }
  }
};

const NetworkTable& network_table() {
  static const NetworkTable table;
  return table;
}

constexpr std::uint8_t kNoEntry = 255;

// ICCID prefixes after the 89, by their number of digits.
struct IccidTable {
  std::array<std::uint8_t, 10> one{};
  std::array<std::uint8_t, 100> two{};
  std::array<std::uint8_t, 1000> three{};
};

constexpr IccidTable kIccidTable = [] {
  IccidTable table;
  table.one.fill(kNoEntry);
  table.two.fill(kNoEntry);
  table.three.fill(kNoEntry);
  struct Row {
    std::string_view digits;
    iso::Index country;
  };
  using namespace iso;
  for (const Row& row : std::to_array<Row>({
#define SOJOURN_ICCID(digits, country) {digits, country},
#include "engine/base/iccid_countries.def"
#undef SOJOURN_ICCID
       })) {
    std::size_t number = 0;
    for (char c : row.digits) number = number * 10 + static_cast<std::size_t>(c - '0');
    std::uint8_t& entry = row.digits.size() == 1   ? table.one[number]
                          : row.digits.size() == 2 ? table.two[number]
                                                   : table.three[number];
    entry = row.country;
  }
  return table;
}();

}  // namespace

CountrySet countries_of(const Plmn& plmn) {
  if (plmn.mcc > 999) return {};
  const NetworkTable& table = network_table();
  const NetworkTable::Mcc& entry = table.by_mcc[plmn.mcc];
  if (plmn.mnc_digits != 0) {
    for (std::size_t i = entry.narrower_begin; i < entry.narrower_end; ++i) {
      if (kPlmnRows[i].plmn == plmn) return table.narrower[i];
    }
  }
  return entry.countries;
}

bool is_assigned_mcc(std::uint16_t mcc) {
  return mcc <= 999 && network_table().by_mcc[mcc].assigned;
}

std::string countries_text(const CountrySet& countries, std::string_view before_last) {
  std::string text;
  std::size_t left = countries.size();
  for (Country member : countries.members()) {
    --left;
    text += code_of(member);
    if (left > 1) text += ", ";
    if (left == 1) text += before_last;
  }
  return text;
}

std::optional<SharedCode> shared_code(Country country, const CountrySet& asked) {
  const NetworkTable& table = network_table();
  std::optional<SharedCode> shared;
  bool one_tells = false;
  for (const MccRow& row : kMccRows) {
    const NetworkTable::Mcc& entry = table.by_mcc[row.mcc];
    if (!entry.countries.contains(country)) continue;
    if (entry.countries.subset_of(asked)) {
      one_tells = true;
      continue;
    }
    if (!shared) shared = SharedCode{row.mcc, entry.countries, true};
    for (std::size_t i = entry.narrower_begin; i < entry.narrower_end; ++i) {
      const CountrySet& narrower = table.narrower[i];
      one_tells = one_tells || (narrower.contains(country) && narrower.subset_of(asked));
    }
  }
  if (shared) shared->of_every_network = !one_tells;
  return shared;
}

std::string SharedCode::text(Country country) const {
  std::string code(code_of(country));
  std::string who = of_every_network ? "no network is certainly in " + code
                                     : "not every network of " + code + " is certainly there";
  return who + ": mobile country code " + std::to_string(mcc) + " is shared by " +
         countries_text(countries, " and ");
}

std::optional<std::string> no_network_certain(const CountrySet& asked) {
  std::optional<std::string> text;
  for (Country country : asked.members()) {
    std::optional<SharedCode> shared = shared_code(country, asked);
    if (!shared || !shared->of_every_network) return std::nullopt;
    if (!text) text = shared->text(country);
  }
  return text;
}

std::optional<Country> country_of_iccid(std::string_view iccid_digits) {
  if (!iccid_digits.starts_with("89")) return std::nullopt;
  // The longest match holds: remember the last prefix that has a row.
  std::uint8_t found = kNoEntry;
  std::size_t number = 0;
  for (std::size_t length = 1; length <= 3 && length + 2 <= iccid_digits.size(); ++length) {
    char c = iccid_digits[length + 1];
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(c - '0');
    std::uint8_t entry = length == 1   ? kIccidTable.one[number]
                         : length == 2 ? kIccidTable.two[number]
                                       : kIccidTable.three[number];
    if (entry != kNoEntry) found = entry;
  }
  if (found == kNoEntry) return std::nullopt;
  return Country{found};
}

}  // namespace sojourn
