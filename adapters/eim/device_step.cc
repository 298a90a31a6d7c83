#include "adapters/eim/device_step.h"

#include <algorithm>

#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {

using namespace sgp32;

namespace {

// Association token, certificates of EUM and eUICC, capabilities of the IPA. In 1.0 the last is
// asked for as 88 and answered as A8.
Bytes identity_tags(Version version) {
  return version == Version::v1_0 ? Bytes{0x84, 0xA5, 0xA6, 0x88} : Bytes{0x84, 0xA5, 0xA6, 0xA8};
}

// Some members have another tag in 1.0: the default SM-DP+ address, the IPA's capabilities.
Bytes tags_in_1_0(Bytes tags) {
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i] == 0x81) tags[i] = 0x80;
    if (tags[i] == 0xA8) tags[i] = 0x88;
    if ((tags[i] & 0x1F) == 0x1F) ++i;  // a tag of two octets
  }
  return tags;
}

// All results that the eUICC still keeps.
IpaEuiccDataRequest stored_results(Version version) {
  IpaEuiccDataRequest request;
  if (version == Version::v1_0) {
    request.tag_list = {0xBF, 0x2B};
    request.notification_criteria.emplace(Null{});
  } else {
    request.tag_list = {0xA2};
  }
  return request;
}

Result<Bytes> list_package(const DeviceRecord& record, const std::string& eim_id) {
  EuiccPackageSigned package;
  package.eim_id = eim_id;
  package.eid = record.eid;
  package.content = PsmoList{ListProfileInfo{}};
  return write(package, Version::v1_2);
}

}  // namespace

Result<Bytes> DeviceStep::next_message() {
  // Strictly one after another: an order does not overtake one whose outcome is not known.
  for (std::size_t i = 0; i < record_.orders.size(); ++i) {
    OrderId id = record_.orders[i].id;
    switch (record_.orders[i].state) {
      case OrderState::done:
      case OrderState::failed:
        break;
      case OrderState::outstanding:
        if (tools_.now < record_.orders[i].not_before) return Bytes{};
        if (is_nameless(record_.orders[i])) return ask_identity_before(id);
        move(record_.orders[i], OrderEvent::sent);
        return record_.orders[i].message;
      case OrderState::queued: {
        if (tools_.now < record_.orders[i].not_before) return Bytes{};
        if (is_nameless(record_.orders[i])) return ask_identity_before(id);
        Result<Bytes> issued = issue(record_.orders[i]);
        if (issued || issued.error().code != Code::E0804) return issued;
        move(record_.orders[i], OrderEvent::rejected, issued.error().message);
        break;
      }
      case OrderState::unsure:
      case OrderState::checking: {
        Result<bool> asked = prepare_question(id);
        if (!asked) return std::move(asked).error();
        // The question stands where the order stood; without one the order is cleared up: queued
        // again, or at its end.
        if (*asked || record_.orders[i].state == OrderState::queued)
          return issue(record_.orders[i]);
        break;
      }
    }
  }
  return Bytes{};
}

// Nothing that this package brings back could be verified, and nobody has asked who the card is.
bool DeviceStep::is_nameless(const Order& order) const {
  return order.kind == OrderKind::package && record_.public_key_info.empty() &&
         !record_.identity_asked;
}

Result<Bytes> DeviceStep::identity_question() const {
  IpaEuiccDataRequest request;
  request.tag_list = identity_tags(version());
  return write(request, version());
}

Result<Bytes> DeviceStep::ask_identity_before(OrderId id) {
  record_.identity_asked = true;
  Result<Bytes> content = identity_question();
  if (!content) return content;
  return issue(ask_before(id, OrderKind::data_request, std::move(content).value(), kOwnQuestion));
}

// Puts the question that clears up order `id` before it; false when none is needed.
Result<bool> DeviceStep::prepare_question(OrderId id) {
  Order& order = *record_.find(id);
  if (order.state == OrderState::unsure) {
    Result<Bytes> content = write(stored_results(version()), version());
    if (!content) return std::move(content).error();
    ask_before(id, OrderKind::data_request, std::move(content).value(), id);
    return true;
  }
  Result<EuiccPackageSigned> package = read<EuiccPackageSigned>(order.content, Version::v1_2);
  if (!package) return std::move(package).error();
  auto* operations = std::get_if<PsmoList>(&package->content);
  auto listed_shows = [](const Psmo& operation) {
    return std::holds_alternative<Enable>(operation) ||
           std::holds_alternative<Disable>(operation) || std::holds_alternative<Delete>(operation);
  };
  if (operations == nullptr || std::none_of(operations->begin(), operations->end(), listed_shows)) {
    clear_up(id, true);  // a list of profiles would show nothing of it: do it again
    return false;
  }
  Result<Bytes> content = list_package(record_, tools_.options.eim_id);
  if (!content) return std::move(content).error();
  ask_before(id, OrderKind::package, std::move(content).value(), id);
  return true;
}

