#include "rules-examples/fleet/itinerary.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace sojourn::fleet {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDayHours = 24;
// A neighbour's towers are heard this far from a crossing.
constexpr std::int64_t kHeardKm = 8;

std::string_view pick(std::initializer_list<std::string_view> names, Random& random) {
  auto index = random.between(0, static_cast<std::int64_t>(names.size()) - 1);
  return names.begin()[index];
}

void european_lorry(ItineraryBuilder& life, Random& random) {
  life.drive("Rhine", 70, random);
  life.stay(random.between(8, 40));
  life.drive("Alps to sea", 70, random);
  life.stay(random.between(8, 30));
  life.drive("Spain", 70, random);
  life.stay(random.between(20, 100));
  life.drive("Spain", 70, random);
  life.drive("Alps to sea", 70, random);
  life.drive("Rhine", 70, random);
  life.stay(random.between(24, 96));
}

void to_morocco_and_back(ItineraryBuilder& life, Random& random) {
  life.drive("Levante", 70, random);
  life.stay(random.between(6, 30));
  life.ferry("Tangier", 3);
  life.drive("Atlantic", 60, random);
  life.stay(kDayHours * random.between(5, 25));
  life.drive("Atlantic", 60, random);
  life.ferry("Algeciras", 3);
  life.drive("Levante", 70, random);
  life.stay(kDayHours * random.between(2, 9));
}

// A Brazilian stay of more than 60 days, in some cases of more than 80, and then Argentina.
void settles_in_brazil(ItineraryBuilder& life, Random& random) {
  life.stay(kDayHours * random.between(58, 86));
  life.drive("Southern Brazil", 65, random);
  life.stay(random.between(4, 20));
  life.drive("Mesopotamia", 65, random);
  life.stay(kDayHours * random.between(6, 25));
  life.drive("Mesopotamia", 65, random);
  life.drive("Southern Brazil", 65, random);
}

struct Story {
  DeviceType type;
  std::string_view begins_at;  // "": one of the cities for meters
  void (*once_more)(ItineraryBuilder&, Random&);
};

constexpr std::array<Story, 12> kStories = {{
    {DeviceType::meter, "", [](ItineraryBuilder& life, Random&) { life.stay(kDayHours * 30); }},
    {DeviceType::tracker, "Sao Paulo", settles_in_brazil},
    {DeviceType::vehicle, "Karlsruhe", european_lorry},
    {DeviceType::vehicle, "Freiburg",
     [](ItineraryBuilder& life, Random& random) {
       life.drive("Basel commute", 60, random);
       life.stay(random.between(7, 9));
       life.drive("Basel commute", 60, random);
       life.stay(random.between(10, 60));
     }},
    {DeviceType::meter, "", [](ItineraryBuilder& life, Random&) { life.stay(kDayHours * 30); }},
    {DeviceType::tracker, "Barcelona", to_morocco_and_back},
    {DeviceType::tracker, "Hamburg",
     [](ItineraryBuilder& life, Random& random) {  // a container on three continents
       life.stay(kDayHours * random.between(3, 12));
       life.ship("Sao Paulo", kDayHours * random.between(15, 20));
       life.drive("Minas", 60, random);
       life.stay(kDayHours * random.between(5, 20));
       life.drive("Minas", 60, random);
       life.ship("Istanbul", kDayHours * random.between(18, 24));
       life.drive("Anatolia", 60, random);
       life.stay(kDayHours * random.between(8, 30));
       life.drive("Anatolia", 60, random);
       life.ship("Hamburg", kDayHours * random.between(8, 12));
     }},
    {DeviceType::vehicle, "Sao Paulo",
     [](ItineraryBuilder& life, Random& random) {
       life.drive("Southern Brazil", 65, random);
       life.stay(random.between(8, 70));
       life.drive("Mesopotamia", 65, random);
       life.stay(kDayHours * random.between(2, 10));
       life.drive("Mesopotamia", 65, random);
       life.drive("Southern Brazil", 65, random);
       life.stay(kDayHours * random.between(3, 12));
     }},
    {DeviceType::meter, "", [](ItineraryBuilder& life, Random&) { life.stay(kDayHours * 30); }},
    {DeviceType::vehicle, "Stuttgart",
     [](ItineraryBuilder& life, Random& random) {
       life.drive("Strasbourg run", 80, random);
       life.stay(random.between(12, 90));
     }},
    {DeviceType::tracker, "Istanbul",
     [](ItineraryBuilder& life, Random& random) {
       life.drive("Anatolia", 60, random);
       life.stay(kDayHours * random.between(3, 20));
     }},
    {DeviceType::vehicle, "Chicago",
     [](ItineraryBuilder& life, Random& random) {
       life.drive("Midwest", 85, random);
       life.stay(random.between(20, 120));
     }},
}};

