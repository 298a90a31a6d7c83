// Private. A thread that takes a group of transactions to the disk while its owner does something
// else: one group at a time.
//
//   CommitBeside commit(store);
//   commit.begin(group, [] { ... }, [](std::vector<Status>& answers) { ... });   // on the thread
//   ... decide about the next ...
//   std::vector<Status> answers = commit.wait();
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "engine/base/store.h"

namespace sojourn::service {

// Begin and wait from one thread. What is under way is finished before it is destroyed.
class CommitBeside {
 public:
  // May change the answers, as its owner will have them.
  using WhenDone = std::function<void(std::vector<Status>& answers)>;

  explicit CommitBeside(Store& store) : store_(store), thread_([this] { run(); }) {}
  ~CommitBeside();
  CommitBeside(const CommitBeside&) = delete;
  CommitBeside& operator=(const CommitBeside&) = delete;

  // `prepare`: before it is committed, may yet change what is in the group. Requires: nothing is
  // under way. Else the group stays as it is until `wait` returns.
  void begin(std::span<const StoreTransaction> group, std::function<void()> prepare,
             WhenDone when_done);
  // Requires: something was begun.
  std::vector<Status> wait();

 private:
  void run();

  Store& store_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::span<const StoreTransaction> group_;
  std::function<void()> prepare_;
  WhenDone when_done_;
  bool begun_ = false;
  std::optional<std::vector<Status>> answers_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace sojourn::service