Order& DeviceStep::ask_before(OrderId id, OrderKind kind, Bytes content, OrderId asked_for) {
  auto place = std::find_if(record_.orders.begin(), record_.orders.end(),
                            [&](const Order& order) { return order.id == id; });
  Order question;
  question.id = ++record_.last_order;
  question.kind = kind;
  question.asked_for = asked_for;
  question.content = std::move(content);
  return *record_.orders.insert(place, std::move(question));
}

Result<Bytes> DeviceStep::issue(Order& order) {
  order.transaction_id.size = static_cast<std::uint8_t>(order.transaction_id.bytes.size());
  tools_.random(order.transaction_id.bytes);
  Result<Bytes> message = Bytes{};
  switch (order.kind) {
    case OrderKind::package:
      message = issue_package(order);
      break;
    case OrderKind::data_request: {
      Result<IpaEuiccDataRequest> request = read<IpaEuiccDataRequest>(order.content, version());
      if (!request) return std::move(request).error();
      if (version() == Version::v1_0) request->tag_list = tags_in_1_0(std::move(request->tag_list));
      request->transaction_id = order.transaction_id;
      message = write(*request, version());
      break;
    }
    case OrderKind::download: {
      Result<ProfileDownloadTriggerRequest> trigger =
          read<ProfileDownloadTriggerRequest>(order.content, version());
      if (!trigger) return std::move(trigger).error();
      trigger->transaction_id = order.transaction_id;
      message = write(*trigger, version());
      break;
    }
  }
  if (!message) return message;
  order.message = *message;
  ++order.attempt_count;
  issued_.push_back(order.transaction_id);
  move(order, OrderEvent::sent);
  return message;
}

Result<Bytes> DeviceStep::issue_package(Order& order) {
  Result<EuiccPackageSigned> package = read<EuiccPackageSigned>(order.content, Version::v1_2);
  if (!package) return std::move(package).error();
  EuiccPackageRequest request;
  request.package.value = std::move(package).value();
  request.package.value.counter = record_.last_counter + 1;
  request.package.value.transaction_id = order.transaction_id;
  Result<Bytes> part = write(request.package.value, version());
  if (!part) return part;
  PackageSigner* next = tools_.options.next_signer;
  bool knows_next = next != nullptr && record_.eim_key > tools_.options.key_number;
  PackageSigner& signer = knows_next ? *next : tools_.signer;
  Result<Bytes> signature = signer.sign(signed_bytes(*part, record_.association_token));
  if (!signature) return signature;
  if (next != nullptr && brings_new_key(request.package.value)) record_.eim_key_in_doubt = true;
  remember_signature(request.package.value.counter, *signature);
  request.package.encoding = std::move(part).value();
  request.signature = std::move(signature).value();
  order.counter = ++record_.last_counter;
  return write(request, version());
}

// Does the package give the card another key of ours?
bool DeviceStep::brings_new_key(const EuiccPackageSigned& package) const {
  const EcoList* operations = std::get_if<EcoList>(&package.content);
  return operations != nullptr &&
         std::any_of(operations->begin(), operations->end(), [&](const Eco& operation) {
           const auto* update = std::get_if<UpdateEim>(&operation);
           return update != nullptr && update->configuration.eim_id == tools_.options.eim_id &&
                  update->configuration.eim_key.has_value();
         });
}

void DeviceStep::remember_signature(std::int64_t counter, const Bytes& signature) {
  std::vector<SentSignature>& sent = record_.sent_signatures;
  if (record_.result_signing == ResultSigning::with_token) return sent.clear();
  if (sent.size() >= kSentSignaturesMax) sent.erase(sent.begin());
  sent.push_back({counter, signature});
}

void DeviceStep::take_state_change(std::optional<std::int64_t> cause) {
  notice(Notice::Kind::state_change_claimed, 0,
         cause ? "cause " + std::to_string(*cause) : std::string());
  notices_.back().cause = cause;
  Result<Bytes> content = list_package(record_, tools_.options.eim_id);
  if (!content) return;
  bool planned = std::any_of(record_.orders.begin(), record_.orders.end(), [&](const Order& o) {
    return o.state == OrderState::queued && o.content == *content;
  });
  if (planned) return;
  Order list;
  list.id = ++record_.last_order;
  list.kind = OrderKind::package;
  list.content = std::move(content).value();
  record_.orders.push_back(std::move(list));
}

void DeviceStep::move(Order& order, OrderEvent event, std::string reason, ByteView evidence) {
  std::optional<OrderState> next = next_state(order.state, event);
  if (!next) return;
  bool moved = *next != order.state;
  order.state = *next;
  if (!evidence.empty()) order.evidence.assign(evidence.begin(), evidence.end());
  if (*next == OrderState::failed) order.reason = std::move(reason);
  if (!moved) return;
  notice(is_finished(*next) ? Notice::Kind::order_finished : Notice::Kind::order_moved, order.id,
         std::string(event_name(event)));
  notices_.back().own_question = order.asked_for != 0;
}

void DeviceStep::notice(Notice::Kind kind, OrderId order, std::string text, ByteView evidence) {
  Notice one;
  one.kind = kind;
  one.eid = record_.eid;
  one.order = order;
  one.text = std::move(text);
  one.evidence.assign(evidence.begin(), evidence.end());
  notices_.push_back(std::move(one));
}

}  // namespace sojourn::eim
