// Random lives of a device from a seed: reports on whole hours with silences, borders, profile
// changes, outages and rejects, delivered late and out of order.
#pragma once

#include <cstdlib>
#include <random>

#include "tests/device/device_world.h"
#include "tests/device/naive_history.h"

namespace sojourn::testing {

inline std::uint64_t seed_of_run() {
  const char* given = std::getenv("SOJOURN_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20261125;
}

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

struct LifeReport {
  Observation report;
  std::optional<CountryClaim> fix;                // of a certain fix
  std::optional<bool> in_sao_paulo, on_the_farm;  // by a fix that tells
  std::int64_t delivered_after = 0;               // order of delivery
};

inline CountryClaim claim_of(std::string_view countries) {
  CountrySet set;
  for (std::size_t at = 0; at < countries.size(); at += 3) {
    set.insert(*find_country(countries.substr(at, 2)));
  }
  return CountryClaim::of(set);
}

inline void tell_more(Chance& chance, Say& said) {
  Observation& value = said.value();
  auto add = [&](const char* name, AttributeReport::Type type) -> AttributeReport& {
    AttributeReport report;
    report.name = name;
    report.type = type;
    value.attributes.push_back(std::move(report));
    return value.attributes.back();
  };
  if (chance.one_in(8)) {
    AttributeReport& tag = add("tag", AttributeReport::Type::list);
    for (const char* name : {"pilot", "gold", "blue"}) {
      if (chance.one_in(2)) tag.list.emplace_back(name);
    }
  }
  if (chance.one_in(8)) add("ecall", AttributeReport::Type::flag).flag = chance.one_in(2);
  if (chance.one_in(15)) said.text("made-in", chance.of<std::string>({"BR", "FR", "CN"}));
  bool tells_battery = std::any_of(value.attributes.begin(), value.attributes.end(),
                                   [](const auto& told) { return told.name == "battery"; });
  if (!tells_battery && chance.one_in(20)) add("battery", AttributeReport::Type::unknown);
  if (chance.one_in(12)) {
    value.installed.give({});
    for (const char* name : {"global", "vivo-local", "turk-local", "8955990000000000001"}) {
      if (chance.one_in(2)) value.installed.value.emplace_back(name);
    }
  }
  if (chance.one_in(8)) value.rat.give(chance.of<Rat>({Rat::lte, Rat::nb_iot, Rat::nr}));
  if (chance.one_in(6)) value.data_total_bytes = static_cast<std::int64_t>(chance.below(3'000));
  if (value.position.given() && chance.one_in(2)) {
    value.position.value.speed_mps = static_cast<double>(chance.below(5) * 10);
  }
}

// Reports in the order of their instants; at most one per hour, or per shorter step.
// With a fleet they tell more of what a device can tell, and events, and perhaps when the device
// was commissioned; and one may be where two countries claim to be.
inline std::vector<LifeReport> random_life(Chance& chance, Instant start, int hours_long,
                                           std::int64_t lateness_hours, bool in_a_fleet = false,
                                           Duration step = hours(1)) {
  struct Spot {
    double lat, lon;
    std::string_view country;  // or those who claim it
  };
  static const std::vector<Spot> all_spots = {{-23.5, -46.6, "BR"},
                                              {-33, -56, "UY"},
                                              {48, 2, "FR"},
                                              {-34.9999, -54.0001, ""},
                                              {24, -12, "EH-MA"}};
  const std::vector<Spot> spots(all_spots.begin(), all_spots.end() - (in_a_fleet ? 0 : 1));
  static const std::vector<std::string> networks = {"724-05", "724-06", "748-01",
                                                    "208-01", "340-01", "901-37"};
  static const std::vector<std::string> profiles = {"global", "vivo-local", "nowhere"};
  std::vector<LifeReport> life;
  std::size_t spot = chance.below(spots.size());
  std::size_t eagerness = 1 + chance.below(12);
  for (int hour = 0; hour < hours_long; ++hour) {
    if (chance.one_in(60)) eagerness = 1 + chance.below(12);
    if (chance.one_in(150)) hour += static_cast<int>(chance.below(80));
    if (hour > 0 && !chance.one_in(eagerness)) continue;
    LifeReport next;
    Say said(start + milliseconds(hour * step.ms));
    said.line(life.size() + 1);
    if (chance.one_in(8)) spot = chance.below(spots.size());
    if (chance.one_in(2)) {
      const Spot& at = spots[spot];
      bool vague = at.country.empty() || chance.one_in(6);
      said.fix(at.lat, at.lon, vague ? 2'000'000.0 : 20.0);
      if (!vague) next.fix = claim_of(at.country);
      // France is far enough away for the vaguest fix, and so is the Sahara.
      if (!vague || at.country == "FR" || at.country == "EH-MA") {
        next.in_sao_paulo = at.country == "BR";
        next.on_the_farm = at.country == "UY";
      }
    }
    if (chance.one_in(2)) said.network(chance.one_in(3) ? chance.of(networks) : networks[spot % 4]);
    if (chance.one_in(12)) {
      static const std::vector<Registration> states = {Registration::home, Registration::roaming,
                                                       Registration::searching,
                                                       Registration::denied, Registration::none};
      said.registration(chance.of(states));
    }
    if (chance.one_in(10))
      said.profile(chance.of(profiles));
    else if (chance.one_in(25))
      said.iccid("8955990000000000001");
    if (chance.one_in(15)) said.imei(chance.one_in(2) ? "356938035643809" : "356938035643810");
    if (chance.one_in(5)) said.text("type", chance.one_in(3) ? "tracker" : "meter");
    if (chance.one_in(5)) said.number("battery", static_cast<std::int64_t>(chance.below(100)));
    if (chance.one_in(9)) said.value().reject_cause = chance.one_in(2) ? 11 : 13;
    if (said.value().network.absent() && hour % 29 == 11) said.value().network.make_unknown();
    if (said.value().reject_cause) said.value().network = {};
    if (chance.one_in(4)) said.data(static_cast<std::int64_t>(1 + chance.below(1000)));
    if (in_a_fleet && chance.one_in(6)) said.text("apn", chance.one_in(2) ? "a" : "b");
    if (in_a_fleet && chance.one_in(20)) said.event("owner-changed");
    if (in_a_fleet && chance.one_in(60)) {
      auto age = static_cast<std::int64_t>(chance.below(200));
      said.commissioned(said.value().at - milliseconds(age * step.ms));
    }
    if (in_a_fleet) tell_more(chance, said);
    next.report = said.value();
    bool late = chance.one_in(4);
    next.delivered_after =
        hour +
        (late ? static_cast<std::int64_t>(chance.below(static_cast<std::size_t>(lateness_hours)))
              : 0);
    life.push_back(std::move(next));
  }
  return life;
}

// The life in the order in which it is delivered.
inline std::vector<LifeReport> as_delivered(std::vector<LifeReport> life) {
  std::stable_sort(life.begin(), life.end(), [](const LifeReport& a, const LifeReport& b) {
    return a.delivered_after < b.delivered_after;
  });
  return life;
}

// A policy that asks one question of every family about several conditions, with every scope.
struct ManyQuestions {
  explicit ManyQuestions(Chance& chance) {
    static const std::vector<std::string> zones = {"UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago",
                                                   "Europe/Berlin", "America/New_York"};
    RuleTable& table = world.table;
    table.settings.zone = chance.of(zones);
    table.settings.settle = hours(static_cast<std::int64_t>(chance.below(4)));
    table.settings.carry =
        hours(static_cast<std::int64_t>(chance.of(std::vector<std::size_t>{1, 5, 24, 60, 168})));
    ConditionTable& conditions = table.conditions;
    FeatureIndex type = world.simple(FeatureKind::attribute_choice, 0);
    FeatureIndex battery = world.simple(FeatureKind::attribute_number, 1);
    FeatureIndex down = world.simple(FeatureKind::no_service);
    ConditionIndex roaming = world.roaming_in({"BR"});
    ConditionIndex here = world.region_in({"BR"});
    std::vector<ConditionIndex> inner = {
        roaming,
        here,
        world.network_in({"BR", "GP"}),
        world.holds(down),
        conditions.negate(roaming),
        conditions.all_of({here, world.symbol(type, 0)}),
        conditions.any_of({here, world.at_least(battery, 50'000'000)})};
    for (FeatureIndex f = 0; f < table.features.size(); ++f) asked.push_back(f);
    for (int i = 0; i < 14; ++i) add_count(chance, chance.of(inner));
    world.feature(Feature{});
    add(world.events(EventKind::rejected, {hours(30).ms, TimeUnit::millisecond}, {11}));
    add(world.events(EventKind::switches, {hours(48).ms, TimeUnit::millisecond}));
    Feature data;
    data.kind = FeatureKind::data_sum;
    data.countries = countries({"BR"});
    data.window = {3, TimeUnit::day};
    add(world.feature(data));
  }

  DeviceWorld world;
  std::vector<FeatureIndex> asked;
  std::vector<FeatureIndex> counts;

 private:
  void add(FeatureIndex index) {
    asked.push_back(index);
    counts.push_back(index);
  }
  void add_count(Chance& chance, ConditionIndex inner) {
    Feature shape;
    shape.scope.same_network = chance.one_in(3);
    shape.scope.per_imei = chance.one_in(5);
    shape.scope.per_profile = chance.one_in(4);
    if (chance.one_in(4)) shape.zone = "Asia/Tokyo";
    static const std::vector<FeatureKind> kinds = {
        FeatureKind::held,         FeatureKind::recency,          FeatureKind::consecutive_days,
        FeatureKind::window_count, FeatureKind::held_share,       FeatureKind::calendar_count,
        FeatureKind::day_share,    FeatureKind::consecutive_days, FeatureKind::window_count};
    FeatureKind kind = chance.of(kinds);
    auto small = [&] { return static_cast<std::int64_t>(1 + chance.below(9)); };
    switch (kind) {
      case FeatureKind::consecutive_days:
        shape.gap_days = static_cast<std::int32_t>(chance.below(3));
        break;
      case FeatureKind::window_count: {
        static const std::vector<TimeUnit> buckets = {TimeUnit::day, TimeUnit::week,
                                                      TimeUnit::month};
        shape.bucket = chance.of(buckets);
        shape.window = {small(), shape.bucket};
        break;
      }
      case FeatureKind::calendar_count:
        shape.window = {1, chance.one_in(2) ? TimeUnit::month : TimeUnit::year};
        break;
      case FeatureKind::held_share:
        shape.window = {hours(7 * small()).ms, TimeUnit::millisecond};
        break;
      case FeatureKind::day_share:
        shape.window = {small(), TimeUnit::day};
        break;
      default:
        break;
    }
    add(world.counting(kind, inner, shape));
  }
};

inline std::string describe_question(const Feature& f) {
  return fmt::format("kind {} window {} unit {} bucket {} gap {} scope {}{}{} inner {} zone {}",
                     static_cast<int>(f.kind), f.window.count, static_cast<int>(f.window.unit),
                     static_cast<int>(f.bucket), f.gap_days, f.scope.same_network, f.scope.per_imei,
                     f.scope.per_profile, f.inner, f.zone);
}

}  // namespace sojourn::testing
