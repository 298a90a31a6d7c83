// The port through which durable state is written and read: an ordered key-value store.
//
//   Store& store = ...;                                            // adapters/store opens one
//   auto snapshot = store.snapshot();                              // frozen at the newest commit
//   auto counter = (*snapshot)->read(counter_key);                 // Result<optional<Bytes>>
//   auto page = (*snapshot)->scan(StoreRange::with_prefix(queue), 100);
//
//   StoreTransaction effect;                                       // a value: nothing happens yet
//   effect.expect(counter_key, *counter)                           // compare ...
//       .put(counter_key, encode(next))                            // ... and set
//       .put(package_key, package)
//       .erase(instant_key);
//   Status committed = store.commit(effect);                       // ok: all of it is durable
//
// A transaction is a value that deterministic code returns like any other effect; only commit()
// touches the world. Nothing here has a clock, a thread or a third party's type.
//
// Laws, which tests/store/conformance.h proves of every backend:
//  1. A transaction happens wholly or not at all.
//  2. Its expectations speak of the state before it; all are checked before its first write. When
//     one does not hold the answer is E0016 and nothing has changed.
//  3. Of several writes to one key the last counts. Erasing what is absent is not an error.
//  4. commit() answers ok only when the transaction survives the loss of power (in a backend that
//     keeps anything), and from then on every new snapshot shows it.
//  5. A group is committed as if one transaction after another, in order, with one wait for the
//     disk: each succeeds or fails its expectations by itself, and a later one sees the earlier.
//  6. When writing or syncing fails the answer is E0014 for the whole group, and the store stops:
//     whatever it is asked afterwards it answers E0015, with the cause. What a disk holds after a
//     failed sync is unknown, so nothing is tried again; close, find the cause, open again. A
//     transaction that was answered E0014 may then be there or not, wholly; so read before
//     repeating it.
//     But when there is only no room left the answer is E0009, nothing of the group has happened,
//     and the store goes on: the same may be committed again when there is room. (If the process
//     ends before its next commit, the group may be there, wholly.)
//  7. Damage that a read meets is an error, never a wrong value. A row that is damaged is E0019 to
//     whoever reads it, and to a transaction that expects something of it; the others are as sound
//     as before. Of what holds the rows together it is E0012, and stops the store too.
//
// Threads: one thread at a time commits (adapters/store/commit_queue.h lets many share it). Any
// thread may take snapshots, also during a commit. One snapshot belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/store_key.h"

namespace sojourn {

struct StoreRow {
  StoreKey key;
  Bytes value;
  friend bool operator==(const StoreRow&, const StoreRow&) = default;
};

enum class ScanOrder : std::uint8_t { ascending, descending };

// What is to happen as one.
class StoreTransaction {
 public:
  // A key with the value it should have, or absence.
  struct Entry {
    StoreKey key;
    std::optional<Bytes> value;
  };

  StoreTransaction& put(StoreKey key, Bytes value);
  StoreTransaction& erase(StoreKey key);
  StoreTransaction& expect(StoreKey key, Bytes value);
  StoreTransaction& expect_absent(StoreKey key);

  const std::vector<Entry>& expectations() const { return expectations_; }
  const std::vector<Entry>& writes() const { return writes_; }  // no value: erase
  bool empty() const { return expectations_.empty() && writes_.empty(); }

 private:
  std::vector<Entry> expectations_;
  std::vector<Entry> writes_;
};

// The store as it was at one moment. Holds resources of its store (an old snapshot keeps old rows
// alive): let go of it soon, and before the store.
class StoreSnapshot {
 public:
  virtual ~StoreSnapshot() = default;
  virtual Result<std::optional<Bytes>> read(const StoreKey& key) const = 0;
  // The first (ascending) or last (descending) rows of the range, at most `row_count_max`. Fewer
  // come back only when the range has no more; go on with range.after(rows.back().key).
  virtual Result<std::vector<StoreRow>> scan(const StoreRange& range, std::size_t row_count_max,
                                             ScanOrder order = ScanOrder::ascending) const = 0;
  // Their keys alone: also of rows whose values are damaged.
  virtual Result<std::vector<StoreKey>> keys(const StoreRange& range, std::size_t row_count_max,
                                             ScanOrder order = ScanOrder::ascending) const;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual Result<std::unique_ptr<StoreSnapshot>> snapshot() = 0;
  // One answer per transaction.
  virtual std::vector<Status> commit_group(std::span<const StoreTransaction> group) = 0;

  Status commit(const StoreTransaction& transaction);
  // One row of the newest state. Several that belong together: take a snapshot.
  Result<std::optional<Bytes>> read(const StoreKey& key);
};

// For backends.

// E0901 when a key or a value is larger than limits.h allows.
Status check_limits(const StoreTransaction& transaction);
// E0016: what `expectation` says does not hold.
Diagnostic conflict_at(const StoreTransaction::Entry& expectation);
// E0015, for everything asked of a store that has stopped because of `cause`.
Diagnostic store_stopped(const Diagnostic& cause);

}  // namespace sojourn
