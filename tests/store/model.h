// The obviously right store: a std::map, and random work for it and for the real one.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/base/store.h"

namespace sojourn {

using StoreModel = std::map<StoreKey, Bytes>;

// Does the transaction to the model, or nothing when an expectation does not hold.
bool apply_to_model(StoreModel& model, const StoreTransaction& transaction);

// What the model has in the range, as StoreSnapshot::scan answers it.
std::vector<StoreRow> scan_model(const StoreModel& model, const StoreRange& range,
                                 std::size_t row_count_max, ScanOrder order);

// How the store differs from the model in all spaces; empty when it does not.
std::string difference(Store& store, const StoreModel& model);

// Random keys over few tenants and parts, so that they meet; random transactions, most of which
// expect what the model has.
class RandomWork {
 public:
  explicit RandomWork(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  StoreKey key();
  StoreKey prefix();
  Bytes value();
  StoreTransaction transaction(const StoreModel& model);
  StoreRange range();

 private:
  std::mt19937_64 random_;
};

}  // namespace sojourn
