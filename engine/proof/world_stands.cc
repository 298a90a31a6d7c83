// The candidates of a World: how what a ban asks of a profile stands on a network, and without one
// where the device stands (semantics 9a). Of what is counted with a candidate only where it cannot
// hold.
#include "engine/device/candidates.h"
#include "engine/proof/world.h"

namespace sojourn {
namespace {

Reading stand_reading(const Feature& feature, Truth truth) {
  if (feature.kind == FeatureKind::on_a_network) {
    return Reading::between(truth == Truth::yes, truth != Truth::no);
  }
  return truth == Truth::unknown ? Reading::unknown() : Reading::exactly(truth == Truth::yes);
}

}  // namespace

bool World::is_stand(const Feature& feature) const {
  if (!feature.candidate) return false;
  if (feature.kind == FeatureKind::roaming) return true;
  if (feature.kind != FeatureKind::on_a_network || !is_declared(*feature.candidate)) return false;
  std::vector<FeatureIndex> inner = table_.conditions.features_of(feature.inner);
  return std::all_of(inner.begin(), inner.end(), [&](FeatureIndex f) {
    FeatureKind kind = table_.features[f].kind;
    return kind == FeatureKind::network || kind == FeatureKind::roaming;
  });
}

// The home of a profile that nobody declared follows from its ICCID: it is no country, or any. At
// worst it roams wherever it is.
Reading World::roams_with(ProfileIndex candidate, const Feature& roaming,
                          std::int64_t network) const {
  const CountrySet& home = is_declared(candidate) ? table_.profiles[candidate].home : CountrySet();
  return roaming_reading(network, home, roaming.countries);
}

// Requires: is_stand(feature).
Truth World::stand_on(const Feature& feature, std::int64_t network) const {
  if (feature.kind == FeatureKind::roaming) {
    Reading reading = roams_with(*feature.candidate, feature, network);
    return !reading.known ? Truth::unknown : reading.lower != 0 ? Truth::yes : Truth::no;
  }
  return table_.conditions.judge(feature.inner, [&](const Test& test) {
    const Feature& inner = table_.features[test.feature];
    bool roams = inner.kind == FeatureKind::roaming;
    return judge(
        test, inner,
        roams ? roams_with(*feature.candidate, inner, network) : Reading::exactly(network));
  });
}

// What is asked of a candidate, where network and profile alone answer it.
void World::make_stands(const std::vector<std::int64_t>& networks) {
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    const Feature& feature = table_.features[f];
    if (!is_stand(feature) || !axes_.axis_of(f)) continue;
    std::map<std::int64_t, Stand>& stands = stands_[f];
    std::map<std::uint8_t, Stand>& stands_in = stands_in_[f];
    for (std::int64_t network : networks) {
      if (network < 0) continue;
      Truth here = stand_on(feature, network);
      stands[network] = {here, here};
      CountrySet of = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
      for (Country country : of.members()) {
        auto in = stands_in.try_emplace(country.index, Stand{Truth::no, here}).first;
        in->second.worst = either(in->second.worst, here);
      }
    }
    for (auto& [network, stand] : stands) {
      CountrySet of = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
      for (Country country : of.members()) {
        stand.worst = either(stand.worst, stands_in.at(country.index).worst);
      }
    }
    for (auto& [index, stand] : stands_in) {
      if (auto unseen = unseen_network(Country{index}, {})) {
        stand.here = stand_on(feature, *unseen);
      }
    }
  }
}

// Yes and no are certain; unknown: what was counted before may bring about either.
Truth World::counted_on(ConditionIndex inner, ProfileIndex candidate, std::int64_t network) const {
  return table_.conditions.judge(inner, [&](const Test& test) {
    const Feature& feature = table_.features[test.feature];
    if (feature.kind == FeatureKind::network) {
      return judge(test, feature, Reading::exactly(network));
    }
    if (feature.kind == FeatureKind::roaming) {
      Reading roams = roams_with(candidate, feature, network);
      bool may_be_home = !is_declared(candidate) && roams.known && roams.lower != 0;
      return roams.known && !may_be_home ? judge(test, feature, roams) : Truth::unknown;
    }
    bool ends_now = feature.kind == FeatureKind::held && feature.ahead_days == 0 &&
                    counted_on(feature.inner, candidate, network) == Truth::no;
    return ends_now ? judge(test, feature, Reading::exactly(-1)) : Truth::unknown;
  });
}

