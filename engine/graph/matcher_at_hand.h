// A residual matcher asked about many devices at once, with every class at hand.
//
//   MatcherAtHand table(graph);
//   table.decide(classes, stride, found);    // classes[d * stride + a]: device d, axis a
//
// One device after the other ends after another number of chunks, which the processor guesses
// wrongly about once for each device. Here a block of devices goes through the table together:
//
//   chunk 0 for devices 0 1 2 3 4 5 ..      0 and 3 are decided
//   chunk 1 for devices 1 2 4 5 ..          and so on with those that are left
//
// No branch depends on what a device is like, so that the processor reads ahead through the whole
// block, and what a chunk needs stays in the nearest cache until the block is through with it.
//
// Immutable; deciding allocates nothing and is safe from any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/graph/decision_graph.h"

namespace sojourn {

class MatcherAtHand {
 public:
  static constexpr std::size_t kAxesMax = 32;

  // Can the graph be asked this way? Its root is a matcher, and what its rows lead to is decided.
  static bool fits(const DecisionGraph& graph);

  // Uses the widest registers that the processor has, of so many bits at most; what it finds is the
  // same with all.
  // Requires: `fits`; the graph outlives this.
  explicit MatcherAtHand(const DecisionGraph& graph, std::uint32_t register_bits_max = 512);

  template <class Class>  // std::uint8_t, std::uint16_t
  void decide(const Class* classes, std::size_t stride, std::span<LeafIndex> found) const;

 private:
  static constexpr std::size_t kBlockDevices = 256;

  struct OnAxis {
    AxisIndex axis = 0;
    std::uint32_t first = 0;  // into `places_`: by class, where its vector lies inside a chunk
  };
  struct Block;

  std::size_t lines_of_chunk() const {
    return matcher_.words_of_chunk() / ResidualMatcher::kChunkWords;
  }
  bool is_dense() const;
  void add_leaves();
  bool is_plain(const DecisionGraph& graph) const;
  template <class Class>
  void find_places(const Class* classes, std::size_t stride, std::size_t count, Block& block) const;
  void decide_block(Block& block, std::size_t count, LeafIndex* found) const;

  // A vector's part of one chunk, on a cache line of its own: inside the graph it lies across two.
  struct alignas(64) Line {
    std::uint32_t words[ResidualMatcher::kChunkWords];
  };

  ResidualMatcher matcher_;
  std::uint32_t register_bits_ = 0;
  std::vector<Line> lines_;  // of the chunks that devices go through together
  std::vector<OnAxis> axes_;
  std::vector<std::uint32_t> places_;
  // Every axis of the graph is the matcher's, and a class is the number of its vector.
  bool plain_ = false;
  std::vector<std::uint32_t> plain_begins_;  // where the vectors of each axis begin; padded
  std::vector<LeafIndex> leaves_;            // by chunk and row; behind each chunk the default
  std::uint32_t chunks_together_ = 0;
};

}  // namespace sojourn
