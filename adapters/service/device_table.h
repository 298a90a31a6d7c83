// Private. The devices in memory, found by their names.
//
//   LiveDevice* device = table.add(std::move(loaded));
//   table.find("8904...");                          // null: not in memory
//   table.erase("8904...");
//
// Every report looks here, mostly for a device that nobody looked at lately, and then each place in
// memory that is touched costs as much as a hundred instructions. So hashes lie beside each other
// in one array, and only a device whose hash fits is looked at: two places, where a table of nodes
// has five. Linear probing; an erased place is filled by those behind it that may stand there.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/service/live_device.h"

namespace sojourn::service {

class DeviceTable {
 public:
  LiveDevice* find(std::string_view label) const;
  bool contains(std::string_view label) const { return find(label) != nullptr; }
  // Requires: none of its name is here.
  LiveDevice* add(std::unique_ptr<LiveDevice> device);
  // Requires: one of this name is here.
  void erase(std::string_view label);
  void clear();
  std::size_t size() const { return count_; }

 private:
  struct Place {
    std::size_t hash = 0;
    std::unique_ptr<LiveDevice> device;  // null: nobody
  };
  static std::size_t hash_of(std::string_view label) {
    return std::hash<std::string_view>()(label);
  }
  std::size_t next(std::size_t place) const { return (place + 1) & (places_.size() - 1); }
  // Where the device stands, or would. Requires: there is an empty place.
  std::size_t place_of(std::string_view label, std::size_t hash) const;
  void grow();

  // None, or a power of two, of which a third at least is empty.
  std::vector<Place> places_;
  std::size_t count_ = 0;
};

}  // namespace sojourn::service
