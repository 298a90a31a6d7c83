#include "engine/graph/matcher_at_hand.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sojourn {
namespace {

constexpr std::uint32_t kChunkRows = ResidualMatcher::kChunkRows;
constexpr std::uint32_t kChunkBlocks = kChunkRows / 64;
constexpr std::uint32_t kLeavesOfChunk = kChunkRows + 1;
// A block of devices goes together through so many chunks; the few that are left go on alone.
constexpr std::uint32_t kChunksTogether = 16;

// One chunk for all devices of a block that are open.
struct Pass {
  const std::uint32_t* chunk = nullptr;   // a vector's part of it begins on a cache line
  const std::uint32_t* places = nullptr;  // by device, by axis: `places_stride` for each
  std::uint32_t places_stride = 0;
  std::uint32_t axes = 0;
  const LeafIndex* leaves = nullptr;  // of the chunk's rows; behind them what none of them decides
  std::uint8_t* open = nullptr;       // devices; those still open are left in front
  std::size_t open_count = 0;
  LeafIndex* found = nullptr;
};

// The first of the blocks that have rows; the last one when none has.
inline std::uint32_t first_block(std::uint32_t filled) {
  return static_cast<std::uint32_t>(std::countr_zero(filled | 1u << (kChunkBlocks - 1)));
}

// Ends a device's pass: its row is in `block`, `rows` are the block's. Without any it is told the
// default, which stands where bit 64 of the last block would be, and stays open. No branch.
[[gnu::always_inline]] inline void settle(const Pass& pass, std::uint8_t device,
                                          std::uint32_t block, std::uint64_t rows,
                                          std::size_t& kept) {
  pass.found[device] = pass.leaves[block * 64 + static_cast<std::uint32_t>(std::countr_zero(rows))];
  pass.open[kept] = device;
  kept += rows == 0 ? 1 : 0;
}

// The passes below have a copy of their own: what is written to `open` could else be any member.
std::size_t pass_plain(const Pass& given) {
  const Pass pass = given;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < pass.open_count; ++k) {
    std::uint8_t device = pass.open[k];
    const std::uint32_t* places = pass.places + std::size_t{device} * pass.places_stride;
    std::uint64_t blocks[kChunkBlocks];
    std::fill_n(blocks, kChunkBlocks, ~std::uint64_t{0});
    for (std::uint32_t i = 0; i < pass.axes; ++i) {
      std::uint64_t vector[kChunkBlocks];
      std::memcpy(vector, pass.chunk + places[i], sizeof vector);
      for (std::uint32_t b = 0; b < kChunkBlocks; ++b) blocks[b] &= vector[b];
    }
    std::uint32_t filled = 0;
    for (std::uint32_t b = 0; b < kChunkBlocks; ++b) filled |= (blocks[b] != 0 ? 1u : 0u) << b;
    std::uint32_t block = first_block(filled);
    settle(pass, device, block, blocks[block], kept);
  }
  return kept;
}

#if defined(__x86_64__)

[[gnu::target("avx2")]] inline __m256i load(const std::uint32_t* at) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(at));
}

// A bit for each of four blocks that has rows.
[[gnu::target("avx2")]] inline std::uint32_t filled_of(__m256i blocks) {
  __m256i empty = _mm256_cmpeq_epi64(blocks, _mm256_setzero_si256());
  return ~static_cast<std::uint32_t>(_mm256_movemask_pd(_mm256_castsi256_pd(empty))) & 0xF;
}

// How many axes there are is known to the compiler: a loop over them costs as much as a third of
// what it loads.

// Lanes: of 256 rows; a table of up to so many needs but one.
template <std::uint32_t Lanes, std::uint32_t Axes>
[[gnu::target("avx2,bmi")]] std::size_t pass_256(const Pass& given) {
  const Pass pass = given;
  constexpr std::uint32_t kLaneWords = 8;
  std::size_t kept = 0;
  alignas(32) std::uint64_t blocks[kChunkBlocks] = {};
  for (std::size_t k = 0; k < pass.open_count; ++k) {
    std::uint8_t device = pass.open[k];
    const std::uint32_t* places = pass.places + std::size_t{device} * pass.places_stride;
    __m256i low = load(pass.chunk + places[0]);
    __m256i high = Lanes > 1 ? load(pass.chunk + places[0] + kLaneWords) : low;
#pragma GCC unroll 32
    for (std::uint32_t i = 1; i < Axes; ++i) {
      const std::uint32_t* vector = pass.chunk + places[i];
      low = _mm256_and_si256(low, load(vector));
      if (Lanes > 1) high = _mm256_and_si256(high, load(vector + kLaneWords));
    }
    _mm256_store_si256(reinterpret_cast<__m256i*>(blocks), low);
    std::uint32_t filled = filled_of(low);
    if (Lanes > 1) {
      _mm256_store_si256(reinterpret_cast<__m256i*>(blocks + 4), high);
      filled |= filled_of(high) << 4;
    }
    std::uint32_t block = first_block(filled);
    settle(pass, device, block, blocks[block], kept);
  }
  return kept;
}

