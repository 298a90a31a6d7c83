// Private. What a tenant took in lately, of all its devices, in the order in which it came: rows
// that are only ever appended, so that a report does not cost the disk a place of its own.
//
//   log.append(label, text);             // a turn's entries of a device, as in its journal
//   log.write(keys, effect);             // with the turn's other effects, in one transaction
//   ...
//   while (log.is_full()) {              // the devices that have waited longest
//     ... move log.oldest() into its journal; log.note_moved(label)
//   }
//   log.erase_moved(keys, effect);       // and when that is committed:
//   log.forget_moved();
//
// Numbers. Rows of the log are numbered, always upwards. A row of a device's journal bears the
// number of the newest log row of which it holds something; so what the log holds of a device under
// greater numbers, and only that, is not in its journal yet. It is kept in memory, because devices
// are read with it: so many bytes of text as are allowed, some more while moving it lags behind.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/service/keys.h"
#include "engine/base/store.h"

namespace sojourn::service {

// Entries of one device under one number.
struct LogPiece {
  std::uint64_t number = 0;
  std::string text;
};

// What the log holds of a device and its journal lacks.
struct PendingEntries {
  std::string label;
  std::uint64_t since = 0;  // no piece has a smaller number
  std::vector<LogPiece> pieces;
  std::size_t byte_count = 0;
  // False after a start: some of it may be in the journal.
  bool compared = true;
};

// Not thread-safe: the tenant's lock is held.
class InputLog {
 public:
  explicit InputLog(std::size_t byte_count_max) : byte_count_max_(byte_count_max) {}

  // What was left by the process before. E0012.
  Status open(Store& store, const Keys& keys);

  // Requires: whole lines.
  void append(const std::string& label, std::string_view text);
  // Into `effect`: what was appended since the last time.
  void write(const Keys& keys, StoreTransaction& effect);

  // Null: nothing.
  const PendingEntries* pending(const std::string& label) const;
  // Larger than it should be: devices should be moved.
  bool is_full() const;
  // So much larger that nothing else should be taken in before.
  bool is_overfull() const;
  // The device that has waited longest. Requires: is_full().
  const std::string& oldest() const { return order_.front().label; }
  // The journal of the device holds everything with smaller numbers than `next`.
  void compare(const std::string& label, std::uint64_t next);
  // All there is of the device goes into its journal, with the next transaction.
  void note_moved(const std::string& label);
  // Into that transaction: rows of which nothing is pending go.
  void erase_moved(const Keys& keys, StoreTransaction& effect);
  // It is committed. Until then a device is read with what was moved, as before.
  const std::list<PendingEntries>& moved() const { return moved_; }
  void forget_moved();

  std::size_t byte_count() const { return byte_count_; }

 private:
  struct Row {
    std::uint64_t number = 0;
    std::size_t byte_count = 0;
  };
  PendingEntries& entries_of(const std::string& label);
  void add(const std::string& label, std::uint64_t number, std::string_view text);
  void close_row();

  const std::size_t byte_count_max_;
  std::uint64_t next_ = 0;  // of the row that is being written
  std::vector<std::pair<std::string, std::string>> unwritten_;
  std::size_t unwritten_bytes_ = 0;
  std::vector<std::pair<std::uint64_t, Bytes>> full_rows_;  // of this turn
  std::deque<Row> rows_;                                    // in the store, ascending
  std::size_t byte_count_ = 0;                              // of their texts
  std::list<PendingEntries> order_;                         // by `since`
  std::list<PendingEntries> moved_;
  std::unordered_map<std::string_view, std::list<PendingEntries>::iterator> places_;
};

// A stored row: devices and what was taken in of them. E0012.
Result<std::vector<std::pair<std::string, std::string>>> read_log_row(ByteView row);

}  // namespace sojourn::service
