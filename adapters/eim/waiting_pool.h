// A few threads for requests that wait for somebody else, such as relays to an SM-DP+, so that the
// threads that serve everybody never do. The queue is bounded: beyond it the caller answers busy.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sojourn::eim {

// Threads: `submit` from any thread. `stop` (or destruction) runs what is queued, then joins; after
// it `submit` refuses.
class WaitingPool {
 public:
  WaitingPool(std::size_t thread_count, std::size_t queued_max);
  ~WaitingPool() { stop(); }
  WaitingPool(const WaitingPool&) = delete;
  WaitingPool& operator=(const WaitingPool&) = delete;

  // False when the queue is full: the task was not taken. Tasks do not throw.
  bool submit(std::function<void()> task);
  void stop();

 private:
  void run();

  const std::size_t queued_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sojourn::eim
