#include "adapters/service/policy_difference.h"

#include <nlohmann/json.hpp>

#include "engine/proof/difference.h"

namespace sojourn::service {
namespace {

using Json = nlohmann::ordered_json;

Json outcome_json(const std::string& outcome, const std::string& by) {
  Json json = {{"outcome", outcome}};
  if (!by.empty()) json["by"] = by;
  return json;
}

}  // namespace

Result<std::string> difference_json(const PreparedPolicy& before, const PreparedPolicy& after,
                                    const Gazetteer& world) {
  Difference found;
  if (before.table().meaning_digest != after.table().meaning_digest) {
    JointPolicies joint = join_policies(before.table(), after.table());
    auto locator = world.bind(joint.before.areas);
    if (!locator) return std::move(locator).error();
    DifferenceOptions options;
    options.claims = world.claims();
    options.situations = &(*locator)->situations();
    found = difference(std::move(joint), options);
  }
  Json json;
  json["same"] = found.same();
  json["declarations"] = found.declarations;
  json["situations"] = Json::array();
  for (const ChangedSituation& one : found.situations) {
    json["situations"].push_back({{"when", one.when},
                                  {"conditions", one.conditions},
                                  {"before", outcome_json(one.before, one.before_by)},
                                  {"after", outcome_json(one.after, one.after_by)},
                                  {"example", one.example}});
  }
  json["more"] = found.more;
  json["undecided"] = found.undecided;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sojourn::service
