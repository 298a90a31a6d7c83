// What a simulated eUICC keeps until the eIM has it: signed results and notifications, under one
// numbering (SGP.32 2.11.2: seqNumber).
//
//   std::int64_t number = outbox.next_number();
//   outbox.keep_result(number, result);
//   outbox.acknowledge({{number}});        // true for what was there
//
// Room is limited as on a card: the oldest result gives way when there are too many.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "adapters/sgp32/esipa.h"

namespace sojourn::simulator {

struct StoredResult {
  std::int64_t number = 0;
  sgp32::EuiccPackageResult result{};
};
struct StoredNotification {
  std::int64_t number = 0;
  sgp32::BitString event{};  // install, enable, disable, delete
  sgp32::PendingNotification notification{};
};

class Outbox {
 public:
  explicit Outbox(std::size_t count_max) : count_max_(count_max) {}

  std::int64_t next_number() { return ++last_number_; }
  std::int64_t last_number() const { return last_number_; }
  void keep(StoredResult result);
  void keep(StoredNotification notification);

  const std::deque<StoredResult>& results() const { return results_; }
  const std::deque<StoredNotification>& notifications() const { return notifications_; }
  // Forgets what has this number; false for nothingToDelete.
  bool acknowledge(std::int64_t number);

  // As it was when it was saved.
  void restore(std::int64_t last_number, std::deque<StoredResult> results,
               std::deque<StoredNotification> notifications);

 private:
  std::size_t count_max_;  // of results, and of notifications
  std::int64_t last_number_ = 0;
  std::deque<StoredResult> results_;
  std::deque<StoredNotification> notifications_;
};

}  // namespace sojourn::simulator
