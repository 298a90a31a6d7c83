#include "adapters/service/feed.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "adapters/service/report_lines.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

constexpr int kLookMs = 200;
constexpr std::chrono::milliseconds kBusyNap{200};

}  // namespace

void Feed::start() {
  for (const std::string& path : paths_) {
    threads_.emplace_back([this, &path] { follow(path); });
  }
}

void Feed::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Feed::follow(const std::string& path) {
  // A pipe opens at once, writer or not, so that stopping need not wait for one.
  int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat facts {};
  if (file < 0 || ::fstat(file, &facts) != 0) {
    if (file >= 0) ::close(file);
    return log_.error(make_diagnostic(Code::E0001, "cannot read `" + path + "`"));
  }
  bool is_pipe = S_ISFIFO(facts.st_mode);
  std::string buffer;
  std::string block(limits::kTraceBlockBytes, '\0');
  while (!stopping_) {
    ssize_t count = ::read(file, block.data(), block.size());
    if (count > 0) {
      buffer.append(block.data(), static_cast<std::size_t>(count));
      std::size_t end = buffer.rfind('\n');
      if (end == std::string::npos && buffer.size() <= limits::kTraceLineBytesMax) continue;
      std::size_t whole = end == std::string::npos ? buffer.size() : end + 1;
      take(path, std::string_view(buffer).substr(0, whole));
      buffer.erase(0, whole);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count == 0 && !is_pipe) break;
    if (count < 0 && errno != EAGAIN) {
      log_.error(make_diagnostic(Code::E0001, "cannot read on in `" + path + "`"));
      break;
    }
    pollfd look{file, POLLIN, 0};
    // A pipe without a writer is always "hung up": it is looked at now and then.
    if (count == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kLookMs));
    } else {
      ::poll(&look, 1, kLookMs);
    }
  }
  if (!buffer.empty()) take(path, buffer);
  ::close(file);
}

// Of cards that another tenant has.
void Feed::tell_others(const std::string& path, const ReportCounts& counts) {
  if (counts.others == 0) return;
  log_.warn("lines refused", {{"path", path},
                              {"count", std::to_string(counts.others)},
                              {"first", "E0887: EIDs of another tenant"}});
}

void Feed::take(const std::string& path, std::string_view text) {
  ReportLineReader reader;
  Instant latest = engine_.latest_report();
  ReportLines lines = reader.read(text, latest);
  if (lines.refused_count > 0) {
    const RefusedLine& first = lines.refused.front();
    log_.warn("lines refused", {{"path", path},
                                {"count", std::to_string(lines.refused_count)},
                                {"first", first.code + ": " + first.message}});
  }
  while (!lines.reports.empty()) {
    Result<ReportCounts> taken = engine_.take(lines.reports);
    if (taken) return tell_others(path, *taken);
    // Others came first, or the disk is full. A pipe gives nothing twice, so it is waited out.
    bool waits = taken.error().code == Code::E0883 || taken.error().code == Code::E0009;
    if (!waits || stopping_) return log_.error(taken.error());
    std::this_thread::sleep_for(kBusyNap);
    lines = reader.read(text, latest);  // as they came: some of it may have been taken out
  }
}

}  // namespace sojourn::service
