// What can be at the same time: the feasibility of situations.
//
// Conditions are combinations of classes; the world allows only some. A country contains its
// subdivisions, `roaming` follows from network and profile, the enabled profile is installed, a
// count's lower bound is not above its upper, today is one date, what has held for an hour holds
// now. World knows these, so that no counterexample is impossible in life:
//
//   World world(table, axes, store, conditions, situations);
//   DiagramRef possible = store.both(question, world.links(question));  // what counts imply
//   world.allows(box, axis)         // quick, while a path is walked
//   world.realise(box)              // a whole situation inside the box, or none
//
// Country and areas are taken together from the Locator's situations: each is a point on Earth.
// Any of them may be unknown. What is not modelled is free, so `realise` may still find something
// that no device can do; whoever shows a witness replays it first.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/gazetteer.h"
#include "engine/proof/condition_diagrams.h"

namespace sojourn {

// A situation in full: what every feature reads.
struct Witness {
  std::vector<Reading> readings;   // by feature
  std::optional<LatLon> position;  // a certain fix; absent: none
  Reading network = Reading::unknown();
  Reading profile = Reading::unknown();
  std::int32_t day = 0;  // Day::number, in the policy's zone
  std::int64_t time_of_day_ms = 0;
};

// The engine itself knows these at any time: the clock, what it did itself.
bool is_always_known(FeatureKind kind);

// When nothing asks for another: 1 July 2026, noon.
inline constexpr Day kDefaultDay{20'635};
inline constexpr Duration kDefaultTimeOfDay = hours(12);

// Classes begin to end - 1 of an axis.
struct ClassRange {
  ClassIndex begin = 0;
  ClassIndex end = 0;
  bool holds(ClassIndex value) const { return begin <= value && value < end; }
};
using Box = std::vector<ClassRange>;  // by axis

class World {
 public:
  // Requires: all outlive this; `situations` fit the table's areas (null: places are not modelled
  // jointly, and witnesses have no position).
  World(const RuleTable& table, const AxisPlan& axes, DiagramStore& store,
        ConditionDiagrams& conditions, const std::vector<Situation>* situations);

  // Everything.
  Box whole() const;
  // What the counts that a diagram tests imply about what they count, and that about what it
  // counts in turn.
  DiagramRef links(DiagramRef question);
  // Can the box hold a situation, as far as the axis is concerned? False is certain.
  bool allows(const Box& box, AxisIndex axis) const;
  std::optional<Witness> realise(const Box& box) const;

  // The class of an unknown value, where any class of the axis can be whatever the others are;
  // absent where the axis is not so free.
  std::optional<ClassIndex> unknown_class_of_free(AxisIndex axis) const;

  // A profile or a network that is not known.
  static constexpr std::int64_t kUnknownIdentity = -3;
  // The classes of all that follows from which profile is enabled and which network serves
  // (kNoSymbol: none).
  std::vector<std::pair<AxisIndex, ClassIndex>> identity_classes(std::int64_t profile,
                                                                 std::int64_t network) const;
  // False: there are too many profiles and networks to take them together.
  bool knows_identities() const { return !identity_.axes.empty(); }

 private:
  // Axes of which only certain combinations of classes occur, and what each stands for.
  struct Choice {
    ClassIndex usual = 0;
    ClassIndex other = 0;  // also possible, less usual; equal to `usual` when there is none
    bool any = false;      // every class is possible
  };
  struct Option {
    std::vector<Choice> choices;  // by axis of the group
    std::int64_t first = 0;       // place: the situation; identity: the profile; clock: the day
    std::int64_t second = 0;      // identity: the network; clock: milliseconds of the day
  };
  using OptionSet = std::vector<std::uint64_t>;  // a bit for each option of a group
  struct Group {
    std::vector<AxisIndex> axes;
    std::vector<Option> options;
    std::vector<std::vector<OptionSet>> with;  // by axis and class: the options it occurs in
  };
  // One count is never above another (a shorter window, a narrower scope).
  struct Order {
    FeatureIndex below = 0;
    FeatureIndex above = 0;
  };

  void make_place(const std::vector<Situation>& situations);
  void make_identity();
  void make_clock();
  void make_orders();
  void make_values();
  void index_options(Group& group) const;
  Option identity_option(std::int64_t profile, std::int64_t network) const;
  Choice stand_choice(AxisIndex axis, std::int64_t profile, std::int64_t network) const;
  // What a ban asks of a candidate that network and profile alone answer: `roaming`, and what is
  // asked on one network of nothing but such things.
  bool is_stand(const Feature& feature) const;
  Truth stand_on(const Feature& feature, std::int64_t network) const;
  bool is_declared(ProfileIndex candidate) const { return candidate < table_.profiles.size(); }
  Reading roams_with(ProfileIndex candidate, const Feature& roaming, std::int64_t network) const;
  void make_stands(const std::vector<std::int64_t>& networks);
  static std::optional<int> cost(const Group& group, const Option& option, const Box& box);
  static std::vector<std::pair<int, const Option*>> by_cost(const Group& group, const Box& box);

  DiagramRef link_of(FeatureIndex feature);
  DiagramRef enabled_is(ProfileIndex profile);
  DiagramRef served();
  std::optional<Witness> complete(const Box& box, const Option* place, const Option* identity,
                                  const Option* clock) const;
  void read_place(const Option& option, const Box& box, Witness& witness) const;
  void read_identity(const Option& option, const Box& box, Witness& witness) const;
  bool read_unserved(const Option* place, const Box& box, Witness& witness) const;
  CountrySet standing_countries(const Option* place, const Witness& witness) const;
  bool read_counts(const Box& box, Witness& witness) const;
  bool fits(const Box& box, const Witness& witness) const;
  Reading choose(FeatureIndex feature, const Box& box) const;
  Reading choose_flag(FeatureIndex feature, const Box& box, const Choice& choice) const;
  ClassIndex class_at(AxisIndex axis, const Reading& reading) const;

  const RuleTable& table_;
  const AxisPlan& axes_;
  DiagramStore& store_;
  ConditionDiagrams& conditions_;
  const std::vector<Situation>* situations_;
  Group place_, identity_, clock_;
  std::vector<const Group*> group_of_axis_;
  std::vector<Order> orders_;
  // How what is asked of a candidate stands on a network, and at worst on another one of its
  // countries; by feature. Without service a candidate is judged on the networks of the country
  // that stands (semantics 9a): on one that it has not seen, and at worst on any.
  struct Stand {
    Truth here = Truth::unknown;
    Truth worst = Truth::unknown;
  };
  std::map<FeatureIndex, std::map<std::int64_t, Stand>> stands_;
  std::map<FeatureIndex, std::map<std::uint8_t, Stand>> stands_in_;  // by country
  bool any_counts_ = false;
  std::vector<CountryClaim> claims_;  // that occur
  // By axis of a free symbol or flag, and by class: a value of that class, the first of them, and
  // how early it comes among the values of all (an absent one: last).
  struct Value {
    std::size_t place = std::numeric_limits<std::size_t>::max();
    std::int64_t value = 0;
  };
  std::vector<std::vector<Value>> values_;
};

// Is a device on this network, with a profile of these home countries, roaming in one of
// `countries` (empty: anywhere)? Judged candidate by candidate (semantics 4). Absent: unknown.
Reading roaming_reading(std::optional<std::int64_t> network, const std::optional<CountrySet>& home,
                        const CountrySet& countries);

}  // namespace sojourn
