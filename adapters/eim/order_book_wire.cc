// The order book on the wire: what a device sends, and what it is answered.
#include "adapters/eim/order_book.h"

#include <algorithm>
#include <set>

#include "adapters/eim/device_step.h"
#include "adapters/sgp32/message_tags.h"
#include "adapters/sgp32/telling.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {

using namespace sgp32;

namespace {

// Results without the message around them, as some peers send them.
constexpr Tag kBareResultTags[] = {message_tag::kEuiccPackage, message_tag::kIpaEuiccData,
                                   message_tag::kProfileDownload};

// The two identifier octets that every message has, even one that is cut short.
Tag first_tag(ByteView message) {
  return message.size() < 2 ? kNoTag : static_cast<Tag>(message[0] << 8 | message[1]);
}

// The transaction that a result names, or size 0.
TransactionId transaction_of(const EuiccPackageResult& result) {
  struct Visitor {
    TransactionId operator()(const EuiccPackageResultSigned& x) const {
      return x.data.value.transaction_id;
    }
    TransactionId operator()(const EuiccPackageErrorSigned& x) const {
      return x.data.value.transaction_id;
    }
    TransactionId operator()(const EuiccPackageErrorUnsigned& x) const { return x.transaction_id; }
  };
  return std::visit(Visitor{}, result);
}

TransactionId transaction_of(const EimPackageResult& result) {
  struct Visitor {
    TransactionId operator()(const EuiccPackageResult& x) const { return transaction_of(x); }
    TransactionId operator()(const ResultAndNotifications& x) const {
      return transaction_of(x.result);
    }
    TransactionId operator()(const IpaEuiccDataResponse& x) const {
      if (const auto* data = std::get_if<IpaEuiccData>(&x)) return data->transaction_id;
      const auto* error = std::get_if<IpaEuiccDataError>(&x);
      return error != nullptr ? error->transaction_id : TransactionId{};
    }
    TransactionId operator()(const ProfileDownloadTriggerResult& x) const {
      return x.transaction_id;
    }
    TransactionId operator()(const EimPackageResultError& x) const { return x.transaction_id; }
    TransactionId operator()(std::int64_t) const { return {}; }
  };
  return std::visit(Visitor{}, result);
}

Bytes wrapped(Tag tag, ByteView content) {
  Bytes out;
  DerWriter(out).octets(tag, content);
  return out;
}

// BF4F with an error. 1.0 knows no error but "none" and "undefined".
Bytes no_package(std::int64_t error, Version version) {
  bool known = version != Version::v1_0 || error == eim_package_error::kNoneAvailable;
  Bytes out;
  DerWriter writer(out);
  DerWriter::Open message = writer.open(message_tag::kGetEimPackage);
  writer.integer(kTagInteger, known ? error : eim_package_error::kUndefined);
  writer.close(message);
  return out;
}

Bytes provide_answer(const ProvideEimPackageResultResponse& response, Version version) {
  Result<Bytes> body = write(response, version);
  if (!body) body = write(ProvideEimPackageResultResponse{Null{}}, version);  // 1.0 has no errors
  return std::move(body).value();
}

}  // namespace

Result<Answer> OrderBook::handle(ByteView message, const Peer& peer) {
  switch (Tag tag = first_tag(message); tag) {
    case message_tag::kGetEimPackage:
      return fetch(message, peer);
    case message_tag::kProvideEimPackageResult:
      return provide(message, peer);
    case message_tag::kHandleNotification:
      return notified(message, peer);
    default:
      if (std::find(std::begin(kBareResultTags), std::end(kBareResultTags), tag) !=
          std::end(kBareResultTags)) {
        return provide(wrapped(message_tag::kProvideEimPackageResult, message), peer);
      }
      return make_diagnostic(Code::E0831,
                             "a message that is no fetching, no result and no notification");
  }
}

Result<Answer> OrderBook::fetch(ByteView message, const Peer& peer) {
  std::optional<Version> told = version_spoken("GetEimPackageRequest", message);
  Result<GetEimPackageRequest> request =
      read<GetEimPackageRequest>(message, told.value_or(Version::v1_2));
  if (!request) return std::move(request).error();
  Answer answer;
  answer.eid = request->eid;
  Version version = told.value_or(Version::v1_2);
  Status updated = update(request->eid, [&](DeviceRecord& record, StoreTransaction& effect) {
    if (told) record.version = told;
    DeviceStep step(record, {signer_, random_, options_, peer.now});
    if (request->notify_state_change) step.take_state_change(request->cause);
    Result<Bytes> next = step.next_message();
    if (!next) return Status(std::move(next).error());
    version = step.version();
    answer.body = next->empty() ? no_package(eim_package_error::kNoneAvailable, version)
                                : wrapped(message_tag::kGetEimPackage, *next);
    answer.notices = step.take_notices();
    for (const TransactionId& id : step.issued()) {
      effect.put(transaction_key(id), Bytes(record.eid.bytes.begin(), record.eid.bytes.end()));
    }
    return Status();
  });
  if (updated) return answer;
  if (updated.error().code != Code::E0841) return std::move(updated).error();
  answer.body = no_package(eim_package_error::kEidNotFound, version);
  answer.enrolled = false;
  return answer;
}

