#include "adapters/eim/book_pool.h"

#include <iterator>

namespace sojourn::eim {

BookPool::BookPool(Store& store, std::vector<std::unique_ptr<PackageSigner>> signers,
                   const BookOptions& options) {
  for (std::unique_ptr<PackageSigner>& signer : signers) {
    Place& place = places_.emplace_back();
    place.signer = std::move(signer);
    place.book = std::make_unique<OrderBook>(store, *place.signer, random_bytes(), options);
  }
}

BookPool::Place& BookPool::next_place() {
  auto place = places_.begin();
  std::advance(place, static_cast<std::ptrdiff_t>(next_++ % places_.size()));
  return *place;
}

Result<std::vector<std::unique_ptr<PackageSigner>>> signers_of(const SigningKey& key,
                                                               std::size_t count) {
  std::vector<std::unique_ptr<PackageSigner>> signers;
  for (std::size_t i = 0; i < count; ++i) {
    Result<SigningKey> copy = key.clone();
    if (!copy) return std::move(copy).error();
    signers.push_back(std::make_unique<SigningKey>(std::move(*copy)));
  }
  return signers;
}

}  // namespace sojourn::eim
