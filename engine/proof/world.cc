#include "engine/proof/world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <set>

namespace sojourn {
namespace {

constexpr std::int64_t kUnknown = World::kUnknownIdentity;
// Profiles on networks; beyond, their axes are taken as independent.
constexpr std::size_t kOptionsMax = 20'000'000;
// So many choices of rows, and so many features, make a look at a situation cost one more.
constexpr std::size_t kOptionsPerWeight = 1'000;
constexpr std::size_t kFeaturesPerWeight = 250;
// And the choices that the networks have on the axes.
constexpr std::size_t kChoicesMax = 20'000'000;

bool within_wall_time(std::int64_t wall, std::int64_t from, std::int64_t until) {
  return from <= until ? wall >= from && wall < until : wall >= from || wall < until;
}

}  // namespace

Reading identity_reading(std::int64_t identity) {
  if (identity == World::kOtherAtHome) return Reading::exactly(kOtherSymbol);
  return identity == kUnknown ? Reading::unknown() : Reading::exactly(identity);
}

bool is_of_one_country(std::int64_t network) {
  return network >= 0 && countries_of(unpack_plmn(static_cast<std::uint32_t>(network))).size() == 1;
}

std::optional<std::string> taken_for_one_date(const RuleTable& table) {
  std::set<std::string> zones;
  for (const Feature& feature : table.features) {
    if (feature.kind != FeatureKind::date) continue;
    zones.insert(feature.zone.empty() ? table.settings.zone : feature.zone);
  }
  if (zones.size() < 2) return std::nullopt;
  return fmt::format("what happens while it is not one date in {}", fmt::join(zones, ", "));
}

void move_to_day(const RuleTable& table, Witness& witness, std::int32_t day) {
  witness.day = day;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    bool dated = table.features[f].kind == FeatureKind::date;
    if (dated) witness.readings[f] = Reading::exactly(day);
  }
}

bool is_always_known(const Feature& feature) {
  return feature.kind == FeatureKind::date || feature.kind == FeatureKind::local_time ||
         feature.kind == FeatureKind::quarantined ||
         (feature.kind == FeatureKind::since && !feature.scope.any());
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
  for (const Profile& profile : table.profiles) {
    auto same = std::find_if(table.profiles.begin(), table.profiles.end(),
                             [&](const Profile& other) { return other.home == profile.home; });
    homes_.push_back(static_cast<std::uint32_t>(same - table.profiles.begin()));
  }
  make_identity();
  if (situations) make_place(*situations);
  make_clock();
  make_orders();
  make_limits();
  make_behind_counts();
  any_counts_ = std::any_of(axes.axes().begin(), axes.axes().end(), [&](const Axis& axis) {
    FeatureKind kind = table.features[axis.feature].kind;
    return is_temporal(kind) || kind == FeatureKind::since;
  });
  std::size_t options = 0;
  for (Group* group : {&place_, &identity_, &clock_}) {
    options += group->table.row_count() * group->table.axes().size();
    for (AxisIndex axis : group->table.axes()) group_of_axis_[axis] = group;
  }
  identity_axis_.resize(axes.axes().size());
  for (std::size_t i = 0; i < identity_.table.axes().size(); ++i) {
    identity_axis_[identity_.table.axes()[i]] = i;
  }
  make_values();
  weight_ = 1 + options / kOptionsPerWeight + table.features.size() / kFeaturesPerWeight;
}

// Choices by kind of row, then by column.
void World::add_axis(Group& group, AxisIndex axis, std::vector<std::vector<Choice>> choices,
                     std::vector<std::uint32_t> kind_of_row) const {
  group.table.add(axis, axes_.axes()[axis].class_count, std::move(kind_of_row), std::move(choices));
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
  for (const Situation& situation : situations) claims_.push_back(situation.country);
  std::vector<AxisIndex> axes;
  std::vector<std::vector<Choice>> choices;  // by axis, then by situation
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Feature& feature = table_.features[axes_.axes()[axis].feature];
    if (feature.kind != FeatureKind::country && feature.kind != FeatureKind::area) continue;
    std::vector<Choice> of_axis;
    for (const Situation& situation : situations) {
      std::int64_t value = feature.kind == FeatureKind::country
                               ? std::int64_t{situation.country.packed()}
                               : (situation.areas[feature.subject] ? 1 : 0);
      of_axis.push_back({class_at(axis, Reading::exactly(value)), axes_.axes()[axis].unknown_class,
                         false, false});
    }
    axes.push_back(axis);
    choices.push_back(std::move(of_axis));
  }
  std::map<std::vector<std::uint32_t>, std::uint32_t> alike;
  for (std::size_t s = 0; s < situations.size(); ++s) {
    Group::Column column;
    column.first = static_cast<std::int64_t>(s);
    column.standing = standing_of(situations[s].country.set());
    std::vector<std::uint32_t> key = {column.standing};
    for (const std::vector<Choice>& of_axis : choices) key.push_back(of_axis[s].usual);
    auto number = static_cast<std::uint32_t>(alike.size());
    column.alike = alike.try_emplace(std::move(key), number).first->second;
    place_.columns.push_back(column);
  }
  place_.table = OptionTable(1, situations.size());
  for (std::size_t i = 0; i < axes.size(); ++i) add_axis(place_, axes[i], {choices[i]}, {0});
}

