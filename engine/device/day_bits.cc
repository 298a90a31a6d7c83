#include "engine/device/day_bits.h"

#include <algorithm>
#include <bit>

namespace sojourn {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// The bits of word `index` that lie within [first, last].
std::uint64_t mask_of(std::int32_t index, std::int32_t first, std::int32_t last) {
  std::uint64_t mask = kAll;
  if (first >> 6 == index) mask &= kAll << (first & 63);
  if (last >> 6 == index) mask &= kAll >> (63 - (last & 63));
  return mask;
}

}  // namespace

void DayBits::reach(std::int32_t index) {
  if (words_.empty()) first_word_ = index;
  if (index < first_word_) {
    words_.insert(words_.begin(), static_cast<std::size_t>(first_word_ - index), 0);
    first_word_ = index;
  }
  auto needed = static_cast<std::size_t>(index - first_word_ + 1);
  if (words_.size() < needed) words_.resize(needed);
}

void DayBits::set(std::int32_t first, std::int32_t last) {
  if (last < first) return;
  reach(word_of(first));
  reach(word_of(last));
  for (std::int32_t i = word_of(first); i <= word_of(last); ++i) {
    words_[static_cast<std::size_t>(i - first_word_)] |= mask_of(i, first, last);
  }
}

void DayBits::clear(std::int32_t first, std::int32_t last) {
  if (last < first || words_.empty()) return;
  std::int32_t begin = std::max(word_of(first), first_word_);
  std::int32_t end =
      std::min(word_of(last), first_word_ + static_cast<std::int32_t>(words_.size()) - 1);
  for (std::int32_t i = begin; i <= end; ++i) {
    words_[static_cast<std::size_t>(i - first_word_)] &= ~mask_of(i, first, last);
  }
}

bool DayBits::contains(std::int32_t day) const {
  return (word(word_of(day)) >> (day & 63) & 1) != 0;
}

std::int32_t DayBits::count(std::int32_t first, std::int32_t last) const {
  if (last < first || words_.empty()) return 0;
  std::int32_t begin = std::max(word_of(first), first_word_);
  std::int32_t end =
      std::min(word_of(last), first_word_ + static_cast<std::int32_t>(words_.size()) - 1);
  std::int32_t total = 0;
  for (std::int32_t i = begin; i <= end; ++i) {
    total += std::popcount(word(i) & mask_of(i, first, last));
  }
  return total;
}

std::int32_t DayBits::run_length_back(std::int32_t day) const {
  std::int32_t length = 0;
  while (true) {
    std::int32_t bit = day & 63;
    std::uint64_t lowest_free = ~word(word_of(day)) << (63 - bit);
    std::int32_t ones = std::min(std::countl_zero(lowest_free), bit + 1);
    length += ones;
    if (ones <= bit) return length;
    day -= ones;
  }
}

std::optional<std::int32_t> DayBits::last_at_or_before(std::int32_t day) const {
  if (words_.empty()) return std::nullopt;
  std::int32_t end = first_word_ + static_cast<std::int32_t>(words_.size()) - 1;
  for (std::int32_t i = std::min(word_of(day), end); i >= first_word_; --i) {
    std::uint64_t bits = word(i);
    if (i == word_of(day)) bits &= kAll >> (63 - (day & 63));
    if (bits != 0) return i * 64 + 63 - std::countl_zero(bits);
  }
  return std::nullopt;
}

void DayBits::merge(const DayBits& other) {
  if (other.words_.empty()) return;
  reach(other.first_word_);
  reach(other.first_word_ + static_cast<std::int32_t>(other.words_.size()) - 1);
  for (std::size_t i = 0; i < other.words_.size(); ++i) {
    words_[static_cast<std::size_t>(other.first_word_ - first_word_) + i] |= other.words_[i];
  }
}

}  // namespace sojourn
