#include "engine/proof/world.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace sojourn {
namespace {

constexpr std::int64_t kUnknown = World::kUnknownIdentity;
// Combinations of a place and an identity tried before a box counts as impossible.
constexpr std::size_t kCombinationsMax = 4'096;
// Options of one group; beyond, its axes are taken as independent.
constexpr std::size_t kOptionsMax = 2'000'000;
// And of its options and axes together: each has a choice for each.
constexpr std::size_t kChoicesMax = 40'000'000;

Reading reading_of(std::int64_t value) {
  return value == kUnknown ? Reading::unknown() : Reading::exactly(value);
}

bool within_wall_time(std::int64_t wall, std::int64_t from, std::int64_t until) {
  return from <= until ? wall >= from && wall < until : wall >= from || wall < until;
}

bool single_country(std::int64_t network) {
  return network >= 0 && countries_of(unpack_plmn(static_cast<std::uint32_t>(network))).size() == 1;
}

}  // namespace

bool is_always_known(FeatureKind kind) {
  return kind == FeatureKind::date || kind == FeatureKind::local_time ||
         kind == FeatureKind::quarantined || kind == FeatureKind::since;
}

Reading roaming_reading(std::optional<std::int64_t> network, const std::optional<CountrySet>& home,
                        const CountrySet& countries) {
  if (network == kNoSymbol) return Reading::exactly(0);
  if (!network || !home) return Reading::unknown();
  CountrySet candidates = countries_of(unpack_plmn(static_cast<std::uint32_t>(*network)));
  if (candidates.empty()) return Reading::exactly(countries.empty() ? 1 : 0);  // 9xx
  std::size_t roams = 0;
  for (Country candidate : candidates.members()) {
    bool asked = countries.empty() || countries.contains(candidate);
    if (asked && !home->contains(candidate)) ++roams;
  }
  if (roams != 0 && roams != candidates.size()) return Reading::unknown();
  return Reading::exactly(roams == 0 ? 0 : 1);
}

World::World(const RuleTable& table, const AxisPlan& axes, DiagramStore& store,
             ConditionDiagrams& conditions, const std::vector<Situation>* situations)
    : table_(table),
      axes_(axes),
      store_(store),
      conditions_(conditions),
      situations_(situations),
      group_of_axis_(axes.axes().size(), nullptr) {
  if (situations) make_place(*situations);
  make_identity();
  make_clock();
  make_orders();
  any_counts_ = std::any_of(axes.axes().begin(), axes.axes().end(), [&](const Axis& axis) {
    return is_temporal(table.features[axis.feature].kind);
  });
  for (Group* group : {&place_, &identity_, &clock_}) {
    index_options(*group);
    for (AxisIndex axis : group->axes) group_of_axis_[axis] = group;
  }
  make_values();
}

void World::index_options(Group& group) const {
  for (std::size_t i = 0; i < group.axes.size(); ++i) {
    ClassIndex class_count = axes_.axes()[group.axes[i]].class_count;
    std::vector<OptionSet> with(class_count, OptionSet((group.options.size() + 63) / 64));
    for (std::size_t o = 0; o < group.options.size(); ++o) {
      const Choice& choice = group.options[o].choices[i];
      for (ClassIndex value = 0; value < class_count; ++value) {
        if (!choice.any && value != choice.usual && value != choice.other) continue;
        with[value][o / 64] |= std::uint64_t{1} << (o % 64);
      }
    }
    group.with.push_back(std::move(with));
  }
}

Box World::whole() const {
  Box box;
  for (const Axis& axis : axes_.axes()) box.push_back({0, axis.class_count});
  return box;
}

ClassIndex World::class_at(AxisIndex axis, const Reading& reading) const {
  const Axis& at = axes_.axes()[axis];
  return class_of(at, table_.features[at.feature], reading);
}

// --- what occurs together
// -------------------------------------------------------------------------

