#include "adapters/service/tenant.h"
#include "adapters/eim/command_package.h"

#include <openssl/rand.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "adapters/service/stored_chain.h"
#include "adapters/service/turn.h"
#include "engine/base/diagnostic_code.h"
#include "engine/device/planner_goal.h"
#include "engine/runtime/record_json.h"

namespace sojourn::service {
namespace {

constexpr std::size_t kAuditKeyBytes = 32;
constexpr std::chrono::seconds kSameTime{1};

// More threads than these would wait for what one alone does.
constexpr std::size_t kHandsMax = 3;

std::size_t hands_to_have() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kHandsMax + 1) - 1;
}

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
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

void Effects::add(StoreTransaction effect, std::vector<UnpackedRow> rows) {
  if (effect.empty() && rows.empty()) return;
  for (UnpackedRow& row : rows) {
    row.transaction = transactions.size();
    unpacked.push_back(std::move(row));
  }
  transactions.push_back(std::move(effect));
}

void Effects::pack() {
  for (UnpackedRow& row : unpacked) {
    transactions[row.transaction].put(std::move(row.key),
                                      pack_journal(text_of(row.text), row.effort));
  }
  unpacked.clear();
}

Tenant::Tenant(const TenantConfig& config, const ServiceLimits& limits, Store& store,
               eim::OrderBook& book, RunnablePolicy policy, RecordSink told, SetAsideSink set_aside,
               CommitSink committed)
    : config_(config),
      limits_(limits),
      keys_(config.name),
      store_(store),
      book_(book),
      told_(std::move(told)),
      told_set_aside_(std::move(set_aside)),
      told_committed_(std::move(committed)),
      hands_(hands_to_have()),
      log_(limits.log_bytes_max) {
  shelf_ = make_shelf(std::move(policy), {});
}

Result<std::unique_ptr<Tenant>> Tenant::open(const TenantConfig& config,
                                             const ServiceLimits& limits, Store& store,
                                             eim::OrderBook& book, RunnablePolicy policy,
                                             RecordSink told, SetAsideSink set_aside,
                                             CommitSink committed) {
  std::unique_ptr<Tenant> tenant(new Tenant(config, limits, store, book, std::move(policy),
                                            std::move(told), std::move(set_aside),
                                            std::move(committed)));
  if (Status opened = tenant->open_chain(); !opened) return std::move(opened).error();
  if (Status opened = tenant->open_policy(); !opened) return std::move(opened).error();
  if (Status opened = tenant->open_switches(); !opened) return std::move(opened).error();
  if (Status opened = tenant->log_.open(store, tenant->keys_); !opened) {
    return std::move(opened).error();
  }
  if (Status opened = tenant->set_aside_.open(store, tenant->keys_); !opened) {
    return std::move(opened).error();
  }
  if (Status opened = tenant->open_fleet(); !opened) return std::move(opened).error();
  if (Status done = tenant->forgo_looking_at_nobody(); !done) return std::move(done).error();
  return tenant;
}

// Were all devices judged by this policy when the last one stopped?
Status Tenant::open_policy() {
  auto stored = store_.read(keys_.decided_by());
  if (!stored) return std::move(stored).error();
  bool judged = stored->has_value() && digest_from(text_of(**stored)) == shelf_->policy_digest;
  if (!judged) ahead_.begin(StoreRange::with_prefix(keys_.devices()));
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
  auto end = end_of_chain(**snapshot, keys_);
  if (!end) return std::move(end).error();
  chain_fault_ = std::move(end->fault);
  if (end->head) {
    chain_.emplace(config_.name, **key, end->head->hash, end->head->sequence + 1);
  } else {
    chain_.emplace(config_.name, **key);
  }
  noted_records_ = chain_->sequence();
  return {};
}

// --- devices -------------------------------------------------------------------------------------

Result<const StoreSnapshot*> Tenant::reading() {
  if (!snapshot_) {
    auto snapshot = store_.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    snapshot_ = std::move(*snapshot);
  }
  return snapshot_.get();
}

