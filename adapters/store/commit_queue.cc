#include "adapters/store/commit_queue.h"

#include <algorithm>
#include <utility>

namespace sojourn {
namespace {

// Enough to make the sync cheap for each; few enough that nobody waits long for the rest.
constexpr std::size_t kGroupMax = 1'000;

}  // namespace

Status CommitQueue::commit(StoreTransaction transaction) {
  return std::move(commit_group({&transaction, 1}).front());
}

std::vector<Status> CommitQueue::commit_group(std::span<const StoreTransaction> group) {
  std::vector<Status> answers(group.size());
  if (group.empty()) return answers;
  Waiting mine{group, answers, false};
  std::unique_lock hold(mutex_);
  waiting_.push_back(&mine);
  while (!mine.answered) {
    if (committing_) {
      changed_.wait(hold);
    } else {
      commit_those_waiting(hold);
    }
  }
  return answers;
}

void CommitQueue::commit_those_waiting(std::unique_lock<std::mutex>& hold) {
  // Whole groups, the first of them however large it is.
  std::vector<Waiting*> members;
  std::size_t count = 0;
  while (!waiting_.empty() &&
         (members.empty() || count + waiting_.front()->group.size() <= kGroupMax)) {
    members.push_back(waiting_.front());
    count += waiting_.front()->group.size();
    waiting_.pop_front();
  }
  std::vector<StoreTransaction> all;
  std::span<const StoreTransaction> group = members.front()->group;
  if (members.size() > 1) {
    all.reserve(count);
    for (const Waiting* member : members) {
      all.insert(all.end(), member->group.begin(), member->group.end());
    }
    group = all;
  }
  committing_ = true;
  hold.unlock();
  std::vector<Status> answers = store_.commit_group(group);
  hold.lock();
  committing_ = false;
  auto answer = answers.begin();
  for (Waiting* member : members) {
    for (Status& mine : member->answers) mine = std::move(*answer++);
    member->answered = true;
  }
  changed_.notify_all();
}

}  // namespace sojourn