// What the axis may be with the profile enabled on the network (of those told apart).
World::Choice World::identity_choice(AxisIndex axis, std::int64_t profile,
                                     std::int64_t network) const {
  bool declared = profile >= 0;
  const Feature& feature = table_.features[axes_.axes()[axis].feature];
  auto certain = [&](const Reading& reading) {
    ClassIndex value = class_at(axis, reading);
    return Choice{value, value, false, false};
  };
  const Choice anything{0, 0, true, false};
  if (FeatureIndex f = axes_.axes()[axis].feature; may_hold_.contains(f)) {
    return counted_choice(axis, profile, network < 0 || may_hold_on(f, network), network >= 0);
  }
  switch (feature.kind) {
    case FeatureKind::profile:
      return certain(identity_reading(profile));
    case FeatureKind::network:
      return certain(identity_reading(network));
    case FeatureKind::no_service:
      // Without service there is no network; with it, one may yet be unknown.
      if (network == kNoSymbol) return certain(Reading::exactly(1));
      return {class_at(axis, Reading::exactly(0)), axes_.axes()[axis].unknown_class, false, false};
    case FeatureKind::roaming: {
      if (feature.candidate && is_declared(*feature.candidate)) {
        return stand_choice(axis, profile, network);
      }
      if (feature.candidate && network < 0) return anything;
      auto with_home = [&](const std::optional<CountrySet>& home) {
        auto known_network = network == kUnknown ? std::nullopt : std::optional(network);
        return certain(roaming_reading(known_network, home, feature.countries));
      };
      if (declared && !feature.candidate) {
        return with_home(table_.profiles[static_cast<std::size_t>(profile)].home);
      }
      if (network < 0) return with_home(std::nullopt);
      // The home of another one follows from its ICCID: no country, or any.
      CountrySet here = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
      if (profile == kOtherSymbol) return with_home(CountrySet());
      if (profile == kOtherAtHome) return with_home(here);
      if (!feature.candidate) return with_home(std::nullopt);
      return {with_home(CountrySet()).usual, with_home(here).usual, false, false};
    }
    case FeatureKind::on_a_network:
      return stand_choice(axis, profile, network);
    case FeatureKind::breakout: {
      bool supposed = feature.candidate && is_declared(*feature.candidate);
      std::int64_t of = supposed ? std::int64_t{*feature.candidate} : profile;
      if (of < 0) return certain(Reading::unknown());
      const CountrySet& breakout = table_.profiles[static_cast<std::size_t>(of)].breakout;
      if (breakout.empty()) return certain(Reading::unknown());
      return certain(Reading::exactly(breakout.intersects(feature.countries) ? 1 : 0));
    }
    default:  // installed: what is enabled is
      if (declared && feature.subject == static_cast<std::uint64_t>(profile)) {
        return certain(Reading::exactly(1));
      }
      return anything;
  }
}

// Profiles of one kind have the same choices on the axis, on whichever network.
std::uint32_t World::kind_of_profile(AxisIndex axis, std::int64_t profile) const {
  const Feature& feature = table_.features[axes_.axes()[axis].feature];
  bool declared = profile >= 0;
  auto own = static_cast<std::uint32_t>(profile - kUnknown);
  if (may_hold_.contains(axes_.axes()[axis].feature)) return is_candidate(feature, profile) ? 1 : 0;
  switch (feature.kind) {
    case FeatureKind::network:
    case FeatureKind::no_service:
      return 0;
    case FeatureKind::on_a_network:
      return feature.candidate == profile ? 1 : 0;
    case FeatureKind::roaming:
      if (feature.candidate && is_declared(*feature.candidate)) {
        return feature.candidate == profile ? 1 : 0;
      }
      if (feature.candidate) return is_other(profile) ? own : 0;
      return declared ? 2 + homes_[static_cast<std::size_t>(profile)] : own;
    case FeatureKind::installed:
      return declared && feature.subject == static_cast<std::uint64_t>(profile) ? 1 : 0;
    default:
      return own;
  }
}

