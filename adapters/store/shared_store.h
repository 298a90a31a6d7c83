// A store for many threads: whatever they commit goes through one CommitQueue.
#pragma once

#include "adapters/store/commit_queue.h"

namespace sojourn {

// Any thread may commit. The inner store outlives it, and nobody else commits to that.
class SharedStore final : public Store {
 public:
  explicit SharedStore(Store& inner) : inner_(inner), queue_(inner) {}

  Result<std::unique_ptr<StoreSnapshot>> snapshot() override { return inner_.snapshot(); }
  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override {
    return queue_.commit_group(group);
  }

 private:
  Store& inner_;
  CommitQueue queue_;
};

}  // namespace sojourn
