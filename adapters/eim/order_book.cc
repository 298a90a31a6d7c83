#include "adapters/eim/order_book.h"

#include <openssl/rand.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {

using namespace sgp32;

namespace {

constexpr std::uint16_t kLayout = 1;  // of our keys
constexpr int kRaceCountMax = 8;      // lost races before a step gives up
// In the order of keys. Requires: not the first.
Eid preceding(Eid eid) {
  for (auto byte = eid.bytes.rbegin(); byte != eid.bytes.rend() && (*byte)-- == 0;) ++byte;
  return eid;
}

Diagnostic not_enrolled(const Eid& eid) {
  return make_diagnostic(Code::E0841, "no eUICC `" + to_text(eid) + "` is enrolled");
}

Diagnostic refused(std::string message, std::string help = {}) {
  return make_diagnostic(Code::E0842, std::move(message), std::move(help));
}

}  // namespace

RandomBytes random_bytes() {
  return [](std::span<std::uint8_t> bytes) {
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  };
}

OrderBook::OrderBook(Store& store, PackageSigner& signer, RandomBytes random, BookOptions options)
    : store_(store), signer_(signer), random_(std::move(random)), options_(std::move(options)) {}

StoreKey OrderBook::device_key(const Eid& eid) const {
  return StoreKey(Space::orders, options_.tenant, kLayout).add_text("device").add_eid(eid);
}
StoreKey OrderBook::transaction_key(const TransactionId& id) const {
  return StoreKey(Space::orders, options_.tenant, kLayout)
      .add_text("transaction")
      .add_bytes(id.view());
}

StoreKey OrderBook::inbox_key(const Eid& eid) const {
  return StoreKey(Space::orders, options_.tenant, kLayout).add_text("inbox").add_eid(eid);
}

// Of who was enrolled: a record of its counters alone.
StoreKey OrderBook::left_key(const Eid& eid) const {
  return StoreKey(Space::orders, options_.tenant, kLayout).add_text("left").add_eid(eid);
}

// --- the record: read, change, compare and set ---------------------------------------------------

Result<DeviceRecord> OrderBook::device(const Eid& eid) {
  Result<std::optional<Bytes>> row = store_.read(device_key(eid));
  if (!row) return std::move(row).error();
  if (!row->has_value()) return not_enrolled(eid);
  return record_from_bytes(**row);
}

Result<std::optional<Bytes>> OrderBook::row(const StoreSnapshot& snapshot,
                                            const StoreTransaction& before, const Eid& eid) const {
  StoreKey key = device_key(eid);
  for (auto write = before.writes().rbegin(); write != before.writes().rend(); ++write) {
    if (write->key == key) return write->value;
  }
  return snapshot.read(key);
}

Result<bool> OrderBook::knows(const StoreSnapshot& snapshot, const Eid& eid) const {
  for (const StoreKey& key : {device_key(eid), left_key(eid)}) {
    auto stored = snapshot.read(key);
    if (!stored) return std::move(stored).error();
    if (stored->has_value()) return true;
  }
  return false;
}

Result<std::vector<Eid>> OrderBook::eids(const StoreSnapshot& snapshot, const Eid& first,
                                         std::size_t count_max) const {
  StoreKey all = StoreKey(Space::orders, options_.tenant, kLayout).add_text("device");
  StoreRange range = StoreRange::with_prefix(all);
  if (first != Eid{}) range = range.after(device_key(preceding(first)));
  Result<std::vector<StoreKey>> keys = snapshot.keys(range, count_max);
  if (!keys) return std::move(keys).error();
  std::vector<Eid> eids;
  for (const StoreKey& key : *keys) {
    StoreKeyReader parts(key);
    parts.read_text();
    eids.push_back(parts.read_eid());
  }
  return eids;
}