Result<Answer> OrderBook::provide(ByteView message, const Peer& peer) {
  std::optional<Version> told = version_spoken("ProvideEimPackageResult", message);
  std::optional<Version> known;
  bool enrolled = false;
  if (peer.session_eid) {
    Result<DeviceRecord> record = device(*peer.session_eid);
    enrolled = record.ok();
    if (enrolled) known = record->version;
  }
  Version version = told ? *told : known.value_or(Version::v1_2);
  Result<ProvideEimPackageResult> result = read<ProvideEimPackageResult>(message, version);
  if (result) return take(message, *result, told, peer, true);
  // The eUICC has executed all the same: what cannot be read is kept, and then asked about.
  if (!enrolled) return std::move(result).error();
  Answer answer;
  answer.eid = peer.session_eid;
  Status updated = update(*peer.session_eid, [&](DeviceRecord& record, StoreTransaction&) {
    DeviceStep step(record, {signer_, random_, options_, peer.now});
    step.take_unreadable(message);
    answer.notices = step.take_notices();
    answer.body = provide_answer(Null{}, step.version());
    return Status();
  });
  if (!updated) return std::move(updated).error();
  return answer;
}

Result<Answer> OrderBook::notified(ByteView message, const Peer& peer) {
  std::optional<Version> told = version_spoken("HandleNotificationEsipa", message);
  Result<HandleNotification> content =
      read<HandleNotification>(message, told.value_or(Version::v1_2));
  if (!content) return std::move(content).error();
  if (const auto* result = std::get_if<ProvideEimPackageResult>(&*content)) {
    return take(message, *result, told, peer, false);
  }
  const auto& notification = std::get<PendingNotification>(*content);
  std::optional<Eid> eid = peer.session_eid;
  if (const auto* compact = std::get_if<CompactOtherSignedNotification>(&notification)) {
    if (compact->eid) eid = compact->eid;
  }
  Answer answer;
  answer.eid = eid;
  if (eid) {
    auto known = store_.read(device_key(*eid));
    if (!known) return std::move(known).error();
    answer.enrolled = known->has_value();
    if (!answer.enrolled) return answer;
  }
  Notice notice;
  notice.kind = Notice::Kind::notification;
  notice.eid = eid.value_or(Eid{});
  notice.evidence.assign(message.begin(), message.end());
  StoreTransaction effect;
  std::pair<std::int64_t, Bytes> one(sequence_number(notification), notice.evidence);
  Status kept = keep_notifications(notice.eid, {&one, 1}, effect);
  if (kept) kept = store_.commit(effect);
  if (!kept) return std::move(kept).error();
  answer.notices.push_back(std::move(notice));
  return answer;
}

Status OrderBook::keep_notifications(const Eid& eid,
                                     std::span<const std::pair<std::int64_t, Bytes>> notifications,
                                     StoreTransaction& effect) const {
  if (notifications.empty()) return {};
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto known =
      (*snapshot)->keys(StoreRange::with_prefix(inbox_key(eid)), 4 * kNotificationsKeptMax);
  if (!known) return std::move(known).error();
  std::set<StoreKey> kept(known->begin(), known->end());
  for (const auto& [number, notification] : notifications) {
    StoreKey key = inbox_key(eid);
    key.add_signed(number);
    effect.put(key, notification);
    kept.insert(std::move(key));
  }
  for (; kept.size() > kNotificationsKeptMax; kept.erase(kept.begin())) effect.erase(*kept.begin());
  return {};
}

Result<std::optional<Eid>> OrderBook::route(const ProvideEimPackageResult& result,
                                            const Peer& peer) {
  if (result.eid) return result.eid;
  TransactionId id = transaction_of(result.result);
  if (id.size > 0) {
    Result<std::optional<Bytes>> row = store_.read(transaction_key(id));
    if (!row) return std::move(row).error();
    Eid eid;
    if (row->has_value() && (*row)->size() == eid.bytes.size()) {
      std::copy((*row)->begin(), (*row)->end(), eid.bytes.begin());
      return std::optional<Eid>(eid);
    }
  }
  return peer.session_eid;
}

Result<Answer> OrderBook::take(ByteView message, const ProvideEimPackageResult& result,
                               std::optional<Version> told, const Peer& peer, bool answered) {
  Result<std::optional<Eid>> eid = route(result, peer);
  if (!eid) return std::move(eid).error();
  Answer answer;
  answer.eid = *eid;
  auto error = [&](std::int64_t code) {
    answer.enrolled = false;
    if (answered) answer.body = provide_answer(code, told.value_or(Version::v1_2));
    return answer;
  };
  if (!eid->has_value()) return error(eim_package_error::kMissingEid);
  Status updated = update(**eid, [&](DeviceRecord& record, StoreTransaction& effect) {
    if (told) record.version = told;
    DeviceStep step(record, {signer_, random_, options_, peer.now});
    step.take(result.result, message);
    Status kept = keep_notifications(record.eid, step.inbox(), effect);
    if (!kept) return kept;
    answer.notices = step.take_notices();
    bool acknowledge = record.acknowledges && !step.acknowledgements().empty();
    ProvideEimPackageResultResponse response = Null{};
    if (acknowledge) response = step.acknowledgements();
    if (answered) answer.body = provide_answer(response, step.version());
    return Status();
  });
  if (updated) return answer;
  if (updated.error().code != Code::E0841) return std::move(updated).error();
  return error(eim_package_error::kEidNotFound);
}

}  // namespace sojourn::eim
