// DayBits: a set of calendar days, a bit each; counts and runs are found a word at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sojourn {

class DayBits {
 public:
  // Both ends belong to the range; an empty range (last < first) is nothing.
  void set(std::int32_t first, std::int32_t last);
  void clear(std::int32_t first, std::int32_t last);
  bool contains(std::int32_t day) const;
  std::int32_t count(std::int32_t first, std::int32_t last) const;
  // How many days in a row, ending with `day`, are in the set.
  std::int32_t run_length_back(std::int32_t day) const;
  // The last member at or before `day`.
  std::optional<std::int32_t> last_at_or_before(std::int32_t day) const;
  // Takes in all days of `other`.
  void merge(const DayBits& other);
  std::size_t byte_count() const { return words_.capacity() * sizeof(std::uint64_t); }

 private:
  static std::int32_t word_of(std::int32_t day) { return day >> 6; }
  std::uint64_t word(std::int32_t index) const {  // 0 outside what is kept
    std::int32_t at = index - first_word_;
    return at < 0 || at >= static_cast<std::int32_t>(words_.size())
               ? 0
               : words_[static_cast<std::size_t>(at)];
  }
  void reach(std::int32_t index);

  std::int32_t first_word_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace sojourn
