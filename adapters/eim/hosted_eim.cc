#include "adapters/eim/hosted_eim.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "adapters/eim/command_package.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {
namespace {

constexpr std::uint16_t kCommandLayout = 1;
// A device that polls again and again between reading and committing: not so often.
constexpr int kAttempts = 16;
constexpr std::size_t kCommandsPerScan = 100;

// Is it a GetEimPackageRequest?
bool fetches(ByteView message) {
  return message.size() >= 2 && message[0] == 0xBF && message[1] == 0x4F;
}

// "17 enable 89... rollback": the order, and what tells its command from another one.
std::string row_text(OrderId order, const ProfileCommand& command) {
  std::string text = std::to_string(order) + " " + std::string(name_of(command.kind));
  for (const std::string* part : {&command.iccid, &command.download}) {
    if (!part->empty()) text += " " + *part;
  }
  return text + (command.rollback ? " rollback" : "");
}

Diagnostic other_command(CommandNumber number) {
  return make_diagnostic(Code::E0842,
                         "command " + std::to_string(number) + " of this device was another one",
                         "end and forget its order first: its planner began anew");
}

Diagnostic busy() {
  return make_diagnostic(Code::E0016, "the device is busy", "try it again in a moment");
}

}  // namespace

// A command that was made an order of.
struct HostedEim::Ordered {
  StoreKey key;
  CommandNumber number = 0;
  OrderId order = 0;
  std::string text;
};

StoreKey HostedEim::commands_key(const Eid& eid) const {
  return StoreKey(Space::orders, tenant_, kCommandLayout).add_text("command").add_eid(eid);
}

Result<HostedEim::Ordered> HostedEim::ordered_from(const StoreKey& key, const Bytes& value) {
  StoreKeyReader parts(key);
  parts.read_text(), parts.read_eid();
  Ordered one{key, parts.read_unsigned(), 0, {value.begin(), value.end()}};
  const char* end = one.text.data() + one.text.size();
  if (parts.complete() && std::from_chars(one.text.data(), end, one.order).ec == std::errc()) {
    return one;
  }
  return make_diagnostic(Code::E0012, "a command's row is damaged: " + describe(key));
}

Result<std::vector<HostedEim::Ordered>> HostedEim::ordered(const Eid& eid) {
  auto snapshot = store_->snapshot();
  if (!snapshot) return std::move(snapshot).error();
  StoreRange range = StoreRange::with_prefix(commands_key(eid));
  std::vector<Ordered> all;
  for (bool more = true; more;) {
    auto rows = (*snapshot)->scan(range, kCommandsPerScan);
    if (!rows) return std::move(rows).error();
    for (const StoreRow& row : *rows) {
      auto one = ordered_from(row.key, row.value);
      if (!one) return std::move(one).error();
      all.push_back(std::move(*one));
    }
    more = rows->size() == kCommandsPerScan;
    if (more) range = range.after(rows->back().key);
  }
  return all;
}

Status HostedEim::enrol(const Enrolment& enrolment) {
  return books_.with_book([&](OrderBook& book) { return book.enrol(enrolment); });
}

Status HostedEim::release(const Eid& eid) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto removal = books_.with_book([&](OrderBook& book) { return book.prepare_removal(eid); });
    if (!removal) return std::move(removal).error();
    auto commands = ordered(eid);
    if (!commands) return std::move(commands).error();
    for (const Ordered& one : *commands) removal->effect.erase(one.key);
    Status committed = store_->commit(removal->effect);
    if (committed || committed.error().code != Code::E0016) return committed;
  }
  return busy();
}

Result<DeviceRecord> HostedEim::device(const Eid& eid) {
  return books_.with_book([&](OrderBook& book) { return book.device(eid); });
}

Result<OrderId> HostedEim::order(const Eid& eid, const ProfileCommand& command) {
  StoreKey key = commands_key(eid);
  key.add_unsigned(command.number);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto row = command.number == 0 ? Result<std::optional<Bytes>>(std::nullopt) : store_->read(key);
    if (!row) return std::move(row).error();
    if (row->has_value()) {
      auto known = ordered_from(key, **row);
      if (!known) return std::move(known).error();
      if (known->text != row_text(known->order, command)) return other_command(command.number);
      return known->order;
    }
    auto placement =
        books_.with_book([&](OrderBook& book) { return prepare_order(book, eid, command, {}); });
    if (!placement) return std::move(placement).error();
    if (command.number != 0) {
      std::string text = row_text(placement->id, command);
      placement->effect.expect_absent(key).put(key, Bytes(text.begin(), text.end()));
    }
    Status committed = store_->commit(placement->effect);
    if (committed) return placement->id;
    if (committed.error().code != Code::E0016) return std::move(committed).error();
  }
  return busy();
}

Status HostedEim::withdraw(const Eid& eid, OrderId order) {
  Status done = books_.with_book([&](OrderBook& book) { return book.withdraw(eid, order); });
  if (done && tell_) tell_({.kind = Notice::Kind::order_finished, .eid = eid, .order = order});
  return done;
}

Result<std::vector<EndedCommand>> HostedEim::ended(const Eid& eid, Instant now) {
  auto record = device(eid);
  if (!record) return std::move(record).error();
  auto commands = ordered(eid);
  if (!commands) return std::move(commands).error();
  std::vector<EndedCommand> all;
  for (const Order& order : record->orders) {
    if (!is_finished(order.state) || order.asked_for != 0) continue;
    auto command = std::find_if(commands->begin(), commands->end(),
                                [&](const Ordered& one) { return one.order == order.id; });
    CommandNumber number = command == commands->end() ? 0 : command->number;
    all.push_back({order.id, result_of(order, number, now), order.evidence});
  }
  return all;
}

// The commands first: an order that is told twice is heard of once, by its command's number.
Status HostedEim::forget(const Eid& eid, const std::vector<OrderId>& orders) {
  auto record = device(eid);
  if (!record) return std::move(record).error();
  auto commands = ordered(eid);
  if (!commands) return std::move(commands).error();
  auto is_meant = [&](OrderId id) {
    const Order* order = record->find(id);
    bool gone = order == nullptr || is_finished(order->state);
    return gone && std::find(orders.begin(), orders.end(), id) != orders.end();
  };
  StoreTransaction effect;
  for (const Ordered& one : *commands) {
    if (is_meant(one.order)) effect.erase(one.key);
  }
  if (!effect.empty()) {
    if (Status erased = store_->commit(effect); !erased) return erased;
  }
  return books_.with_book([&](OrderBook& book) { return book.forget(eid, orders); });
}

Result<std::vector<Bytes>> HostedEim::take_notifications(const Eid& eid) {
  return books_.with_book([&](OrderBook& book) { return book.take_notifications(eid); });
}

Result<Answer> HostedEim::handle(ByteView message, const Peer& peer) {
  if (orders_stopped_ && fetches(message)) {
    return make_diagnostic(Code::E0016, "orders are stopped", "`stop_orders(false)` lets them go");
  }
  Result<Answer> answer = books_.handle(message, peer);
  if (!answer || !tell_) return answer;
  for (const Notice& notice : answer->notices) {
    if (!notice.own_question) tell_(notice);
  }
  return answer;
}

}  // namespace sojourn::eim
