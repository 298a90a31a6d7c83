// The innermost loop of residual matchers, in the widest registers that the processor has.
#include "engine/graph/residual_matcher.h"

namespace sojourn {
namespace {

template <std::size_t Bytes>
struct LaneOf;
template <>
struct LaneOf<16> {
  using Type = std::uint64_t __attribute__((vector_size(16)));
};
template <>
struct LaneOf<32> {
  using Type = std::uint64_t __attribute__((vector_size(32)));
};

constexpr std::size_t kChunkBytes = ResidualMatcher::kChunkWords * sizeof(std::uint32_t);

// Inlined into a function of each kind of processor.
template <std::size_t Bytes>
[[gnu::always_inline]] inline bool intersect_in(const std::uint32_t* chunk,
                                                const std::uint32_t* places, std::uint32_t axes,
                                                std::uint64_t* alive) {
  using Lane = typename LaneOf<Bytes>::Type;
  constexpr std::size_t kLanes = kChunkBytes / Bytes;
  // Lane by lane, so that they stay in registers.
  constexpr std::size_t kWords = Bytes / sizeof(std::uint32_t);
  Lane lanes[kLanes];
  for (std::size_t l = 0; l < kLanes; ++l) {
    std::memcpy(&lanes[l], chunk + places[0] + l * kWords, Bytes);
  }
  for (std::uint32_t i = 1; i < axes; ++i) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      Lane words;
      std::memcpy(&words, chunk + places[i] + l * kWords, Bytes);
      lanes[l] &= words;
    }
  }
  for (std::size_t l = 0; l < kLanes; ++l) {
    std::memcpy(alive + l * (Bytes / sizeof *alive), &lanes[l], Bytes);
  }
  Lane any = lanes[0];
  for (std::size_t l = 1; l < kLanes; ++l) any |= lanes[l];
  std::uint64_t rows = 0;
  for (std::size_t w = 0; w < Bytes / sizeof rows; ++w) rows |= any[w];
  return rows != 0;
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] bool intersect_wide(const std::uint32_t* chunk, const std::uint32_t* places,
                                            std::uint32_t axes, std::uint64_t* alive) {
  return intersect_in<32>(chunk, places, axes, alive);
}
const bool kIsWide = __builtin_cpu_supports("avx2") != 0;
#endif

}  // namespace

bool ResidualMatcher::intersect(const std::uint32_t* chunk, const std::uint32_t* places,
                                std::uint32_t axes, Rows& alive) {
#if defined(__x86_64__)
  if (kIsWide) return intersect_wide(chunk, places, axes, alive);
#endif
  return intersect_in<16>(chunk, places, axes, alive);
}

}  // namespace sojourn
