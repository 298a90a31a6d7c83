#include "adapters/service/tenant.h"

#include <openssl/rand.h>

#include <algorithm>
#include <chrono>

#include "adapters/service/command_package.h"
#include "adapters/service/device_memory.h"
#include "adapters/service/shadow.h"
#include "adapters/service/turn.h"
#include "engine/base/diagnostic_code.h"
#include "engine/device/planner_goal.h"

namespace sojourn::service {
namespace {

constexpr std::size_t kAuditKeyBytes = 32;
// Reports wait while devices are judged by a new policy: not for longer than this.
constexpr std::chrono::milliseconds kRevisitMax{20};

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

LoopOptions loop_options(const TenantConfig& config) {
  LoopOptions options;
  options.mode = LoopMode::open;
  options.lateness = config.lateness;
  return options;
}

// Kinds of notices that are evidence by themselves; the others only say that something moved.
bool is_evidence(eim::Notice::Kind kind) {
  using Kind = eim::Notice::Kind;
  return kind != Kind::order_finished && kind != Kind::notification;
}

// Whoever sends nonsense again and again must not fill the chain with it.
bool repeats(LiveDevice& device, const eim::Notice& notice, Instant now) {
  using Kind = eim::Notice::Kind;
  bool proves_nothing = notice.kind == Kind::signature_refused || notice.kind == Kind::complaint ||
                        notice.kind == Kind::unexpected || notice.kind == Kind::unreadable ||
                        notice.kind == Kind::identity_refused ||
                        notice.kind == Kind::state_change_claimed;
  if (!proves_nothing) return false;
  auto [last, first] = device.complained_at.try_emplace(notice.kind, now);
  if (!first && now < last->second + minutes(1)) return true;
  last->second = now;
  return false;
}

}  // namespace

void append(StoreTransaction& effect, const StoreTransaction& more) {
  for (const auto& entry : more.expectations()) {
    entry.value ? effect.expect(entry.key, *entry.value) : effect.expect_absent(entry.key);
  }
  for (const auto& entry : more.writes()) {
    entry.value ? effect.put(entry.key, *entry.value) : effect.erase(entry.key);
  }
}

Tenant::Tenant(const TenantConfig& config, const ServiceLimits& limits, Store& store,
               eim::OrderBook& book, RunnablePolicy policy, RecordSink told)
    : config_(config),
      limits_(limits),
      keys_(config.name),
      store_(store),
      book_(book),
      told_(std::move(told)),
      policy_(std::move(policy.prepared)),
      known_devices_(std::move(policy.devices)),
      policy_digest_("sha256:" + to_hex(policy_->table().meaning_digest)),
      made_under_(digest_of(*policy_, loop_options(config))) {}

Result<std::unique_ptr<Tenant>> Tenant::open(const TenantConfig& config,
                                             const ServiceLimits& limits, Store& store,
                                             eim::OrderBook& book, RunnablePolicy policy,
                                             Instant now, RecordSink told) {
  std::unique_ptr<Tenant> tenant(
      new Tenant(config, limits, store, book, std::move(policy), std::move(told)));
  if (Status opened = tenant->open_chain(); !opened) return std::move(opened).error();
  if (Status opened = tenant->open_policy(); !opened) return std::move(opened).error();
  if (Status opened = tenant->open_switches(); !opened) return std::move(opened).error();
  StoreTransaction kept;
  Status opened = tenant->fleet_.open(store, tenant->keys_, *tenant->policy_, now, kept);
  if (opened && !kept.empty()) opened = store.commit(kept);
  if (!opened) return std::move(opened).error();
  return tenant;
}

// Were all devices judged by this policy when the last one stopped?
Status Tenant::open_policy() {
  auto stored = store_.read(keys_.decided_by());
  if (!stored) return std::move(stored).error();
  bool judged = stored->has_value() && text_of(**stored) == policy_digest_;
  if (!judged) to_revisit_ = StoreRange::with_prefix(keys_.devices());
  return {};
}

Status Tenant::open_switches() {
  auto stored = store_.read(keys_.switches());
  if (!stored) return std::move(stored).error();
  if (!stored->has_value()) return {};
  auto switches = kill_switches_from(**stored);
  if (!switches) return std::move(switches).error();
  switches_ = std::move(*switches);
  return {};
}

// The chain goes on where its last line ended.
Status Tenant::open_chain() {
  Result<std::optional<Bytes>> key = store_.read(keys_.audit_key());
  if (!key) return std::move(key).error();
  if (!key->has_value()) {
    key->emplace(kAuditKeyBytes);
    RAND_bytes((*key)->data(), kAuditKeyBytes);
    StoreTransaction made;
    made.expect_absent(keys_.audit_key()).put(keys_.audit_key(), **key);
    if (Status stored = store_.commit(made); !stored) return stored;
  }
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto last = (*snapshot)->scan(StoreRange::with_prefix(keys_.chain()), 1, ScanOrder::descending);
  if (!last) return std::move(last).error();
  if (last->empty()) {
    chain_.emplace(config_.name, **key);
    return {};
  }
  auto head = chain_head(text_of(last->front().value));
  if (!head) return std::move(head).error();
  chain_.emplace(config_.name, **key, head->hash, head->sequence + 1);
  return {};
}

// --- devices -------------------------------------------------------------------------------------

// `effect`: null when nothing may be changed; then a device without history is not made.
Result<LiveDevice*> Tenant::find(const std::string& label, StoreTransaction* effect) {
  auto found = devices_.find(label);
  if (found != devices_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second->recent);
    return found->second.get();
  }
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  DeviceShelf shelf{keys_, reader_, loop_options(config_), *known_devices_, made_under_};
  auto loaded = load_device(**snapshot, shelf, policy_, label);
  if (!loaded) return std::move(loaded).error();
  bool is_new = (*loaded)->row == DeviceRow{};
  if (is_new && effect == nullptr) return nullptr;
  if (is_new) fleet_.add_device(keys_, *effect);
  if (is_new && (*loaded)->eid && config_.enrols_reported) {
    auto enrolled = book_.device(*(*loaded)->eid);
    if (!enrolled && enrolled.error().code != Code::E0841) return std::move(enrolled).error();
    if (!enrolled) {
      auto enrolment = book_.prepare_enrolment({.eid = *(*loaded)->eid});
      if (!enrolment) return std::move(enrolment).error();
      append(*effect, *enrolment);
    }
  }
  if (shadow_) {
    DeviceShelf beside{keys_, reader_, loop_options(config_), *shadow_.devices, made_under_};
    Status followed = follow_in_shadow(**snapshot, beside, shadow_.prepared, **loaded);
    if (!followed) return std::move(followed).error();
  }
  LiveDevice* device = loaded->get();
  recent_.push_front(device);
  device->recent = recent_.begin();
  devices_.emplace(label, std::move(*loaded));
  return device;
}

