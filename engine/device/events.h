// EventLog: what happened to a device at an instant: rejects, commanded switches, named events,
// alerts. (Switches themselves are changes of the profile's timeline.)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/instant.h"
#include "engine/device/compact_vector.h"
#include "engine/graph/feature.h"

namespace sojourn {

class EventLog {
 public:
  struct Row {
    Instant at;
    EventKind kind = EventKind::named;
    std::uint16_t cause = 0;  // rejected: the 3GPP cause; 0 = not told
    std::uint32_t name = 0;   // named and alert: index into names()
  };

  void add(Instant at, EventKind kind, std::uint16_t cause, std::string_view name);
  using Rows = CompactVector<Row>;
  const Rows& rows() const { return rows_; }  // ascending
  const std::vector<std::string>& names() const { return names_; }
  bool answers(const Row& row, const EventQuestion& question) const;
  void shrink_to_fit() { rows_.shrink_to_fit(); }
  std::size_t byte_count() const;

 private:
  friend struct HistoryCodec;
  Rows rows_;
  std::vector<std::string> names_;
};

}  // namespace sojourn
