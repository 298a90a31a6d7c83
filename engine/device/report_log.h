// ReportLog: the instants of a device's recent reports, and which signals each one carried.
//
// It answers the two questions that a late report raises (when did this signal report last before,
// and first after?) and recognises reports that came twice. It reaches back as far as reports may
// be late; older entries are forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/base/instant.h"

namespace sojourn {

using SignalIndex = std::uint32_t;

class ReportLog {
 public:
  struct Entry {
    Instant at;
    // Of two reports of one instant that contradict each other the one of greater order holds.
    std::uint64_t order = 0;
    std::uint64_t digest = 0;  // of what the report says
    std::uint32_t shape = 0;
    bool standing = false;
  };

  // The shape of a report that carries these signals. The list may be in any order.
  std::uint32_t shape_of(const std::vector<SignalIndex>& signals);
  bool contains(Instant at, std::uint64_t digest) const;
  // Has a report of this instant and a greater order spoken about the signal?
  bool outranked(Instant at, std::uint64_t order, SignalIndex signal) const;
  bool any_at(Instant at) const;
  void add(const Entry& entry);
  void forget_before(Instant t);

  // Reports of the signal strictly before, strictly after `t`.
  std::optional<Instant> last_before(SignalIndex signal, Instant t) const;
  std::optional<Instant> first_after(SignalIndex signal, Instant t) const;
  // Did a standing report of the signal come within [from, to]?
  bool any_standing(SignalIndex signal, Instant from, Instant to) const;

  // Reports before this are forgotten.
  Instant reaches_back_to() const { return reaches_back_to_; }

  std::size_t size() const { return entries_.size() - forgotten_; }
  std::size_t byte_count() const;

 private:
  friend struct HistoryCodec;
  bool carries(const Entry& entry, SignalIndex signal) const;
  std::size_t lower(Instant t) const;  // the first entry at or after t
  std::size_t upper(Instant t) const;  // the first entry after t

  std::vector<Entry> entries_;  // ascending by instant; the first `forgotten_` are gone
  std::size_t forgotten_ = 0;
  Instant reaches_back_to_ = kBeginning;
  std::vector<std::vector<std::uint64_t>> shapes_;  // a bit per signal
  std::vector<SignalIndex> newest_signals_;         // the list that shape_of saw last ...
  std::uint32_t newest_shape_ = 0;                  // ... and its answer
  std::unordered_multimap<std::uint64_t, std::uint32_t> shape_lookup_;
};

}  // namespace sojourn
