// What is fed to the planner: reports, lists, results. (What it yields: planner_next.cc.)
#include "engine/device/planner.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "engine/base/limits.h"

namespace sojourn {
namespace {

constexpr std::string_view kKindNames[] = {"list",   "enable",       "disable",
                                           "delete", "set fallback", "download"};
constexpr std::string_view kReasonNames[] = {"nothing",
                                             "the command in flight",
                                             "emergency call",
                                             "change forbidden",
                                             "kill switch",
                                             "approval",
                                             "guard",
                                             "hold",
                                             "window",
                                             "rollout",
                                             "requires",
                                             "quarantine",
                                             "retry",
                                             "profile not obtainable",
                                             "a report through the new profile"};
constexpr std::string_view kWhyNames[] = {"rolled back", "fell back", "left by the device",
                                          "failed"};

// SGP.32 StateChangeCause.
constexpr std::int64_t kFallbackCause = 1, kEmergencyCause = 2, kResetCause = 4,
                       kDeviceChangeCause = 6;

const std::string& known_as(const CardProfile& profile) {
  return profile.profile.empty() ? profile.iccid : profile.profile;
}

bool is_about(const CardProfile& profile, std::string_view name_or_iccid) {
  return known_as(profile) == name_or_iccid || profile.iccid == name_or_iccid;
}

template <class T>
void make_absent(Reported<T>& member) {
  member = {};
}

}  // namespace

std::string_view name_of(ProfileCommand::Kind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}
std::string_view name_of(WaitReason reason) {
  return kReasonNames[static_cast<std::size_t>(reason)];
}
std::optional<WaitReason> reason_of(std::string_view name) {
  auto found = std::find(std::begin(kReasonNames), std::end(kReasonNames), name);
  if (found == std::end(kReasonNames)) return std::nullopt;
  return static_cast<WaitReason>(found - std::begin(kReasonNames));
}
std::string_view name_of(QuarantineRow::Why why) {
  return kWhyNames[static_cast<std::size_t>(why)];
}

PlannerState new_planner_state(std::string_view device) {
  PlannerState state;
  Sha256Digest digest = sha256(as_bytes(device));
  for (std::size_t i = 0; i < sizeof(state.spread); ++i) {
    state.spread = state.spread << 8 | digest[i];
  }
  return state;
}

// --- the card as we know it ----------------------------------------------------------------------

const CardProfile* Planner::enabled() const {
  auto found = std::find_if(state_.card.begin(), state_.card.end(),
                            [](const CardProfile& profile) { return profile.enabled; });
  return found == state_.card.end() ? nullptr : &*found;
}

// Of several with the name the enabled one, else the first: the list is in order of ICCIDs.
const CardProfile* Planner::find(std::string_view profile) const {
  const CardProfile* found = nullptr;
  for (const CardProfile& row : state_.card) {
    if (row.profile != profile) continue;
    if (row.enabled) return &row;
    if (found == nullptr) found = &row;
  }
  return found;
}

CardProfile* Planner::find_on_card(std::string_view iccid) {
  auto found = std::find_if(state_.card.begin(), state_.card.end(),
                            [&](const CardProfile& profile) { return profile.iccid == iccid; });
  return found == state_.card.end() ? nullptr : &*found;
}

void Planner::show_enabled(std::string_view iccid, Instant at) {
  for (CardProfile& profile : state_.card) profile.enabled = profile.iccid == iccid;
  state_.enabled_since = at;
}

void Planner::rename(const NameOfIccid& name_of) {
  for (CardProfile& profile : state_.card) profile.profile = name_of(profile.iccid);
}

void Planner::claim(std::optional<std::int64_t> cause) {
  state_.list_due = true;
  state_.claimed_cause = cause;
}

void Planner::list(std::vector<CardProfile> profiles, Instant at) {
  if (at > state_.listed_at) take_list(std::move(profiles), at);
}

void Planner::take_list(std::vector<CardProfile> profiles, Instant at) {
  std::sort(profiles.begin(), profiles.end(),
            [](const CardProfile& a, const CardProfile& b) { return a.iccid < b.iccid; });
  if (profiles.size() > limits::kCardProfilesMax) profiles.resize(limits::kCardProfilesMax);
  bool first_list = state_.listed_at == kBeginning;
  std::optional<CardProfile> before;
  if (enabled() != nullptr) before = *enabled();
  state_.card = std::move(profiles);
  state_.listed_at = at;
  state_.list_due = false;
  const CardProfile* now_enabled = enabled();
  std::string iccid = now_enabled == nullptr ? std::string() : now_enabled->iccid;
  std::optional<PlannerState::InFlight> unproven = std::exchange(state_.unproven, std::nullopt);
  bool changed = first_list || (before ? before->iccid : std::string()) != iccid;
  if (changed) state_.enabled_since = at;
  bool by_us = unproven && unproven->command.iccid == iccid;
  if (by_us) {
    confirm_switch(*unproven, at);
  } else if (changed && before) {
    // What is in flight may have been done, with its result still to come.
    bool may_be_ours = state_.in_flight && state_.in_flight->command.iccid == iccid;
    if (!may_be_ours) note_departure(*before, at);
  }
  // An emergency call ends, and the device returns by itself. That there is one was said without a
  // signature: so it counts for a day at most.
  bool in_emergency = !state_.emergency_iccid.empty() && state_.emergency_iccid == iccid &&
                      at < state_.enabled_since + options_.quarantine;
  if (in_emergency) {
    state_.list_due = true;
    set_back(Kind::list, {}, at, false);
  } else {
    state_.emergency_iccid.clear();
    forgive(Kind::list, {});
  }
  state_.claimed_cause.reset();
}

// The device left `left` by itself. A fact, and not fought: what it left because it had no network
// there, or for reasons of its own, rests. An emergency call comes to its end; a reset says nothing
// about the profile.
void Planner::note_departure(const CardProfile& left, Instant at) {
  std::int64_t cause = state_.claimed_cause.value_or(-1);
  const CardProfile* now_enabled = enabled();
  if (cause == -1 && now_enabled != nullptr && now_enabled->fallback) cause = kFallbackCause;
  if (cause == kEmergencyCause) {
    if (now_enabled != nullptr) state_.emergency_iccid = now_enabled->iccid;
    return;
  }
  bool was_wanted = !state_.reached.empty() && is_about(left, state_.reached);
  state_.reached.clear();
  if (cause == kFallbackCause) {
    put_in_quarantine(known_as(left), QuarantineRow::Why::fell_back, at);
  } else if (was_wanted && cause != kResetCause && cause != kDeviceChangeCause) {
    put_in_quarantine(known_as(left), QuarantineRow::Why::left, at);
  }
}

// --- telemetry -----------------------------------------------------------------------------------

// Takes out of a report what the card's word denies; true when there was something.
bool Planner::contradicts(Observation& observation, const NameOfIccid& name_of) {
  auto name = [&](const std::string& told) {
    std::string known = name_of(told);
    return known.empty() ? told : known;
  };
  const CardProfile* on = enabled();
  bool denied = false;
  auto says_other = [&](const Reported<std::string>& told) {
    return told.given() && (on == nullptr || !is_about(*on, name(told.value)));
  };
  if (says_other(observation.profile) || says_other(observation.iccid)) {
    make_absent(observation.profile);
    make_absent(observation.iccid);
    denied = true;
  }
  if (observation.installed.given()) {
    std::vector<std::string> told;
    std::vector<std::string> listed;
    for (const std::string& one : observation.installed.value) told.push_back(name(one));
    for (const CardProfile& one : state_.card) listed.push_back(known_as(one));
    for (std::vector<std::string>* names : {&told, &listed}) {
      std::sort(names->begin(), names->end());
      names->erase(std::unique(names->begin(), names->end()), names->end());
    }
    if (told != listed) {
      make_absent(observation.installed);
      denied = true;
    }
  }
  if (observation.fallback.given()) {
    std::string told = name(observation.fallback.value);
    bool known = std::any_of(state_.card.begin(), state_.card.end(), [&](const CardProfile& row) {
      return row.fallback && is_about(row, told);
    });
    if (!known) {
      make_absent(observation.fallback);
      denied = true;
    }
  }
  return denied;
}

void Planner::hear(Observation& observation, const NameOfIccid& name_of) {
  // Before the card spoke, and about the time before what it said, the device's own word is all
  // there is.
  if (state_.listed_at == kBeginning || observation.at <= state_.enabled_since) return;
  bool names_profile = observation.profile.given() || observation.iccid.given();
  if (!contradicts(observation, name_of)) {
    state_.heard_at = std::max(state_.heard_at, observation.at);
    if (names_profile && observation.at >= state_.doubt_until) state_.doubt_count = 0;
    return;
  }
  // While a command is with the device its report may be ahead of the card's signed result.
  bool is_news = observation.at > state_.listed_at && observation.at >= state_.doubt_until;
  if (!is_news || state_.in_flight) return;
  state_.list_due = true;
  ++state_.doubt_count;
  state_.doubt_until = observation.at + delay(state_.doubt_count, Kind::list);
}

// --- results -------------------------------------------------------------------------------------

bool Planner::take(const CommandResult& result) {
  if (!state_.in_flight || state_.in_flight->command.number != result.number) return false;
  PlannerState::InFlight flight = *std::exchange(state_.in_flight, std::nullopt);
  const ProfileCommand& command = flight.command;
  bool is_enable = command.kind == Kind::enable;
  switch (result.outcome) {
    case CommandResult::Outcome::done:
      take_done(flight, result);
      break;
    case CommandResult::Outcome::rolled_back:
      put_in_quarantine(command.profile, QuarantineRow::Why::rolled_back, result.at);
      state_.list_due = true;
      break;
    case CommandResult::Outcome::refused:
      if (is_enable) put_in_quarantine(command.profile, QuarantineRow::Why::failed, result.at);
      set_back(command.kind, command.profile, result.at, true);
      break;
    case CommandResult::Outcome::missing:
      set_back(command.kind, command.profile, result.at, false);
      state_.list_due = true;
      break;
    case CommandResult::Outcome::not_now:
      set_back(command.kind, command.profile, result.at, false);
      break;
    case CommandResult::Outcome::failed:
      take_failed(flight, result);
      break;
    case CommandResult::Outcome::withdrawn:
      break;
  }
  return true;
}

void Planner::take_done(const PlannerState::InFlight& flight, const CommandResult& result) {
  const ProfileCommand& command = flight.command;
  if (command.kind != Kind::list) forgive(command.kind, command.profile);
  switch (command.kind) {
    case Kind::list:
      take_list(result.profiles, std::max(result.at, state_.listed_at));
      return;
    case Kind::enable:
      confirm_switch(flight, result.at);
      return;
    case Kind::disable:
      if (CardProfile* profile = find_on_card(command.iccid)) profile->enabled = false;
      return;
    case Kind::remove:
      std::erase_if(state_.card,
                    [&](const CardProfile& profile) { return profile.iccid == command.iccid; });
      forgive(Kind::download, command.profile);
      return;
    case Kind::set_fallback:
      for (CardProfile& profile : state_.card) profile.fallback = profile.iccid == command.iccid;
      return;
    case Kind::download:
      // What was downloaded may turn out to be another profile: then it is not bought again and
      // again. An enable or a deletion ends the wait.
      set_back(Kind::download, command.profile, result.at, true);
      if (result.iccid.empty()) {
        state_.list_due = true;
      } else if (find_on_card(result.iccid) == nullptr &&
                 state_.card.size() < limits::kCardProfilesMax) {
        CardProfile installed{result.iccid, command.profile, false, false};
        auto place = std::upper_bound(
            state_.card.begin(), state_.card.end(), installed,
            [](const CardProfile& a, const CardProfile& b) { return a.iccid < b.iccid; });
        state_.card.insert(place, std::move(installed));
      }
      return;
  }
}

void Planner::take_failed(const PlannerState::InFlight& flight, const CommandResult& result) {
  const ProfileCommand& command = flight.command;
  set_back(command.kind, command.profile, result.at, false);
  if (command.kind == Kind::list) return;
  state_.list_due = true;  // nobody knows what the card did
  if (command.kind != Kind::enable) return;
  state_.unproven = flight;
  state_.enabled_since = std::max(state_.enabled_since, result.at);  // older reports prove nothing
  const PlannerState::Setback* row = setback(Kind::enable, command.profile);
  if (row != nullptr && row->count >= options_.failure_count_max) {
    put_in_quarantine(command.profile, QuarantineRow::Why::failed, result.at);
  }
}

void Planner::confirm_switch(const PlannerState::InFlight& switched, Instant at) {
  const ProfileCommand& command = switched.command;
  show_enabled(command.iccid, at);
  if (find_on_card(command.iccid) == nullptr) state_.list_due = true;
  state_.hold_until = at + switched.hold;
  state_.reached = command.profile;
  state_.doubt_count = 0;
  state_.doubt_until = kBeginning;
  state_.emergency_iccid.clear();
  forgive(Kind::enable, command.profile);
  forgive(Kind::download, command.profile);
  std::erase_if(state_.quarantine,
                [&](const QuarantineRow& row) { return row.profile == command.profile; });
}

// --- setbacks and quarantine ---------------------------------------------------------------------

PlannerState::Setback* Planner::setback(Kind kind, std::string_view profile) {
  auto found = std::find_if(
      state_.setbacks.begin(), state_.setbacks.end(),
      [&](const PlannerState::Setback& row) { return row.kind == kind && row.profile == profile; });
  return found == state_.setbacks.end() ? nullptr : &*found;
}

// First, twice, four times ... the first delay, at most the longest, each between three and five
// quarters of that: devices that failed together do not come back together.
Duration Planner::delay(std::uint32_t count, Kind kind) const {
  Duration whole = options_.retry_first;
  for (std::uint32_t i = 1; i < count && whole < options_.retry_longest; ++i) whole.ms *= 2;
  whole = std::min(whole, options_.retry_longest);
  std::uint64_t mixed = state_.spread + 0x9E37'79B9'7F4A'7C15u * (count + 1) +
                        0xBF58'476D'1CE4'E5B9u * (static_cast<std::uint64_t>(kind) + 1);
  mixed = (mixed ^ (mixed >> 30)) * 0x94D0'49BB'1331'11EBu;
  mixed ^= mixed >> 31;
  std::int64_t half = std::max<std::int64_t>(whole.ms / 2, 1);
  auto extra = static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(half));
  return milliseconds(whole.ms - whole.ms / 4 + extra);
}