// A device is its EID, else its IMEI, else its `device` name; an IMEI alone means the EID that was
// last seen with it (semantics 28).
Result<std::string> Tenant::label_of(const DeviceNames& names, StoreTransaction& effect) {
  if (names.imei.empty()) return names.eid.empty() ? names.device : names.eid;
  auto known = eid_of_imei_.find(names.imei);
  if (known == eid_of_imei_.end()) {
    auto stored = store_.read(keys_.imei(names.imei));
    if (!stored) return std::move(stored).error();
    std::string eid;
    if (stored->has_value()) eid = text_of(**stored);
    known = eid_of_imei_.emplace(names.imei, std::move(eid)).first;
  }
  if (!names.eid.empty() && known->second != names.eid) {
    known->second = names.eid;
    effect.put(keys_.imei(names.imei), Bytes(names.eid.begin(), names.eid.end()));
  }
  return known->second.empty() ? names.imei : known->second;
}

void Tenant::committed() {
  std::lock_guard lock(mutex_);
  while (devices_.size() > limits_.devices_in_memory_max) {
    std::string label = recent_.back()->label;
    recent_.pop_back();
    devices_.erase(label);
  }
  if (eid_of_imei_.size() > limits_.devices_in_memory_max) eid_of_imei_.clear();
}

// --- the engine's thread -------------------------------------------------------------------------