void World::make_place(const std::vector<Situation>& situations) {
  std::vector<FeatureIndex> features;
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    FeatureIndex feature = axes_.axes()[axis].feature;
    FeatureKind kind = table_.features[feature].kind;
    if (kind != FeatureKind::country && kind != FeatureKind::area) continue;
    place_.axes.push_back(axis);
    features.push_back(feature);
  }
  for (std::size_t s = 0; s < situations.size(); ++s) {
    Option option;
    option.first = static_cast<std::int64_t>(s);
    for (std::size_t i = 0; i < features.size(); ++i) {
      const Feature& feature = table_.features[features[i]];
      std::int64_t value = feature.kind == FeatureKind::country
                               ? std::int64_t{situations[s].country.packed()}
                               : (situations[s].areas[feature.subject] ? 1 : 0);
      option.choices.push_back({class_at(place_.axes[i], Reading::exactly(value)),
                                axes_.axes()[place_.axes[i]].unknown_class, false});
    }
    place_.options.push_back(std::move(option));
    claims_.push_back(situations[s].country);
  }
}

World::Option World::identity_option(std::int64_t profile, std::int64_t network) const {
  Option option;
  option.first = profile;
  option.second = network;
  bool declared = profile >= 0;
  auto certain = [&](AxisIndex axis, const Reading& reading) {
    ClassIndex value = class_at(axis, reading);
    option.choices.push_back({value, value, false});
  };
  for (AxisIndex axis : identity_.axes) {
    const Feature& feature = table_.features[axes_.axes()[axis].feature];
    switch (feature.kind) {
      case FeatureKind::profile:
        certain(axis, reading_of(profile));
        break;
      case FeatureKind::network:
        certain(axis, reading_of(network));
        break;
      case FeatureKind::no_service: {
        // Without service there is no network; with it, one may yet be unknown.
        ClassIndex unknown = axes_.axes()[axis].unknown_class;
        if (network == kNoSymbol) {
          certain(axis, Reading::exactly(1));
        } else {
          option.choices.push_back({class_at(axis, Reading::exactly(0)), unknown, false});
        }
        break;
      }
      case FeatureKind::roaming: {
        if (feature.candidate && is_declared(*feature.candidate)) {
          option.choices.push_back(stand_choice(axis, profile, network));
          break;
        }
        std::int64_t enabled = profile;
        if (feature.candidate) {
          enabled = kOtherSymbol;
          if (network < 0) {
            option.choices.push_back({0, 0, true});
            break;
          }
        }
        if (enabled == kOtherSymbol && network >= 0) {
          // Its home follows from its ICCID: no country, or any.
          Reading homeless = roaming_reading(network, CountrySet(), feature.countries);
          option.choices.push_back(
              {class_at(axis, homeless), class_at(axis, Reading::exactly(0)), false});
          break;
        }
        std::optional<CountrySet> home;
        if (enabled >= 0 && enabled < static_cast<std::int64_t>(table_.profiles.size())) {
          home = table_.profiles[static_cast<std::size_t>(enabled)].home;
        }
        auto known_network = network == kUnknown ? std::nullopt : std::optional(network);
        certain(axis, roaming_reading(known_network, home, feature.countries));
        break;
      }
      case FeatureKind::on_a_network:
        option.choices.push_back(stand_choice(axis, profile, network));
        break;
      case FeatureKind::breakout:
        if (declared) {
          const CountrySet& breakout = table_.profiles[static_cast<std::size_t>(profile)].breakout;
          certain(axis, Reading::exactly(breakout.intersects(feature.countries) ? 1 : 0));
        } else {
          option.choices.push_back(
              {axes_.axes()[axis].unknown_class, class_at(axis, Reading::exactly(0)), false});
        }
        break;
      default:  // installed: what is enabled is
        if (declared && feature.subject == static_cast<std::uint64_t>(profile)) {
          certain(axis, Reading::exactly(1));
        } else {
          option.choices.push_back({0, 0, true});
        }
    }
  }
  return option;
}

