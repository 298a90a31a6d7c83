// Observations out of files and pipes, beside those that come as requests.
//
// A file is read to its end, and on when it grows; when it is renamed or emptied, as logs are, what
// then has its name is read from its beginning. After a restart it is read again: what is known
// already has no effect. A named pipe is read for ever: when its writer goes, the next one is
// waited for. What is not there yet is waited for, too.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "adapters/service/engine.h"
#include "adapters/service/log.h"

namespace sojourn::service {

// One thread per path. Engine and log outlive it.
class Feed {
 public:
  Feed(std::vector<std::string> paths, Engine& engine, Log& log)
      : paths_(std::move(paths)), engine_(engine), log_(log) {}
  ~Feed() { stop(); }

  void start();
  void stop();  // what was read is taken in first

 private:
  void follow(const std::string& path);
  bool read_on(const std::string& path, int file);
  void nap() const;
  void take(const std::string& path, std::string_view text, std::uint64_t& lines_before);
  void tell_others(const std::string& path, const ReportCounts& counts);

  const std::vector<std::string> paths_;
  Engine& engine_;
  Log& log_;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace sojourn::service
