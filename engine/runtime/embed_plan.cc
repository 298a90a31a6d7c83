// From decisions to the card, for hosts: plans, what became of them, and what is kept of a device.
#include <fmt/format.h>

#include "engine/base/diagnostic_code.h"
#include "engine/device/planner_goal.h"
#include "engine/graph/archive.h"
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

CommandResult command_result(const CardResult& from, const NameOfIccid& name_of) {
  CommandResult to;
  to.number = from.command;
  to.outcome = static_cast<CommandResult::Outcome>(from.outcome);
  to.at = Instant{from.at_ms};
  to.iccid = from.iccid;
  to.reason = from.reason;
  for (const CardProfile& row : from.profiles) {
    to.profiles.push_back({row.iccid, name_of(row.iccid), row.enabled, row.fallback});
  }
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

struct Saved {
  std::uint8_t layout = kSavedLayout;
  std::string digest, loop, plan;
};

void code(auto& archive, auto& saved) {
  archive.integer(saved.layout);
  archive.text(saved.digest);
  archive.text(saved.loop);
  archive.text(saved.plan);
}

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

Error damaged(std::string why) {
  return error_of(make_diagnostic(Code::E0012, "what was saved of a device is damaged: " + why,
                                  "feed its reports again"));
}

}  // namespace

Expected<CardPlan> Engine::plan(const std::string& device, std::int64_t now_ms,
                                const HostGates& gates) {
  if (std::optional<Error> refused = refused_time(now_ms)) return *refused;
  State::Followed* followed = state_->find(device);
  if (followed == nullptr || !followed->loop.decision()) return unknown_device(device);
  DeviceLoop& loop = followed->loop;
  if (!followed->plan) {
    followed->plan = std::make_unique<PlannerState>(new_planner_state(device));
  }
  Instant now = std::max(Instant{now_ms}, loop.now());
  PlanGoal goal =
      goal_of(state_->prepared(), loop.device(), *loop.decision(), now, followed->plan->hold_until);
  add_host_gates(gates, goal.gates);
  Plan made = Planner(*followed->plan, state_->planner_options).next(goal, now);
  CardPlan plan;
  if (made.command) plan.command = public_command(*made.command);
  plan.withdraw = made.withdraw.value_or(0);
  if (made.waits_for != WaitReason::none) plan.waits_for = name_of(made.waits_for);
  plan.ask_again_ms = made.ask_again.ms;
  return plan;
}

Expected<std::vector<Decision>> Engine::carried_out(const std::string& device,
                                                    const CardResult& result) {
  if (std::optional<Error> refused = refused_time(result.at_ms)) return *refused;
  State::Followed* followed = state_->find(device);
  if (followed == nullptr) return unknown_device(device);
  std::vector<Decision> none;
  if (!followed->plan || !followed->plan->in_flight) return none;
  const PreparedPolicy& policy = state_->prepared();
  const ProfileCommand command = followed->plan->in_flight->command;
  CommandResult heard = command_result(result, names_of(policy));
  if (!Planner(*followed->plan, state_->planner_options).take(heard)) return none;
  DeviceLoop& loop = followed->loop;
  return state_->run(loop, [&](const RecordSink& sink) {
    Instant at = std::max(heard.at, loop.now());
    auto profile = policy.table().find_profile(command.profile);
    if (heard.outcome == CommandResult::Outcome::done &&
        command.kind == ProfileCommand::Kind::enable && profile) {
      loop.run_until(at, sink);
      loop.switched(*profile, at, sink);
    }
    sync_quarantine(policy, *followed->plan, loop.device(), loop.now());
    // What the card said is a report of its own, and stands over what the device says.
    if (followed->plan->listed_at != kBeginning) {
      loop.report(card_report(*followed->plan, at), sink);
    }
  });
}

Expected<std::string> Engine::save(const std::string& device) {
  State::Followed* followed = state_->find(device);
  if (followed == nullptr) return unknown_device(device);
  Saved saved;
  saved.digest = state_->policy.meaning_digest();
  saved.loop = text_of(followed->loop.save());
  if (followed->plan) saved.plan = text_of(to_bytes(*followed->plan));
  archive::Writer writer;
  code(writer, saved);
  return text_of(writer.take());
}

Expected<Done> Engine::restore(const std::string& device, const std::string& bytes) {
  if (state_->find(device) != nullptr) {
    return refused(fmt::format("device `{}` is known already", device),
                   "restore a device before its first observation");
  }
  Saved saved;
  archive::Reader reader(as_bytes(bytes));
  code(reader, saved);
  if (!reader.ok() || !reader.at_end() || saved.layout != kSavedLayout)
    return damaged("not what `save` gives");
  if (saved.digest != state_->policy.meaning_digest()) {
    return refused(
        fmt::format("device `{}` was saved under a policy that means something else", device),
        "feed its reports again");
  }
  DeviceLoop loop(state_->policy.state_->prepared, device, state_->options);
  if (Status read = loop.restore(as_bytes(saved.loop)); !read) return error_of(read.error());
  std::unique_ptr<PlannerState> plan;
  if (!saved.plan.empty()) {
    auto read = planner_state_from_bytes(as_bytes(saved.plan));
    if (!read) return error_of(read.error());
    plan = std::make_unique<PlannerState>(std::move(*read));
  }
  State::Followed followed{std::move(loop), std::move(plan)};
  if (followed.plan) {
    sync_quarantine(state_->prepared(), *followed.plan, followed.loop.device(),
                    followed.loop.now());
  }
  state_->join_queue(followed.loop);
  state_->devices.try_emplace(device, std::move(followed));
  return Done{};
}

}  // namespace sojourn::embed
