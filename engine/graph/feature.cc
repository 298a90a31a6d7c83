#include "engine/graph/feature.h"

#include <array>

namespace sojourn {
namespace {

constexpr std::array<std::string_view, kRatCount> kRatNames = {"gsm",    "umts", "lte", "lte-m",
                                                               "nb-iot", "nr",   "ntn", "wifi"};

}  // namespace

ValueDomain domain_of(FeatureKind kind) {
  switch (kind) {
    case FeatureKind::country:
    case FeatureKind::network:
    case FeatureKind::profile:
    case FeatureKind::fallback:
    case FeatureKind::rat:
    case FeatureKind::attribute_choice:
    case FeatureKind::attribute_country:
      return ValueDomain::symbol;
    case FeatureKind::area:
    case FeatureKind::roaming:
    case FeatureKind::breakout:
    case FeatureKind::installed:
    case FeatureKind::quarantined:
    case FeatureKind::no_service:
    case FeatureKind::in_flight:
    case FeatureKind::attribute_flag:
    case FeatureKind::attribute_has:
    case FeatureKind::local_time:
    case FeatureKind::since:
    case FeatureKind::released:
      return ValueDomain::flag;
    case FeatureKind::attribute_number:
    case FeatureKind::speed:
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
    case FeatureKind::silent:
    case FeatureKind::date:
      return ValueDomain::number;
    case FeatureKind::held:
    case FeatureKind::recency:
    case FeatureKind::consecutive_days:
    case FeatureKind::window_count:
    case FeatureKind::calendar_count:
    case FeatureKind::held_share:
    case FeatureKind::day_share:
    case FeatureKind::event_count:
    case FeatureKind::data_sum:
    case FeatureKind::data_balance:
    case FeatureKind::fleet_count:
    case FeatureKind::on_a_network:
      return ValueDomain::count;
  }
  return ValueDomain::symbol;
}

bool is_temporal(FeatureKind kind) {
  switch (kind) {
    case FeatureKind::held:
    case FeatureKind::recency:
    case FeatureKind::consecutive_days:
    case FeatureKind::window_count:
    case FeatureKind::calendar_count:
    case FeatureKind::held_share:
    case FeatureKind::day_share:
    case FeatureKind::on_a_network:
      return true;
    default:
      return false;
  }
}

bool grows_while_it_lasts(FeatureKind kind) {
  return is_temporal(kind) && kind != FeatureKind::recency && kind != FeatureKind::on_a_network;
}

std::optional<Rat> find_rat(std::string_view name) {
  for (std::size_t i = 0; i < kRatNames.size(); ++i) {
    if (kRatNames[i] == name) return static_cast<Rat>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Rat rat) { return kRatNames[static_cast<std::size_t>(rat)]; }

}  // namespace sojourn
