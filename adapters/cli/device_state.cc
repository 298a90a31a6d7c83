#include "adapters/cli/device_state.h"

#include "engine/device/device.h"

namespace sojourn::cli {
namespace {

AttributeReport something_for(const Attribute& attribute) {
  AttributeReport report;
  report.name = attribute.name;
  std::string value = attribute.values.empty() ? "BR" : attribute.values.front();
  switch (attribute.type) {
    case AttributeType::flag:
      report.type = AttributeReport::Type::flag;
      break;
    case AttributeType::number:
      report.type = AttributeReport::Type::number;
      break;
    case AttributeType::choice:
    case AttributeType::text:
    case AttributeType::country:
      report.type = AttributeReport::Type::text;
      report.text = std::move(value);
      break;
    case AttributeType::set_of_text:
    case AttributeType::set_of_country:
    case AttributeType::set_of_choice:
      report.type = AttributeReport::Type::list;
      report.list = {std::move(value)};
      break;
  }
  return report;
}

// A report that says something about everything.
Observation full_report(const RuleTable& table, Instant at) {
  Observation said;
  said.at = at;
  said.names.eid = "89049032123451234512345678901235";
  said.names.imei = "356938035643809";
  said.position.give(Fix{{-23.55, -46.63}, 20, {}, {}, {}});
  said.network.give(*parse_plmn("724-05"));
  said.rat.give(Rat::lte);
  said.registration.give(Registration::home);
  std::vector<std::string> profiles;
  for (const Profile& profile : table.profiles) profiles.push_back(profile.name);
  if (!profiles.empty()) said.profile.give(profiles.front());
  if (!profiles.empty()) said.fallback.give(profiles.front());
  said.installed.give(std::move(profiles));
  said.data_bytes = 1'000'000;
  for (const Attribute& attribute : table.attributes) {
    said.attributes.push_back(something_for(attribute));
  }
  return said;
}

}  // namespace

Result<DeviceState> state_per_device(std::shared_ptr<const DecisionGraph> graph,
                                     const Gazetteer& world) {
  auto prepared = PreparedPolicy::prepare(graph, world);
  if (!prepared) return std::move(prepared).error();
  Device device(*prepared);
  // Two, so that a running total and a first answer that was not yet believed are behind it.
  for (int day = 0; day < 2; ++day) {
    Instant at = Instant{1'767'225'600'000} + days(day);  // from 2026-01-01 on
    device.observe(full_report(graph->table(), at));
    device.decide(at);
  }
  device.rest();
  return DeviceState{device.byte_count()};
}

}  // namespace sojourn::cli
