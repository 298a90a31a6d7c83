// What the eIM keeps of one eUICC: its keys, its counter, its orders. One row of the store, so that
// every step of a device is one compare-and-set.
#pragma once

#include <optional>
#include <vector>

#include "adapters/eim/order.h"
#include "engine/base/identifiers.h"

namespace sojourn::eim {

// A profile as the eUICC last listed it, under its signature.
struct ListedProfile {
  sgp32::WireIccid iccid{};
  bool enabled = false;
  bool fallback = false;
  std::int64_t profile_class = 2;  // test, provisioning (bootstrap), operational
  friend bool operator==(const ListedProfile&, const ListedProfile&) = default;
};

// What a result's signature covered, once one has verified: 1.1 and later, or 1.0.
enum class ResultSigning : std::uint8_t { unknown, with_token, with_eim_signature };

// The eimSignature of a package: in 1.0 the signature of its result covers it.
struct SentSignature {
  std::int64_t counter = 0;
  Bytes signature;
  friend bool operator==(const SentSignature&, const SentSignature&) = default;
};
// As many as a card keeps results that nobody has acknowledged.
inline constexpr std::size_t kSentSignaturesMax = 16;

struct DeviceRecord {
  Eid eid;
  std::optional<sgp32::Version> version;  // told by its messages; absent: not told yet
  Bytes public_key_info;                  // of the eUICC; empty: not learnt yet
  std::optional<std::int64_t> association_token;
  ResultSigning result_signing = ResultSigning::unknown;
  bool identity_asked = false;  // certificates and token have been asked for once
  bool acknowledges = true;     // some test suites want the empty answer instead

  // Invariant: no package with a counter above this was ever handed out, and none is signed twice
  // with the same one.
  std::int64_t last_counter = 0;
  OrderId last_order = 0;
  std::vector<Order> orders;  // oldest first; finished ones stay until they are taken
  // Oldest first; none once the eUICC has signed as in 1.1.
  std::vector<SentSignature> sent_signatures;

  // The number of the eIM's key that the card knows (BookOptions::key_number).
  std::int64_t eim_key = 0;
  bool eim_key_in_doubt = false;  // an updateEim with a new key left, and its result has not come

  std::vector<ListedProfile> profiles;
  Instant listed_at = kBeginning;

  Order* find(OrderId id);
  // The one that is with the device now: at most one.
  Order* outstanding();
  friend bool operator==(const DeviceRecord&, const DeviceRecord&) = default;
};

Bytes to_bytes(const DeviceRecord& record);
Result<DeviceRecord> record_from_bytes(ByteView bytes);  // E0012 for damage

}  // namespace sojourn::eim
