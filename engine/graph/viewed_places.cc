#include "engine/graph/viewed_places.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

namespace sojourn {
namespace {

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
    std::call_once(once_, [this] { find_situations(); });
    return situations_;
  }

 private:
  // Two that the views make one are told once, by the one that nobody disputes.
  void find_situations() const {
    std::set<std::pair<std::uint32_t, std::vector<bool>>> told;
    for (bool disputed : {false, true}) {
      for (const Situation& one : base_->situations()) {
        CountryClaim claim = seen(views_, one.country);
        if ((claim != one.country) != disputed) continue;
        if (!told.emplace(claim.packed(), one.areas).second) continue;
        situations_.push_back(one);
        situations_.back().country = claim;
      }
    }
  }

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

}  // namespace sojourn
