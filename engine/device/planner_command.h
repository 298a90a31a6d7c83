// ProfileCommand: one thing that a device's card is to do, and what became of it.
//
// The planner yields commands, an adapter carries them (adapters/eim: as signed packages) and hands
// back what was proven. Profiles are named as the policy names them and as the card does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/instant.h"

namespace sojourn {

using CommandNumber = std::uint64_t;  // per device, from 1; 0: none

struct ProfileCommand {
  enum class Kind : std::uint8_t { list, enable, disable, remove, set_fallback, download };
  static constexpr std::uint8_t kKindCount = 6;

  CommandNumber number = 0;
  Kind kind = Kind::list;
  std::string profile;   // its declared name; empty for list
  std::string iccid;     // digits, as the card listed it; empty for list and download
  std::string download;  // download: the SM-DP+ address
  bool rollback = true;  // enable: the device returns when the new profile finds no network
  friend bool operator==(const ProfileCommand&, const ProfileCommand&) = default;
};
std::string_view name_of(ProfileCommand::Kind kind);  // "set fallback"

// A profile as the card lists it under its signature.
struct CardProfile {
  std::string iccid;    // digits
  std::string profile;  // the declared name; empty: nobody declared it
  bool enabled = false;
  bool fallback = false;
  friend bool operator==(const CardProfile&, const CardProfile&) = default;
};

struct CommandResult {
  enum class Outcome : std::uint8_t {
    done,         // proven: as ordered
    rolled_back,  // proven: enabled, found no network, returned
    refused,      // proven: the card will not do it, and would not the next time
    missing,      // proven: the card has no such profile
    not_now,      // proven: busy; later it may
    failed,       // ended without proof of what the card did
    withdrawn,    // taken back before it left: the card never had it
  };

  CommandNumber number = 0;
  Outcome outcome = Outcome::done;
  Instant at = kBeginning;            // when it was taken in
  std::string iccid;                  // download done: what was installed; empty: not told
  std::vector<CardProfile> profiles;  // list done: all that the card has
  std::string reason;                 // for people
};

}  // namespace sojourn