Status Tenant::take_reports(std::vector<Report>& reports, Instant now, Effects& effects,
                            ReportCounts& counts) {
  std::lock_guard lock(mutex_);
  // The reports of a device stay in their order and become one transaction.
  struct Share {
    std::string label;
    StoreTransaction names;
    std::vector<const Report*> reports;
  };
  std::vector<Share> shares;
  std::unordered_map<std::string, std::size_t> share_of;
  for (const Report& report : reports) {
    StoreTransaction names;
    auto label = label_of(report.observation.names, names);
    if (!label) return std::move(label).error();
    auto [place, added] = share_of.emplace(*label, shares.size());
    if (added) shares.push_back({*label, {}, {}});
    Share& share = shares[place->second];
    append(share.names, names);
    share.reports.push_back(&report);
  }
  for (Share& share : shares) {
    auto device = find(share.label, &share.names);
    if (!device) return std::move(device).error();
    Turn turn(*this, **device, now);
    turn.effect = std::move(share.names);
    for (const Report* report : share.reports) turn.report(*report, counts);
    if (turn.finish()) effects.intents.push_back(share.label);
    counts.decisions += turn.decision_count;
    if (!turn.effect.empty()) effects.transactions.push_back(std::move(turn.effect));
  }
  return {};
}

Status Tenant::take_notices(const Eid& eid, const std::vector<eim::Notice>& notices, Instant now,
                            Effects& effects) {
  std::lock_guard lock(mutex_);
  auto record = book_.device(eid);
  if (!record) return std::move(record).error();
  std::string label = to_text(eid);
  StoreTransaction first;
  auto device = find(label, &first);
  if (!device) return std::move(device).error();
  Turn turn(*this, **device, now);
  turn.effect = std::move(first);
  for (const eim::Notice& notice : notices) {
    if (notice.kind == eim::Notice::Kind::state_change_claimed) {
      Planner(turn.device.plan, planner_options_).claim(std::nullopt);
    }
    if (is_evidence(notice.kind) && !repeats(turn.device, notice, now)) {
      turn.record(notice_record(notice, record->find(notice.order), now));
    }
  }
  for (const eim::Order& order : record->orders) {
    if (!is_finished(order.state)) continue;
    effects.ended[eid].push_back(order.id);
    if (order.asked_for != 0) continue;  // a question of the book's own
    StoreKey key = keys_.finished_order(label, order.id);
    auto known = store_.read(key);
    if (!known) return std::move(known).error();
    if (known->has_value()) continue;  // taken in before, only not cleared away yet
    std::string text = order_text(order, now);
    turn.effect.put(std::move(key), Bytes(text.begin(), text.end()));
    if (order.id == turn.device.row.order) {
      CommandResult result = result_of(order, turn.device.row.command, now);
      for (CardProfile& profile : result.profiles) {
        profile.profile = names_of(*policy_)(profile.iccid);
      }
      turn.command_ended(result, order);
    } else {
      turn.record(order_record(order, now));
    }
  }
  turn.card_spoke(*record);
  if (turn.finish()) effects.intents.push_back(label);
  effects.transactions.push_back(std::move(turn.effect));
  return {};
}

Status Tenant::take_refusal(const std::string& label, const ProfileCommand& command,
                            CommandResult::Outcome outcome, std::string reason, Instant now,
                            Effects& effects) {
  std::lock_guard lock(mutex_);
  StoreTransaction first;
  auto device = find(label, &first);
  if (!device) return std::move(device).error();
  Turn turn(*this, **device, now);
  turn.effect.erase(keys_.intent(label));
  CommandResult result{.number = command.number,
                       .outcome = outcome,
                       .at = turn.now,
                       .iccid = {},
                       .profiles = {},
                       .reason = reason};
  eim::Order none;
  none.reason = std::move(reason);
  none.state = eim::OrderState::failed;
  turn.command_ended(result, none);
  if (turn.finish()) effects.intents.push_back(label);
  effects.transactions.push_back(std::move(turn.effect));
  return {};
}

Result<std::uint64_t> Tenant::order_of(const std::string& label, CommandNumber command) {
  std::lock_guard lock(mutex_);
  auto device = find(label, nullptr);
  if (!device) return std::move(device).error();
  bool carries = *device != nullptr && (*device)->row.command == command;
  return carries ? (*device)->row.order : std::uint64_t{0};
}

