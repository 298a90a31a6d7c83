// The order book: takes orders, speaks ESipa with the devices, keeps what was proven.
//
//   OrderBook book(store, signer, random_bytes(), {.tenant = "acme", .eim_id = "eim.example.com"});
//   book.enrol({.eid = eid});
//   book.place(eid, PsmoList{Enable{to_wire(iccid), true}});
//   ... a device calls:
//   Result<Answer> answer = book.handle(body, {.now = now});    // answer->body goes back
//   ...
//   for (const Order& order : *book.take_finished(eid)) ...
//
// It knows no transport: bytes in, bytes out. What a device may rely on:
//  1. A counter is in the store before the package that carries it leaves, and is never used again.
//  2. At most one package, request or trigger is with a device; the same bytes are served until a
//     verified result arrives. An unsigned answer never ends an order.
//  3. A result counts once, by its counter, however often and by whatever way it comes.
//  4. Only what was taken in durably is acknowledged.
// order_transitions.def has the states. One thread at a time; several books may share a store: a
// step that loses the race is done anew.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/eim/device_record.h"
#include "adapters/eim/signing.h"
#include "engine/base/store.h"

namespace sojourn::eim {

// Fills the bytes with what nobody can guess: transaction ids.
using RandomBytes = std::function<void(std::span<std::uint8_t>)>;
RandomBytes random_bytes();  // OpenSSL's generator

struct BookOptions {
  std::string tenant = "default";
  std::string eim_id;
  std::vector<Bytes> ci_certificates{};  // trusted roots of eUICC chains, DER
  // How long after an unsigned error, or in an emergency call, the device is left alone; doubled
  // with every complaint, up to 64 times.
  Duration retry_after = minutes(5);
  std::uint32_t attempt_count_max = 3;  // counters spent on one order
  // The key that an updateEim of ours brings to the cards; outlives the book. A card signs nothing
  // about which key it knows: until its result has come, both are tried (sgp32.md trap 19).
  PackageSigner* next_signer = nullptr;
  // Of the book's signer, counted over the eIM's life; the next signer has the number after it.
  std::int64_t key_number = 0;
};

// Notifications of an eUICC that are kept until somebody takes them. A card holds some tens that
// nobody has acknowledged; whoever sends more, signed or not, pushes the oldest out.
inline constexpr std::size_t kNotificationsKeptMax = 64;

struct Enrolment {
  Eid eid;
  Bytes public_key_info{};  // empty: learnt from the device's certificates
  std::optional<std::int64_t> association_token{};
  std::int64_t last_counter = 0;  // counterValue of our EimConfigurationData on the eUICC
  std::optional<sgp32::Version> version{};
};

// What the world may want to know, beside the orders themselves.
struct Notice {
  enum class Kind : std::uint8_t {
    order_finished,        // done or failed: take_finished() has it
    order_moved,           // another state
    complaint,             // an unsigned error: look at keys and tokens if it repeats
    signature_refused,     // a result that does not verify
    unreadable,            // a result that cannot be read
    unexpected,            // an answer to nothing that we asked
    state_change_claimed,  // the device says that another profile is enabled now
    notification,          // of the eUICC: `evidence` is the PendingNotification's DER
    identity_learnt,
    identity_refused,
  };
  Kind kind{};
  Eid eid{};
  OrderId order = 0;
  std::string text{};
  Bytes evidence{};
  std::optional<std::int64_t> cause{};  // of state_change_claimed, if the device gave one
  bool own_question = false;  // the order is one of the book's own, which take_finished() has not
};

struct Peer {
  Instant now{};
  // The EID of an earlier message on the same connection: some IPAs leave it out later.
  std::optional<Eid> session_eid{};
};

struct Answer {
  Bytes body;  // empty: HTTPS 204, no content
  std::optional<Eid> eid;
  std::vector<Notice> notices;
  bool enrolled = true;  // false: this book knows no such device, and the body says so
};

class OrderBook {
 public:
  // Requires: store and signer outlive the book.
  OrderBook(Store& store, PackageSigner& signer, RandomBytes random, BookOptions options);

  // E0842 when the EID is enrolled already.
  Status enrol(const Enrolment& enrolment);
  Result<DeviceRecord> device(const Eid& eid);  // E0841
  // What the store holds of a device after `before` has happened to the snapshot, for `prepare`;
  // absent: it is not enrolled.
  Result<std::optional<Bytes>> row(const StoreSnapshot& snapshot, const StoreTransaction& before,
                                   const Eid& eid) const;
  // Is it enrolled, or was it?
  Result<bool> knows(const StoreSnapshot& snapshot, const Eid& eid) const;
  // The EIDs enrolled, ascending, from `first` on, also of damaged records; fewer than `count_max`
  // only when there are no more.
  Result<std::vector<Eid>> eids(const StoreSnapshot& snapshot, const Eid& first,
                                std::size_t count_max) const;
  // Those enrolled, by EID, after `after` if given; without those whose record is damaged. Fewer
  // than `count_max` only when there are no more.
  Result<std::vector<DeviceRecord>> devices(std::optional<Eid> after, std::size_t count_max);

