#include "adapters/service/evidence.h"
#include "adapters/eim/command_package.h"

#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"

namespace sojourn::service {
namespace {

Json begun(Instant at) {
  Json json;
  json["ts"] = to_rfc3339(at);
  json["device"] = "%";
  return json;
}

std::string_view kind_word(eim::OrderKind kind) {
  switch (kind) {
    case eim::OrderKind::package:
      return "package";
    case eim::OrderKind::data_request:
      return "data request";
    case eim::OrderKind::download:
      return "download";
  }
  return "package";
}

std::string_view notice_word(eim::Notice::Kind kind) {
  using Kind = eim::Notice::Kind;
  switch (kind) {
    case Kind::order_finished:
      return "order finished";
    case Kind::order_moved:
      return "order moved";
    case Kind::complaint:
      return "complaint";
    case Kind::signature_refused:
      return "signature refused";
    case Kind::unreadable:
      return "unreadable";
    case Kind::unexpected:
      return "unexpected";
    case Kind::state_change_claimed:
      return "state change claimed";
    case Kind::notification:
      return "notification";
    case Kind::identity_learnt:
      return "identity learnt";
    case Kind::identity_refused:
      return "identity refused";
  }
  return "notice";
}

void add_order(Json& json, const eim::Order& order) {
  json["order"] = order.id;
  json["kind"] = kind_word(order.kind);
  json["state"] = eim::state_name(order.state);
  if (order.counter > 0) json["counter"] = order.counter;
  if (order.transaction_id.size > 0) json["transaction"] = to_hex(order.transaction_id.view());
  if (!order.message.empty()) json["message"] = "sha256:" + to_hex(sha256(order.message));
  if (!order.reason.empty()) json["reason"] = order.reason;
  if (!order.evidence.empty()) json["evidence"] = to_base64(order.evidence);
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + "\x1f";
  return all;
}

}  // namespace

std::string essence_of(const DecisionRecord& record) {
  return record.outcome + "\x1e" + record.profile + "\x1e" + record.rule + "\x1e" +
         joined(record.alerts) + "\x1e" + joined(record.tasks) + "\x1e" +
         record.suppressed.value_or("");
}

std::string_view outcome_word(CommandResult::Outcome outcome) {
  using Outcome = CommandResult::Outcome;
  switch (outcome) {
    case Outcome::done:
      return "done";
    case Outcome::rolled_back:
      return "rolled back";
    case Outcome::refused:
      return "refused";
    case Outcome::missing:
      return "missing";
    case Outcome::not_now:
      return "not now";
    case Outcome::failed:
      return "failed";
    case Outcome::withdrawn:
      return "withdrawn";
  }
  return "failed";
}

std::string command_record(const ProfileCommand& command, std::string_view rule, Instant at) {
  Json json = begun(at);
  json["command"] = name_of(command.kind);
  json["number"] = command.number;
  if (!command.profile.empty()) json["profile"] = command.profile;
  if (!command.iccid.empty()) json["iccid"] = command.iccid;
  if (!command.download.empty()) json["download"] = command.download;
  if (command.kind == ProfileCommand::Kind::enable) json["rollback"] = command.rollback;
  if (!rule.empty()) json["rule"] = rule;
  return dumped(json);
}

std::string result_record(const ProfileCommand& command, const CommandResult& result,
                          const eim::Order& order) {
  Json json = begun(result.at);
  json["result"] = outcome_word(result.outcome);
  json["command"] = name_of(command.kind);
  json["number"] = command.number;
  if (!command.profile.empty()) json["profile"] = command.profile;
  add_order(json, order);
  return dumped(json);
}

std::string order_record(const eim::Order& order, Instant at) {
  Json json = begun(at);
  add_order(json, order);
  return dumped(json);
}

std::string notice_record(const eim::Notice& notice, const eim::Order* order, Instant at) {
  Json json = begun(at);
  json["notice"] = notice_word(notice.kind);
  if (!notice.text.empty()) json["text"] = notice.text;
  if (order != nullptr) {
    add_order(json, *order);
  } else if (notice.order != 0 && notice.order != eim::kOwnQuestion) {
    json["order"] = notice.order;
  }
  if (!notice.evidence.empty()) json["evidence"] = to_base64(notice.evidence);
  return dumped(json);
}

std::string policy_record(std::string_view digest, std::string_view by, Instant at) {
  Json json = begun(at);
  json["policy"] = digest;
  json["activated_by"] = by;
  return dumped(json);
}

std::string proposal_record(const PolicyVersion& proposal, bool dropped, std::string_view by,
                            Instant at) {
  Json json = begun(at);
  json[dropped ? "policy_dropped" : "policy_proposed"] = proposal.digest;
  if (dropped) json["proposed_by"] = proposal.by;
  json["by"] = by;
  return dumped(json);
}

std::string shadow_record(std::string_view digest, std::string_view by, Instant at) {
  Json json = begun(at);
  json["shadow_policy"] = digest.empty() ? Json(nullptr) : Json(digest);
  json["by"] = by;
  return dumped(json);
}

std::string enrolment_ended_record(std::int64_t last_counter, std::string_view by, Instant at) {
  Json json = begun(at);
  json["enrolment_ended"] = last_counter;
  json["by"] = by;
  return dumped(json);
}

std::string set_aside_record(std::string_view why, Instant at) {
  Json json = begun(at);
  json["set_aside"] = why.empty() ? Json(nullptr) : Json(why);
  return dumped(json);
}

std::string order_text(const eim::Order& order, Instant ended_at) {
  Json json;
  add_order(json, order);
  json["asks"] = eim::asked_in(order);
  json["attempts"] = order.attempt_count;
  if (order.not_before != kBeginning) json["not_before"] = to_rfc3339(order.not_before);
  if (ended_at != kBeginning) json["ended_at"] = to_rfc3339(ended_at);
  return dumped(json);
}

}  // namespace sojourn::service
