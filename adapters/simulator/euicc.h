// A simulated eUICC: takes packages in, checks them as SGP.32 says, executes, signs.
//
//   Euicc euicc(identity, ProfileTable({bootstrap, local}), {});
//   euicc.add_initial_eim(configuration);
//   PackageAnswer answer = euicc.load_package(request);    // ES10b.LoadEuiccPackage
//   if (const auto* result = std::get_if<EuiccPackageResult>(&answer)) deliver(*result);
//   euicc.acknowledge(sequence_number);                    // ES10b.RemoveNotificationFromList
//
// The checks, in order, and what each answers:
//   decode           not a package: no result at all, the IPA says invalidPackageFormat
//   eimId known      unsigned error
//   signature        unsigned error, with the association token
//   EID              signed error 3
//   counter          signed error 4 (not above the last), 6 (above the largest)
//   emergency call   signed error 104; the package size: signed error 15
//   execute          in order, up to the first operation that fails; its result is the last
//   sign, then advance the counter
// A package that ends in an error leaves the counter where it was: nothing was executed.
//
// It shares nothing with the eIM but the encoding of messages. Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "adapters/simulator/certificate_maker.h"
#include "adapters/simulator/eim_table.h"
#include "adapters/simulator/outbox.h"
#include "adapters/simulator/package_reader.h"
#include "adapters/simulator/profile_table.h"

namespace sojourn::simulator {

// Who it is. The certificates of EUM and CI are shared by a fleet.
struct EuiccIdentity {
  Eid eid{};
  PrivateKey key;
  Bytes certificate{};
  std::shared_ptr<const Bytes> eum_certificate{};
};
// A new eUICC of this maker's EUM. E0871.
Result<EuiccIdentity> make_identity(const CertificateMaker& maker, const Eid& eid,
                                    std::shared_ptr<const Bytes> eum_certificate);

struct EuiccOptions {
  sgp32::Version version = sgp32::Version::v1_2;
  EimTableOptions eims{};
  std::size_t package_bytes_max = 16'384;
  std::size_t result_bytes_max = 16'384;
  std::size_t stored_count_max = 16;  // results, and notifications, that wait for the eIM
  std::string root_smds = "smds.example.com";
};

// What a card may do for reasons of its own, for tests and bad days.
struct CardFaults {
  bool ecall_active = false;
  // The next operation of this kind answers this code and changes nothing: catBusy 5, 127, ...
  std::optional<std::pair<sgp32::Operation, std::int64_t>> refuse_once{};
  // The next package is interrupted after so many operations: processingTerminated 3.
  std::optional<std::size_t> interrupt_after{};
};

// The package could not be decoded; SGP.32's eimPackageResultErrorCode.
struct UndecodablePackage {
  static constexpr std::int64_t kCode = 1;  // invalidPackageFormat
};
using PackageAnswer = std::variant<sgp32::EuiccPackageResult, UndecodablePackage>;

class Euicc {
 public:
  Euicc(EuiccIdentity identity, ProfileTable profiles, EuiccOptions options);

  // ES10b.AddInitialEim: only while it obeys nobody. The token, where the data asks for one (-1).
  // E0875 when the data is refused.
  Result<std::optional<std::int64_t>> add_initial_eim(const sgp32::EimConfigurationData& data);

  // ES10b.LoadEuiccPackage.
  PackageAnswer load_package(ByteView request);
  // ES10b.ProfileRollback: takes back the last package's enable. The result replaces the stored
  // one of that package, with rollbackResult where enableResult stood. Absent when there is
  // nothing to take back.
  std::optional<sgp32::EuiccPackageResult> roll_back();
  // ES10b.RemoveNotificationFromList; false for nothingToDelete.
  bool acknowledge(std::int64_t number) { return outbox_.acknowledge(number); }
  // Results, notifications and data (ES10b.RetrieveNotificationsList, GetEuiccInfo, GetCerts, ...)
  // for the eIM of this id; capabilities are the IPA's to add.
  sgp32::IpaEuiccDataResponse data(const sgp32::IpaEuiccDataRequest& request,
                                   std::string_view eim_id);
  // The end of a download: the profile is there, disabled, and the SM-DP+ and the eIM will be told.
  // Absent when there is no room or it is there already.
  std::optional<sgp32::ProfileInstallationResult> install(Profile profile,
                                                          const sgp32::TransactionId& smdp_id,
                                                          const std::string& smdp_address);
  // ES10b.ExecuteFallbackMechanism, ReturnFromFallback, ImmediateEnable.
  bool fall_back();
  bool return_from_fallback();
  bool enable_locally(const Iccid& iccid);

  const Eid& eid() const { return identity_.eid; }
  const EuiccIdentity& identity() const { return identity_; }
  sgp32::Version version() const { return options_.version; }
  const ProfileTable& profiles() const { return profiles_; }
  ProfileTable& profiles() { return profiles_; }
  const EimTable& eims() const { return eims_; }
  EimTable& eims() { return eims_; }
  const Outbox& outbox() const { return outbox_; }
  Outbox& outbox() { return outbox_; }
  CardFaults& faults() { return faults_; }
  // Packages carried out since it was made: those that advanced a counter.
  std::uint64_t executed_count() const { return executed_count_; }

 private:
  // Of the package that was executed last: what a rollback answers to.
  struct Executed {
    sgp32::EuiccPackageResultDataSigned data{};
    std::optional<std::int64_t> token{};
    Bytes eim_signature{};
  };

  sgp32::EuiccPackageResult signed_error(const PackageFrame& frame, const EimAssociation& eim,
                                         std::int64_t code) const;
  std::vector<sgp32::OperationResult> execute(const PackageFrame& frame);
  sgp32::OperationResult execute(const PackageOperation& operation);
  // Numbers, signs and keeps it.
  sgp32::EuiccPackageResult seal(Executed& executed);
  Bytes sign(ByteView data, std::optional<std::int64_t> token, ByteView eim_signature) const;
  void notify_of_changes();
  // False for a tag that is not of IpaEuiccData.
  bool add_data(sgp32::Tag tag, const sgp32::IpaEuiccDataRequest& request, std::string_view eim_id,
                sgp32::IpaEuiccData& data);
  void add_lists_in_1_0(const sgp32::IpaEuiccDataRequest& request, sgp32::IpaEuiccData& data) const;

  EuiccIdentity identity_;
  EuiccOptions options_;
  ProfileTable profiles_;
  EimTable eims_;
  Outbox outbox_;
  CardFaults faults_;
  std::optional<Executed> last_;
  std::uint64_t executed_count_ = 0;
};

}  // namespace sojourn::simulator
