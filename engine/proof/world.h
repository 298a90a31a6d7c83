// What can be at the same time: the feasibility of situations.
//
// Conditions are combinations of classes; the world allows only some. A country contains its
// subdivisions, `roaming` follows from network and profile, the enabled profile is installed, a
// count's lower bound is not above its upper, today is one date, what has held for an hour holds
// now. World knows these, so that no counterexample is impossible in life:
//
//   World world(table, axes, store, conditions, situations);
//   world.links(question)           // what its counts imply: diagrams that hold wherever it does
//   world.allows(box, axis)         // quick, while a path is walked
//   world.realise(box).witness      // a whole situation inside the box, or none
//
// Country and areas are taken together from the Locator's situations: each is a point on Earth.
// Any of them may be unknown. What is not modelled is free, so `realise` may still find something
// that no device can do; whoever shows a witness replays it first.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/gazetteer.h"
#include "engine/proof/condition_diagrams.h"
#include "engine/proof/count_orders.h"
#include "engine/proof/option_table.h"

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

// In one place it is a day later than in another: the world knows one date, which is taken to be
// that of every zone. "what happens while the dates of A and B differ"; absent: one zone is asked.
std::optional<std::string> taken_for_one_date(const RuleTable& table);

void move_to_day(const RuleTable& table, Witness& witness, std::int32_t day);

// The engine itself knows these at any time: the clock, what it did itself.
bool is_always_known(const Feature& feature);