// `effect`: null when nothing may be changed; then a device without history is not made.
Result<LiveDevice*> Tenant::find(const std::string& label, StoreTransaction* effect) {
  if (LiveDevice* device = devices_.find(label)) {
    device->resting = false;
    device->batch = batch_;
    // Whose turn it is to leave memory is not decided within a second: else each report would move
    // three devices' places.
    auto now = std::chrono::steady_clock::now();
    if (now - device->used_at < kSameTime) return device;
    device->used_at = now;
    recent_.splice(recent_.begin(), recent_, device->recent);
    return device;
  }
  if (const Diagnostic* why = set_aside_.why(label)) return *why;
  ahead_.spoil(label);
  auto snapshot = reading();
  if (!snapshot) return std::move(snapshot).error();
  auto loaded = load_device(**snapshot, *shelf_, reader_, label, log_.pending(label));
  if (!loaded) {
    if (!is_damage(loaded.error())) return std::move(loaded).error();
    return set_aside_.add(label, loaded.error());
  }
  set_aside_.remove(label);
  log_.compare(label, (*loaded)->journal_next);
  bool is_new = (*loaded)->row == DeviceRow{};
  if (is_new && effect == nullptr) return nullptr;
  if (is_new && (*loaded)->eid && config_.enrols_reported) {
    Status enrolled = enrol_reported(*(*loaded)->eid, **snapshot, *effect);
    if (!enrolled) return std::move(enrolled).error();
  }
  return keep(std::move(*loaded));
}

// Whose enrolment was ended is enrolled again by people only.
Status Tenant::enrol_reported(const Eid& eid, const StoreSnapshot& snapshot,
                              StoreTransaction& effect) {
  auto known = book_.knows(snapshot, eid);
  if (!known) return std::move(known).error();
  if (*known) return {};
  auto ours = claim(eid, snapshot);
  if (!ours) return std::move(ours).error();
  if (!*ours) return EidClaims::taken(to_text(eid));
  auto enrolment = book_.prepare_enrolment({.eid = eid});
  if (!enrolment) return std::move(enrolment).error();
  append(effect, *enrolment);
  return {};
}

Result<bool> Tenant::claim(const Eid& eid, const StoreSnapshot& snapshot) {
  if (claims_ == nullptr) return true;
  return claims_->claim(config_.name, eid, snapshot);
}

LiveDevice* Tenant::keep(std::unique_ptr<LiveDevice> loaded) {
  LiveDevice* device = devices_.add(std::move(loaded));
  recent_.push_front(device);
  device->recent = recent_.begin();
  device->used_at = std::chrono::steady_clock::now();
  device->batch = batch_;
  return device;
}

// An IMEI that no report ever named beside an EID means the one that the inventory has beside it,
// unless what it reported alone is kept already: a device's history is never split. "": none.
Result<std::string> Tenant::eid_in_inventory(const std::string& imei, StoreTransaction& effect) {
  std::string eid = shelf_->policy.devices->eid_of(imei);
  if (eid.empty()) return eid;
  bool heard = devices_.contains(imei) || log_.pending(imei) != nullptr;
  if (!heard) {
    auto stored = store_.read(keys_.device(imei));
    if (!stored) return std::move(stored).error();
    heard = stored->has_value();
  }
  if (heard) return std::string();
  effect.put(keys_.imei(imei), Bytes(eid.begin(), eid.end()));
  return eid;
}

