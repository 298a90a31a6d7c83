// Many threads, one writer: callers hand in transactions, and those that arrive while the disk is
// busy go to it together, with one sync for all.
//
//   CommitQueue queue(store);
//   Status committed = queue.commit(effect);   // from any thread; returns when durable
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include "engine/base/store.h"

namespace sojourn {

// Has no thread of its own: the first caller who finds the disk idle commits for all who wait.
// Transactions are committed in the order in which they came. The store must outlive the queue,
// and nobody else may commit to it.
class CommitQueue {
 public:
  explicit CommitQueue(Store& store) : store_(store) {}
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  // The transaction's own answer, as Store::commit gives it.
  Status commit(StoreTransaction transaction);
  // Several, in order and next to each other; one answer each.
  std::vector<Status> commit_group(std::span<const StoreTransaction> group);

 private:
  struct Waiting {
    std::span<const StoreTransaction> group;
    std::span<Status> answers;
    bool answered = false;
  };

  void commit_those_waiting(std::unique_lock<std::mutex>& hold);

  Store& store_;
  std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  std::deque<Waiting*> waiting_;  // each on its caller's stack
  bool committing_ = false;
};

}  // namespace sojourn
