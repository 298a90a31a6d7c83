// /v1/policy and /v1/audit: what decides, and what was decided.
#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "adapters/service/paging.h"
#include "adapters/service/policy_versions.h"
#include "adapters/service/rest.h"
#include "adapters/service/stored_chain.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service::routes {
namespace {

Json findings_json(const PolicyCheck& check) {
  Json findings = Json::array();
  for (const PolicyFinding& finding : check.findings) {
    findings.push_back({{"code", finding.code},
                        {"severity", finding.severity},
                        {"message", finding.message},
                        {"text", finding.rendered}});
  }
  return findings;
}

Json check_json(const PolicyCheck& check) {
  Json json;
  json["runnable"] = static_cast<bool>(check.runnable);
  if (check.runnable) json["policy"] = digest_text(*check.runnable.prepared);
  if (check.proposed) json["proposed"] = true;
  json["findings"] = findings_json(check);
  return json;
}

}  // namespace

eim::HttpResponse show_policy(Rest&, const RestCall& call) {
  auto policy = call.engine->tenant().policy();
  const RuleTable& table = policy->table();
  Json json;
  json["policy"] = digest_text(*policy);
  json["name"] = table.settings.name;
  json["version"] = table.settings.version;
  json["owner"] = table.settings.owner;
  json["rules"] = Json::array();
  for (const Rule& rule : table.rules) {
    Json one;
    one["rule"] = rule.label();
    if (!rule.text.empty()) one["text"] = rule.text;
    one["at"] = rule.origin.text();
    one["source"] = rule.source;
    json["rules"].push_back(std::move(one));
  }
  json["judging_anew"] = call.engine->tenant().revisiting();
  return json_answer(200, dumped(json));
}

eim::HttpResponse check_policy(Rest& rest, const RestCall& call) {
  if (call.body().empty()) return no_policy_sent();
  PolicyCheck check = rest.facts().check(*call.engine, call.body());
  return json_answer(200, dumped(check_json(check)));
}

eim::HttpResponse activate_policy(Rest& rest, const RestCall& call) {
  if (call.body().empty()) return no_policy_sent();
  PolicyCheck check;
  Status done = rest.facts().activate_policy(*call.engine, call.body(), call.holder.name, check);
  return activated(done, check, rest.retry_after_s());
}

eim::HttpResponse compare_policy(Rest& rest, const RestCall& call) {
  if (call.body().empty()) return no_policy_sent();
  PolicyCheck check;
  auto difference = rest.facts().difference(*call.engine, call.body(), check);
  if (difference) return json_answer(200, *difference);
  if (difference.error().code == Code::E0882) return unusable(check);
  return problem(difference.error(), rest.retry_after_s());
}

eim::HttpResponse list_versions(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  auto versions = policy_versions(tenant.store(), tenant.keys(), page_size(call));
  if (!versions) return problem(versions.error(), rest.retry_after_s());
  Json json;
  json["versions"] = Json::array();
  for (const PolicyVersion& one : *versions) {
    json["versions"].push_back({{"version", one.number},
                                {"policy", one.digest},
                                {"by", one.by},
                                {"at", to_rfc3339(one.at)}});
  }
  return json_answer(200, dumped(json));
}

eim::HttpResponse show_version(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  auto number = number_in(call.parts[0]);
  auto version = policy_version(tenant.store(), tenant.keys(), number.value_or(0));
  if (!version) return problem(version.error(), rest.retry_after_s());
  if (!version->has_value()) return problem(404, "", "there is no such version");
  return eim::HttpResponse::text(200, (*version)->text);
}

eim::HttpResponse roll_back(Rest& rest, const RestCall& call) {
  PolicyCheck check;
  Status done = rest.facts().roll_back(*call.engine, call.value("to"), call.holder.name, check);
  return activated(done, check, rest.retry_after_s());
}

eim::HttpResponse show_proposal(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  auto proposal = policy_proposal(tenant.store(), tenant.keys());
  if (!proposal) return problem(proposal.error(), rest.retry_after_s());
  if (!proposal->has_value()) return problem(404, "", "no policy waits for a second person");
  Json json;
  json["policy"] = (*proposal)->digest;
  json["by"] = (*proposal)->by;
  json["at"] = to_rfc3339((*proposal)->at);
  json["text"] = (*proposal)->text;
  return json_answer(200, dumped(json));
}

eim::HttpResponse drop_proposal(Rest& rest, const RestCall& call) {
  Status done = call.engine->propose({}, call.holder.name);
  if (!done) return problem(done.error(), rest.retry_after_s());
  return no_content();
}

eim::HttpResponse activate_proposal(Rest& rest, const RestCall& call) {
  PolicyCheck check;
  Status done = rest.facts().activate_proposal(*call.engine, call.holder.name, check);
  return activated(done, check, rest.retry_after_s());
}

eim::HttpResponse read_chain(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  auto snapshot = tenant.store().snapshot();
  if (!snapshot) return problem(snapshot.error(), rest.retry_after_s());
  std::uint64_t from = number_in(call.value("from")).value_or(0);
  StoreRange range = StoreRange::with_prefix(tenant.keys().chain());
  if (from > 0) range = range.after(tenant.keys().chain(from - 1));
  auto rows = (*snapshot)->scan(range, page_size(call, kPageMax));
  if (!rows) return problem(rows.error(), rest.retry_after_s());
  std::string lines;
  for (const StoreRow& row : *rows) {
    lines += text_in(row.value);
    lines += '\n';
  }
  return eim::HttpResponse::text(200, lines, "application/x-ndjson");
}

eim::HttpResponse read_chain_head(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  auto snapshot = tenant.store().snapshot();
  if (!snapshot) return problem(snapshot.error(), rest.retry_after_s());
  auto head = noted_chain_head(**snapshot, tenant.keys());
  if (!head) return problem(head.error(), rest.retry_after_s());
  Json json;
  json["records"] = head->has_value() ? (*head)->sequence + 1 : 0;
  if (head->has_value()) json["hash"] = to_hex((*head)->hash);
  return json_answer(200, dumped(json));
}

}  // namespace sojourn::service::routes

namespace sojourn::service {

// An empty file is a policy that keeps everything; an empty body is a mistake.
eim::HttpResponse no_policy_sent() {
  return problem(400, "E0885", "the body holds no policy",
                 "send rules or a compiled graph: `curl --data-binary @policy.sojourn`");
}

eim::HttpResponse unusable(const PolicyCheck& check) {
  Json json = routes::check_json(check);
  json["title"] = "the policy has errors";
  json["status"] = 422;
  json["code"] = "E0882";
  return eim::HttpResponse::text(422, dumped(json) + "\n", "application/problem+json");
}

eim::HttpResponse activated(const Status& done, const PolicyCheck& check,
                            std::uint32_t retry_after_s) {
  if (done) return json_answer(check.proposed ? 202 : 200, dumped(routes::check_json(check)));
  if (done.error().code == Code::E0882) return unusable(check);
  return problem(done.error(), retry_after_s);
}

}  // namespace sojourn::service