// A device is its EID, else its IMEI, else its `device` name; an IMEI alone means the EID that was
// last seen with it (semantics 28).
Result<std::string> Tenant::label_of(const DeviceNames& names, StoreTransaction& effect) {
  if (names.imei.empty()) return names.eid.empty() ? names.device : names.eid;
  auto known = eid_of_imei_.find(names.imei);
  if (known == eid_of_imei_.end()) {
    auto stored = store_.read(keys_.imei(names.imei));
    if (!stored) return std::move(stored).error();
    KnownEid eid;
    if (stored->has_value()) {
      eid.eid = text_of(**stored);
    } else if (names.eid.empty()) {
      auto listed = eid_in_inventory(names.imei, effect);
      if (!listed) return std::move(listed).error();
      if (!listed->empty()) eid = {std::move(*listed), batch_};
    }
    known = eid_of_imei_.emplace(names.imei, std::move(eid)).first;
  }
  std::string& eid = known->second.eid;
  if (!names.eid.empty() && eid != names.eid) {
    known->second = {names.eid, batch_};
    effect.put(keys_.imei(names.imei), Bytes(names.eid.begin(), names.eid.end()));
  }
  return eid.empty() ? names.imei : eid;
}

std::uint64_t Tenant::complete(Effects& effects, Instant now) {
  std::lock_guard lock(mutex_);
  StoreTransaction rows;
  for (const auto& [label, why] : set_aside_.take_changes()) {
    StoreKey mark = keys_.set_aside(label);
    why.empty() ? rows.erase(std::move(mark)) : rows.put(std::move(mark), {});
    record(label, set_aside_record(why, now), rows);
    if (told_set_aside_) told_set_aside_(label, why);
  }
  std::vector<UnpackedRow> unpacked;
  for (auto& [number, row] : log_.take_rows()) {
    unpacked.push_back({keys_.input_log(number), std::move(row), PackEffort::quick});
  }
  for (LiveFleet* fleet : {fleet_.get(), shadow_fleet_.get()}) {
    if (fleet != nullptr) fleet->write(rows);
  }
  if (chain_->sequence() > noted_records_) {
    note_chain_head(keys_, *chain_->last(), rows);
    noted_records_ = chain_->sequence();
  }
  effects.add(std::move(rows), std::move(unpacked));
  return batch_++;
}

void Tenant::record(const std::string& label, std::string_view json, StoreTransaction& effect) {
  record(*chain_, label, json, effect);
  told_(label, json);
}

void Tenant::record(AuditChain& chain, const std::string& label, std::string_view json,
                    StoreTransaction& effect) const {
  std::uint64_t number = chain.sequence();
  std::string line = chain.append(json, label);
  effect.put(keys_.chain(number), Bytes(line.begin(), line.end()));
  if (!label.empty()) effect.put(keys_.record_of(label, number), {});
}

void Tenant::record(AuditChain& chain, const std::string& label, std::string json,
                    Change& change) const {
  record(chain, label, json, change.effect);
  note_chain_head(keys_, *chain.last(), change.effect);
  change.records_then = chain.sequence();
  change.records.emplace_back(label, std::move(json));
}

// --- who is set aside ----------------------------------------------------------------------------

void Tenant::set_aside(const std::string& label, const Diagnostic& damage) {
  std::lock_guard lock(mutex_);
  set_aside_.add(label, damage);
}

// Read when the device is: whoever was here before is then a duplicate.
void Tenant::keep_unread(const std::string& label, std::span<Report* const> reports,
                         ReportCounts& counts) {
  JournalWriter journal;
  for (const Report* report : reports) journal.report(report->line, {}, {});
  log_.append(label, journal.take());
  counts.set_aside += reports.size();
}

// Its place in the queue would be the first for ever.
void Tenant::stop_ticking(const std::string& label, Instant at, StoreTransaction& effect) {
  effect.erase(keys_.instant(at, label));
  auto stored = store_.read(keys_.device(label));
  if (!stored || !stored->has_value()) return;
  auto row = device_row_from(**stored);
  if (!row || row->queued_at != at) return;
  row->queued_at = kNever;
  effect.put(keys_.device(label), to_bytes(*row));
}

// --- the engine's thread -------------------------------------------------------------------------

