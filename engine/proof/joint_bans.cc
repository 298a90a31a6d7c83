#include "engine/proof/joint_bans.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/written_name.h"
#include "engine/proof/ban_time.h"
#include "engine/proof/candidate_counts.h"
#include "engine/proof/joint_story.h"
#include "engine/proof/life_search.h"
#include "engine/proof/outcome_search.h"

namespace sojourn {
namespace {

// Situations lived through for each ban that leads to each profile.
constexpr std::size_t kSituationsLivedMax = 4;

bool is_master_data(FeatureKind kind) {
  return kind == FeatureKind::attribute_choice || kind == FeatureKind::attribute_country ||
         kind == FeatureKind::attribute_number || kind == FeatureKind::attribute_flag ||
         kind == FeatureKind::attribute_has || kind == FeatureKind::installed ||
         kind == FeatureKind::fallback;
}

class JointBans {
 public:
  JointBans(PolicyModel& model, SituationSearch& search, ProofBudget& budget, LivedPolicy& lived,
            std::uint32_t ban, const SlowSwitch& question, OverTime& over_time)
      : model_(model),
        search_(search),
        budget_(budget),
        lived_(lived),
        table_(model.table()),
        store_(model.store()),
        ban_(ban),
        question_(question),
        over_time_(over_time) {}

  void run() {
    for (std::uint32_t caller = 0; caller < table_.bans.size(); ++caller) {
      if (caller != ban_ && !table_.bans[caller].forbids_change) explore_after(caller);
      if (over_time_.verdict == Verdict::broken) return;
    }
  }

 private:
  const Ban& ban() const { return table_.bans[ban_]; }

  // The lives that begin with the caller's order; rather without the one day in the year on which
  // the clocks go forward.
  void explore_after(std::uint32_t caller) {
    SlowSwitch question = question_;
    question.coming = milliseconds(std::max(question.assuming.ms, table_.bans[caller].assuming.ms));
    Duration clock_change = std::exchange(question.clock_change, {});
    Exploration found = explore(question);
    bool by_clock = found.decided && !found.violation && clock_change.ms > 0;
    question.clock_change = clock_change;
    if (by_clock) found = explore(question);
    if (found.decided && !found.violation) {
      over_time_.state_count += found.state_count;
      return;
    }
    for (ProfileIndex to = 0; to < table_.profiles.size(); ++to) {
      if (!may_lead(caller, to)) continue;
      if (over_time_.verdict == Verdict::holds) over_time_.notice_enough = enough(question);
      over_time_.verdict = Verdict::undecided;
      over_time_.coming = to;
      JointCase joint;
      joint.caller = caller;
      joint.ban = ban_;
      joint.to = to;
      joint.coming = question.coming;
      joint.assuming = question.assuming;
      joint.noon = found.noon;
      if (live(joint, by_clock)) return;
    }
  }

  // The notice that is long enough whichever ban leads there.
  std::optional<std::int32_t> enough(SlowSwitch question) const {
    for (const Ban& other : table_.bans) {
      bool leads = &other != &ban() && !other.forbids_change;
      if (leads) question.coming.ms = std::max(question.coming.ms, other.assuming.ms);
    }
    return notice_enough(question);
  }

  // What the ban counts with whichever profile is enabled goes on.
  DiagramRef counts_on(std::uint32_t ban, ProfileIndex profile) {
    std::vector<DiagramRef> goes_on;
    for (FeatureIndex f : counted_with_any_profile(table_, table_.bans[ban].violated[profile])) {
      goes_on.push_back(model_.conditions().certain(table_.features[f].inner));
    }
    return store_.any_of(std::move(goes_on));
  }

  // With the candidate the ban counts no less than with what is enabled.
  DiagramRef counted_as_well(std::uint32_t ban, ProfileIndex candidate) {
    std::vector<DiagramRef> all, declared;
    for (ProfileIndex p = 0; p < table_.profiles.size(); ++p) {
      declared.push_back(model_.rules().enabled(p));
    }
    for (std::size_t enabled = 0; enabled <= declared.size(); ++enabled) {
      DiagramRef is_other =
          enabled < declared.size() ? store_.opposite(declared[enabled]) : store_.any_of(declared);
      all.push_back(store_.either(is_other, counts_no_less(model_, ban, enabled, candidate)));
    }
    return store_.all_of(std::move(all));
  }

