#include "adapters/simulator/euicc.h"

#include <algorithm>
#include <cassert>

#include "engine/base/diagnostic_code.h"

namespace sojourn::simulator {
namespace {

using namespace sgp32;

// The association token under a signature; 0 where none is configured.
constexpr Tag kAssociationToken = 0x84;

constexpr std::int64_t kResultSizeOverflow = 1, kUnknownOrDamagedCommand = 2, kInterruption = 3;

OperationResult terminated(std::int64_t code) {
  return {.operation = Operation::processing_terminated, .code = code};
}

Bytes with_token(ByteView signed_part, std::optional<std::int64_t> token) {
  Bytes bytes(signed_part.begin(), signed_part.end());
  DerWriter(bytes).integer(kAssociationToken, token.value_or(0));
  return bytes;
}

// Version 1.0 has fewer codes: what it cannot say is an undefined error there.
std::int64_t code_in_1_0(Operation operation, std::int64_t code) {
  if (operation == Operation::enable && code > 2) return kUndefinedError;
  if (operation == Operation::add_eim && code == 2) return kUndefinedError;
  return code;
}

template <class Message>
Bytes must_write(const Message& message, Version version) {
  Result<Bytes> bytes = write(message, version);
  assert(bytes.ok());
  return bytes ? std::move(*bytes) : Bytes();
}

}  // namespace

Result<EuiccIdentity> make_identity(const CertificateMaker& maker, const Eid& eid,
                                    std::shared_ptr<const Bytes> eum_certificate) {
  Result<Issued> issued = maker.issue_euicc(eid);
  if (!issued) return std::move(issued).error();
  Result<PrivateKey> key = PrivateKey::from_pem(issued->private_key_pem);
  if (!key) return std::move(key).error();
  return EuiccIdentity{eid, std::move(*key), std::move(issued->certificate),
                       std::move(eum_certificate)};
}

Euicc::Euicc(EuiccIdentity identity, ProfileTable profiles, EuiccOptions options)
    : identity_(std::move(identity)),
      options_(std::move(options)),
      profiles_(std::move(profiles)),
      eims_(options_.eims),
      outbox_(options_.stored_count_max) {}

Result<std::optional<std::int64_t>> Euicc::add_initial_eim(const EimConfigurationData& data) {
  if (!eims_.associations().empty()) {
    return make_diagnostic(Code::E0875, "the eUICC obeys an eIM already");
  }
  OperationResult result = eims_.execute(AddEim{data});
  if (!succeeded(result)) {
    return make_diagnostic(Code::E0875,
                           "the eUICC refuses the eIM's configuration: " +
                               std::string(result_code_name(result.operation, result.code)));
  }
  return result.association_token;
}

// --- packages ------------------------------------------------------------------------------------

PackageAnswer Euicc::load_package(ByteView request) {
  std::optional<PackageFrame> frame = read_package(request, options_.version);
  if (!frame) return UndecodablePackage{};
  EuiccPackageErrorUnsigned unsigned_error{.eim_id = frame->eim_id};
  if (options_.version != Version::v1_0) unsigned_error.transaction_id = frame->transaction_id;
  EimAssociation* eim = eims_.find(frame->eim_id);
  if (eim == nullptr) return EuiccPackageResult(std::move(unsigned_error));
  if (!eim->key.verify(with_token(frame->signed_part, eim->token), frame->signature)) {
    unsigned_error.association_token = eim->token;
    return EuiccPackageResult(std::move(unsigned_error));
  }
  if (frame->eid != identity_.eid) return signed_error(*frame, *eim, package_error::kInvalidEid);
  if (frame->counter > eims_.counter_max()) {
    return signed_error(*frame, *eim, package_error::kCounterOutOfRange);
  }
  if (frame->counter <= eim->counter) return signed_error(*frame, *eim, package_error::kReplay);
  if (faults_.ecall_active) {
    bool known = options_.version != Version::v1_0;
    return signed_error(*frame, *eim,
                        known ? package_error::kEcallActive : package_error::kUndefined);
  }
  if (request.size() > options_.package_bytes_max) {
    return signed_error(*frame, *eim, package_error::kSizeOverflow);
  }

  // The token that stood at the beginning signs, also when the package removes its own eIM.
  last_ = Executed{.data = {.eim_id = frame->eim_id,
                            .counter = frame->counter,
                            .transaction_id = frame->transaction_id},
                   .token = eim->token,
                   .eim_signature = Bytes(frame->signature.begin(), frame->signature.end())};
  profiles_.begin_package();
  last_->data.results = execute(*frame);
  notify_of_changes();
  EuiccPackageResult result = seal(*last_);
  // Found anew: the package may have removed it, or given it a higher counter.
  if (EimAssociation* still = eims_.find(frame->eim_id)) {
    still->counter = std::max(still->counter, frame->counter);
  }
  ++executed_count_;
  return result;
}

std::vector<OperationResult> Euicc::execute(const PackageFrame& frame) {
  std::optional<std::size_t> interrupt = std::exchange(faults_.interrupt_after, std::nullopt);
  std::vector<OperationResult> results;
  for (ByteView element : frame.operations) {
    if (interrupt == results.size()) {
      results.push_back(terminated(kInterruption));
      break;
    }
    std::optional<PackageOperation> operation =
        read_operation(element, frame.kind, options_.version);
    results.push_back(operation ? execute(*operation) : terminated(kUnknownOrDamagedCommand));
    if (!succeeded(results.back())) break;
  }
  return results;
}

OperationResult Euicc::execute(const PackageOperation& operation) {
  const auto* psmo = std::get_if<Psmo>(&operation);
  const auto* eco = std::get_if<Eco>(&operation);
  OperationResult result{.operation = psmo ? operation_of(*psmo) : operation_of(*eco)};
  if (faults_.refuse_once && faults_.refuse_once->first == result.operation) {
    result.code = std::exchange(faults_.refuse_once, std::nullopt)->second;
  } else {
    result = psmo ? profiles_.execute(*psmo) : eims_.execute(*eco);
  }
  if (options_.version == Version::v1_0) result.code = code_in_1_0(result.operation, result.code);
  return result;
}

std::optional<EuiccPackageResult> Euicc::roll_back() {
  if (!last_ || !profiles_.can_roll_back()) return std::nullopt;
  profiles_.roll_back();
  notify_of_changes();
  outbox_.acknowledge(last_->data.sequence_number);
  for (OperationResult& result : last_->data.results) {
    if (result.operation == Operation::enable) result = {.operation = Operation::rollback};
  }
  return seal(*last_);
}

EuiccPackageResult Euicc::seal(Executed& executed) {
  executed.data.sequence_number = outbox_.next_number();
  Result<Bytes> data = write(executed.data, options_.version);
  if (!data || data->size() > options_.result_bytes_max) {
    if (executed.data.results.empty()) executed.data.results.emplace_back();
    executed.data.results.back() = terminated(data ? kResultSizeOverflow : kUndefinedError);
    data = must_write(executed.data, options_.version);
  }
  EuiccPackageResultSigned result;
  result.data = {executed.data, std::move(*data)};
  result.signature = sign(result.data.encoding, executed.token, executed.eim_signature);
  outbox_.keep(StoredResult{executed.data.sequence_number, result});
  return result;
}

EuiccPackageResult Euicc::signed_error(const PackageFrame& frame, const EimAssociation& eim,
                                       std::int64_t code) const {
  EuiccPackageErrorSigned error;
  error.data.value = {.eim_id = frame.eim_id,
                      .counter = frame.counter,
                      .transaction_id = frame.transaction_id,
                      .code = code};
  error.data.encoding = must_write(error.data.value, options_.version);
  error.signature = sign(error.data.encoding, eim.token, frame.signature);
  return error;
}

// Since 1.1 over the data and the token; in 1.0 over the data and the package's own signature.
Bytes Euicc::sign(ByteView data, std::optional<std::int64_t> token, ByteView eim_signature) const {
  if (options_.version != Version::v1_0) return identity_.key.sign(with_token(data, token));
  Bytes bytes(data.begin(), data.end());
  bytes.insert(bytes.end(), eim_signature.begin(), eim_signature.end());
  return identity_.key.sign(bytes);
}

// --- without a package ---------------------------------------------------------------------------

bool Euicc::fall_back() {
  bool done = profiles_.fall_back();
  notify_of_changes();
  return done;
}

bool Euicc::return_from_fallback() {
  bool done = profiles_.return_from_fallback();
  notify_of_changes();
  return done;
}

bool Euicc::enable_locally(const Iccid& iccid) {
  bool done = profiles_.enable_locally(iccid);
  notify_of_changes();
  return done;
}

std::optional<ProfileInstallationResult> Euicc::install(Profile profile,
                                                        const TransactionId& smdp_id,
                                                        const std::string& smdp_address) {
  Iccid iccid = profile.iccid;
  if (!profiles_.install(std::move(profile))) return std::nullopt;
  ProfileInstallationResult result;
  ProfileInstallationResultData& data = result.data.value;
  data.transaction_id = smdp_id;
  data.metadata = {.sequence_number = outbox_.next_number(),
                   .event = BitString{"1"},
                   .address = smdp_address,
                   .iccid = to_wire(iccid)};
  data.smdp_oid = *oid_content("2.999.10");
  // The SIMalliance answer to a profile without errors: PEStatus ok.
  data.outcome =
      InstallSuccess{.aid = isdp_aid(profiles_.find(iccid)->slot),
                     .sima_response = {0x30, 0x07, 0xA0, 0x05, 0x30, 0x03, 0x80, 0x01, 0x00}};
  result.data.encoding = must_write(data, options_.version);
  result.signature = identity_.key.sign(result.data.encoding);
  outbox_.keep(StoredNotification{data.metadata.sequence_number, data.metadata.event, result});
  return result;
}

// A notification for every change that the profile wants told, to each of its addresses.
void Euicc::notify_of_changes() {
  for (const ProfileChange& change : profiles_.take_changes()) {
    for (const NotificationConfiguration& wish : change.profile.notify) {
      if (!wish.events.has(static_cast<std::size_t>(change.event))) continue;
      BitString event{std::string(static_cast<std::size_t>(change.event), '0') + "1"};
      OtherSignedNotification notification;
      notification.metadata.value = {.sequence_number = outbox_.next_number(),
                                     .event = event,
                                     .address = wish.address,
                                     .iccid = to_wire(change.profile.iccid)};
      notification.metadata.encoding = must_write(notification.metadata.value, options_.version);
      notification.signature = identity_.key.sign(notification.metadata.encoding);
      notification.euicc.der = identity_.certificate;
      notification.eum.der = *identity_.eum_certificate;
      outbox_.keep(
          StoredNotification{notification.metadata.value.sequence_number, event, notification});
    }
  }
}

}  // namespace sojourn::simulator