Status Tenant::take_notices(const Eid& eid, const std::vector<eim::Notice>& notices, Instant now,
                            Effects& effects) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  auto record = book_.device(eid);
  std::string label = to_text(eid);
  if (!record && is_damage(record.error())) return set_aside_.add(label, record.error());
  if (!record) return std::move(record).error();
  StoreTransaction first;
  auto device = find(label, &first);
  if (!device) return std::move(device).error();
  Turn turn(*this, **device, now, std::move(first));
  for (const eim::Notice& notice : notices) {
    if (notice.kind == eim::Notice::Kind::state_change_claimed) {
      Planner(turn.device.plan, planner_options_).claim(notice.cause);
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
      CommandResult result = eim::result_of(order, turn.device.row.command, turn.now);
      for (CardProfile& profile : result.profiles) {
        profile.profile = names_of(*shelf_->policy.prepared)(profile.iccid);
      }
      turn.command_ended(result, order);
    } else {
      turn.record(order_record(order, now));
    }
  }
  turn.card_spoke(*record);
  turn.finish(effects);
  return {};
}

Status Tenant::take_refusal(const std::string& label, const ProfileCommand& command,
                            CommandResult::Outcome outcome, std::string reason, Instant now,
                            Effects& effects) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  StoreTransaction first;
  auto device = find(label, &first);
  if (!device) return std::move(device).error();
  Turn turn(*this, **device, now, std::move(first));
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
  turn.finish(effects);
  return {};
}

Result<std::uint64_t> Tenant::order_of(const std::string& label, CommandNumber command) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  auto device = find(label, nullptr);
  if (!device) return std::move(device).error();
  bool carries = *device != nullptr && (*device)->row.command == command;
  return carries ? (*device)->row.order : std::uint64_t{0};
}

Status Tenant::note_order(const std::string& label, std::uint64_t order, CommandNumber command,
                          StoreTransaction& effect) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
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

void Tenant::note_unplaced(const std::string& label) {
  std::lock_guard lock(mutex_);
  LiveDevice* device = devices_.find(label);
  if (device == nullptr) return;
  device->row.order = 0;
  device->row.command = 0;
}

Result<bool> Tenant::tick(Instant now, std::size_t count_max, Effects& effects) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  return tick_until(now, now, count_max, effects);
}

Result<bool> Tenant::tick_until(Instant until, Instant wall, std::size_t count_max,
                                Effects& effects) {
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  StoreRange due =
      StoreRange::between(keys_.instants(), keys_.instant(until + milliseconds(1), ""));
  auto rows = (*snapshot)->scan(due, count_max);
  if (!rows) return std::move(rows).error();
  snapshot->reset();
  for (const StoreRow& row : *rows) {
    StoreKeyReader parts(row.key);
    Instant at = parts.read_instant();
    std::string label = parts.read_text();
    StoreTransaction first;
    auto device = find(label, &first);
    if (!device && device.error().code == Code::E0886) {
      stop_ticking(label, at, effects.transactions.emplace_back());
      continue;
    }
    if (!device) return std::move(device).error();
    Turn turn(*this, **device, until, std::move(first), wall);
    turn.effect.erase(row.key);
    if ((*device)->row.queued_at == at) (*device)->row.queued_at = kNever;
    turn.finish(effects);
  }
  return rows->size() == count_max;
}

Result<Instant> Tenant::next_in_queue() {
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto rows = (*snapshot)->scan(StoreRange::with_prefix(keys_.instants()), 1);
  if (!rows) return std::move(rows).error();
  if (rows->empty()) return kNever;
  return StoreKeyReader(rows->front().key).read_instant();
}

Status Tenant::enrol(const eim::Enrolment& enrolment) {
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto ours = claim(enrolment.eid, **snapshot);
  if (!ours) return std::move(ours).error();
  if (!*ours) return EidClaims::taken(to_text(enrolment.eid));
  Status done = book_.enrol(enrolment);
  bool nothing_happened = !done && done.error().code == Code::E0009;
  if (nothing_happened && claims_ != nullptr) claims_->give_up(config_.name, enrolment.eid);
  return done;
}

// --- any thread ----------------------------------------------------------------------------------

std::shared_ptr<const PreparedPolicy> Tenant::policy() const {
  std::lock_guard lock(mutex_);
  return shelf_->policy.prepared;
}

