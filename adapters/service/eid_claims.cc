#include "adapters/service/eid_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "adapters/service/log.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

constexpr std::size_t kEidsPerPage = 256;

// The first EID of a sorted list that is not below `least`; absent: there is none.
using EidsFrom = std::function<Result<std::optional<Eid>>(const Eid& least)>;

EidsFrom enrolled_in(const eim::OrderBook& book, const StoreSnapshot& snapshot) {
  return [&book, &snapshot, page = std::vector<Eid>(),
          begun = false](const Eid& least) mutable -> Result<std::optional<Eid>> {
    auto found = std::lower_bound(page.begin(), page.end(), least);
    if (found == page.end() && (!begun || page.size() == kEidsPerPage)) {
      auto next = book.eids(snapshot, least, kEidsPerPage);
      if (!next) return std::move(next).error();
      page = std::move(*next);
      begun = true;
      found = page.begin();
    }
    if (found == page.end()) return std::optional<Eid>();
    return std::optional<Eid>(*found);
  };
}

EidsFrom listed_in(const std::vector<Eid>& eids) {
  return [&eids](const Eid& least) -> Result<std::optional<Eid>> {
    auto found = std::lower_bound(eids.begin(), eids.end(), least);
    if (found == eids.end()) return std::optional<Eid>();
    return std::optional<Eid>(*found);
  };
}

Eid following(Eid eid) {
  for (auto byte = eid.bytes.rbegin(); byte != eid.bytes.rend() && ++*byte == 0;) ++byte;
  return eid;
}

struct Both {
  std::size_t count = 0;
  Eid first;
};

// What stands in two lists. Each skips what the other has not, so it costs no more than the
// shorter.
Result<Both> in_both(const EidsFrom& one, const EidsFrom& other) {
  Both both;
  Eid least;
  while (true) {
    auto a = one(least);
    if (!a) return std::move(a).error();
    if (!a->has_value()) return both;
    auto b = other(**a);
    if (!b) return std::move(b).error();
    if (!b->has_value()) return both;
    least = **b;
    if (**a != **b) continue;
    if (both.count++ == 0) both.first = least;
    least = following(least);
    if (least == Eid{}) return both;
  }
}

std::vector<Eid> eids_of(const std::shared_ptr<const MasterData>& inventory) {
  return inventory == nullptr ? std::vector<Eid>() : inventory->eids();
}

}  // namespace

std::size_t EidClaims::HashOfEid::operator()(const Eid& eid) const {
  std::string_view bytes(reinterpret_cast<const char*>(eid.bytes.data()),  // NOLINT: any object
                         eid.bytes.size());                                // may be read as bytes
  return std::hash<std::string_view>()(bytes);
}

void EidClaims::add(std::string tenant, const eim::OrderBook& book) {
  members_.push_back({std::move(tenant), &book});
}

// The lock is held while the store is read: between two tenants that claim at once.
Result<bool> EidClaims::claim(std::string_view tenant, const Eid& eid,
                              const StoreSnapshot& snapshot) {
  if (members_.size() < 2) return true;
  std::lock_guard lock(mutex_);
  auto known = claimed_.find(eid);
  if (known != claimed_.end()) return known->second == tenant;
  std::string_view claimant;
  for (const Member& member : members_) {
    if (member.tenant == tenant) {
      claimant = member.tenant;
      continue;
    }
    auto row = member.book->row(snapshot, {}, eid);
    // A row that is damaged is there.
    if (!row && row.error().code != Code::E0019) return std::move(row).error();
    if (!row || row->has_value()) return false;
  }
  claimed_.emplace(eid, claimant);
  return true;
}

void EidClaims::give_up(std::string_view tenant, const Eid& eid) {
  std::lock_guard lock(mutex_);
  auto known = claimed_.find(eid);
  if (known != claimed_.end() && known->second == tenant) claimed_.erase(known);
}

Diagnostic EidClaims::taken(std::string_view eid) {
  return make_diagnostic(Code::E0887, fmt::format("EID `{}` is another tenant's", eid),
                         "a card has one tenant; who runs the service can say which");
}

Result<std::vector<Diagnostic>> EidClaims::shared(
    const StoreSnapshot& snapshot,
    const std::vector<std::shared_ptr<const MasterData>>& inventories) const {
  std::vector<Diagnostic> all;
  std::vector<std::vector<Eid>> listed;
  for (const auto& inventory : inventories) listed.push_back(eids_of(inventory));
  auto tell = [&](Result<Both> both, const std::string& tenant, const std::string& what,
                  const std::string& help) -> Status {
    if (!both) return std::move(both).error();
    if (both->count == 0) return {};
    // In logs devices stand under their digests.
    all.push_back(make_diagnostic(
        Code::E0887,
        fmt::format("{} EIDs {} (the first is `{}` of `{}` in this log)", both->count, what,
                    log_name(tenant, to_text(both->first)), tenant),
        help));
    return {};
  };
  for (std::size_t i = 0; i < members_.size(); ++i) {
    for (std::size_t j = i + 1; j < members_.size(); ++j) {
      const Member& a = members_[i];
      const Member& b = members_[j];
      Status told = tell(
          in_both(enrolled_in(*a.book, snapshot), enrolled_in(*b.book, snapshot)), b.tenant,
          fmt::format("are enrolled by both tenant `{}` and tenant `{}`", a.tenant, b.tenant),
          fmt::format("`{}` stands first in the configuration and answers these cards; for the "
                      "other way round change the order",
                      a.tenant));
      if (!told) return told.error();
    }
  }
  constexpr const char* kOneInventory = "a card has one tenant: take them out of one inventory";
  for (std::size_t i = 0; i < members_.size(); ++i) {
    for (std::size_t j = 0; j < members_.size() && !listed[i].empty(); ++j) {
      if (i == j) continue;
      const std::string& mine = members_[i].tenant;
      const std::string& theirs = members_[j].tenant;
      Status told = tell(
          in_both(listed_in(listed[i]), enrolled_in(*members_[j].book, snapshot)), mine,
          fmt::format("in the inventory of tenant `{}` are enrolled by tenant `{}`", mine, theirs),
          fmt::format("reports of them to `{}` are refused: take them out of its inventory", mine));
      if (told && i < j) {
        told = tell(
            in_both(listed_in(listed[i]), listed_in(listed[j])), mine,
            fmt::format("are in the inventories of both tenant `{}` and tenant `{}`", mine, theirs),
            kOneInventory);
      }
      if (!told) return told.error();
    }
  }
  return all;
}

}  // namespace sojourn::service
