#include "adapters/telemetry/decimal.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace sojourn::telemetry {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// The exponent behind "e"; beyond a million it is as good as infinite.
std::int64_t exponent_of(std::string_view text, std::size_t at) {
  bool negative = text[at] == '-';
  if (text[at] == '-' || text[at] == '+') ++at;
  std::int64_t value = 0;
  for (; at < text.size(); ++at)
    value = std::min<std::int64_t>(value * 10 + (text[at] - '0'), 1'000'000);
  return negative ? -value : value;
}

// A number taken apart: digits (with one point somewhere among them) and where the point belongs.
struct Parts {
  bool negative = false;
  std::string_view digits;             // "80.123"
  std::int64_t whole_digit_count = 0;  // of those, how many stand before the true point
};

Parts parts_of(std::string_view text) {
  Parts parts;
  parts.negative = text.front() == '-';
  if (parts.negative) text.remove_prefix(1);
  std::size_t mark = text.find_first_of("eE");
  parts.digits = text.substr(0, mark);
  std::size_t point = std::min(parts.digits.find('.'), parts.digits.size());
  parts.whole_digit_count = static_cast<std::int64_t>(point);
  if (mark != std::string_view::npos) parts.whole_digit_count += exponent_of(text, mark + 1);
  return parts;
}

}  // namespace

bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  std::size_t begin = at;
  at = skip_digits(text, at);
  if (at == begin || (text[begin] == '0' && at - begin > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    begin = ++at;
    at = skip_digits(text, at);
    if (at == begin) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    begin = at;
    at = skip_digits(text, at);
    if (at == begin) return false;
  }
  return at == text.size();
}

std::optional<std::int64_t> scaled_decimal(std::string_view text, int scale) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  Parts parts = parts_of(text);
  std::int64_t wanted = parts.whole_digit_count + scale;  // digits that make up the result
  std::int64_t value = 0;
  std::int64_t taken = 0;
  bool round_up = false;
  for (char c : parts.digits) {
    if (c == '.') continue;
    std::int64_t digit = c - '0';
    if (taken == wanted) round_up = digit >= 5;
    if (taken >= wanted) break;
    if (value > (kMax - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
    ++taken;
  }
  for (; taken < wanted && value != 0; ++taken) {
    if (value > kMax / 10) return std::nullopt;
    value *= 10;
  }
  if (round_up && value == kMax) return std::nullopt;
  value += round_up ? 1 : 0;
  return parts.negative ? -value : value;
}

std::optional<std::int64_t> whole_decimal(std::string_view text) {
  Parts parts = parts_of(text);
  std::int64_t position = 0;
  for (char c : parts.digits) {
    if (c == '.') continue;
    if (position >= parts.whole_digit_count && c != '0') return std::nullopt;
    ++position;
  }
  return scaled_decimal(text, 0);
}

std::optional<double> nearest_double(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc()) return value;
  // from_chars says the same of too large and too small; what is nearer to zero is zero.
  bool small = error == std::errc::result_out_of_range && scaled_decimal(text, 0) == 0;
  return small ? std::optional<double>(0.0) : std::nullopt;
}

}  // namespace sojourn::telemetry
