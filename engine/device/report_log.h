// ReportLog: the instants of a device's recent reports, and which signals each one carried.
//
// It answers the two questions that a late report raises (when did this signal report last before,
// and first after?) and recognises reports that came twice. It reaches back as far as reports may
// be late; older entries are forgotten.
//
// Few reports carry other signals than the one before, so what a report carried is kept as the
// index of a *shape*, a bit per signal. The newest shapes are looked through for an equal one; two
// equal shapes do no harm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/instant.h"
#include "engine/device/compact_vector.h"

namespace sojourn {

using SignalIndex = std::uint32_t;

class ReportLog {
 public:
  // Which of two reports of one instant holds: ours over what was reported, that over what stands
  // (`given`, inventory); among equals the later line, then the greater digest, so that the order
  // of arrival does not matter.
  enum class Rank : std::uint8_t { standing, reported, commanded };
  static constexpr int kLineBits = 40, kShapeBits = 22, kRankBits = 2;
  static constexpr std::uint64_t kLineMax = (std::uint64_t{1} << kLineBits) - 1;

  struct Entry {
    Instant at;
    std::uint64_t digest = 0;  // of what the report says
    std::uint64_t line : kLineBits = 0;
    std::uint64_t shape : kShapeBits = 0;
    std::uint64_t rank : kRankBits = 0;
    // Of two reports that contradict each other the one of greater order holds.
    std::uint64_t order() const {
      return std::uint64_t{rank} << 62 | std::uint64_t{line} << kShapeBits |
             digest >> (kLineBits + kRankBits);
    }
    bool standing() const { return rank == static_cast<std::uint64_t>(Rank::standing); }
  };

  explicit ReportLog(SignalIndex signal_count) : shape_words_(signal_count / 64 + 1) {}

  // An entry that is not yet in the log: of a report that carries these signals, in any order.
  Entry entry(Instant at, std::uint64_t digest, Rank rank, std::uint64_t line,
              const std::vector<SignalIndex>& signals);
  bool contains(Instant at, std::uint64_t digest) const;
  // Has a report of this instant and a greater order spoken about the signal?
  bool outranked(const Entry& entry, SignalIndex signal) const;
  bool any_at(Instant at) const;
  void add(const Entry& entry);
  void forget_before(Instant t);
  // Lets go of memory that forgotten entries took.
  void shrink_to_fit();

  // Reports of the signal strictly before, strictly after `t`.
  std::optional<Instant> last_before(SignalIndex signal, Instant t) const;
  std::optional<Instant> first_after(SignalIndex signal, Instant t) const;
  // Did a standing report of the signal come within [from, to]?
  bool any_standing(SignalIndex signal, Instant from, Instant to) const;

  // Reports before this are forgotten.
  Instant reaches_back_to() const { return reaches_back_to_; }

  std::size_t size() const { return entries_.size() - forgotten_; }
  std::size_t byte_count() const { return entries_.byte_count() + shapes_.byte_count(); }

 private:
  friend struct HistoryCodec;
  std::size_t shape_count() const { return shapes_.size() / shape_words_; }
  std::uint64_t shape_of(const std::vector<SignalIndex>& signals);
  bool carries(const Entry& entry, SignalIndex signal) const;
  std::size_t lower(Instant t) const;  // the first entry at or after t
  std::size_t upper(Instant t) const;  // the first entry after t
  void drop_forgotten();
  void drop_unused_shapes();

  CompactVector<Entry> entries_;         // ascending by instant; the first `forgotten_` are gone
  CompactVector<std::uint64_t> shapes_;  // `shape_words_` for each
  std::uint32_t shape_words_;
  std::uint32_t forgotten_ = 0;
  Instant reaches_back_to_ = kBeginning;
};

}  // namespace sojourn
