// What the killed child writes and its parent looks for: numbered batches of rows.
//
// Batch n is one transaction: it moves the counter from n - 1 to n, which it expects, and adds
// rows (n, 0) to (n, n % 7), the first of which it expects to be absent. Each row says which life
// of the child wrote it.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/store.h"

namespace sojourn {

inline StoreKey counter_key() { return StoreKey(Space::outbox, "acme", 1).add_text("counter"); }

inline StoreKey batch_key(std::uint64_t number) {
  return StoreKey(Space::audit, "acme", 1).add_unsigned(number);
}

inline StoreKey row_key(std::uint64_t number, std::uint64_t row) {
  return batch_key(number).add_unsigned(row);
}

inline std::uint64_t row_count_of(std::uint64_t number) { return number % 7 + 1; }

inline Bytes counter_value(std::uint64_t number) {
  std::string text = std::to_string(number);
  return {text.begin(), text.end()};
}

inline Bytes row_value(std::uint64_t life, std::uint64_t number) {
  std::string text = std::to_string(life) + " " + std::to_string(number) + " ";
  text.append(number * 37 % 3000, static_cast<char>('a' + number % 26));
  return {text.begin(), text.end()};
}

inline StoreTransaction batch(std::uint64_t life, std::uint64_t number) {
  StoreTransaction transaction;
  if (number == 1) {
    transaction.expect_absent(counter_key());
  } else {
    transaction.expect(counter_key(), counter_value(number - 1));
  }
  transaction.put(counter_key(), counter_value(number)).expect_absent(row_key(number, 0));
  for (std::uint64_t row = 0; row < row_count_of(number); ++row) {
    transaction.put(row_key(number, row), row_value(life, number));
  }
  return transaction;
}

}  // namespace sojourn
