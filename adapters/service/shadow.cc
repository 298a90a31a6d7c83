#include "adapters/service/shadow.h"

#include <fmt/format.h>

#include "adapters/service/controls.h"
#include "adapters/service/every_row.h"
#include "adapters/service/json_text.h"

namespace sojourn::service {
namespace {

std::string outcome_of(const PreparedPolicy& policy, const std::optional<Decision>& decision) {
  bool switches = decision && decision->kind == Action::Kind::profile;
  return switches ? policy.table().profiles[decision->profile].name : "keep";
}

std::string side(const PreparedPolicy& policy, const std::optional<Decision>& decision) {
  return fmt::format("{{\"outcome\":{},\"rule\":{}}}", json_text(outcome_of(policy, decision)),
                     json_text(decision ? decider_of(policy, *decision) : std::string()));
}

Status replay(const DeviceShelf& shelf, JournalReader& reader, ByteView row, DeviceLoop& loop) {
  Result<std::string> text = unpack_journal(row);
  if (!text) return std::move(text).error();
  return reader.replay(*text, loop, *shelf.shadow.prepared, *shelf.shadow.devices);
}

}  // namespace

Status follow_in_shadow(const StoreSnapshot& snapshot, const DeviceShelf& shelf,
                        JournalReader& reader, const PendingEntries* pending, LiveDevice& device) {
  device.shadow = std::make_unique<DeviceLoop>(shelf.shadow.prepared, device.label, shelf.loop);
  Result<std::optional<Bytes>> past = snapshot.read(shelf.keys.past(device.label));
  if (!past) return std::move(past).error();
  if (past->has_value()) {
    if (Status read = replay(shelf, reader, **past, *device.shadow); !read) return read;
  }
  StoreRange rest = StoreRange::with_prefix(shelf.keys.journal(device.label));
  Status replayed = every_row(snapshot, rest, [&](const StoreRow& row) {
    return replay(shelf, reader, row.value, *device.shadow);
  });
  if (!replayed) return replayed;
  if (pending != nullptr) {
    for (const LogPiece& piece : pending->pieces_from(device.journal_next)) {
      Status read =
          reader.replay(piece.text, *device.shadow, *shelf.shadow.prepared, *shelf.shadow.devices);
      if (!read) return read;
    }
  }
  // What the fleet says under the shadow policy is told as things stand, not as they were.
  if (shelf.first_shadow_word) {
    device.shadow->take(*shelf.first_shadow_word, device.shadow->now(), [](auto&) {});
  }
  Result<std::optional<Bytes>> row = snapshot.read(shelf.keys.shadow_row(device.label));
  if (!row) return std::move(row).error();
  if (row->has_value()) device.shadow_row.assign((*row)->begin(), (*row)->end());
  return {};
}

std::string shadow_row(const PreparedPolicy& policy, const LiveDevice& device,
                       const PreparedPolicy& shadow) {
  const auto& active = device.loop.decision();
  const auto& other = device.shadow->decision();
  if (outcome_of(policy, active) == outcome_of(shadow, other)) return {};
  return fmt::format("{{\"active\":{},\"shadow\":{}}}", side(policy, active), side(shadow, other));
}

}  // namespace sojourn::service