// A vector's part of a chunk at once.
template <std::uint32_t Axes>
[[gnu::target("avx512f,bmi")]] std::size_t pass_512(const Pass& given) {
  const Pass pass = given;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < pass.open_count; ++k) {
    std::uint8_t device = pass.open[k];
    const std::uint32_t* places = pass.places + std::size_t{device} * pass.places_stride;
    __m512i rows = _mm512_load_si512(pass.chunk + places[0]);
#pragma GCC unroll 32
    for (std::uint32_t i = 1; i < Axes; ++i) {
      rows = _mm512_and_si512(rows, _mm512_load_si512(pass.chunk + places[i]));
    }
    // The first block with rows comes to the front, without a way through memory.
    __mmask8 filled = _mm512_test_epi64_mask(rows, rows);
    __m512i front = _mm512_maskz_compress_epi64(filled, rows);
    settle(pass, device, first_block(filled), static_cast<std::uint64_t>(front[0]), kept);
  }
  return kept;
}

using PassFunction = std::size_t (*)(const Pass&);
struct WidePasses {
  PassFunction few_rows, in_256, in_512;
};
template <std::uint32_t... Axes>
constexpr auto passes_of(std::integer_sequence<std::uint32_t, Axes...>) {
  return std::array{
      WidePasses{&pass_256<1, Axes + 1>, &pass_256<2, Axes + 1>, &pass_512<Axes + 1>}...};
}
// By the number of axes, from one on.
constexpr auto kWidePasses =
    passes_of(std::make_integer_sequence<std::uint32_t, MatcherAtHand::kAxesMax>());

// Eight axes at a time; reads and writes up to seven beyond the last.
[[gnu::target("avx2")]] inline __m256i eight_classes(const std::uint8_t* at) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)));
}
[[gnu::target("avx2")]] inline __m256i eight_classes(const std::uint16_t* at) {
  return _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}
template <class Class>
[[gnu::target("avx2")]] void place_wide(const Class* classes, std::size_t stride, std::size_t count,
                                        const std::uint32_t* begins, std::uint32_t padded_axes,
                                        std::uint32_t* places) {
  constexpr int kShift = std::countr_zero(ResidualMatcher::kChunkWords);
  for (std::size_t d = 0; d < count; ++d, classes += stride, places += padded_axes) {
    for (std::uint32_t i = 0; i < padded_axes; i += 8) {
      __m256i vector = _mm256_slli_epi32(eight_classes(classes + i), kShift);
      __m256i begin = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(begins + i));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(places + i), _mm256_add_epi32(vector, begin));
    }
  }
}

#endif

// How wide the registers are that there are passes for: 512, 256; 0: any.
std::uint32_t widest_registers() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi")) return 0;
  return __builtin_cpu_supports("avx512f") ? 512 : 256;
#else
  return 0;
#endif
}

// How many devices are left open.
std::size_t run(const Pass& pass, std::uint32_t rows_in_all, std::uint32_t register_bits) {
#if defined(__x86_64__)
  const WidePasses& wide = kWidePasses[pass.axes - 1];
  if (register_bits >= 256 && rows_in_all <= 256) return wide.few_rows(pass);
  if (register_bits >= 512) return wide.in_512(pass);
  if (register_bits >= 256) return wide.in_256(pass);
#endif
  return pass_plain(pass);
}

}  // namespace

struct MatcherAtHand::Block {
  std::uint32_t places[kBlockDevices * kAxesMax];
  std::uint8_t open[kBlockDevices + 1];  // one more than there can be is written to
};

bool MatcherAtHand::fits(const DecisionGraph& graph) {
  const GraphTargets& targets = graph.targets();
  if (GraphTargets::is_leaf(graph.root()) || !targets.is_matcher(graph.root())) return false;
  ResidualMatcher matcher(graph.words(), targets.matcher_offset(graph.root()));
  if (matcher.axis_count() == 0 || matcher.axis_count() > kAxesMax) return false;
  if (matcher.row_count() == 0 || matcher.guards() != 0) return false;
  for (std::uint32_t row = 0; row < matcher.row_count(); ++row) {
    if (!GraphTargets::is_leaf(matcher.target(row))) return false;
  }
  return true;
}

