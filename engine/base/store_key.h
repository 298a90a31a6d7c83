// Keys of the store: bytes whose order is the order of their parts.
//
//   StoreKey key(Space::instants, "acme", 1);         // space, tenant, schema version: always
//   first key.add_instant(due).add_eid(eid); StoreRange due_first =
//   StoreRange::with_prefix(StoreKey(Space::instants, "acme", 1));
//
//   StoreKeyReader parts(row.key);
//   Instant due = parts.read_instant();
//   Eid eid = parts.read_eid();
//   if (!parts.complete()) ...                        // the key had other parts
//
// Encoding. Keys compare as unsigned bytes, and that order equals the order of the parts, compared
// one after another:
//   space           one byte
//   tenant          as text
//   schema version  two bytes, highest first
//   unsigned        eight bytes, highest first
//   signed          as unsigned, with the sign bit turned over, so that -1 comes before 0
//   instant         its milliseconds, as signed
//   EID             its sixteen bytes
//   text, bytes     every 00 becomes 00 FF; then 00 00. So "a" comes before "a\0" before "ab", and
//                   no text's key begins with another text's key
// A key with fewer parts is a prefix of every key that goes on from it, and of no other.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/identifiers.h"
#include "engine/base/instant.h"

namespace sojourn {

// The named spaces of a store. Numbers are stored: never change one, never use one again.
enum class Space : std::uint8_t {
  histories = 1,  // what is known of each device
  instants = 2,   // the queue of moments at which a decision can change
  outbox = 3,     // signed packages with their counters
  audit = 4,      // the hash chain of decision records
  orders = 5,     // the order book: what operators and plans asked for
  inputs = 6,     // offsets of observation sources, keys of observations taken in
  fleet = 7,      // counts and grants of fleet guards
  settings = 8,   // active policy, kill switches, approvals
};
std::string_view space_name(Space space);              // "histories"
std::optional<Space> find_space(std::uint8_t number);  // absent for a number without a name

// One key. Cannot be made without space, tenant and schema version.
//
// Invariant: bytes() begins with a known space, a tenant and a schema version.
class StoreKey {
 public:
  // Requires: tenant is 1 to limits::kTenantBytesMax bytes.
  StoreKey(Space space, std::string_view tenant, std::uint16_t schema_version);
  // A key as a backend stored it; absent when it does not begin as every key does.
  static std::optional<StoreKey> from_stored(ByteView bytes);

  StoreKey& add_unsigned(std::uint64_t value);
  StoreKey& add_signed(std::int64_t value);
  StoreKey& add_instant(Instant t) { return add_signed(t.ms); }
  StoreKey& add_eid(const Eid& eid);
  StoreKey& add_text(std::string_view text) { return add_bytes(as_bytes(text)); }
  StoreKey& add_bytes(ByteView bytes);

  ByteView bytes() const { return bytes_; }
  Space space() const { return static_cast<Space>(bytes_[0]); }

  friend auto operator<=>(const StoreKey&, const StoreKey&) = default;

 private:
  explicit StoreKey(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

// For messages: "outbox of `acme` version 1, key 8900...".
std::string describe(const StoreKey& key);

// Takes a key apart, in the order in which it was put together. A part that is not there reads as
// zero or empty, and complete() is false from then on: read all parts, then ask once.
class StoreKeyReader {
 public:
  explicit StoreKeyReader(const StoreKey& key);  // `key` must outlive the reader
  explicit StoreKeyReader(StoreKey&&) = delete;

  Space space() const { return space_; }
  const std::string& tenant() const { return tenant_; }
  std::uint16_t schema_version() const { return schema_version_; }

  std::uint64_t read_unsigned();
  std::int64_t read_signed();
  Instant read_instant() { return {read_signed()}; }
  Eid read_eid();
  std::string read_text();
  Bytes read_bytes();

  // Every part read so far was there, and nothing is left.
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  friend class StoreKey;
  explicit StoreKeyReader(ByteView bytes);  // reads the beginning that all keys share
  std::uint64_t read_big_endian(std::size_t byte_count);

  ByteView rest_;
  bool failed_ = false;
  Space space_{};
  std::string tenant_;
  std::uint16_t schema_version_ = 0;
};

// The keys [begin, end) in byte order.
class StoreRange {
 public:
  // `prefix` itself and every key that goes on from it.
  static StoreRange with_prefix(const StoreKey& prefix);
  // From `first` up to, and not including, `end`; empty unless first < end.
  // Requires: both have the same space, tenant and schema version.
  static StoreRange between(const StoreKey& first, const StoreKey& end);
  // A whole space: every tenant, every schema version.
  static StoreRange of_space(Space space);

  // What of this range comes after (before) `key`: the next page of a scan that ended there.
  StoreRange after(const StoreKey& key) const;
  StoreRange before(const StoreKey& key) const;

  ByteView begin() const { return begin_; }
  ByteView end() const { return end_; }
  bool contains(const StoreKey& key) const;

 private:
  StoreRange(Bytes begin, Bytes end) : begin_(std::move(begin)), end_(std::move(end)) {}
  Bytes begin_;
  Bytes end_;
};

// The order of keys: unsigned bytes, a prefix first.
std::strong_ordering compare_bytes(ByteView a, ByteView b);

}  // namespace sojourn