Result<std::vector<DeviceRecord>> OrderBook::devices(std::optional<Eid> after,
                                                     std::size_t count_max) {
  StoreRange range =
      StoreRange::with_prefix(StoreKey(Space::orders, options_.tenant, kLayout).add_text("device"));
  if (after) range = range.after(device_key(*after));
  Result<std::unique_ptr<StoreSnapshot>> snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  Result<std::vector<StoreRow>> rows = (*snapshot)->scan(range, count_max);
  std::vector<DeviceRecord> records;
  bool all_sound = rows.ok();
  for (std::size_t i = 0; all_sound && i < rows->size(); ++i) {
    Result<DeviceRecord> record = record_from_bytes((*rows)[i].value);
    all_sound = record.ok();
    if (all_sound) records.push_back(std::move(*record));
  }
  if (all_sound) return records;
  if (!rows && rows.error().code != Code::E0019) return std::move(rows).error();
  return sound_devices(**snapshot, std::move(range), count_max);
}

// One by one, so that a record that cannot be read is left out alone.
Result<std::vector<DeviceRecord>> OrderBook::sound_devices(const StoreSnapshot& snapshot,
                                                           StoreRange range,
                                                           std::size_t count_max) {
  std::vector<DeviceRecord> records;
  while (true) {
    Result<std::vector<StoreKey>> keys = snapshot.keys(range, count_max - records.size());
    if (!keys) return std::move(keys).error();
    if (keys->empty()) return records;
    for (const StoreKey& key : *keys) {
      Result<std::optional<Bytes>> row = snapshot.read(key);
      if (!row && row.error().code == Code::E0019) continue;
      if (!row) return std::move(row).error();
      Result<DeviceRecord> record = record_from_bytes(**row);
      if (record) records.push_back(std::move(*record));
    }
    if (records.size() == count_max) return records;
    range = range.after(keys->back());
  }
}

// The change as a compare-and-set; empty when it changes nothing.
Result<StoreTransaction> OrderBook::changed(const Eid& eid, const Change& change) {
  Result<std::optional<Bytes>> row = store_.read(device_key(eid));
  if (!row) return std::move(row).error();
  if (!row->has_value()) return not_enrolled(eid);
  return changed(eid, **row, change);
}

Result<StoreTransaction> OrderBook::changed(const Eid& eid, const Bytes& row,
                                            const Change& change) const {
  Result<DeviceRecord> record = record_from_bytes(row);
  if (!record) return std::move(record).error();
  StoreTransaction effect;
  Status done = change(*record, effect);
  if (!done) return std::move(done).error();
  Bytes after = to_bytes(*record);
  if (after == row && effect.empty()) return effect;
  effect.expect(device_key(eid), row).put(device_key(eid), std::move(after));
  return effect;
}

Status OrderBook::update(const Eid& eid, const Change& change) {
  Status committed;
  for (int race = 0; race < kRaceCountMax; ++race) {
    Result<StoreTransaction> effect = changed(eid, change);
    if (!effect) return std::move(effect).error();
    if (effect->empty()) return {};
    committed = store_.commit(*effect);
    if (committed || committed.error().code != Code::E0016) return committed;
  }
  return committed;
}

Result<StoreTransaction> OrderBook::prepare_enrolment(const Enrolment& enrolment) {
  DeviceRecord record;
  record.eid = enrolment.eid;
  record.public_key_info = enrolment.public_key_info;
  record.association_token = enrolment.association_token;
  record.last_counter = enrolment.last_counter;
  record.eim_key = options_.key_number;
  record.version = enrolment.version;
  if (!record.public_key_info.empty()) {
    Result<VerifyingKey> key = VerifyingKey::from_public_key_info(record.public_key_info);
    if (!key) return std::move(key).error();
  }
  StoreTransaction effect;
  auto left = store_.read(left_key(record.eid));
  if (!left) return std::move(left).error();
  if (left->has_value()) {
    auto before = record_from_bytes(**left);
    if (!before) return std::move(before).error();
    record.last_counter = std::max(record.last_counter, before->last_counter);
    record.last_order = before->last_order;
    effect.erase(left_key(record.eid));
  }
  effect.expect_absent(device_key(record.eid)).put(device_key(record.eid), to_bytes(record));
  return effect;
}

