#include "adapters/service/turn.h"
#include "adapters/eim/command_package.h"

#include <algorithm>

#include "adapters/service/fleet_word_text.h"
#include "adapters/service/json_text.h"
#include "adapters/service/shadow.h"
#include "adapters/sgp32/package.h"
#include "engine/base/diagnostic_code.h"
#include "engine/device/planner_goal.h"
#include "engine/runtime/record_json.h"

namespace sojourn::service {
namespace {

Bytes text_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

// The card's word as a line of a trace, so that the journal holds it like any other report.
std::string line_of(const Observation& report, const std::string& label) {
  std::string line = "{\"ts\":" + std::to_string(report.at.ms) + ",\"device\":" + json_text(label);
  if (report.profile.given()) line += ",\"profile\":" + json_text(report.profile.value);
  if (report.iccid.given()) line += ",\"iccid\":" + json_text(report.iccid.value);
  if (report.fallback.given()) line += ",\"fallback\":" + json_text(report.fallback.value);
  line += ",\"installed\":[";
  for (std::size_t i = 0; i < report.installed.value.size(); ++i) {
    line += (i > 0 ? "," : "") + json_text(report.installed.value[i]);
  }
  return line + "]}";
}

// A record of nobody, as a device's. Its second member is the device, right after the instant.
std::string with_device(std::string record, const std::string& device) {
  constexpr std::string_view kNobody = "\"device\":\"%\"";
  std::size_t at = record.find(kNobody);
  if (at != std::string::npos) {
    record.replace(at, kNobody.size(), "\"device\":" + json_text(device));
  }
  return record;
}

// Where the device is, as far as that is known.
std::string country_of(const Device& device, Instant now) {
  std::vector<EvidenceRow> rows = device.ledger();
  bool stands = !rows.empty() && now < rows.back().to;
  return stands ? rows.back().country : std::string();
}

// A download that succeeded is on the way, and no end.
FleetMinutes::OrderEnd end_of(const ProfileCommand& command, const CommandResult& result) {
  using Outcome = CommandResult::Outcome;
  switch (result.outcome) {
    case Outcome::done:
      return command.kind == ProfileCommand::Kind::enable ? FleetMinutes::OrderEnd::done
                                                          : FleetMinutes::OrderEnd::came_to_nothing;
    case Outcome::rolled_back:
    case Outcome::refused:
    case Outcome::missing:
    case Outcome::failed:
      return FleetMinutes::OrderEnd::failed;
    case Outcome::not_now:
    case Outcome::withdrawn:
      break;
  }
  return FleetMinutes::OrderEnd::came_to_nothing;
}

}  // namespace

Tenant::Turn::Turn(Tenant& owner, LiveDevice& one, Instant at, StoreTransaction first, Instant wall)
    : tenant(owner),
      device(one),
      now(std::max(at, one.loop.now())),
      effect(std::move(first)),
      behind_(now + minutes(1) <= wall),
      wall_(wall) {
  hear_fleet();
  hear_shadow_fleet();
}

void Tenant::Turn::note_time() { journal_.time(device.loop.now(), device.journal_time); }

// --- the fleet -----------------------------------------------------------------------------------

// What the last minute said, as of that minute; under another policy than that which decided last,
// what it says now.
void Tenant::Turn::hear_fleet() {
  LiveFleet* fleet = tenant.fleet_.get();
  auto member = fleet == nullptr ? std::nullopt : fleet->minutes().find(device.label);
  if (!member) return;
  bool judged = device.row.policy == tenant.shelf_->policy_digest;
  if (judged && !fleet->is_untold(*member)) return;
  fleet->note_told(*member);
  FleetWord word = fleet->minutes().word(*member);
  if (device.loop.word() != nullptr && *device.loop.word() == word) return;
  std::string text = fleet_word_text(word, tenant.shelf_->policy.prepared->table());
  Instant at = judged ? std::max(fleet->minutes().passed(), device.loop.now()) : now;
  Instant time_before = device.loop.now();
  device.loop.take(std::move(word), at, [this](const DecisionRecord& record) { take(record); });
  journal_.time(time_before, device.journal_time);
  journal_.fleet_word(text, at);
  device.journal_time = device.loop.now();
}

void Tenant::Turn::hear_shadow_fleet() {
  LiveFleet* fleet = tenant.shadow_fleet_.get();
  if (fleet == nullptr || !device.shadow) return;
  auto member = fleet->minutes().find(device.label);
  if (!member) return;
  fleet->note_told(*member);
  FleetWord word = fleet->minutes().word(*member);
  if (device.shadow->word() != nullptr && *device.shadow->word() == word) return;
  device.shadow->take(std::move(word), now, [](const DecisionRecord&) {});
}

// What all have to know of this one. Nobody switches by a policy in shadow, so its guards stay out.
void Tenant::Turn::tell_fleet() {
  LiveFleet* fleet = tenant.fleet_.get();
  const auto& decision = device.loop.decision();
  if (fleet != nullptr && decision) {
    FleetFacts facts = device.loop.facts(fleet->questions(), is_approved(*decision));
    if (facts.request && is_killed(*decision)) facts.request.reset();
    FleetMinutes& minutes = fleet->minutes();
    minutes.hear(minutes.join(device.label), std::move(facts), std::max(now, device.loop.now()));
  }
  LiveFleet* shadow = tenant.shadow_fleet_.get();
  if (shadow != nullptr && device.shadow && device.shadow->decision()) {
    FleetFacts facts = device.shadow->facts(shadow->questions());
    facts.request.reset();
    FleetMinutes& minutes = shadow->minutes();
    minutes.hear(minutes.join(device.label), std::move(facts), std::max(now, device.shadow->now()));
  }
}

// The end of an order counts for the campaign that it was placed for.
void Tenant::Turn::note_for_campaign(const ProfileCommand& command, const PlanGoal& goal) {
  using Kind = ProfileCommand::Kind;
  bool leads_there = (command.kind == Kind::enable || command.kind == Kind::download) &&
                     goal.enabled && goal.enabled->name == command.profile;
  if (tenant.fleet_ == nullptr || !leads_there) return;
  const Decision& decision = *device.loop.decision();
  FleetMinutes& minutes = tenant.fleet_->minutes();
  const RuleTable& table = tenant.shelf_->policy.prepared->table();
  minutes.note_order(minutes.join(device.label), campaign_of(table, decision.rule, decision.ban));
}

// --- what happens --------------------------------------------------------------------------------

void Tenant::Turn::report(Report& report, ReportCounts& counts) {
  Observation& heard = report.observation;
  CardMembers sent = card_members(heard);
  Planner planner(device.plan, tenant.planner_options_);
  planner.hear(heard, names_of(*tenant.shelf_->policy.prepared));
  std::uint64_t decisions_before = decision_count;
  Instant time_before = device.loop.now();
  introduce(device.loop, *tenant.shelf_->policy.devices, heard);
  ObserveOutcome outcome =
      device.loop.report(heard, [this](const DecisionRecord& record) { take(record); });
  if (device.shadow) {
    introduce(*device.shadow, *tenant.shelf_->shadow.devices, heard);
    device.shadow->report(heard, [](const DecisionRecord&) {});
  }
  counts.duplicate += outcome.duplicate ? 1 : 0;
  counts.late += outcome.late ? 1 : 0;
  counts.too_late += outcome.too_late ? 1 : 0;
  counts.refused_values += outcome.refused.size();
  bool nothing_new = outcome.duplicate || outcome.too_late;
  counts.taken += nothing_new ? 0 : 1;
  if (nothing_new && decisions_before == decision_count) return;
  journal_.time(time_before, device.journal_time);
  journal_.report(report.line, sent, card_members(heard));
  device.journal_time = device.loop.now();
}

void Tenant::Turn::pass_time() {
  // Until it wakes time alone changes nothing, and most devices sleep.
  bool sleeps = now < device.loop.wake() && (!device.shadow || now < device.shadow->wake());
  if (sleeps && !card_changed_) return;
  std::uint64_t before = decision_count;
  device.loop.run_until(std::max(now, device.loop.now()),
                        [this](const DecisionRecord& record) { take(record); });
  if (device.shadow) {
    device.shadow->run_until(std::max(now, device.shadow->now()), [](const DecisionRecord&) {});
  }
  if (before == decision_count) return;
  note_time();
  device.journal_time = device.loop.now();
}

void Tenant::Turn::card_spoke(const eim::DeviceRecord& record) {
  if (record.listed_at == kBeginning || record.listed_at <= device.plan.listed_at) return;
  NameOfIccid name_of = names_of(*tenant.shelf_->policy.prepared);
  std::vector<CardProfile> profiles;
  for (const eim::ListedProfile& listed : record.profiles) {
    std::optional<Iccid> iccid = sgp32::from_wire(listed.iccid);
    if (!iccid) continue;
    std::string digits(iccid->text());
    profiles.push_back({digits, name_of(digits), listed.enabled, listed.fallback});
  }
  Planner(device.plan, tenant.planner_options_).list(std::move(profiles), record.listed_at);
  card_changed_ = true;
}

void Tenant::Turn::command_ended(const CommandResult& result, const eim::Order& order) {
  ProfileCommand command;
  if (device.plan.in_flight) command = device.plan.in_flight->command;
  Planner planner(device.plan, tenant.planner_options_);
  if (!planner.take(result)) return;
  if (tenant.fleet_ != nullptr) {
    FleetMinutes& minutes = tenant.fleet_->minutes();
    minutes.note_end(minutes.join(device.label), end_of(command, result), now);
  }
  device.row.order = 0;
  device.row.command = 0;
  record(result_record(command, result, order));
  bool switched = result.outcome == CommandResult::Outcome::done &&
                  command.kind == ProfileCommand::Kind::enable;
  auto profile = tenant.shelf_->policy.prepared->table().find_profile(command.profile);
  if (switched && profile) {
    Instant at = std::max(result.at, device.loop.now());
    device.loop.run_until(at, [this](const DecisionRecord& made) { take(made); });
    note_time();
    device.loop.switched(*profile, at, [this](const DecisionRecord& made) { take(made); });
    journal_.switched(command.profile);
    auto same = device.shadow
                    ? tenant.shelf_->shadow.prepared->table().find_profile(command.profile)
                    : std::nullopt;
    if (same) device.shadow->switched(*same, at, [](const DecisionRecord&) {});
    device.journal_time = device.loop.now();
  }
  card_changed_ = true;
}

// What the card said is a report of its own, and stands over what the device says.
void Tenant::Turn::hear_card() {
  sync_quarantine(*tenant.shelf_->policy.prepared, device.plan, device.loop.device(),
                  device.loop.now());
  if (device.plan.listed_at == kBeginning || device.loop.now() == kBeginning) return;
  Observation report = card_report(device.plan, std::max(now, device.loop.now()));
  Report line{line_of(report, device.label), report};
  Instant time_before = device.loop.now();
  device.loop.report(report, [this](const DecisionRecord& record) { take(record); });
  if (device.shadow) device.shadow->report(report, [](const DecisionRecord&) {});
  journal_.time(time_before, device.journal_time);
  journal_.report(line.line, card_members(report), card_members(report));
  device.journal_time = device.loop.now();
}

void Tenant::Turn::look_anew() {
  Planner(device.plan, tenant.planner_options_).rename(names_of(*tenant.shelf_->policy.prepared));
  const auto& decision = device.loop.decision();
  if (!decision) return;
  DecisionRecord made = device.loop.record();
  bool says_nothing = made.outcome == "keep" && made.rule.empty() && made.alerts.empty() &&
                      made.tasks.empty() && device.row.record.empty();
  // Known: the journal was read again, and came to the same decision.
  bool known = essence_of(made) == device.row.essence;
  if (!says_nothing && !known) take(made);
  device.row.policy = tenant.shelf_->policy_digest;
}

void Tenant::Turn::take(const DecisionRecord& made) {
  ++decision_count;
  device.row.essence = essence_of(made);
  DecisionRecord nameless = made;
  nameless.device = "%";
  std::string json = to_json(nameless, tenant.shelf_->policy.prepared->table());
  device.row.record = with_device(json, made.device);
  record(std::move(json));
  device.row.decided_at = made.at;
  device.row.policy = tenant.shelf_->policy_digest;
}

bool Tenant::Turn::is_killed(const Decision& decision) {
  const KillSwitches& switches = tenant.switches_;
  std::string country;
  if (!switches.countries.empty()) country = country_of(device.loop.device(), now);
  return switches.cover(decider_of(*tenant.shelf_->policy.prepared, decision), country);
}

// Did somebody say yes to this very decision?
bool Tenant::Turn::is_approved(const Decision& decision) const {
  return !device.row.approved.empty() &&
         device.row.approved == approval_key(*tenant.shelf_->policy.prepared, decision);
}

// Kill switches, and the yes that the decision may ask for.
void Tenant::Turn::ask_people(const Decision& decision, PlanGates& gates) {
  gates.killed = is_killed(decision);
  if (!gates.approval_missing || !is_approved(decision)) {
    device.row.approved.clear();
  } else {
    gates.approval_missing = false;
  }
}

// Was what is ordered and under way granted, and is it not any more? A ban's order stands
// (semantics 21).
bool Tenant::Turn::is_stopped_by_fleet() const {
  const FleetWord* word = device.loop.word();
  const auto& flight = device.plan.in_flight;
  if (word == nullptr || word->granted || word->waits_for.empty() || !flight) return false;
  using Kind = ProfileCommand::Kind;
  bool leads_there = flight->command.kind == Kind::enable || flight->command.kind == Kind::download;
  return leads_there && !flight->because_of_ban;
}

std::optional<Intent> Tenant::Turn::plan_next() {
  const auto& decision = device.loop.decision();
  if (!device.eid || !decision) return std::nullopt;
  if (behind_) {
    ask_again_ = wall_;
    return std::nullopt;
  }
  const PreparedPolicy& policy = *tenant.shelf_->policy.prepared;
  const Instant at = std::max(now, device.loop.now());
  PlanGoal goal = goal_of(policy, device.loop.device(), *decision, at, device.plan.hold_until);
  ask_people(*decision, goal.gates);
  judge_fleet(policy, *decision, device.loop.word(), goal.gates);
  Planner planner(device.plan, tenant.planner_options_);
  Plan plan = planner.next(goal, at);
  device.row.waits_for = plan.waits_for;
  ask_again_ = plan.ask_again;
  if (!plan.command && !plan.withdraw && is_stopped_by_fleet()) {
    plan.withdraw = device.plan.in_flight->command.number;
  }
  // Tried once: what could not be taken back is with the device, and its result comes.
  if (plan.withdraw == device.withdraw_tried) plan.withdraw.reset();
  if (!plan.command && !plan.withdraw) return std::nullopt;
  device.withdraw_tried = plan.withdraw;
  Intent intent;
  if (plan.command) {
    intent.command = *plan.command;
    std::string rule;
    if (decision->rule >= 0) {
      rule = policy.table().rules[static_cast<std::size_t>(decision->rule)].label();
    }
    record(command_record(*plan.command, rule, now));
    note_for_campaign(*plan.command, goal);
  }
  intent.withdraw = plan.withdraw.value_or(0);
  return intent;
}

Result<eim::OrderBook::Placement> Tenant::Turn::prepare(const ProfileCommand& command) {
  auto snapshot = tenant.reading();
  if (!snapshot) return std::move(snapshot).error();
  auto row = tenant.book_.row(**snapshot, effect, *device.eid);
  if (!row) return std::move(row).error();
  if (!row->has_value()) return make_diagnostic(Code::E0841, "it is not enrolled");
  return eim::prepare_order(tenant.book_, *device.eid, command, {.row = &**row});
}

bool Tenant::Turn::enrols_for(const eim::OrderBook::Placement& placement) const {
  const StoreKey& record = placement.effect.expectations().front().key;
  return std::any_of(effect.expectations().begin(), effect.expectations().end(),
                     [&](const auto& one) { return !one.value && one.key == record; });
}

StoredIntent Tenant::Turn::keep_intent(const Intent& intent) {
  StoredIntent kept{device.label, to_bytes(intent), {}, false};
  std::optional<eim::OrderBook::Placement> placement;
  if (intent.withdraw == 0) {
    if (auto prepared = prepare(intent.command)) placement = std::move(*prepared);
  }
  StoreKey key = tenant.keys_.intent(device.label);
  if (!placement) {
    effect.put(std::move(key), kept.intent);
    return kept;
  }
  device.row.order = placement->id;
  device.row.command = intent.command.number;
  if (enrols_for(*placement)) {
    // Nobody else knows the device yet, so nobody can be in the way.
    for (const auto& write : placement->effect.writes()) effect.put(write.key, *write.value);
    kept.with_turn = true;
    return kept;
  }
  effect.put(key, kept.intent);
  placement_ = std::move(placement->effect.erase(std::move(key)));
  return kept;
}

// A place in the queue is changed only for an earlier one: coming too early costs one look, and
// most reports only put the instant off.
void Tenant::Turn::queue(Instant wake) {
  if (wake >= device.row.queued_at) return;
  if (device.row.queued_at != kNever) {
    effect.erase(tenant.keys_.instant(device.row.queued_at, device.label));
  }
  device.row.queued_at = wake;
  if (wake != kNever) effect.put(tenant.keys_.instant(wake, device.label), {});
}

void Tenant::Turn::keep_journal() {
  if (journal_.empty() && !device.memory_due) return;  // nothing has grown
  tenant.note_packing(device, tenant.log_.append(device.label, journal_.take(), device.in_log));
}

void Tenant::Turn::compare_shadow() {
  if (!device.shadow) return;
  std::string row =
      shadow_row(*tenant.shelf_->policy.prepared, device, *tenant.shelf_->shadow.prepared);
  if (row == device.shadow_row) return;
  StoreKey key = tenant.keys_.shadow_row(device.label);
  row.empty() ? effect.erase(std::move(key)) : effect.put(std::move(key), text_bytes(row));
  device.shadow_row = std::move(row);
}

void Tenant::Turn::conclude() {
  concluded_ = true;
  if (card_changed_) hear_card();
  pass_time();
  // A row from the first transaction on: a journal without one would not be found again.
  if (!device.row.policy) device.row.policy = tenant.shelf_->policy_digest;
  if (device.row.policy != tenant.shelf_->policy_digest) look_anew();
  tell_fleet();
  intent_ = plan_next();
  bool waited = device.stored.waits_for == WaitReason::approval;
  bool waits = device.row.waits_for == WaitReason::approval;
  if (waits && !waited) effect.put(tenant.keys_.approval(device.label), {});
  if (waited && !waits) effect.erase(tenant.keys_.approval(device.label));
  Instant soon = now + milliseconds(1);
  Instant wake = device.loop.wake();
  if (device.shadow) wake = std::min(wake, device.shadow->wake());
  queue(std::min(std::max(wake, soon), std::max(ask_again_, soon)));
  compare_shadow();
  // When the device was last heard of is known again at its next report: not worth a row each.
  Instant heard_at = std::exchange(device.plan.heard_at, device.stored_plan.heard_at);
  same_plan_ = device.plan == device.stored_plan;
  device.plan.heard_at = heard_at;
  if (same_plan_) return;
  device.row.plan = to_bytes(device.plan);
  device.stored_plan = device.plan;
}

void Tenant::Turn::finish(Effects& effects) {
  if (!concluded_) conclude();
  std::optional<StoredIntent> kept;
  if (intent_) kept = keep_intent(*intent_);
  for (const std::string& json : records_) tenant.record(device.label, json, effect);
  keep_journal();
  // The long texts are compared only where they can differ.
  bool same_row = same_plan_ && decision_count == 0 && same_marks(device.row, device.stored);
  if (!same_row && !(device.row == device.stored)) {
    effect.put(tenant.keys_.device(device.label), to_bytes(device.row));
    device.stored = device.row;
  }
  if (effect.empty()) return;
  ++effects.turns;
  effects.decisions += decision_count;
  effects.transactions.push_back(std::move(effect));
  if (placement_) {
    kept->placement = effects.transactions.size();
    effects.transactions.push_back(std::move(*placement_));
  }
  if (kept) effects.intents.push_back(std::move(*kept));
}

}  // namespace sojourn::service
