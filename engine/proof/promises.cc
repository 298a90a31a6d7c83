#include "engine/proof/promises.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/written_name.h"
#include "engine/proof/ban_time.h"
#include "engine/proof/earlier_calls.h"
#include "engine/proof/few_counted.h"
#include "engine/proof/joint_bans.h"
#include "engine/proof/life_search.h"
#include "engine/proof/lived_policy.h"
#include "engine/proof/outcome_search.h"
#include "engine/proof/rest_cells.h"
#include "engine/proof/witness_parts.h"

namespace sojourn {
namespace {

// Further situations beside one that may not come about.
constexpr std::size_t kElsewhereMax = 4;
// Situations from which a violation is lived through.
constexpr std::size_t kViolationsMax = 6;
// With so many rows that may decide, and bans, those of bans are asked by themselves first.
constexpr std::size_t kRowsMany = 256;
constexpr std::size_t kBansMany = 3;

class Prover {
 public:
  Prover(PolicyModel& model, SituationSearch& search, ProofBudget& budget, LivedPolicy& lived)
      : model_(model), search_(search), budget_(budget), lived_(lived) {}

  BanVerdict prove_ban(std::uint32_t index) {
    const Ban& ban = model_.table().bans[index];
    BanVerdict verdict = prove_each_instant(index);
    verdict.never_bites = verdict.verdict == Verdict::holds && never_bites(ban);
    if (verdict.verdict == Verdict::holds) prove_over_time(ban, verdict);
    if (!ban.in_doubt_counts) {
      verdict.doubt = search_.find(in_doubt(ban.violated), budget_).witness;
      if (!verdict.doubt) {
        verdict.doubt = search_.find(in_doubt(ban.bites), budget_).witness;
        verdict.doubt_of_notice = verdict.doubt.has_value();
      }
    }
    return verdict;
  }

  AssertionVerdict prove_assertion(std::uint32_t index) {
    const Assertion& assertion = model_.table().assertions[index];
    AssertionVerdict verdict;
    verdict.assertion = index;
    DiagramRef asked = model_.conditions().certain(assertion.condition);
    std::vector<OutcomeRow> rows = outcome_rows(model_.rules(), asked);
    rows.push_back({asked, Leaf{}});
    for (std::size_t i = 0; i < rows.size(); ++i) {
      DiagramRef against = model_.store().both(rows[i].where, misses(assertion, rows[i].leaf));
      if (against == kNo) continue;
      SituationSearch::Answer answer = before(rows, i, against);
      settle(verdict.verdict, answer);
      if (!answer.witness) continue;
      auto within = [&](DiagramRef also) {
        return before(rows, i, model_.store().both(against, also)).witness;
      };
      // No test tells of a quarantine: rather one without, of this row or of a later one.
      bool plain = !is_quarantined(*answer.witness);
      if (!plain) {
        std::optional<Witness> other = within(without_quarantine());
        plain = other.has_value();
        if (plain) answer.witness = std::move(other);
      }
      if (!plain && verdict.witness) continue;
      verdict.witness = std::move(answer.witness);
      verdict.stands = where_it_goes_on(model_, *verdict.witness, within);
      verdict.decided = rows[i].leaf;
      if (plain) break;
    }
    verdict.never_holds = verdict.verdict == Verdict::holds && !may_be(asked);
    return verdict;
  }

  std::vector<RemedyConflict> remedy_conflicts() {
    return find_remedy_conflicts(model_, search_, budget_, all_rows());
  }

 private:
  bool is_quarantined(const Witness& witness) const {
    const std::vector<Feature>& features = model_.table().features;
    for (FeatureIndex f = 0; f < features.size(); ++f) {
      bool asked = features[f].kind == FeatureKind::quarantined;
      if (asked && witness.readings[f].known && witness.readings[f].lower != 0) return true;
    }
    return false;
  }
  DiagramRef without_quarantine() {
    std::vector<DiagramRef> all;
    const std::vector<Axis>& axes = model_.axes().axes();
    for (AxisIndex axis = 0; axis < axes.size(); ++axis) {
      const Feature& feature = model_.table().features[axes[axis].feature];
      if (feature.kind != FeatureKind::quarantined) continue;
      ClassIndex none = class_of(axes[axis], feature, Reading::exactly(0));
      all.push_back(in_range(model_.store(), axis, {none, none + 1}));
    }
    return model_.store().all_of(std::move(all));
  }

