#include "adapters/service/helping_hands.h"

namespace sojourn::service {

HelpingHands::HelpingHands(std::size_t thread_count) {
  for (std::size_t n = 0; n < thread_count; ++n) threads_.emplace_back([this] { help(); });
}

HelpingHands::~HelpingHands() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  offered_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void HelpingHands::run(std::size_t piece_count, const Piece& work, const Piece& collect) {
  std::unique_lock lock(mutex_);
  work_ = &work;
  next_ = 0;
  is_done_.assign(piece_count, false);
  if (piece_count > 1) offered_.notify_all();
  for (std::size_t piece = 0; piece < piece_count; ++piece) {
    while (!is_done_[piece]) {
      if (next_ < piece_count) {
        work_on_next(lock);
      } else {
        done_.wait(lock);
      }
    }
    lock.unlock();
    collect(piece);
    lock.lock();
  }
}

// Requires: there is one.
void HelpingHands::work_on_next(std::unique_lock<std::mutex>& lock) {
  std::size_t piece = next_++;
  const Piece& work = *work_;
  lock.unlock();
  work(piece);
  lock.lock();
  is_done_[piece] = true;
}

void HelpingHands::help() {
  std::unique_lock lock(mutex_);
  while (true) {
    offered_.wait(lock, [&] { return over_ || next_ < is_done_.size(); });
    if (over_) return;
    work_on_next(lock);
    done_.notify_one();
  }
}

}  // namespace sojourn::service