std::vector<std::pair<AxisIndex, ClassIndex>> World::identity_classes(std::int64_t profile,
                                                                      std::int64_t network) const {
  std::vector<std::pair<AxisIndex, ClassIndex>> classes;
  if (!knows_identities()) return classes;
  Option option = identity_option(profile, network);
  for (std::size_t i = 0; i < identity_.axes.size(); ++i) {
    if (!option.choices[i].any) classes.push_back({identity_.axes[i], option.choices[i].usual});
  }
  return classes;
}

void World::make_identity() {
  bool about_profile = false, about_network = false;
  bool asks_candidates = std::any_of(table_.features.begin(), table_.features.end(),
                                     [&](const Feature& feature) { return is_stand(feature); });
  if (asks_candidates) make_stands(network_values(table_));
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Feature& feature = table_.features[axes_.axes()[axis].feature];
    bool stands = stands_.contains(axes_.axes()[axis].feature);
    bool of_profile =
        stands || feature.kind == FeatureKind::profile || feature.kind == FeatureKind::roaming ||
        feature.kind == FeatureKind::breakout || feature.kind == FeatureKind::installed;
    bool of_network = stands || feature.kind == FeatureKind::network ||
                      feature.kind == FeatureKind::roaming ||
                      feature.kind == FeatureKind::no_service;
    if (!of_profile && !of_network) continue;
    identity_.axes.push_back(axis);
    about_profile = about_profile || of_profile;
    about_network = about_network || of_network;
  }
  std::vector<std::int64_t> profiles, networks;
  if (about_profile) {
    for (std::size_t p = 0; p < table_.profiles.size(); ++p) {
      profiles.push_back(static_cast<std::int64_t>(p));
    }
    profiles.push_back(kOtherSymbol);
  }
  profiles.push_back(kUnknown);
  if (about_network) networks = network_values(table_);
  networks.push_back(kUnknown);
  std::size_t options = profiles.size() * networks.size();
  if (options > kOptionsMax || options * identity_.axes.size() > kChoicesMax) {
    identity_.axes.clear();
  }
  if (identity_.axes.empty()) return;
  // Many networks answer alike; one of each suffices, but those of the policy's own words first and
  // for each country one, so that a witness can be where its network is.
  std::set<std::vector<std::int64_t>> seen;
  for (std::int64_t profile : profiles) {
    for (std::int64_t network : networks) {
      Option option = identity_option(profile, network);
      std::vector<std::int64_t> key = {profile};
      for (const Choice& choice : option.choices) {
        key.push_back(choice.any ? std::int64_t{-1} : std::int64_t{choice.usual});
        key.push_back(choice.other);
      }
      // A country's networks differ for the place coupling.
      CountrySet candidates;
      if (network >= 0) candidates = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
      for (Country member : candidates.members()) key.push_back(member.index);
      if (seen.insert(std::move(key)).second) identity_.options.push_back(std::move(option));
    }
  }
}

void World::make_clock() {
  std::set<std::int64_t> day_set, ms_set;
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Feature& feature = table_.features[axes_.axes()[axis].feature];
    if (feature.kind == FeatureKind::date) {
      clock_.axes.push_back(axis);
      for (std::int64_t day :
           {std::int64_t{feature.from_day}, std::int64_t{feature.until_day} + 1}) {
        if (day <= std::numeric_limits<std::int32_t>::min() ||
            day > std::numeric_limits<std::int32_t>::max()) {
          continue;
        }
        day_set.insert({day - 1, day});
      }
    } else if (feature.kind == FeatureKind::local_time) {
      clock_.axes.push_back(axis);
      ms_set.insert({feature.from_ms, feature.until_ms});
    }
  }
  if (clock_.axes.empty()) return;
  if (day_set.empty()) day_set.insert(kDefaultDay.number);
  ms_set.insert(kDefaultTimeOfDay.ms);
  for (std::int64_t day : day_set) {
    for (std::int64_t ms : ms_set) {
      Option option;
      option.first = day;
      option.second = ms;
      for (AxisIndex axis : clock_.axes) {
        const Feature& feature = table_.features[axes_.axes()[axis].feature];
        bool holds = feature.kind == FeatureKind::date
                         ? feature.from_day <= day && day <= feature.until_day
                         : within_wall_time(ms, feature.from_ms, feature.until_ms);
        ClassIndex value = class_at(axis, Reading::exactly(holds ? 1 : 0));
        option.choices.push_back({value, value, false});
      }
      clock_.options.push_back(std::move(option));
    }
  }
}

