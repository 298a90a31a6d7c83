// A residual matcher: the rows still alive at some point of a graph, as bit vectors.
//
// Each row is a box: per axis, a set of classes. For every axis, a reading's class selects a vector
// with one bit per row ("would this row accept the class?"); the rows that match are the
// intersection, in order. Summary words (one bit per chunk of 512 rows) skip what is empty. This is
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
//   5 words w of one chunk of all axes   6 the offset (from o) of the summaries   7 of the chunks
//   8         the offset (from o) of the guards; 0: every row holds wherever it matches
//   9         n times: an axis, where its vectors begin inside a chunk, the offset (from o) of its
//             table; 0: no table, the class is the number of the vector
//   then      r targets: a leaf; or the later row to go on with, those before it do not count
//   then      guards, if any: r targets, each a leaf or a node whose sub-graph says whether the row
//             really holds: 1, or 0. Rows share them, however large
//   then      tables: per class of the axis, the number of its vector
//   then      summaries: for every 64 chunks, 64 bits of each vector, laid out as a chunk is
//   then      c = ceil(r / 512) chunks: 512 bits of each vector, lowest first, axis by axis
//
// A chunk of a vector is one cache line, and what one chunk needs of all axes lies together: the
// first ones stay in the nearest cache, however many rows there are, and most decisions end there.
// A chunk is intersected at once and without a branch, so that the processor reads far ahead.
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
  static constexpr std::uint32_t kLeafBit = 0x8000'0000u;  // of a target, as GraphTargets has it
  static constexpr std::uint32_t kHeaderWords = 9;
  static constexpr std::uint32_t kAxisWords = 3;
  static constexpr std::uint32_t kChunkRows = 512;
  static constexpr std::uint32_t kChunkWords = kChunkRows / 32;  // of one vector
  static constexpr std::uint32_t kSummaryWords = 2;              // of one vector
  // Where an axis's vector lies is kept on the stack while chunks are intersected.
  static constexpr std::uint32_t kAxesMax = 128;

  ResidualMatcher(std::span<const std::uint32_t> words, std::uint32_t at)
      : words_(words.data() + at) {}

  std::uint32_t word_count() const { return words_[1]; }
  std::uint32_t axis_count() const { return words_[2]; }
  std::uint32_t row_count() const { return words_[3]; }
  std::uint32_t default_value() const { return words_[4]; }
  std::uint32_t chunk_count() const { return (row_count() + kChunkRows - 1) / kChunkRows; }
  std::uint32_t summary_count() const { return (chunk_count() + 63) / 64; }
  std::uint32_t words_of_chunk() const { return words_[5]; }
  // Offsets from the matcher's beginning.
  std::uint32_t summaries() const { return words_[6]; }
  std::uint32_t chunks() const { return words_[7]; }
  std::uint32_t guards() const { return words_[8]; }
  AxisIndex axis(std::uint32_t i) const { return words_[kHeaderWords + kAxisWords * i]; }
  std::uint32_t vectors(std::uint32_t i) const { return words_[kHeaderWords + kAxisWords * i + 1]; }
  std::uint32_t table(std::uint32_t i) const { return words_[kHeaderWords + kAxisWords * i + 2]; }
  std::uint32_t vector_number(std::uint32_t i, ClassIndex value) const {
    return table(i) == 0 ? value : words_[table(i) + value];
  }
  std::uint32_t target(std::uint32_t row) const {
    return words_[kHeaderWords + kAxisWords * axis_count() + row];
  }
  // Requires: there are guards.
  std::uint32_t guard(std::uint32_t row) const { return words_[guards() + row]; }
  // Where the i-th axis's vector for a class lies inside each chunk.
  std::uint32_t place(std::uint32_t i, ClassIndex value) const {
    return vectors(i) + kChunkWords * vector_number(i, value);
  }
  const std::uint32_t* chunk(std::uint32_t number) const {
    return words_ + chunks() + std::size_t{number} * words_of_chunk();
  }
  // The part of all chunks in which the vector has rows.
  double filled_share(std::uint32_t place) const {
    int filled = 0;
    for (std::uint32_t s = 0; s < summary_count(); ++s) {
      filled += std::popcount(filled_chunks(&place, 1, s));
    }
    return static_cast<double>(filled) / chunk_count();
  }

  // Visits the leaves of the rows that hold, in order, until a visit returns true.
  // `ends_at`: the leaf at which the walk from a guard ends.
  template <class ClassOf, class EndsAt, class Visit>
  void for_each_row(const ClassOf& class_of_axis, const EndsAt& ends_at,
                    const Visit& visit) const {  // bool(LeafIndex)
    std::uint32_t first = 0;                     // row that counts
    match(class_of_axis, [&](std::uint32_t row) {
      if (row < first) return false;
      if (guards() != 0 && ends_at(guard(row)) == 0) return false;
      std::uint32_t to = target(row);
      if ((to & kLeafBit) != 0) return visit(to & ~kLeafBit);
      first = to;
      return false;
    });
  }

  // Visits the rows that match, in order, until a visit returns true.
  template <class ClassOf, class Visit>  // ClassIndex(AxisIndex); bool(std::uint32_t row)
  void match(const ClassOf& class_of_axis, const Visit& visit) const {
    std::uint32_t axes = axis_count();
    if (axes == 0) return match_all(visit);
    if (row_count() <= kFewRows) return match_few(class_of_axis, visit);
    std::uint32_t places[kAxesMax];  // of each axis's vector inside a chunk
    const std::uint32_t* row = words_ + kHeaderWords;
    for (std::uint32_t i = 0; i < axes; ++i, row += kAxisWords) {
      std::uint32_t vector = class_of_axis(row[0]);
      if (row[2] != 0) vector = words_[row[2] + vector];
      places[i] = row[1] + kChunkWords * vector;
    }
    Rows alive;
    if (intersect(chunk(0), places, axes, alive) && visit_rows(alive, 0, visit)) return;
    if (row_count() > kChunkRows) match_from(1, places, axes, visit);
  }

  // The same from a chunk on, given where the vector of each axis lies.
  template <class Visit>
  void match_from(std::uint32_t first_chunk, const std::uint32_t* places, std::uint32_t axes,
                  const Visit& visit) const {
    Rows alive;
    for (std::uint32_t s = first_chunk / 64; s < summary_count(); ++s) {
      std::uint64_t filled = filled_chunks(places, axes, s);
      if (s == first_chunk / 64) filled &= ~std::uint64_t{0} << (first_chunk % 64);
      for (; filled != 0; filled &= filled - 1) {
        std::uint32_t number = s * 64 + static_cast<std::uint32_t>(std::countr_zero(filled));
        if (!intersect(chunk(number), places, axes, alive)) continue;
        if (visit_rows(alive, number * kChunkRows, visit)) return;
      }
    }
  }

 private:
  // So many rows need a quarter of a chunk: two words of each vector, taken together at once.
  static constexpr std::uint32_t kFewRows = 128;

  template <class ClassOf, class Visit>
  void match_few(const ClassOf& class_of_axis, const Visit& visit) const {
    const std::uint32_t* chunk = words_ + chunks();
    std::uint64_t low = ~std::uint64_t{0}, high = ~std::uint64_t{0};
    const std::uint32_t* row = words_ + kHeaderWords;
    for (std::uint32_t i = 0; i < axis_count(); ++i, row += kAxisWords) {
      std::uint32_t vector = class_of_axis(row[0]);
      if (row[2] != 0) vector = words_[row[2] + vector];
      std::uint64_t of_vector[2];
      std::memcpy(of_vector, chunk + row[1] + kChunkWords * vector, sizeof of_vector);
      low &= of_vector[0];
      high &= of_vector[1];
    }
    for (std::uint32_t first : {0u, 64u}) {
      for (std::uint64_t rows = first == 0 ? low : high; rows != 0; rows &= rows - 1) {
        if (visit(first + static_cast<std::uint32_t>(std::countr_zero(rows)))) return;
      }
    }
  }

  static constexpr std::uint32_t kBlocks = kChunkRows / 64;
  using Rows = std::uint64_t[kBlocks];  // a bit for each row of a chunk

  // The rows that every axis's vector has; false when there are none. Requires: axes > 0.
  static bool intersect(const std::uint32_t* chunk, const std::uint32_t* places, std::uint32_t axes,
                        Rows& alive);

  // Which of 64 chunks have rows, as far as each vector tells for itself.
  std::uint64_t filled_chunks(const std::uint32_t* places, std::uint32_t axes,
                              std::uint32_t summary) const {
    constexpr std::uint32_t kSmaller = kChunkWords / kSummaryWords;
    const std::uint32_t* at =
        words_ + summaries() + std::size_t{summary} * (words_of_chunk() / kSmaller);
    std::uint64_t filled = ~std::uint64_t{0};
    for (std::uint32_t i = 0; i < axes; ++i) {
      std::uint64_t of_vector;
      std::memcpy(&of_vector, at + places[i] / kSmaller, sizeof of_vector);
      filled &= of_vector;
    }
    return filled;
  }

  // Requires: some row. Invariant: vectors have no bits beyond the last row.
  template <class Visit>
  bool visit_rows(const Rows& alive, std::uint32_t first_row, const Visit& visit) const {
    std::uint32_t filled = 0;  // which blocks have rows: found out without a branch
    for (std::uint32_t b = 0; b < kBlocks; ++b) filled |= (alive[b] != 0 ? 1u : 0u) << b;
    for (; filled != 0; filled &= filled - 1) {
      auto b = static_cast<std::uint32_t>(std::countr_zero(filled));
      for (std::uint64_t rows = alive[b]; rows != 0; rows &= rows - 1) {
        auto bit = static_cast<std::uint32_t>(std::countr_zero(rows));
        if (visit(first_row + b * 64 + bit)) return true;
      }
    }
    return false;
  }

  // With no axis at all every row matches.
  template <class Visit>
  void match_all(const Visit& visit) const {
    for (std::uint32_t row = 0; row < row_count(); ++row) {
      if (visit(row)) return;
    }
  }

  const std::uint32_t* words_;
};

}  // namespace sojourn
