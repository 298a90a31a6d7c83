#include "engine/proof/rest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/proof/actions.h"
#include "engine/proof/candidate_counts.h"
#include "engine/proof/kept_restriction.h"
#include "engine/proof/lived_policy.h"
#include "engine/proof/product.h"
#include "engine/proof/rest_cells.h"
#include "engine/proof/rest_moves.h"
#include "engine/proof/rest_story.h"
#include "engine/proof/restriction.h"

namespace sojourn {
namespace {

// Rows looked at while the places at which a device may rest are told apart.
constexpr std::size_t kCellWorkMax = 2'000'000;
// Where that is not enough: rows are subtracted as long as no more than this is left to look at.
constexpr std::size_t kNodesLeftMax = 1'000;
// Nodes looked at to tell what rows leave of each other; then more is taken to be left.
constexpr std::size_t kNodesLookedAtMax = 30'000'000;
// Ways from profile to profile followed in the search for cycles; in one cell on networks that are
// alike so many are followed before it is asked exactly where they lead, at the price of a way for
// some nodes looked at.
constexpr std::size_t kWaysMax = 200'000, kRoughWaysMax = 500, kNodesPerWay = 50;
// Situations lived through with the engine, of each cycle, and of each in one cell.
constexpr std::size_t kTriedMax = 512;
constexpr std::size_t kOfCycleTriedMax = 48;
constexpr std::size_t kOfCellTriedMax = 24;
constexpr std::size_t kOfCellPastsMax = 24;
constexpr std::size_t kCyclesShownMax = 3;
// Days in all of these lives: with counts of a year one alone takes more than a thousand.
constexpr std::size_t kReportsMax = 120'000;

constexpr ClassIndex kFree = Restriction::kFree;

class RestProver {
 public:
  RestProver(PolicyModel& model, SituationSearch& search, ProofBudget& budget, LivedPolicy& lived)
      : model_(model),
        search_(search),
        budget_(budget),
        lived_(lived),
        store_(model.store()),
        table_(model.table()),
        moving_(moving_features(table_)),
        kept_rows_(store_) {}

  Rest run() {
    if (!may_go_round(table_, moving_)) return std::move(found_);
    if (!model_.world().knows_identities()) return undecided("");
    gather_rows();
    find_lasting();
    find_networks();
    std::vector<bool> stays;
    for (const Axis& axis : model_.axes().axes()) stays.push_back(!moving_[axis.feature]);
    auto surroundings = [this](const auto& where) { return networks_near(where); };
    RestCells cells(store_, model_.axes(), std::move(stays), surroundings, kCellWorkMax);
    bool all = cells.for_each(rows_, [this](const RestCell& cell) { return look_into(cell); });
    if (!all || stopped_) return undecided("");
    if (!doubtful_.empty() && !enough()) return undecided(names_of(*doubtful_.begin()));
    return std::move(found_);
  }

 private:
  // Networks that are all alike.
  struct Networks {
    std::vector<std::int64_t> values;
    std::optional<std::uint32_t> standing;  // of a network that is not known (World::standings)
    DiagramRef near = kYes;                 // where a device is that rests on them
    std::vector<DiagramRef> broken_runs;
    std::vector<std::vector<ClassIndex>> put_in;   // by profile, without service and with it
    std::vector<std::vector<ClassIndex>> at_rest;  // the same
  };

  // A count of time, or of days, without a break.
  struct Lasting {
    AxisIndex axis = 0;
    ClassIndex none = 0;
    DiagramRef does_not_hold = kNo;
  };

  // From one stay, the profile with service or without.
  struct Edges {
    std::map<ProfileIndex, DiagramRef> to;       // which profile, and where: of what stays
    std::map<ProfileIndex, DiagramRef> in_full;  // with what moves too, where it is exact
    bool exact = false;  // as far as the work allowed; else there may be less of them
  };

