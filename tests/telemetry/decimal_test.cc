#include "adapters/telemetry/decimal.h"

#include <random>
#include <string>

#include "tests/support/catch.h"

namespace sojourn::telemetry {
namespace {

TEST_CASE("what a JSON number is") {
  for (const char* text :
       {"0", "-0", "7", "10", "1.5", "-0.25", "1e5", "1E+5", "1e-5", "0e0", "12.50e10"}) {
    CAPTURE(text);
    CHECK(is_json_number(text));
  }
  for (const char* text : {"", "-", "01", "+1", ".5", "1.", "1e", "1e+", "1.e5", "1a", "0x1", "inf",
                           "nan", "1 ", " 1", "--1", "1.5.5", "1e5.5", "-01"}) {
    CAPTURE(text);
    CHECK_FALSE(is_json_number(text));
  }
}

struct Row {
  const char* text;
  int scale;
  std::optional<std::int64_t> value;
};

TEST_CASE("decimals are taken exactly") {
  const Row rows[] = {
      {"0", 6, 0},
      {"-0", 6, 0},
      {"80", 6, 80'000'000},
      {"80.1234564", 6, 80'123'456},
      {"80.1234565", 6, 80'123'457},
      {"-80.1234565", 6, -80'123'457},
      {"0.0000004", 6, 0},
      {"0.0000005", 6, 1},
      {"0.00000049999999999999999999999", 6, 0},
      {"5e-7", 6, 1},
      {"5e-8", 6, 0},
      {"0.5", 0, 1},
      {"0.49", 0, 0},
      {"9.5", 0, 10},
      {"1e3", 0, 1000},
      {"1.2345e3", 0, 1235},
      {"1.2345e2", 2, 12345},
      {"12345678901234567890e-10", 0, 1'234'567'890},
      {"9223372036854775806", 0, 9'223'372'036'854'775'806},
      {"9223372036854775807", 0, 9'223'372'036'854'775'807},
      {"9223372036854775808", 0, std::nullopt},
      {"9223372036854775807.4", 0, 9'223'372'036'854'775'807},
      {"9223372036854775807.5", 0, std::nullopt},
      {"-9223372036854775807", 0, -9'223'372'036'854'775'807},
      {"1e18", 0, 1'000'000'000'000'000'000},
      {"1e19", 0, std::nullopt},
      {"1e999999999999999999999", 0, std::nullopt},
      {"0e999999999999999999999", 0, 0},
      {"1e-999999999999999999999", 18, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text, row.scale);
    CHECK(scaled_decimal(row.text, row.scale) == row.value);
  }
}

TEST_CASE("whole numbers") {
  CHECK(whole_decimal("1200") == 1200);
  CHECK(whole_decimal("1.2e3") == 1200);
  CHECK(whole_decimal("1200.000") == 1200);
  CHECK(whole_decimal("1200e-2") == 12);
  CHECK(whole_decimal("-7") == -7);
  CHECK(whole_decimal("0.5") == std::nullopt);
  CHECK(whole_decimal("1e-1") == std::nullopt);
  CHECK(whole_decimal("1e40") == std::nullopt);
}

TEST_CASE("doubles are the nearest") {
  CHECK(nearest_double("0.1") == 0.1);
  CHECK(nearest_double("-46.6333") == -46.6333);
  CHECK(nearest_double("1e308") == 1e308);
  CHECK(nearest_double("1e309") == std::nullopt);
  CHECK(nearest_double("1e-400") == 0.0);
}

// The naive way: write the digits of an integer with the point put anywhere.
TEST_CASE("a scaled decimal is the integer it was written from") {
  std::uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    auto value = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    int scale = static_cast<int>(random() % 7);
    int exponent = static_cast<int>(random() % 21) - 10;
    std::string digits = std::to_string(value);
    // value / 10^scale written with an exponent: the point stands `scale + exponent` from the end.
    int point = static_cast<int>(digits.size()) - scale - exponent;
    std::string text = digits;
    if (point <= 0)
      text = "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
    else if (point < static_cast<int>(digits.size()))
      text.insert(static_cast<std::size_t>(point), ".");
    else
      text += std::string(static_cast<std::size_t>(point) - digits.size(), '0');
    if (value == 0 && point > 1) text = "0";
    text += "e" + std::to_string(exponent);
    CAPTURE(text, scale);
    REQUIRE(is_json_number(text));
    REQUIRE(scaled_decimal(text, scale) == value);
  }
}

}  // namespace
}  // namespace sojourn::telemetry
