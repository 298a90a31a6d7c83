// A host that gives every device one order after another, and counts them in the store with the
// order's own transaction; and a device that watches what it is served.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "adapters/eim/order_book.h"
#include "adapters/simulator/esipa_client.h"
#include "adapters/simulator/ipa.h"

namespace sojourn::testing {

// Whole orders of a device that were placed so far.
inline StoreKey placed_key(const Eid& eid) {
  return StoreKey(Space::audit, "default", 1).add_text("placed").add_eid(eid);
}
inline Result<std::uint64_t> placed_count(Store& store, const Eid& eid) {
  Result<std::optional<Bytes>> row = store.read(placed_key(eid));
  if (!row) return std::move(row).error();
  if (!row->has_value()) return std::uint64_t{0};
  return std::uint64_t{std::stoull(std::string((*row)->begin(), (*row)->end()))};
}

// Odd orders enable the one profile, even ones the other: each changes the card.
inline Iccid target_of(std::uint64_t order) {
  return *parse_iccid(order % 2 == 1 ? "89550000000000000001" : "89490000000000000001");
}

// Places the device's next order when nothing waits. What ended otherwise than well is returned.
inline Result<std::string> place_next(Store& store, eim::OrderBook& book, const Eid& eid) {
  Result<eim::DeviceRecord> record = book.device(eid);
  if (!record) return std::move(record).error();
  std::vector<eim::OrderId> ended;
  for (const eim::Order& order : record->orders) {
    if (!is_finished(order.state)) return std::string();
    if (order.asked_for == 0) ended.push_back(order.id);
    if (order.asked_for == 0 && order.state != eim::OrderState::done) return order.reason;
  }
  Result<std::uint64_t> placed = placed_count(store, eid);
  if (!placed) return std::move(placed).error();
  auto placement = book.prepare(
      eid, sgp32::PsmoList{sgp32::Enable{sgp32::to_wire(target_of(*placed + 1)), true}}, {});
  if (!placement) return std::move(placement).error();
  std::string count = std::to_string(*placed + 1);
  placement->effect.put(placed_key(eid), Bytes(count.begin(), count.end()));
  Status committed = store.commit(placement->effect);
  if (!committed) return std::move(committed).error();
  if (Status forgotten = book.forget(eid, ended); !forgotten) return std::move(forgotten).error();
  return std::string();
}

// In front of a client that comes and goes: remembers which bytes came under which counter.
class WatchingClient final : public simulator::EsipaClient {
 public:
  Result<Bytes> exchange(ByteView request) override {
    if (client == nullptr) throw std::logic_error("no client");
    Result<Bytes> answer = client->exchange(request);
    if (answer) watch(*answer);
    return answer;
  }
  void disconnect() override { client->disconnect(); }
  simulator::Traffic traffic() const override { return client->traffic(); }

  std::unique_ptr<simulator::EsipaClient> client;
  std::map<std::int64_t, Bytes> served;
  std::string violation;

 private:
  void watch(const Bytes& answer) {
    Result<sgp32::GetEimPackageResponse> response =
        sgp32::read<sgp32::GetEimPackageResponse>(answer, sgp32::Version::v1_2);
    if (!response) return;
    const auto* package = std::get_if<sgp32::EuiccPackageRequest>(&*response);
    if (package == nullptr) return;
    Bytes signed_part = package->package.encoding;
    auto [known, fresh] = served.emplace(package->package.value.counter, signed_part);
    if (!fresh && known->second != signed_part && violation.empty()) {
      violation = "counter " + std::to_string(known->first) + " carries two packages";
    }
  }
};

}  // namespace sojourn::testing
