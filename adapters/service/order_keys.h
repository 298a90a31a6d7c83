// Private. Idempotency keys of orders: a request that is repeated, because its answer was lost,
// orders nothing a second time.
#pragma once

#include <optional>

#include "adapters/eim/order.h"
#include "adapters/service/keys.h"
#include "engine/base/store.h"

namespace sojourn::service {

struct OrderKey {
  std::string key;     // who asks and the key they chose
  std::string digest;  // of what is asked
};

// The order that was placed under the key. E0842 when that was for something else.
Result<std::optional<eim::OrderId>> known_order(Store& store, const Keys& keys,
                                                const OrderKey& key);
// Into `effect`: the order is known by the key for a day. Forgets some older ones.
Status note_order_key(Store& store, const Keys& keys, const OrderKey& key, eim::OrderId order,
                      Instant now, StoreTransaction& effect);

}  // namespace sojourn::service