void World::make_orders() {
  std::map<std::pair<FeatureKind, ConditionIndex>, std::vector<FeatureIndex>> alike;
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (is_temporal(table_.features[f].kind) && axes_.axis_of(f)) {
      alike[{table_.features[f].kind, table_.features[f].inner}].push_back(f);
    }
  }
  auto narrower = [](const Scope& a, const Scope& b) {  // every key of b is one of a
    return (a.same_network || !b.same_network) && (a.per_imei || !b.per_imei) &&
           (a.per_profile || !b.per_profile);
  };
  for (const auto& [key, features] : alike) {
    if (key.first == FeatureKind::recency) continue;
    for (FeatureIndex below : features) {
      for (FeatureIndex above : features) {
        const Feature &a = table_.features[below], &b = table_.features[above];
        bool same_form = a.bucket == b.bucket && a.gap_days == b.gap_days &&
                         a.window.unit == b.window.unit && a.zone == b.zone &&
                         a.candidate == b.candidate;
        bool windows = a.window.count == b.window.count ||
                       (a.window.count < b.window.count && key.first == FeatureKind::window_count);
        // The most of several days is no less than today's.
        bool later = a.ahead_days == b.ahead_days || (a.ahead_days == 0 && b.ahead_days > 0);
        if (below != above && same_form && windows && later && narrower(a.scope, b.scope)) {
          orders_.push_back({below, above});
        }
      }
    }
  }
}

void World::make_values() {
  values_.resize(axes_.axes().size());
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Axis& at = axes_.axes()[axis];
    ValueDomain domain = domain_of(table_.features[at.feature].kind);
    if (group_of_axis_[axis] || (domain != ValueDomain::symbol && domain != ValueDomain::flag)) {
      continue;
    }
    std::vector<std::int64_t> values = distinct_values(table_, at.feature, claims_);
    values_[axis].resize(at.class_count);
    for (std::size_t place = 0; place < values.size(); ++place) {
      Value& first = values_[axis][class_at(axis, Reading::exactly(values[place]))];
      if (place < first.place) first = {place, values[place]};
    }
  }
}

// --- is there anything in the box?
// ----------------------------------------------------------------

std::optional<int> World::cost(const Group& group, const Option& option, const Box& box) {
  int cost = 0;
  for (std::size_t i = 0; i < group.axes.size(); ++i) {
    const Choice& choice = option.choices[i];
    const ClassRange& range = box[group.axes[i]];
    if (choice.any || range.holds(choice.usual)) continue;
    if (!range.holds(choice.other)) return std::nullopt;
    ++cost;
  }
  return cost;
}