  Rest undecided(std::string about) {
    found_.decided = false;
    found_.undecided = std::move(about);
    return std::move(found_);
  }

  std::string names_of(const std::set<ProfileIndex>& profiles) const {
    std::vector<std::string> names;
    for (ProfileIndex p : profiles) names.push_back(fmt::format("`{}`", table_.profiles[p].name));
    return fmt::format("{}", fmt::join(names, ", "));
  }

  // What decides, and what time alone allows.
  void gather_rows() {
    std::vector<DiagramRef> links;
    auto add_links = [&](DiagramRef of) {
      const std::vector<DiagramRef>& its = model_.world().links(of);
      links.insert(links.end(), its.begin(), its.end());
    };
    for (const OutcomeRow& row : outcome_rows(model_.rules())) {
      const Action& action = action_of(table_, row.leaf.rule, row.leaf.ban);
      bool moves_on =
          row.leaf.kind == Action::Kind::profile && !row.leaf.quarantined && action.hold.ms == 0;
      // Where what it requires is not so, it has fired and waits.
      DiagramRef goes = kNo;
      if (moves_on) {
        goes = store_.both(row.where, model_.conditions().certain(action.requires_condition));
        rows_.push_back({goes, row.leaf.profile + 1, true});
        add_links(goes);
      }
      if (goes == row.where) continue;
      rows_.push_back({row.where, 0, true});
      add_links(row.where);
    }
    std::sort(links.begin(), links.end());
    links.erase(std::unique(links.begin(), links.end()), links.end());
    for (DiagramRef link : links) impossible_.push_back(store_.opposite(link));
    leave_out_quarantine();
    forgotten_.assign(store_.axis_count(), false);
    for (AxisIndex axis = 0; axis < store_.axis_count(); ++axis) {
      FeatureIndex f = model_.axes().axes()[axis].feature;
      forgotten_[axis] = moving_[f] && !follows_from_profile(table_.features[f].kind);
    }
    nothing_put_in_.assign(store_.axis_count(), kFree);
    forget_.emplace(store_, nothing_put_in_, forgotten_);
  }

  // No profile is in quarantine where a device rests.
  void leave_out_quarantine() {
    std::vector<ClassIndex> free_of_it(store_.axis_count(), kFree);
    for (AxisIndex axis = 0; axis < store_.axis_count(); ++axis) {
      const Axis& of = model_.axes().axes()[axis];
      const Feature& feature = table_.features[of.feature];
      if (feature.kind != FeatureKind::quarantined) continue;
      free_of_it[axis] = class_of(of, feature, Reading::exactly(0));
    }
    nothing_forgotten_.assign(store_.axis_count(), false);
    Restriction put(store_, free_of_it, nothing_forgotten_);
    for (ProductRow& row : rows_) row.where = put.where(row.where, 1);
  }

  // The classes of what follows from the profile, the rest free.
  std::vector<ClassIndex> classes_of(ProfileIndex profile, std::int64_t network,
                                     std::optional<std::uint32_t> standing, bool service) {
    std::vector<ClassIndex> classes(store_.axis_count(), kFree);
    const World& world = model_.world();
    for (auto [axis, value] : world.identity_classes(profile, network)) classes[axis] = value;
    if (!service) {
      for (auto [axis, value] : world.identity_classes(profile, kNoSymbol)) {
        // Another profile, and this one for a ban, is judged on the networks that are there.
        bool of_candidate =
            table_.features[model_.axes().axes()[axis].feature].candidate.has_value();
        if (!of_candidate) classes[axis] = value;
      }
    }
    if (standing) {
      for (auto [axis, value] :
           world.standing_classes(profile, service ? network : kNoSymbol, *standing)) {
        classes[axis] = value;
      }
    }
    for (AxisIndex axis = 0; axis < classes.size(); ++axis) {
      const Axis& of = model_.axes().axes()[axis];
      const Feature& feature = table_.features[of.feature];
      if (feature.kind != FeatureKind::quarantined) continue;
      classes[axis] = class_of(of, feature, Reading::exactly(0));
    }
    return classes;
  }

