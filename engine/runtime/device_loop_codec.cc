// The stored form of a DeviceLoop: a layout number, its device, and where the loop stands; for one
// of a fleet also what the fleet said last.
#include <algorithm>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/graph/archive.h"
#include "engine/runtime/device_loop.h"

namespace sojourn {
namespace {

using archive::Like;

constexpr std::uint8_t kLoopLayout = 1;
constexpr std::uint8_t kLoopOfFleetLayout = 2;
// The same two, with a ban's order under way behind where the loop stands.
constexpr std::uint8_t kLoopOnOrderLayout = 3;
constexpr std::uint8_t kLoopOfFleetOnOrderLayout = 4;
constexpr std::uint8_t kActionKindCount = 3;

void code(auto& archive, Like<Decision> auto& decision) {
  auto& [leaf, kind, profile, rule, ban] = decision;
  archive.integer(leaf);
  archive.choice(kind, kActionKindCount);
  archive.integer(profile);
  archive.integer(rule);
  archive.integer(ban);
}

void code(auto& archive, Like<std::vector<std::string>> auto& texts) {
  archive.list(texts, [&](auto& text) { archive.text(text); });
}

void code(auto& archive, Like<Waits> auto& waits) {
  auto& [suppressed, overridden, alerts, look_again] = waits;
  archive.maybe(suppressed, [&](auto& text) { archive.text(text); });
  code(archive, overridden);
  code(archive, alerts);
  archive.integer(look_again.ms);
}

void code(auto& archive, Like<FleetWord> auto& word) {
  auto& [readings, granted, waits_for, spares_bans] = word;
  archive.list(readings, [&](auto& said) {
    auto& [feature, reading] = said;
    archive.integer(feature);
    archive.integer(reading.lower);
    archive.integer(reading.upper);
    archive.flag(reading.known);
  });
  archive.flag(granted);
  archive.text(waits_for);
  archive.flag(spares_bans);
}

bool fits(const FleetWord& word, const PreparedPolicy& policy) {
  const std::vector<Feature>& features = policy.table().features;
  return std::all_of(word.readings.begin(), word.readings.end(), [&](const auto& said) {
    return said.first < features.size() && is_about_fleet(features[said.first].kind);
  });
}

bool is_in(std::int32_t index, std::size_t count) {
  return index < 0 || static_cast<std::size_t>(index) < count;
}

// Does the policy have what the decision speaks of?
bool fits(const Decision& decision, const std::vector<std::uint32_t>& also,
          const PreparedPolicy& policy) {
  const RuleTable& table = policy.table();
  for (std::uint32_t rule : also) {
    if (rule >= table.rules.size()) return false;
  }
  return decision.leaf < policy.graph().leaf_count() && is_in(decision.rule, table.rules.size()) &&
         is_in(decision.ban, table.bans.size()) &&
         (decision.kind != Action::Kind::profile || decision.profile < table.profiles.size());
}

}  // namespace

// One description for writing and reading; `loop` is const for the former.
struct LoopCodec {
  static void code_loop(auto& archive, auto& loop) {
    archive.maybe(loop.decision_, [&](auto& decision) { code(archive, decision); });
    archive.list(loop.also_, [&](auto& rule) { archive.integer(rule); });
    archive.integer(loop.decided_at_.ms);
    code(archive, loop.waits_);
    archive.integer(loop.ready_at_.ms);
    archive.integer(loop.hold_until_.ms);
    archive.integer(loop.now_.ms);
    archive.integer(loop.wake_.ms);
    archive.flag(loop.simulates_profile_);
  }
  static void code_order(auto& archive, auto& order) {
    code(archive, order.decision);
    archive.integer(order.at.ms);
  }
};

Bytes DeviceLoop::save() const {
  archive::Writer writer;
  if (order_) {
    writer.byte(fleet_ ? kLoopOfFleetOnOrderLayout : kLoopOnOrderLayout);
  } else {
    writer.byte(fleet_ ? kLoopOfFleetLayout : kLoopLayout);
  }
  LoopCodec::code_loop(writer, *this);
  if (order_) LoopCodec::code_order(writer, *order_);
  if (fleet_) code(writer, std::as_const(*fleet_));
  Bytes device = device_.save();
  writer.text(std::string(device.begin(), device.end()));
  return writer.take();
}

Status DeviceLoop::restore(ByteView bytes) {
  archive::Reader reader(bytes);
  std::uint8_t layout = reader.byte();
  if (layout >= kLoopLayout && layout <= kLoopOfFleetOnOrderLayout) {
    LoopCodec::code_loop(reader, *this);
    if (layout >= kLoopOnOrderLayout) {
      Order order;
      LoopCodec::code_order(reader, order);
      order_ = order;
    }
    FleetWord word;
    bool of_fleet = layout == kLoopOfFleetLayout || layout == kLoopOfFleetOnOrderLayout;
    if (of_fleet) code(reader, word);
    std::string device;
    reader.text(device);
    bool sound = reader.ok() && reader.at_end() && (decision_ || also_.empty()) &&
                 (!decision_ || fits(*decision_, also_, *policy_)) &&
                 (!order_ || fits(order_->decision, {}, *policy_)) && fits(word, *policy_) &&
                 wake_ > now_;
    if (sound) {
      if (decision_) gather_texts();
      Status restored = device_.restore(as_bytes(device));
      if (!restored || !of_fleet) return restored;
      for (const auto& [feature, reading] : word.readings) device_.told(feature, reading);
      fleet_ = std::make_unique<FleetWord>(std::move(word));
      return {};
    }
  }
  return make_diagnostic(Code::E0012, "what is known of a device cannot be read");
}

}  // namespace sojourn
