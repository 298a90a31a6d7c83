// Orders: what an eUICC or its IPA is to do, from wish to proof.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sgp32/esipa.h"
#include "engine/base/instant.h"

namespace sojourn::eim {

// What a packet for the device is. Only packages are signed and carry a counter.
enum class OrderKind : std::uint8_t { package, data_request, download };

enum class OrderState : std::uint8_t { queued, outstanding, unsure, checking, done, failed };

enum class OrderEvent : std::uint8_t {
  sent,
  succeeded,     // verified: every operation ok
  refused,       // verified: an operation failed
  rolled_back,   // verified: enabled, lost the network, rolled back
  already_so,    // verified: enable says that the profile is not disabled
  later,         // signed error: emergency call
  rejected,      // signed error: wrong EID, counter out of range, size
  replayed,      // signed error: the counter was used before
  complained,    // an unsigned error
  resigned,      // an unsigned error, and the card may know another key of ours
  lost,          // a result that cannot be read
  not_stored,    // the eUICC keeps no result of it
  confirmed,     // listed: it is as wanted
  contradicted,  // listed: it is not as wanted
  given_up,      // the same, too often
  withdrawn,
};

// The table of order_transitions.def; absent where an event changes nothing.
std::optional<OrderState> next_state(OrderState state, OrderEvent event);
std::string_view state_name(OrderState state);
std::string_view event_name(OrderEvent event);
inline bool is_finished(OrderState state) {
  return state == OrderState::done || state == OrderState::failed;
}

using OrderId = std::uint64_t;  // per device, from 1
// In `asked_for`: nobody's question but the book's own, about the device.
inline constexpr OrderId kOwnQuestion = std::numeric_limits<OrderId>::max();

struct Order {
  OrderId id = 0;
  OrderKind kind{};
  OrderState state = OrderState::queued;
  OrderId asked_for = 0;  // the order that this one, a question of the book's own, is to clear up
  Instant not_before = kBeginning;
  std::uint32_t attempt_count = 0;    // counters used so far
  std::uint32_t complaint_count = 0;  // unsigned errors so far

  // A package: EuiccPackageSigned without counter and transaction id; else the request without its
  // transaction id. DER.
  Bytes content;

  // Once it left: the transaction id, the counter (packages), and the very bytes that are served.
  sgp32::TransactionId transaction_id{};
  std::int64_t counter = 0;
  Bytes message;

  // At its end: why it failed, and the signed data that proves the result.
  std::string reason;
  Bytes evidence;

  friend bool operator==(const Order&, const Order&) = default;
};

// --- the usual contents --------------------------------------------------------------------------

// Rejected before anything is stored (E0842): more than one enable or disable, a disable after an
// enable, a list after a change, no operation at all.
Status check_operations(const sgp32::PsmoList& operations);

}  // namespace sojourn::eim
