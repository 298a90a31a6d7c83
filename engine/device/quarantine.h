// Which profiles a device must not be given now, because they fell back or failed on it lately
// (semantics 18). The planner knows (planner.h); the history keeps it, so that decisions pass over
// them.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/instant.h"
#include "engine/device/compact_vector.h"
#include "engine/graph/feature.h"

namespace sojourn {

struct QuarantinedProfile {
  ProfileIndex profile = 0;
  Instant from;
  Instant until;  // not in quarantine any more
  friend bool operator==(const QuarantinedProfile&, const QuarantinedProfile&) = default;
};

class QuarantineLog {
 public:
  // From `now` on these are all; what was so before stays. True: that changes something.
  bool set(const std::vector<QuarantinedProfile>& all, Instant now);
  bool holds(ProfileIndex profile, Instant t) const;
  Instant next_change(ProfileIndex profile, Instant t) const;  // after t; kNever
  std::size_t byte_count() const { return rows_.byte_count(); }

 private:
  friend struct HistoryCodec;
  CompactVector<QuarantinedProfile> rows_;
};

}  // namespace sojourn
