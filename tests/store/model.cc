#include "tests/store/model.h"

#include <algorithm>

namespace sojourn {
namespace {

constexpr Space kSpaces[] = {Space::histories, Space::instants, Space::outbox, Space::settings};
constexpr const char* kTenants[] = {"a", "ab", "b"};

std::optional<Bytes> value_in(const StoreModel& model, const StoreKey& key) {
  auto row = model.find(key);
  if (row == model.end()) return std::nullopt;
  return row->second;
}

}  // namespace

bool apply_to_model(StoreModel& model, const StoreTransaction& transaction) {
  for (const auto& expectation : transaction.expectations()) {
    if (value_in(model, expectation.key) != expectation.value) return false;
  }
  for (const auto& write : transaction.writes()) {
    if (write.value) {
      model.insert_or_assign(write.key, *write.value);
    } else {
      model.erase(write.key);
    }
  }
  return true;
}

std::vector<StoreRow> scan_model(const StoreModel& model, const StoreRange& range,
                                 std::size_t row_count_max, ScanOrder order) {
  std::vector<StoreRow> rows;
  for (const auto& [key, value] : model) {
    if (range.contains(key)) rows.push_back({key, value});
  }
  if (order == ScanOrder::descending) std::reverse(rows.begin(), rows.end());
  if (rows.size() > row_count_max) {
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(row_count_max), rows.end());
  }
  return rows;
}

std::string difference(Store& store, const StoreModel& model) {
  auto snapshot = store.snapshot();
  if (!snapshot) return snapshot.error().message;
  std::vector<StoreRow> found;
  for (std::uint8_t number = 1; find_space(number); ++number) {
    auto rows = (*snapshot)->scan(StoreRange::of_space(*find_space(number)), model.size() + 100);
    if (!rows) return rows.error().message;
    found.insert(found.end(), rows->begin(), rows->end());
  }
  auto row = found.begin();
  for (const auto& [key, value] : model) {
    if (row == found.end()) return "missing: " + describe(key);
    if (row->key != key) {
      return (row->key < key ? "not expected: " + describe(row->key) : "missing: " + describe(key));
    }
    if (row->value != value) return "another value in " + describe(key);
    ++row;
  }
  return row == found.end() ? "" : "not expected: " + describe(row->key);
}

StoreKey RandomWork::prefix() {
  StoreKey key(kSpaces[below(std::size(kSpaces))], kTenants[below(std::size(kTenants))],
               static_cast<std::uint16_t>(1 + below(2)));
  if (one_in(3)) key.add_unsigned(below(4));
  return key;
}

StoreKey RandomWork::key() {
  StoreKey key = prefix();
  if (one_in(2)) key.add_bytes(Bytes(below(4), static_cast<std::uint8_t>(one_in(2) ? 0 : 255)));
  if (one_in(2)) key.add_signed(static_cast<std::int64_t>(below(5)) - 2);
  return key;
}

Bytes RandomWork::value() {
  Bytes value(one_in(20) ? below(20'000) : below(200));
  for (std::uint8_t& byte : value) byte = static_cast<std::uint8_t>(below(256));
  return value;
}

StoreTransaction RandomWork::transaction(const StoreModel& model) {
  StoreTransaction transaction;
  for (std::size_t i = below(3); i > 0; --i) {
    StoreKey about = key();
    auto expected = one_in(12) ? std::optional<Bytes>(value()) : value_in(model, about);
    if (expected) {
      transaction.expect(about, *expected);
    } else {
      transaction.expect_absent(about);
    }
  }
  for (std::size_t i = below(6); i > 0; --i) {
    if (one_in(3)) {
      transaction.erase(key());
    } else {
      transaction.put(key(), value());
    }
  }
  return transaction;
}

StoreRange RandomWork::range() {
  StoreKey first = prefix();
  if (one_in(8)) return StoreRange::of_space(first.space());
  StoreRange range = StoreRange::with_prefix(first);
  if (one_in(3)) {
    StoreKey low = first;
    StoreKey high = first;
    range = StoreRange::between(low.add_unsigned(below(4)), high.add_unsigned(below(4)));
  }
  if (one_in(4)) range = range.after(key());
  if (one_in(4)) range = range.before(key());
  return range;
}

}  // namespace sojourn
