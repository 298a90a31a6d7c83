#include "engine/device/device.h"

#include <algorithm>

#include "engine/device/bans.h"
#include "engine/device/evaluator.h"
#include "engine/device/explain.h"
#include "engine/device/ledger.h"

namespace sojourn {

struct Device::State {
  State(std::shared_ptr<const PreparedPolicy> prepared, const DeviceOptions& options)
      : policy(std::move(prepared)), remembered(prepared_policy(), options) {}

  // What is concluded, drawn anew after a rest.
  Evaluator& awake() {
    if (!evaluator) evaluator = std::make_unique<Evaluator>(prepared_policy(), remembered);
    return *evaluator;
  }
  void rest() {
    evaluator.reset();
    remembered.history.shrink_to_fit();
  }
  std::size_t byte_count() const {
    return sizeof(*this) + remembered.byte_count() + (evaluator ? evaluator->byte_count() : 0);
  }

  const Prepared& prepared_policy() const { return static_cast<const Prepared&>(*policy); }

  std::shared_ptr<const PreparedPolicy> policy;
  Remembered remembered;
  std::unique_ptr<Evaluator> evaluator;
};

Device::Device(std::shared_ptr<const PreparedPolicy> policy, const DeviceOptions& options)
    : state_(std::make_unique<State>(std::move(policy), options)) {}
Device::~Device() = default;
Device::Device(Device&&) noexcept = default;
Device& Device::operator=(Device&&) noexcept = default;

ObserveOutcome Device::observe(const Observation& observation) {
  return state_->awake().observe(observation);
}
void Device::switched(ProfileIndex profile, Instant at) { state_->awake().switched(profile, at); }
void Device::set_quarantine(const std::vector<QuarantinedProfile>& all, Instant now) {
  state_->awake().set_quarantine(all, now);
}
Decision Device::decide(Instant now) { return state_->awake().decide(now); }
const std::vector<std::uint32_t>& Device::also() const { return state_->awake().also(); }
Instant Device::review(Instant now) { return state_->awake().review(now); }
Instant Device::wake(Instant now) { return state_->awake().wake(now); }
void Device::told(FeatureIndex feature, const Reading& reading) {
  state_->awake().told(feature, reading);
}
Reading Device::read(FeatureIndex feature, Instant now) {
  return state_->awake().read(feature, now);
}
std::optional<Duration> Device::gone_by(FeatureIndex feature, Instant now) {
  return state_->awake().gone_by(feature, now);
}
Truth Device::judge(ConditionIndex condition, Instant now, Instant& steady_until) {
  return state_->awake().judge(condition, now, steady_until);
}
Instant Device::next_within(std::int32_t from_ms, std::int32_t until_ms, Instant begin,
                            Instant now) {
  Evaluator& evaluator = state_->awake();
  evaluator.place_at(now);  // whose clock it is
  return evaluator.reader().next_within(from_ms, until_ms, begin, now);
}
BanStanding Device::standing(std::size_t ban, Instant now) {
  return BanJudge(state_->awake(), now).standing(ban);
}
Instant Device::deadline(std::size_t ban, Instant now) {
  return BanJudge(state_->awake(), now).deadline(ban);
}
Explanation Device::explain(Instant now) { return Explainer(state_->awake(), now).explain(); }
std::vector<ConditionEvidence> Device::because(const Decision& decision, Instant now) {
  return Explainer(state_->awake(), now).because(decision);
}

std::vector<BanEvidence> Device::bans(Instant now) {
  return Explainer(state_->awake(), now).bans();
}
std::vector<std::string> Device::skipped(const Decision& decision, Instant now) {
  return Explainer(state_->awake(), now).skipped(decision);
}
void Device::rest() { state_->rest(); }

std::optional<std::int64_t> Device::enabled_profile(Instant now) const {
  std::int64_t profile = state_->remembered.history.value(kProfile, now);
  if (profile == kUnknownValue) return std::nullopt;
  return is_undeclared(profile) ? kOtherSymbol : profile;
}

Instant Device::switched_at(Instant now) const {
  Instant newest = kBeginning;
  state_->remembered.history.for_each_switch(now, [&](Instant at) {
    newest = at;
    return false;
  });
  return newest;
}

std::string Device::shared_value(AttributeIndex attribute, Instant now) const {
  const DeviceHistory& history = state_->remembered.history;
  std::int64_t value = history.value(history.policy().attribute_signal(attribute), now);
  if (value == kUnknownValue) return {};
  const Attribute& declared = state_->policy->table().attributes[attribute];
  bool is_text = declared.type == AttributeType::text;
  if (is_text && is_undeclared(value)) {
    return "=" + history.pools().undeclared[undeclared_index(value)].name;
  }
  if (is_text && value >= 0) return "=" + declared.values[static_cast<std::size_t>(value)];
  bool is_set = declared.type == AttributeType::set_of_text ||
                declared.type == AttributeType::set_of_choice ||
                declared.type == AttributeType::set_of_country;
  if (!is_set) return std::to_string(value);
  std::string text = "set";
  for (std::int64_t member : history.pools().sets[static_cast<std::size_t>(value)]) {
    text += " " + std::to_string(member);
  }
  return text;
}

std::vector<EvidenceRow> Device::ledger() const {
  const DeviceHistory& history = state_->remembered.history;
  Instant now = std::max(state_->remembered.asked_to, newest_report());
  return residency(state_->awake().place_at(now), history,
                   {history.first_report(), newest_report()});
}

Bytes Device::save() const { return state_->remembered.save(); }
Status Device::restore(ByteView bytes) { return state_->remembered.restore(bytes); }

Instant Device::newest_report() const { return state_->remembered.history.newest_report(); }
std::size_t Device::byte_count() const { return sizeof(*this) + state_->byte_count(); }

}  // namespace sojourn
