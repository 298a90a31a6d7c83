// Identifiers of the eSIM world, as people write them and as small values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sojourn {

// The eUICC's identifier: 32 decimal digits (GSMA SGP.02 4.1, SGP.29), two per byte, first digit
// high.
struct Eid {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Eid&, const Eid&) = default;
};
// Absent for anything but 32 digits. Check digits are not asked for: many devices in the field
// carry made-up EIDs.
std::optional<Eid> parse_eid(std::string_view text);
std::string to_text(const Eid& eid);
// Whether the whole number leaves 1 when divided by 97 (SGP.29).
bool eid_check_digits_hold(const Eid& eid);

// A profile's identifier: 18 to 20 decimal digits (ITU-T E.118), kept unswapped.
struct Iccid {
  std::array<char, 20> digits{};
  std::uint8_t digit_count = 0;
  std::string_view text() const { return {digits.data(), digit_count}; }
  friend auto operator<=>(const Iccid&, const Iccid&) = default;
};
std::optional<Iccid> parse_iccid(std::string_view text);

// 14 to 16 decimal digits (IMEI, IMEISV).
bool is_imei(std::string_view text);

// A network code: three digits of MCC, two or three of MNC. "724-06" and "724-006" are two codes.
struct Plmn {
  std::uint16_t mcc = 0;        // 0 to 999
  std::uint16_t mnc = 0;        // 0 to 999
  std::uint8_t mnc_digits = 0;  // 2 or 3; 0 means "no MNC given": the MCC alone
  friend auto operator<=>(const Plmn&, const Plmn&) = default;
};
// "724-06", "72406", "724006", or "724" for the MCC alone.
std::optional<Plmn> parse_plmn(std::string_view text);
std::string to_text(const Plmn& plmn);
// The same code packed into an integer, and back: usable as a value in histories and files.
std::uint32_t pack(const Plmn& plmn);
Plmn unpack_plmn(std::uint32_t packed);

}  // namespace sojourn