MatcherAtHand::MatcherAtHand(const DecisionGraph& graph, std::uint32_t register_bits_max)
    : matcher_(graph.words(), graph.targets().matcher_offset(graph.root())),
      register_bits_(std::min(register_bits_max, widest_registers())) {
  for (std::uint32_t i = 0; i < matcher_.axis_count(); ++i) {
    axes_.push_back({matcher_.axis(i), static_cast<std::uint32_t>(places_.size())});
    ClassIndex classes = graph.axes()[matcher_.axis(i)].class_count;
    for (ClassIndex c = 0; c < classes; ++c) places_.push_back(matcher_.place(i, c));
  }
  add_leaves();
  plain_ = is_plain(graph);
  for (const OnAxis& on : axes_) plain_begins_.push_back(places_[on.first]);
  plain_begins_.resize((axes_.size() + 7) / 8 * 8, 0);
  // Where most chunks are empty for most devices, the summaries say which are not.
  chunks_together_ = std::min(matcher_.chunk_count(), is_dense() ? kChunksTogether : 1);
  lines_.resize(std::size_t{chunks_together_} * lines_of_chunk());
  std::memcpy(lines_.data(), matcher_.chunk(0), lines_.size() * sizeof(Line));
}

void MatcherAtHand::add_leaves() {
  leaves_.assign(std::size_t{matcher_.chunk_count()} * kLeavesOfChunk, matcher_.default_value());
  for (std::uint32_t row = 0; row < matcher_.row_count(); ++row) {
    leaves_[row / kChunkRows * kLeavesOfChunk + row % kChunkRows] =
        matcher_.target(row) & ~DecisionGraph::kLeafBit;
  }
}

bool MatcherAtHand::is_plain(const DecisionGraph& graph) const {
  if (axes_.size() != graph.axes().size()) return false;
  for (std::uint32_t i = 0; i < axes_.size(); ++i) {
    if (axes_[i].axis != i || matcher_.table(i) != 0) return false;
  }
  return true;
}

// Does a device, as a rule, find rows of every vector in every chunk?
bool MatcherAtHand::is_dense() const {
  double filled = 1;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    std::size_t end = i + 1 < axes_.size() ? axes_[i + 1].first : places_.size();
    double of_axis = 0;
    for (std::size_t p = axes_[i].first; p < end; ++p) {
      of_axis += matcher_.filled_share(places_[p]) / static_cast<double>(end - axes_[i].first);
    }
    filled *= of_axis;
  }
  return filled > 0.5;
}

void MatcherAtHand::decide_block(Block& block, std::size_t count, LeafIndex* found) const {
  for (std::size_t d = 0; d < count; ++d) block.open[d] = static_cast<std::uint8_t>(d);
  Pass pass;
  pass.places = block.places;
  pass.places_stride = static_cast<std::uint32_t>(plain_begins_.size());
  pass.axes = static_cast<std::uint32_t>(axes_.size());
  pass.open = block.open;
  pass.open_count = count;
  pass.found = found;
  for (std::uint32_t chunk = 0; chunk < chunks_together_ && pass.open_count > 0; ++chunk) {
    pass.chunk = lines_[chunk * lines_of_chunk()].words;
    pass.leaves = leaves_.data() + std::size_t{chunk} * kLeavesOfChunk;
    pass.open_count = run(pass, matcher_.row_count(), register_bits_);
  }
  if (chunks_together_ == matcher_.chunk_count()) return;
  for (std::size_t k = 0; k < pass.open_count; ++k) {
    std::uint8_t device = block.open[k];
    const std::uint32_t* places = block.places + std::size_t{device} * pass.places_stride;
    matcher_.match_from(chunks_together_, places, pass.axes, [&](std::uint32_t row) {
      found[device] = matcher_.target(row) & ~DecisionGraph::kLeafBit;
      return true;
    });
  }
}

template <class Class>
void MatcherAtHand::find_places(const Class* classes, std::size_t stride, std::size_t count,
                                Block& block) const {
  auto padded = static_cast<std::uint32_t>(plain_begins_.size());
  std::size_t done = 0;
#if defined(__x86_64__)
  // The last devices have nothing behind them that may be read.
  std::size_t behind = stride > 0 ? (padded - axes_.size() + stride - 1) / stride : count;
  if (plain_ && register_bits_ >= 256 && count > behind) {
    done = count - behind;
    place_wide(classes, stride, done, plain_begins_.data(), padded, block.places);
  }
#endif
  for (std::size_t d = done; d < count; ++d) {
    std::uint32_t* place = block.places + d * padded;
    for (const OnAxis& on : axes_) *place++ = places_[on.first + classes[d * stride + on.axis]];
  }
}

template <class Class>
void MatcherAtHand::decide(const Class* classes, std::size_t stride,
                           std::span<LeafIndex> found) const {
  Block block;
  for (std::size_t first = 0; first < found.size(); first += kBlockDevices) {
    std::size_t count = std::min(kBlockDevices, found.size() - first);
    find_places(classes + first * stride, stride, count, block);
    decide_block(block, count, found.data() + first);
  }
}

template void MatcherAtHand::decide(const std::uint8_t*, std::size_t, std::span<LeafIndex>) const;
template void MatcherAtHand::decide(const std::uint16_t*, std::size_t, std::span<LeafIndex>) const;

}  // namespace sojourn
