#include "engine/device/events.h"

#include <algorithm>

#include "engine/device/heap_bytes.h"

namespace sojourn {

void EventLog::add(Instant at, EventKind kind, std::uint16_t cause, std::string_view name) {
  Row row{at, kind, cause, 0};
  if (!name.empty()) {
    auto known = std::find(names_.begin(), names_.end(), name);
    row.name = static_cast<std::uint32_t>(known - names_.begin());
    if (known == names_.end()) names_.emplace_back(name);
  }
  auto place = std::upper_bound(rows_.begin(), rows_.end(), at,
                                [](Instant t, const Row& other) { return t < other.at; });
  rows_.insert(place, row);
}

std::size_t EventLog::byte_count() const { return rows_.byte_count() + heap_bytes(names_); }

bool EventLog::answers(const Row& row, const EventQuestion& question) const {
  if (row.kind != question.kind) return false;
  switch (question.kind) {
    case EventKind::rejected:
      return question.causes.empty() || std::find(question.causes.begin(), question.causes.end(),
                                                  row.cause) != question.causes.end();
    case EventKind::named:
    case EventKind::alert:
      return names_[row.name] == question.name;
    case EventKind::switches:
    case EventKind::commanded_switches:
      return true;
  }
  return false;
}

}  // namespace sojourn