// Seen from `land`, the neighbour at a place: the other one of the two that meet there.
Land neighbour(const Place& at, Land land) { return at.land == land ? at.across : at.land; }

std::string_view meter_city(Random& random) {
  return pick(
      {"Sao Paulo", "Rio de Janeiro", "Recife",  "Manaus",   "Porto Alegre",  "Uruguaiana",
       "Istanbul",  "Izmir",          "Ankara",  "Berlin",   "Munich",        "Weil am Rhein",
       "Kehl",      "Paris",          "Lyon",    "Valencia", "Casablanca",    "Buenos Aires",
       "Cordoba",   "New York",       "Atlanta", "Bern",     "Belo Horizonte"},
      random);
}

}  // namespace

Point Stretch::at(std::int64_t time_s) const {
  std::int64_t done = std::clamp<std::int64_t>(time_s - begin_s, 0, end_s - begin_s);
  std::int64_t whole = std::max<std::int64_t>(1, end_s - begin_s);
  return {from.lat + (to.lat - from.lat) * done / whole,
          from.lon + (to.lon - from.lon) * done / whole};
}

Land Stretch::across_at(std::int64_t time_s) const {
  Point here = at(time_s);
  if (from_across != land && km_between(from, here) < kHeardKm) return from_across;
  if (to_across != land && km_between(to, here) < kHeardKm) return to_across;
  return land;
}

ItineraryBuilder::ItineraryBuilder(std::int64_t begin_s, std::string_view first_place)
    : now_s_(begin_s), here_(place(first_place)) {}

void ItineraryBuilder::add(const Place& to, Land land, std::int64_t seconds) {
  Stretch stretch;
  stretch.begin_s = now_s_;
  stretch.end_s = now_s_ + seconds;
  stretch.from = here_.at;
  stretch.to = to.at;
  stretch.land = land;
  stretch.from_across = here_.near_border() ? neighbour(here_, land) : land;
  stretch.to_across = to.near_border() ? neighbour(to, land) : land;
  stretches_.push_back(stretch);
  now_s_ = stretch.end_s;
  here_ = to;
}

void ItineraryBuilder::stay(std::int64_t hours) { add(here_, here_.land, hours * kHour); }

void ItineraryBuilder::drive(std::string_view road_name, std::int64_t km_per_hour, Random& random) {
  std::vector<std::string_view> stops(road(road_name).begin(), road(road_name).end());
  if (stops.back() == here_.name) std::reverse(stops.begin(), stops.end());
  assert(stops.front() == here_.name);
  for (std::size_t i = 1; i < stops.size(); ++i) {
    const Place& to = place(stops[i]);
    std::int64_t km = std::max<std::int64_t>(1, km_between(here_.at, to.at));
    // From one side of a crossing to the other the towers of both are heard all the way, so the
    // whole of it may count as the second land.
    add(to, to.land, km * kHour / km_per_hour);
    if (to.near_border()) add(to, to.land, random.between(300, 3 * kHour));
  }
}

void ItineraryBuilder::ferry(std::string_view to, std::int64_t hours) {
  add(place(to), place(to).land, hours * kHour);
  stretches_.back().at_sea = true;
}

void ItineraryBuilder::ship(std::string_view to, std::int64_t hours) {
  add(place(to), place(to).land, hours * kHour);
  stretches_.back().dark = true;
}

Plan make_plan(std::int64_t number, std::int64_t begin_s, std::int64_t end_s, Random& random) {
  const Story& story = kStories[static_cast<std::size_t>(number) % kStories.size()];
  // The first meter and the second are always Brazilian: they are what the bans are about.
  std::string_view city = number < 8 ? "Sao Paulo" : meter_city(random);
  ItineraryBuilder life(begin_s, story.begins_at.empty() ? city : story.begins_at);
  if (story.type != DeviceType::meter) life.stay(random.between(1, 60));
  while (life.end_s() < end_s) story.once_more(life, random);
  return {story.type, life.take()};
}

}  // namespace sojourn::fleet
