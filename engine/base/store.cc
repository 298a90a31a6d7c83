#include "engine/base/store.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn {

StoreTransaction& StoreTransaction::put(StoreKey key, Bytes value) {
  writes_.push_back({std::move(key), std::move(value)});
  return *this;
}

StoreTransaction& StoreTransaction::erase(StoreKey key) {
  writes_.push_back({std::move(key), std::nullopt});
  return *this;
}

StoreTransaction& StoreTransaction::expect(StoreKey key, Bytes value) {
  expectations_.push_back({std::move(key), std::move(value)});
  return *this;
}

StoreTransaction& StoreTransaction::expect_absent(StoreKey key) {
  expectations_.push_back({std::move(key), std::nullopt});
  return *this;
}

Result<std::vector<StoreKey>> StoreSnapshot::keys(const StoreRange& range,
                                                  std::size_t row_count_max,
                                                  ScanOrder order) const {
  auto rows = scan(range, row_count_max, order);
  if (!rows) return std::move(rows).error();
  std::vector<StoreKey> keys;
  keys.reserve(rows->size());
  for (StoreRow& row : *rows) keys.push_back(std::move(row.key));
  return keys;
}

Status Store::commit(const StoreTransaction& transaction) {
  return std::move(commit_group({&transaction, 1}).front());
}

Result<std::optional<Bytes>> Store::read(const StoreKey& key) {
  auto frozen = snapshot();
  if (!frozen) return std::move(frozen).error();
  return (*frozen)->read(key);
}

Status check_limits(const StoreTransaction& transaction) {
  for (const StoreTransaction::Entry& write : transaction.writes()) {
    if (write.key.bytes().size() > limits::kStoreKeyBytesMax) {
      return make_diagnostic(
          Code::E0901, fmt::format("a key in {} has {} bytes, more than the {} that a store takes",
                                   space_name(write.key.space()), write.key.bytes().size(),
                                   limits::kStoreKeyBytesMax));
    }
    if (write.value && write.value->size() > limits::kStoreValueBytesMax) {
      return make_diagnostic(
          Code::E0901,
          fmt::format("a value of {} bytes for {} is more than the {} that a store takes",
                      write.value->size(), describe(write.key), limits::kStoreValueBytesMax));
    }
  }
  return {};
}

Diagnostic conflict_at(const StoreTransaction::Entry& expectation) {
  return make_diagnostic(
      Code::E0016,
      fmt::format("the transaction expects {} in {}, which holds something else",
                  expectation.value ? "another value" : "nothing", describe(expectation.key)),
      "read the row again and decide anew");
}

Diagnostic store_stopped(const Diagnostic& cause) {
  return make_diagnostic(
      Code::E0015,
      fmt::format("the store has stopped after {}: {}", code_name(cause.code), cause.message),
      cause.help);
}

}  // namespace sojourn
