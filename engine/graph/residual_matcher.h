// A residual matcher: the rows still alive at some point of a graph, as bit vectors.
//
// Each row is a box: per axis, a set of classes. For every axis, a reading's class selects a vector
// with one bit per row ("would this row accept the class?"); the rows that match are the
// intersection, in order. Summary words (one bit per chunk of 256 rows) skip what is empty. This is
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
//   5         n times: an axis, the offset (from o) of its table
//   then      r targets: what a row leads to. A leaf; or a node whose sub-graph decides whether the
//             row really holds: its leaves are the row's value, or kNextRow where it does not
//   then      tables: per class of the axis, the offset (from o) of its vector
//   then      vectors: s summary words, c chunks of 256 rows, low half first;
//             c = ceil(r / 256), s = ceil(c / 64)
//
// A chunk of all axes is intersected at once and without a branch, so that the processor reads far
// ahead; the first one is looked at before anything else, for most decisions end there.
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
  static constexpr std::uint32_t kAxisWords = 2;
  static constexpr std::uint32_t kChunkRows = 256;
  static constexpr std::uint32_t kChunkWords = kChunkRows / 32;
  // Vectors are kept on the stack while they are intersected.
  static constexpr std::uint32_t kAxesMax = 128;

  ResidualMatcher(std::span<const std::uint32_t> words, std::uint32_t at)
      : words_(words.data() + at) {}

  std::uint32_t word_count() const { return words_[1]; }
  std::uint32_t axis_count() const { return words_[2]; }
  std::uint32_t row_count() const { return words_[3]; }
  std::uint32_t default_value() const { return words_[4]; }
  std::uint32_t chunk_count() const { return (row_count() + kChunkRows - 1) / kChunkRows; }
  std::uint32_t summary_count() const { return (chunk_count() + 63) / 64; }
  AxisIndex axis(std::uint32_t i) const { return words_[kHeaderWords + kAxisWords * i]; }
  // Offsets from the matcher's beginning.
  std::uint32_t table(std::uint32_t i) const { return words_[kHeaderWords + kAxisWords * i + 1]; }
  std::uint32_t target(std::uint32_t row) const {
    return words_[kHeaderWords + kAxisWords * axis_count() + row];
  }

  // Visits the targets of the rows that match, in order, until a visit returns true.
  template <class ClassOf, class Visit>  // ClassIndex(AxisIndex); bool(std::uint32_t target)
  void match(const ClassOf& class_of_axis, const Visit& visit) const {
    std::uint32_t axes = axis_count();
    if (axes == 0) return match_all(visit);
    // Each axis's chunks, without their summary.
    const std::uint32_t* vectors[kAxesMax];
    std::uint32_t summaries = summary_count();
    for (std::uint32_t i = 0; i < axes; ++i) {
      const std::uint32_t* row = words_ + kHeaderWords + kAxisWords * i;
      vectors[i] = words_ + words_[row[1] + class_of_axis(row[0])] + 2 * summaries;
    }
    std::uint32_t chunks = chunk_count();
    if (visit_chunk(vectors, axes, 0, visit) || chunks == 1) return;
    for (std::uint32_t s = 0; s < summaries; ++s) {
      std::uint64_t filled = ~std::uint64_t{0};
      for (std::uint32_t i = 0; i < axes; ++i) {
        std::uint64_t summary;
        std::memcpy(&summary, vectors[i] - 2 * std::size_t{summaries - s}, sizeof summary);
        filled &= summary;
      }
      if (s == 0) filled &= ~std::uint64_t{1};
      for (; filled != 0; filled &= filled - 1) {
        std::uint32_t chunk = s * 64 + static_cast<std::uint32_t>(std::countr_zero(filled));
        if (visit_chunk(vectors, axes, chunk, visit)) return;
      }
    }
  }

 private:
  // 128 bits that the compiler keeps in one register.
  using Lane = std::uint64_t __attribute__((vector_size(16)));
  static Lane lane(const std::uint32_t* words) {
    Lane value;
    std::memcpy(&value, words, sizeof value);
    return value;
  }

  // Invariant: vectors have no bits beyond the last row.
  template <class Visit>
  bool visit_chunk(const std::uint32_t* const* vectors, std::uint32_t axes, std::uint32_t chunk,
                   const Visit& visit) const {
    std::size_t at = std::size_t{chunk} * kChunkWords;
    Lane low = lane(vectors[0] + at), high = lane(vectors[0] + at + 4);
    for (std::uint32_t i = 1; i < axes; ++i) {
      low &= lane(vectors[i] + at);
      high &= lane(vectors[i] + at + 4);
    }
    Lane any = low | high;
    if ((any[0] | any[1]) == 0) return false;
    const std::uint64_t blocks[4] = {low[0], low[1], high[0], high[1]};
    for (std::uint32_t b = 0; b < 4; ++b) {
      for (std::uint64_t rows = blocks[b]; rows != 0; rows &= rows - 1) {
        auto bit = static_cast<std::uint32_t>(std::countr_zero(rows));
        if (visit(target(chunk * kChunkRows + b * 64 + bit))) return true;
      }
    }
    return false;
  }

  // With no axis at all every row matches.
  template <class Visit>
  void match_all(const Visit& visit) const {
    for (std::uint32_t row = 0; row < row_count(); ++row) {
      if (visit(target(row))) return;
    }
  }

  const std::uint32_t* words_;
};

}  // namespace sojourn
