// The stored form of a PlannerState: a layout number, then its members in order.
#include "engine/base/diagnostic_code.h"
#include "engine/device/planner.h"
#include "engine/device/profile_command_codec.h"

namespace sojourn::archive {

constexpr std::uint8_t kPlannerLayout = 1;

void code(auto& archive, Like<CardProfile> auto& row) {
  auto& [iccid, profile, enabled, fallback] = row;
  archive.text(iccid);
  archive.text(profile);
  archive.flag(enabled);
  archive.flag(fallback);
}

void code(auto& archive, Like<PlannerState::InFlight> auto& flight) {
  auto& [command, since, hold, because_of_ban] = flight;
  code(archive, command);
  archive.integer(since.ms);
  archive.integer(hold.ms);
  archive.flag(because_of_ban);
}

void code(auto& archive, Like<PlannerState::Setback> auto& setback) {
  auto& [kind, profile, count, not_before] = setback;
  archive.choice(kind, ProfileCommand::kKindCount);
  archive.text(profile);
  archive.integer(count);
  archive.integer(not_before.ms);
}

void code(auto& archive, Like<QuarantineRow> auto& row) {
  auto& [profile, why, from, until] = row;
  archive.text(profile);
  archive.choice(why, QuarantineRow::kWhyCount);
  archive.integer(from.ms);
  archive.integer(until.ms);
}

void code(auto& archive, Like<PlannerState> auto& state) {
  auto& [spread, last_number, in_flight, unproven, setbacks, card, listed_at, enabled_since,
         list_due, claimed_cause, emergency_iccid, reached, hold_until, heard_at, doubt_count,
         doubt_until, quarantine] = state;
  archive.integer(spread);
  archive.integer(last_number);
  archive.maybe(in_flight, [&](auto& flight) { code(archive, flight); });
  archive.maybe(unproven, [&](auto& flight) { code(archive, flight); });
  archive.list(setbacks, [&](auto& row) { code(archive, row); });
  archive.list(card, [&](auto& row) { code(archive, row); });
  archive.integer(listed_at.ms);
  archive.integer(enabled_since.ms);
  archive.flag(list_due);
  archive.maybe(claimed_cause, [&](auto& cause) { archive.integer(cause); });
  archive.text(emergency_iccid);
  archive.text(reached);
  archive.integer(hold_until.ms);
  archive.integer(heard_at.ms);
  archive.integer(doubt_count);
  archive.integer(doubt_until.ms);
  archive.list(quarantine, [&](auto& row) { code(archive, row); });
}

}  // namespace sojourn::archive

namespace sojourn {

Bytes to_bytes(const PlannerState& state) {
  archive::Writer writer;
  writer.byte(archive::kPlannerLayout);
  code(writer, state);
  return writer.take();
}

Result<PlannerState> planner_state_from_bytes(ByteView bytes) {
  archive::Reader reader(bytes);
  PlannerState state;
  if (reader.byte() == archive::kPlannerLayout) {
    code(reader, state);
    if (reader.ok() && reader.at_end()) return state;
  }
  return make_diagnostic(Code::E0012, "the plan of a device cannot be read");
}

}  // namespace sojourn
