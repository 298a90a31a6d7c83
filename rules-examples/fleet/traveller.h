// One device of the fleet: follows its plan and writes reports.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules-examples/fleet/fleet.h"
#include "rules-examples/fleet/itinerary.h"
#include "rules-examples/fleet/random.h"

namespace sojourn::fleet {

// A line and when it reaches whoever writes the trace.
struct Delivery {
  std::int64_t arrival_s = 0;
  std::int64_t device = 0;
  std::int64_t number = 0;  // of the device's lines
  std::string line;         // with its line break
};

class Traveller {
 public:
  Traveller(std::int64_t number, const FleetOptions& options);

  // Writes every report from the last call up to `until_s`.
  void advance(std::int64_t until_s, std::vector<Delivery>& out, FleetFigures& figures);

 private:
  struct Cell {
    Land land = Land::DE;
    std::string_view network;
  };

  void report(std::vector<Delivery>& out, FleetFigures& figures);
  std::string line_at(const Stretch& stretch, bool registered);
  std::int64_t next_interval_s(const Stretch& stretch);
  const Stretch& stretch_at(std::int64_t time_s);
  void choose_network(const Stretch& stretch);
  void wear_battery();

  std::int64_t number_;
  Random random_;
  Plan plan_;
  std::size_t stretch_index_ = 0;
  std::string eid_;
  std::string imei_;
  std::int64_t next_s_ = 0;
  std::int64_t line_count_ = 0;
  std::int64_t profile_told_day_ = -1;
  Cell cell_;
  bool heard_across_ = false;        // the network is the neighbour's
  std::int64_t outage_until_s_ = 0;  // no service; reports wait
  std::int64_t battery_ = 100;
};

}  // namespace sojourn::fleet
