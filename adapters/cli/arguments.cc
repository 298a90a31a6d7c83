#include "adapters/cli/arguments.h"

#include <charconv>
#include <utility>

namespace sojourn::cli {
namespace {

constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
    {"ms", 1},           {"millisecond", 1}, {"s", 1000},         {"second", 1000},
    {"m", 60'000},       {"min", 60'000},    {"minute", 60'000},  {"h", 3'600'000},
    {"hour", 3'600'000}, {"d", days(1).ms},  {"day", days(1).ms}, {"week", days(7).ms},
};

std::optional<std::int64_t> unit_ms(std::string_view word) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (auto [name, ms] : kUnits) {
      if (name == word) return ms;
    }
    if (word.size() < 4 || word.back() != 's') break;  // "days" is "day"
    word.remove_suffix(1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 0) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  auto ms = unit_ms(unit);
  Duration duration;
  if (!ms || __builtin_mul_overflow(count, *ms, &duration.ms)) return std::nullopt;
  return duration;
}

}  // namespace sojourn::cli
