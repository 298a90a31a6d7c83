// sojourn_fleet_trace: writes the trace of a made-up fleet to standard output. README.md beside
// this file says what is in it.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/calendar.h"
#include "rules-examples/fleet/fleet.h"

namespace sojourn::fleet {
namespace {

constexpr std::string_view kUsage =
    "usage: sojourn_fleet_trace [--seed N] [--devices N] [--days N] [--start DATE]\n"
    "\n"
    "Writes the synthetic trace of a made-up fleet to standard output, one report per line.\n"
    "The same options give the same bytes on every machine.\n"
    "\n"
    "  --seed N      another fleet for every number (1)\n"
    "  --devices N   how many devices (60)\n"
    "  --days N      how many days (120)\n"
    "  --start DATE  the first day, UTC (2026-01-01)\n"
    "\n"
    "example: sojourn_fleet_trace --devices 1000 --days 30 | zstd > fleet.ndjson.zst\n";

std::optional<std::int64_t> number_in(std::string_view text, std::int64_t low, std::int64_t high) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= low && value <= high ? std::optional(value) : std::nullopt;
}

bool set_option(FleetOptions& options, std::string_view name, std::string_view value) {
  if (name == "--start") {
    std::optional<Day> day = parse_date(value);
    if (day) options.begin_s = std::int64_t{day->number} * 86'400;
    return day.has_value();
  }
  std::int64_t high = name == "--devices" ? kDevicesMax : name == "--days" ? kDaysMax : INT64_MAX;
  std::optional<std::int64_t> number = number_in(value, name == "--seed" ? 0 : 1, high);
  if (!number) return false;
  if (name == "--seed") return options.seed = static_cast<std::uint64_t>(*number), true;
  if (name == "--devices") return options.device_count = *number, true;
  if (name == "--days") return options.day_count = *number, true;
  return false;
}

int run(int argc, char** argv) {
  FleetOptions options;
  for (int i = 1; i < argc; i += 2) {
    std::string_view name = argv[i];
    if (name == "--help") return std::fputs(kUsage.data(), stdout), 0;
    if (i + 1 < argc && set_option(options, name, argv[i + 1])) continue;
    std::fputs(fmt::format("`{}` is not understood here\n\n{}", name, kUsage).c_str(), stderr);
    return 2;
  }
  std::fputs("this trace is synthetic: no device, person or journey in it exists\n", stderr);
  bool written = true;
  FleetFigures figures = generate_fleet(options, [&written](std::string_view lines) {
    written = written && std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
  });
  if (!written || std::fflush(stdout) != 0) {
    std::fputs("standard output cannot be written\n", stderr);
    return 2;
  }
  std::fputs(fmt::format("{} devices, {} days, {} lines, of these {} late and {} twice\n",
                         options.device_count, options.day_count, figures.line_count,
                         figures.late_count, figures.duplicate_count)
                 .c_str(),
             stderr);
  return 0;
}

}  // namespace
}  // namespace sojourn::fleet

int main(int argc, char** argv) { return sojourn::fleet::run(argc, argv); }