std::vector<std::pair<AxisIndex, ClassIndex>> World::identity_classes(std::int64_t profile,
                                                                      std::int64_t network) const {
  std::vector<std::pair<AxisIndex, ClassIndex>> classes;
  std::int64_t like = network_like(network);
  std::optional<Identity> known;
  if (like >= 0) known = identity_of(profile, like, kServed);
  for (std::size_t i = 0; i < identity_.table.axes().size(); ++i) {
    AxisIndex axis = identity_.table.axes()[i];
    Choice choice = known ? identity_.table.choice(i, known->row, known->column)
                          : identity_choice(axis, profile, like);
    if (!choice.any) classes.push_back({axis, choice.usual});
  }
  return classes;
}

std::optional<World::Identity> World::identity_of(std::int64_t profile, std::int64_t network,
                                                  std::uint32_t standing) const {
  auto row = std::find(identity_.rows.begin(), identity_.rows.end(), profile);
  auto column = std::find_if(
      identity_.columns.begin(), identity_.columns.end(),
      [&](const Group::Column& one) { return one.first == network && one.standing == standing; });
  if (row == identity_.rows.end() || column == identity_.columns.end()) return std::nullopt;
  return Identity{static_cast<std::size_t>(row - identity_.rows.begin()),
                  static_cast<std::size_t>(column - identity_.columns.begin())};
}

std::int64_t World::network_like(std::int64_t network) const {
  auto like = network_like_.find(network);
  return like == network_like_.end() ? network : like->second;
}

std::vector<std::uint32_t> World::standings() const {
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> standings;
  for (const Group::Column& column : identity_.columns) {
    if (column.first == kUnknown && seen.insert(column.alike).second) {
      standings.push_back(column.standing);
    }
  }
  return standings;
}

std::vector<std::pair<AxisIndex, ClassIndex>> World::standing_classes(
    std::int64_t profile, std::int64_t network, std::uint32_t standing) const {
  std::vector<std::pair<AxisIndex, ClassIndex>> classes;
  std::optional<Identity> identity = identity_of(profile, network, standing);
  if (!identity) return classes;
  for (std::size_t i = 0; i < identity_.table.axes().size(); ++i) {
    const Choice& choice = identity_.table.choice(i, identity->row, identity->column);
    if (choice.any || choice.usual != choice.other) continue;
    classes.push_back({identity_.table.axes()[i], choice.usual});
  }
  return classes;
}

// Many networks answer alike; one of each suffices, but those of the policy's own words first and
// for each country one, so that a witness can be where its network is.
std::vector<std::int64_t> World::networks_told_apart() {
  std::set<std::int64_t> named;
  for (const Test& test : table_.conditions.tests()) {
    if (table_.features[test.feature].kind != FeatureKind::network) continue;
    named.insert(test.symbols.begin(), test.symbols.end());
  }
  std::map<std::vector<std::uint8_t>, std::int64_t> unnamed;  // by country
  std::vector<std::int64_t> networks;
  for (std::int64_t network : network_values(table_)) {
    if (network_like_.contains(network)) continue;
    std::int64_t like = network;
    if (network >= 0 && !named.contains(network)) {
      CountrySet candidates = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
      std::vector<std::uint8_t> key;
      for (Country member : candidates.members()) key.push_back(member.index);
      like = unnamed.try_emplace(std::move(key), network).first->second;
    }
    network_like_[network] = like;
    if (like == network) networks.push_back(network);
  }
  return networks;
}

