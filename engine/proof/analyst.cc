#include "engine/proof/analyst.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "engine/proof/answering.h"
#include "engine/proof/effects.h"
#include "engine/proof/partners.h"

namespace sojourn {
namespace {

// Overrides that follow from others: so many are told one by one.
constexpr std::size_t kInferredMax = 20;
// What the question of rest may take of the steps that are left: one part of so many.
constexpr std::size_t kShareOfRest = 4;

}  // namespace

Analyst::Analyst(const RuleTable& table, const AnalysisOptions& options, KeptAnalysis* before)
    : options_(options),
      before_(before),
      now_(std::make_unique<KeptAnalysis>()),
      budget_(options.budget) {
  now_->budget = options.budget;
  now_->digests = digest_policy(table, options.claims, options.situations);
  bool around_same = before_ && before_->digests.around == now_->digests.around &&
                     before_->budget.steps_per_question == options.budget.steps_per_question;
  if (!around_same) before_ = nullptr;
  now_->model = std::make_unique<PolicyModel>(table, options.claims, options.situations,
                                              before_ ? before_->model.get() : nullptr);
  if (!model().continues()) before_ = nullptr;
  // Otherwise other things could be at the same time.
  if (before_ && model().world().has_too_many_identities() !=
                     before_->model->world().has_too_many_identities()) {
    before_ = nullptr;
  }
  search_ = std::make_unique<SituationSearch>(model().table(), model().axes(), model().store(),
                                              model().world());
  lived_.emplace(model().table(), options_.claims, options_.gazetteer);
}

Analysis Analyst::run() {
  find_partners();
  move_kept();
  find_reaches();
  find_touched();
  find_dead();
  find_dead_parts();
  effects_ = number_effects(table().rules);
  if (first_match()) {
    find_hidden();
  } else {
    find_conflicts();
    find_inferred();
  }
  found_.promises = prove_promises(model(), *search_, budget_, *lived_);
  find_rest();
  find_stopping_guards();
  find_gap();
  find_indistinct();
  found_.identities_together = !model().world().has_too_many_identities();
  if (auto dates = taken_for_one_date(table())) undecided(*std::move(dates));
  found_.table = table();
  return std::move(found_);
}

// --- what of the analysis before still stands ---

void Analyst::find_partners() {
  before_of_.assign(rule_count(), std::nullopt);
  if (!before_) return;
  struct ByLow {
    std::size_t operator()(const Digest128& digest) const { return digest.low; }
  };
  std::unordered_map<Digest128, std::uint32_t, ByLow> numbers;
  numbers.reserve(2 * now_->digests.rules.size());
  auto number = [&](const std::vector<Digest128>& digests) {
    std::vector<std::uint32_t> numbered;
    for (const Digest128& digest : digests) {
      auto fresh = static_cast<std::uint32_t>(numbers.size());
      numbered.push_back(numbers.try_emplace(digest, fresh).first->second);
    }
    return numbered;
  };
  std::vector<std::uint32_t> old_numbers = number(before_->digests.rules);
  now_of_ = partners(old_numbers, number(now_->digests.rules));
  for (std::uint32_t i = 0; i < now_of_.size(); ++i) {
    if (!now_of_[i]) continue;
    before_of_[*now_of_[i]] = i;
    model().adopt(*before_->model, i, *now_of_[i]);
  }
}

// What was kept, in the words of the axes that there are now.
void Analyst::move_kept() {
  for (AxisIndex axis = 0; axis < model().axes().axes().size(); ++axis) {
    unknown_of_.push_back(model().world().unknown_class_of_free(axis));
  }
  if (!before_ || !model().moves().any()) return;
  const AxisMoves& moves = model().moves();
  bool hiders_are_same = hiders_stand();
  for (Reach& reach : before_->reaches) reach.move_axes(moves);
  for (KeptAnalysis::Fate& fate : before_->fates) {
    if (!fate.seen.empty()) fate.seen = moves.moved(fate.seen, unknown_of_);
    if (fate.dead && !fate.dead->hidden_by.empty() && !hiders_are_same) fate.decided = false;
  }
  for (KeptAnalysis::Pairs& pairs : before_->pairs) {
    for (KeptAnalysis::PairOfRules& pair : pairs.found) pair.witness.reset();
  }
}

// Would the search for what hides a rule meet the same rules again? It does where classes were cut
// otherwise but stand in the order of their values, on axes that are free to be in any of them.
bool Analyst::hiders_stand() const {
  const PolicyModel &now = *now_->model, &before = *before_->model;
  std::vector<bool> new_axis(now.axes().axes().size(), true);
  for (AxisIndex axis = 0; axis < before.axes().axes().size(); ++axis) {
    const AxisMoves::OfAxis& of = now.moves().of(axis);
    if (of.to) new_axis[*of.to] = false;
    if (of.to && !of.classes) continue;
    if (!before.world().is_free(axis)) return false;
    if (of.to && (!now.world().is_free(*of.to) || !of.classes->in_order_of_values())) return false;
  }
  for (AxisIndex axis = 0; axis < new_axis.size(); ++axis) {
    if (new_axis[axis] && !now.world().is_free(axis)) return false;
  }
  return true;
}

void Analyst::find_reaches() {
  now_->reaches.reserve(rule_count());
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    if (before_of_[i]) {
      now_->reaches.push_back(std::move(before_->reaches[*before_of_[i]]));
    } else {
      now_->reaches.emplace_back(model().store(), model().rules().fires(i));
    }
  }
  index_.emplace(now_->reaches);
  live_ = rule_bits(rule_count());
  for (std::uint32_t i = 0; i < rule_count(); ++i) set_rule(live_, i);
  if (first_match()) return;
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    overriders_.push_back(model().rules().all_overriders(i));
  }
}