  // No device can come to where the ban bites, with whichever profile; certain.
  bool never_bites(const Ban& ban) {
    for (ConditionIndex condition : ban.bites) {
      DiagramRef bites = ban.in_doubt_counts
                             ? model_.store().opposite(model_.conditions().refuted(condition))
                             : model_.conditions().certain(condition);
      if (may_be(bites)) return false;
    }
    return true;
  }
  bool may_be(DiagramRef question) {
    if (question == kNo) return false;
    SituationSearch::Answer answer = search_.find(question, budget_);
    return answer.witness || !answer.decided;
  }

  // Wherever the ban bites something lawful is decided.
  BanVerdict prove_each_instant(std::uint32_t index) {
    const Ban& ban = model_.table().bans[index];
    BanVerdict verdict;
    verdict.ban = index;
    DiagramRef broken = model_.rules().broken(index);
    const std::vector<OutcomeRow>& rows = all_rows();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      bool nothing_lawful = rows[i].leaf.kind == Action::Kind::keep && rows[i].leaf.ban >= 0;
      if (!nothing_lawful) continue;
      DiagramRef at_a_loss = model_.store().both(rows[i].where, broken);
      if (at_a_loss == kNo || bans_lead_out(rows, i, at_a_loss) || !may_decide(i)) continue;
      SituationSearch::Answer answer;
      if (!verdict.witness) answer = before(rows, i, at_a_loss);
      if (!verdict.witness && !answer.witness && answer.decided) continue;
      // Rather one in which it is too late already.
      DiagramRef violated = model_.store().both(at_a_loss, violated_now(ban));
      SituationSearch::Answer too_late = before(rows, i, violated);
      if (verdict.witness) {  // of a row before
        if (too_late.witness) verdict.elsewhere.push_back(*std::move(too_late.witness));
        if (verdict.elsewhere.size() >= kElsewhereMax) break;
        continue;
      }
      verdict.violated = too_late.witness.has_value();
      if (verdict.violated) answer = std::move(too_late);
      settle(verdict.verdict, answer);
      if (!answer.witness) continue;
      DiagramRef question = verdict.violated ? violated : at_a_loss;
      auto wanted = SituationSearch::Wanted::plain;
      if (auto better = rather_served(ban, rows, i, question, *answer.witness)) {
        wanted = SituationSearch::Wanted::served;
        answer.witness = std::move(better);
      }
      auto within = [&](DiagramRef also) {
        return before(rows, i, model_.store().both(question, also), wanted).witness;
      };
      verdict.witness = with_few_counted(model_, *std::move(answer.witness), within);
      verdict.stands = where_it_goes_on(model_, *verdict.witness, within);
      if (!verdict.violated) break;
    }
    return verdict;
  }

  static bool is_served(const Witness& witness) {
    return witness.network.known && witness.network.lower >= 0;
  }

  // What is counted on networks was counted on one; rather there than without service since.
  // Absent: it is there already, or nowhere.
  std::optional<Witness> rather_served(const Ban& ban, const std::vector<OutcomeRow>& rows,
                                       std::size_t i, DiagramRef question, const Witness& found) {
    if (is_served(found) || !counts_on_networks(ban)) return std::nullopt;
    return before(rows, i, question, SituationSearch::Wanted::served).witness;
  }

  // The diagram as it would be had nothing been counted yet.
  DiagramRef at_eve(DiagramRef at, const std::vector<FeatureIndex>& counted) {
    if (is_terminal(at)) return at;
    DiagramStore& store = model_.store();
    AxisIndex axis = store.axis(at);
    const Axis& of = model_.axes().axes()[axis];
    if (std::find(counted.begin(), counted.end(), of.feature) != counted.end()) {
      const Feature& feature = model_.table().features[of.feature];
      return at_eve(store.child(at, class_of(of, feature, Reading::exactly(0))), counted);
    }
    std::vector<DiagramRun> runs(store.runs(at).begin(), store.runs(at).end());
    for (DiagramRun& run : runs) run.target = at_eve(run.target, counted);
    return store.node(axis, runs);
  }

