// What comes back from a device, and what it proves.
#include <algorithm>
#include <utility>

#include "adapters/eim/certificates.h"
#include "adapters/eim/device_step.h"

namespace sojourn::eim {

using namespace sgp32;

namespace {

constexpr std::int64_t kCounterMax = 8'388'607;  // what every eUICC supports

// A failing code that is none: deleteEim removed the last eIM (SGP.32: a success).
bool is_success(const OperationResult& result) {
  return result.code == 0 || (result.operation == Operation::delete_eim && result.code == 2);
}

std::string describe_result(const OperationResult& result) {
  std::string text(operation_name(result.operation));
  text += " " + std::to_string(result.code);
  std::string_view name = result_code_name(result.operation, result.code);
  if (!name.empty()) text += " (" + std::string(name) + ")";
  return text;
}

struct Verdict {
  OrderEvent event;
  std::string reason;
};

// One list of results as one event: processing stops at the first operation that fails, and its
// result is the last. After a rollback the list has rollbackResult in place of the enable's.
Verdict judge(const std::vector<OperationResult>& results) {
  for (const OperationResult& result : results) {
    if (result.operation == Operation::rollback) {
      return {OrderEvent::rolled_back, "enabled, lost the network, " + describe_result(result)};
    }
    if (is_success(result)) continue;
    bool not_disabled = result.operation == Operation::enable && result.code == 2;
    return {not_disabled ? OrderEvent::already_so : OrderEvent::refused, describe_result(result)};
  }
  if (results.empty()) return {OrderEvent::refused, "a result without results"};
  return {OrderEvent::succeeded, {}};
}

}  // namespace

// --- whose answer is it --------------------------------------------------------------------------

Order* DeviceStep::answered_package(std::int64_t counter) {
  for (Order& order : record_.orders) {
    bool waits = order.state == OrderState::outstanding || order.state == OrderState::unsure;
    if (waits && order.kind == OrderKind::package && order.counter == counter) return &order;
  }
  return nullptr;
}

// The outstanding order that an unsigned answer belongs to. From 1.1 on it must name the
// transaction, which nobody can guess; 1.0 drops it, so there the device alone has to do.
Order* DeviceStep::answered(OrderKind kind, const TransactionId& id) {
  Order* order = record_.outstanding();
  if (order == nullptr || order->kind != kind) return nullptr;
  if (id.size > 0) return id == order->transaction_id ? order : nullptr;
  // Data decide nothing by being said: certificates and results carry their own proof.
  bool may_be_1_0 = record_.version != Version::v1_2;
  bool nameless =
      record_.version == Version::v1_0 || (kind == OrderKind::data_request && may_be_1_0);
  return nameless ? order : nullptr;
}

// Does the signature hold under the eUICC's key? Records what it covered, because versions differ.
// In 1.0 that is the signature of the package under the same counter, and of no other.
bool DeviceStep::verifies(ByteView data, ByteView signature, std::int64_t counter) {
  if (record_.public_key_info.empty()) return false;
  Result<VerifyingKey> key = VerifyingKey::from_public_key_info(record_.public_key_info);
  if (!key) return false;
  if (key->verify(signed_bytes(data, record_.association_token), signature)) {
    record_.result_signing = ResultSigning::with_token;
    return true;
  }
  for (const SentSignature& sent : record_.sent_signatures) {
    if (sent.counter != counter) continue;
    if (!key->verify(signed_bytes_in_1_0(data, sent.signature), signature)) return false;
    record_.result_signing = ResultSigning::with_eim_signature;
    return true;
  }
  return false;
}

// A package that adds us anew brings a new association token: its result may be signed with that.
bool DeviceStep::verifies_with_new_token(const EuiccPackageResultSigned& result) {
  Result<VerifyingKey> key = VerifyingKey::from_public_key_info(record_.public_key_info);
  if (!key) return false;
  for (const OperationResult& one : result.data.value.results) {
    bool holds =
        one.operation == Operation::add_eim && one.association_token &&
        key->verify(signed_bytes(result.data.encoding, one.association_token), result.signature);
    if (holds) return true;
  }
  return false;
}

// --- package results -----------------------------------------------------------------------------

void DeviceStep::take(const EimPackageResult& result, ByteView message) {
  struct Visitor {
    DeviceStep& step;
    ByteView message;
    void operator()(const EuiccPackageResult& x) const { step.take_package_result(x); }
    void operator()(const ResultAndNotifications& x) const {
      step.take_package_result(x.result);
      for (const EuiccPackageResult& more :
           x.pending.results.value_or(std::vector<EuiccPackageResult>{})) {
        step.take_package_result(more);
      }
      for (const PendingNotification& one :
           x.pending.notifications.value_or(std::vector<PendingNotification>{})) {
        step.take(one);
      }
    }
    void operator()(const IpaEuiccDataResponse& x) const { step.take_data(x); }
    void operator()(const ProfileDownloadTriggerResult& x) const { step.take_download(x); }
    void operator()(const EimPackageResultError& x) const {
      Order* order = step.record_.outstanding();
      OrderKind kind = order == nullptr ? OrderKind::package : order->kind;
      step.take_complaint(x.transaction_id, kind, "the IPA: error " + std::to_string(x.code));
    }
    void operator()(std::int64_t code) const { (*this)(EimPackageResultError{{}, code}); }
  };
  std::visit(Visitor{*this, message}, result);
}

void DeviceStep::take_package_result(const EuiccPackageResult& result) {
  if (auto* good = std::get_if<EuiccPackageResultSigned>(&result)) {
    take_signed(*good);
  } else if (auto* error = std::get_if<EuiccPackageErrorSigned>(&result)) {
    take_signed_error(*error);
  } else {
    take_complaint(std::get<EuiccPackageErrorUnsigned>(result).transaction_id, OrderKind::package,
                   "the eUICC: unsigned error");
  }
}

void DeviceStep::take_signed(const EuiccPackageResultSigned& result) {
  const EuiccPackageResultDataSigned& data = result.data.value;
  if (record_.public_key_info.empty()) record_.identity_asked = false;  // ask (again) who it is
  bool genuine = data.eim_id == tools_.options.eim_id &&
                 (verifies(result.data.encoding, result.signature, data.counter) ||
                  verifies_with_new_token(result));
  if (!genuine) {
    notice(Notice::Kind::signature_refused, 0,
           "result under counter " + std::to_string(data.counter), result.data.encoding);
    return;
  }
  Order* order = answered_package(data.counter);
  if (order == nullptr && data.counter > record_.last_counter) {
    notice(Notice::Kind::unexpected, 0, "result under a counter that was never used",
           result.data.encoding);
    return;
  }
  acknowledgements_.push_back(data.sequence_number);
  if (order == nullptr) return;  // known already: it came again
  note_profiles(*order, data.results);
  note_eims(*order, data.results);
  Verdict verdict = judge(data.results);
  OrderId asked_for = order->asked_for;
  bool listed = verdict.event == OrderEvent::succeeded;
  move(*order, verdict.event, std::move(verdict.reason), result.data.encoding);
  if (asked_for != 0) clear_up(asked_for, listed);
}

void DeviceStep::take_signed_error(const EuiccPackageErrorSigned& error) {
  const EuiccPackageErrorDataSigned& data = error.data.value;
  if (data.eim_id != tools_.options.eim_id ||
      !verifies(error.data.encoding, error.signature, data.counter)) {
    notice(Notice::Kind::signature_refused, 0,
           "error under counter " + std::to_string(data.counter), error.data.encoding);
    return;
  }
  Order* order = answered_package(data.counter);
  if (order == nullptr) return;
  OrderId asked_for = order->asked_for;
  switch (data.code) {
    case package_error::kEcallActive:
      order->not_before = tools_.now + tools_.options.retry_after;
      move(*order, OrderEvent::later);
      return;
    case package_error::kReplay:
      move(*order, OrderEvent::replayed);
      return;
    default:
      move(*order, OrderEvent::rejected, "the eUICC: package error " + std::to_string(data.code),
           error.data.encoding);
      if (asked_for != 0) clear_up(asked_for, false);
  }
}

void DeviceStep::take_complaint(const TransactionId& id, OrderKind kind, std::string text) {
  Order* order = answered(kind, id);
  if (order == nullptr) {
    notice(Notice::Kind::unexpected, 0, std::move(text));
    return;
  }
  std::int64_t factor = std::int64_t{1} << std::min<std::uint32_t>(order->complaint_count, 6);
  order->not_before = tools_.now + Duration{tools_.options.retry_after.ms * factor};
  ++order->complaint_count;
  bool other_key = kind == OrderKind::package && record_.eim_key_in_doubt &&
                   tools_.options.next_signer != nullptr;
  if (other_key) {
    std::int64_t number = tools_.options.key_number;
    record_.eim_key = record_.eim_key > number ? number : number + 1;
  }
  move(*order, other_key ? OrderEvent::resigned : OrderEvent::complained);
  notice(Notice::Kind::complaint, order->id, std::move(text));
}

void DeviceStep::take_unreadable(ByteView message) {
  Order* order = record_.outstanding();
  if (order == nullptr) return;
  notice(Notice::Kind::unreadable, order->id, "kept as it came", message);
  if (order->kind == OrderKind::package) move(*order, OrderEvent::lost);
}

// Keeps the list of profiles up to date with what is proven.
void DeviceStep::note_profiles(const Order& order, const std::vector<OperationResult>& results) {
  Result<EuiccPackageSigned> package = read<EuiccPackageSigned>(order.content, Version::v1_2);
  if (!package) return;
  const PsmoList* operations = std::get_if<PsmoList>(&package->content);
  if (operations == nullptr) return;
  for (std::size_t i = 0; i < results.size() && i < operations->size(); ++i) {
    if (results[i].code != 0) return;
    if (const auto* list = std::get_if<ListProfileInfo>(&(*operations)[i])) {
      if (list->criteria || results[i].operation != Operation::list_profile_info) continue;
      record_.profiles.clear();
      for (const ProfileInfo& info : results[i].profiles) {
        if (!info.iccid) continue;
        record_.profiles.push_back({*info.iccid, info.state.value_or(0) == 1, info.fallback,
                                    info.profile_class.value_or(2)});
      }
      record_.listed_at = tools_.now;
    } else if (const auto* enable = std::get_if<Enable>(&(*operations)[i])) {
      if (results[i].operation != Operation::enable) return;  // rolled back
      for (ListedProfile& profile : record_.profiles) {
        profile.enabled = profile.iccid == enable->iccid;
      }
    } else if (const auto* disable = std::get_if<Disable>(&(*operations)[i])) {
      for (ListedProfile& profile : record_.profiles) {
        if (profile.iccid == disable->iccid) profile.enabled = false;
      }
    } else if (const auto* removal = std::get_if<Delete>(&(*operations)[i])) {
      std::erase_if(record_.profiles,
                    [&](const ListedProfile& p) { return p.iccid == removal->iccid; });
    }
  }
}

// What a result proves about ourselves on the card: which key of ours it knows, and a new
// association token after an addEim.
void DeviceStep::note_eims(const Order& order, const std::vector<OperationResult>& results) {
  bool was_in_doubt = std::exchange(record_.eim_key_in_doubt, false);
  Result<EuiccPackageSigned> package = read<EuiccPackageSigned>(order.content, Version::v1_2);
  const EcoList* operations = package ? std::get_if<EcoList>(&package->content) : nullptr;
  if (operations == nullptr) return;
  for (std::size_t i = 0; i < results.size() && i < operations->size(); ++i) {
    if (!is_success(results[i])) return;
    const auto* update = std::get_if<UpdateEim>(&(*operations)[i]);
    if (update != nullptr && was_in_doubt && update->configuration.eim_key &&
        update->configuration.eim_id == tools_.options.eim_id) {
      record_.eim_key = tools_.options.key_number + 1;
    }
    const auto* addition = std::get_if<AddEim>(&(*operations)[i]);
    if (addition == nullptr || addition->configuration.eim_id != tools_.options.eim_id) continue;
    record_.association_token = results[i].association_token;
    // Counters go on as they were; only used up do they begin anew, which the new token allows.
    std::int64_t begun = addition->configuration.counter.value_or(0);
    if (record_.last_counter >= kCounterMax) record_.last_counter = begun;
    record_.last_counter = std::max(record_.last_counter, begun);
  }
}

// --- orders that had become uncertain ------------------------------------------------------------

bool DeviceStep::is_as_wanted(const Order& order) const {
  Result<EuiccPackageSigned> package = read<EuiccPackageSigned>(order.content, Version::v1_2);
  const PsmoList* operations = package ? std::get_if<PsmoList>(&package->content) : nullptr;
  if (operations == nullptr) return false;
  auto find = [&](const WireIccid& iccid) {
    return std::find_if(record_.profiles.begin(), record_.profiles.end(),
                        [&](const ListedProfile& p) { return p.iccid == iccid; });
  };
  bool compared = false;
  for (const Psmo& operation : *operations) {
    bool holds = true;
    if (const auto* enable = std::get_if<Enable>(&operation)) {
      auto profile = find(enable->iccid);
      holds = profile != record_.profiles.end() && profile->enabled;
    } else if (const auto* disable = std::get_if<Disable>(&operation)) {
      auto profile = find(disable->iccid);
      holds = profile != record_.profiles.end() && !profile->enabled;
    } else if (const auto* removal = std::get_if<Delete>(&operation)) {
      holds = find(removal->iccid) == record_.profiles.end();
    } else {
      continue;
    }
    compared = true;
    if (!holds) return false;
  }
  return compared;
}

// The question about order `asked_for` has its end: what does it mean for the order?
void DeviceStep::clear_up(OrderId asked_for, bool answered) {
  Order* order = record_.find(asked_for);
  if (order == nullptr) return;
  if (order->state == OrderState::unsure) {
    move(*order, OrderEvent::not_stored);
    return;
  }
  if (order->state != OrderState::checking) return;
  if (answered && is_as_wanted(*order)) {
    move(*order, OrderEvent::confirmed);
  } else if (answered && order->attempt_count < tools_.options.attempt_count_max) {
    move(*order, OrderEvent::contradicted);
  } else {
    OrderId question_about = order->asked_for;
    move(*order, OrderEvent::given_up,
         answered ? "not as wanted after several attempts" : "its outcome could not be checked");
    if (question_about != 0) clear_up(question_about, false);
  }
}

// --- data, downloads, notifications --------------------------------------------------------------

void DeviceStep::learn_identity(const IpaEuiccData& data) {
  if (data.association_token && !record_.association_token) {
    record_.association_token = data.association_token;
  }
  if (!data.euicc_certificate || !data.eum_certificate || !record_.public_key_info.empty()) return;
  Result<EuiccIdentity> identity =
      verify_euicc_chain(data.euicc_certificate->der, data.eum_certificate->der,
                         tools_.options.ci_certificates, tools_.now);
  if (!identity) {
    notice(Notice::Kind::identity_refused, 0, identity.error().message);
  } else if (identity->eid != record_.eid) {
    notice(Notice::Kind::identity_refused, 0,
           "the certificate is for EID " + to_text(identity->eid));
  } else {
    record_.public_key_info = identity->public_key_info;
    notice(Notice::Kind::identity_learnt, 0, {});
  }
}

void DeviceStep::take_data(const IpaEuiccDataResponse& response) {
  const auto* data = std::get_if<IpaEuiccData>(&response);
  TransactionId id;
  std::int64_t code = 0;
  if (data != nullptr) {
    id = data->transaction_id;
  } else if (const auto* error = std::get_if<IpaEuiccDataError>(&response)) {
    id = error->transaction_id;
    code = error->code;
  } else {
    code = std::get<std::int64_t>(response);
  }
  Order* request = answered(OrderKind::data_request, id);
  if (request == nullptr) {
    notice(Notice::Kind::unexpected, 0, "data that was not asked for");
    return;
  }
  OrderId request_id = request->id;
  OrderId asked_for = request->asked_for;
  if (data == nullptr) {
    if (code == package_error::kEcallActive) {
      request->not_before = tools_.now + tools_.options.retry_after;
      move(*request, OrderEvent::later);
      return;
    }
    move(*request, OrderEvent::rejected, "the IPA: data error " + std::to_string(code));
    // The refusal told that it speaks another version than it was asked in: ask in that.
    Result<Bytes> question = identity_question();
    if (asked_for == kOwnQuestion && question && *question != request->content) {
      record_.identity_asked = false;
    }
  } else {
    learn_identity(*data);
    const PendingLists none;
    const PendingLists& old = data->lists_in_1_0 ? *data->lists_in_1_0 : none;
    const auto& results = data->results ? data->results : old.results;
    const auto& notifications = data->notifications ? data->notifications : old.notifications;
    if (results) {
      for (const EuiccPackageResult& result : *results) take_package_result(result);
    }
    if (notifications) {
      for (const PendingNotification& one : *notifications) take(one);
    }
    Result<Bytes> evidence = write(response, version());
    move(*record_.find(request_id), OrderEvent::succeeded, {},
         evidence ? ByteView(*evidence) : ByteView{});
  }
  if (asked_for != 0) clear_up(asked_for, true);
}

void DeviceStep::take_download(const ProfileDownloadTriggerResult& result) {
  const auto* installed = std::get_if<ProfileInstallationResult>(&result.outcome);
  if (installed == nullptr) {
    const auto& error = std::get<ProfileDownloadError>(result.outcome);
    take_complaint(result.transaction_id, OrderKind::download,
                   "the IPA: download error " + std::to_string(error.reason.value_or(127)));
    return;
  }
  Order* order = answered(OrderKind::download, result.transaction_id);
  if (order == nullptr) {
    notice(Notice::Kind::unexpected, 0, "a download that was not asked for");
    return;
  }
  Result<VerifyingKey> key = VerifyingKey::from_public_key_info(record_.public_key_info);
  if (!key || !key->verify(installed->data.encoding, installed->signature)) {
    notice(Notice::Kind::signature_refused, order->id, "installation result",
           installed->data.encoding);
    return;
  }
  acknowledgements_.push_back(installed->data.value.metadata.sequence_number);
  if (const auto* error = std::get_if<InstallError>(&installed->data.value.outcome)) {
    move(*order, OrderEvent::refused,
         "the eUICC: installation error " + std::to_string(error->reason),
         installed->data.encoding);
  } else {
    move(*order, OrderEvent::succeeded, {}, installed->data.encoding);
  }
}

void DeviceStep::take(const PendingNotification& notification) {
  std::int64_t number = sequence_number(notification);
  Result<Bytes> message = write(HandleNotification{notification}, version());
  if (!message) return;
  acknowledgements_.push_back(number);
  notice(Notice::Kind::notification, 0, {}, *message);
  inbox_.emplace_back(number, std::move(message).value());
}

}  // namespace sojourn::eim
