// EIDs, ICCIDs, IMEIs and network codes.
#include "engine/base/identifiers.h"

#include <array>

#include "tests/support/catch.h"

using namespace sojourn;

TEST_CASE("an EID is 32 digits") {
  // The example of GSMA SGP.29 section 4: the check digits are right.
  constexpr std::string_view kText = "89049032123451234512345678901235";
  auto eid = parse_eid(kText);
  REQUIRE(eid.has_value());
  CHECK(to_text(*eid) == kText);
  CHECK(eid->bytes[0] == 0x89);
  CHECK(eid->bytes[15] == 0x35);
  CHECK(eid_check_digits_hold(*eid));

  for (std::size_t i = 0; i < kText.size(); ++i) {
    std::string changed(kText);
    changed[i] = changed[i] == '9' ? '0' : static_cast<char>(changed[i] + 1);
    INFO(changed);
    CHECK_FALSE(eid_check_digits_hold(*parse_eid(changed)));
    changed[i] = 'a';
    CHECK_FALSE(parse_eid(changed).has_value());
  }
  CHECK_FALSE(parse_eid("").has_value());
  CHECK_FALSE(parse_eid(kText.substr(1)).has_value());
  CHECK_FALSE(parse_eid(std::string(kText) + "0").has_value());
}

TEST_CASE("an ICCID is 18 to 20 digits") {
  const std::string digits = "895501001234567890123";  // 21
  for (std::size_t count : {18u, 19u, 20u}) {
    auto iccid = parse_iccid(digits.substr(0, count));
    REQUIRE(iccid.has_value());
    CHECK(iccid->text() == digits.substr(0, count));
  }
  CHECK_FALSE(parse_iccid(digits.substr(0, 17)).has_value());
  CHECK_FALSE(parse_iccid(digits).has_value());
  CHECK_FALSE(parse_iccid("895501001234567890F").has_value());
  CHECK(parse_iccid("895501001234567890") != parse_iccid("8955010012345678900"));
}

TEST_CASE("an IMEI is 14 to 16 digits") {
  CHECK_FALSE(is_imei("4901542032375"));
  CHECK(is_imei("49015420323751"));
  CHECK(is_imei("490154203237518"));
  CHECK(is_imei("4901542032375181"));
  CHECK_FALSE(is_imei("49015420323751811"));
  CHECK_FALSE(is_imei("49015420323751x"));
  CHECK_FALSE(is_imei(""));
}

TEST_CASE("network codes are read in every written form") {
  struct Row {
    std::string_view text;
    Plmn plmn;
    std::string_view written;
  };
  for (const Row& row : std::initializer_list<Row>{{"724-06", {724, 6, 2}, "724-06"},
                                                   {"72406", {724, 6, 2}, "724-06"},
                                                   {"724006", {724, 6, 3}, "724-006"},
                                                   {"724-006", {724, 6, 3}, "724-006"},
                                                   {"724", {724, 0, 0}, "724"},
                                                   {"001-01", {1, 1, 2}, "001-01"},
                                                   {"999-999", {999, 999, 3}, "999-999"},
                                                   {"00000", {0, 0, 2}, "000-00"}}) {
    INFO(row.text);
    auto plmn = parse_plmn(row.text);
    REQUIRE(plmn.has_value());
    CHECK(*plmn == row.plmn);
    CHECK(to_text(*plmn) == row.written);
    CHECK(unpack_plmn(pack(*plmn)) == *plmn);
  }
  for (std::string_view wrong :
       {"", "7", "72", "7240", "724-", "724-0", "724-0061", "7240061", "724--06", "72-406",
        "724 06", "724-0a", "a24-06", "-24-06", "724-06 "}) {
    INFO(wrong);
    CHECK_FALSE(parse_plmn(wrong).has_value());
  }
}

TEST_CASE("every network code survives packing, and packed codes sort as codes do") {
  std::uint32_t before = 0;
  bool first = true;
  for (std::uint16_t mcc : std::to_array<std::uint16_t>({0, 1, 310, 998, 999})) {
    for (std::uint16_t mnc = 0; mnc < 1000; ++mnc) {
      for (std::uint8_t digits = 0; digits < 4; ++digits) {
        Plmn plmn{mcc, mnc, digits};
        std::uint32_t packed = pack(plmn);
        bool survives = unpack_plmn(packed) == plmn && (first || packed > before);
        if (!survives) FAIL(to_text(plmn));
        before = packed;
        first = false;
      }
    }
  }
}