  // Queue behind what is queued. E0841; E0842 for what breaks a package rule or is dangerous (see
  // check_safety) and not forced.
  struct PlaceOptions {
    bool force = false;
    // An enable returns to the profile before it when the new one finds no network, unless:
    bool without_rollback = false;
    Instant not_before = kBeginning;
    // The device's row, of hosts that have it at hand (`row`); null: it is read. Only `prepare`.
    const Bytes* row = nullptr;
  };
  Result<OrderId> place(const Eid& eid, const sgp32::PsmoList& operations,
                        const PlaceOptions& options);
  Result<OrderId> place(const Eid& eid, const sgp32::EcoList& operations,
                        const PlaceOptions& options);
  Result<OrderId> place(const Eid& eid, const sgp32::IpaEuiccDataRequest& request);
  Result<OrderId> place(const Eid& eid, const sgp32::ProfileDownloadTriggerRequest& trigger);

  // The same as values, for hosts that commit them together with effects of their own. A commit
  // that is refused (E0016) lost a race with the device: prepare anew.
  struct Placement {
    OrderId id = 0;
    StoreTransaction effect;
  };
  Result<Placement> prepare(const Eid& eid, const sgp32::PsmoList& operations,
                            const PlaceOptions& options);
  Result<Placement> prepare(const Eid& eid, const sgp32::EcoList& operations,
                            const PlaceOptions& options);
  Result<Placement> prepare(const Eid& eid, const sgp32::IpaEuiccDataRequest& request,
                            const PlaceOptions& options);
  Result<Placement> prepare(const Eid& eid, const sgp32::ProfileDownloadTriggerRequest& trigger,
                            const PlaceOptions& options);
  // Whoever was enrolled before goes on with its counters and the numbers of its orders.
  Result<StoreTransaction> prepare_enrolment(const Enrolment& enrolment);
  // The eUICC is enrolled no more. E0841; E0842 while there is an order of it, ended or not, that
  // nobody has forgotten.
  struct Removal {
    std::int64_t last_counter = 0;
    StoreTransaction effect;
  };
  Result<Removal> prepare_removal(const Eid& eid);

  // Only what has not left yet. E0842 otherwise.
  Status withdraw(const Eid& eid, OrderId id);
  // Hands the finished orders over and forgets them: for hosts that keep nothing of their own.
  Result<std::vector<Order>> take_finished(const Eid& eid);
  // For hosts that do: look at device().orders, keep what they say, and then forget those. What is
  // not finished, or not there, stays so.
  Status forget(const Eid& eid, const std::vector<OrderId>& ids);

  // Hands over the notifications of an eUICC that came in, oldest sequence number first, each as
  // the DER of a HandleNotification, and forgets them: they are for the SM-DP+ that each of them
  // names. Those whose sender gave no EID are under the EID of zeros. They were kept before they
  // were acknowledged, the newest kNotificationsKeptMax of each eUICC; of whom nobody enrolled none
  // are.
  Result<std::vector<Bytes>> take_notifications(const Eid& eid);

  // One message of ESipa: GetEimPackage, ProvideEimPackageResult or HandleNotification. Errors:
  // what the reader found (a transport answers 400), E0831, and the store's.
  Result<Answer> handle(ByteView message, const Peer& peer);

 private:
  using Change = std::function<Status(DeviceRecord&, StoreTransaction&)>;
  Result<StoreTransaction> changed(const Eid& eid, const Change& change);
  Result<StoreTransaction> changed(const Eid& eid, const Bytes& row, const Change& change) const;
  Status update(const Eid& eid, const Change& change);
  static Result<std::vector<DeviceRecord>> sound_devices(const StoreSnapshot& snapshot,
                                                         StoreRange range, std::size_t count_max);
  Result<Placement> prepare(const Eid& eid, OrderKind kind, Bytes content,
                            const PlaceOptions& options, const Change& check);
  Result<OrderId> queue(const Eid& eid, OrderKind kind, Bytes content, const PlaceOptions& options,
                        const Change& check);
  Result<Bytes> package_of(const Eid& eid, sgp32::PsmoList operations,
                           const PlaceOptions& options) const;
  Result<Bytes> package_of(const Eid& eid, const sgp32::EcoList& operations) const;
  Result<Answer> fetch(ByteView message, const Peer& peer);
  Result<Answer> provide(ByteView message, const Peer& peer);
  Result<Answer> notified(ByteView message, const Peer& peer);
  Result<Answer> take(ByteView message, const sgp32::ProvideEimPackageResult& result,
                      std::optional<sgp32::Version> told, const Peer& peer, bool answered);
  // By their sequence numbers.
  Status keep_notifications(const Eid& eid,
                            std::span<const std::pair<std::int64_t, Bytes>> notifications,
                            StoreTransaction& effect) const;
  Result<std::optional<Eid>> route(const sgp32::ProvideEimPackageResult& result, const Peer& peer);
  StoreKey device_key(const Eid& eid) const;
  StoreKey inbox_key(const Eid& eid) const;
  StoreKey left_key(const Eid& eid) const;
  StoreKey transaction_key(const sgp32::TransactionId& id) const;

  Store& store_;
  PackageSigner& signer_;
  RandomBytes random_;
  BookOptions options_;
};

// Could these leave the device without a network? Disabling the only enabled profile; deleting the
// enabled one, the fallback, or the only provisioning profile; or either before the profiles were
// ever listed. deleteEim of ourselves.
Status check_safety(const DeviceRecord& record, const sgp32::PsmoList& operations);
Status check_safety(const std::string& eim_id, const sgp32::EcoList& operations);

}  // namespace sojourn::eim