void World::make_identity() {
  std::vector<std::int64_t> networks = networks_told_apart();
  if (std::any_of(table_.features.begin(), table_.features.end(),
                  [&](const Feature& feature) { return is_stand(feature); })) {
    make_stands(networks);
  }
  make_may_hold(networks);
  make_standings();
  bool about_profile = false, about_network = false;
  std::vector<AxisIndex> axes;
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Feature& feature = table_.features[axes_.axes()[axis].feature];
    FeatureIndex f = axes_.axes()[axis].feature;
    bool stands = stands_.contains(f) || may_hold_.contains(f);
    bool of_profile =
        stands || feature.kind == FeatureKind::profile || feature.kind == FeatureKind::roaming ||
        feature.kind == FeatureKind::breakout || feature.kind == FeatureKind::installed;
    bool of_network = stands || feature.kind == FeatureKind::network ||
                      feature.kind == FeatureKind::roaming ||
                      feature.kind == FeatureKind::no_service;
    if (!of_profile && !of_network) continue;
    axes.push_back(axis);
    about_profile = about_profile || of_profile;
    about_network = about_network || of_network;
  }
  if (axes.empty()) return;
  if (about_profile) {
    for (std::size_t p = 0; p < table_.profiles.size(); ++p) {
      identity_.rows.push_back(static_cast<std::int64_t>(p));
    }
    for (std::int64_t other : {std::int64_t{kOtherSymbol}, kOtherAtHome}) {
      identity_.rows.push_back(other);
    }
  }
  identity_.rows.push_back(kUnknown);
  if (!about_network) networks.clear();
  networks.push_back(kUnknown);
  for (std::int64_t network : networks) {
    std::size_t count = network < 0 ? standings_.size() : 1;
    for (std::size_t standing = 0; standing < count; ++standing) {
      Group::Column column;
      column.first = network;
      if (network < 0) column.standing = static_cast<std::uint32_t>(standing);
      identity_.columns.push_back(column);
    }
  }
  fill_identity(axes);
}

// Rows of a kind share their choices; columns that have the same ones everywhere are alike.
void World::fill_identity(const std::vector<AxisIndex>& axes) {
  std::vector<Group::Column>& columns = identity_.columns;
  const std::vector<std::int64_t>& rows = identity_.rows;
  struct OfAxis {
    std::vector<std::uint32_t> kind_of_row;
    std::vector<std::int64_t> profiles;  // by kind: one of them
  };
  std::vector<OfAxis> of_axes;
  std::size_t kinds = 0;
  for (AxisIndex axis : axes) {
    OfAxis of;
    std::map<std::uint32_t, std::uint32_t> numbers;
    for (std::int64_t profile : rows) {
      auto fresh = static_cast<std::uint32_t>(numbers.size());
      auto [number, added] = numbers.try_emplace(kind_of_profile(axis, profile), fresh);
      if (added) of.profiles.push_back(profile);
      of.kind_of_row.push_back(number->second);
    }
    kinds += of.profiles.size();
    of_axes.push_back(std::move(of));
  }
  if (rows.size() * columns.size() > kOptionsMax || kinds * columns.size() > kChoicesMax) return;
  auto choice_of = [&](AxisIndex axis, std::int64_t profile, const Group::Column& column) {
    FeatureIndex f = axes_.axes()[axis].feature;
    bool served = column.first >= 0, known_network = column.first == kNoSymbol;
    if (!served && may_hold_.contains(f)) {
      return unserved_count(axis, profile, standings_[column.standing], known_network);
    }
    bool by_place = !served && stands_in_.contains(f);
    if (!by_place) return identity_choice(axis, profile, column.first);
    return unserved_choice(axis, standings_[column.standing], known_network);
  };
  std::map<std::vector<std::uint64_t>, std::uint32_t> alike;
  for (Group::Column& column : columns) {
    bool served = column.first >= 0;
    std::vector<std::uint64_t> key = {served, column.first == kNoSymbol, column.standing,
                                      served && is_of_one_country(column.first)};
    for (std::size_t i = 0; i < axes.size(); ++i) {
      for (std::int64_t profile : of_axes[i].profiles) {
        Choice choice = choice_of(axes[i], profile, column);
        key.push_back(choice.any ? ~std::uint64_t{0}
                                 : std::uint64_t{choice.usual} << 32 | choice.other);
      }
    }
    auto number = static_cast<std::uint32_t>(alike.size());
    column.alike = alike.try_emplace(std::move(key), number).first->second;
  }
  identity_.table = OptionTable(rows.size(), columns.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::vector<std::vector<Choice>> choices;
    for (std::int64_t profile : of_axes[i].profiles) {
      std::vector<Choice> of_kind;
      for (const Group::Column& column : columns) {
        of_kind.push_back(choice_of(axes[i], profile, column));
      }
      choices.push_back(std::move(of_kind));
    }
    add_axis(identity_, axes[i], std::move(choices), std::move(of_axes[i].kind_of_row));
  }
}