std::vector<std::pair<int, const World::Option*>> World::by_cost(const Group& group,
                                                                 const Box& box) {
  std::vector<std::pair<int, const Option*>> found;
  for (const Option& option : group.options) {
    if (std::optional<int> c = cost(group, option, box)) found.push_back({*c, &option});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return found;
}

bool World::allows(const Box& box, AxisIndex axis) const {
  const Axis& at = axes_.axes()[axis];
  const Feature& feature = table_.features[at.feature];
  if (domain_of(feature.kind) == ValueDomain::count) {
    AxisIndex lower = at.side == AxisSide::lower ? axis : axis - 1;
    return box[lower].begin < box[lower + 1].end;
  }
  const ClassRange& range = box[axis];
  if (is_always_known(feature.kind) && range.begin == at.unknown_class &&
      range.end == at.unknown_class + 1) {
    return false;
  }
  const Group* group = group_of_axis_[axis];
  if (!group) return true;
  OptionSet left((group->options.size() + 63) / 64, ~std::uint64_t{0});
  for (std::size_t i = 0; i < group->axes.size(); ++i) {
    const ClassRange& at_axis = box[group->axes[i]];
    const std::vector<OptionSet>& with = group->with[i];
    if (at_axis.begin == 0 && at_axis.end == with.size()) continue;  // most axes say nothing
    for (std::size_t word = 0; word < left.size(); ++word) {
      std::uint64_t possible = 0;
      for (ClassIndex c = at_axis.begin; c < at_axis.end; ++c) possible |= with[c][word];
      left[word] &= possible;
    }
  }
  if (group->options.size() % 64 != 0) {
    left.back() &= (std::uint64_t{1} << (group->options.size() % 64)) - 1;
  }
  return std::any_of(left.begin(), left.end(), [](std::uint64_t word) { return word != 0; });
}

std::optional<ClassIndex> World::unknown_class_of_free(AxisIndex axis) const {
  const Axis& at = axes_.axes()[axis];
  bool free = at.side == AxisSide::value && !group_of_axis_[axis] &&
              !is_always_known(table_.features[at.feature].kind);
  return free ? std::optional(at.unknown_class) : std::nullopt;
}

std::optional<Witness> World::realise(const Box& box) const {
  auto options = [&](const Group& group) {
    auto found = by_cost(group, box);
    if (group.axes.empty() && found.empty()) found.push_back({0, nullptr});
    return found;
  };
  auto clocks = options(clock_);
  if (clocks.empty()) return std::nullopt;
  auto places = options(place_);
  auto identities = options(identity_);
  std::size_t tried = 0;
  for (const auto& [place_cost, place] : places) {
    // A network of the place's own country first, among those that are as usual.
    CountrySet here;
    if (place && situations_) {
      here = (*situations_)[static_cast<std::size_t>(place->first)].country.set();
    }
    auto at_home = [&](const Option* identity) {
      if (!identity || identity->second < 0) return false;
      CountrySet candidates =
          countries_of(unpack_plmn(static_cast<std::uint32_t>(identity->second)));
      return !candidates.empty() && candidates.subset_of(here);
    };
    for (bool wanted : {true, false}) {
      for (const auto& [identity_cost, identity] : identities) {
        if (at_home(identity) != wanted) continue;
        if (++tried > kCombinationsMax) return std::nullopt;
        auto witness = complete(box, place, identity, clocks.front().second);
        if (witness) return witness;
      }
    }
  }
  return std::nullopt;
}

// --- from classes to readings
// ---------------------------------------------------------------------

void World::read_place(const Option& option, const Box& box, Witness& witness) const {
  const Situation& situation = (*situations_)[static_cast<std::size_t>(option.first)];
  bool all_known = true;
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    const Feature& feature = table_.features[f];
    if (feature.kind != FeatureKind::country && feature.kind != FeatureKind::area) continue;
    std::int64_t value = feature.kind == FeatureKind::country
                             ? std::int64_t{situation.country.packed()}
                             : (situation.areas[feature.subject] ? 1 : 0);
    Reading known = Reading::exactly(value);
    std::optional<AxisIndex> axis = axes_.axis_of(f);
    bool fits = !axis || box[*axis].holds(class_at(*axis, known));
    witness.readings[f] = fits ? known : Reading::unknown();
    all_known = all_known && fits;
  }
  if (all_known) witness.position = situation.example;
}

void World::read_identity(const Option& option, const Box& box, Witness& witness) const {
  witness.profile = reading_of(option.first);
  witness.network = reading_of(option.second);
  for (std::size_t i = 0; i < identity_.axes.size(); ++i) {
    AxisIndex axis = identity_.axes[i];
    FeatureIndex f = axes_.axes()[axis].feature;
    const Feature& feature = table_.features[f];
    if (feature.kind == FeatureKind::profile) {
      witness.readings[f] = witness.profile;
    } else if (feature.kind == FeatureKind::network) {
      witness.readings[f] = witness.network;
    } else {
      witness.readings[f] = choose_flag(f, box, option.choices[i]);
    }
  }
}