  // Networks by how the policy answers with each profile; those of no answer of their own together.
  void find_networks() {
    using Standing = std::optional<std::uint32_t>;
    using Group = std::pair<Standing, std::vector<std::int64_t>>;
    std::map<std::vector<ClassIndex>, Group> alike;
    auto group_for = [&](std::int64_t network, Standing standing) -> Group& {
      std::vector<ClassIndex> key;
      for (ProfileIndex p = 0; p < table_.profiles.size(); ++p) {
        std::vector<ClassIndex> classes = classes_of(p, network, standing, true);
        key.insert(key.end(), classes.begin(), classes.end());
      }
      if (standing) key.push_back(*standing);  // without service they may differ
      Group& group = alike[std::move(key)];
      group.first = standing;
      return group;
    };
    std::map<std::int64_t, Group*> known;  // by the network that all of them are like
    for (std::int64_t network : network_values(table_)) {
      if (network == kNoSymbol) continue;
      Group*& group = known[model_.world().network_like(network)];
      if (!group) group = &group_for(network, std::nullopt);
      group->second.push_back(network);
    }
    // One that is not known leaves candidates to be judged by where the device stands.
    for (std::uint32_t standing : model_.world().standings()) {
      group_for(World::kUnknownIdentity, standing).second.push_back(World::kUnknownIdentity);
    }
    for (auto& [key, of] : alike) {
      auto& [standing, group] = of;
      DiagramRef near = standing ? near_standing(*standing) : near_networks(group);
      std::vector<DiagramRef> broken = broken_runs(group.front());
      std::vector<std::vector<ClassIndex>> put_in(2 * table_.profiles.size());
      networks_.push_back({std::move(group), standing, near, std::move(broken), put_in, put_in});
    }
    // Those of a country come first: what goes round there is the plainest story.
    std::stable_partition(networks_.begin(), networks_.end(), [](const Networks& some) {
      std::int64_t first = some.values.front();
      return first >= 0 && !countries_of(unpack_plmn(static_cast<std::uint32_t>(first))).empty();
    });
  }

  // A run with a candidate that would not hold on this network is broken once the device has rested
  // for a while: where it were not.
  std::vector<DiagramRef> broken_runs(std::int64_t network) {
    std::vector<DiagramRef> never;
    for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
      const Feature& feature = table_.features[f];
      bool run = (feature.kind == FeatureKind::consecutive_days && feature.gap_days == 0) ||
                 feature.kind == FeatureKind::held;
      std::optional<AxisIndex> axis = model_.axes().axis_of(f);
      if (!run || !axis || !feature.candidate || *feature.candidate >= table_.profiles.size()) {
        continue;
      }
      std::vector<ClassIndex> put_in = classes_of(*feature.candidate, network, std::nullopt, true);
      Restriction with_candidate(store_, put_in, nothing_forgotten_);
      DiagramRef goes_on = with_candidate.where(model_.conditions().certain(feature.inner), 1);
      ClassIndex none = class_of(model_.axes().axes()[*axis], feature, Reading::exactly(0));
      if (goes_on == kYes || none + 1 >= store_.class_count(*axis)) continue;
      std::vector<DiagramRun> runs = {{none + 1, kNo}, {store_.class_count(*axis), kYes}};
      never.push_back(store_.both(store_.node(*axis, runs), store_.opposite(goes_on)));
    }
    return never;
  }