  // Is what is decided about the device, before much was counted, what is enabled?
  bool quiet_before(Witness witness, const std::vector<FeatureIndex>& counted) {
    for (FeatureIndex f : counted) witness.readings[f] = Reading::exactly(0);
    for (const OutcomeRow& row : all_rows()) {
      if (!search_.holds_in(row.where, witness)) continue;
      bool keeps = row.leaf.kind == Action::Kind::keep && row.leaf.ban < 0;
      return keeps || std::int64_t{row.leaf.profile} == witness.profile.lower;
    }
    return true;
  }

  // A situation in which the ban is violated, and what is decided there.
  struct Violation {
    Witness there;
    Leaf decided;
    bool quiet = false;  // the device was content before
  };

  // Do remedies alone leave nothing of it? They are few, and the rules of a policy may be many; of
  // one ban or two all are asked as quickly.
  bool bans_lead_out(const std::vector<OutcomeRow>& rows, std::size_t i, DiagramRef at_a_loss) {
    if (i < kRowsMany || model_.table().bans.size() < kBansMany) return false;
    std::vector<DiagramRef> remedies;
    for (std::size_t j = 0; j < i; ++j) {
      bool remedy = rows[j].leaf.ban >= 0 && rows[j].leaf.kind == Action::Kind::profile;
      if (remedy) remedies.push_back(rows[j].where);
    }
    SituationSearch::Answer answer =
        search_.uncovered(at_a_loss, remedies, budget_, SituationSearch::Wanted::any);
    return answer.decided && !answer.witness;
  }

  // Can the row of all rows be the first that holds? Where there are several bans, each asks.
  bool may_decide(std::size_t row) {
    if (model_.table().bans.size() == 1) return true;
    may_decide_.resize(all_rows().size());
    std::optional<bool>& may = may_decide_[row];
    if (!may) {
      DiagramRef where = all_rows()[row].where;
      SituationSearch::Answer answer = before(all_rows(), row, where, SituationSearch::Wanted::any);
      may = answer.witness || !answer.decided;
    }
    return *may;
  }

  // Situations in which the ban is violated because of what it counts; rather those in which the
  // same device was content before, so that nothing else changes its profile meanwhile, and those
  // that the ban's own remedy decides.
  std::vector<Violation> violations(const Ban& ban, std::uint32_t index) {
    std::vector<Violation> found;
    DiagramStore& store = model_.store();
    for (ProfileIndex p = 0; p + 1 < ban.violated.size(); ++p) {
      std::vector<FeatureIndex> counted = counted_by(model_.table(), ban.bites[p]);
      DiagramRef violated =
          store.both(model_.rules().enabled(p), model_.conditions().certain(ban.violated[p]));
      DiagramRef before_it = at_eve(model_.conditions().certain(ban.bites[p]), counted);
      // What is violated bites; the prover's world does not know of every pair of counts.
      violated = store.both(violated, model_.conditions().certain(ban.bites[p]));
      if (!counted.empty()) violated = store.both(violated, store.opposite(before_it));
      std::vector<OutcomeRow> rows = outcome_rows(model_.rules(), violated);
      rows.push_back({violated, Leaf{}});
      for (bool by_remedy : {true, false}) {
        for (std::size_t i = 0; i < rows.size() && found.size() < kViolationsMax; ++i) {
          if (by_remedy != (rows[i].leaf.ban == static_cast<std::int32_t>(index))) continue;
          SituationSearch::Answer answer = before(rows, i, rows[i].where);
          if (!answer.witness) continue;
          if (auto better = rather_served(ban, rows, i, rows[i].where, *answer.witness)) {
            answer.witness = std::move(better);
          }
          bool quiet = quiet_before(*answer.witness, counted);
          found.push_back({*std::move(answer.witness), rows[i].leaf, quiet});
        }
      }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Violation& a, const Violation& b) { return a.quiet && !b.quiet; });
    return found;
  }

