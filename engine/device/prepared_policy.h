// PreparedPolicy's inside: the layout of a device's history under one policy.
//
// It says which signals there are, what each feature looks at, which condition histories the
// temporal features share, and what must be looked at anew when a signal changes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/device/device.h"
#include "engine/device/signals.h"

namespace sojourn {

using HistoryIndex = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xFFFF'FFFFu;

// What changes a reading besides signals. Indices follow those of the signals.
struct Triggers {
  SignalIndex standing_country = 0;
  SignalIndex reports = 0;  // every report
  SignalIndex begin = 0;    // where the history begins
  SignalIndex events = 0;
  SignalIndex usage = 0;
  SignalIndex quarantine = 0;
  SignalIndex installed = 0;  // what is on the card, and whatever was seen enabled until then
  SignalIndex count = 0;
};

// A condition whose truth is followed over the device's history, for the features that count it.
struct HistorySpec {
  ConditionIndex condition = ConditionTable::kAlways;
  Scope scope;
  std::string zone;              // "" = the policy's
  std::uint32_t zone_index = 0;  // into Prepared::zones
  bool needs_days = false;
  std::vector<FeatureIndex> features;  // what the condition tests
  std::vector<HistoryIndex> nested;    // histories that those features count
  // Before this instant the condition certainly does not hold, whatever the device was: a ban that
  // says `counting from`, a `from` among the parts of the condition.
  Instant counts_from = kBeginning;
};

struct FeaturePlan {
  std::vector<SignalIndex> triggers;  // signals and Triggers; ascending
  HistoryIndex history = kNone;       // temporal features
  SignalIndex signal = kNone;         // features that read one signal
  std::uint32_t zone = 0;             // index into zones
  std::vector<std::int64_t> cuts;     // thresholds that its tests know, ascending
  std::vector<AxisIndex> axes;
  bool asks_network = false;  // with another network the answer may differ
  // Days in a row are asked for, with gaps of up to so many: a candidate may be wherever a run is
  // unbroken. -1: none are.
  std::int32_t run_gap_days = -1;
  std::uint32_t window_memo = kNone;  // features that sum or count within a window
};

struct TransparentHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using NameIndex = std::unordered_map<std::string, std::uint32_t, TransparentHash, std::equal_to<>>;

class Prepared final : public PreparedPolicy {
 public:
  static Result<std::shared_ptr<const Prepared>> make(std::shared_ptr<const DecisionGraph> graph,
                                                      const Gazetteer& gazetteer);

  const DecisionGraph& graph() const override { return *graph_; }
  const TimeZone& zone() const override { return zones[0]; }

  const Feature& feature(FeatureIndex index) const { return table().features[index]; }
  SignalIndex attribute_signal(AttributeIndex index) const { return kFirstOwnSignal + index; }
  SignalIndex area_signal(AreaIndex index) const {
    return kFirstOwnSignal + static_cast<SignalIndex>(table().attributes.size()) + index;
  }
  SignalIndex signal_count() const { return triggers.standing_country; }
  Duration hold_of(SignalIndex signal) const;
  std::optional<ProfileIndex> profile_of_iccid(std::string_view digits) const override;
  const TimeZone& zone_of(const FeaturePlan& plan) const { return zones[plan.zone]; }

  const Gazetteer* gazetteer = nullptr;
  std::unique_ptr<Locator> locator;
  std::vector<TimeZone> zones;  // [0] is the policy's
  NameIndex attributes;
  NameIndex profiles;
  std::vector<NameIndex> values;  // per attribute: Attribute::values
  Triggers triggers;
  std::vector<FeaturePlan> features;
  std::vector<HistorySpec> histories;  // nested ones before those that look at them
  std::vector<std::vector<FeatureIndex>> features_by_trigger;
  std::vector<std::vector<HistoryIndex>> histories_by_trigger;
  std::vector<bool> area_used;
  std::vector<bool> text_kept;  // by attribute: texts that the policy does not name differ as well
  std::uint32_t window_memo_count = 0;
  std::vector<bool> signal_used;                       // a feature looks at it, or the ledger
  std::vector<bool> history_used;                      // ... at its past
  std::vector<std::vector<std::int64_t>> number_cuts;  // per signal; empty: not a number
  bool uses_areas = false;
  bool uses_border_distance = false;
  bool uses_zones = false;
  bool uses_alert_events = false;
  bool uses_silence = false;
  Duration shortest_silence = kForEver;  // the least that a test on `silent` asks for
  Duration review_horizon;               // when nothing happens so long, nothing will (horizon_of)

 private:
  class Maker;
  std::shared_ptr<const DecisionGraph> graph_;
};

}  // namespace sojourn