  // A device may rest here: does it, on each of the networks?
  InCell look_into(const RestCell& cell) {
    cell_ = &cell;
    std::set<ProfileIndex> asked;
    for (const ProductRow& row : cell.rows) {
      if (row.value != 0) asked.insert(row.value - 1);
    }
    std::vector<DiagramRef> ranges;
    for (auto [axis, range] : cell.where) ranges.push_back(in_range(store_, axis, range));
    DiagramRef cell_range = store_.all_of(std::move(ranges));
    leads_round_ = too_much_ = false;
    for (Networks& networks : networks_) {
      on_ = &networks;
      here_ = store_.both(cell_range, networks.near);
      if (here_ == kNo) continue;
      edges_.clear();
      ways_before_ = ways_;
      for (ProfileIndex p : asked) {
        way_ = {p};
        follow(kYes);
        if (stopped_ || enough()) return InCell::enough;
        if (too_much_) return InCell::too_much;
      }
    }
    return leads_round_ ? InCell::something : InCell::nothing;
  }

  const std::vector<ClassIndex>& put_in(ProfileIndex profile, bool service) {
    std::vector<ClassIndex>& made = on_->put_in[2 * profile + (service ? 1 : 0)];
    if (made.empty()) made = classes_of(profile, on_->values.front(), on_->standing, service);
    return made;
  }

  // The same, with what follows for what lasts without a break: of what does not hold there
  // nothing has lasted.
  const std::vector<ClassIndex>& at_rest(ProfileIndex profile, bool service) {
    std::vector<ClassIndex>& made = on_->at_rest[2 * profile + (service ? 1 : 0)];
    if (!made.empty()) return made;
    made = put_in(profile, service);
    Restriction now(store_, put_in(profile, service), nothing_forgotten_);
    for (const Lasting& one : lasting_) {
      if (now.where(one.does_not_hold, 1) != kYes) continue;
      for (AxisIndex side : {AxisIndex{0}, AxisIndex{1}}) made[one.axis + side] = one.none;
    }
    return made;
  }

  void find_lasting() {
    for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
      const Feature& feature = table_.features[f];
      bool run = feature.kind == FeatureKind::consecutive_days && feature.gap_days == 0;
      std::optional<AxisIndex> axis = model_.axes().axis_of(f);
      bool lasts = run || feature.kind == FeatureKind::held;
      if (!lasts || !axis || feature.candidate || feature.ahead_days != 0) continue;
      Reading nothing = Reading::exactly(run ? 0 : -1);
      lasting_.push_back({*axis, class_of(model_.axes().axes()[*axis], feature, nothing),
                          model_.conditions().refuted(feature.inner)});
    }
  }

  // The rows as they are on the profile, with or without service; the value of those that lead
  // elsewhere is kept.
  struct RowsOfStay {
    std::vector<ProductRow> rows;
    std::set<ProfileIndex> asked;
  };
  RowsOfStay rows_of(ProfileIndex profile, bool service) {
    RowsOfStay of;
    auto networks = static_cast<std::size_t>(on_ - networks_.data());
    std::size_t stay = 2 * (networks * table_.profiles.size() + profile) + (service ? 1 : 0);
    kept_rows_.begin(stay, at_rest(profile, service));
    for (const ProductRow& row : cell_->rows) {
      DiagramRef where = kept_rows_.where(row.where);
      if (where == kNo) continue;
      bool elsewhere = row.value != 0 && row.value != profile + 1;
      of.rows.push_back({where, elsewhere ? row.value : 0, true});
      if (elsewhere) of.asked.insert(row.value - 1);
      if (where == kYes) break;
    }
    of.rows.push_back({kYes, 0, true});
    return of;
  }

  // What cannot be there.
  std::vector<ProductRow> impossible(ProfileIndex profile, bool service) {
    std::vector<ClassIndex> known = at_rest(profile, service);
    for (auto [axis, range] : cell_->where) {
      if (range.end == range.begin + 1) known[axis] = range.begin;
    }
    Restriction put(store_, known, nothing_forgotten_);
    std::vector<ProductRow> rows;
    auto add = [&](DiagramRef never) {
      DiagramRef where = put.where(never, 1);
      if (where != kNo) rows.push_back({where, 0, true});
    };
    for (DiagramRef never : impossible_) add(never);
    for (DiagramRef never : on_->broken_runs) add(never);
    return rows;
  }