Status Tenant::note_order(const std::string& label, std::uint64_t order, CommandNumber command,
                          StoreTransaction& effect) {
  std::lock_guard lock(mutex_);
  StoreTransaction first;
  auto device = find(label, &first);
  if (!device) return std::move(device).error();
  DeviceRow row = (*device)->stored;
  row.order = order;
  row.command = command;
  effect.put(keys_.device(label), to_bytes(row));
  (*device)->row.order = (*device)->stored.order = order;
  (*device)->row.command = (*device)->stored.command = command;
  return {};
}

Result<bool> Tenant::tick(Instant now, std::size_t count_max, Effects& effects) {
  std::lock_guard lock(mutex_);
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  StoreRange due = StoreRange::between(keys_.instants(), keys_.instant(now + milliseconds(1), ""));
  auto rows = (*snapshot)->scan(due, count_max);
  if (!rows) return std::move(rows).error();
  snapshot->reset();
  for (const StoreRow& row : *rows) {
    StoreKeyReader parts(row.key);
    Instant at = parts.read_instant();
    std::string label = parts.read_text();
    StoreTransaction first;
    auto device = find(label, &first);
    if (!device) return std::move(device).error();
    Turn turn(*this, **device, now);
    turn.effect.erase(row.key);
    if ((*device)->row.queued_at == at) (*device)->row.queued_at = kNever;
    if (turn.finish()) effects.intents.push_back(label);
    effects.transactions.push_back(std::move(turn.effect));
  }
  return rows->size() == count_max;
}

Result<Instant> Tenant::next_instant() {
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto rows = (*snapshot)->scan(StoreRange::with_prefix(keys_.instants()), 1);
  if (!rows) return std::move(rows).error();
  if (rows->empty()) return kNever;
  return StoreKeyReader(rows->front().key).read_instant();
}

Status Tenant::enrol(const eim::Enrolment& enrolment, Effects& effects) {
  auto effect = book_.prepare_enrolment(enrolment);
  if (!effect) return std::move(effect).error();
  effects.transactions.push_back(std::move(*effect));
  return {};
}

Status Tenant::activate(RunnablePolicy policy, std::string_view by, Instant now, Effects& effects) {
  std::lock_guard lock(mutex_);
  recent_.clear();
  devices_.clear();
  policy_ = std::move(policy.prepared);
  known_devices_ = std::move(policy.devices);
  policy_digest_ = "sha256:" + to_hex(policy_->table().meaning_digest);
  made_under_ = digest_of(*policy_, loop_options(config_));
  StoreTransaction effect;
  Status opened = fleet_.open(store_, keys_, *policy_, now, effect);
  if (!opened) return opened;
  std::uint64_t number = chain_->sequence();
  std::string line = chain_->append(policy_record(policy_digest_, by, now), "");
  effect.put(keys_.chain(number), Bytes(line.begin(), line.end()));
  effects.transactions.push_back(std::move(effect));
  to_revisit_ = StoreRange::with_prefix(keys_.devices());
  return {};
}

void Tenant::set_shadow(RunnablePolicy policy, std::string_view by, Instant now, Effects& effects) {
  std::lock_guard lock(mutex_);
  recent_.clear();
  devices_.clear();
  shadow_ = std::move(policy);
  StoreTransaction effect;
  std::string digest = shadow_ ? digest_text(*shadow_.prepared) : "";
  std::uint64_t number = chain_->sequence();
  std::string line = chain_->append(shadow_record(digest, by, now), "");
  effect.put(keys_.chain(number), Bytes(line.begin(), line.end()));
  effects.transactions.push_back(std::move(effect));
  to_revisit_ = StoreRange::with_prefix(keys_.devices());
}

void Tenant::set_switches(const KillSwitches& switches, Effects& effects) {
  std::lock_guard lock(mutex_);
  switches_ = switches;
  StoreTransaction effect;
  effect.put(keys_.switches(), to_bytes(switches));
  std::uint64_t number = chain_->sequence();
  std::string line = chain_->append(switches_record(switches), "");
  effect.put(keys_.chain(number), Bytes(line.begin(), line.end()));
  effects.transactions.push_back(std::move(effect));
  to_revisit_ = StoreRange::with_prefix(keys_.devices());
}

