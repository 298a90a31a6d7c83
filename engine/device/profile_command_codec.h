// How a ProfileCommand is stored, in a planner's state and in whatever else keeps one: its
// members in the order of declaration. A change here is a change of each of those layouts.
#pragma once

#include "engine/device/planner.h"
#include "engine/graph/archive.h"

namespace sojourn::archive {

void code(auto& archive, Like<ProfileCommand> auto& command) {
  auto& [number, kind, profile, iccid, download, rollback] = command;
  archive.integer(number);
  archive.choice(kind, ProfileCommand::kKindCount);
  archive.text(profile);
  archive.text(iccid);
  archive.text(download);
  archive.flag(rollback);
}

}  // namespace sojourn::archive