  // Where some row without a hold leads to each other profile, whatever comes before it.
  Edges rough_edges(ProfileIndex profile, bool service) {
    Edges edges;
    for (const ProductRow& row : rows_of(profile, service).rows) {
      if (row.value != 0) add(edges.to, row.value - 1, forget_->where(row.where, 1));
    }
    return edges;
  }

  // Where some row without a hold decides each other profile.
  Edges exact_edges(ProfileIndex profile, bool service) {
    RowsOfStay of = rows_of(profile, service);
    Edges edges;
    edges.exact = true;
    if (of.asked.empty()) return edges;
    std::vector<ProductRow> rows = impossible(profile, service);
    rows.insert(rows.end(), of.rows.begin(), of.rows.end());
    Restriction forget(store_, at_rest(profile, service), forgotten_);
    for (std::size_t i = 0; i < rows.size() && !too_much_; ++i) {
      if (rows[i].value == 0) continue;
      ProfileIndex next = rows[i].value - 1;
      DiagramRef left = left_of(rows, i);
      if (left != kNo) left = store_.both(left, counts_no_less(profile, next));
      add(edges.to, next, forget.where(left, 1));
      add(edges.in_full, next, left);
    }
    return edges;
  }

  // What every ban counts with the next profile, as far as it counts it with the enabled one too.
  DiagramRef counts_no_less(ProfileIndex enabled, ProfileIndex next) {
    auto [kept, fresh] = no_less_.try_emplace({enabled, next}, kYes);
    for (std::uint32_t ban = 0; fresh && ban < table_.bans.size(); ++ban) {
      if (table_.bans[ban].forbids_change) continue;
      kept->second = store_.both(kept->second, sojourn::counts_no_less(model_, ban, enabled, next));
    }
    return kept->second;
  }

  void add(std::map<ProfileIndex, DiagramRef>& edges, ProfileIndex next, DiagramRef where) {
    if (where == kNo) return;
    auto [edge, fresh] = edges.try_emplace(next, where);
    if (!fresh) edge->second = store_.either(edge->second, where);
  }

  // What those before it leave of a row. One that would make much of it calls for a smaller cell,
  // and is passed over where there is none.
  DiagramRef left_of(const std::vector<ProductRow>& rows, std::size_t row) {
    DiagramRef left = rows[row].where;
    for (std::size_t i = 0; i < row && left != kNo; ++i) {
      bool small = looked_at_ < kNodesLookedAtMax && is_small(rows[i].where);
      DiagramRef less = small ? store_.both(left, store_.opposite(rows[i].where)) : left;
      small = small && is_small(less);
      if (small) left = less;
      if (small || !cell_->can_be_split) continue;
      too_much_ = true;
      break;
    }
    return left;
  }

  bool is_small(DiagramRef ref) {
    std::set<DiagramRef> seen;
    std::vector<DiagramRef> open = {ref};
    while (!open.empty() && seen.size() <= kNodesLeftMax) {
      DiagramRef at = open.back();
      open.pop_back();
      if (is_terminal(at) || !seen.insert(at).second) continue;
      for (const DiagramRun& run : store_.runs(at)) open.push_back(run.target);
    }
    looked_at_ += seen.size();
    return seen.size() <= kNodesLeftMax;
  }

  Edges& edges(ProfileIndex profile, bool service) {
    auto made = edges_.find({profile, service});
    if (made == edges_.end()) {
      made = edges_.emplace(std::pair(profile, service), rough_edges(profile, service)).first;
    }
    if (ways_ - ways_before_ > kRoughWaysMax && !made->second.exact) {
      // What is not possible here may be where the same rows are left.
      leads_round_ = true;
      std::size_t before = looked_at_;
      made->second = exact_edges(profile, service);
      ways_ += (looked_at_ - before) / kNodesPerWay;
    }
    return made->second;
  }

