// Counts days of one device, told in order of time; a day told twice counts once.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sojourn::cli {

class DayCount {
 public:
  void add(std::int32_t first, std::int32_t last) {
    std::int32_t from = any_ ? std::max(first, next_) : first;
    if (last >= from) count_ += static_cast<std::uint64_t>(last - from) + 1;
    next_ = std::max(any_ ? next_ : first, last + 1);
    any_ = true;
  }
  std::uint64_t count() const { return count_; }
  // Is the day, or one after it, counted?
  bool reached(std::int32_t day) const { return any_ && day < next_; }

 private:
  bool any_ = false;
  std::int32_t next_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace sojourn::cli
