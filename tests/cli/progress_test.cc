// The line that a long dry-run draws: how far it is, and how long it will take.
#include "adapters/cli/progress.h"

#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::cli;

TEST_CASE("progress tells the rate, the share that is read and the time that is left") {
  struct Row {
    double elapsed_s;
    std::uint64_t read_bytes;
    std::optional<std::uint64_t> file_bytes;
    std::string behind;
  };
  const std::uint64_t size = 10'000'000'000;
  for (const Row& row : {
           Row{10, size / 2, size, ", 50%, about 10 seconds left"},
           Row{1, size / 2, size, ", 50%, about 1 second left"},
           Row{119, size / 2, size, ", 50%, about 119 seconds left"},
           Row{119.6, size / 2, size, ", 50%, about 2 minutes left"},
           Row{60, size / 4, size, ", 25%, about 3 minutes left"},
           Row{3600, size / 2, size, ", 50%, about 1 hour left"},
           Row{5430, size / 2, size, ", 50%, about 1 hour 31 minutes left"},
           Row{100, size / 100, size, ", 1%, about 2 hours 45 minutes left"},
           // Too little to guess by, everything, more than there was, and what nobody knows.
           Row{100, size / 100 - 1, size, ", 0%"},
           Row{100, size, size, ", 100%"},
           Row{100, size + 5, size, ", 100%"},
           Row{100, size, std::nullopt, ""},
           Row{100, 0, 0, ""},
       }) {
    ProgressFigures figures;
    figures.report_count = 1'234'000;
    figures.newest = *parse_rfc3339("2026-03-21T00:00:00Z");
    figures.elapsed = std::chrono::duration<double>(row.elapsed_s);
    figures.read_bytes = row.read_bytes;
    figures.file_bytes = row.file_bytes;
    std::string text = progress_text(figures);
    INFO(text);
    CHECK(text.starts_with("1,234,000 reports, "));
    std::string at = "/s, at 2026-03-21T00:00:00Z";
    REQUIRE(text.find(at) != std::string::npos);
    CHECK(text.substr(text.find(at) + at.size()) == row.behind);
  }
}