  DiagramRef edge(ProfileIndex profile, bool service, ProfileIndex next) {
    const Edges& from = edges(profile, service);
    auto found = from.to.find(next);
    return found == from.to.end() ? kNo : found->second;
  }

  bool enough() const { return found_.cycles.size() == kCyclesShownMax; }
  // Goes on from the last profile of the way; `here`: the situations that allowed it so far.
  void follow(DiagramRef here) {
    if (++ways_ > kWaysMax) stopped_ = true;
    if (stopped_ || too_much_ || enough()) return;
    ProfileIndex at = way_.back();
    for (bool service : {true, false}) {
      services_.push_back(service);
      std::vector<ProfileIndex> targets;
      for (const auto& [next, where] : edges(at, service).to) targets.push_back(next);
      for (ProfileIndex next : targets) {
        DiagramRef both = store_.both(here, edge(at, service, next));
        if (next < way_.front() || both == kNo || stopped_) continue;
        if (next == way_.front()) {
          close();
        } else if (std::find(way_.begin(), way_.end(), next) == way_.end()) {
          way_.push_back(next);
          follow(both);
          way_.pop_back();
        }
      }
      services_.pop_back();
    }
  }

  // The way leads back, as far as was told roughly: now it is asked exactly.
  void close() {
    std::set<ProfileIndex> profiles(way_.begin(), way_.end());
    std::size_t& tried = tried_[profiles];
    if (shown_.contains(profiles)) return;
    if (tried >= kOfCycleTriedMax) return void(doubtful_.insert(std::move(profiles)));
    // What is not possible here may be where the same rows are left.
    leads_round_ = true;
    DiagramRef where = here_;
    for (std::size_t i = 0; i < way_.size() && where != kNo; ++i) {
      Edges& from = edges(way_[i], services_[i]);
      if (!from.exact) from = exact_edges(way_[i], services_[i]);
      if (too_much_) return;
      where = store_.both(where, edge(way_[i], services_[i], way_[(i + 1) % way_.size()]));
    }
    if (where != kNo) live_through(where, profiles, tried);
  }

  bool may_try() const { return all_tried_ < kTriedMax && reports_left_ > 0; }

  // Situations of the cycle with its first profile enabled, until one goes round in life: of a
  // device that was nowhere else before, then of one that was.
  void live_through(DiagramRef where, const std::set<ProfileIndex>& profiles, std::size_t& tried) {
    for (std::size_t i = 1; i < way_.size(); ++i) {
      SituationSearch::Answer answer = search_.find(on_stay(where, i), budget_);
      if (!answer.witness && answer.decided) return;
    }
    DiagramRef question = on_stay(where, 0);
    auto goes_round = [&](const Witness& witness, const std::vector<RestPast>& past) {
      ++tried, ++all_tried_;
      std::optional<RestCycle> cycle = live(witness, past);
      if (!cycle) return false;
      show(*std::move(cycle), profiles);
      return true;
    };
    std::vector<Witness> witnesses;
    while (witnesses.size() < kOfCellTriedMax && may_try()) {
      SituationSearch::Answer answer = search_.find(question, budget_);
      if (!answer.witness && answer.decided && witnesses.empty()) return;
      if (!answer.witness) break;
      if (goes_round(*answer.witness, {})) return;
      question = store_.both(question, store_.opposite(constant_part(*answer.witness)));
      witnesses.push_back(*std::move(answer.witness));
    }
    std::size_t pasts_tried = 0;
    for (const auto& past : pasts_before(way_, services_, table_.profiles.size())) {
      for (const Witness& witness : witnesses) {
        if (pasts_tried++ == kOfCellPastsMax || !may_try()) break;
        if (goes_round(witness, past)) return;
      }
    }
    // A past that was not thought of may lead round.
    doubtful_.insert(profiles);
  }