Reading World::choose_flag(FeatureIndex feature, const Box& box, const Choice& choice) const {
  AxisIndex axis = *axes_.axis_of(feature);
  auto allowed = [&](const Reading& reading) {
    ClassIndex value = class_at(axis, reading);
    return box[axis].holds(value) && (choice.any || value == choice.usual || value == choice.other);
  };
  for (const Reading& reading : {Reading::exactly(0), Reading::exactly(1), Reading::unknown()}) {
    bool usual = choice.any || class_at(axis, reading) == choice.usual;
    if (usual && allowed(reading)) return reading;
  }
  for (const Reading& reading : {Reading::exactly(0), Reading::exactly(1), Reading::unknown()}) {
    if (allowed(reading)) return reading;
  }
  return Reading::unknown();
}

// A reading of the feature inside its range, known where possible. Not for counts.
Reading World::choose(FeatureIndex f, const Box& box) const {
  const Feature& feature = table_.features[f];
  std::optional<AxisIndex> axis = axes_.axis_of(f);
  if (!axis) return Reading::unknown();
  const ClassRange& range = box[*axis];
  if (domain_of(feature.kind) == ValueDomain::number) {
    const std::vector<std::int64_t>& cuts = axes_.axes()[*axis].cuts;
    if (range.begin == axes_.axes()[*axis].unknown_class) return Reading::unknown();
    if (range.begin > 0) return Reading::exactly(cuts[range.begin - 1]);
    return Reading::exactly(cuts.empty() ? 0 : cuts.front() - 1);
  }
  const Value* first = nullptr;
  for (ClassIndex c = range.begin; c < range.end; ++c) {
    const Value& value = values_[*axis][c];
    if (!first || value.place < first->place) first = &value;
  }
  if (first && first->place != Value().place) return Reading::exactly(first->value);
  Reading other = Reading::exactly(kOtherSymbol);
  if (domain_of(feature.kind) == ValueDomain::symbol && feature.kind != FeatureKind::country &&
      range.holds(class_at(*axis, other))) {
    return other;
  }
  return Reading::unknown();
}

std::optional<Witness> World::complete(const Box& box, const Option* place, const Option* identity,
                                       const Option* clock) const {
  Witness witness;
  witness.readings.resize(table_.features.size());
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (domain_of(table_.features[f].kind) == ValueDomain::count) continue;
    std::optional<AxisIndex> axis = axes_.axis_of(f);
    bool free = !axis || !group_of_axis_[*axis];
    if (free) witness.readings[f] = choose(f, box);
  }
  if (place) read_place(*place, box, witness);
  if (identity) read_identity(*identity, box, witness);
  bool served = !identity || identity->second >= 0;
  if (!served && !read_unserved(place, box, witness)) return std::nullopt;
  for (std::size_t i = 0; clock && i < clock_.axes.size(); ++i) {
    FeatureIndex f = axes_.axes()[clock_.axes[i]].feature;
    witness.readings[f] = choose_flag(f, box, clock->choices[i]);
  }
  witness.day = clock ? static_cast<std::int32_t>(clock->first) : kDefaultDay.number;
  witness.time_of_day_ms = clock ? clock->second : kDefaultTimeOfDay.ms;
  // Without a fix a network of one country says where the device is.
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    bool nowhere = table_.features[f].kind == FeatureKind::country && !witness.readings[f].known;
    if (nowhere && witness.network.known && single_country(witness.network.lower)) {
      return std::nullopt;
    }
  }
  if (!read_counts(box, witness) || !fits(box, witness)) return std::nullopt;
  return witness;
}

// The last word: every class inside the box, every count in keeping with what it counts.
bool World::fits(const Box& box, const Witness& witness) const {
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    FeatureIndex f = axes_.axes()[axis].feature;
    if (!box[axis].holds(class_at(axis, witness.readings[f]))) return false;
    if (is_always_known(table_.features[f].kind) && !witness.readings[f].known) return false;
  }
  return true;
}

}  // namespace sojourn
