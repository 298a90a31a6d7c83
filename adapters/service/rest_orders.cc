// /v1/orders: what is ordered of cards, by the planner or by hand.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "adapters/service/hand_order.h"
#include "adapters/service/json_line.h"
#include "adapters/service/paging.h"
#include "adapters/service/rest.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service::routes {
namespace {

constexpr std::size_t kOrderKeyBytesMax = 255;
// Of one request that waits for an order's end; who wants more asks again.
constexpr std::chrono::seconds kWaitMax{30};
constexpr std::chrono::milliseconds kLookEvery{50};

Json parsed(std::string_view text) { return Json::parse(text.begin(), text.end(), nullptr, false); }

Json order_json(const std::string& label, const eim::Order& order) {
  Json json = parsed(order_text(order, kBeginning));
  json["device"] = label;
  return json;
}

// With what came back, decoded.
Json with_answer(Json order) {
  auto evidence = from_base64(order.value("evidence", ""));
  Json answer = evidence ? answer_in(order.value("kind", ""), *evidence) : Json();
  if (!answer.is_null()) order["answer"] = std::move(answer);
  return order;
}

// One order, also one that has ended; null: there is none.
Result<Json> find_order(Tenant& tenant, const std::string& label, const Eid& eid,
                        std::uint64_t number) {
  auto record = tenant.book().device(eid);
  if (!record) return std::move(record).error();
  if (const eim::Order* order = record->find(number); order != nullptr) {
    return with_answer(order_json(label, *order));
  }
  auto finished = tenant.store().read(tenant.keys().finished_order(label, number));
  if (!finished) return std::move(finished).error();
  if (!finished->has_value()) return Json();
  Json json = parsed(text_in(**finished));
  json["device"] = label;
  return with_answer(std::move(json));
}

}  // namespace

eim::HttpResponse list_orders(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  std::string label = call.value("device");
  Json json;
  json["orders"] = Json::array();
  if (label.empty()) {  // what is open, device after device
    std::size_t count = page_size(call);
    auto records = tenant.book().devices(parse_eid(call.value("after")), count);
    if (!records) return problem(records.error(), rest.retry_after_s());
    for (const eim::DeviceRecord& record : *records) {
      for (const eim::Order& order : record.orders) {
        json["orders"].push_back(order_json(to_text(record.eid), order));
      }
    }
    if (records->size() == count) json["next"] = to_text(records->back().eid);
    return json_answer(200, dumped(json));
  }
  auto eid = parse_eid(label);
  if (!eid) return problem(404, "", "`" + label + "` is no EID, so it has no card");
  auto record = tenant.book().device(*eid);
  if (!record) return problem(record.error(), rest.retry_after_s());
  auto snapshot = tenant.store().snapshot();
  if (!snapshot) return problem(snapshot.error(), rest.retry_after_s());
  auto rows = (*snapshot)->scan(StoreRange::with_prefix(tenant.keys().finished_orders(label)),
                                page_size(call), ScanOrder::descending);
  if (!rows) return problem(rows.error(), rest.retry_after_s());
  for (const eim::Order& order : record->orders) {
    if (!is_finished(order.state)) json["orders"].push_back(order_json(label, order));
  }
  for (const StoreRow& row : *rows) {
    Json order = parsed(text_in(row.value));
    order["device"] = label;
    json["orders"].push_back(std::move(order));
  }
  return json_answer(200, dumped(json));
}

eim::HttpResponse create_order(Rest& rest, const RestCall& call) {
  Json given = parsed(call.body());
  if (!given.is_object()) return problem(400, "E0885", "the body is not a JSON object");
  std::string label = given.contains("device") && given["device"].is_string()
                          ? given["device"].get<std::string>()
                          : std::string();
  auto eid = parse_eid(label);
  if (!eid) return problem(400, "E0885", "`/device` is not an EID of 32 digits");
  auto view = call.engine->tenant().view(label, false);
  if (!view) return problem(view.error(), rest.retry_after_s());
  auto order =
      hand_order_from(given, view->has_value() ? (*view)->plan.card : std::vector<CardProfile>());
  if (!order) return problem(order.error(), rest.retry_after_s());
  if (order->changes_eims && call.holder.role < Role::approve) {
    return problem(403, "", "to change the eIMs of a card needs the role approve");
  }
  bool force = given.contains("force") && given["force"] == true;
  if (force && call.holder.role < Role::approve) {
    return problem(403, "", "`/force` needs the role approve");
  }
  std::optional<OrderKey> key;
  if (std::string_view chosen = call.request.fields["Idempotency-Key"]; !chosen.empty()) {
    if (chosen.size() > kOrderKeyBytesMax) {
      return problem(400, "E0885", "the idempotency key has more than 255 bytes");
    }
    key = {call.holder.name + "\n" + std::string(chosen), to_hex(sha256(call.request.body))};
  }
  auto placed = call.engine->place(*eid, *order, force, key);
  if (!placed) return problem(placed.error(), rest.retry_after_s());
  Json json;
  json["device"] = label;
  json["order"] = placed->id;
  return json_answer(placed->repeated ? 200 : 201, dumped(json));
}

eim::HttpResponse show_order(Rest& rest, const RestCall& call) {
  auto eid = parse_eid(call.parts[0]);
  auto number = number_in(call.parts[1]);
  if (!eid || !number) return problem(404, "", "there is no such order");
  auto begin = std::chrono::steady_clock::now();
  auto longest =
      std::min(std::chrono::seconds(number_in(call.value("wait")).value_or(0)), kWaitMax);
  Rest::Waiter waiter(rest);
  while (true) {
    auto order = find_order(call.engine->tenant(), call.parts[0], *eid, *number);
    if (!order) return problem(order.error(), rest.retry_after_s());
    if (order->is_null()) return problem(404, "", "there is no such order");
    bool over = std::chrono::steady_clock::now() - begin >= longest;
    if (over || order->contains("ended_at") || !waiter.may_wait()) {
      return json_answer(200, dumped(*order));
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

eim::HttpResponse cancel_order(Rest& rest, const RestCall& call) {
  auto eid = parse_eid(call.parts[0]);
  auto number = number_in(call.parts[1]);
  if (!eid || !number) return problem(404, "", "there is no such order");
  auto order = find_order(call.engine->tenant(), call.parts[0], *eid, *number);
  if (!order) return problem(order.error(), rest.retry_after_s());
  if (order->is_null()) return problem(404, "", "there is no such order");
  Status done = call.engine->withdraw(*eid, *number);
  if (!done) return problem(done.error(), rest.retry_after_s());
  return no_content();
}

}  // namespace sojourn::service::routes
