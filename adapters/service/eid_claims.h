// Private. Whose an EID is: at most one tenant's, for nobody could say whose order book answers a
// card that two have. Who enrols it first has it, and the others learn no more than that.
//
//   EidClaims claims;
//   claims.add("demo", book);                                  // every tenant, before any starts
//   Result<bool> ours = claims.claim("demo", eid, *snapshot);  // false: another tenant has it
//
// What is enrolled lies in the store. What was claimed since the start is remembered here beside it
// until the process ends, so it does not matter which of that a snapshot shows already.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/eim/order_book.h"
#include "adapters/service/master_data.h"
#include "engine/base/store.h"

namespace sojourn::service {

class EidClaims {
 public:
  // Requires: the book outlives it; no claim yet.
  void add(std::string tenant, const eim::OrderBook& book);

  // Any thread. Requires: the snapshot is younger than this. Errors: the store's.
  Result<bool> claim(std::string_view tenant, const Eid& eid, const StoreSnapshot& snapshot);
  // Of a claim that came to nothing.
  void give_up(std::string_view tenant, const Eid& eid);

  // E0887, without the tenant that has it.
  static Diagnostic taken(std::string_view eid);

  // What a start or a reload has to tell: E0887 for every two tenants that both enrolled some EIDs,
  // in a store of before this was refused, or of which one has in its inventory what the other
  // enrolled or has in its own. `inventories`: in the order of the tenants; null: none.
  Result<std::vector<Diagnostic>> shared(
      const StoreSnapshot& snapshot,
      const std::vector<std::shared_ptr<const MasterData>>& inventories) const;

 private:
  struct Member {
    std::string tenant;
    const eim::OrderBook* book;
  };
  struct HashOfEid {
    std::size_t operator()(const Eid& eid) const;
  };

  std::vector<Member> members_;
  std::mutex mutex_;
  std::unordered_map<Eid, std::string_view, HashOfEid> claimed_;  // by which tenant
};

}  // namespace sojourn::service
