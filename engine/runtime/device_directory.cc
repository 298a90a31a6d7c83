#include "engine/runtime/device_directory.h"

#include <cassert>

namespace sojourn {

DeviceIndex DeviceDirectory::find_or_add(Names& names, const std::string& name) {
  if (auto it = names.find(name); it != names.end()) return it->second;
  auto index = static_cast<DeviceIndex>(labels_.size());
  names.emplace(name, index);
  labels_.push_back(name);
  return index;
}

DeviceIndex DeviceDirectory::find_or_add(const DeviceNames& names) {
  bool repeated = !labels_.empty() && names.eid == last_names_.eid &&
                  names.imei == last_names_.imei && names.device == last_names_.device;
  if (repeated) return last_index_;
  DeviceIndex index = 0;
  if (!names.eid.empty()) {
    index = find_or_add(by_eid_, names.eid);
    if (!names.imei.empty()) by_imei_.insert_or_assign(names.imei, index);
  } else if (!names.imei.empty()) {
    std::string eid;
    if (known_ && !by_imei_.contains(names.imei)) eid = known_(names.imei);
    if (!eid.empty()) by_imei_.emplace(names.imei, find_or_add(by_eid_, eid));
    index = find_or_add(by_imei_, names.imei);
  } else {
    assert(!names.device.empty());
    index = find_or_add(by_device_, names.device);
  }
  last_names_ = names;
  last_index_ = index;
  return index;
}

}  // namespace sojourn
