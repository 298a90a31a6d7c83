// A residual matcher: the rows still alive at some point of a graph, as bit vectors.
//
// Each row is a box: per axis, a set of classes. For every axis, a reading's class selects a vector
// with one bit per row ("would this row accept the class?"); the rows that match are the
// intersection, in order. Summary words (one bit per block of 64 rows) skip what is empty. This is
// the bit-vector scheme of packet classification (Lakshman and Stiliadis, "High-speed policy-based
// packet forwarding", 1998; aggregation by Baboescu and Varghese, 2001): linear in memory, at the
// price of a few more steps than a graph.
//
//   axis type:     meter 0b0111  tracker 0b1110
//   axis country:  BR    0b1011  other   0b0110
//   type = meter, country = BR  ->  0b0011  ->  row 0
//
// Words from the matcher's offset o on:
//   0 kHead   1 size in words   2 axes n   3 rows r   4 default value
//   5         n times: an axis, the offset (from o) of its table, that of its first blocks
//   then      r targets: what a row leads to. A leaf; or a node whose sub-graph decides whether the
//             row really holds: its leaves are the row's value, or kNextRow where it does not
//   then      tables: per class of the axis, the offset (from o) of its vector
//   then      first blocks: per class of the axis, the first block of its vector once more, so that
//             most decisions look at nothing else
//   then      vectors: s summary blocks, b blocks of 64 rows, low half first;
//             b = ceil(r / 64), s = ceil(b / 64)
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace sojourn {

using AxisIndex = std::uint32_t;
using ClassIndex = std::uint32_t;
using LeafIndex = std::uint32_t;

class ResidualMatcher {
 public:
  static constexpr std::uint32_t kHead = 0x3FFF'FFFFu;     // no axis has this number
  static constexpr std::uint32_t kNextRow = 0x3FFF'FFFFu;  // nor any leaf
  static constexpr std::uint32_t kHeaderWords = 5;
  static constexpr std::uint32_t kAxisWords = 3;
  // Vectors are kept on the stack while they are intersected.
  static constexpr std::uint32_t kAxesMax = 128;

  ResidualMatcher(std::span<const std::uint32_t> words, std::uint32_t at)
      : words_(words.data() + at) {}

  std::uint32_t word_count() const { return words_[1]; }
  std::uint32_t axis_count() const { return words_[2]; }
  std::uint32_t row_count() const { return words_[3]; }
  std::uint32_t default_value() const { return words_[4]; }
  std::uint32_t block_count() const { return (row_count() + 63) / 64; }
  std::uint32_t summary_count() const { return (block_count() + 63) / 64; }
  AxisIndex axis(std::uint32_t i) const { return words_[kHeaderWords + kAxisWords * i]; }
  // Offsets from the matcher's beginning.
  std::uint32_t table(std::uint32_t i) const { return words_[kHeaderWords + kAxisWords * i + 1]; }
  std::uint32_t first_blocks(std::uint32_t i) const {
    return words_[kHeaderWords + kAxisWords * i + 2];
  }
  std::uint32_t target(std::uint32_t row) const {
    return words_[kHeaderWords + kAxisWords * axis_count() + row];
  }

  // Visits the targets of the rows that match, in order, until a visit returns true.
  template <class ClassOf, class Visit>  // ClassIndex(AxisIndex); bool(std::uint32_t target)
  void match(const ClassOf& class_of_axis, const Visit& visit) const {
    ClassIndex classes[kAxesMax];
    std::uint32_t axes = axis_count();
    std::uint64_t first = block_count() > 1 ? ~std::uint64_t{0} : last_block();
    for (std::uint32_t i = 0; i < axes; ++i) {
      classes[i] = class_of_axis(axis(i));
      first &= block(words_ + first_blocks(i), classes[i]);
    }
    for (; first != 0; first &= first - 1) {
      if (visit(target(static_cast<std::uint32_t>(std::countr_zero(first))))) return;
    }
    if (block_count() == 1) return;
    const std::uint32_t* vectors[kAxesMax];
    for (std::uint32_t i = 0; i < axes; ++i) vectors[i] = words_ + words_[table(i) + classes[i]];
    std::uint32_t summaries = summary_count();
    for (std::uint32_t s = 0; s < summaries; ++s) {
      std::uint64_t blocks = s + 1 < summaries ? ~std::uint64_t{0} : last_summary();
      if (s == 0) blocks &= ~std::uint64_t{1};
      for (std::uint32_t i = 0; i < axes; ++i) blocks &= block(vectors[i], s);
      for (; blocks != 0; blocks &= blocks - 1) {
        std::uint32_t b = s * 64 + static_cast<std::uint32_t>(std::countr_zero(blocks));
        std::uint64_t rows = b + 1 < block_count() ? ~std::uint64_t{0} : last_block();
        for (std::uint32_t i = 0; i < axes; ++i) rows &= block(vectors[i], summaries + b);
        for (; rows != 0; rows &= rows - 1) {
          if (visit(target(b * 64 + static_cast<std::uint32_t>(std::countr_zero(rows))))) return;
        }
      }
    }
  }

 private:
  static std::uint64_t block(const std::uint32_t* vector, std::uint32_t i) {
    std::uint64_t value;
    std::memcpy(&value, vector + 2 * std::size_t{i}, sizeof value);
    return value;
  }
  static std::uint64_t low_bits(std::uint32_t count) {
    return count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
  }
  // With no axis at all every row matches; otherwise vectors have no bits beyond.
  std::uint64_t last_block() const { return low_bits(row_count() - (block_count() - 1) * 64); }
  std::uint64_t last_summary() const {
    return low_bits(block_count() - (summary_count() - 1) * 64);
  }

  const std::uint32_t* words_;
};

}  // namespace sojourn
