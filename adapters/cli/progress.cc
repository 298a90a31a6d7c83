#include "adapters/cli/progress.h"

namespace sojourn::cli {

Progress::~Progress() {
  if (drawn_) console_.message("\r\x1b[K");
}

void Progress::update(std::uint64_t report_count, Instant newest) {
  auto now = Clock::now();
  if (!console_.interactive() || now - begin_ < std::chrono::seconds(2)) return;
  if (now - shown_ < std::chrono::milliseconds(200)) return;
  shown_ = now;
  drawn_ = true;
  ProgressFigures figures{.report_count = report_count,
                          .newest = newest,
                          .elapsed = now - begin_,
                          .read_bytes = meter_.read_bytes,
                          .file_bytes = meter_.file_bytes};
  if (meter_.endless) figures.file_bytes.reset();
  console_.message("\r\x1b[K" + progress_text(figures));
}

}  // namespace sojourn::cli