Result<OrderBook::Removal> OrderBook::prepare_removal(const Eid& eid) {
  auto row = store_.read(device_key(eid));
  if (!row) return std::move(row).error();
  if (!row->has_value()) return not_enrolled(eid);
  auto record = record_from_bytes(**row);
  if (!record) return std::move(record).error();
  Removal removal;
  for (const Order& order : record->orders) {
    if (order.asked_for == 0) {
      return refused("order " + std::to_string(order.id) + " of the eUICC is under way",
                     "take it back, or wait for its end");
    }
    if (order.transaction_id.size > 0) removal.effect.erase(transaction_key(order.transaction_id));
  }
  DeviceRecord left;
  left.eid = eid;
  left.last_counter = removal.last_counter = record->last_counter;
  left.last_order = record->last_order;
  removal.effect.expect(device_key(eid), **row).erase(device_key(eid));
  removal.effect.put(left_key(eid), to_bytes(left));
  return removal;
}

Status OrderBook::enrol(const Enrolment& enrolment) {
  Result<StoreTransaction> effect = prepare_enrolment(enrolment);
  if (!effect) return std::move(effect).error();
  Status committed = store_.commit(*effect);
  if (!committed && committed.error().code == Code::E0016) {
    return refused("eUICC `" + to_text(enrolment.eid) + "` is enrolled already");
  }
  return committed;
}

// --- orders --------------------------------------------------------------------------------------

namespace {

OrderId append_order(DeviceRecord& record, OrderKind kind, const Bytes& content,
                     Instant not_before) {
  Order order;
  order.id = ++record.last_order;
  order.kind = kind;
  order.content = content;
  order.not_before = not_before;
  record.orders.push_back(std::move(order));
  return record.last_order;
}

}  // namespace

Result<OrderBook::Placement> OrderBook::prepare(const Eid& eid, OrderKind kind, Bytes content,
                                                const PlaceOptions& options, const Change& check) {
  Placement placement;
  Change append = [&](DeviceRecord& record, StoreTransaction& more) -> Status {
    if (check && !options.force) {
      if (Status safe = check(record, more); !safe) return safe;
    }
    placement.id = append_order(record, kind, content, options.not_before);
    return {};
  };
  Result<StoreTransaction> effect =
      options.row != nullptr ? changed(eid, *options.row, append) : changed(eid, append);
  if (!effect) return std::move(effect).error();
  placement.effect = std::move(*effect);
  return placement;
}

Result<OrderId> OrderBook::queue(const Eid& eid, OrderKind kind, Bytes content,
                                 const PlaceOptions& options, const Change& check) {
  OrderId id = 0;
  Status placed = update(eid, [&](DeviceRecord& record, StoreTransaction& effect) -> Status {
    if (check && !options.force) {
      if (Status safe = check(record, effect); !safe) return safe;
    }
    id = append_order(record, kind, content, options.not_before);
    return {};
  });
  if (!placed) return std::move(placed).error();
  return id;
}

Result<Bytes> OrderBook::package_of(const Eid& eid, PsmoList operations,
                                    const PlaceOptions& options) const {
  if (Status good = check_operations(operations); !good) return std::move(good).error();
  for (Psmo& operation : operations) {
    auto* enable = std::get_if<Enable>(&operation);
    if (enable != nullptr) enable->rollback = !options.without_rollback;
  }
  EuiccPackageSigned package;
  package.eim_id = options_.eim_id;
  package.eid = eid;
  package.content = std::move(operations);
  return write(package, Version::v1_2);
}

Result<Bytes> OrderBook::package_of(const Eid& eid, const EcoList& operations) const {
  if (operations.empty()) return refused("a package without operations");
  EuiccPackageSigned package;
  package.eim_id = options_.eim_id;
  package.eid = eid;
  package.content = operations;
  return write(package, Version::v1_2);
}

