#include "adapters/service/fleet_word_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

// The name by which a reading is told, the same in every policy.
std::string name_of_reading(const Feature& feature, const RuleTable& table) {
  if (feature.kind == FeatureKind::fleet_count) return table.attributes[feature.subject].name;
  return campaign_of(table, static_cast<std::int32_t>(feature.subject), -1);
}

}  // namespace

std::string fleet_word_text(const FleetWord& word, const RuleTable& table) {
  Json json = Json::object();
  for (const auto& [index, reading] : word.readings) {
    const Feature& feature = table.features[index];
    bool is_count = feature.kind == FeatureKind::fleet_count;
    if (is_count && reading.known) {
      json["counts"][name_of_reading(feature, table)] = reading.lower;
    } else if (!is_count && reading == Reading::exactly(1)) {
      json["released"].push_back(name_of_reading(feature, table));
    }
  }
  if (word.granted) json["granted"] = true;
  if (!word.waits_for.empty()) {
    json["waits"] = word.waits_for;
    json["spares_bans"] = word.spares_bans;
  }
  return dumped(json);
}

Result<FleetWord> fleet_word_from(std::string_view text, const FleetWord& like,
                                  const RuleTable& table) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  FleetWord word = like;
  try {
    word.granted = json.value("granted", false);
    word.waits_for = json.value("waits", std::string());
    word.spares_bans = word.waits_for.empty() || json.value("spares_bans", true);
    const Json counts = json.value("counts", Json::object());
    const Json released = json.value("released", Json::array());
    for (auto& [index, reading] : word.readings) {
      const Feature& feature = table.features[index];
      std::string name = name_of_reading(feature, table);
      if (feature.kind == FeatureKind::fleet_count) {
        auto count = counts.find(name);
        reading = count == counts.end() ? Reading::between(0, kNotYet)
                                        : Reading::exactly(count->get<std::int64_t>());
      } else {
        bool lets_go = std::find(released.begin(), released.end(), name) != released.end();
        reading = Reading::exactly(lets_go ? 1 : 0);
      }
    }
    return word;
  } catch (const Json::exception&) {
    return make_diagnostic(Code::E0012, "what the fleet said to a device cannot be read");
  }
}

}  // namespace sojourn::service
