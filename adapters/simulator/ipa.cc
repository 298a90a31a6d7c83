#include "adapters/simulator/ipa.h"

#include <algorithm>

#include "adapters/simulator/tag_list.h"

namespace sojourn::simulator {
namespace {

using namespace sgp32;

// StateChangeCause (SGP.32 5.14.5).
constexpr std::int64_t kCauseFallback = 1, kCauseImmediateEnable = 5;
constexpr std::int64_t kReasonEcallActive = 104, kReasonUndefined = 127;

std::optional<Iccid> enabled_iccid(const Euicc& card) {
  const Profile* profile = card.profiles().enabled();
  return profile == nullptr ? std::nullopt : std::optional<Iccid>(profile->iccid);
}

// The package in a GetEimPackageResponse that was read already, as the eIM signed it.
ByteView inside_response(ByteView response) {
  Context context;
  Element whole;
  Element inner;
  Cursor in(response, context);
  if (in.at_end() || !in.next(whole)) return {};
  Cursor content(whole.content, context);
  return !content.at_end() && content.next(inner) ? inner.encoding : ByteView();
}

std::string name_of(const std::optional<Iccid>& iccid) {
  return iccid ? std::string(iccid->text()) : "none";
}

std::string refusal_text(std::int64_t code) {
  std::string_view why = code == eim_package_error::kEidNotFound
                             ? "the eIM does not know this eUICC"
                         : code == eim_package_error::kInvalidEid ? "the eIM finds the EID invalid"
                         : code == eim_package_error::kMissingEid ? "the eIM misses the EID"
                                                                  : "the eIM gives no reason";
  return std::string(why) + " (eimPackageError " + std::to_string(code) + ")";
}

}  // namespace

std::string_view poll_end_name(PollEnd end) {
  constexpr std::string_view kNames[] = {"done",           "no network", "no answer", "refused",
                                         "not understood", "silent",     "too long"};
  return kNames[static_cast<std::size_t>(end)];
}

IpaCounts& IpaCounts::operator+=(const IpaCounts& other) {
  constexpr std::uint64_t IpaCounts::*kAll[] = {
      &IpaCounts::polls,       &IpaCounts::requests,      &IpaCounts::unanswered,
      &IpaCounts::packages,    &IpaCounts::results,       &IpaCounts::acknowledged,
      &IpaCounts::redelivered, &IpaCounts::data_requests, &IpaCounts::downloads,
      &IpaCounts::rollbacks,   &IpaCounts::fallbacks,     &IpaCounts::notifications,
      &IpaCounts::misdeeds,    &IpaCounts::bytes_sent,    &IpaCounts::bytes_received};
  static_assert(sizeof(IpaCounts) == std::size(kAll) * sizeof(std::uint64_t));
  for (auto member : kAll) this->*member += other.*member;
  return *this;
}

Ipa::Ipa(Euicc& card, EsipaClient& client, const World& world, IpaOptions options, IpaEvent event)
    : card_(card),
      client_(client),
      world_(world),
      options_(std::move(options)),
      event_(std::move(event)),
      dice_(options_.seed) {}

PollReport Ipa::poll() {
  report_ = {};
  report_.counts.polls = 1;
  if (find_network() && deliver_stored()) {
    bool more = true;
    bool going_on = true;
    for (unsigned i = 0; going_on && more; ++i) {
      going_on = i < options_.exchange_count_max ? fetch(more) : end(PollEnd::too_long);
    }
    if (going_on) send_notifications();
  }
  counts_ += report_.counts;
  return report_;
}

bool Ipa::end(PollEnd how, std::string detail) {
  report_.end = how;
  report_.detail = std::move(detail);
  return false;
}

void Ipa::tell(std::string_view what) const {
  if (event_) event_(what);
}

bool Ipa::misdeed(unsigned chance, std::string_view what) {
  if (!dice_.percent(chance)) return false;
  ++report_.counts.misdeeds;
  tell(what);
  return true;
}

// --- network -------------------------------------------------------------------------------------

bool Ipa::has_network() const {
  const Profile* profile = card_.profiles().enabled();
  return profile != nullptr && world_.has_network(profile->iccid, options_.place);
}

// Falls back where the enabled profile has no network, and returns when that has one again.
bool Ipa::find_network() {
  const std::optional<Iccid>& left = card_.profiles().fell_back_from();
  bool could_return = left && world_.has_network(*left, options_.place);
  bool switched = could_return ? card_.return_from_fallback() : false;
  if (!has_network() && card_.fall_back()) {
    switched = true;
    ++report_.counts.fallbacks;
  }
  if (switched) {
    client_.disconnect();
    state_change_cause_ = kCauseFallback;
    tell("fallback: enabled " + name_of(enabled_iccid(card_)));
  }
  return has_network() || end(PollEnd::no_network);
}

// The bearer is the old profile's. Where the new one has no network, the eUICC takes the enable
// back, if the package said that it may. False: no network either way.
bool Ipa::switch_bearer(std::optional<Iccid> before, EuiccPackageResult& result) {
  std::optional<Iccid> now = enabled_iccid(card_);
  if (now == before) return true;
  client_.disconnect();
  tell("enabled " + name_of(now) + " in place of " + name_of(before));
  if (has_network()) return true;
  if (std::optional<EuiccPackageResult> rolled_back = card_.roll_back()) {
    result = std::move(*rolled_back);
    ++report_.counts.rollbacks;
    tell("no network: rolled back to " + name_of(enabled_iccid(card_)));
  }
  return has_network() || end(PollEnd::no_network);
}

// --- messages ------------------------------------------------------------------------------------

std::optional<Bytes> Ipa::exchange(ByteView request) {
  for (unsigned attempt = 0; attempt < options_.attempt_count; ++attempt) {
    ++report_.counts.requests;
    report_.counts.bytes_sent += request.size();
    Result<Bytes> answer = client_.exchange(request);
    if (answer) {
      report_.counts.bytes_received += answer->size();
      return std::move(*answer);
    }
    ++report_.counts.unanswered;
    report_.detail = answer.error().message;
  }
  end(PollEnd::no_answer, report_.detail);
  return std::nullopt;
}

bool Ipa::fetch(bool& more) {
  GetEimPackageRequest request{.eid = card_.eid()};
  if (options_.other_device &&
      misdeed(options_.misbehaviour.other_devices_package, "asks in another device's name")) {
    request.eid = *options_.other_device;
  }
  if (state_change_cause_) {
    request.notify_state_change = true;
    if (version() != Version::v1_0) request.cause = state_change_cause_;
  }
  std::optional<Bytes> answer = exchange(write(request, version()).value());
  if (!answer) return false;
  state_change_cause_.reset();
  Result<GetEimPackageResponse> response = read<GetEimPackageResponse>(*answer, version());
  if (!response) return end(PollEnd::not_understood, response.error().message);
  if (const auto* code = std::get_if<std::int64_t>(&*response)) {
    more = false;
    // One who asks in another's name does not learn that its own is done.
    if (*code == eim_package_error::kNoneAvailable) return true;
    return end(PollEnd::refused, refusal_text(*code));
  }
  if (const auto* data_request = std::get_if<IpaEuiccDataRequest>(&*response)) {
    return answer_data_request(*data_request, request.eid);
  }
  if (const auto* trigger = std::get_if<ProfileDownloadTriggerRequest>(&*response)) {
    return download(*trigger, request.eid);
  }
  return carry_out(inside_response(*answer), request.eid);
}

bool Ipa::carry_out(ByteView package, const Eid& asked_for) {
  ++report_.counts.packages;
  std::optional<Iccid> before = enabled_iccid(card_);
  PackageAnswer answer = card_.load_package(package);
  if (std::holds_alternative<UndecodablePackage>(answer)) {
    if (version() == Version::v1_0) return deliver(UndecodablePackage::kCode, asked_for);
    return deliver(EimPackageResultError{.code = UndecodablePackage::kCode}, asked_for);
  }
  auto& result = std::get<EuiccPackageResult>(answer);
  if (!switch_bearer(before, result)) return false;
  return deliver_result(result, asked_for);
}

bool Ipa::answer_data_request(const IpaEuiccDataRequest& request, const Eid& asked_for) {
  ++report_.counts.data_requests;
  IpaEuiccDataResponse response = card_.data(request, options_.eim_id);
  if (auto* data = std::get_if<IpaEuiccData>(&response)) {
    std::vector<Tag> tags = read_tag_list(request.tag_list).value_or(std::vector<Tag>());
    bool asked = std::any_of(tags.begin(), tags.end(), [&](Tag tag) {
      return tag == (version() == Version::v1_0 ? Tag{0x88} : Tag{0xA8});
    });
    if (asked) data->capabilities = options_.capabilities;
  }
  return deliver(std::move(response), asked_for);
}

// Direct download: the SM-DP+ is the world's. The profile comes disabled, unless immediate
// enabling was configured.
bool Ipa::download(const ProfileDownloadTriggerRequest& trigger, const Eid& asked_for) {
  ++report_.counts.downloads;
  ProfileDownloadTriggerResult result;
  if (version() != Version::v1_0) result.transaction_id = trigger.transaction_id;
  std::string code = "1$" + card_.profiles().default_smdp() + "$";
  if (trigger.source && std::holds_alternative<std::string>(*trigger.source)) {
    code = std::get<std::string>(*trigger.source);
  }
  const Profile* offered = world_.download(code);
  bool busy = card_.faults().ecall_active;
  std::optional<ProfileInstallationResult> installed;
  if (offered != nullptr && !busy) {
    std::string address = code.substr(code.find('$') + 1);
    address = address.substr(0, address.find('$'));
    TransactionId smdp_id = *make_transaction_id(Bytes(16, 0x5D));
    installed = card_.install(*offered, smdp_id, address);
  }
  if (installed) {
    tell("downloaded " + std::string(offered->iccid.text()));
    result.outcome = std::move(*installed);
  } else {
    ProfileDownloadError error;
    if (version() != Version::v1_0) error.reason = busy ? kReasonEcallActive : kReasonUndefined;
    result.outcome = error;
  }
  if (!deliver(std::move(result), asked_for)) return false;
  if (installed && card_.profiles().immediate_enable().enabled) {
    card_.enable_locally(offered->iccid);
    client_.disconnect();
    state_change_cause_ = kCauseImmediateEnable;
    tell("enabled at once " + std::string(offered->iccid.text()));
    return find_network();
  }
  return true;
}

// --- deliveries ----------------------------------------------------------------------------------

bool Ipa::deliver_result(const EuiccPackageResult& result, const Eid& asked_for) {
  const Misbehaviour& told = options_.misbehaviour;
  if (misdeed(told.no_answer, "goes silent")) return end(PollEnd::silent);
  if (misdeed(told.delayed_result, "keeps the result for later")) return end(PollEnd::silent);
  EuiccPackageResult sent = result;
  if (last_result_ && misdeed(told.replayed_result, "delivers the result before in its place")) {
    sent = *last_result_;
  }
  last_result_ = result;
  if (misdeed(told.wrong_signature, "spoils the signature")) {
    std::visit(
        [](auto& one) {
          if constexpr (requires { one.signature; }) one.signature.back() ^= 1;
        },
        sent);
  }
  if (options_.results_with_notifications && !card_.outbox().notifications().empty()) {
    ResultAndNotifications both{.result = std::move(sent), .pending = {}};
    both.pending.notifications.emplace();
    for (const StoredNotification& one : card_.outbox().notifications()) {
      both.pending.notifications->push_back(one.notification);
    }
    return deliver(std::move(both), asked_for);
  }
  return deliver(std::move(sent), asked_for);
}

bool Ipa::deliver(EimPackageResult result, const Eid& asked_for) {
  Message message{.eid = std::nullopt, .result = std::move(result)};
  if (version() != Version::v1_0 && !options_.misbehaviour.omits_eid) message.eid = asked_for;
  Result<Bytes> bytes = write(message, version());
  if (!bytes) return end(PollEnd::not_understood, bytes.error().message);
  if (!send_result(*bytes)) return false;
  if (misdeed(options_.misbehaviour.doubled_result, "delivers twice")) return send_result(*bytes);
  return true;
}

bool Ipa::send_result(ByteView message) {
  std::optional<Bytes> answer = exchange(message);
  if (!answer) return false;
  Result<ProvideEimPackageResultResponse> response =
      read<ProvideEimPackageResultResponse>(*answer, version());
  if (!response) return end(PollEnd::not_understood, response.error().message);
  ++report_.counts.results;
  if (const auto* code = std::get_if<std::int64_t>(&*response)) {
    return end(PollEnd::refused, "provideEimPackageResultError " + std::to_string(*code));
  }
  if (misdeed(options_.misbehaviour.lost_acknowledgement, "does not hear the acknowledgement")) {
    return true;
  }
  if (const auto* numbers = std::get_if<EimAcknowledgements>(&*response)) {
    for (std::int64_t number : *numbers) {
      if (card_.acknowledge(number)) ++report_.counts.acknowledged;
    }
  }
  return true;
}

bool Ipa::deliver_stored() {
  // Each once: an eIM that acknowledges nothing gets them again at the next poll.
  std::deque<StoredResult> waiting = card_.outbox().results();
  for (const StoredResult& one : waiting) {
    ++report_.counts.redelivered;
    if (!deliver_result(one.result, card_.eid())) return false;
  }
  return true;
}

bool Ipa::send_notifications() {
  std::deque<StoredNotification> waiting = card_.outbox().notifications();
  for (const StoredNotification& one : waiting) {
    HandleNotification message = one.notification;
    Result<Bytes> bytes = write(message, version());
    if (!bytes) return end(PollEnd::not_understood, bytes.error().message);
    if (!exchange(*bytes)) return false;
    // The answer is empty: that it came is the acknowledgement.
    card_.acknowledge(one.number);
    ++report_.counts.notifications;
  }
  return true;
}

}  // namespace sojourn::simulator