  // The situations in which the caller's order leads to the profile, as rows of what is decided.
  bool may_lead(std::uint32_t caller, ProfileIndex to) {
    DiagramRef there =
        store_.all_of({model_.rules().broken(caller), store_.opposite(model_.rules().enabled(to)),
                       counts_on(ban_, to), counted_as_well(caller, to)});
    rows_.clear();
    if (there != kNo) rows_ = outcome_rows(model_.rules(), there);
    to_ = to;
    return situation(kYes).has_value() || !decided_;
  }

  // One of them within `where`.
  std::optional<Witness> situation(DiagramRef where) {
    decided_ = true;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      bool leads = rows_[i].leaf.kind == Action::Kind::profile && rows_[i].leaf.profile == to_;
      if (!leads) continue;
      SituationSearch::Answer answer = decided_by_row(model_, search_, budget_, rows_, i,
                                                      {store_.both(rows_[i].where, where), {}});
      if (answer.witness) return answer.witness;
      decided_ = decided_ && answer.decided;
    }
    return std::nullopt;
  }

  // --- a life that ends in a violation ---

  bool live(JointCase joint, bool by_clock) {
    if (!lived_.get()) return false;
    for (ProfileIndex enabled = 0; enabled < table_.profiles.size(); ++enabled) {
      if (enabled == joint.to) continue;
      const Ban& caller = table_.bans[joint.caller];
      // Rather one in which it is not too late for the caller.
      DiagramRef in_time = model_.conditions().certain(caller.violated[enabled]);
      for (DiagramRef wanted : {store_.opposite(in_time), in_time}) {
        DiagramRef question = store_.both(model_.rules().enabled(enabled), wanted);
        for (std::size_t i = 0; i < kSituationsLivedMax; ++i) {
          std::optional<Witness> there = situation(question);
          if (!there) break;
          question = store_.both(question, store_.opposite(as_it_stands(*there)));
          if (live_from(joint, *std::move(there), by_clock)) return true;
        }
      }
    }
    return searched(joint);
  }

  // None that was made up comes to it: a life is searched for.
  bool searched(const JointCase& joint) {
    for (ProfileIndex enabled = 0; enabled < table_.profiles.size(); ++enabled) {
      if (enabled == joint.to) continue;
      std::optional<Witness> there = situation(model_.rules().enabled(enabled));
      if (!there) continue;
      ConditionIndex of_caller = table_.bans[joint.caller].violated[enabled];
      ConditionIndex of_ban = ban().violated[joint.to];
      move_to_default_day(table_, of_ban, *there);
      LifeQuestion question;
      question.ban = ban_;
      question.there = *there;
      question.coming = joint.to;
      question.days = std::max(days_to_violate(table_, of_caller), days_to_violate(table_, of_ban));
      question.stays = stays(*there, of_ban, of_caller);
      for (std::vector<Witness> more :
           {stays(*there, of_caller, of_ban), other_networks(table_, *there)}) {
        question.stays.insert(question.stays.end(), more.begin(), more.end());
      }
      std::optional<FoundLife> life = search_life(lived_.get(), table_, question).found;
      if (!life) continue;
      over_time_.verdict = Verdict::broken;
      std::string name = fmt::format("ban {} is violated after the switch that ban {} calls for",
                                     ban().label(), table_.bans[life->caller].label());
      over_time_.joint = JointViolation{life->caller, *std::move(there),
                                        fmt::format("test {}\n{}", written_text(name), life->test)};
      return true;
    }
    return false;
  }

