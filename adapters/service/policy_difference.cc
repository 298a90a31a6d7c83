#include "adapters/service/policy_difference.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/service/json_line.h"
#include "engine/graph/viewed_places.h"

namespace sojourn::service {
namespace {

Json outcome_json(const std::string& outcome, const std::string& by) {
  Json json = {{"outcome", outcome}};
  if (!by.empty()) json["by"] = by;
  return json;
}

Json count_json(const TouchedCount& count) {
  return {{"devices", count.device_count}, {"device_days", count.device_day_count}};
}

}  // namespace

Result<Difference> find_difference(const RuleTable& before, const RuleTable& after,
                                   const Gazetteer& world) {
  Difference same;
  same.meaning_before = before.meaning_digest;
  same.meaning_after = after.meaning_digest;
  if (same.meaning_before == same.meaning_after) return same;
  JointPolicies joint = join_policies(before, after);
  // As the new policy sees disputed places; another view is a declaration of its own.
  RuleTable places;
  places.areas = joint.before.areas;
  places.settings.views = after.settings.views;
  auto situations = situations_of(world, places);
  if (!situations) return std::move(situations).error();
  DifferenceOptions options;
  options.claims = world.claims();
  options.situations = &*situations;
  Difference found = difference(std::move(joint), options);
  found.meaning_before = before.meaning_digest;
  found.meaning_after = after.meaning_digest;
  return found;
}

std::string difference_json(const Difference& difference, const RecordedDifference* recorded,
                            int indent) {
  Json json;
  json["same"] = difference.same();
  json["meaning"] = {{"before", "sha256:" + to_hex(difference.meaning_before)},
                     {"after", "sha256:" + to_hex(difference.meaning_after)}};
  json["declarations"] = difference.declarations;
  json["situations"] = Json::array();
  for (std::size_t i = 0; i < difference.situations.size(); ++i) {
    const ChangedSituation& one = difference.situations[i];
    Json item = {{"when", one.when},
                 {"conditions", one.conditions},
                 {"before", outcome_json(one.before, one.before_by)},
                 {"after", outcome_json(one.after, one.after_by)},
                 {"example", one.example}};
    const TouchedCount* count = recorded != nullptr ? recorded->of(i) : nullptr;
    if (count != nullptr) item["recorded"] = count_json(*count);
    json["situations"].push_back(std::move(item));
  }
  json["more"] = difference.more;
  json["undecided"] = difference.undecided;
  if (recorded != nullptr) {
    json["recorded"] = {{"all", count_json(recorded->all)},
                        {"decided_differently", count_json(recorded->touched)},
                        {"devices", Json::array()}};
    for (const TouchedDevice& one : recorded->devices) {
      json["recorded"]["devices"].push_back({{"device", one.device},
                                             {"since", to_rfc3339(one.since)},
                                             {"situation", one.situation + 1},
                                             {"days", one.day_count}});
    }
  }
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sojourn::service