void Analyst::find_touched() {
  touched_ = rule_bits(rule_count());
  first_change_ = before_ ? rule_count() : 0;
  if (!before_) return;
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    if (before_of_[i]) continue;
    set_rule(touched_, i);
    added_.push_back(i);
    first_change_ = std::min(first_change_, i);
  }
  if (first_match()) {
    touch_by_order();
  } else {
    touch_by_overriders();
  }
}

// A rule that was edited, in its old form and its new, concerns those after it that it meets.
void Analyst::touch_by_order() {
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    if (!before_of_[i]) touch_those_after(now_->reaches[i], i + 1);
  }
  std::uint32_t next = 0;  // the first rule now that stood behind
  for (std::uint32_t i = 0; i < now_of_.size(); ++i) {
    if (now_of_[i]) {
      next = *now_of_[i] + 1;
    } else {
      touch_those_after(before_->reaches[i], next);
      first_change_ = std::min(first_change_, next);
    }
  }
}

void Analyst::touch_those_after(const Reach& reach, std::uint32_t first) {
  for (std::uint32_t other : index_->meeting(reach, rule_count())) {
    if (other >= first) set_rule(touched_, other);
  }
}

// Without an order only those that override a rule come before it.
void Analyst::touch_by_overriders() {
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    if (!before_of_[i]) continue;
    std::vector<std::uint32_t> were = before_->model->rules().all_overriders(*before_of_[i]);
    bool same = std::equal(overriders_[i].begin(), overriders_[i].end(), were.begin(), were.end(),
                           [&](std::uint32_t is, std::uint32_t was) {
                             return before_of_[is] && *before_of_[is] == was;
                           });
    if (!same) set_rule(touched_, i);
  }
}

// Dead before and not now, or the other way round: for others it is as if it had been edited.
void Analyst::flip(std::uint32_t index) {
  added_.push_back(index);
  first_change_ = std::min(first_change_, index);
  if (first_match()) return touch_those_after(now_->reaches[index], index + 1);
  set_rule(touched_, index);
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    if (std::binary_search(overriders_[i].begin(), overriders_[i].end(), index)) {
      set_rule(touched_, i);
    }
  }
}

// --- single rules ---

// Those that decide in a rule's place where they fire; under first-match, that may.
std::vector<std::uint32_t> Analyst::above(std::uint32_t index) {
  if (!first_match()) return overriders_[index];
  std::vector<std::uint32_t> rules;
  for (std::uint32_t i : index_->meeting(index, index, &live_)) {
    if (has_outcome(i)) rules.push_back(i);
  }
  return rules;
}

void Analyst::find_dead() {
  now_->fates.resize(rule_count());
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    KeptAnalysis::Fate& fate = now_->fates[i];
    const KeptAnalysis::Fate* was = before_of_[i] ? &before_->fates[*before_of_[i]] : nullptr;
    bool kept = was && was->decided && (stands(i) || still_decides(i, *was));
    fate = kept ? kept_fate(i) : fate_of(i);
    if (!fate.decided) undecided(fmt::format("whether rule `{}` can ever decide", rule(i).label()));
    if (was && was->dead.has_value() != fate.dead.has_value()) flip(i);
    if (!fate.dead) continue;
    set_rule(live_, i, false);
    found_.dead.push_back(*fate.dead);
  }
}

