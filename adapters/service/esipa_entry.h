// ESipa for all tenants: finds out whose device a message is from, lets that tenant's order book
// answer, and tells the tenant's engine what came of it.
//
// A device is its tenant's by enrolment. A message names its EID, or comes over a connection on
// which an earlier one did, or carries a transaction that one of the books knows.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/eim/esipa_handler.h"
#include "adapters/eim/order_book.h"
#include "adapters/eim/signing.h"
#include "adapters/service/engine.h"

namespace sojourn::service {

// Books over one store for several threads, each with a signing key of its own.
class BookPool {
 public:
  BookPool(Store& store, const eim::SigningKey& key, const eim::BookOptions& options,
           std::size_t count);
  // One thread at a time per book: waits for a free one.
  Result<eim::Answer> handle(ByteView message, const eim::Peer& peer);

 private:
  struct Place {
    std::mutex mutex;
    std::unique_ptr<eim::SigningKey> key;
    std::unique_ptr<eim::OrderBook> book;
  };
  std::list<Place> places_;
  std::atomic<std::size_t> next_{0};
};

struct EsipaCounters {
  std::atomic<std::uint64_t> messages{0};
  std::atomic<std::uint64_t> undecodable{0};
  std::atomic<std::uint64_t> unknown_devices{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> signatures_refused{0};
};

class EsipaEntry final : public eim::EsipaHandler {
 public:
  struct Tenant {
    BookPool* books = nullptr;
    Engine* engine = nullptr;
  };
  // All of them outlive it.
  EsipaEntry(std::vector<Tenant> tenants, WallClock now)
      : tenants_(std::move(tenants)), now_(std::move(now)) {}

  eim::EsipaAnswer handle(ByteView request, const eim::PeerFacts& peer) override;
  // The disk is waited for when an order moves.
  bool may_wait(ByteView) const override { return true; }

  const EsipaCounters& counters() const { return counters_; }

 private:
  std::optional<Eid> eid_of_session(std::string_view address);
  void note_session(std::string_view address, const Eid& eid);
  eim::EsipaAnswer answer_of(Result<eim::Answer> answer, const Tenant& tenant,
                             std::string_view address);

  const std::vector<Tenant> tenants_;
  WallClock now_;
  EsipaCounters counters_;
  std::mutex mutex_;
  std::unordered_map<std::string, Eid> sessions_;  // by the peer's address
  std::list<std::string> session_order_;           // oldest first
};

}  // namespace sojourn::service
