// The world around simulated devices: which profile has a network where, and what can be
// downloaded.
//
//   World world;
//   world.cover("BR", local);            // local has a network in BR
//   world.cover("*", bootstrap);         // bootstrap everywhere
//   world.offer("1$smdp.example.com$X7", profile);
//
// A world without any cover has networks for everybody everywhere. Places are the caller's names.
// Threads: many may read.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "adapters/simulator/profile_table.h"

namespace sojourn::simulator {

class World {
 public:
  // {"places": {"BR": ["8955..."], "*": [...]}, "downloads": {"1$smdp$id": {"iccid": "...",
  // "name": "..."}}}. E0874.
  static Result<World> parse(std::string_view json_text);

  void cover(std::string_view place, const Iccid& iccid);
  void deny(const Iccid& iccid);  // it has a network nowhere, whatever covers it
  bool has_network(const Iccid& iccid, std::string_view place) const;

  void offer(std::string_view activation_code, Profile profile);
  const Profile* download(std::string_view activation_code) const;  // null: nothing there

 private:
  std::map<std::string, std::set<Iccid>, std::less<>> covered_;  // by place; "*": everywhere
  std::set<Iccid> denied_;
  std::map<std::string, Profile, std::less<>> offers_;  // by activation code
};

}  // namespace sojourn::simulator
