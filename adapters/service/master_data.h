// Master data of a fleet, found by the names that reports carry.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/identifiers.h"
#include "engine/device/observation.h"

namespace sojourn::service {

class MasterData {
 public:
  // Standing observations, as inventories of devices make them (lang/tables.md).
  explicit MasterData(std::vector<Observation> devices);

  // What is known of the device before its first report, from `at` on; absent when nothing is.
  std::optional<Observation> of(const DeviceNames& names, Instant at) const;
  // The EID that stands beside the IMEI; "": none.
  std::string eid_of(const std::string& imei) const;
  // Ascending, each once.
  std::vector<Eid> eids() const;
  bool empty() const { return devices_.empty(); }

 private:
  std::vector<Observation> devices_;
  std::unordered_map<std::string, std::size_t> by_name_;  // kind and name
};

}  // namespace sojourn::service
