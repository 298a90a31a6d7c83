// Device: one device's history under one policy, from observations to decisions.
//
//   auto policy = PreparedPolicy::prepare(graph, gazetteer);       // once per policy
//   Device device(*policy);
//   device.observe(observation);                                   // any order within the lateness
//   Decision decision = device.decide(now);
//   Instant review = device.review(now);                           // when to ask again, no report
//
// Everything is event time and deterministic: the same observations in any order within the
// lateness bound end in the same state (semantics.md, "Counting").
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/gazetteer.h"
#include "engine/base/result.h"
#include "engine/device/decision.h"
#include "engine/device/observation.h"
#include "engine/device/quarantine.h"
#include "engine/graph/decision_graph.h"

namespace sojourn {

// A compiled policy made ready to run: its areas bound to a gazetteer, its names in look-up tables,
// its zones read. Immutable; shared by all devices and threads.
class PreparedPolicy {
 public:
  // Requires: the gazetteer outlives the result.
  static Result<std::shared_ptr<const PreparedPolicy>> prepare(
      std::shared_ptr<const DecisionGraph> graph, const Gazetteer& gazetteer);
  virtual ~PreparedPolicy() = default;
  virtual const DecisionGraph& graph() const = 0;
  virtual const TimeZone& zone() const = 0;
  // The declared profile whose ICCID prefix fits best.
  virtual std::optional<ProfileIndex> profile_of_iccid(std::string_view digits) const = 0;
  const RuleTable& table() const { return graph().table(); }
};

// What became of one report.
struct ObserveOutcome {
  bool duplicate = false;  // exactly known already; no effect
  bool late = false;       // older than the newest report; history was corrected
  bool too_late = false;   // older than the lateness bound; left out
  // Values that cannot be (latitude 91, an unknown enum value): dropped, the rest was used.
  std::vector<Diagnostic> refused;
};

struct DeviceOptions {
  Duration lateness = days(7);  // how far back a report may correct history
};

// How one ban stands with the enabled profile.
struct BanStanding {
  Truth violated = Truth::no;  // unknown as well while the enabled profile is
  Truth bites = Truth::no;     // violated, or within notice
};

// Not thread-safe; different devices are independent of each other.
class Device {
 public:
  explicit Device(std::shared_ptr<const PreparedPolicy> policy, const DeviceOptions& options = {});
  ~Device();
  Device(Device&&) noexcept;
  Device& operator=(Device&&) noexcept;

  ObserveOutcome observe(const Observation& observation);
  // The profile was switched as decided (a closed dry-run, a test that obeys, a verified result).
  // Counted among the commanded switches.
  void switched(ProfileIndex profile, Instant at);
  // From `now` on these profiles, and no others, are in quarantine: decisions pass over them.
  void set_quarantine(const std::vector<QuarantinedProfile>& all, Instant now);

  // Requires: now is not before the newest report. Constant work when nothing can have changed.
  Decision decide(Instant now);
  // Rules beside the deciding one that fire and have alerts or tasks, as of the decision last
  // taken.
  const std::vector<std::uint32_t>& also() const;
  // The first instant after `now` at which a feature on the decided path, or on the path of what
  // fires beside it, changes its class if no report comes; kNever when none does. Exact.
  Instant review(Instant now);
  // Cheap lower bound of `review`: never later than it.
  Instant wake(Instant now);
  // What the fleet knows of this device (is_about_fleet): how many devices share its value, whether
  // a rollout has let it go. Until told, a device is a fleet of one.
  void told(FeatureIndex feature, const Reading& reading);
  // The reading of a feature, as the next decision will see it.
  Reading read(FeatureIndex feature, Instant now);
  // By how much the moment that a calendar question is about has gone by; negative: how long until
  // then. Of `since` when it becomes true; of a `recency` within months when the last instant of
  // its condition leaves the window. Absent while there is none.
  std::optional<Duration> gone_by(FeatureIndex feature, Instant now);
  // A condition of the policy's table, and until when it stays so if no report comes (a lower
  // bound).
  Truth judge(ConditionIndex condition, Instant now, Instant& steady_until);
  // The first instant from `begin` on within these hours of the device's own clock (milliseconds of
  // the day, half-open, may cross midnight), if it stays where it is now.
  Instant next_within(std::int32_t from_ms, std::int32_t until_ms, Instant begin, Instant now);
  // How a ban stands with the enabled profile.
  BanStanding standing(std::size_t ban, Instant now);
  // The first instant at which it is violated if what it counts goes on from now (semantics 21):
  // now when it is violated; kNever when nothing leads there. Dearer than how it stands.
  Instant deadline(std::size_t ban, Instant now);
  Explanation explain(Instant now);
  // The evidence of the deciding rule's conditions, for a record.
  std::vector<ConditionEvidence> because(const Decision& decision, Instant now);
  // The bans that bite with what is enabled, or may.
  std::vector<BanEvidence> bans(Instant now);
  // Profiles that rules asked for and could not have, and why.
  std::vector<std::string> skipped(const Decision& decision, Instant now);

  // Lets go of everything that can be concluded anew from the history, for a device that is not
  // asked for a while. What comes next costs the concluding; nothing else differs, but that there
  // is no `also` before the next decision.
  void rest();

  // The enabled profile: its index, kOtherSymbol when undeclared; absent when unknown.
  std::optional<std::int64_t> enabled_profile(Instant now) const;
  // When the enabled profile changed last, by whatever cause; kBeginning: not that we know.
  Instant switched_at(Instant now) const;
  // What an attribute says, as a text that is equal for equal values only; "" = unknown.
  std::string shared_value(AttributeIndex attribute, Instant now) const;
  // The residency ledger, oldest first.
  std::vector<EvidenceRow> ledger() const;
  Instant newest_report() const;   // kBeginning before the first
  std::size_t byte_count() const;  // memory held

  // All that the reports left behind, so that another process goes on where this one was: under the
  // same policy (the same graph file) and options. What the host told of the fleet is not in it.
  Bytes save() const;
  // Requires: nothing was observed yet. E0012 for bytes that `save` did not give; the device is of
  // no use then.
  Status restore(ByteView bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sojourn
