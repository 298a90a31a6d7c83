// DeviceDirectory: which device a report is about.
//
// A device is its EID, else its IMEI, else its `device` name; a line with only an IMEI belongs to
// the EID last seen with it, else to the one that an inventory names beside it (semantics 28). Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/device/observation.h"

namespace sojourn {

using DeviceIndex = std::uint32_t;

class DeviceDirectory {
 public:
  // The EID that is known beside an IMEI before any line says so; "": none.
  using EidOfImei = std::function<std::string(const std::string& imei)>;

  DeviceDirectory() = default;
  explicit DeviceDirectory(EidOfImei known) : known_(std::move(known)) {}

  // Requires: at least one of the names is there. New devices get the next index.
  DeviceIndex find_or_add(const DeviceNames& names);
  std::size_t size() const { return labels_.size(); }
  // The name that a device goes by in records: its EID, else its IMEI, else its `device`.
  const std::string& label(DeviceIndex index) const { return labels_[index]; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Names = std::unordered_map<std::string, DeviceIndex, Hash, std::equal_to<>>;
  DeviceIndex find_or_add(Names& names, const std::string& name);

  EidOfImei known_;
  Names by_eid_, by_imei_, by_device_;
  std::vector<std::string> labels_;
  // The names of the line before and the device they meant: traces repeat them.
  DeviceNames last_names_;
  DeviceIndex last_index_ = 0;
};

}  // namespace sojourn
