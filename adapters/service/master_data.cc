#include "adapters/service/master_data.h"

#include <algorithm>

namespace sojourn::service {

MasterData::MasterData(std::vector<Observation> devices) : devices_(std::move(devices)) {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const DeviceNames& names = devices_[i].names;
    if (!names.eid.empty()) by_name_.emplace("eid " + names.eid, i);
    if (!names.imei.empty()) by_name_.emplace("imei " + names.imei, i);
    if (!names.device.empty()) by_name_.emplace("device " + names.device, i);
  }
}

std::optional<Observation> MasterData::of(const DeviceNames& names, Instant at) const {
  if (devices_.empty()) return std::nullopt;
  for (const std::string& key :
       {"eid " + names.eid, "imei " + names.imei, "device " + names.device}) {
    auto found = by_name_.find(key);
    if (found == by_name_.end()) continue;
    Observation standing = devices_[found->second];
    standing.at = at;
    standing.names = names;
    return standing;
  }
  return std::nullopt;
}

std::string MasterData::eid_of(const std::string& imei) const {
  auto found = by_name_.find("imei " + imei);
  return found == by_name_.end() ? std::string() : devices_[found->second].names.eid;
}

std::vector<Eid> MasterData::eids() const {
  std::vector<Eid> eids;
  for (const Observation& device : devices_) {
    if (auto eid = parse_eid(device.names.eid)) eids.push_back(*eid);
  }
  std::sort(eids.begin(), eids.end());
  eids.erase(std::unique(eids.begin(), eids.end()), eids.end());
  return eids;
}

}  // namespace sojourn::service
