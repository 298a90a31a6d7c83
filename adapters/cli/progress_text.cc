#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "adapters/cli/progress.h"

namespace sojourn::cli {
namespace {

// Seconds below two minutes, then minutes, then hours and minutes: an estimate is no clock.
std::string left_text(double left_s) {
  auto count = [](std::int64_t number, const char* unit) {
    return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
  };
  auto whole_s = std::int64_t{std::llround(left_s)};
  if (whole_s < 120) return count(whole_s, "second");
  std::int64_t whole_min = (whole_s + 30) / 60;
  if (whole_min < 60) return count(whole_min, "minute");
  std::string text = count(whole_min / 60, "hour");
  return whole_min % 60 == 0 ? text : text + " " + count(whole_min % 60, "minute");
}

}  // namespace

std::string progress_text(const ProgressFigures& figures) {
  double elapsed_s = std::max(figures.elapsed.count(), 0.001);
  auto reports = static_cast<double>(figures.report_count);
  std::string text = fmt::format("{} reports, {}/s, at {}", grouped(figures.report_count),
                                 grouped(static_cast<std::uint64_t>(reports / elapsed_s)),
                                 to_rfc3339(figures.newest));
  if (!figures.file_bytes || *figures.file_bytes == 0) return text;
  double share = std::min(
      1.0, static_cast<double>(figures.read_bytes) / static_cast<double>(*figures.file_bytes));
  text += fmt::format(", {}%", static_cast<int>(share * 100));
  if (share < 0.01 || share >= 1) return text;
  return text + ", about " + left_text(elapsed_s / share * (1 - share)) + " left";
}

}  // namespace sojourn::cli
