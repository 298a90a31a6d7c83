// FleetRowReader: a fleet from its stored form.
//
//   for (const FleetRow& row : minutes.take_changes()) ... put or erase it in a store
//   ...
//   FleetRowReader reader(policy);                       // another process, perhaps another policy
//   for (row of the store, by ascending key) reader.read(key, value);
//   FleetRowReader::Fleet fleet = reader.finish();
//
// A row per member, per campaign with results, per group of devices that say the same, one of what
// all of them are about and one of the clock. Sets and rankings follow from these. A minute writes
// the rows of those for whom it changed something; rows name what they are about, so that another
// policy finds what it still has.
#pragma once

#include <memory>
#include <string_view>

#include "engine/runtime/fleet_minutes.h"

namespace sojourn {

class FleetRowReader {
 public:
  explicit FleetRowReader(std::shared_ptr<const PreparedPolicy> policy);

  // Requires: keys ascend. E0012 for what `take_changes` did not give.
  Status read(std::string_view key, ByteView value);

  struct Fleet {
    std::unique_ptr<FleetMinutes> minutes;
    // False: the rows, if there were any, are another policy's, and what of it goes on was taken
    // over (FleetMinutes::take_over). All rows are to be written anew.
    bool same = false;
  };
  Fleet finish();

 private:
  std::shared_ptr<const PreparedPolicy> policy_;
  std::unique_ptr<FleetMinutes> read_;  // null before the first row
  bool same_ = false;
  std::size_t guard_count_ = 0;
  Instant due_ = kNever;
};

}  // namespace sojourn
