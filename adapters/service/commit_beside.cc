#include "adapters/service/commit_beside.h"

#include <utility>

namespace sojourn::service {

CommitBeside::~CommitBeside() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CommitBeside::begin(std::span<const StoreTransaction> group, std::function<void()> prepare,
                         WhenDone when_done) {
  {
    std::lock_guard lock(mutex_);
    group_ = group;
    prepare_ = std::move(prepare);
    when_done_ = std::move(when_done);
    answers_.reset();
    begun_ = true;
  }
  changed_.notify_all();
}

std::vector<Status> CommitBeside::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return answers_.has_value(); });
  return *std::exchange(answers_, {});
}

void CommitBeside::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return begun_ || over_; });
    if (!std::exchange(begun_, false)) return;
    lock.unlock();
    prepare_();
    std::vector<Status> answers = store_.commit_group(group_);
    when_done_(answers);
    lock.lock();
    answers_ = std::move(answers);
    changed_.notify_all();
  }
}

}  // namespace sojourn::service