  void prove_over_time(const Ban& ban, BanVerdict& verdict) {
    SlowSwitch question = slow_switch_of(model_.table(), ban);
    // Rather without the one day in the year on which the clocks go forward.
    Duration clock_change = std::exchange(question.clock_change, {});
    Exploration found = explore(question);
    question.clock_change = clock_change;
    bool by_clock = found.decided && !found.violation && clock_change.ms > 0;
    if (by_clock) found = explore(question);
    OverTime& over_time = verdict.over_time;
    over_time.state_count = found.state_count;
    over_time.jumps = question.jumps;
    if (!found.decided) over_time.verdict = Verdict::undecided;
    if (!found.violation) return explore_with_others(verdict.ban, question, over_time);
    over_time.verdict = Verdict::broken;
    std::vector<Violation> all = violations(ban, verdict.ban);
    if (all.empty()) {
      SituationSearch::Answer any = search_.find(violated_now(ban), budget_);
      // What is never violated is nothing to fear.
      if (!any.witness) over_time.verdict = any.decided ? Verdict::holds : Verdict::undecided;
      if (!any.witness) return;
      all.push_back({*std::move(any.witness), Leaf{}, false});
    }
    over_time.notice_enough = notice_enough(question);
    for (const Violation& one : all) {
      Timeline timeline = timeline_of(ban, verdict.ban, one, found);
      complete(model_.table(), ban, question, by_clock, timeline, over_time.guard);
      over_time.test = lived_text(ban, timeline, over_time);
      bool first = !over_time.timeline;
      if (first || !over_time.test.empty()) over_time.timeline = std::move(timeline);
      if (!over_time.test.empty() || !over_time.guard.empty()) return;
    }
    if (std::optional<SlowSwitch> away = called_away(verdict.ban)) {
      over_time = {};
      over_time.state_count = found.state_count;
      over_time.others_call_before = true;
      return explore_with_others(verdict.ban, *away, over_time);
    }
    bool others = model_.table().bans.size() > 1 && lived_.get() != nullptr;
    if (others) search_among_others(ban, verdict.ban, all, over_time);
  }

  // With whichever profile the ban can be violated, another ban calls before, and early enough: the
  // question as it is with the one that calls last. Absent: that is not known.
  std::optional<SlowSwitch> called_away(std::uint32_t index) {
    const Ban& ban = model_.table().bans[index];
    std::optional<SlowSwitch> last;
    for (std::size_t p = 0; p < ban.violated.size(); ++p) {
      DiagramRef violated = model_.conditions().certain(ban.violated[p]);
      if (p + 1 < ban.violated.size()) {
        DiagramRef enabled = model_.rules().enabled(static_cast<ProfileIndex>(p));
        violated = model_.store().both(violated, enabled);
      }
      SituationSearch::Answer ever = search_.find(violated, budget_);
      if (ever.decided && !ever.witness) continue;
      std::optional<SlowSwitch> question = called_away_with(index, p);
      if (!question) return std::nullopt;
      if (last) {
        question->called_days = std::min(question->called_days, last->called_days);
        question->called_lead.ms = std::min(question->called_lead.ms, last->called_lead.ms);
        question->assuming.ms = std::max(question->assuming.ms, last->assuming.ms);
        question->guard.ms = std::max(question->guard.ms, last->guard.ms);
      }
      last = question;
    }
    return last && is_safe(*last) ? last : std::nullopt;
  }

  std::optional<SlowSwitch> called_away_with(std::uint32_t index, std::size_t enabled) {
    const RuleTable& table = model_.table();
    for (std::uint32_t b = 0; b < table.bans.size(); ++b) {
      if (b == index || table.bans[b].forbids_change) continue;
      std::optional<SlowSwitch> question = called_before(table, index, b, enabled);
      if (question && is_safe(*question) && leads_out(b, index, enabled)) return question;
    }
    return std::nullopt;
  }

