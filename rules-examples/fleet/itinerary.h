// Where one device is from the first day to the last: stretches without gap.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "rules-examples/fleet/atlas.h"
#include "rules-examples/fleet/random.h"

namespace sojourn::fleet {

struct Stretch {
  std::int64_t begin_s = 0;  // seconds since 1970
  std::int64_t end_s = 0;
  Point from;
  Point to;
  Land land = Land::DE;
  Land from_across = Land::DE;  // the neighbour heard at the beginning, if other than `land`
  Land to_across = Land::DE;
  bool dark = false;    // in a container or an aircraft: no report at all
  bool at_sea = false;  // on a ferry: it reports later, that there was no network

  bool moving() const { return from.lat != to.lat || from.lon != to.lon; }
  Point at(std::int64_t time_s) const;
  // The neighbour whose towers are heard at that time; `land` where none is.
  Land across_at(std::int64_t time_s) const;
};

class ItineraryBuilder {
 public:
  ItineraryBuilder(std::int64_t begin_s, std::string_view first_place);

  void stay(std::int64_t hours);
  // Along the road, from whichever end the device is at, at `km_per_hour`; a lorry waits at each
  // border for up to three hours.
  void drive(std::string_view road_name, std::int64_t km_per_hour, Random& random);
  void ferry(std::string_view to, std::int64_t hours);
  void ship(std::string_view to, std::int64_t hours);

  std::int64_t end_s() const { return now_s_; }
  std::vector<Stretch> take() { return std::move(stretches_); }

 private:
  void add(const Place& to, Land land, std::int64_t seconds);

  std::int64_t now_s_;
  Place here_;
  std::vector<Stretch> stretches_;
};

enum class DeviceType : std::uint8_t { meter, tracker, vehicle };

struct Plan {
  DeviceType type = DeviceType::meter;
  std::vector<Stretch> stretches;  // cover [begin, end)
};

// The life of the device of this number: numbers go round a list of stories, so that every fleet
// of a dozen devices has each of them.
Plan make_plan(std::int64_t number, std::int64_t begin_s, std::int64_t end_s, Random& random);

}  // namespace sojourn::fleet
