// The messages between IPA and eIM as plain structs (SGP.32 5.14), for reading and writing.
//
// read<T>() and write() exist for the structs of this file and of package.h that have a message
// type of their own in the catalogue; see the list at the end. Encoding follows schema_esipa.h.
#pragma once

#include "adapters/sgp32/package.h"

namespace sojourn::sgp32 {

// --- notifications -------------------------------------------------------------------------------

struct NotificationMetadata {
  std::int64_t sequence_number = 0;
  BitString event{};  // install, enable, disable, delete
  std::string address{};
  std::optional<WireIccid> iccid{};
  friend bool operator==(const NotificationMetadata&, const NotificationMetadata&) = default;
};
struct InstallSuccess {
  Bytes aid{};
  Bytes sima_response{};
  friend bool operator==(const InstallSuccess&, const InstallSuccess&) = default;
};
struct InstallError {
  std::int64_t bpp_command = 0;
  std::int64_t reason = 0;
  std::optional<Bytes> sima_response{};
  friend bool operator==(const InstallError&, const InstallError&) = default;
};
struct ProfileInstallationResultData {
  TransactionId transaction_id{};  // the SM-DP+'s
  NotificationMetadata metadata{};
  Bytes smdp_oid{};  // content octets
  std::variant<InstallSuccess, InstallError> outcome{};
  friend bool operator==(const ProfileInstallationResultData&,
                         const ProfileInstallationResultData&) = default;
};
struct ProfileInstallationResult {
  Signed<ProfileInstallationResultData> data{};
  Bytes signature{};
  friend bool operator==(const ProfileInstallationResult&,
                         const ProfileInstallationResult&) = default;
};
struct OtherSignedNotification {
  Signed<NotificationMetadata> metadata{};
  Bytes signature{};
  Certificate euicc{};
  Certificate eum{};
  friend bool operator==(const OtherSignedNotification&, const OtherSignedNotification&) = default;
};
struct CompactInstallSuccess {
  std::array<std::uint8_t, 2> compact_aid{};
  std::optional<Bytes> sima_response{};
  friend bool operator==(const CompactInstallSuccess&, const CompactInstallSuccess&) = default;
};
struct CompactInstallationResultData {
  TransactionId transaction_id{};
  std::int64_t sequence_number = 0;
  bool iccid_present = true;
  std::variant<CompactInstallSuccess, InstallError> outcome{};
  friend bool operator==(const CompactInstallationResultData&,
                         const CompactInstallationResultData&) = default;
};
struct CompactInstallationResult {
  Signed<CompactInstallationResultData> data{};
  Bytes signature{};
  friend bool operator==(const CompactInstallationResult&,
                         const CompactInstallationResult&) = default;
};
struct CompactOtherSignedNotification {
  std::optional<Eid> eid{};  // since 1.1
  Signed<NotificationMetadata> metadata{};
  Bytes signature{};
  friend bool operator==(const CompactOtherSignedNotification&,
                         const CompactOtherSignedNotification&) = default;
};
using PendingNotification = std::variant<ProfileInstallationResult, OtherSignedNotification,
                                         CompactInstallationResult, CompactOtherSignedNotification>;
// The eUICC's sequence number, shared by notifications and package results.
std::int64_t sequence_number(const PendingNotification& notification);

// Notifications and stored results; 1.0 has both in one list (BF2B), or an error there.
struct PendingLists {
  std::optional<std::vector<PendingNotification>> notifications{};
  std::optional<std::vector<EuiccPackageResult>> results{};
  std::optional<std::int64_t> error{};  // 1.0 only
  friend bool operator==(const PendingLists&, const PendingLists&) = default;
};

// --- profile downloads ---------------------------------------------------------------------------

struct ContactSmds {
  std::optional<std::string> address{};
  friend bool operator==(const ContactSmds&, const ContactSmds&) = default;
};
struct ProfileDownloadTriggerRequest {
  // Activation code ("1$smdp$matchingId"), the default SM-DP+, or an SM-DS; absent: the IPA
  // decides.
  std::optional<std::variant<std::string, Null, ContactSmds>> source{};
  TransactionId transaction_id{};
  friend bool operator==(const ProfileDownloadTriggerRequest&,
                         const ProfileDownloadTriggerRequest&) = default;
};
struct ProfileDownloadError {
  std::optional<std::int64_t> reason{};  // always there since 1.1, never in 1.0
  std::optional<Bytes> response{};
  friend bool operator==(const ProfileDownloadError&, const ProfileDownloadError&) = default;
};
struct ProfileDownloadTriggerResult {
  TransactionId transaction_id{};
  std::variant<ProfileInstallationResult, ProfileDownloadError> outcome{};
  friend bool operator==(const ProfileDownloadTriggerResult&,
                         const ProfileDownloadTriggerResult&) = default;
};

// --- data of IPA and eUICC -----------------------------------------------------------------------

struct IpaEuiccDataRequest {
  Bytes tag_list{};
  std::optional<Bytes> ci_key_id{};
  // By sequence number, by event, or (1.0 only, Null) all package results.
  std::optional<std::variant<std::int64_t, BitString, Null>> notification_criteria{};
  std::optional<std::variant<std::int64_t>> result_criteria{};  // sequence number; since 1.1
  TransactionId transaction_id{};                               // since 1.1
  friend bool operator==(const IpaEuiccDataRequest&, const IpaEuiccDataRequest&) = default;
};
struct IpaCapabilities {
  BitString features{};
  std::optional<BitString> protocols{};
  friend bool operator==(const IpaCapabilities&, const IpaCapabilities&) = default;
};
struct IpaEuiccData {
  std::optional<std::vector<PendingNotification>> notifications{};  // since 1.1
  std::optional<std::vector<EuiccPackageResult>> results{};         // since 1.1
  std::optional<PendingLists> lists_in_1_0{};
  std::optional<std::string> default_smdp{};
  std::optional<Raw> euicc_info1{};
  std::optional<Raw> euicc_info2{};
  std::optional<std::string> root_smds{};
  std::optional<std::int64_t> association_token{};
  std::optional<Certificate> eum_certificate{};
  std::optional<Certificate> euicc_certificate{};
  TransactionId transaction_id{};  // since 1.1
  std::optional<IpaCapabilities> capabilities{};
  std::optional<Raw> device_info{};
  friend bool operator==(const IpaEuiccData&, const IpaEuiccData&) = default;
};
struct IpaEuiccDataError {
  TransactionId transaction_id{};
  std::int64_t code = 0;
  friend bool operator==(const IpaEuiccDataError&, const IpaEuiccDataError&) = default;
};
// The last is 1.0's error: a code and nothing else.
using IpaEuiccDataResponse = std::variant<IpaEuiccData, IpaEuiccDataError, std::int64_t>;

// --- fetching packages ---------------------------------------------------------------------------

struct GetEimPackageRequest {
  Eid eid{};
  bool notify_state_change = false;
  std::optional<std::int64_t> cause{};  // since 1.1
  std::optional<std::array<std::uint8_t, 3>> plmn{};
  friend bool operator==(const GetEimPackageRequest&, const GetEimPackageRequest&) = default;
};
namespace eim_package_error {
inline constexpr std::int64_t kNoneAvailable = 1, kEidNotFound = 2, kInvalidEid = 3,
                              kMissingEid = 4, kUndefined = 127;
}
// The last is an error code.
using GetEimPackageResponse = std::variant<EuiccPackageRequest, IpaEuiccDataRequest,
                                           ProfileDownloadTriggerRequest, std::int64_t>;

// --- delivering results --------------------------------------------------------------------------

struct ResultAndNotifications {
  EuiccPackageResult result{};
  PendingLists pending{};
  friend bool operator==(const ResultAndNotifications&, const ResultAndNotifications&) = default;
};
struct EimPackageResultError {
  TransactionId transaction_id{};
  std::int64_t code = 0;  // 1 invalid package format, 2 unknown package, 127
  friend bool operator==(const EimPackageResultError&, const EimPackageResultError&) = default;
};
// The last is 1.0's error: a code and nothing else.
using EimPackageResult =
    std::variant<EuiccPackageResult, ResultAndNotifications, IpaEuiccDataResponse,
                 ProfileDownloadTriggerResult, EimPackageResultError, std::int64_t>;
struct ProvideEimPackageResult {
  std::optional<Eid> eid{};  // since 1.1, and not always then
  EimPackageResult result{};
  friend bool operator==(const ProvideEimPackageResult&, const ProvideEimPackageResult&) = default;
};
using EimAcknowledgements = std::vector<std::int64_t>;  // sequence numbers
// The last is an error code. 1.0 knows only acknowledgements and the empty answer.
using ProvideEimPackageResultResponse = std::variant<EimAcknowledgements, Null, std::int64_t>;
using HandleNotification = std::variant<PendingNotification, ProvideEimPackageResult>;

// --- reading and writing -------------------------------------------------------------------------

// Reads one whole message of the version; nothing may follow it. Oddities that the tolerant reading
// took are appended to `oddities` when given. Errors: E0801 to E0803, E0901.
template <class Message>
Result<Message> read(ByteView message, Version version, Reading reading = Reading::tolerant,
                     std::vector<Finding>* oddities = nullptr);

// DER of the message. E0804 when a member breaks a size, or does not exist in the version.
template <class Message>
Result<Bytes> write(const Message& message, Version version);

// Message is one of the structs listed in messages.def.

}  // namespace sojourn::sgp32