KeptAnalysis::Fate Analyst::kept_fate(std::uint32_t index) const {
  KeptAnalysis::Fate fate = before_->fates[*before_of_[index]];
  if (!fate.dead) return fate;
  fate.dead->rule = index;
  for (std::uint32_t& hider : fate.dead->hidden_by) hider = *now_of_[hider];
  return fate;
}

// Where it was seen to decide, nothing comes before it that did not before.
bool Analyst::still_decides(std::uint32_t index, const KeptAnalysis::Fate& was) {
  if (was.dead || was.seen.empty()) return false;
  auto takes_it = [&](std::uint32_t other) {
    bool before = !first_match() || other < index;
    return before && is_live(other) && (!first_match() || has_outcome(other)) &&
           may_hold_at(model().store(), model().rules().fires(other), was.seen);
  };
  const std::vector<std::uint32_t>& others = first_match() ? added_ : overriders_[index];
  return std::none_of(others.begin(), others.end(), takes_it);
}

ClassPoint Analyst::point_of(const Witness& witness) {
  ClassPoint point;
  for (const Axis& axis : model().axes().axes()) {
    const Feature& feature = table().features[axis.feature];
    point.push_back(class_of(axis, feature, witness.readings[axis.feature]));
  }
  return point;
}

// Nothing that comes before it can hold in some situation of its own: seen at a glance.
std::optional<ClassPoint> Analyst::decides_for_sure(std::uint32_t index) const {
  const Reach& reach = now_->reaches[index];
  if (!first_match() || !reach.is_box()) return std::nullopt;
  const World& world = now_->model->world();
  bool free = std::all_of(reach.axes().begin(), reach.axes().end(), [&](const Reach::OnAxis& on) {
    bool has_values = true;
    for (ClassIndex c = on.first; c <= on.last; ++c) {
      has_values = has_values && (!on.classes.test(c) || world.has_value(on.axis, c));
    }
    return has_values && unknown_of_[on.axis];
  });
  return free ? index_->stands_out(index, live_, unknown_of_) : std::nullopt;
}

// Of a rule alone: other rules do not matter.
void Analyst::find_dead_parts() {
  DeadParts parts(model(), *search_, budget_);
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    const DeadParts::OfRule* was = before_of_[i] ? &before_->parts[*before_of_[i]] : nullptr;
    if (!is_live(i)) {
      now_->parts.emplace_back().decided = false;  // not asked
      continue;
    }
    now_->parts.push_back(was && was->decided ? *was : parts.of(i));
    DeadParts::OfRule& of = now_->parts.back();
    for (DeadPart& part : of.found) {
      part.rule = i;
      found_.dead_parts.push_back(part);
    }
    if (!of.decided) {
      undecided(fmt::format("whether each part of rule `{}` can hold", rule(i).label()));
    }
  }
}

KeptAnalysis::Fate Analyst::fate_of(std::uint32_t index) {
  ++rules_asked_;
  KeptAnalysis::Fate fate;
  fate.decided = true;
  if (std::optional<ClassPoint> seen = decides_for_sure(index)) {
    fate.seen = *std::move(seen);
    return fate;
  }
  DiagramRef fires = model().rules().fires(index);
  std::vector<std::uint32_t> rivals;
  std::vector<DiagramRef> covers;
  for (std::uint32_t other : above(index)) {
    // Under first-match those above are the ones that meet it.
    bool meets = first_match() || now_->reaches[index].meets(now_->reaches[other]);
    if (!meets || !is_live(other)) continue;
    rivals.push_back(other);
    covers.push_back(model().rules().fires(other));
  }
  SituationSearch::Answer answer =
      search_->uncovered(fires, covers, budget_, SituationSearch::Wanted::any);
  fate.decided = answer.witness || answer.decided;
  if (answer.witness) fate.seen = point_of(*answer.witness);
  if (answer.witness || !answer.decided) return fate;
  DeadRule dead;
  dead.rule = index;
  dead.never_holds = !search_->find(model().rules().holds(index), budget_).witness;
  dead.never_obtainable = !dead.never_holds && !search_->find(fires, budget_).witness;
  for (std::uint32_t cover : answer.covered_by) dead.hidden_by.push_back(rivals[cover]);
  fate.dead = std::move(dead);
  return fate;
}

