// An eUICC with its IPA for tests of the order book: it verifies what it gets, does what it is
// told, signs what it did, and can be told to misbehave.
#pragma once

#include <map>

#include "adapters/eim/signing.h"
#include "adapters/sgp32/esipa.h"
#include "tests/support/catch.h"

namespace sojourn::eim::test {

using namespace sgp32;

inline const char* const kEimPem =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIBN8mrFIDE8aunkBQS2ZaoHbiTGnk+bfNKeHZN+ONZfOoAoGCCqGSM49\n"
    "AwEHoUQDQgAERpH5mbwO7X7QzZ+CHKsWM7zWZBkECGzK3MizgZ7kT8ZTVRFp6anM\n"
    "GRYOiuHcEoux7oIFNAzcJEoLSGRcOZiCHg==\n"
    "-----END EC PRIVATE KEY-----\n";
inline const char* const kCardPem =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIMNap06QZOZniZipL64LXCtu/vgJc8kaNTHw57lnThwxoAoGCCqGSM49\n"
    "AwEHoUQDQgAEDLDOutmcyX3VzP8tpkSBeDYourLq0a/G8vpvV8s1341GyodJTTs1\n"
    "1gl38ipJqfTKfKT4J1J7AScXq5X2AjVH4w==\n"
    "-----END EC PRIVATE KEY-----\n";

struct CardProfile {
  bool enabled = false;
  bool fallback = false;
  std::int64_t profile_class = 2;
};

class ScriptedCard {
 public:
  explicit ScriptedCard(Eid eid_of_card, Version version_spoken = Version::v1_2)
      : eid(eid_of_card), version(version_spoken) {}

  Eid eid;
  Version version;
  std::optional<std::int64_t> token{};
  std::int64_t counter = 0;
  std::int64_t sequence = 100;
  std::map<WireIccid, CardProfile> profiles{};
  std::vector<EuiccPackageResult> stored{};  // results that were not acknowledged
  // What goes wrong, once: an emergency call, or enabling loses the network.
  bool ecall = false;
  bool loses_network = false;

  SigningKey eim_key = SigningKey::from_pem(kEimPem).value();
  SigningKey card_key = SigningKey::from_pem(kCardPem).value();
  int executed_count = 0;

  Bytes get() const {
    GetEimPackageRequest request;
    request.eid = eid;
    // A version gives itself away by the network code's tag.
    request.plmn = std::array<std::uint8_t, 3>{0x00, 0x11, 0x00};
    return *write(request, version);
  }

  // The order of checks is the specification's: signature, EID, counter, then the operations.
  EuiccPackageResult execute(ByteView package_der) {
    EuiccPackageRequest request = *read<EuiccPackageRequest>(package_der, version);
    const EuiccPackageSigned& package = request.package.value;
    VerifyingKey eim = VerifyingKey::from_public_key_info(eim_key.public_key_info()).value();
    if (!eim.verify(signed_bytes(request.package.encoding, token), request.signature)) {
      EuiccPackageErrorUnsigned error;
      error.eim_id = package.eim_id;
      if (version != Version::v1_0) error.transaction_id = package.transaction_id;
      return error;
    }
    last_signature_ = request.signature;
    if (package.eid != eid) return error(package, package_error::kInvalidEid);
    if (package.counter <= counter) return error(package, package_error::kReplay);
    if (std::exchange(ecall, false)) return error(package, package_error::kEcallActive);
    counter = package.counter;
    ++executed_count;
    EuiccPackageResultSigned result;
    EuiccPackageResultDataSigned& data = result.data.value;
    data.eim_id = package.eim_id;
    data.counter = package.counter;
    data.transaction_id = package.transaction_id;
    data.sequence_number = ++sequence;
    for (const Psmo& operation : std::get<PsmoList>(package.content)) {
      data.results.push_back(run(operation));
      if (data.results.back().code != 0) break;
    }
    result.data.encoding = *write(data, version);
    result.signature = sign(result.data.encoding);
    stored.push_back(result);
    return result;
  }

  Bytes provide(const EimPackageResult& result, bool with_eid = true) const {
    ProvideEimPackageResult message;
    if (with_eid && version != Version::v1_0) message.eid = eid;
    message.result = result;
    return *write(message, version);
  }

  // Answers a request for data: stored results, and nothing else.
  IpaEuiccData data(const IpaEuiccDataRequest& request) const {
    IpaEuiccData answer;
    answer.transaction_id = request.transaction_id;
    if (version == Version::v1_0) {
      answer.lists_in_1_0.emplace().results = stored;
    } else {
      answer.results = stored;
    }
    return answer;
  }

  void forget(const EimAcknowledgements& acknowledged) {
    std::erase_if(stored, [&](const EuiccPackageResult& result) {
      const auto* good = std::get_if<EuiccPackageResultSigned>(&result);
      return good != nullptr && std::find(acknowledged.begin(), acknowledged.end(),
                                          good->data.value.sequence_number) != acknowledged.end();
    });
  }

 private:
  Bytes sign(ByteView data) {
    return *card_key.sign(version == Version::v1_0 ? signed_bytes_in_1_0(data, last_signature_)
                                                   : signed_bytes(data, token));
  }

  EuiccPackageResult error(const EuiccPackageSigned& package, std::int64_t code) {
    EuiccPackageErrorSigned result;
    result.data.value = {package.eim_id, package.counter, package.transaction_id, code};
    result.data.encoding = *write(result.data.value, version);
    result.signature = sign(result.data.encoding);
    return result;
  }

  OperationResult run(const Psmo& operation) {
    if (const auto* enable = std::get_if<Enable>(&operation)) {
      OperationResult result{.operation = Operation::enable};
      auto found = profiles.find(enable->iccid);
      if (found == profiles.end()) {
        result.code = 1;
      } else if (found->second.enabled) {
        result.code = 2;
      } else if (std::exchange(loses_network, false)) {
        result.operation = Operation::rollback;
      } else {
        for (auto& [iccid, profile] : profiles) profile.enabled = iccid == enable->iccid;
      }
      return result;
    }
    if (const auto* disable = std::get_if<Disable>(&operation)) {
      profiles[disable->iccid].enabled = false;
      return {.operation = Operation::disable};
    }
    if (const auto* removal = std::get_if<Delete>(&operation)) {
      OperationResult result{.operation = Operation::remove};
      if (profiles.erase(removal->iccid) == 0) result.code = 1;
      return result;
    }
    if (std::holds_alternative<GetRat>(operation)) return {.operation = Operation::get_rat};
    OperationResult result{.operation = Operation::list_profile_info};
    for (const auto& [iccid, profile] : profiles) {
      ProfileInfo info;
      info.iccid = iccid;
      info.state = profile.enabled ? 1 : 0;
      if (version != Version::v1_0) info.fallback = profile.fallback;
      info.profile_class = profile.profile_class;
      result.profiles.push_back(info);
    }
    return result;
  }

  Bytes last_signature_{};
};

}  // namespace sojourn::eim::test
