// From a box to a situation: who and where, and a reading of each feature inside its range.
#include <algorithm>
#include <bit>
#include <limits>
#include <set>

#include "engine/proof/world.h"

namespace sojourn {
namespace {

// Combinations of a place and an identity tried before a box is given up.
constexpr std::size_t kCombinationsMax = 20'000;

// What numbers of attributes are told in: "9%" rather than "9.999999%".
constexpr std::int64_t kWholeNumber = 1'000'000;

std::int64_t whole_at_most(std::int64_t value, std::int64_t unit) {
  constexpr std::int64_t kFarthest = std::numeric_limits<std::int64_t>::max() / 2;
  if (value < -kFarthest || value > kFarthest) return value;
  std::int64_t beyond = value % unit;
  return value - (beyond < 0 ? beyond + unit : beyond);
}

// Stops where `visit` says so; did it?
template <class Visit>  // bool(std::size_t)
bool for_each_bit(const OptionTable::Set& bits, const Visit& visit) {
  for (std::size_t word = 0; word < bits.size(); ++word) {
    for (std::uint64_t left = bits[word]; left != 0; left &= left - 1) {
      if (visit(word * 64 + static_cast<std::size_t>(std::countr_zero(left)))) return true;
    }
  }
  return false;
}

}  // namespace

// The columns of a group of one row that can be inside the box, the usual ones first.
std::vector<std::pair<int, std::size_t>> World::by_cost(const Group& group, const Box& box) {
  std::vector<std::pair<int, std::size_t>> found;
  for (const OptionTable::Set& columns : group.table.inside(box, OptionTable::Which::all)) {
    for_each_bit(columns, [&](std::size_t column) {
      found.push_back({group.table.cost(box, 0, column), column});
      return false;
    });
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return found;
}

// Places and identities, the usual ones first; what is alike is tried once.
class World::Realiser {
 public:
  Realiser(const World& world, const Box& box, const Identity* of)
      : world_(world), box_(box), of_(of), reasons_(box.size()) {}

  Realised run() {
    std::vector<const Group::Column*> clocks = columns_of(world_.clock_);
    if (clocks.empty()) return std::move(found_);
    chosen_.clock = clocks.front();
    std::vector<const Group::Column*> places = columns_of(world_.place_);
    const OptionTable& identities = world_.identity_.table;
    if (of_) {
      OptionTable::Set alike((identities.column_count() + 63) / 64);
      for (std::size_t column = 0; column < world_.identity_.columns.size(); ++column) {
        bool same =
            world_.identity_.columns[column].alike == world_.identity_.columns[of_->column].alike;
        if (same) alike[column / 64] |= std::uint64_t{1} << (column % 64);
      }
      usual_.resize(identities.row_count());
      usual_[of_->row] = std::move(alike);
      all_ = usual_;
    } else if (!identities.empty()) {
      usual_ = identities.inside(box_, OptionTable::Which::usual);
      all_ = identities.inside(box_, OptionTable::Which::all);
      found_.work += identities.row_count();
    }
    for (const Group::Column* place : places) {
      chosen_.place = place;
      if (try_place() || !found_.decided) break;
    }
    if (found_.witness) move_to_network(places);
    found_.refused_by = world_.refused_by(box_, of_, std::move(reasons_));
    return std::move(found_);
  }

 private:
  std::vector<const Group::Column*> columns_of(const Group& group) {
    if (group.columns.empty()) return {nullptr};
    std::vector<const Group::Column*> columns;
    for (auto [cost, column] : by_cost(group, box_)) columns.push_back(&group.columns[column]);
    found_.work += columns.size() / 8;
    return columns;
  }

  bool try_place() {
    if (world_.identity_.table.empty()) {
      chosen_.identity = nullptr;
      return try_chosen();
    }
    // A network of the place's own country first, among those that are as usual; no service last.
    CountrySet here;
    if (chosen_.place && world_.situations_) here = country_at(chosen_.place);
    enum class Rank : std::uint8_t { at_home, elsewhere, unserved };
    for (Rank rank : {Rank::at_home, Rank::elsewhere, Rank::unserved}) {
      auto wanted = [&](std::size_t column) {
        const Group::Column& one = world_.identity_.columns[column];
        Rank of_one = one.first == kNoSymbol  ? Rank::unserved
                      : is_at_home(one, here) ? Rank::at_home
                                              : Rank::elsewhere;
        return of_one == rank;
      };
      for (std::size_t row = 0; row < usual_.size(); ++row) {
        if (for_each_bit(usual_[row], [&](std::size_t column) {
              return wanted(column) && try_identity(row, column);
            })) {
          return true;
        }
      }
      for (auto [cost, row, column] : unusual()) {
        if (wanted(column) && try_identity(row, column)) return true;
      }
    }
    return false;
  }

  // A device that may stand anywhere stands where its network is: nobody believes in one on a
  // Brazilian network in the middle of the Pacific.
  void move_to_network(const std::vector<const Group::Column*>& places) {
    if (!chosen_.place || !chosen_.identity || chosen_.identity->first < 0) return;
    CountrySet there =
        countries_of(unpack_plmn(static_cast<std::uint32_t>(chosen_.identity->first)));
    if (there.empty() || country_at(chosen_.place).intersects(there)) return;
    const Group::Column* far = chosen_.place;
    for (const Group::Column* place : places) {
      if (cost_of(place) != cost_of(far)) continue;
      CountrySet here = country_at(place);
      if (here.empty() || !here.subset_of(there)) continue;
      chosen_.place = place;
      std::optional<Witness> moved;
      if (answers_alike()) moved = world_.complete(box_, chosen_, reasons_);
      if (moved) found_.witness = std::move(moved);
      return;
    }
  }
  CountrySet country_at(const Group::Column* place) const {
    return (*world_.situations_)[static_cast<std::size_t>(place->first)].country.set();
  }
  int cost_of(const Group::Column* place) const {
    auto column = static_cast<std::size_t>(place - world_.place_.columns.data());
    return world_.place_.table.cost(box_, 0, column);
  }

  static bool is_at_home(const Group::Column& identity, const CountrySet& here) {
    if (identity.first < 0 || here.empty()) return false;
    CountrySet candidates = countries_of(unpack_plmn(static_cast<std::uint32_t>(identity.first)));
    return !candidates.empty() && candidates.subset_of(here);
  }

  struct Unusual {
    int cost = 0;
    std::size_t row = 0, column = 0;
  };
  const std::vector<Unusual>& unusual() {
    if (unusual_) return *unusual_;
    unusual_.emplace();
    for (std::size_t row = 0; row < all_.size(); ++row) {
      OptionTable::Set left = all_[row];
      for (std::size_t word = 0; word < usual_[row].size(); ++word) {
        left[word] &= ~usual_[row][word];
      }
      for_each_bit(left, [&](std::size_t column) {
        unusual_->push_back({world_.identity_.table.cost(box_, row, column), row, column});
        return false;
      });
    }
    found_.work += unusual_->size() / 8;
    std::stable_sort(unusual_->begin(), unusual_->end(),
                     [](const Unusual& a, const Unusual& b) { return a.cost < b.cost; });
    return *unusual_;
  }

  // Where the device stands says how the networks there answer.
  bool answers_alike() const {
    const Group::Column *place = chosen_.place, *identity = chosen_.identity;
    bool by_place = place && identity && identity->standing != kServed && identity->standing != 0 &&
                    identity->standing != place->standing;
    return !by_place;
  }

  // True: it is over.
  bool try_identity(std::size_t row, std::size_t column) {
    chosen_.identity = &world_.identity_.columns[column];
    chosen_.row = row;
    return try_chosen();
  }

  bool try_chosen() {
    const Group::Column *place = chosen_.place, *identity = chosen_.identity;
    if (!answers_alike()) return false;
    std::uint64_t who = identity ? (std::uint64_t{chosen_.row} << 32 | identity->alike) : 0;
    if (!tried_.insert({who, place ? place->alike : 0}).second) return false;
    ++found_.work;
    if (tried_.size() > kCombinationsMax) {
      found_.decided = false;
      return true;
    }
    found_.witness = world_.complete(box_, chosen_, reasons_);
    return found_.witness.has_value();
  }

  const World& world_;
  const Box& box_;
  const Identity* of_;
  AxisSet reasons_;  // for which nothing was found
  Chosen chosen_;
  std::vector<OptionTable::Set> usual_, all_;  // identities, by row
  std::optional<std::vector<Unusual>> unusual_;
  std::set<std::pair<std::uint64_t, std::uint32_t>> tried_;
  Realised found_;
};

World::Realised World::realise(const Box& box, const Identity* of) const {
  return Realiser(*this, box, of).run();
}

std::vector<World::Identity> World::identities() const {
  std::vector<Identity> all;
  if (!knows_identities()) return all;
  std::set<std::uint32_t> seen;
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < identity_.columns.size(); ++column) {
    if (seen.insert(identity_.columns[column].alike).second) columns.push_back(column);
  }
  for (std::size_t row = 0; row < identity_.rows.size(); ++row) {
    for (std::size_t column : columns) all.push_back({row, column});
  }
  return all;
}

bool World::tells_country(const Identity& identity) const {
  return is_served(identity) && is_of_one_country(identity_.columns[identity.column].first);
}

std::optional<OptionTable::Choice> World::choice_of(const Identity& identity,
                                                    AxisIndex axis) const {
  if (group_of_axis_[axis] != &identity_) return std::nullopt;
  return identity_.table.choice(identity_axis_[axis], identity.row, identity.column);
}

// --- from classes to readings
// ---------------------------------------------------------------------

void World::read_place(const Group::Column& place, const Box& box, Witness& witness) const {
  const Situation& situation = (*situations_)[static_cast<std::size_t>(place.first)];
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

void World::read_identity(const Chosen& chosen, const Box& box, Witness& witness) const {
  witness.profile = identity_reading(identity_.rows[chosen.row]);
  witness.network = identity_reading(chosen.identity->first);
  auto column = static_cast<std::size_t>(chosen.identity - identity_.columns.data());
  const std::vector<AxisIndex>& axes = identity_.table.axes();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    FeatureIndex f = axes_.axes()[axes[i]].feature;
    const Feature& feature = table_.features[f];
    if (feature.kind == FeatureKind::profile) {
      witness.readings[f] = witness.profile;
    } else if (feature.kind == FeatureKind::network) {
      witness.readings[f] = witness.network;
    } else {
      witness.readings[f] = choose_flag(f, box, identity_.table.choice(i, chosen.row, column));
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
    ClassIndex first = range.begin;
    while (first + 1 < range.end && !has_value(*axis, first)) ++first;
    if (first == axes_.axes()[*axis].unknown_class) return Reading::unknown();
    if (cuts.empty()) return Reading::exactly(0);
    std::int64_t unit = feature.kind == FeatureKind::attribute_number ? kWholeNumber : 1;
    if (first == 0) return Reading::exactly(whole_at_most(cuts.front() - 1, unit));
    std::int64_t lowest = cuts[first - 1];
    std::int64_t whole = -whole_at_most(-lowest, unit);
    bool inside = first == cuts.size() || whole < cuts[first];
    return Reading::exactly(inside ? whole : lowest);
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

// The time that was chosen is the device's own: when that is on the day, by the policy's clock.
void World::set_clock(const Chosen& chosen, Witness& witness) const {
  const TimeZone& own = zone_of(chosen, witness);
  for (std::int32_t days_on : {0, -1, 1}) {
    Instant at = own.at_wall_time(next(Day{witness.day}, days_on), witness.time_of_day_ms);
    if (zone_.day_of(at).number != witness.day) continue;
    witness.time_of_day_ms = zone_.wall_ms_of_day(at);
    return;
  }
}

// As the engine finds it (semantics 6): by the place, else by the country.
const TimeZone& World::zone_of(const Chosen& chosen, const Witness& witness) const {
  std::string_view name;
  if (witness.position && chosen.place) {
    name = (*situations_)[static_cast<std::size_t>(chosen.place->first)].zone;
  } else {
    CountrySet countries;
    for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
      const Reading& reading = witness.readings[f];
      if (table_.features[f].kind != FeatureKind::country || !reading.known) continue;
      countries = CountryClaim::from_packed(static_cast<std::uint32_t>(reading.lower)).set();
    }
    if (countries.empty() && witness.network.known && is_of_one_country(witness.network.lower)) {
      countries = countries_of(unpack_plmn(static_cast<std::uint32_t>(witness.network.lower)));
    }
    if (!countries.empty()) name = zone_by_network(countries.members()[0], zone_.name());
  }
  if (name.empty()) return zone_;
  return named_zone(name);
}

const TimeZone& World::named_zone(std::string_view name) const {
  auto known = zones_.find(name);
  if (known != zones_.end()) return known->second;
  Result<TimeZone> found = TimeZone::find(name);
  return zones_.emplace(name, found ? *found : zone_).first->second;
}

// The date is that of every zone (taken_for_one_date): rather a moment at which it is, as far as
// any test asks.
void World::settle_dates(Witness& witness) const {
  std::vector<FeatureIndex> dates;
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    const Feature& feature = table_.features[f];
    bool elsewhere = !feature.zone.empty() && feature.zone != table_.settings.zone;
    if (feature.kind == FeatureKind::date && elsewhere && axes_.axis_of(f)) dates.push_back(f);
  }
  if (dates.empty() || asks_for_the_time_) return;
  const Witness given = witness;
  auto suits = [&] {
    Instant at = zone_.at_wall_time(Day{witness.day}, witness.time_of_day_ms);
    for (FeatureIndex f : dates) {
      const TimeZone& zone = named_zone(table_.features[f].zone);
      witness.readings[f] = Reading::exactly(zone.day_of(at).number);
    }
    for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
      FeatureIndex f = axes_.axes()[axis].feature;
      if (table_.features[f].kind != FeatureKind::date) continue;
      if (class_at(axis, witness.readings[f]) != class_at(axis, given.readings[f])) return false;
    }
    return true;
  };
  for (std::int32_t days_on : {0, 1, -1}) {
    for (Duration clock : {milliseconds(given.time_of_day_ms), hours(1), hours(23)}) {
      move_to_day(table_, witness, given.day + days_on);
      witness.time_of_day_ms = clock.ms;
      if (suits()) return;
    }
  }
  witness = given;
}

std::optional<Witness> World::complete(const Box& box, const Chosen& chosen,
                                       AxisSet& reasons) const {
  Witness witness;
  witness.readings.resize(table_.features.size());
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (domain_of(table_.features[f].kind) == ValueDomain::count) continue;
    std::optional<AxisIndex> axis = axes_.axis_of(f);
    bool free = !axis || !group_of_axis_[*axis];
    if (free) witness.readings[f] = choose(f, box);
  }
  if (chosen.place) read_place(*chosen.place, box, witness);
  if (chosen.identity) read_identity(chosen, box, witness);
  bool served = !chosen.identity || chosen.identity->first >= 0;
  if (!served && !read_unserved(chosen, box, witness, reasons)) return std::nullopt;
  if (served && !read_undeclared(box, witness, reasons)) return std::nullopt;
  const std::vector<AxisIndex>& of_clock = clock_.table.axes();
  for (std::size_t i = 0; chosen.clock && i < of_clock.size(); ++i) {
    auto column = static_cast<std::size_t>(chosen.clock - clock_.columns.data());
    FeatureIndex f = axes_.axes()[of_clock[i]].feature;
    if (table_.features[f].kind != FeatureKind::local_time) continue;
    witness.readings[f] = choose_flag(f, box, clock_.table.choice(i, 0, column));
  }
  move_to_day(table_, witness,
              chosen.clock ? static_cast<std::int32_t>(chosen.clock->first) : kDefaultDay.number);
  witness.time_of_day_ms = chosen.clock ? chosen.clock->second : kDefaultTimeOfDay.ms;
  if (asks_for_the_time_) set_clock(chosen, witness);
  settle_dates(witness);
  // Without a fix a network of one country says where the device is.
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    bool nowhere = table_.features[f].kind == FeatureKind::country && !witness.readings[f].known;
    if (nowhere && witness.network.known && is_of_one_country(witness.network.lower)) {
      name_reasons(f, reasons);
      return std::nullopt;
    }
  }
  bool found = read_counts(box, witness, reasons) && fits(box, witness, reasons);
  if (!found) return std::nullopt;
  return witness;
}

// The last word: every class inside the box, every count in keeping with what it counts.
bool World::fits(const Box& box, const Witness& witness, AxisSet& reasons) const {
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    FeatureIndex f = axes_.axes()[axis].feature;
    const Feature& feature = table_.features[f];
    const Reading& reading = witness.readings[f];
    ClassIndex value = class_at(axis, reading);
    bool fits = box[axis].holds(value) && has_value(axis, value);
    bool unlisted = reading.known && reading.lower == kOtherSymbol && is_closed(feature);
    bool must_be_known = is_always_known(feature) && !reading.known;
    if (fits && !unlisted && !must_be_known) continue;
    reasons[axis] = true;
    name_reasons(f, reasons);
    return false;
  }
  return true;
}

}  // namespace sojourn
