#include "adapters/service/live_fleet.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "adapters/service/every_row.h"
#include "engine/base/diagnostic_code.h"
#include "engine/device/pressing.h"
#include "engine/runtime/fleet_rows.h"

namespace sojourn::service {
namespace {

constexpr std::string_view kUntold = "untold ";

std::string untold_key(FleetMember member) { return fmt::format("{}{:08x}", kUntold, member); }

}  // namespace

Result<LiveFleet::Opened> LiveFleet::open(Store& store, const StoreKey& rows,
                                          std::shared_ptr<const PreparedPolicy> policy, Begin begin,
                                          StoreTransaction& effect) {
  if (!FleetQuestions(policy->table()).any()) return Opened{};
  auto snapshot = store.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  FleetRowReader reader(policy);
  std::set<FleetMember> untold;
  std::set<std::string> known;  // keys
  auto take = [&](const StoreRow& row) -> Status {
    StoreKeyReader parts(row.key);
    parts.read_text();
    std::string name = parts.read_text();
    if (name.starts_with(kUntold)) {
      FleetMember member = 0;
      std::from_chars(name.data() + kUntold.size(), name.data() + name.size(), member, 16);
      untold.insert(member);
    } else if (Status read = reader.read(name, row.value); !read) {
      return read;
    }
    known.insert(std::move(name));
    return {};
  };
  if (Status all_read = every_row(**snapshot, StoreRange::with_prefix(rows), take); !all_read) {
    return std::move(all_read).error();
  }
  FleetRowReader::Fleet read = reader.finish();
  if (!read.same && begin == Begin::anew) read.minutes = std::make_unique<FleetMinutes>(policy);
  Opened opened{std::unique_ptr<LiveFleet>(new LiveFleet(rows, std::move(read.minutes))),
                read.same};
  if (read.same) {
    if (!untold.empty() && *untold.rbegin() >= opened.fleet->minutes_->size()) {
      return make_diagnostic(Code::E0012, "what is known of the fleet cannot be read");
    }
    opened.fleet->untold_ = std::move(untold);
    return opened;
  }
  StoreTransaction all;
  opened.fleet->write(all);
  for (const auto& entry : all.writes()) {
    StoreKeyReader parts(entry.key);
    parts.read_text();
    known.erase(parts.read_text());
    effect.put(entry.key, entry.value.value_or(Bytes()));
  }
  for (const std::string& name : known) effect.erase(opened.fleet->key(name));
  return opened;
}

void LiveFleet::pass(Instant minute) {
  for (FleetMember member : minutes_->pass(minute)) {
    untold_.insert(member);
    untold_changes_.insert(member);
  }
}

std::optional<FleetMember> LiveFleet::first_untold() const {
  return untold_.empty() ? std::nullopt : std::optional(*untold_.begin());
}

void LiveFleet::note_told(FleetMember member) {
  if (untold_.erase(member) > 0) untold_changes_.insert(member);
}

void LiveFleet::write(StoreTransaction& effect) {
  for (FleetRow& row : minutes_->take_changes()) {
    if (row.value) {
      effect.put(key(row.key), std::move(*row.value));
    } else {
      effect.erase(key(row.key));
    }
  }
  for (FleetMember member : std::exchange(untold_changes_, {})) {
    if (untold_.contains(member)) {
      effect.put(key(untold_key(member)), {});
    } else {
      effect.erase(key(untold_key(member)));
    }
  }
}

std::shared_ptr<const FleetWord> first_word(std::shared_ptr<const PreparedPolicy> policy) {
  if (!FleetQuestions(policy->table()).any()) return nullptr;
  FleetMinutes nobody(std::move(policy));
  return std::make_shared<const FleetWord>(nobody.word(nobody.join({})));
}

// As waits.cc does for the record: who was not asked yet waits for the next minute.
void judge_fleet(const PreparedPolicy& policy, const Decision& decision, const FleetWord* word,
                 PlanGates& gates) {
  if (word == nullptr || word->granted) return;
  bool any = false, all_spare_bans = true;
  for (const Guard& guard : policy.table().guards) {
    if (!is_about_fleet(guard) || is_excepted(guard, decision)) continue;
    any = true;
    all_spare_bans = all_spare_bans && guard.except_bans;
  }
  if (!any) return;
  bool spares_bans = word->waits_for.empty() ? all_spare_bans : word->spares_bans;
  gates.guard_spares_bans = spares_bans && (!gates.guard_stops || gates.guard_spares_bans);
  gates.guard_stops = true;
}

}  // namespace sojourn::service
