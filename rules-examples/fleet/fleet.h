// A made-up fleet's trace: every line is invented, no device of it exists.
//
//   generate_fleet({.seed = 1, .device_count = 60, .day_count = 120},
//                  [](std::string_view lines) { std::cout << lines; });
//
// The same options give the same bytes on any machine: whole numbers only, one PRNG of our own, no
// clock, no library whose results may differ.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace sojourn::fleet {

struct FleetOptions {
  std::uint64_t seed = 1;
  std::int64_t device_count = 60;
  std::int64_t day_count = 120;
  std::int64_t begin_s = 1'767'225'600;  // 2026-01-01T00:00:00Z
};

inline constexpr std::int64_t kDevicesMax = 10'000'000;  // more than a trace file is good for
inline constexpr std::int64_t kDaysMax = 3'660;

struct FleetFigures {
  std::int64_t line_count = 0;
  std::int64_t late_count = 0;  // delivered more than an hour after their time
  std::int64_t duplicate_count = 0;
};

// Hands the lines, in the order in which they arrive, to `sink`, a day's worth at a time. Memory
// grows with the number of devices, not of days.
FleetFigures generate_fleet(const FleetOptions& options,
                            const std::function<void(std::string_view)>& sink);

}  // namespace sojourn::fleet
