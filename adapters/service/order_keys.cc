#include "adapters/service/order_keys.h"

#include <fmt/format.h>

#include <charconv>

#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

// Who repeats a request does so within minutes.
constexpr Duration kKept = days(1);
// More go than come, so what is kept stays bounded.
constexpr std::size_t kForgottenAtOnce = 4;

}  // namespace

// A row is "ORDER DIGEST".
Result<std::optional<eim::OrderId>> known_order(Store& store, const Keys& keys,
                                                const OrderKey& key) {
  auto row = store.read(keys.order_key(key.key));
  if (!row) return std::move(row).error();
  if (!row->has_value()) return std::optional<eim::OrderId>();
  std::string_view text(reinterpret_cast<const char*>((*row)->data()), (*row)->size());
  eim::OrderId order = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), order);
  if (error != std::errc() || end == text.data() + text.size()) {
    return make_diagnostic(Code::E0012, "an order's key cannot be read");
  }
  if (std::string_view(end + 1, text.data() + text.size()) != key.digest) {
    return make_diagnostic(Code::E0842, "the idempotency key was used for another order",
                           "choose a new key for each order");
  }
  return std::optional(order);
}

Status note_order_key(Store& store, const Keys& keys, const OrderKey& key, eim::OrderId order,
                      Instant now, StoreTransaction& effect) {
  auto snapshot = store.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  StoreRange old = StoreRange::between(keys.order_keys_at(), keys.order_key_at(now - kKept, ""));
  auto rows = (*snapshot)->scan(old, kForgottenAtOnce);
  if (!rows) return std::move(rows).error();
  for (const StoreRow& row : *rows) {
    StoreKeyReader parts(row.key);
    parts.read_text(), parts.read_instant();
    effect.erase(keys.order_key(parts.read_text())).erase(row.key);
  }
  std::string text = fmt::format("{} {}", order, key.digest);
  effect.put(keys.order_key(key.key), Bytes(text.begin(), text.end()));
  effect.put(keys.order_key_at(now, key.key), {});
  return {};
}

}  // namespace sojourn::service
