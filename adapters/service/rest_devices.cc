// /v1/devices: what is known and decided of devices.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "adapters/service/paging.h"
#include "adapters/service/rest.h"
#include "engine/base/diagnostic_code.h"
#include "engine/runtime/record_json.h"

namespace sojourn::service::routes {
namespace {

constexpr std::int64_t kCounterMax = 8'388'607;  // what every eUICC supports (SGP.32)

Json instant_json(Instant t) {
  return t == kBeginning || t == kNever ? Json(nullptr) : Json(to_rfc3339(t));
}

// Records are JSON texts of our own making.
Json json_of(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json::parse(text.begin(), text.end(), nullptr, false);
}

Json row_json(const std::string& label, const DeviceRow& row) {
  Json json;
  json["device"] = label;
  json["decision"] = json_of(row.record);
  if (row.waits_for != WaitReason::none) json["waits_for"] = name_of(row.waits_for);
  if (row.order != 0) json["order"] = row.order;
  return json;
}

Json card_json(const PlannerState& plan) {
  Json card;
  card["listed_at"] = instant_json(plan.listed_at);
  card["profiles"] = Json::array();
  for (const CardProfile& profile : plan.card) {
    Json one;
    one["iccid"] = profile.iccid;
    one["profile"] = profile.profile.empty() ? Json(nullptr) : Json(profile.profile);
    one["enabled"] = profile.enabled;
    one["fallback"] = profile.fallback;
    card["profiles"].push_back(std::move(one));
  }
  return card;
}

eim::HttpResponse unknown(Tenant& tenant, const std::string& label) {
  auto eid = parse_eid(label);
  if (eid && tenant.book().device(*eid)) {
    return problem(404, "", "device `" + label + "` is enrolled, and no report of it has come yet",
                   "`/v1/orders` takes orders for it all the same");
  }
  return problem(404, "", "no device `" + label + "` has been heard of");
}

// Of a device that cannot be read only the row is shown.
eim::HttpResponse set_aside(const std::string& label, const std::string& why) {
  return problem(409, "E0886", "device `" + label + "` is set aside: " + why);
}

Json command_json(const ProfileCommand& command) {
  Json json;
  json["command"] = name_of(command.kind);
  if (!command.profile.empty()) json["profile"] = command.profile;
  if (!command.iccid.empty()) json["iccid"] = command.iccid;
  return json;
}

// The answer about a device that is known and can be read, with its ledger and explanation.
template <class Answer>  // eim::HttpResponse(const Tenant::View&)
eim::HttpResponse about_device(Rest& rest, const RestCall& call, const Answer& answer) {
  Tenant& tenant = call.engine->tenant();
  auto view = tenant.view(call.parts[0], true);
  if (!view) return problem(view.error(), rest.retry_after_s());
  if (!view->has_value()) return unknown(tenant, call.parts[0]);
  if (const std::string& why = (*view)->set_aside; !why.empty()) {
    return set_aside(call.parts[0], why);
  }
  return answer(**view);
}

}  // namespace

eim::HttpResponse list_devices(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  auto snapshot = tenant.store().snapshot();
  if (!snapshot) return problem(snapshot.error(), rest.retry_after_s());
  StoreRange range = StoreRange::with_prefix(tenant.keys().devices());
  std::string after = call.value("after");
  if (!after.empty()) range = range.after(tenant.keys().device(after));
  std::size_t count = page_size(call);
  // One by one, so that a row that cannot be read hides no other.
  auto keys = (*snapshot)->keys(range, count);
  if (!keys) return problem(keys.error(), rest.retry_after_s());
  Json json;
  json["devices"] = Json::array();
  for (const StoreKey& key : *keys) {
    StoreKeyReader parts(key);
    parts.read_text();
    after = parts.read_text();
    auto stored = (*snapshot)->read(key);
    if (!stored && !is_damage(stored.error())) {
      return problem(stored.error(), rest.retry_after_s());
    }
    auto row = stored ? device_row_from(**stored) : Result<DeviceRow>(stored.error());
    json["devices"].push_back(row_json(after, row ? *row : DeviceRow()));
    if (!row) json["devices"].back()["set_aside"] = row.error().message;
  }
  if (keys->size() == count) json["next"] = after;
  return json_answer(200, dumped(json));
}

eim::HttpResponse enrol_device(Rest& rest, const RestCall& call) {
  Json given = Json::parse(call.body().begin(), call.body().end(), nullptr, false);
  eim::Enrolment enrolment;
  auto refused = [](const std::string& what) { return problem(400, "E0885", what); };
  if (!given.is_object()) return refused("the body is not a JSON object");
  for (const auto& [name, value] : given.items()) {
    bool number = value.is_number_integer();
    if (name == "eid" && value.is_string()) {
      auto eid = parse_eid(value.get_ref<const std::string&>());
      if (!eid) return refused("`/eid` is not 32 digits");
      enrolment.eid = *eid;
    } else if (name == "association_token" && number) {
      enrolment.association_token = value.get<std::int64_t>();
    } else if (name == "last_counter" && number) {
      enrolment.last_counter = value.get<std::int64_t>();
      bool possible = enrolment.last_counter >= 0 && enrolment.last_counter <= kCounterMax;
      if (!possible) return refused(fmt::format("`/last_counter` is not 0 to {}", kCounterMax));
    } else {
      return refused("`/" + name + "` is no member of an enrolment, or of another type");
    }
  }
  if (enrolment.eid == Eid{}) return refused("`/eid` is missing");
  if (Status done = call.engine->enrol(enrolment); !done) {
    return problem(done.error(), rest.retry_after_s());
  }
  Json json;
  json["eid"] = to_text(enrolment.eid);
  // Laboratories and some cards in the field have made-up EIDs, so it is no refusal.
  if (!eid_check_digits_hold(enrolment.eid)) {
    json["warning"] = "the check digits of this EID do not hold (SGP.29): is a digit mistyped?";
  }
  return json_answer(201, dumped(json));
}

eim::HttpResponse end_enrolment(Rest& rest, const RestCall& call) {
  auto eid = parse_eid(call.parts[0]);
  if (!eid) return problem(404, "E0841", "no eUICC `" + call.parts[0] + "` is enrolled");
  auto last_counter = call.engine->end_enrolment(*eid, call.holder.name);
  if (!last_counter) return problem(last_counter.error(), rest.retry_after_s());
  Json json;
  json["eid"] = to_text(*eid);
  json["last_counter"] = *last_counter;
  return json_answer(200, dumped(json));
}

eim::HttpResponse show_device(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  auto view = tenant.view(call.parts[0], false);
  if (!view) return problem(view.error(), rest.retry_after_s());
  if (!view->has_value()) return unknown(tenant, call.parts[0]);
  const Tenant::View& found = **view;
  Json json = row_json(call.parts[0], found.row);
  if (!found.set_aside.empty()) {
    json["set_aside"] = found.set_aside;
    return json_answer(200, dumped(json));
  }
  json["newest_report"] = instant_json(found.newest_report);
  json["enabled"] = found.enabled.empty() ? Json(nullptr) : Json(found.enabled);
  json["policy"] = found.row.policy ? digest_text(*found.row.policy) : "";
  json["card"] = card_json(found.plan);
  if (found.plan.in_flight) {
    json["in_flight"] = command_json(found.plan.in_flight->command);
    json["in_flight"]["since"] = instant_json(found.plan.in_flight->since);
  }
  json["quarantine"] = Json::array();
  for (const QuarantineRow& row : found.plan.quarantine) {
    Json one;
    one["profile"] = row.profile;
    one["why"] = name_of(row.why);
    one["until"] = instant_json(row.until);
    json["quarantine"].push_back(std::move(one));
  }
  json["looked_at_again"] = instant_json(found.row.queued_at);
  if (auto eid = parse_eid(call.parts[0])) json["enrolled"] = tenant.book().device(*eid).ok();
  return json_answer(200, dumped(json));
}

eim::HttpResponse show_history(Rest& rest, const RestCall& call) {
  return about_device(rest, call, [&](const Tenant::View& view) {
    Json json;
    json["device"] = call.parts[0];
    json["ledger"] = Json::array();
    for (const EvidenceRow& row : view.ledger) {
      Json one;
      one["from"] = to_rfc3339(row.from);
      one["to"] = instant_json(row.to);
      one["country"] = row.country;
      one["network"] = row.network;
      one["profile"] = row.profile;
      if (!row.imei.empty()) one["imei"] = row.imei;
      one["known_by"] = row.known_by;
      json["ledger"].push_back(std::move(one));
    }
    return json_answer(200, dumped(json));
  });
}

eim::HttpResponse show_explanation(Rest& rest, const RestCall& call) {
  return about_device(rest, call, [&](const Tenant::View& view) {
    return json_answer(200, to_json(view.explanation, call.engine->tenant().policy()->table()));
  });
}

// Newest first: `before` is the sequence number to go on from.
eim::HttpResponse list_records(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  const std::string& label = call.parts[0];
  auto snapshot = tenant.store().snapshot();
  if (!snapshot) return problem(snapshot.error(), rest.retry_after_s());
  StoreRange range = StoreRange::with_prefix(tenant.keys().records_of(label));
  if (auto before = number_in(call.value("before"))) {
    range = range.before(tenant.keys().record_of(label, *before));
  }
  std::size_t count = page_size(call);
  auto rows = (*snapshot)->scan(range, count, ScanOrder::descending);
  if (!rows) return problem(rows.error(), rest.retry_after_s());
  if (rows->empty()) {
    auto row = (*snapshot)->read(tenant.keys().device(label));
    bool sound = row || is_damage(row.error());
    if (!sound) return problem(row.error(), rest.retry_after_s());
    if (row && !row->has_value()) return unknown(tenant, label);
  }
  Json json;
  json["records"] = Json::array();
  std::uint64_t last = 0;
  for (const StoreRow& row : *rows) {
    StoreKeyReader parts(row.key);
    parts.read_text(), parts.read_text();
    last = parts.read_unsigned();
    auto line = (*snapshot)->read(tenant.keys().chain(last));
    if (!line) return problem(line.error(), rest.retry_after_s());
    if (!line->has_value()) continue;
    Json link = json_of(text_in(**line));
    Json record = json_of(link.value("record", ""));
    if (record.is_object()) {
      record["device"] = label;
      record["sequence"] = last;
      record["hash"] = link.value("hash", "");
    }
    json["records"].push_back(std::move(record));
  }
  if (rows->size() == count) json["before"] = last;
  return json_answer(200, dumped(json));
}

}  // namespace sojourn::service::routes
