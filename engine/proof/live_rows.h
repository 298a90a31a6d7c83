// Private to engine/proof: a set of small numbers, walked in order: rows of a list that are alive.
//
//   LiveRows live(rows.size());
//   live.insert(7);
//   for (auto row = live.first_from(0); row != LiveRows::kNone; row = live.first_from(row + 1)) ...
//
// A bit each, and a bit for each word of these that is not zero: a walk over few of many rows looks
// at a word for every 4,096 of them.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace sojourn {

class LiveRows {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;

  explicit LiveRows(std::size_t count)
      : words_((count + 63) / 64, 0), filled_((words_.size() + 63) / 64, 0) {}

  void insert(std::uint32_t row) {
    words_[row / 64] |= bit(row);
    filled_[row / 64 / 64] |= bit(row / 64);
  }
  void erase(std::uint32_t row) {
    words_[row / 64] &= ~bit(row);
    if (words_[row / 64] == 0) filled_[row / 64 / 64] &= ~bit(row / 64);
  }
  // The first one that is not before `row`; kNone: none.
  std::uint32_t first_from(std::uint32_t row) const {
    std::uint32_t word = row / 64;
    if (word >= words_.size()) return kNone;
    if (std::uint64_t rest = words_[word] >> (row % 64)) {
      return row + static_cast<std::uint32_t>(std::countr_zero(rest));
    }
    word = first_of(filled_, word + 1);
    if (word == kNone) return kNone;
    return word * 64 + static_cast<std::uint32_t>(std::countr_zero(words_[word]));
  }

 private:
  static std::uint64_t bit(std::uint32_t number) { return std::uint64_t{1} << (number % 64); }

  // The first bit set that is not before `from`; kNone: none.
  static std::uint32_t first_of(const std::vector<std::uint64_t>& bits, std::uint32_t from) {
    for (std::size_t word = from / 64; word < bits.size(); ++word) {
      std::uint64_t rest = bits[word];
      if (word == from / 64) rest &= ~std::uint64_t{0} << (from % 64);
      if (rest == 0) continue;
      return static_cast<std::uint32_t>(word * 64) +
             static_cast<std::uint32_t>(std::countr_zero(rest));
    }
    return kNone;
  }

  std::vector<std::uint64_t> words_;   // by row
  std::vector<std::uint64_t> filled_;  // by word: it is not zero
};

}  // namespace sojourn
