// The lines of a story by their instants.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sojourn::cli {

// "2026-07-01 11:58", of milliseconds of the wall clock since 1970.
std::string instant_text(std::int64_t ms);
// When the line begins, "2026-07-01 11:58" and more; empty for `given`. An `every` line reads
// "  every day at 12:00 from 2026-05-03 to 2026-06-30 network 724-05".
std::string begin_of(const std::string& line);
// A line at the instant, before the first that begins later.
void insert_at(std::vector<std::string>& lines, const std::string& at, const std::string& part);

}  // namespace sojourn::cli
