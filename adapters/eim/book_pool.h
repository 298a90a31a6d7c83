// Order books over one store for several threads, each with a signer of its own.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/eim/order_book.h"
#include "adapters/eim/signing.h"

namespace sojourn::eim {

// Threads: any, several at once; more than there are books wait for one.
class BookPool {
 public:
  // A book for each signer. Requires: a signer at least; the store, to which any thread may commit,
  // outlives the pool.
  BookPool(Store& store, std::vector<std::unique_ptr<PackageSigner>> signers,
           const BookOptions& options);

  // What `ask` answers of a book that nobody else uses meanwhile.
  template <class Ask>
  auto with_book(const Ask& ask) {
    for (Place& place : places_) {
      std::unique_lock lock(place.mutex, std::try_to_lock);
      if (lock.owns_lock()) return ask(*place.book);
    }
    Place& place = next_place();
    std::lock_guard lock(place.mutex);
    return ask(*place.book);
  }
  // As of OrderBook.
  Result<Answer> handle(ByteView message, const Peer& peer) {
    return with_book([&](OrderBook& book) { return book.handle(message, peer); });
  }

 private:
  struct Place {
    std::mutex mutex;
    std::unique_ptr<PackageSigner> signer;
    std::unique_ptr<OrderBook> book;
  };
  Place& next_place();  // all are taken: in turn

  std::list<Place> places_;
  std::atomic<std::size_t> next_{0};
};

// So many signers of one key. E0811.
Result<std::vector<std::unique_ptr<PackageSigner>>> signers_of(const SigningKey& key,
                                                               std::size_t count);

}  // namespace sojourn::eim