// Can the condition be certainly so, whatever the network is?
bool World::can_be(ConditionIndex condition, bool wanted) const {
  const ConditionTable& conditions = table_.conditions;
  const ConditionNode& node = conditions.node(condition);
  bool all = wanted == (node.op == ConditionOp::conjunction);
  switch (node.op) {
    case ConditionOp::always:
    case ConditionOp::never:
      return wanted == (node.op == ConditionOp::always);
    case ConditionOp::test: {
      FeatureKind kind = table_.features[conditions.test_of(node).feature].kind;
      return kind != FeatureKind::network && kind != FeatureKind::roaming;
    }
    case ConditionOp::negation:
      return can_be(conditions.child(node, 0), !wanted);
    default:
      break;
  }
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (can_be(conditions.child(node, i), wanted) != all) return !all;
  }
  return all;
}

// A run may go on elsewhere, so that the network here does not tell.
bool World::counts_a_run(ConditionIndex inner) const {
  std::vector<FeatureIndex> features = table_.conditions.features_of(inner);
  return std::any_of(features.begin(), features.end(), [&](FeatureIndex f) {
    const Feature& feature = table_.features[f];
    if (feature.kind == FeatureKind::consecutive_days) return true;
    return is_temporal(feature.kind) && counts_a_run(feature.inner);
  });
}

void World::make_may_hold(const std::vector<std::int64_t>& networks) {
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    const Feature& feature = table_.features[f];
    if (!feature.candidate || is_stand(feature) || !axes_.axis_of(f)) continue;
    bool at_once = feature.kind == FeatureKind::on_a_network ||
                   (feature.kind == FeatureKind::held && feature.ahead_days == 0);
    bool by_run = feature.kind == FeatureKind::consecutive_days && feature.gap_days == 0 &&
                  feature.ahead_days == 0;
    if (!at_once && !by_run) continue;
    MayHold& may_hold = may_hold_[f];
    may_hold.of_others = at_once && is_declared(*feature.candidate) && !counts_a_run(feature.inner);
    auto holds_on = [&](std::int64_t network) {
      return counted_on(feature.inner, *feature.candidate, network) != Truth::no;
    };
    may_hold.nowhere = holds_on(kNoSymbol);
    may_hold.anywhere = can_be(feature.inner, true);
    for (std::int64_t network : networks) {
      if (network < 0 || !holds_on(network)) continue;
      may_hold.networks.insert(network);
      may_hold.countries |= countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
    }
  }
}

// There, or on another network of its countries.
bool World::may_hold_on(FeatureIndex f, std::int64_t network) const {
  const MayHold& may_hold = may_hold_.at(f);
  CountrySet of = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
  return may_hold.networks.contains(network) || may_hold.countries.intersects(of);
}

bool World::may_hold_unserved(FeatureIndex f, const CountrySet& standing,
                              bool known_network) const {
  const MayHold& may_hold = may_hold_.at(f);
  if (!situations_) return true;
  if (standing.empty()) return may_hold.nowhere || !known_network;
  return may_hold.countries.intersects(standing);
}

// Of the enabled one, where no network and no country is known, the network stays unknown: its
// least is what holds whatever that is.
World::Choice World::unserved_count(AxisIndex axis, std::int64_t profile,
                                    const CountrySet& standing, bool known_network) const {
  FeatureIndex f = axes_.axes()[axis].feature;
  const Feature& feature = table_.features[f];
  const MayHold& may_hold = may_hold_.at(f);
  bool may = may_hold_unserved(f, standing, known_network);
  bool enabled = situations_ && is_candidate(feature, profile);
  bool least = axis == *axes_.axis_of(f);
  if (enabled && least && standing.empty() && !known_network) may = may_hold.anywhere;
  // What would hold on one of those networks now has not held for any time, unless it does without.
  bool goes_on = known_network ? may_hold.nowhere : may_hold.anywhere || !least;
  if (feature.kind == FeatureKind::held && may && enabled && !goes_on) {
    return {class_at(axis, Reading::exactly(-1)), class_at(axis, Reading::exactly(0)), false,
            false};
  }
  return counted_choice(axis, profile, may, false);
}