  bool live_from(JointCase& joint, Witness there, bool by_clock) {
    auto enabled = static_cast<ProfileIndex>(there.profile.lower);
    ConditionIndex of_caller = table_.bans[joint.caller].violated[enabled];
    ConditionIndex of_ban = ban().violated[joint.to];
    joint.ban_only = stays(there, of_ban, of_caller);
    joint.caller_only = stays(there, of_caller, of_ban);
    bool of_profile = !counted_by(table_, of_caller).empty() &&
                      counted_with_any_profile(table_, of_caller).empty();
    joint.other_profile.clear();
    if (of_profile) {
      joint.other_profile.push_back(there);
      joint.other_profile.back().profile = Reading::exactly(std::int64_t{joint.to});
    }
    move_to_default_day(table_, of_ban, there);
    move_to_default_day(table_, of_caller, there);
    if (by_clock) {
      if (std::optional<ShortDay> day = short_day(table_, ban())) there.day = day->day.number - 1;
    }
    joint.there = std::move(there);
    std::optional<std::string> test = live_jointly(lived_.get(), table_, joint);
    if (!test) return false;
    over_time_.verdict = Verdict::broken;
    over_time_.joint = JointViolation{joint.caller, std::move(joint.there), *std::move(test)};
    return true;
  }

  // Situations of the same device in which what the one condition counts goes on and what the other
  // one counts does not.
  std::vector<Witness> stays(const Witness& there, ConditionIndex counts, ConditionIndex not_this) {
    std::vector<Witness> found;
    if (on_one_network(not_this) && !on_one_network(counts)) found = other_networks(table_, there);
    std::vector<DiagramRef> goes_on, all = {same_master_data(there)};
    for (FeatureIndex f : counted_by(table_, counts)) {
      goes_on.push_back(model_.conditions().certain(table_.features[f].inner));
    }
    if (goes_on.empty()) goes_on.push_back(model_.conditions().certain(counts));
    all.push_back(store_.any_of(std::move(goes_on)));
    std::vector<FeatureIndex> stopped = counted_by(table_, not_this);
    for (FeatureIndex f : stopped) {
      all.push_back(model_.conditions().refuted(table_.features[f].inner));
    }
    if (stopped.empty()) all.push_back(model_.conditions().refuted(not_this));
    all.push_back(model_.rules().enabled(static_cast<ProfileIndex>(there.profile.lower)));
    SituationSearch::Answer answer = search_.find(store_.all_of(std::move(all)), budget_);
    if (answer.witness) found.push_back(*std::move(answer.witness));
    return found;
  }

  bool on_one_network(ConditionIndex condition) const {
    std::vector<FeatureIndex> counted = counted_by(table_, condition);
    return std::any_of(counted.begin(), counted.end(),
                       [&](FeatureIndex f) { return table_.features[f].scope.same_network; });
  }

  DiagramRef same_master_data(const Witness& there) {
    return same(there, [](const Feature& feature) { return is_master_data(feature.kind); });
  }
  // All situations that differ from this one in what is counted only.
  DiagramRef as_it_stands(const Witness& there) {
    return same(there, [](const Feature& feature) {
      return domain_of(feature.kind) != ValueDomain::count && feature.kind != FeatureKind::since;
    });
  }
  template <class Which>  // bool(const Feature&)
  DiagramRef same(const Witness& there, const Which& which) {
    std::vector<DiagramRef> parts;
    for (AxisIndex axis = 0; axis < store_.axis_count(); ++axis) {
      const Axis& of = model_.axes().axes()[axis];
      const Feature& feature = table_.features[of.feature];
      if (!which(feature)) continue;
      ClassIndex value = class_of(of, feature, there.readings[of.feature]);
      std::vector<DiagramRun> runs;
      if (value > 0) runs.push_back({value, kNo});
      runs.push_back({value + 1, kYes});
      if (value + 1 < store_.class_count(axis)) runs.push_back({store_.class_count(axis), kNo});
      parts.push_back(store_.node(axis, runs));
    }
    return store_.all_of(std::move(parts));
  }

  PolicyModel& model_;
  SituationSearch& search_;
  ProofBudget& budget_;
  LivedPolicy& lived_;
  const RuleTable& table_;
  DiagramStore& store_;
  std::uint32_t ban_;
  const SlowSwitch& question_;
  OverTime& over_time_;
  std::vector<OutcomeRow> rows_;  // where the caller calls and the ban counts
  ProfileIndex to_ = 0;
  bool decided_ = true;
};

}  // namespace

void prove_with_others(PolicyModel& model, SituationSearch& search, ProofBudget& budget,
                       LivedPolicy& lived, std::uint32_t ban, const SlowSwitch& question,
                       OverTime& over_time) {
  JointBans(model, search, budget, lived, ban, question, over_time).run();
}

}  // namespace sojourn
