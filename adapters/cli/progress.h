// How far a long run has come, as a line on the terminal that is drawn over and over.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "adapters/cli/console.h"
#include "adapters/telemetry/byte_stream.h"
#include "engine/base/instant.h"

namespace sojourn::cli {

struct ProgressFigures {
  std::uint64_t report_count = 0;
  Instant newest;
  std::chrono::duration<double> elapsed{};
  std::uint64_t read_bytes = 0;
  std::optional<std::uint64_t> file_bytes;  // absent: nobody knows how much there is
};

// "1,234,567 reports, 500,000/s, at 2026-03-21T00:00:00Z, 42%, about 3 minutes left". What is left
// is told from a hundredth on, by the bytes read: before, it would be a guess.
std::string progress_text(const ProgressFigures& figures);

// Drawn on a terminal only, for runs of more than two seconds, and wiped away in the end.
// Requires: console and meter outlive it.
class Progress {
 public:
  Progress(Console& console, const telemetry::ReadMeter& meter)
      : console_(console), meter_(meter), begin_(Clock::now()), shown_(begin_) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t report_count, Instant newest);

 private:
  using Clock = std::chrono::steady_clock;
  Console& console_;
  const telemetry::ReadMeter& meter_;
  Clock::time_point begin_, shown_;
  bool drawn_ = false;
};

}  // namespace sojourn::cli
