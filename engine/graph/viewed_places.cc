#include "engine/graph/viewed_places.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

namespace sojourn {
namespace {

// Two that the views make one are told once, by the one that nobody disputes.
std::vector<Situation> as_seen(const std::vector<DisputedView>& views,
                               const std::vector<Situation>& situations) {
  std::vector<Situation> all;
  std::set<std::pair<std::uint32_t, std::vector<bool>>> told;
  for (bool disputed : {false, true}) {
    for (const Situation& one : situations) {
      CountryClaim claim = seen(views, one.country);
      if ((claim != one.country) != disputed) continue;
      if (!told.emplace(claim.packed(), one.areas).second) continue;
      all.push_back(one);
      all.back().country = claim;
    }
  }
  return all;
}

class ViewedLocator final : public Locator {
 public:
  ViewedLocator(std::unique_ptr<Locator> base, std::vector<DisputedView> views)
      : base_(std::move(base)), views_(std::move(views)) {}

  Place locate(const Fix& fix) const override {
    Place place = base_->locate(fix);
    place.country = seen(views_, place.country);
    return place;
  }
  void memberships(const Fix& fix, std::span<Membership> members) const override {
    base_->memberships(fix, members);
  }
  std::int64_t border_distance_mm(LatLon at) const override {
    return base_->border_distance_mm(at);
  }
  Result<Ground> ground(LatLon at) const override { return base_->ground(at); }

  const std::vector<Situation>& situations() const override {
    std::call_once(once_, [this] { situations_ = as_seen(views_, base_->situations()); });
    return situations_;
  }

 private:
  std::unique_ptr<Locator> base_;
  std::vector<DisputedView> views_;
  mutable std::once_flag once_;
  mutable std::vector<Situation> situations_;
};

}  // namespace

CountryClaim seen(const std::vector<DisputedView>& views, CountryClaim claim) {
  for (const DisputedView& view : views) {
    if (CountryClaim::of(view.claimants) == claim) return CountryClaim::of(view.as);
  }
  return claim;
}

Result<std::unique_ptr<Locator>> bind_areas(const Gazetteer& gazetteer, const RuleTable& table) {
  auto locator = gazetteer.bind(table.areas);
  if (!locator || table.settings.views.empty()) return locator;
  return std::unique_ptr<Locator>(
      std::make_unique<ViewedLocator>(std::move(locator).value(), table.settings.views));
}

Result<std::vector<Situation>> situations_of(const Gazetteer& gazetteer, const RuleTable& table) {
  if (table.areas.empty()) {
    std::vector<Situation> all = gazetteer.situations();
    return table.settings.views.empty() ? all : as_seen(table.settings.views, all);
  }
  auto locator = bind_areas(gazetteer, table);
  if (!locator) return std::move(locator).error();
  return (*locator)->situations();
}

}  // namespace sojourn