World::Choice World::counted_choice(AxisIndex axis, std::int64_t profile, bool may_hold,
                                    bool served) const {
  FeatureIndex f = axes_.axes()[axis].feature;
  const Feature& feature = table_.features[f];
  // Of the enabled one, links say what it counts where it is served.
  bool told = is_candidate(feature, profile) ? !served : may_hold_.at(f).of_others;
  if (may_hold || !told) return {0, 0, true, false};
  ClassIndex none = class_at(axis, Reading::exactly(feature.kind == FeatureKind::held ? -1 : 0));
  return {none, none, false, false};
}

bool World::is_candidate(const Feature& feature, std::int64_t profile) const {
  if (!feature.candidate) return false;
  return is_declared(*feature.candidate) ? std::int64_t{*feature.candidate} == profile
                                         : is_other(profile);
}

// How what is asked of a candidate stands on the network, with the profile enabled.
World::Choice World::stand_choice(AxisIndex axis, std::int64_t profile,
                                  std::int64_t network) const {
  FeatureIndex f = axes_.axes()[axis].feature;
  const std::map<std::int64_t, Stand>& stands = stands_.at(f);
  auto at = stands.find(network);
  if (at == stands.end()) return {0, 0, true};  // as the country that stands has it
  auto class_of_stand = [&](Truth truth) {
    return class_at(axis, stand_reading(table_.features[f], truth));
  };
  ClassIndex here = class_of_stand(at->second.here);
  bool stays = table_.features[f].candidate == profile;
  return {here, stays ? here : class_of_stand(at->second.worst), false};
}

// How it stands without service where these countries stand.
World::Stand World::stand_in(FeatureIndex f, const CountrySet& standing, bool known_network) const {
  if (!situations_) return {Truth::no, Truth::yes};
  // Of a device that may be anywhere nothing is known but that it has no service.
  if (standing.empty() && !known_network) return {Truth::unknown, Truth::unknown};
  Stand stand{Truth::no, Truth::no};
  const std::map<std::uint8_t, Stand>& stands_in = stands_in_.at(f);
  for (Country country : standing.members()) {
    auto in = stands_in.find(country.index);
    if (in == stands_in.end()) continue;
    stand.here = either(stand.here, in->second.here);
    stand.worst = either(stand.worst, in->second.worst);
  }
  return stand;
}

// All that it may be then, the usual one first.
std::vector<Truth> World::unserved_answers(FeatureIndex f, const CountrySet& standing,
                                           bool known_network) const {
  Stand stand = stand_in(f, standing, known_network);
  bool anywhere = situations_ && standing.empty() && !known_network;
  bool any_home = !is_declared(*table_.features[f].candidate) && !anywhere;
  Truth least = any_home ? Truth::no : stand.here;
  std::vector<Truth> answers;
  for (Truth truth : {stand.here, stand.worst, Truth::unknown, Truth::no}) {
    bool fresh = std::find(answers.begin(), answers.end(), truth) == answers.end();
    if (fresh && truth >= least && truth <= stand.worst) answers.push_back(truth);
  }
  return answers;
}

World::Choice World::unserved_choice(AxisIndex axis, const CountrySet& standing,
                                     bool known_network) const {
  FeatureIndex f = axes_.axes()[axis].feature;
  std::vector<ClassIndex> classes;
  for (Truth truth : unserved_answers(f, standing, known_network)) {
    ClassIndex value = class_at(axis, stand_reading(table_.features[f], truth));
    if (std::find(classes.begin(), classes.end(), value) == classes.end()) classes.push_back(value);
  }
  if (classes.size() > 2) return {0, 0, true, false};
  return {classes.front(), classes.back(), false, true};
}

// Places, by how the networks there answer for candidates.
void World::make_standings() {
  standing_of({});
  if (!situations_) return;
  for (const Situation& situation : *situations_) standing_of(situation.country.set());
}

std::vector<std::uint8_t> World::standing_key(const CountrySet& countries) const {
  std::vector<std::uint8_t> key;
  for (const auto& [f, stands_in] : stands_in_) {
    Stand stand = stand_in(f, countries, true);
    key.push_back(static_cast<std::uint8_t>(stand.here));
    key.push_back(static_cast<std::uint8_t>(stand.worst));
  }
  for (const auto& [f, may_hold] : may_hold_) {
    key.push_back(may_hold_unserved(f, countries, true) ? 1 : 0);
  }
  if (!key.empty()) key.push_back(countries.empty());
  return key;
}

