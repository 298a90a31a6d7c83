#include "engine/base/identifiers.h"

#include <fmt/format.h>

#include <algorithm>

namespace sojourn {
namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint16_t number(std::string_view digits) {
  std::uint16_t value = 0;
  for (char c : digits) value = static_cast<std::uint16_t>(value * 10 + (c - '0'));
  return value;
}

}  // namespace

std::optional<Eid> parse_eid(std::string_view text) {
  if (text.size() != 32 || !all_digits(text)) return std::nullopt;
  Eid eid;
  for (std::size_t i = 0; i < 16; ++i) {
    eid.bytes[i] = static_cast<std::uint8_t>((text[2 * i] - '0') << 4 | (text[2 * i + 1] - '0'));
  }
  return eid;
}

std::string to_text(const Eid& eid) {
  std::string text;
  for (std::uint8_t byte : eid.bytes) text += fmt::format("{:02x}", byte);
  return text;
}

bool eid_check_digits_hold(const Eid& eid) {
  std::uint32_t rest = 0;
  for (std::uint8_t byte : eid.bytes) {
    rest = (rest * 10 + (byte >> 4)) % 97;
    rest = (rest * 10 + (byte & 15u)) % 97;
  }
  return rest == 1;
}

std::optional<Iccid> parse_iccid(std::string_view text) {
  if (text.size() < 18 || text.size() > 20 || !all_digits(text)) return std::nullopt;
  Iccid iccid;
  std::copy(text.begin(), text.end(), iccid.digits.begin());
  iccid.digit_count = static_cast<std::uint8_t>(text.size());
  return iccid;
}

bool is_imei(std::string_view text) {
  return text.size() >= 14 && text.size() <= 16 && all_digits(text);
}

std::optional<Plmn> parse_plmn(std::string_view text) {
  std::string_view mcc = text.substr(0, 3);
  std::string_view mnc = text.size() > 3 ? text.substr(text[3] == '-' ? 4 : 3) : std::string_view();
  bool bare = text.size() == 3;
  if (mcc.size() != 3 || !all_digits(mcc) || !all_digits(mnc)) return std::nullopt;
  if (!bare && mnc.size() != 2 && mnc.size() != 3) return std::nullopt;
  return Plmn{number(mcc), number(mnc), static_cast<std::uint8_t>(mnc.size())};
}

std::string to_text(const Plmn& plmn) {
  if (plmn.mnc_digits == 0) return fmt::format("{:03}", plmn.mcc);
  return fmt::format("{:03}-{:0{}}", plmn.mcc, plmn.mnc, static_cast<int>(plmn.mnc_digits));
}

std::uint32_t pack(const Plmn& plmn) {
  return (plmn.mcc * 1000u + plmn.mnc) * 4u + plmn.mnc_digits;
}

Plmn unpack_plmn(std::uint32_t packed) {
  return Plmn{static_cast<std::uint16_t>(packed / 4000),
              static_cast<std::uint16_t>(packed / 4 % 1000), static_cast<std::uint8_t>(packed % 4)};
}

}  // namespace sojourn