Status Tenant::approve(const std::string& label, std::string_view by, Instant now,
                       Effects& effects) {
  std::lock_guard lock(mutex_);
  auto device = find(label, nullptr);
  if (!device) return std::move(device).error();
  if (*device == nullptr) {
    return make_diagnostic(Code::E0841, "no device `" + label + "` has been heard of");
  }
  const auto& decision = (*device)->loop.decision();
  if (!decision || (*device)->row.waits_for != name_of(WaitReason::approval)) {
    return make_diagnostic(Code::E0842, "nothing of device `" + label + "` waits for approval");
  }
  Turn turn(*this, **device, now);
  turn.record(approval_record(decider_of(*policy_, *decision), by, now));
  (*device)->row.approved = approval_key(*policy_, *decision);
  if (turn.finish()) effects.intents.push_back(label);
  effects.transactions.push_back(std::move(turn.effect));
  return {};
}

Result<bool> Tenant::revisit(Instant now, std::size_t count_max, Effects& effects) {
  std::lock_guard lock(mutex_);
  if (!to_revisit_) return false;
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto rows = (*snapshot)->scan(*to_revisit_, count_max);
  if (!rows) return std::move(rows).error();
  snapshot->reset();
  auto begin = std::chrono::steady_clock::now();
  bool all = rows->size() < count_max;
  std::optional<StoreKey> last;
  for (const StoreRow& row : *rows) {
    if (last && std::chrono::steady_clock::now() - begin > kRevisitMax) {
      all = false;
      break;
    }
    last = row.key;
    StoreKeyReader parts(row.key);
    parts.read_text();
    std::string label = parts.read_text();
    StoreTransaction first;
    auto device = find(label, &first);
    if (!device) return std::move(device).error();
    Turn turn(*this, **device, now);
    Planner(turn.device.plan, planner_options_).rename(names_of(*policy_));
    turn.look_anew();
    if (!shadow_) turn.effect.erase(keys_.shadow_row(label));
    if (turn.finish()) effects.intents.push_back(label);
    if (!turn.effect.empty()) effects.transactions.push_back(std::move(turn.effect));
  }
  if (all) {
    to_revisit_.reset();
    StoreTransaction judged;
    judged.put(keys_.decided_by(), Bytes(policy_digest_.begin(), policy_digest_.end()));
    effects.transactions.push_back(std::move(judged));
    return false;
  }
  to_revisit_ = to_revisit_->after(*last);
  return true;
}

// --- any thread ----------------------------------------------------------------------------------

std::shared_ptr<const PreparedPolicy> Tenant::policy() const {
  std::lock_guard lock(mutex_);
  return policy_;
}

Result<std::optional<Tenant::View>> Tenant::view(const std::string& label, bool whole) {
  std::lock_guard lock(mutex_);
  auto found = find(label, nullptr);
  if (!found) return std::move(found).error();
  if (*found == nullptr) return std::optional<View>();
  LiveDevice& device = **found;
  View view;
  view.row = device.row;
  view.plan = device.plan;
  view.newest_report = device.loop.device().newest_report();
  auto enabled = device.loop.device().enabled_profile(device.loop.now());
  if (enabled && *enabled >= 0) {
    view.enabled = policy_->table().profiles[static_cast<std::size_t>(*enabled)].name;
  }
  if (whole && device.loop.decision()) {
    view.ledger = device.loop.device().ledger();
    view.explanation = device.loop.device().explain(device.loop.now());
    view.explanation.device = label;
  }
  return std::optional<View>(std::move(view));
}

bool Tenant::revisiting() const {
  std::lock_guard lock(mutex_);
  return to_revisit_.has_value();
}

std::shared_ptr<const PreparedPolicy> Tenant::shadow() const {
  std::lock_guard lock(mutex_);
  return shadow_.prepared;
}

KillSwitches Tenant::switches() const {
  std::lock_guard lock(mutex_);
  return switches_;
}

std::size_t Tenant::devices_in_memory() const {
  std::lock_guard lock(mutex_);
  return devices_.size();
}

std::uint64_t Tenant::chain_length() const {
  std::lock_guard lock(mutex_);
  return chain_->sequence();
}

}  // namespace sojourn::service