  // Wherever the one ban bites while what the other one counts goes on with the profile, something
  // lawful is decided.
  bool leads_out(std::uint32_t caller, std::uint32_t index, std::size_t enabled) {
    const RuleTable& table = model_.table();
    const std::vector<ConditionIndex>& violated = table.bans[index].violated;
    std::vector<DiagramRef> goes_on;
    for (FeatureIndex f : counted_by(table, violated[enabled])) {
      goes_on.push_back(model_.conditions().certain(table.features[f].inner));
    }
    if (enabled + 1 < violated.size()) {
      goes_on.push_back(model_.rules().enabled(static_cast<ProfileIndex>(enabled)));
    }
    DiagramRef there = model_.store().all_of(std::move(goes_on));
    const std::vector<OutcomeRow>& rows = all_rows();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      bool nothing_lawful = rows[i].leaf.kind == Action::Kind::keep && rows[i].leaf.ban >= 0;
      if (!nothing_lawful) continue;
      SituationSearch::Answer answer = before(
          rows, i, model_.store().all_of({rows[i].where, model_.rules().broken(caller), there}));
      if (answer.witness || !answer.decided) return false;
    }
    return true;
  }
  // On the day on which the clocks go forward as well.
  static bool is_safe(SlowSwitch question) {
    for (Duration clock_change : {question.clock_change, Duration{}}) {
      question.clock_change = clock_change;
      Exploration found = explore(question);
      if (!found.decided || found.violation) return false;
    }
    return true;
  }

  // By its own call alone the ban is violated; but no plain life comes to it, for other bans call
  // before. One is searched for; without any it is not known.
  void search_among_others(const Ban& ban, std::uint32_t index, const std::vector<Violation>& all,
                           OverTime& over_time) {
    bool others_called = false, own_called = false;
    for (const Violation& one : all) {
      if (!one.there.profile.known || one.there.profile.lower < 0) continue;
      LifeQuestion question;
      question.ban = index;
      question.there = one.there;
      ConditionIndex violates = ban.violated[static_cast<std::size_t>(one.there.profile.lower)];
      move_to_default_day(model_.table(), violates, question.there);
      question.days = days_to_violate(model_.table(), violates);
      question.stays = undisturbed(ban, question.there);
      for (Witness& other : other_networks(model_.table(), question.there)) {
        question.stays.push_back(std::move(other));
      }
      LifeSearched searched = search_life(lived_.get(), model_.table(), question);
      others_called = others_called || searched.any_called;
      own_called = own_called || searched.own_called;
      const std::optional<FoundLife>& life = searched.found;
      if (!life) continue;
      over_time.timeline->there = question.there;
      over_time.test =
          fmt::format("test {}\n{}", written_text(over_time.timeline->name), life->test);
      return;
    }
    over_time.verdict = Verdict::undecided;
    over_time.comes_too_late = true;
    over_time.others_call_before = others_called && !own_called;
  }

  Timeline timeline_of(const Ban& ban, std::uint32_t index, const Violation& violation,
                       const Exploration& found) {
    Timeline timeline;
    timeline.ban = index;
    timeline.there = violation.there;
    timeline.life = *found.violation;
    timeline.noon = found.noon;
    if (violation.decided.kind == Action::Kind::profile) {
      timeline.called =
          "profile = " + written_name(model_.table().profiles[violation.decided.profile].name);
    }
    std::optional<ProfileIndex> enabled;
    const Reading& profile = timeline.there.profile;
    if (profile.known && profile.lower >= 0) enabled = static_cast<ProfileIndex>(profile.lower);
    std::size_t candidate = enabled ? *enabled : model_.table().profiles.size();
    timeline.violates = ban.violated[candidate];
    move_to_default_day(model_.table(), ban.violated[candidate], timeline.there);
    if (about_place(model_.table(), ban.violated[candidate]) && enabled) {
      DiagramStore& store = model_.store();
      DiagramRef not_here = store.both(model_.rules().enabled(*enabled),
                                       model_.conditions().refuted(ban.violated[candidate]));
      timeline.elsewhere = search_.find(not_here, budget_).witness;
    }
    return timeline;
  }

  // The timeline as the engine lives it, its stay varied where other bans call before; "": no such
  // life ends in the violation. A guard that is used up is told as it is.
  std::string lived_text(const Ban& ban, Timeline& timeline, const OverTime& over_time) {
    if (!over_time.guard.empty() || !lived_.get()) return "";
    auto lives = [&](const Timeline& one) {
      std::optional<std::string> text = live_timeline(lived_.get(), model_.table(), one);
      if (text) timeline = one;
      return text.value_or("");
    };
    std::string text = lives(timeline);
    if (!text.empty()) return text;
    std::vector<Timeline> others = {timeline};
    for (Witness& there : undisturbed(ban, timeline.there)) {
      others.push_back(timeline);
      there.day = timeline.there.day;
      others.back().there = std::move(there);
      if (text = lives(others.back()); !text.empty()) return text;
    }
    if (model_.table().bans.size() == 1) return "";
    for (const Timeline& one : others) {
      for (std::int32_t turn_days : {20, 7, 3, 1}) {
        Timeline parted = one;
        parted.turn_days = turn_days;
        parted.interrupted = true;
        if (text = lives(parted); !text.empty()) return text;
        parted.interrupted = false;
        parted.turns = other_networks(model_.table(), one.there);
        if (parted.turns.empty()) continue;
        if (text = lives(parted); !text.empty()) return text;
      }
    }
    return "";
  }

  // Situations of the same profile in which the ban's count goes on and what other bans count does
  // not: of all of them, then of each; and one in which rules leave the device alone.
  std::vector<Witness> undisturbed(const Ban& ban, const Witness& there) {
    DiagramStore& store = model_.store();
    ConditionDiagrams& conditions = model_.conditions();
    auto profile = static_cast<std::size_t>(there.profile.lower);
    DiagramRef violated = store.all_of({model_.rules().enabled(static_cast<ProfileIndex>(profile)),
                                        conditions.certain(ban.violated[profile]),
                                        conditions.certain(ban.bites[profile])});
    std::vector<DiagramRef> without;
    for (const Ban& other : model_.table().bans) {
      if (&other == &ban || other.forbids_change) continue;
      std::vector<DiagramRef> stands_still;
      for (FeatureIndex f : counted_by(model_.table(), other.violated[profile])) {
        stands_still.push_back(conditions.refuted(model_.table().features[f].inner));
      }
      if (!stands_still.empty()) without.push_back(store.all_of(std::move(stands_still)));
    }
    if (without.size() > 1) without.insert(without.begin(), store.all_of(without));
    std::vector<Witness> found;
    for (DiagramRef one : without) {
      SituationSearch::Answer answer = search_.find(store.both(violated, one), budget_);
      if (answer.witness) found.push_back(*std::move(answer.witness));
    }
    if (auto still = undisturbed_by_rules(violated)) found.push_back(*std::move(still));
    return found;
  }

  // No rule fires, and what rules count does not go on, as far as that can be.
  std::optional<Witness> undisturbed_by_rules(DiagramRef where) {
    constexpr std::size_t kCountsMax = 30, kRulesMax = 60;
    const RuleTable& table = model_.table();
    std::vector<DiagramRef> fires;
    for (std::uint32_t rule = 0; rule < table.rules.size() && rule < kRulesMax; ++rule) {
      bool acts = table.rules[rule].action.kind == Action::Kind::profile;
      if (acts) fires.push_back(model_.rules().fires(rule));
    }
    std::optional<Witness> found = search_.uncovered(where, fires, budget_).witness;
    // Not for the price of its network.
    if (found && is_served(*found)) {
      where = model_.store().both(where, model_.world().not_without_service());
    }
    std::size_t asked = 0;
    for (FeatureIndex f = 0; found && f < table.features.size() && asked < kCountsMax; ++f) {
      if (!is_temporal(table.features[f].kind) || table.features[f].candidate) continue;
      DiagramRef fails = model_.conditions().refuted(table.features[f].inner);
      DiagramRef narrower = model_.store().both(where, fails);
      if (narrower == kNo || narrower == where) continue;
      ++asked;
      SituationSearch::Answer answer = search_.uncovered(narrower, fires, budget_);
      if (!answer.witness) continue;
      found = std::move(answer.witness);
      where = narrower;
    }
    return found;
  }

  // The ban alone holds; what if another one's call leads to where it goes on counting?
  void explore_with_others(std::uint32_t ban, const SlowSwitch& question, OverTime& over_time) {
    bool may_come = over_time.verdict == Verdict::holds && question.counts;
    if (!may_come || question.assuming.ms == 0) return;
    prove_with_others(model_, search_, budget_, lived_, ban, question, over_time);
  }

  // What decides anywhere: the same for all bans, so that what is known of it is.
  const std::vector<OutcomeRow>& all_rows() {
    if (all_rows_.empty()) all_rows_ = outcome_rows(model_.rules());
    return all_rows_;
  }

  static void settle(Verdict& verdict, const SituationSearch::Answer& answer) {
    if (answer.witness) verdict = Verdict::broken;
    if (!answer.decided && verdict == Verdict::holds) verdict = Verdict::undecided;
  }

  SituationSearch::Answer before(const std::vector<OutcomeRow>& rows, std::size_t i,
                                 DiagramRef question,
                                 SituationSearch::Wanted wanted = SituationSearch::Wanted::plain) {
    return decided_by_row(model_, search_, budget_, rows, i, {question, {}}, wanted);
  }

  bool counts_on_networks(const Ban& ban) const {
    const RuleTable& table = model_.table();
    auto on_networks = [&](FeatureIndex f) {
      const Feature& feature = table.features[f];
      std::vector<FeatureIndex> inner = table.conditions.features_of(feature.inner);
      return feature.scope.same_network ||
             std::any_of(inner.begin(), inner.end(), [&](FeatureIndex counted) {
               FeatureKind kind = table.features[counted].kind;
               return kind == FeatureKind::roaming || kind == FeatureKind::network;
             });
    };
    return std::any_of(ban.bites.begin(), ban.bites.end(), [&](ConditionIndex condition) {
      std::vector<FeatureIndex> counted = counted_by(table, condition);
      return std::any_of(counted.begin(), counted.end(), on_networks);
    });
  }

  // The ban's conditions by candidate, each where that is enabled.
  template <class Where>  // DiagramRef(ConditionIndex)
  DiagramRef with_enabled(const std::vector<ConditionIndex>& of_candidate, const Where& where) {
    DiagramStore& store = model_.store();
    std::vector<DiagramRef> cases;
    for (ProfileIndex p = 0; p + 1 < of_candidate.size(); ++p) {
      cases.push_back(store.both(model_.rules().enabled(p), where(of_candidate[p])));
    }
    return store.any_of(std::move(cases));
  }

  DiagramRef violated_now(const Ban& ban) {
    return with_enabled(ban.violated, [&](ConditionIndex condition) {
      return model_.conditions().certain(condition);
    });
  }

  DiagramRef in_doubt(const std::vector<ConditionIndex>& of_candidate) {
    return with_enabled(of_candidate, [&](ConditionIndex condition) {
      DiagramStore& store = model_.store();
      return store.both(store.opposite(model_.conditions().certain(condition)),
                        store.opposite(model_.conditions().refuted(condition)));
    });
  }

  // Where the outcome does not have the effect that the assertion names.
  DiagramRef misses(const Assertion& assertion, const Leaf& leaf) {
    DiagramStore& store = model_.store();
    const Action& wanted = assertion.outcome;
    if (wanted.kind != Action::Kind::profile) {
      return leaf.kind == Action::Kind::keep ? kNo
                                             : store.opposite(model_.rules().enabled(leaf.profile));
    }
    DiagramRef misses = kYes;
    for (const Alternative& alternative : wanted.alternatives) {
      if (leaf.kind == Action::Kind::profile) {
        if (alternative.profile == leaf.profile) return kNo;
        continue;
      }
      misses = store.both(misses, store.opposite(model_.rules().enabled(alternative.profile)));
    }
    return misses;
  }

  PolicyModel& model_;
  SituationSearch& search_;
  ProofBudget& budget_;
  LivedPolicy& lived_;
  std::vector<OutcomeRow> all_rows_;             // made when they are asked for
  std::vector<std::optional<bool>> may_decide_;  // by row of them, asked already
};

}  // namespace

Promises prove_promises(PolicyModel& model, SituationSearch& search, ProofBudget& budget,
                        LivedPolicy& lived) {
  Promises promises;
  Prover prover(model, search, budget, lived);
  for (std::uint32_t b = 0; b < model.table().bans.size(); ++b) {
    // Whatever is enabled may stay under `forbid change`: it cannot be broken by a decision.
    if (!model.table().bans[b].forbids_change) promises.bans.push_back(prover.prove_ban(b));
  }
  // Under first-match the order of lines is what its author means.
  if (!model.table().settings.first_match) promises.remedies = prover.remedy_conflicts();
  for (std::uint32_t a = 0; a < model.table().assertions.size(); ++a) {
    promises.assertions.push_back(prover.prove_assertion(a));
  }
  return promises;
}

}  // namespace sojourn