Result<OrderBook::Placement> OrderBook::prepare(const Eid& eid, const PsmoList& operations,
                                                const PlaceOptions& options) {
  Result<Bytes> content = package_of(eid, operations, options);
  if (!content) return std::move(content).error();
  return prepare(
      eid, OrderKind::package, std::move(content).value(), options,
      [&](DeviceRecord& record, StoreTransaction&) { return check_safety(record, operations); });
}

Result<OrderBook::Placement> OrderBook::prepare(const Eid& eid, const EcoList& operations,
                                                const PlaceOptions& options) {
  Result<Bytes> content = package_of(eid, operations);
  if (!content) return std::move(content).error();
  return prepare(
      eid, OrderKind::package, std::move(content).value(), options,
      [&](DeviceRecord&, StoreTransaction&) { return check_safety(options_.eim_id, operations); });
}

Result<OrderBook::Placement> OrderBook::prepare(const Eid& eid, const IpaEuiccDataRequest& request,
                                                const PlaceOptions& options) {
  Result<Bytes> content = write(request, Version::v1_2);
  if (!content) return std::move(content).error();
  return prepare(eid, OrderKind::data_request, std::move(content).value(), options, {});
}

Result<OrderBook::Placement> OrderBook::prepare(const Eid& eid,
                                                const ProfileDownloadTriggerRequest& trigger,
                                                const PlaceOptions& options) {
  Result<Bytes> content = write(trigger, Version::v1_2);
  if (!content) return std::move(content).error();
  return prepare(eid, OrderKind::download, std::move(content).value(), options, {});
}

Result<OrderId> OrderBook::place(const Eid& eid, const PsmoList& operations,
                                 const PlaceOptions& options) {
  Result<Bytes> content = package_of(eid, operations, options);
  if (!content) return std::move(content).error();
  return queue(
      eid, OrderKind::package, std::move(content).value(), options,
      [&](DeviceRecord& record, StoreTransaction&) { return check_safety(record, operations); });
}

Result<OrderId> OrderBook::place(const Eid& eid, const EcoList& operations,
                                 const PlaceOptions& options) {
  Result<Bytes> content = package_of(eid, operations);
  if (!content) return std::move(content).error();
  return queue(
      eid, OrderKind::package, std::move(content).value(), options,
      [&](DeviceRecord&, StoreTransaction&) { return check_safety(options_.eim_id, operations); });
}

Result<OrderId> OrderBook::place(const Eid& eid, const IpaEuiccDataRequest& request) {
  Result<Bytes> content = write(request, Version::v1_2);
  if (!content) return std::move(content).error();
  return queue(eid, OrderKind::data_request, std::move(content).value(), {}, {});
}

Result<OrderId> OrderBook::place(const Eid& eid, const ProfileDownloadTriggerRequest& trigger) {
  Result<Bytes> content = write(trigger, Version::v1_2);
  if (!content) return std::move(content).error();
  return queue(eid, OrderKind::download, std::move(content).value(), {}, {});
}

Status OrderBook::withdraw(const Eid& eid, OrderId id) {
  return update(eid, [&](DeviceRecord& record, StoreTransaction&) -> Status {
    Order* order = record.find(id);
    std::optional<OrderState> next;
    if (order != nullptr) next = next_state(order->state, OrderEvent::withdrawn);
    if (!next) return refused("order " + std::to_string(id) + " is not waiting");
    // Signed once already: the device may still have its earlier bytes.
    if (order->attempt_count > 0) {
      return refused("order " + std::to_string(id) + " has been with the device");
    }
    order->state = *next;
    order->reason = "withdrawn";
    return {};
  });
}

