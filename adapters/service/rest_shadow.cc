// /v1/policy/shadow: a policy that decides beside the one in force, and what it decides otherwise.
#include <fmt/format.h>

#include "adapters/service/json_text.h"
#include "adapters/service/paging.h"
#include "adapters/service/rest.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service::routes {
eim::HttpResponse show_shadow(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  auto shadow = tenant.shadow();
  if (!shadow) return problem(404, "", "no policy runs in shadow");
  auto snapshot = tenant.store().snapshot();
  if (!snapshot) return problem(snapshot.error(), rest.retry_after_s());
  StoreRange range = StoreRange::with_prefix(tenant.keys().shadow_rows());
  std::string after = call.value("after");
  if (!after.empty()) range = range.after(tenant.keys().shadow_row(after));
  std::size_t count = page_size(call);
  auto rows = (*snapshot)->scan(range, count);
  if (!rows) return problem(rows.error(), rest.retry_after_s());
  std::string devices;
  for (const StoreRow& row : *rows) {
    StoreKeyReader parts(row.key);
    parts.read_text();
    after = parts.read_text();
    // A row is an object of our own making.
    devices += fmt::format("{}{{\"device\":{},{}", devices.empty() ? "" : ",", json_text(after),
                           text_in(row.value).substr(1));
  }
  std::string next = rows->size() == count ? ",\"next\":" + json_text(after) : "";
  return json_answer(
      200,
      fmt::format("{{\"policy\":{},\"name\":{},\"version\":{},\"judging_anew\":{},"
                  "\"devices\":[{}]{}}}",
                  json_text(digest_text(*shadow)), json_text(shadow->table().settings.name),
                  json_text(shadow->table().settings.version), tenant.revisiting(), devices, next));
}

eim::HttpResponse start_shadow(Rest& rest, const RestCall& call) {
  PolicyCheck check;
  if (call.body().empty()) return no_policy_sent();
  Status done = rest.facts().set_shadow(*call.engine, call.body(), call.holder.name, check);
  return activated(done, check, rest.retry_after_s());
}

eim::HttpResponse end_shadow(Rest& rest, const RestCall& call) {
  PolicyCheck check;
  Status done = rest.facts().set_shadow(*call.engine, {}, call.holder.name, check);
  if (!done) return problem(done.error(), rest.retry_after_s());
  return no_content();
}

eim::HttpResponse activate_shadow(Rest& rest, const RestCall& call) {
  PolicyCheck check;
  Status done = rest.facts().activate_shadow(*call.engine, call.holder.name, check);
  return activated(done, check, rest.retry_after_s());
}

}  // namespace sojourn::service::routes