// When nothing asks for another: 1 July 2026, noon.
inline constexpr Day kDefaultDay{20'635};
inline constexpr Duration kDefaultTimeOfDay = hours(12);

// What a bound of a count may be.
struct CountRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  bool empty() const { return low > high; }
};

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
  const std::vector<DiagramRef>& links(DiagramRef question);
  // Where no axis says that there is no service.
  DiagramRef not_without_service();
  // Can the box hold a situation, as far as the axis is concerned? False is certain.
  bool allows(const Box& box, AxisIndex axis) const;
  // A profile on a network, or on one of those that answer alike.
  struct Identity {
    std::size_t row = 0;
    std::size_t column = 0;
  };
  // All there are, those that are alike once; none where `knows_identities` is false.
  std::vector<Identity> identities() const;
  // Does a network serve?
  bool is_served(const Identity& identity) const {
    return identity_.columns[identity.column].first >= 0;
  }
  // Does the network say in which country the device is, where nothing else does?
  bool tells_country(const Identity& identity) const;
  // What it may have on the axis; absent: the axis is not about identities.
  std::optional<OptionTable::Choice> choice_of(const Identity& identity, AxisIndex axis) const;
  // Where `allows` says no: of another box with the same on these axes it says so as well.
  std::vector<AxisIndex> refused_by(const Box& box, AxisIndex axis) const;
  struct Realised {
    std::optional<Witness> witness;
    bool decided = true;  // false: none was found, and not everything was tried
    // None was found: nor will be in another box with the same on these axes. Ascending.
    std::vector<AxisIndex> refused_by;
    std::size_t work = 0;
  };
  // `of`: only with this identity. Requires: the box holds what it may have.
  Realised realise(const Box& box, const Identity* of = nullptr) const;

  // What a look at a situation costs: 1 in a policy of a few features, profiles and networks.
  std::size_t weight() const { return weight_; }

  // The class of an unknown value, where it and each class that has a value can be whatever the
  // other axes are; absent where the axis is not so free.
  std::optional<ClassIndex> unknown_class_of_free(AxisIndex axis) const;
  // Is there a value in the class, or is it the unknown one? None is in "another" of a closed
  // choice, below a speed of zero, above the whole of something. Of axes with a group: true.
  bool has_value(AxisIndex axis, ClassIndex c) const;
  // Can each class be whatever the other axes are?
  bool is_free(AxisIndex axis) const;

  // A profile or a network that is not known.
  static constexpr std::int64_t kUnknownIdentity = -3;
  // A profile that nobody declared, at home where the network is; kOtherSymbol: it roams there.
  static constexpr std::int64_t kOtherAtHome = -4;
  static constexpr bool is_other(std::int64_t profile) {
    return profile == kOtherSymbol || profile == kOtherAtHome;
  }
  // The classes of all that follows from which profile is enabled and which network serves
  // (kNoSymbol: none).
  std::vector<std::pair<AxisIndex, ClassIndex>> identity_classes(std::int64_t profile,
                                                                 std::int64_t network) const;
  // The one that stands for all networks that answer as this one does.
  std::int64_t network_like(std::int64_t network) const;
  // Where a device may stand, as far as candidates are judged by it; those that answer alike once.
  std::vector<std::uint32_t> standings() const;
  // The one of a device that stands there. Requires: there is such a place.
  std::uint32_t standing_at(CountryClaim claim) const;
  // The same on a network that is not known, or on none, of a device that stands there, as far as
  // it is certain. Requires: knows_identities().
  std::vector<std::pair<AxisIndex, ClassIndex>> standing_classes(std::int64_t profile,
                                                                 std::int64_t network,
                                                                 std::uint32_t standing) const;
  // False: there are too many profiles and networks to take them together.
  bool knows_identities() const { return !identity_.table.empty(); }
  bool has_too_many_identities() const { return !knows_identities() && !identity_.columns.empty(); }

 private:
  using Choice = OptionTable::Choice;
  // Which class of unserved candidates' answers a place brings about; kServed: a network does.
  static constexpr std::uint32_t kServed = std::numeric_limits<std::uint32_t>::max();
  struct Group {
    OptionTable table;
    struct Column {
      std::int64_t first = 0;   // place: the situation; identity: the network; clock: the day
      std::int64_t second = 0;  // clock: milliseconds of the day
      // How the networks of where the device stands answer for candidates: place, of that place;
      // identity without a network, what it takes.
      std::uint32_t standing = kServed;
      std::uint32_t alike = 0;  // columns that differ in nothing but their names share a number
    };
    std::vector<Column> columns;
    std::vector<std::int64_t> rows;  // identity: the profiles
  };
  // One of each.
  struct Chosen {
    const Group::Column* place = nullptr;
    const Group::Column* identity = nullptr;
    std::size_t row = 0;
    const Group::Column* clock = nullptr;
  };
  // How what is asked of a candidate stands on a network, and at worst on another one of its
  // countries; by feature. Without service a candidate is judged on the networks of the country
  // that stands (semantics 9a): on one that it has not seen, and at worst on any.
  struct Stand {
    Truth here = Truth::unknown;
    Truth worst = Truth::unknown;
  };
  // Where what is counted with a candidate may hold, whatever the past was; elsewhere it does not.
  struct MayHold {
    std::set<std::int64_t> networks;
    CountrySet countries;   // on one of the networks there
    bool nowhere = false;   // without service, in no country
    bool anywhere = false;  // for sure, of a device that may be on any network or none
    // Also of a profile that is not enabled. Else a run may go on wherever it would camp.
    bool of_others = false;
  };
  void make_place(const std::vector<Situation>& situations);
  void make_identity();
  void make_clock();
  void make_orders();
  void make_limits();
  void make_values();
  void add_axis(Group& group, AxisIndex axis, std::vector<std::vector<Choice>> choices,
                std::vector<std::uint32_t> kind_of_row) const;
  // Requires, unless it serves: the standing is one of `standings_`.
  std::optional<Identity> identity_of(std::int64_t profile, std::int64_t network,
                                      std::uint32_t standing) const;
  Choice identity_choice(AxisIndex axis, std::int64_t profile, std::int64_t network) const;
  std::uint32_t kind_of_profile(AxisIndex axis, std::int64_t profile) const;
  Choice stand_choice(AxisIndex axis, std::int64_t profile, std::int64_t network) const;
  // What a ban asks of a candidate that network and profile alone answer: `roaming`, and what is
  // asked on one network of nothing but such things.
  bool is_stand(const Feature& feature) const;
  Truth stand_on(const Feature& feature, std::int64_t network) const;
  bool is_declared(ProfileIndex candidate) const { return candidate < table_.profiles.size(); }
  Reading roams_with(ProfileIndex candidate, const Feature& roaming, std::int64_t network) const;
  void make_stands(const std::vector<std::int64_t>& networks);
  // Whether it holds with the candidate on the network; unknown: that depends on the past.
  Truth counted_on(ConditionIndex inner, ProfileIndex candidate, std::int64_t network) const;
  bool counts_a_run(ConditionIndex inner) const;
  void make_may_hold(const std::vector<std::int64_t>& networks);
  bool may_hold_on(FeatureIndex f, std::int64_t network) const;
  bool may_hold_unserved(FeatureIndex f, const CountrySet& standing, bool known_network) const;
  // `may_hold`: anything; else it does not, as far as that is told here.
  Choice counted_choice(AxisIndex axis, std::int64_t profile, bool may_hold, bool served) const;
  Choice unserved_count(AxisIndex axis, std::int64_t profile, const CountrySet& standing,
                        bool known_network) const;
  bool is_candidate(const Feature& feature, std::int64_t profile) const;
  bool can_be(ConditionIndex condition, bool wanted) const;
  std::vector<std::int64_t> networks_told_apart();
  void fill_identity(const std::vector<AxisIndex>& axes);
  void make_standings();
  std::uint32_t standing_of(const CountrySet& countries);
  std::vector<std::uint8_t> standing_key(const CountrySet& countries) const;
  Stand stand_in(FeatureIndex feature, const CountrySet& standing, bool known_network) const;
  std::vector<Truth> unserved_answers(FeatureIndex feature, const CountrySet& standing,
                                      bool known_network) const;
  Choice unserved_choice(AxisIndex axis, const CountrySet& standing, bool known_network) const;
  static std::vector<std::pair<int, std::size_t>> by_cost(const Group& group, const Box& box);
  class Realiser;

  DiagramRef link_of(FeatureIndex feature);
  // `whatever_on`: of these axes nothing is said; empty: of each.
  DiagramRef link_as_it_is(FeatureIndex feature, const std::vector<bool>& whatever_on);
  std::vector<bool> axes_of_networks() const;
  DiagramRef whatever(DiagramRef at, const std::vector<bool>& axes,
                      std::map<DiagramRef, DiagramRef>& known);
  std::vector<DiagramRef> find_links(DiagramRef question);
  DiagramRef enabled_is(ProfileIndex profile);
  DiagramRef served();
  using AxisSet = std::vector<bool>;  // by axis
  // `reasons`: the axes on which it failed are added, beside those of who and where.
  std::optional<Witness> complete(const Box& box, const Chosen& chosen, AxisSet& reasons) const;
  void make_behind_counts();
  void name_reasons(FeatureIndex f, AxisSet& reasons) const;
  std::vector<AxisIndex> refused_by(const Box& box, const Identity* of, AxisSet reasons) const;
  bool is_limited(const Box& box, AxisIndex axis) const;
  void set_clock(const Chosen& chosen, Witness& witness) const;
  void settle_dates(Witness& witness) const;
  const TimeZone& named_zone(std::string_view name) const;
  const TimeZone& zone_of(const Chosen& chosen, const Witness& witness) const;
  void read_place(const Group::Column& place, const Box& box, Witness& witness) const;
  void read_identity(const Chosen& chosen, const Box& box, Witness& witness) const;
  bool read_unserved(const Chosen& chosen, const Box& box, Witness& witness,
                     AxisSet& reasons) const;
  bool read_undeclared(const Box& box, Witness& witness, AxisSet& reasons) const;
  CountrySet standing_countries(const Chosen& chosen, const Witness& witness) const;
  bool read_counts(const Box& box, Witness& witness, AxisSet& reasons) const;
  class CountReader;
  bool fits(const Box& box, const Witness& witness, AxisSet& reasons) const;
  // A choice has one of its declared values, or it is unknown: a report of another is refused.
  bool is_closed(const Feature& feature) const;
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
  std::vector<std::size_t> identity_axis_;  // by axis: into the axes of identities
  TimeZone zone_;                           // the policy's
  mutable std::map<std::string, TimeZone, std::less<>> zones_;
  bool asks_for_the_time_ = false;
  std::map<std::optional<ProfileIndex>, std::vector<CountOrder>> orders_;  // by CountOrder::enabled
  std::vector<CountBar> bars_;
  std::vector<std::vector<AxisIndex>> behind_counts_;  // by count: what its value may depend on
  std::vector<CountRange> limits_;                     // by feature: what a count can be at all
  // By count: the dates from which it counts, as axis and day.
  std::map<FeatureIndex, std::vector<std::pair<AxisIndex, std::int64_t>>> counted_from_;
  std::map<FeatureIndex, std::int64_t> reaches_back_;  // `recency` in a window: less than so long
  std::map<FeatureIndex, std::map<std::int64_t, Stand>> stands_;
  std::map<FeatureIndex, std::map<std::uint8_t, Stand>> stands_in_;  // by country
  std::map<FeatureIndex, MayHold> may_hold_;
  // Where a device may stand, by how the networks there answer for candidates: countries that
  // stand for each class. The first is nowhere.
  std::vector<CountrySet> standings_;
  std::map<std::vector<std::uint8_t>, std::uint32_t> standing_numbers_;
  std::map<std::int64_t, std::int64_t> network_like_;  // each network: one that answers alike
  std::vector<bool> axes_of_networks_;                 // made on demand
  std::vector<std::uint32_t> homes_;                   // by profile: those of equal home share one
  bool any_counts_ = false;
  std::size_t weight_ = 1;
  std::unordered_map<DiagramRef, std::vector<DiagramRef>> links_;  // by what was asked
  std::vector<CountryClaim> claims_;                               // that occur
  // By axis of a free symbol or flag, and by class: a value of that class, the first of them, and
  // how early it comes among the values of all (an absent one: last).
  struct Value {
    std::size_t place = std::numeric_limits<std::size_t>::max();
    std::int64_t value = 0;
  };
  std::vector<std::vector<Value>> values_;
};

// A profile or network of the world, as a reading.
Reading identity_reading(std::int64_t identity);

// Is the network in one country for certain?
bool is_of_one_country(std::int64_t network);

// Is a device on this network, with a profile of these home countries, roaming in one of
// `countries` (empty: anywhere)? Judged candidate by candidate (semantics 4). Absent: unknown.
Reading roaming_reading(std::optional<std::int64_t> network, const std::optional<CountrySet>& home,
                        const CountrySet& countries);

}  // namespace sojourn
