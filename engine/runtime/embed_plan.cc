// From decisions to the card, for hosts: plans, what became of them, and what is kept of a device.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "engine/device/planner_goal.h"
#include "engine/graph/archive.h"
#include "engine/graph/graph_file.h"
#include "engine/runtime/embed_engine.h"

namespace sojourn::embed {
namespace {

constexpr std::uint8_t kSavedLayout = 1;

CardCommand public_command(const ProfileCommand& command) {
  return {.number = command.number,
          .kind = static_cast<CardCommand::Kind>(command.kind),
          .profile = command.profile,
          .iccid = command.iccid,
          .download = command.download,
          .rollback = command.rollback};
}
static_assert(static_cast<int>(CardCommand::Kind::download) ==
              static_cast<int>(ProfileCommand::Kind::download));
static_assert(static_cast<int>(CardResult::Outcome::withdrawn) ==
              static_cast<int>(CommandResult::Outcome::withdrawn));

std::vector<sojourn::CardProfile> card_profiles(const std::vector<CardProfile>& from,
                                                const NameOfIccid& name_of) {
  std::vector<sojourn::CardProfile> to;
  for (const CardProfile& row : from) {
    to.push_back({row.iccid, name_of(row.iccid), row.enabled, row.fallback});
  }
  return to;
}

CommandResult command_result(const CardResult& from, const NameOfIccid& name_of) {
  CommandResult to;
  to.number = from.command;
  to.outcome = static_cast<CommandResult::Outcome>(from.outcome);
  to.at = Instant{from.at_ms};
  to.iccid = from.iccid;
  to.reason = from.reason;
  to.profiles = card_profiles(from.profiles, name_of);
  return to;
}

void add_host_gates(const HostGates& host, PlanGates& gates) {
  gates.killed = host.killed;
  gates.approval_missing = gates.approval_missing && !host.approved;
  // Whether the host's reason spares bans is the host's own business: it said stop.
  gates.guard_spares_bans = gates.guard_spares_bans && !host.stopped;
  gates.guard_stops = gates.guard_stops || host.stopped;
  gates.in_rollout = host.in_rollout;
}

// Is what is under way a switch, or what leads to one, that the host has just stopped? A ban's
// order stands (semantics 21).
bool is_stopped(const HostGates& host, const PlannerState::InFlight& flight) {
  using Kind = ProfileCommand::Kind;
  bool leads_there = flight.command.kind == Kind::enable || flight.command.kind == Kind::download;
  return host.stopped && leads_there && !flight.because_of_ban;
}

// Numbers go on ascending when a plan is lost: no proof of an old command is taken for a new one's.
std::unique_ptr<PlannerState> new_plan(const std::string& device, Instant now) {
  auto plan = std::make_unique<PlannerState>(new_planner_state(device));
  plan->last_number = static_cast<CommandNumber>(std::max<std::int64_t>(now.ms, 0));
  return plan;
}

// --- what is kept of a device --------------------------------------------------------------------

struct Saved {
  std::uint8_t layout = kSavedLayout;
  std::string device, under, loop, plan;
};

void code(auto& archive, auto& saved) {
  archive.integer(saved.layout);
  archive.text(saved.device);
  archive.text(saved.under);
  archive.text(saved.loop);
  archive.text(saved.plan);
}

std::string text_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

Error damaged() {
  return error_of(make_diagnostic(Code::E0012, "what was saved of a device is damaged",
                                  "feed its reports again"));
}

// The digest of what follows stands in front.
Expected<Saved> read_saved(const std::string& device, const std::string& bytes) {
  Sha256Digest digest{};
  if (bytes.size() < digest.size()) return damaged();
  ByteView rest = as_bytes(bytes).subspan(digest.size());
  digest = sha256(rest);
  if (!std::equal(digest.begin(), digest.end(), as_bytes(bytes).begin())) return damaged();
  Saved saved;
  archive::Reader reader(rest);
  code(reader, saved);
  if (!reader.ok() || !reader.at_end() || saved.layout != kSavedLayout) return damaged();
  if (saved.device != device) {
    return refused(fmt::format("this was saved of device `{}`, not of `{}`", saved.device, device),
                   "restore each device from its own");
  }
  return saved;
}

}  // namespace

void Engine::State::hear_card(Followed& followed, Instant at, const RecordSink& sink) {
  sync_quarantine(prepared(), *followed.plan, followed.loop.device(), followed.loop.now());
  // What the card said is a report of its own, and stands over what the device says.
  if (followed.plan->listed_at != kBeginning) {
    followed.loop.report(card_report(*followed.plan, at), sink);
  }
  // A report that says nothing new is not decided about, and the quarantine may be new.
  followed.loop.run_until(at, sink);
}

const std::string& Engine::State::stored_under() {
  if (stored_under_.empty()) {
    Sha256Digest digest = sha256(write_graph_file(prepared().graph()));
    stored_under_ = text_of(digest);
  }
  return stored_under_;
}

Expected<CardPlan> Engine::plan(const std::string& device, std::int64_t now_ms,
                                const HostGates& gates) {
  if (std::optional<Error> refused = refused_time(now_ms)) return *refused;
  State::Followed* followed = state_->find(device);
  if (followed == nullptr || !followed->loop.decision()) return unknown_device(device);
  DeviceLoop& loop = followed->loop;
  Instant now = std::max(Instant{now_ms}, loop.now());
  if (!followed->plan) followed->plan = new_plan(device, now);
  PlannerState& state = *followed->plan;
  const sojourn::Decision& decision = *loop.decision();
  PlanGoal goal = goal_of(state_->prepared(), loop.device(), decision, now, state.hold_until);
  add_host_gates(gates, goal.gates);
  Plan made = Planner(state, state_->planner_options).next(goal, now);
  CardPlan plan;
  plan.rule = loop.record().rule;
  if (goal.enabled) plan.profile = goal.enabled->name;
  plan.because_of_ban = goal.because_of_ban;
  if (state.in_flight) {
    plan.in_flight = public_command(state.in_flight->command);
    plan.withdraw = made.withdraw || (!made.command && is_stopped(gates, *state.in_flight));
  } else if (made.waits_for != WaitReason::none) {
    plan.waits_for = name_of(made.waits_for);
  }
  plan.ask_again_ms = made.ask_again.ms;
  return plan;
}

Expected<std::vector<Decision>> Engine::carried_out(const std::string& device,
                                                    const CardResult& result) {
  if (std::optional<Error> refused = refused_time(result.at_ms)) return *refused;
  if (result.outcome > CardResult::Outcome::withdrawn) {
    return refused("the result has no such outcome", "use those of CardResult::Outcome");
  }
  State::Followed* followed = state_->find(device);
  if (followed == nullptr) return unknown_device(device);
  std::vector<Decision> none;
  if (!followed->plan || !followed->plan->in_flight) return none;
  const PreparedPolicy& policy = state_->prepared();
  const ProfileCommand command = followed->plan->in_flight->command;
  DeviceLoop& loop = followed->loop;
  CommandResult heard = command_result(result, names_of(policy));
  // A device's clock may be ahead of the host's; delays count from the later one.
  heard.at = std::max(heard.at, loop.now());
  if (!Planner(*followed->plan, state_->planner_options).take(heard)) return none;
  return state_->run(loop, [&](const RecordSink& sink) {
    auto profile = policy.table().find_profile(command.profile);
    if (heard.outcome == CommandResult::Outcome::done &&
        command.kind == ProfileCommand::Kind::enable && profile) {
      loop.run_until(heard.at, sink);
      loop.switched(*profile, heard.at, sink);
    }
    state_->hear_card(*followed, heard.at, sink);
  });
}

Expected<std::vector<Decision>> Engine::listed(const std::string& device,
                                               const std::vector<CardProfile>& profiles,
                                               std::int64_t at_ms) {
  if (std::optional<Error> refused = refused_time(at_ms)) return *refused;
  State::Followed* followed = state_->find(device);
  if (followed == nullptr || !followed->loop.decision()) return unknown_device(device);
  std::vector<Decision> none;
  Instant at{at_ms};
  if (!followed->plan) followed->plan = new_plan(device, std::max(at, followed->loop.now()));
  if (at <= followed->plan->listed_at) return none;
  Planner(*followed->plan, state_->planner_options)
      .list(card_profiles(profiles, names_of(state_->prepared())), at);
  return state_->run(followed->loop, [&](const RecordSink& sink) {
    state_->hear_card(*followed, std::max(at, followed->loop.now()), sink);
  });
}

Expected<Done> Engine::claimed(const std::string& device, std::optional<std::int64_t> cause) {
  State::Followed* followed = state_->find(device);
  if (followed == nullptr || !followed->loop.decision()) return unknown_device(device);
  if (!followed->plan) followed->plan = new_plan(device, followed->loop.now());
  Planner(*followed->plan, state_->planner_options).claim(cause);
  return Done{};
}

Expected<std::string> Engine::save(const std::string& device) {
  State::Followed* followed = state_->find(device);
  if (followed == nullptr) return unknown_device(device);
  Saved saved;
  saved.device = device;
  saved.under = state_->stored_under();
  saved.loop = text_of(followed->loop.save());
  if (followed->plan) saved.plan = text_of(to_bytes(*followed->plan));
  archive::Writer writer;
  code(writer, saved);
  Bytes bytes = writer.take();
  return text_of(sha256(bytes)) + text_of(bytes);
}

Expected<Done> Engine::restore(const std::string& device, const std::string& bytes) {
  if (state_->find(device) != nullptr) {
    return refused(fmt::format("device `{}` is known already", device),
                   "restore a device before its first observation");
  }
  Expected<Saved> saved = read_saved(device, bytes);
  if (!saved) return saved.error();
  if (saved.value().under != state_->stored_under()) {
    return refused(fmt::format("device `{}` was saved under another graph file", device),
                   "feed its reports again, then `restore_plan`");
  }
  DeviceLoop loop(state_->policy.state_->prepared, device, state_->options);
  if (Status read = loop.restore(as_bytes(saved.value().loop)); !read) {
    return error_of(read.error());
  }
  State::Followed followed{std::move(loop), nullptr};
  if (!saved.value().plan.empty()) {
    auto plan = planner_state_from_bytes(as_bytes(saved.value().plan));
    if (!plan) return error_of(plan.error());
    followed.plan = std::make_unique<PlannerState>(std::move(*plan));
    sync_quarantine(state_->prepared(), *followed.plan, followed.loop.device(),
                    followed.loop.now());
  }
  state_->join_queue(followed.loop);
  state_->devices.try_emplace(device, std::move(followed));
  return Done{};
}

Expected<std::vector<Decision>> Engine::restore_plan(const std::string& device,
                                                     const std::string& bytes) {
  State::Followed* followed = state_->find(device);
  if (followed == nullptr || !followed->loop.decision()) return unknown_device(device);
  if (followed->plan) {
    return refused(fmt::format("device `{}` has been planned for already", device),
                   "restore its plan before the first one");
  }
  Expected<Saved> saved = read_saved(device, bytes);
  if (!saved) return saved.error();
  if (saved.value().plan.empty()) return std::vector<Decision>();
  auto plan = planner_state_from_bytes(as_bytes(saved.value().plan));
  if (!plan) return error_of(plan.error());
  followed->plan = std::make_unique<PlannerState>(std::move(*plan));
  Planner(*followed->plan, state_->planner_options).rename(names_of(state_->prepared()));
  return state_->run(followed->loop, [&](const RecordSink& sink) {
    state_->hear_card(*followed, followed->loop.now(), sink);
  });
}

}  // namespace sojourn::embed
