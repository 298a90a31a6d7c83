// Private. Threads that take up pieces of a piece of work while its owner collects what is done, in
// order.
//
//   HelpingHands hands(1);
//   hands.run(piece_count, [&](std::size_t i) { ... },     // of piece i, on whichever thread
//             [&](std::size_t i) { ... });                 // collects it, on the caller's
//
// The caller works, too, whenever the next piece is not done and some are not taken up; so work
// goes on at full speed though every other thread is busy elsewhere.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sojourn::service {

// One thread at a time calls `run`.
class HelpingHands {
 public:
  using Piece = std::function<void(std::size_t)>;

  // So many threads beside the caller's; none: it does everything by itself.
  explicit HelpingHands(std::size_t thread_count);
  ~HelpingHands();
  HelpingHands(const HelpingHands&) = delete;
  HelpingHands& operator=(const HelpingHands&) = delete;

  // Each piece is worked on once, by one thread, and then collected; returns when all are. What is
  // done on other threads is seen by whoever collects. Neither may throw.
  void run(std::size_t piece_count, const Piece& work, const Piece& collect);

 private:
  void help();
  void work_on_next(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;  // guards what follows
  std::condition_variable offered_, done_;
  const Piece* work_ = nullptr;  // lives while a piece of it is not done
  std::size_t next_ = 0;         // the first that nobody has taken up
  std::vector<bool> is_done_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sojourn::service