  void show(RestCycle cycle, const std::set<ProfileIndex>& profiles) {
    shown_.insert(profiles);
    doubtful_.erase(profiles);
    found_.cycles.push_back(std::move(cycle));
  }

  // Where it moves on from the i-th stay of the way.
  DiagramRef on_stay(DiagramRef where, std::size_t i) {
    const std::vector<ClassIndex>& known = put_in(way_[i], services_[i]);
    std::vector<DiagramRef> parts = {
        where, edges(way_[i], services_[i]).in_full.at(way_[(i + 1) % way_.size()])};
    for (AxisIndex axis = 0; axis < known.size(); ++axis) {
      if (known[axis] != kFree)
        parts.push_back(in_range(store_, axis, {known[axis], known[axis] + 1}));
    }
    return store_.all_of(std::move(parts));
  }

  // The device is in a country of its networks: far from there it does not rest for long.
  DiagramRef near_networks(const std::vector<std::int64_t>& networks) {
    CountrySet countries;
    for (std::int64_t network : networks) {
      CountrySet its;
      if (network >= 0) its = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
      if (its.empty()) return kYes;  // unknown, or of no country
      for (Country one : its.members()) countries.insert(one);
    }
    std::vector<CountryClaim> near;
    for (Country one : countries.members()) near.push_back(CountryClaim::of(one));
    for (CountryClaim claim : lived_.claims()) {
      if (claim.intersects(countries)) near.push_back(claim);
    }
    return in_one_of(near);
  }

  // The same on one that is not known: where candidates are judged so.
  DiagramRef near_standing(std::uint32_t standing) {
    const World& world = model_.world();
    if (!country_axis() || world.standings().size() == 1 || lived_.claims().empty()) return kYes;
    if (standing_of_claim_.empty()) {
      for (CountryClaim claim : lived_.claims()) {
        standing_of_claim_.push_back(world.standing_at(claim));
      }
    }
    std::vector<CountryClaim> near;
    for (std::size_t i = 0; i < standing_of_claim_.size(); ++i) {
      if (standing_of_claim_[i] == standing) near.push_back(lived_.claims()[i]);
    }
    return in_one_of(near);
  }

  // There, or where the country is not known.
  DiagramRef in_one_of(const std::vector<CountryClaim>& claims) {
    std::optional<AxisIndex> axis = country_axis();
    if (!axis) return kYes;
    const Axis& of = model_.axes().axes()[*axis];
    std::vector<DiagramRun> runs;
    for (ClassIndex c = 0; c < of.class_count; ++c) runs.push_back({c + 1, kNo});
    runs[of.unknown_class].target = kYes;
    for (CountryClaim claim : claims) {
      Reading in_it = Reading::exactly(claim.packed());
      runs[class_of(of, table_.features[of.feature], in_it)].target = kYes;
    }
    return store_.node(*axis, runs);
  }

