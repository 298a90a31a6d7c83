#include "adapters/service/device_row.h"

#include <nlohmann/json.hpp>

#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

using Json = nlohmann::ordered_json;

Bytes dumped(const Json& json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return Bytes(text.begin(), text.end());
}

Diagnostic damaged() { return make_diagnostic(Code::E0012, "the row of a device cannot be read"); }

// What `take` reads throws on a wrong type; that is damage.
template <class Row, class Take>
Result<Row> read_row(ByteView bytes, const Take& take) {
  Json json = Json::parse(bytes.begin(), bytes.end(), nullptr, false);
  Row row;
  try {
    if (!json.is_object() || !take(json, row)) return damaged();
  } catch (const Json::exception&) {
    return damaged();
  }
  return row;
}

}  // namespace

Bytes to_bytes(const DeviceRow& row) {
  Json json;
  json["record"] = row.record;
  json["essence"] = row.essence;
  json["decided_at"] = row.decided_at.ms;
  json["policy"] = row.policy;
  json["queued_at"] = row.queued_at.ms;
  json["plan"] = to_base64(row.plan);
  json["waits_for"] = row.waits_for;
  if (!row.approved.empty()) json["approved"] = row.approved;
  json["order"] = row.order;
  json["command"] = row.command;
  return dumped(json);
}

Result<DeviceRow> device_row_from(ByteView bytes) {
  return read_row<DeviceRow>(bytes, [](const Json& json, DeviceRow& row) {
    json.at("record").get_to(row.record);
    json.at("essence").get_to(row.essence);
    json.at("decided_at").get_to(row.decided_at.ms);
    json.at("policy").get_to(row.policy);
    json.at("queued_at").get_to(row.queued_at.ms);
    json.at("waits_for").get_to(row.waits_for);
    if (json.contains("approved")) json.at("approved").get_to(row.approved);
    json.at("order").get_to(row.order);
    json.at("command").get_to(row.command);
    auto plan = from_base64(json.at("plan").get<std::string>());
    if (plan) row.plan = std::move(*plan);
    return plan.has_value();
  });
}

Bytes to_bytes(const Intent& intent) {
  const ProfileCommand& command = intent.command;
  Json json;
  json["number"] = command.number;
  json["kind"] = static_cast<unsigned>(command.kind);
  json["profile"] = command.profile;
  json["iccid"] = command.iccid;
  json["download"] = command.download;
  json["rollback"] = command.rollback;
  json["withdraw"] = intent.withdraw;
  return dumped(json);
}

Result<Intent> intent_from(ByteView bytes) {
  return read_row<Intent>(bytes, [](const Json& json, Intent& intent) {
    ProfileCommand& command = intent.command;
    json.at("number").get_to(command.number);
    unsigned kind = json.at("kind").get<unsigned>();
    json.at("profile").get_to(command.profile);
    json.at("iccid").get_to(command.iccid);
    json.at("download").get_to(command.download);
    json.at("rollback").get_to(command.rollback);
    json.at("withdraw").get_to(intent.withdraw);
    command.kind = static_cast<ProfileCommand::Kind>(kind);
    return kind < ProfileCommand::kKindCount;
  });
}

}  // namespace sojourn::service