Result<std::vector<Order>> OrderBook::take_finished(const Eid& eid) {
  std::vector<Order> finished;
  Status taken = update(eid, [&](DeviceRecord& record, StoreTransaction& effect) -> Status {
    finished.clear();
    for (Order& order : record.orders) {
      if (!is_finished(order.state)) continue;
      if (order.transaction_id.size > 0) effect.erase(transaction_key(order.transaction_id));
      if (order.asked_for == 0) finished.push_back(order);  // our own questions interest nobody
    }
    std::erase_if(record.orders, [](const Order& order) { return is_finished(order.state); });
    return {};
  });
  if (!taken) return std::move(taken).error();
  return finished;
}

Status OrderBook::forget(const Eid& eid, const std::vector<OrderId>& ids) {
  return update(eid, [&](DeviceRecord& record, StoreTransaction& effect) -> Status {
    std::erase_if(record.orders, [&](const Order& order) {
      bool told = std::find(ids.begin(), ids.end(), order.id) != ids.end();
      if (!is_finished(order.state) || (order.asked_for == 0 && !told)) return false;
      if (order.transaction_id.size > 0) effect.erase(transaction_key(order.transaction_id));
      return true;
    });
    return {};
  });
}

Result<std::vector<Bytes>> OrderBook::take_notifications(const Eid& eid) {
  Result<std::unique_ptr<StoreSnapshot>> snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  Result<std::vector<StoreRow>> rows =
      (*snapshot)->scan(StoreRange::with_prefix(inbox_key(eid)), kNotificationsKeptMax);
  if (!rows) return std::move(rows).error();
  std::vector<Bytes> notifications;
  StoreTransaction effect;
  for (StoreRow& row : *rows) {
    notifications.push_back(std::move(row.value));
    effect.erase(std::move(row.key));
  }
  if (Status erased = store_.commit(effect); !erased) return std::move(erased).error();
  return notifications;
}

// --- what could strand a device ------------------------------------------------------------------

Status check_safety(const DeviceRecord& record, const PsmoList& operations) {
  bool enables = std::any_of(operations.begin(), operations.end(), [](const Psmo& operation) {
    return std::holds_alternative<Enable>(operation);
  });
  auto count_if = [&](auto predicate) {
    return std::count_if(record.profiles.begin(), record.profiles.end(), predicate);
  };
  auto is_enabled = [](const ListedProfile& profile) { return profile.enabled; };
  auto is_bootstrap = [](const ListedProfile& profile) { return profile.profile_class == 1; };
  for (const Psmo& operation : operations) {
    const auto* disable = std::get_if<Disable>(&operation);
    const auto* removal = std::get_if<Delete>(&operation);
    if (disable == nullptr && removal == nullptr) continue;
    if (record.listed_at == kBeginning) {
      return refused("the profiles of this eUICC were never listed", "list them first, or force");
    }
    const WireIccid& iccid = disable != nullptr ? disable->iccid : removal->iccid;
    auto profile = std::find_if(record.profiles.begin(), record.profiles.end(),
                                [&](const ListedProfile& p) { return p.iccid == iccid; });
    if (profile == record.profiles.end()) continue;  // the eUICC will say so
    if (disable != nullptr) {
      if (profile->enabled && count_if(is_enabled) == 1 && !enables) {
        return refused("it is the only enabled profile", "enable another one instead, or force");
      }
      continue;
    }
    if (profile->enabled) return refused("the profile is enabled", "enable another one first");
    if (profile->fallback) return refused("the profile is the fallback");
    if (profile->profile_class == 1 && count_if(is_bootstrap) == 1) {
      return refused("the profile is the only one for provisioning");
    }
  }
  return {};
}

Status check_safety(const std::string& eim_id, const EcoList& operations) {
  for (const Eco& operation : operations) {
    const auto* removal = std::get_if<DeleteEim>(&operation);
    if (removal != nullptr && removal->eim_id == eim_id) {
      return refused("it would remove this eIM from the eUICC and end its authority");
    }
  }
  return {};
}

}  // namespace sojourn::eim