void Planner::set_back(Kind kind, const std::string& profile, Instant at, bool for_long) {
  PlannerState::Setback* row = setback(kind, profile);
  if (row == nullptr) {
    if (state_.setbacks.size() >= limits::kPlanRowsMax) {
      state_.setbacks.erase(std::min_element(
          state_.setbacks.begin(), state_.setbacks.end(),
          [](const auto& a, const auto& b) { return a.not_before < b.not_before; }));
    }
    row = &state_.setbacks.emplace_back();
    row->kind = kind;
    row->profile = profile;
  }
  ++row->count;
  row->not_before = at + (for_long ? options_.quarantine : delay(row->count, kind));
}

void Planner::forgive(Kind kind, std::string_view profile) {
  std::erase_if(state_.setbacks, [&](const PlannerState::Setback& row) {
    return row.kind == kind && row.profile == profile;
  });
}

void Planner::put_in_quarantine(const std::string& profile, QuarantineRow::Why why, Instant at) {
  std::erase_if(state_.quarantine,
                [&](const QuarantineRow& row) { return row.profile == profile; });
  if (state_.quarantine.size() >= limits::kPlanRowsMax) {
    state_.quarantine.erase(state_.quarantine.begin());  // the oldest
  }
  state_.quarantine.push_back({profile, why, at, at + options_.quarantine});
}

bool Planner::in_quarantine(std::string_view profile, Instant now) const {
  return std::any_of(
      state_.quarantine.begin(), state_.quarantine.end(),
      [&](const QuarantineRow& row) { return row.profile == profile && now < row.until; });
}

}  // namespace sojourn
