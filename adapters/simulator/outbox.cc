#include "adapters/simulator/outbox.h"

#include <algorithm>

namespace sojourn::simulator {
namespace {

template <class Stored>
bool forget(std::deque<Stored>& kept, std::int64_t number) {
  return std::erase_if(kept, [&](const Stored& one) { return one.number == number; }) > 0;
}

}  // namespace

void Outbox::keep(StoredResult result) {
  if (results_.size() >= count_max_) results_.pop_front();
  results_.push_back(std::move(result));
}

void Outbox::keep(StoredNotification notification) {
  if (notifications_.size() >= count_max_) notifications_.pop_front();
  notifications_.push_back(std::move(notification));
}

bool Outbox::acknowledge(std::int64_t number) {
  return forget(results_, number) || forget(notifications_, number);
}

void Outbox::restore(std::int64_t last_number, std::deque<StoredResult> results,
                     std::deque<StoredNotification> notifications) {
  last_number_ = last_number;
  results_ = std::move(results);
  notifications_ = std::move(notifications);
}

}  // namespace sojourn::simulator