std::shared_ptr<const MasterData> Tenant::inventory() const {
  std::lock_guard lock(mutex_);
  return shelf_->policy.devices;
}

namespace {

Tenant::View view_of(LiveDevice& device, const DeviceShelf& shelf, bool whole) {
  Tenant::View view;
  view.row = device.row;
  view.plan = device.plan;
  const RuleTable& table = shelf.policy.prepared->table();
  const auto& decision = device.loop.decision();
  if (decision && device.row.policy != shelf.policy_digest) {
    // Not judged yet by the policy in force.
    DecisionRecord record = device.loop.record();
    if (essence_of(record) != device.row.essence) view.row.record = to_json(record, table);
    view.row.policy = shelf.policy_digest;
  }
  view.newest_report = device.loop.device().newest_report();
  auto enabled = device.loop.device().enabled_profile(device.loop.now());
  if (enabled && *enabled >= 0) {
    view.enabled = table.profiles[static_cast<std::size_t>(*enabled)].name;
  }
  if (whole && decision) {
    view.ledger = device.loop.device().ledger();
    view.explanation = device.loop.explain();
    view.explanation.device = device.label;
    // Of what people say the loop knows nothing.
    std::optional<std::string>& suppressed = view.explanation.suppressed;
    bool approved = device.row.approved == approval_key(*shelf.policy.prepared, *decision);
    if (approved && suppressed == name_of(WaitReason::approval)) suppressed.reset();
    if (device.row.waits_for == WaitReason::killed) suppressed = name_of(WaitReason::killed);
  }
  return view;
}

}  // namespace

Tenant::View Tenant::view_of_row(const StoreSnapshot& snapshot, const std::string& label,
                                 const Diagnostic& damage) const {
  View view;
  view.set_aside = damage.message;
  auto stored = snapshot.read(keys_.device(label));
  if (!stored || !stored->has_value()) return view;
  if (auto row = device_row_from(**stored)) view.row = std::move(*row);
  return view;
}

Result<std::optional<Tenant::View>> Tenant::view(const std::string& label, bool whole) {
  std::unique_lock lock(mutex_);
  if (LiveDevice* live = devices_.find(label)) {
    return std::optional(view_of(*live, *shelf_, whole));
  }
  // What the log holds now and what the snapshot shows belong together.
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  std::optional<PendingEntries> pending;
  if (const PendingEntries* some = log_.pending(label)) pending = *some;
  std::shared_ptr<const DeviceShelf> shelf = shelf_;
  lock.unlock();
  thread_local JournalReader reader;  // those who ask are few, and it keeps its memory
  auto device = load_device(**snapshot, *shelf, reader, label, pending ? &*pending : nullptr);
  if (!device) {
    if (!is_damage(device.error())) return std::move(device).error();
    return std::optional(view_of_row(**snapshot, label, device.error()));
  }
  if ((*device)->row == DeviceRow{}) return std::optional<View>();
  return std::optional(view_of(**device, *shelf, whole));
}

bool Tenant::revisiting() const {
  std::lock_guard lock(mutex_);
  return ahead_.going_on || judged_in_ > committed_;
}

std::shared_ptr<const PreparedPolicy> Tenant::shadow() const {
  std::lock_guard lock(mutex_);
  return shelf_->shadow.prepared;
}

KillSwitches Tenant::switches() const {
  std::lock_guard lock(mutex_);
  return switches_;
}

std::size_t Tenant::devices_in_memory() const {
  std::lock_guard lock(mutex_);
  return devices_.size();
}

std::size_t Tenant::devices_set_aside() const {
  std::lock_guard lock(mutex_);
  return set_aside_.count();
}

std::optional<ChainHead> Tenant::chain_head() const {
  std::lock_guard lock(mutex_);
  return chain_->last();
}

std::uint64_t Tenant::chain_length() const {
  std::lock_guard lock(mutex_);
  return chain_->sequence();
}

}  // namespace sojourn::service