void World::make_clock() {
  std::set<std::int64_t> day_set, ms_set;
  std::vector<AxisIndex> axes;
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Feature& feature = table_.features[axes_.axes()[axis].feature];
    if (feature.kind == FeatureKind::date) {
      axes.push_back(axis);
      for (std::int64_t day : axes_.axes()[axis].cuts) day_set.insert({day - 1, day});
    } else if (feature.kind == FeatureKind::local_time) {
      axes.push_back(axis);
      asks_for_the_time_ = true;
      ms_set.insert({feature.from_ms, feature.until_ms});
    }
  }
  if (axes.empty()) return;
  if (auto zone = TimeZone::find(table_.settings.zone)) zone_ = *std::move(zone);
  if (day_set.empty()) day_set.insert(kDefaultDay.number);
  ms_set.insert(kDefaultTimeOfDay.ms);
  for (std::int64_t day : day_set) {
    for (std::int64_t ms : ms_set) clock_.columns.push_back({day, ms, kServed, 0});
  }
  clock_.table = OptionTable(1, clock_.columns.size());
  for (AxisIndex axis : axes) {
    const Feature& feature = table_.features[axes_.axes()[axis].feature];
    std::vector<Choice> choices;
    for (const Group::Column& column : clock_.columns) {
      std::int64_t shown = feature.kind == FeatureKind::date
                               ? column.first
                               : within_wall_time(column.second, feature.from_ms, feature.until_ms);
      ClassIndex value = class_at(axis, Reading::exactly(shown));
      choices.push_back({value, value, false, false});
    }
    add_axis(clock_, axis, {std::move(choices)}, {0});
  }
}

void World::make_orders() {
  std::vector<FeatureIndex> counts;
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (domain_of(table_.features[f].kind) == ValueDomain::count && axes_.axis_of(f)) {
      counts.push_back(f);
    }
  }
  for (const CountOrder& order : count_orders(table_, counts)) {
    orders_[order.enabled].push_back(order);
  }
  bars_ = count_bars(table_, counts);
  for (FeatureIndex f : counts) {
    const Feature& feature = table_.features[f];
    if (feature.kind != FeatureKind::recency || feature.window.count == 0) continue;
    reaches_back_[f] = elapsed_length(table_, feature).most;
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

bool World::allows(const Box& box, AxisIndex axis) const {
  const Axis& at = axes_.axes()[axis];
  const Feature& feature = table_.features[at.feature];
  if (domain_of(feature.kind) == ValueDomain::count) {
    AxisIndex lower = at.side == AxisSide::lower ? axis : axis - 1;
    return box[lower].begin < box[lower + 1].end;
  }
  const ClassRange& range = box[axis];
  if (is_always_known(feature) && range.begin == at.unknown_class &&
      range.end == at.unknown_class + 1) {
    return false;
  }
  const Group* group = group_of_axis_[axis];
  if (group) return group->table.any_in(box);
  for (ClassIndex c = range.begin; c < range.end; ++c) {
    if (has_value(axis, c)) return true;
  }
  return false;
}

bool World::has_value(AxisIndex axis, ClassIndex c) const {
  const Axis& at = axes_.axes()[axis];
  const Feature& feature = table_.features[at.feature];
  if (c == at.unknown_class) return true;
  if (is_closed(feature)) return values_[axis][c].place != Value().place;
  if (domain_of(feature.kind) != ValueDomain::number) return true;
  bool of_attribute = feature.kind == FeatureKind::attribute_number;
  bool share = of_attribute && table_.attributes[feature.subject].unit == "%";
  if ((of_attribute && !share) || feature.kind == FeatureKind::date) return true;
  bool below_zero = c < at.cuts.size() && at.cuts[c] <= 0;
  bool above_whole = share && c > 0 && at.cuts[c - 1] > kWholeShare;
  return !below_zero && !above_whole;
}

bool World::is_closed(const Feature& feature) const {
  return feature.kind == FeatureKind::attribute_choice &&
         table_.attributes[feature.subject].type == AttributeType::choice;
}

std::optional<ClassIndex> World::unknown_class_of_free(AxisIndex axis) const {
  const Axis& at = axes_.axes()[axis];
  bool free = at.side == AxisSide::value && !group_of_axis_[axis] &&
              !is_always_known(table_.features[at.feature]);
  return free ? std::optional(at.unknown_class) : std::nullopt;
}

bool World::is_free(AxisIndex axis) const {
  bool free = unknown_class_of_free(axis).has_value();
  for (ClassIndex c = 0; free && c < axes_.axes()[axis].class_count; ++c) free = has_value(axis, c);
  return free;
}

}  // namespace sojourn
