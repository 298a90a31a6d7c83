// Private. What a tenant took in lately, of all its devices, in the order in which it came: rows
// that are only ever appended, so that a report does not cost the disk a place of its own.
//
//   log.append(label, text);             // a turn's entries of a device, as in its journal
//   for (auto& [number, row] : log.take_rows()) ...   // packed, with the turn's other effects
//   ...
//   log.end_row();                       // what is moved is whole rows
//   while (log.is_full()) {              // the devices that have waited longest
//     ... move log.oldest() into its journal; log.note_moved(label)
//   }
//   log.erase_moved(keys, effect);       // and when that is committed:
//   log.forget_moved(use);
//
// Numbers. Rows of the log are numbered, always upwards. A row of a device's journal bears the
// number of the newest log row of which it holds something; so what the log holds of a device under
// greater numbers, and only that, is not in its journal yet. It is kept in memory, because devices
// are read with it: so many bytes of text as are allowed, some more while moving it lags behind.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/service/keys.h"
#include "engine/base/store.h"
#include "engine/graph/archive.h"

namespace sojourn::service {

// Entries of one device under one number.
struct LogPiece {
  std::uint64_t number = 0;
  std::string_view text;
};

// What the log holds of a device and its journal lacks. Thousands of them outlive the devices that
// they are of, so they lie together, in memory of the log's own; a copy is anybody's.
class PendingEntries {
 public:
  using allocator_type = std::pmr::polymorphic_allocator<>;
  explicit PendingEntries(const allocator_type& memory = {}) : label_(memory), pieces_(memory) {}

  std::string_view label() const { return label_; }
  // Of what is not on its way into the journal.
  std::size_t byte_count() const { return byte_count_ - moved_bytes_; }
  // No piece that is not on its way has a smaller number; none has a greater one. Requires: there
  // are some.
  std::uint64_t since() const { return since_; }
  std::uint64_t last_number() const { return pieces_.back().number; }
  // Those with this number and greater ones; as long as the entries stay as they are.
  std::vector<LogPiece> pieces_from(std::uint64_t number) const;

 private:
  friend class InputLog;
  // Each has its own text: one that grew would be copied again and again, from memory that nobody
  // looked at since the device's last report.
  struct Piece {
    using allocator_type = PendingEntries::allocator_type;
    Piece(std::uint64_t of, std::string_view what, const allocator_type& memory)
        : number(of), text(what, memory) {}
    Piece(const Piece& other, const allocator_type& memory)
        : number(other.number), text(other.text, memory) {}
    Piece(Piece&& other, const allocator_type& memory)
        : number(other.number), text(std::move(other.text), memory) {}
    std::uint64_t number = 0;
    std::pmr::string text;
  };
  void add(std::uint64_t number, std::string_view text);
  void erase_before(std::uint64_t number);

  std::pmr::string label_;
  std::uint64_t since_ = 0;
  // What is on its way into the journal: pieces with smaller numbers, and how much text they have.
  std::uint64_t moved_before_ = 0;
  std::size_t moved_bytes_ = 0;
  std::pmr::vector<Piece> pieces_;
  std::size_t byte_count_ = 0;
  // False after a start: some of it may be in the journal.
  bool compared_ = true;
};

// Not thread-safe: the tenant's lock is held.
class InputLog {
 public:
  explicit InputLog(std::size_t byte_count_max) : byte_count_max_(byte_count_max) {}

  // What was left by the process before. E0012.
  Status open(Store& store, const Keys& keys);

  // How many bytes the log holds of the device then. `known`: where its entries lie, or null; it
  // stays right until they are forgotten. Requires: whole lines.
  std::size_t append(const std::string& label, std::string_view text, PendingEntries*& known);
  std::size_t append(const std::string& label, std::string_view text) {
    PendingEntries* unknown = nullptr;
    return append(label, text, unknown);
  }
  // What is appended from now on has greater numbers than what was before.
  void end_row();
  // What was appended since the last time, as numbered rows; they are stored packed, or as they
  // are.
  std::vector<std::pair<std::uint64_t, Bytes>> take_rows();

  // Null: nothing.
  const PendingEntries* pending(const std::string& label) const;
  // Larger than it should be: devices should be moved.
  bool is_full() const;
  // So much larger that nothing else should be taken in before.
  bool is_overfull() const;
  // The device that has waited longest. Requires: is_full().
  std::string_view oldest() const { return order_.front().label(); }
  // May some of it be in the journal of the device? Then `compare` comes first.
  bool is_compared(const std::string& label) const;
  // The journal of the device holds everything with smaller numbers than `next`.
  void compare(const std::string& label, std::uint64_t next);
  // All there is of the device goes into its journal, with the next transaction. What is appended
  // after that stays. Requires: end_row() since the last append; what was moved before is
  // forgotten.
  void note_moved(const std::string& label);
  // Into that transaction: rows of which nothing is pending go.
  void erase_moved(const Keys& keys, StoreTransaction& effect);
  bool has_moved() const { return !moved_.empty() || !grown_since_.empty(); }
  // It is committed; until then a device is read with what was moved, as before. `use` is called
  // with each device, the number after the last that was moved of it, how many bytes that was, and
  // whether the log holds nothing of it now.
  using UseMoved = std::function<void(const std::string& label, std::uint64_t next,
                                      std::size_t byte_count, bool is_gone)>;
  void forget_moved(const UseMoved& use);

  std::size_t byte_count() const { return byte_count_; }

 private:
  struct Row {
    std::uint64_t number = 0;
    std::size_t byte_count = 0;
  };
  PendingEntries& entries_of(const std::string& label);
  void keep_on(PendingEntries& entries);

  const std::size_t byte_count_max_;
  std::uint64_t next_ = 0;                                  // of the row that is being written
  archive::Writer unwritten_;                               // its entries ...
  std::size_t unwritten_bytes_ = 0;                         // ... and how much text they have
  std::vector<std::pair<std::uint64_t, Bytes>> full_rows_;  // of this turn
  std::deque<Row> rows_;                                    // in the store, ascending
  std::size_t byte_count_ = 0;                              // of their texts
  std::pmr::unsynchronized_pool_resource memory_;
  std::pmr::list<PendingEntries> order_{&memory_};  // by `since`
  std::pmr::list<PendingEntries> moved_{&memory_};
  std::vector<PendingEntries*> grown_since_;  // were in moved_ until they got something more
  std::pmr::unordered_map<std::string_view, std::pmr::list<PendingEntries>::iterator> places_{
      &memory_};
};

// A stored row: devices and what was taken in of them. E0012.
Result<std::vector<std::pair<std::string, std::string>>> read_log_row(ByteView row);

}  // namespace sojourn::service
