// Which device speaks over which connection: some IPAs name their EID in a first message only.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/base/identifiers.h"

namespace sojourn::eim {

// By the peer's address. As many as there can be connections; older ones are forgotten first.
// Threads: any.
class SessionEids {
 public:
  std::optional<Eid> find(std::string_view address) const;
  void note(std::string_view address, const Eid& eid);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Eid> eids_;
  std::list<std::string> order_;  // oldest first
};

}  // namespace sojourn::eim
