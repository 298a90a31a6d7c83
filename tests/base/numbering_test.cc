// Network codes and ICCID prefixes to countries.
#include <array>
#include <vector>

#include "engine/base/country.h"
#include "tests/support/catch.h"

using namespace sojourn;

namespace {

std::string countries(std::string_view plmn) {
  auto parsed = parse_plmn(plmn);
  REQUIRE(parsed.has_value());
  return countries_of(*parsed).text();
}

std::string iccid_country(std::string_view digits) {
  auto found = country_of_iccid(digits);
  return found ? std::string(code_of(*found)) : "";
}

struct TableMcc {
  std::uint16_t mcc;
  std::string_view countries;
};
constexpr TableMcc kMccs[] = {
#define SOJOURN_MCC(mcc, ...) {mcc, #__VA_ARGS__},
#include "engine/base/mcc_countries.def"
#undef SOJOURN_MCC
};

struct TablePlmn {
  Plmn plmn;
  std::string_view countries;
};
constexpr TablePlmn kPlmns[] = {
#define SOJOURN_PLMN(mcc, mnc, digits, ...) {{mcc, mnc, digits}, #__VA_ARGS__},
#include "engine/base/plmn_countries.def"
#undef SOJOURN_PLMN
};

struct TableIccid {
  std::string_view digits;
  std::string_view country;
};
constexpr TableIccid kIccids[] = {
#define SOJOURN_ICCID(digits, country) {digits, #country},
#include "engine/base/iccid_countries.def"
#undef SOJOURN_ICCID
};

// "GB, GG, IM" as the set; fails on codes that are out of order or written twice.
CountrySet listed(std::string_view text) {
  CountrySet set;
  std::string_view before;
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::string_view code = text.substr(at, 2);
    INFO(text);
    CHECK(before < code);
    auto country = find_country(code);
    REQUIRE(country.has_value());
    set.insert(*country);
    before = code;
  }
  return set;
}

}  // namespace

TEST_CASE("a code of one country") {
  CHECK(countries("724-06") == "BR");
  CHECK(countries("724") == "BR");
  CHECK(countries("262-01") == "DE");
  CHECK(countries("420-01") == "SA");
  CHECK(countries("286-01") == "TR");
  CHECK(countries("221-01") == "XK");
  CHECK(countries("404-10") == "IN");
  CHECK(countries("405-840") == "IN");
  CHECK(countries("406-01") == "IN");
  CHECK(countries("460-00") == "CN");
  CHECK(countries("621-30") == "NG");
}

TEST_CASE("a code of several countries is their set") {
  CHECK(countries("310") == "BM+GU+MP+PR+US+VI");
  CHECK(countries("310-999") == "BM+GU+MP+PR+US+VI");
  CHECK(countries("340-01") == "BL+GF+GP+MF+MQ");
  CHECK(countries("234") == "GB+GG+IM+JE");
  CHECK(countries("235-94") == "GB+GG+IM+JE");
  CHECK(countries("425-01") == "IL+PS");
  CHECK(countries("505") == "AU+CC+CX+NF");
  CHECK(countries("647-00") == "RE+YT");
  CHECK(countries("362-69") == "BQ+CW+SX");
}

TEST_CASE("known networks narrow the set") {
  CHECK(countries("234-15") == "GB");
  CHECK(countries("234-50") == "GG+JE");
  CHECK(countries("234-58") == "IM");
  CHECK(countries("425-05") == "PS");
  CHECK(countries("425-06") == "PS");
  CHECK(countries("310-140") == "GU");
  CHECK(countries("310-059") == "BM");
  CHECK(countries("310-260") == "PR+US+VI");
  CHECK(countries("311-480") == "US");
  CHECK(countries("647-01") == "YT");
  CHECK(countries("338-180") == "JM");
}

TEST_CASE("two and three digits of MNC are different networks") {
  CHECK(countries("425-05") == "PS");
  CHECK(countries("425-005") == "IL+PS");
  CHECK(countries("310-59") == "BM+GU+MP+PR+US+VI");
}

TEST_CASE("codes of no country are assigned, codes of nobody are not") {
  for (std::uint16_t mcc : std::to_array<std::uint16_t>({901, 902, 991, 999})) {
    INFO(mcc);
    CHECK(countries_of({mcc, 1, 2}).empty());
    CHECK(is_assigned_mcc(mcc));
  }
  for (std::uint16_t mcc : std::to_array<std::uint16_t>(
           {0, 1, 100, 199, 200, 201, 203, 229, 317, 534, 535, 660, 751, 900, 990, 1000, 65535})) {
    INFO(mcc);
    CHECK(countries_of({mcc, 0, 0}).empty());
    CHECK_FALSE(is_assigned_mcc(mcc));
  }
}