  std::optional<AxisIndex> country_axis() const {
    for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
      if (table_.features[f].kind == FeatureKind::country) return model_.axes().axis_of(f);
    }
    return std::nullopt;
  }

  // A number for the networks on which a device may rest there.
  std::size_t networks_near(const std::map<AxisIndex, CellRange>& where) {
    std::vector<bool> near(networks_.size(), true);
    std::optional<AxisIndex> axis = country_axis();
    auto range = axis ? where.find(*axis) : where.end();
    if (range != where.end()) {
      DiagramRef in_it = in_range(store_, *axis, range->second);
      for (std::size_t i = 0; i < near.size(); ++i) {
        near[i] = store_.both(in_it, networks_[i].near) != kNo;
      }
    }
    return near_sets_.try_emplace(std::move(near), near_sets_.size()).first->second;
  }

  // All situations that differ from this one in what moves only.
  DiagramRef constant_part(const Witness& witness) {
    std::vector<DiagramRef> parts;
    for (AxisIndex axis = 0; axis < store_.axis_count(); ++axis) {
      const Axis& of = model_.axes().axes()[axis];
      if (moving_[of.feature]) continue;
      const Feature& feature = table_.features[of.feature];
      ClassIndex value = class_of(of, feature, witness.readings[of.feature]);
      parts.push_back(in_range(store_, axis, {value, value + 1}));
    }
    return store_.all_of(std::move(parts));
  }

  std::optional<RestCycle> live(const Witness& witness, const std::vector<RestPast>& past) {
    if (!lived_.get()) return std::nullopt;
    RestPlace place;
    place.past = past;
    place.there = witness;
    // What moves is lived through and not brought along.
    for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
      if (!moving_[f] || !is_temporal(table_.features[f].kind)) continue;
      bool recency = table_.features[f].kind == FeatureKind::recency;
      place.there.readings[f] = Reading::exactly(recency ? kNotYet : 0);
    }
    place.first = way_.front();
    std::int64_t network = likely_network(witness);
    if (network >= 0) place.network = unpack_plmn(static_cast<std::uint32_t>(network));
    place.has_service.assign(table_.profiles.size(), true);
    for (std::size_t i = 0; i < way_.size(); ++i) place.has_service[way_[i]] = services_[i];
    return live_at_rest(lived_.get(), table_, place, reports_left_);
  }

  // Of the networks that are all alike, one of the country in which the device is.
  std::int64_t likely_network(const Witness& witness) const {
    for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
      if (table_.features[f].kind != FeatureKind::country || !witness.readings[f].known) continue;
      auto claim = CountryClaim::from_packed(static_cast<std::uint32_t>(witness.readings[f].lower));
      for (std::int64_t network : on_->values) {
        if (network < 0) continue;
        CountrySet its = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
        if (!its.empty() && its.subset_of(claim.set())) return network;
      }
    }
    return on_->values.front();
  }

  PolicyModel& model_;
  SituationSearch& search_;
  ProofBudget& budget_;
  LivedPolicy& lived_;
  DiagramStore& store_;
  const RuleTable& table_;
  std::vector<bool> moving_;                         // by feature
  std::vector<bool> forgotten_, nothing_forgotten_;  // by axis
  std::vector<ClassIndex> nothing_put_in_;           // by axis
  std::optional<Restriction> forget_;                // what is forgotten, and nothing put in
  KeptRestriction kept_rows_;                        // by stay
  std::vector<ProductRow> rows_;        // value: the profile it moves on to, plus 1; 0: none
  std::vector<DiagramRef> impossible_;  // what counts do not allow
  std::vector<Lasting> lasting_;
  std::vector<Networks> networks_;
  std::map<std::vector<bool>, std::size_t> near_sets_;  // of networks, numbered
  std::vector<std::uint32_t> standing_of_claim_;        // of those in which a device may live
  const RestCell* cell_ = nullptr;                      // under way,
  DiagramRef here_ = kYes;                              // ... where it is,
  Networks* on_ = nullptr;                              // ... and on which networks
  bool leads_round_ = false, too_much_ = false;
  std::map<std::pair<ProfileIndex, bool>, Edges> edges_;
  std::map<std::pair<ProfileIndex, ProfileIndex>, DiagramRef> no_less_;
  std::vector<ProfileIndex> way_;
  std::vector<bool> services_;
  std::size_t looked_at_ = 0;
  std::size_t reports_left_ = kReportsMax;
  std::size_t ways_ = 0, ways_before_ = 0, all_tried_ = 0;
  std::map<std::set<ProfileIndex>, std::size_t> tried_;  // situations of each cycle
  bool stopped_ = false;
  std::set<std::set<ProfileIndex>> shown_, doubtful_;
  Rest found_;
};

}  // namespace

Rest prove_rest(PolicyModel& model, SituationSearch& search, ProofBudget& budget,
                LivedPolicy& lived) {
  return RestProver(model, search, budget, lived).run();
}

}  // namespace sojourn
