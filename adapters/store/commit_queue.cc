#include "adapters/store/commit_queue.h"

#include <algorithm>
#include <utility>

namespace sojourn {
namespace {

// Enough to make the sync cheap for each; few enough that nobody waits long for the rest.
constexpr std::size_t kGroupMax = 1'000;

}  // namespace

Status CommitQueue::commit(StoreTransaction transaction) {
  Waiting mine{std::move(transaction), {}, false};
  std::unique_lock hold(mutex_);
  waiting_.push_back(&mine);
  while (!mine.answered) {
    if (committing_) {
      changed_.wait(hold);
    } else {
      commit_those_waiting(hold);
    }
  }
  return std::move(mine.answer);
}

void CommitQueue::commit_those_waiting(std::unique_lock<std::mutex>& hold) {
  auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kGroupMax));
  std::vector<Waiting*> members(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  std::vector<StoreTransaction> group;
  group.reserve(members.size());
  for (Waiting* member : members) group.push_back(std::move(member->transaction));
  committing_ = true;
  hold.unlock();
  std::vector<Status> answers = store_.commit_group(group);
  hold.lock();
  committing_ = false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    members[i]->answer = std::move(answers[i]);
    members[i]->answered = true;
  }
  changed_.notify_all();
}

}  // namespace sojourn