TEST_CASE("every row of the MCC table is what a look-up says, and nothing else is assigned") {
  std::array<bool, 1000> seen{};
  for (const TableMcc& row : kMccs) {
    INFO(row.mcc);
    CHECK(row.mcc >= 200);
    CHECK(is_assigned_mcc(row.mcc));
    CHECK(countries_of({row.mcc, 0, 0}) == listed(row.countries));
    CHECK(row.countries.empty() == (row.mcc >= 900));
    seen[row.mcc] = true;
  }
  for (std::uint16_t mcc = 0; mcc < 1000; ++mcc) CHECK(is_assigned_mcc(mcc) == seen[mcc]);
}

TEST_CASE("every network of the PLMN table narrows its MCC's set") {
  for (const TablePlmn& row : kPlmns) {
    INFO(to_text(row.plmn));
    CountrySet narrow = countries_of(row.plmn);
    CountrySet wide = countries_of({row.plmn.mcc, 0, 0});
    CHECK(narrow == listed(row.countries));
    CHECK_FALSE(narrow.empty());
    CHECK(narrow.subset_of(wide));
    CHECK(narrow != wide);
  }
}

TEST_CASE("whose networks do not tell where they are, and why") {
  Country il = *find_country("IL"), ps = *find_country("PS"), us = *find_country("US");
  auto shared = shared_code(il, {il});
  REQUIRE(shared);
  CHECK(shared->of_every_network);
  CHECK(shared->text(il) ==
        "no network is certainly in IL: mobile country code 425 is shared by IL and PS");
  CHECK_FALSE(shared_code(il, {il, ps}));
  CHECK_FALSE(shared_code(*find_country("BR"), {*find_country("BR")}));
  // 425-05 is known to serve PS alone, 310-004 the US.
  CHECK_FALSE(shared_code(ps, {ps})->of_every_network);
  CHECK(shared_code(us, {us})->text(us) ==
        "not every network of US is certainly there: mobile country code 310 is shared by BM, GU, "
        "MP, PR, US and VI");
  CHECK(no_network_certain({il}).has_value());
  CHECK_FALSE(no_network_certain({il, *find_country("BR")}));
  CHECK_FALSE(no_network_certain({}));
}

TEST_CASE("countries without a mobile code of their own") {
  CountrySet served;
  for (const TableMcc& row : kMccs) served |= countries_of({row.mcc, 0, 0});
  std::string without;
  for (std::size_t i = 0; i < country_count(); ++i) {
    Country country{static_cast<std::uint8_t>(i)};
    if (!served.contains(country)) without += std::string(code_of(country)) + " ";
  }
  CHECK(without == "AQ AX BV EH GS HM IO PN SJ TF UM ");
}

TEST_CASE("an ICCID's country is that of its longest known prefix") {
  CHECK(iccid_country("8955010012345678901") == "BR");
  CHECK(iccid_country("8949010012345678901") == "DE");
  CHECK(iccid_country("89148000001234567890") == "US");
  CHECK(iccid_country("8901260123456789012") == "US");
  CHECK(iccid_country("89302720123456789012") == "CA");
  CHECK(iccid_country("8930010012345678901") == "GR");
  CHECK(iccid_country("8970101234567890123") == "RU");
  CHECK(iccid_country("8999701012345678901") == "KZ");
  CHECK(iccid_country("8996601012345678901") == "SA");
  CHECK(iccid_country("8990011234567890123") == "TR");
  CHECK(iccid_country("8938301012345678901") == "XK");
  CHECK(iccid_country("8935101012345678901") == "PT");
  CHECK(iccid_country("8955") == "BR");
  CHECK(iccid_country("891") == "US");
}

TEST_CASE("an ICCID without a country") {
  for (std::string_view digits :
       {"", "8", "89", "8", "88010012345678901", "8988212345678901234", "8988112345678901234",
        "8988312345678901234", "8987812345678901234", "8900012345678901234", "89x5", "895x",
        "89-55", "8999912345678901234"}) {
    INFO(digits);
    CHECK(iccid_country(digits).empty());
  }
}

TEST_CASE("every row of the ICCID table is what a look-up says") {
  std::string_view before;
  for (const TableIccid& row : kIccids) {
    INFO(row.digits);
    CHECK(before < row.digits);
    CHECK(row.digits.size() <= 3);
    std::string digits = "89" + std::string(row.digits);
    CHECK(iccid_country(digits) == row.country);
    before = row.digits;
  }
}
