// ESipa for all tenants: finds out whose device a message is from, lets that tenant's order book
// answer, and tells the tenant's engine what came of it.
//
// A device is its tenant's by enrolment. A message names its EID, or comes over a connection on
// which an earlier one did, or carries a transaction that one of the books knows.
#pragma once

#include <atomic>
#include <string_view>
#include <vector>

#include "adapters/eim/book_pool.h"
#include "adapters/eim/esipa_handler.h"
#include "adapters/eim/session_eids.h"
#include "adapters/service/engine.h"

namespace sojourn::service {

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
    eim::BookPool* books = nullptr;
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
  eim::EsipaAnswer answer_of(Result<eim::Answer> answer, const Tenant& tenant,
                             std::string_view address);

  const std::vector<Tenant> tenants_;
  WallClock now_;
  EsipaCounters counters_;
  eim::SessionEids sessions_;
};

}  // namespace sojourn::service
