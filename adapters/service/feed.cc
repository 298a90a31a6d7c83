#include "adapters/service/feed.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "adapters/service/report_lines.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

constexpr int kLookMs = 200;
// A writer may go on in a file that was renamed, until it has noticed.
constexpr int kLooksAfterRename = 10;
constexpr std::chrono::milliseconds kBusyNap{200};

// A report whose line has no end yet is whole when its brackets are closed: no beginning of one is
// an object.
bool is_whole_line(const std::string& text) {
  if (text.empty() || text.back() != '}') return false;
  ReportLineReader reader;
  return reader.read(text).refused_count == 0;
}

bool is_replaced(const std::string& path, int file) {
  struct stat named {
  }, open{};
  if (::stat(path.c_str(), &named) != 0 || ::fstat(file, &open) != 0) return false;
  return named.st_ino != open.st_ino || named.st_dev != open.st_dev;
}

// Where it stands and what is wrong in general: what stands there may be an EID that somebody
// mistyped, and no EID is in the log.
std::string first_refused(const ReportLines& lines, std::uint64_t lines_before) {
  for (const RefusedLine& one : lines.refused) {
    if (!one.whole) continue;
    auto code = find_code(one.code);
    return fmt::format("line {}: {}: {}", lines_before + one.line, one.code,
                       code ? code_title(*code) : "");
  }
  return {};
}

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

void Feed::nap() const { std::this_thread::sleep_for(std::chrono::milliseconds(kLookMs)); }

void Feed::follow(const std::string& path) {
  for (bool is_told = false; !stopping_; nap()) {
    // A pipe opens at once, writer or not, so that stopping need not wait for one.
    int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) {
      if (!std::exchange(is_told, true)) {
        log_.error(make_diagnostic(Code::E0001, "cannot read `" + path + "`",
                                   "it is read as soon as it can be"));
      }
      continue;
    }
    is_told = false;
    bool go_on = read_on(path, file);
    ::close(file);
    if (!go_on) return;
  }
}

// Until another file has its name; false: it is over.
bool Feed::read_on(const std::string& path, int file) {
  struct stat facts {};
  bool is_pipe = ::fstat(file, &facts) == 0 && S_ISFIFO(facts.st_mode);
  std::string buffer;  // the beginning of a line
  std::uint64_t lines_before = 0;
  std::string block(limits::kTraceBlockBytes, '\0');
  int looks_left = kLooksAfterRename;
  while (!stopping_) {
    ssize_t count = ::read(file, block.data(), block.size());
    if (count > 0) {
      looks_left = kLooksAfterRename;
      buffer.append(block.data(), static_cast<std::size_t>(count));
      std::size_t end = buffer.rfind('\n');
      if (end == std::string::npos && buffer.size() <= limits::kTraceLineBytesMax) continue;
      std::size_t whole = end == std::string::npos ? buffer.size() : end + 1;
      take(path, std::string_view(buffer).substr(0, whole), lines_before);
      buffer.erase(0, whole);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) {
      log_.error(make_diagnostic(Code::E0001, "cannot read on in `" + path + "`"));
      return false;
    }
    if (count < 0) {
      pollfd look{file, POLLIN, 0};
      ::poll(&look, 1, kLookMs);
      continue;
    }
    // A pipe without a writer is always "hung up": it is looked at now and then, like the end of a
    // file.
    if (!is_pipe) {
      if (is_whole_line(buffer)) take(path, std::exchange(buffer, {}), lines_before);
      if (is_replaced(path, file) && --looks_left < 0) break;
      if (::fstat(file, &facts) == 0 && facts.st_size < ::lseek(file, 0, SEEK_CUR)) {
        ::lseek(file, 0, SEEK_SET);
        buffer.clear();
        lines_before = 0;
      }
    }
    nap();
  }
  // The beginning of a line in a file is read again with the rest of it, after a restart.
  bool is_last = is_pipe || !stopping_;
  if (is_last && !buffer.empty()) take(path, buffer, lines_before);
  return true;
}

// Of cards that another tenant has.
void Feed::tell_others(const std::string& path, const ReportCounts& counts) {
  if (counts.others == 0) return;
  log_.warn("lines refused", {{"path", path},
                              {"count", std::to_string(counts.others)},
                              {"first", "E0887: EIDs of another tenant"}});
}

void Feed::take(const std::string& path, std::string_view text, std::uint64_t& lines_before) {
  ReportLineReader reader;
  Instant latest = engine_.latest_report();
  ReportLines lines = reader.read(text, latest);
  if (lines.refused_count > 0) {
    log_.warn("lines refused", {{"path", path},
                                {"count", std::to_string(lines.refused_count)},
                                {"first", first_refused(lines, lines_before)}});
  }
  lines_before += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
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
