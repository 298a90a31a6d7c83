#include "adapters/cli/story_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "engine/base/calendar.h"
#include "engine/proof/witness_parts.h"

namespace sojourn::cli {

std::string instant_text(std::int64_t ms) {
  std::int64_t day = (ms >= 0 ? ms : ms - days(1).ms + 1) / days(1).ms;
  return time_text(static_cast<std::int32_t>(day), ms - day * days(1).ms);
}

std::string begin_of(const std::string& line) {
  constexpr std::string_view kAt = "  at ", kEvery = "  every day at ", kFrom = " from ";
  if (line.starts_with(kAt)) return line.substr(kAt.size());
  std::size_t from = line.find(kFrom);
  if (!line.starts_with(kEvery) || from == std::string::npos) return {};
  return line.substr(from + kFrom.size(), 10) + " " +
         line.substr(kEvery.size(), from - kEvery.size());
}

void insert_at(std::vector<std::string>& lines, const std::string& at, const std::string& part) {
  auto later = std::find_if(lines.begin(), lines.end(),
                            [&](const std::string& line) { return begin_of(line) > at; });
  lines.insert(later, fmt::format("  at {} {}", at, part));
}

}  // namespace sojourn::cli