std::uint32_t World::standing_of(const CountrySet& countries) {
  auto fresh = static_cast<std::uint32_t>(standings_.size());
  auto [number, added] = standing_numbers_.try_emplace(standing_key(countries), fresh);
  if (added) standings_.push_back(countries);
  return number->second;
}

std::uint32_t World::standing_at(CountryClaim claim) const {
  return standing_numbers_.at(standing_key(claim.set()));
}

// Without service, or on a network that nobody knows, a candidate is judged on the networks of the
// country that stands. False: none of them is as the box wants it.
bool World::read_unserved(const Chosen& chosen, const Box& box, Witness& witness,
                          AxisSet& reasons) const {
  CountrySet standing = standing_countries(chosen, witness);
  for (const auto& [f, stands_in] : stands_in_) {
    const Feature& feature = table_.features[f];
    AxisIndex axis = *axes_.axis_of(f);
    auto fits = [&](Truth truth) {
      Reading reading = stand_reading(feature, truth);
      bool count = feature.kind == FeatureKind::on_a_network;
      return box[axis].holds(class_at(axis, reading)) &&
             (!count || box[axis + 1].holds(class_at(axis + 1, reading)));
    };
    std::vector<Truth> answers = unserved_answers(f, standing, witness.network.known);
    auto found = std::find_if(answers.begin(), answers.end(), fits);
    if (found == answers.end()) {
      name_reasons(f, reasons);
      return false;
    }
    witness.readings[f] = stand_reading(feature, *found);
  }
  std::int64_t profile = witness.profile.known ? witness.profile.lower : World::kUnknownIdentity;
  for (const auto& [f, may_hold] : may_hold_) {
    AxisIndex axis = *axes_.axis_of(f);
    for (AxisIndex at : {axis, axis + 1}) {
      Choice choice = unserved_count(at, profile, standing, witness.network.known);
      bool fits = box[at].holds(choice.usual) || box[at].holds(choice.other);
      if (choice.any || fits) continue;
      reasons[at] = true;
      return false;
    }
  }
  return true;
}

// A profile that nobody declared has one home, whoever asks about its roaming. False: the box wants
// it to roam for a rule and not for a ban, or the other way round.
bool World::read_undeclared(const Box& box, Witness& witness, AxisSet& reasons) const {
  if (!witness.profile.known || witness.profile.lower != kOtherSymbol) return true;
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    const Feature& of_ban = table_.features[f];
    bool undeclared =
        of_ban.kind == FeatureKind::roaming && of_ban.candidate && !is_declared(*of_ban.candidate);
    if (!undeclared || !axes_.axis_of(f)) continue;
    for (FeatureIndex g = 0; g < table_.features.size(); ++g) {
      const Feature& of_rule = table_.features[g];
      bool same = of_rule.kind == FeatureKind::roaming && !of_rule.candidate &&
                  of_rule.countries == of_ban.countries;
      if (!same || !axes_.axis_of(g)) continue;
      auto fits = [&](const Reading& reading) {
        return box[*axes_.axis_of(f)].holds(class_at(*axes_.axis_of(f), reading)) &&
               box[*axes_.axis_of(g)].holds(class_at(*axes_.axis_of(g), reading));
      };
      if (fits(witness.readings[g])) {
        witness.readings[f] = witness.readings[g];
      } else if (fits(witness.readings[f])) {
        witness.readings[g] = witness.readings[f];
      } else {
        reasons[*axes_.axis_of(f)] = reasons[*axes_.axis_of(g)] = true;
        return false;
      }
    }
  }
  return true;
}

// Where it stands as far as the witness says; none: that is unknown, or in no country.
CountrySet World::standing_countries(const Chosen& chosen, const Witness& witness) const {
  bool told = witness.position.has_value();
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (table_.features[f].kind == FeatureKind::country) told = witness.readings[f].known;
  }
  if (!chosen.place || !told) return {};
  return (*situations_)[static_cast<std::size_t>(chosen.place->first)].country.set();
}

}  // namespace sojourn