void Analyst::find_inferred() {
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    for (std::uint32_t over : overriders_[i]) {
      const std::vector<std::uint32_t>& written = rule(over).overrides;
      bool direct = std::find(written.begin(), written.end(), i) != written.end();
      if (direct || !now_->reaches[i].meets(now_->reaches[over])) continue;
      if (found_.inferred_count++ < kInferredMax) found_.inferred.push_back({over, i});
    }
  }
}

void Analyst::find_rest() {
  if (!options_.gazetteer) return;
  // Where many bans count at once, whether a device rests can take all there is: other questions
  // come after it.
  ProofBudget share{budget_.steps / kShareOfRest, budget_.steps_per_question};
  std::size_t before = share.steps;
  found_.rest = prove_rest(model(), *search_, share, *lived_);
  budget_.steps -= before - share.steps;
  if (found_.rest.decided) return;
  const std::string& on = found_.rest.undecided;
  std::string among = " on one of " + on + " (a `hold` on a switch between them settles it)";
  undecided("whether a device at rest comes to rest" + (on.empty() ? "" : among));
}

void Analyst::find_stopping_guards() {
  for (std::uint32_t g = 0; g < table().guards.size(); ++g) {
    const Guard& guard = table().guards[g];
    bool counts_switches = guard.kind == Guard::Kind::switches ||
                           guard.kind == Guard::Kind::fleet_share ||
                           guard.kind == Guard::Kind::fleet_count;
    if (!counts_switches || guard.most > 0) continue;
    bool stops = table().otherwise.kind == Action::Kind::profile;
    for (std::uint32_t i = 0; i < rule_count() && !stops; ++i) {
      const std::vector<std::uint32_t>& excepted = guard.except_rules;
      bool asks = is_live(i) && rule(i).action.kind == Action::Kind::profile;
      stops = asks && std::find(excepted.begin(), excepted.end(), i) == excepted.end();
    }
    if (stops) found_.stopping_guards.push_back(g);
  }
}

// The rules that covered everything are there yet.
bool Analyst::gap_still_covered() {
  if (!before_ || !before_->gap.decided || before_->gap.witness) return false;
  std::vector<std::uint32_t> covered_by;
  for (std::uint32_t was : before_->gap.covered_by) {
    if (!now_of_[was] || !is_live(*now_of_[was])) return false;
    if (!first_match() && has_rule(touched_, *now_of_[was])) return false;
    covered_by.push_back(*now_of_[was]);
  }
  now_->gap = {true, std::nullopt, std::move(covered_by)};
  return true;
}

void Analyst::find_gap() {
  if (gap_still_covered()) return;
  std::vector<std::uint32_t> rules;
  std::vector<DiagramRef> covers;
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    if (!is_live(i) || !has_outcome(i)) continue;
    rules.push_back(i);
    DiagramRef fires = model().rules().fires(i);
    covers.push_back(first_match() ? fires
                                   : model().store().both(fires, model().rules().unsilenced(i)));
  }
  SituationSearch::Answer answer = search_->uncovered(kYes, covers, budget_);
  if (!answer.decided) undecided("whether some situation is covered by no rule");
  now_->gap.decided = answer.decided;
  now_->gap.witness = answer.witness;
  for (std::uint32_t cover : answer.covered_by) now_->gap.covered_by.push_back(rules[cover]);
  found_.gap = std::move(answer.witness);
}

void Analyst::find_indistinct() {
  const std::vector<Test>& tests = table().conditions.tests();
  std::vector<std::vector<std::uint32_t>> tests_of(table().features.size());
  for (std::uint32_t i = 0; i < tests.size(); ++i) tests_of[tests[i].feature].push_back(i);
  for (FeatureIndex f = 0; f < table().features.size(); ++f) {
    const Feature& feature = table().features[f];
    if (feature.kind != FeatureKind::attribute_choice) continue;
    const Attribute& attribute = table().attributes[feature.subject];
    if (attribute.type != AttributeType::choice) continue;
    Answering answering(table().conditions, feature, tests_of[f]);
    std::map<std::vector<Answering::Answer>, std::vector<std::string>> alike;
    for (std::size_t v = 0; v < attribute.values.size(); ++v) {
      Reading value = Reading::exactly(static_cast<std::int64_t>(v));
      alike[answering.to(value)].push_back(attribute.values[v]);
    }
    for (auto& [answers, values] : alike) {
      if (values.size() > 1) found_.indistinct.push_back({feature.subject, std::move(values)});
    }
  }
}

}  // namespace sojourn
