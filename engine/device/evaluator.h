// Evaluator: from a device's history to readings, classes and decisions, with as little work as
// possible.
//
// Every reading is kept as a Curve with the instant until which it holds, every class of an axis
// and the decision itself likewise. A change of a signal makes the curves that look at it (and only
// these) be drawn anew, when somebody asks. A report that changes nothing costs nothing here.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/device/counters/counter.h"

namespace sojourn {

// What stays of a device while nothing is concluded about it.
struct Remembered {
  struct Told {
    FeatureIndex feature = 0;
    Reading reading;
  };
  Remembered(const Prepared& policy, const DeviceOptions& options)
      : history(policy, options.lateness) {}

  DeviceHistory history;
  CompactVector<Told> told;  // what the host said of the fleet
  std::vector<std::string> alerts_in_force;
  Instant asked_to = kBeginning;

  Bytes save() const;  // but for `told`
  // Requires: nothing was observed yet. E0012.
  Status restore(ByteView bytes);
  std::size_t byte_count() const;  // on the heap
};

// Conclusions only: whatever it knows it can draw anew from what is remembered. Requires: the
// policy and `remembered` outlive it.
class Evaluator {
 public:
  Evaluator(const Prepared& policy, Remembered& remembered);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  ObserveOutcome observe(const Observation& observation);
  void switched(ProfileIndex profile, Instant at);
  void set_quarantine(const std::vector<QuarantinedProfile>& all, Instant now);

  Decision decide(Instant now);
  Instant review(Instant now);
  Instant wake(Instant now);
  Reading read(FeatureIndex feature, Instant now);
  std::optional<Duration> gone_by(FeatureIndex feature, Instant now);
  void told(FeatureIndex feature, const Reading& reading);
  Truth judge(ConditionIndex condition, Instant now, Instant& steady_until);
  // The axes that the decision last taken and its alerts looked at, in the order of the graphs.
  const std::vector<AxisIndex>& path() const { return path_; }

  // Rules beside the deciding one whose alerts and tasks are in force, as of that decision.
  const std::vector<std::uint32_t>& also() const { return also_; }

  // For explanations. Requires: `prepare(now)` first.
  void prepare(Instant now);
  const Curve& curve(FeatureIndex feature, Instant now);
  // With what is supposed; the feature has no candidate of its own, or nothing is supposed.
  Curve curve_with(FeatureIndex feature, Instant now, const Supposition& supposed);
  const ConditionHistory& condition_history(HistoryIndex index, Instant now);
  // The first instant after `now` at which the test holds if no report comes; absent: never.
  std::optional<Instant> first_true(const Test& test, Instant now);
  const StandingCountry& place_at(Instant now);
  const FeatureReader& reader() const { return reader_; }
  const DeviceHistory& history() const { return remembered_.history; }
  const Prepared& policy() const { return policy_; }
  std::size_t byte_count() const;

 private:
  struct AxisCache {
    ClassIndex value = 0;
    Instant at = kBeginning;
    Instant until = kBeginning;
  };

  void spread_effect();
  void spread(SignalIndex trigger, const Stretch& stretch);
  void retract(Instant now);
  Curve draw(FeatureIndex feature, Instant now);
  Curve draw_fleet(FeatureIndex feature, Instant now);
  Curve draw_supposed(FeatureIndex feature, const CountQuestion& question);
  Curve draw_for_candidate(FeatureIndex feature, CountQuestion question);
  Curve draw_standing(const CountQuestion& question);
  void forget(FeatureIndex feature);
  const AxisCache& axis(AxisIndex index, Instant now);
  void walk(Instant now);
  void raise_alerts(Instant now);
  // The first instant within [from, to] at which an axis of the path leaves its class; kNever.
  Instant first_change(const std::vector<AxisIndex>& path, const std::vector<ClassIndex>& classes,
                       Instant from, Instant to);
  Instant earliest(const std::vector<AxisIndex>& path) const;

  const Prepared& policy_;
  Remembered& remembered_;
  StandingCountry place_;
  std::vector<ConditionHistory> conditions_;
  FeatureReader reader_;
  std::vector<Curve> curves_;             // per feature
  std::vector<AxisCache> axes_;           // per axis
  std::vector<WindowMemo> window_memos_;  // FeaturePlan::window_memo
  ReportEffect effect_;
  std::vector<AxisIndex> path_;
  std::vector<std::uint32_t> also_;
  Decision decision_;
  Instant decision_at_ = kBeginning;
  Instant decision_until_ = kBeginning;
  bool uses_place_ = false;
};

}  // namespace sojourn
