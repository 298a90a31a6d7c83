// eUICC packages and their results as plain structs: what the eIM and the simulated eUICC work
// with.
//
//   EuiccPackageSigned package{.eim_id = "eim.example.com", .eid = eid, .counter = 7,
//                              .transaction_id = id, .content = PsmoList{Enable{to_wire(iccid)}}};
//   Result<Bytes> der = write(package, Version::v1_2);
//   Result<EuiccPackageResult> result = read<EuiccPackageResult>(bytes, Version::v1_2);
//
// The structs own what they hold. Their encoding follows the tables in schema_package.h; the order
// of alternatives in a variant is the order of rows there. Version 1.0 uses the same structs: what
// it does not have stays empty. Absent OPTIONAL members are an empty optional, a TransactionId of
// size 0, or false where the member is a NULL.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapters/sgp32/schema.h"
#include "engine/base/identifiers.h"

namespace sojourn::sgp32 {

// --- small values --------------------------------------------------------------------------------

// An ICCID as EF.ICCID codes it: digits swapped in pairs, padded with F (trap: people never see
// it).
using WireIccid = std::array<std::uint8_t, 10>;
WireIccid to_wire(const Iccid& iccid);
// Absent for bytes that are not 18 to 20 digits with F padding at the end.
std::optional<Iccid> from_wire(const WireIccid& wire);

struct TransactionId {
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t size = 0;  // 1 to 16; 0: absent
  ByteView view() const { return {bytes.data(), size}; }
  friend bool operator==(const TransactionId&, const TransactionId&) = default;
};
// Absent for more than 16 bytes.
std::optional<TransactionId> make_transaction_id(ByteView bytes);

struct BitString {
  std::string bits{};  // "01": first bit first, no trailing zeros
  bool has(std::size_t index) const { return index < bits.size() && bits[index] == '1'; }
  friend bool operator==(const BitString&, const BitString&) = default;
};
struct Null {
  friend bool operator==(const Null&, const Null&) = default;
};
// A member that is passed on and not looked into: the whole element as received.
struct Raw {
  Bytes encoding{};
  friend bool operator==(const Raw&, const Raw&) = default;
};
// A part under a signature: its value, and the very bytes that the signature covers. When written,
// non-empty `encoding` goes out as it is.
template <class T>
struct Signed {
  T value{};
  Bytes encoding{};
  friend bool operator==(const Signed&, const Signed&) = default;
};

// --- operations ----------------------------------------------------------------------------------

struct Enable {
  WireIccid iccid{};
  bool rollback = false;
  friend bool operator==(const Enable&, const Enable&) = default;
};
struct Disable {
  WireIccid iccid{};
  friend bool operator==(const Disable&, const Disable&) = default;
};
struct Delete {
  WireIccid iccid{};
  friend bool operator==(const Delete&, const Delete&) = default;
};
enum class ProfileClass : std::int64_t { test = 0, provisioning = 1, operational = 2 };
struct ListProfileInfo {
  // By AID (1 to 16 bytes), by ICCID, or by ProfileClass.
  std::optional<std::variant<Bytes, WireIccid, std::int64_t>> criteria{};
  std::optional<Bytes> tag_list{};  // absent: the default tags
  friend bool operator==(const ListProfileInfo&, const ListProfileInfo&) = default;
};
struct GetRat {
  friend bool operator==(const GetRat&, const GetRat&) = default;
};
struct ConfigureImmediateEnable {
  bool enable = false;
  std::optional<Bytes> smdp_oid{};  // content octets
  std::optional<std::string> smdp_address{};
  friend bool operator==(const ConfigureImmediateEnable&,
                         const ConfigureImmediateEnable&) = default;
};
struct SetFallbackAttribute {
  WireIccid iccid{};
  friend bool operator==(const SetFallbackAttribute&, const SetFallbackAttribute&) = default;
};
struct UnsetFallbackAttribute {
  friend bool operator==(const UnsetFallbackAttribute&, const UnsetFallbackAttribute&) = default;
};
struct SetDefaultDpAddress {
  std::string address{};
  friend bool operator==(const SetDefaultDpAddress&, const SetDefaultDpAddress&) = default;
};
using Psmo =
    std::variant<Enable, Disable, Delete, ListProfileInfo, GetRat, ConfigureImmediateEnable,
                 SetFallbackAttribute, UnsetFallbackAttribute, SetDefaultDpAddress>;
using PsmoList = std::vector<Psmo>;

struct PublicKey {
  Bytes der{};  // SubjectPublicKeyInfo, with its 30
  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};
struct Certificate {
  Bytes der{};  // X.509, with its 30
  friend bool operator==(const Certificate&, const Certificate&) = default;
};
using KeyOrCertificate = std::variant<PublicKey, Certificate>;
struct EimConfigurationData {
  std::string eim_id{};
  std::optional<std::string> fqdn{};      // often with a port
  std::optional<std::int64_t> id_type{};  // 1 OID, 2 FQDN, 3 proprietary
  std::optional<std::int64_t> counter{};
  std::optional<std::int64_t> association_token{};  // -1: the eUICC makes one
  std::optional<KeyOrCertificate> eim_key{};
  std::optional<KeyOrCertificate> tls_key{};
  std::optional<BitString> protocols{};
  std::optional<Bytes> ci_key_id{};
  bool indirect_download = false;
  friend bool operator==(const EimConfigurationData&, const EimConfigurationData&) = default;
};
struct AddEim {
  EimConfigurationData configuration{};
  friend bool operator==(const AddEim&, const AddEim&) = default;
};
struct DeleteEim {
  std::string eim_id{};
  friend bool operator==(const DeleteEim&, const DeleteEim&) = default;
};
struct UpdateEim {
  EimConfigurationData configuration{};
  friend bool operator==(const UpdateEim&, const UpdateEim&) = default;
};
struct ListEim {
  friend bool operator==(const ListEim&, const ListEim&) = default;
};
using Eco = std::variant<AddEim, DeleteEim, UpdateEim, ListEim>;
using EcoList = std::vector<Eco>;

// --- the package ---------------------------------------------------------------------------------

struct EuiccPackageSigned {
  std::string eim_id{};
  Eid eid{};
  std::int64_t counter = 0;
  TransactionId transaction_id{};
  std::variant<PsmoList, EcoList> content{};
  friend bool operator==(const EuiccPackageSigned&, const EuiccPackageSigned&) = default;
};
struct EuiccPackageRequest {
  Signed<EuiccPackageSigned> package{};
  Bytes signature{};
  friend bool operator==(const EuiccPackageRequest&, const EuiccPackageRequest&) = default;
};

// --- results -------------------------------------------------------------------------------------

struct OperatorId {
  std::array<std::uint8_t, 3> mcc_mnc{};
  std::optional<Bytes> gid1{};
  std::optional<Bytes> gid2{};
  friend bool operator==(const OperatorId&, const OperatorId&) = default;
};
struct NotificationConfiguration {
  BitString events{};
  std::string address{};
  friend bool operator==(const NotificationConfiguration&,
                         const NotificationConfiguration&) = default;
};
struct ProprietaryData {
  Bytes oid{};  // content octets
  friend bool operator==(const ProprietaryData&, const ProprietaryData&) = default;
};
struct ProfileInfo {
  std::optional<WireIccid> iccid{};
  std::optional<Bytes> isdp_aid{};
  std::optional<std::int64_t> state{};  // 0 disabled, 1 enabled
  std::optional<std::string> nickname{};
  std::optional<std::string> provider_name{};
  std::optional<std::string> name{};
  std::optional<std::int64_t> icon_type{};
  std::optional<Bytes> icon{};
  std::optional<std::int64_t> profile_class{};
  std::optional<std::vector<NotificationConfiguration>> notification_configuration{};
  std::optional<OperatorId> owner{};
  std::optional<ProprietaryData> proprietary_data{};
  std::optional<BitString> policy_rules{};
  std::optional<Raw> service_specific_data{};
  std::optional<bool> ecall_indication{};
  bool fallback = false;
  std::optional<bool> fallback_allowed{};
  friend bool operator==(const ProfileInfo&, const ProfileInfo&) = default;
};
struct EimIdInfo {
  std::string eim_id{};
  std::optional<std::int64_t> id_type{};
  friend bool operator==(const EimIdInfo&, const EimIdInfo&) = default;
};
struct AuthorisationRule {
  BitString ppr_ids{};
  std::vector<OperatorId> operators{};
  BitString flags{};
  friend bool operator==(const AuthorisationRule&, const AuthorisationRule&) = default;
};

// The rows of EuiccResultData, in their order.
enum class Operation : std::uint8_t {
  enable,
  disable,
  remove,
  list_profile_info,
  get_rat,
  configure_immediate_enable,
  add_eim,
  delete_eim,
  update_eim,
  list_eim,
  rollback,
  set_fallback_attribute,
  unset_fallback_attribute,
  processing_terminated,
  set_default_dp_address,
};
std::string_view operation_name(Operation operation);  // "enableResult"

struct OperationResult {
  Operation operation{};
  std::int64_t code = 0;                // 0: ok; its meaning is the operation's: result_code_name()
  std::vector<ProfileInfo> profiles{};  // list_profile_info, code 0
  std::vector<EimIdInfo> eims{};        // list_eim, code 0
  std::vector<AuthorisationRule> rules{};           // get_rat
  std::optional<std::int64_t> association_token{};  // add_eim, when the eUICC made one
  friend bool operator==(const OperationResult&, const OperationResult&) = default;
};
// "profileNotInDisabledState"; empty for a code that has no name.
std::string_view result_code_name(Operation operation, std::int64_t code);

struct EuiccPackageResultDataSigned {
  std::string eim_id{};
  std::int64_t counter = 0;
  TransactionId transaction_id{};
  std::int64_t sequence_number = 0;
  std::vector<OperationResult> results{};
  friend bool operator==(const EuiccPackageResultDataSigned&,
                         const EuiccPackageResultDataSigned&) = default;
};
struct EuiccPackageResultSigned {
  Signed<EuiccPackageResultDataSigned> data{};
  Bytes signature{};
  friend bool operator==(const EuiccPackageResultSigned&,
                         const EuiccPackageResultSigned&) = default;
};

// Every list of codes ends with it (undefinedError).
inline constexpr std::int64_t kUndefinedError = 127;

namespace package_error {  // EuiccPackageErrorCode
inline constexpr std::int64_t kInvalidEid = 3, kReplay = 4, kCounterOutOfRange = 6,
                              kSizeOverflow = 15, kEcallActive = 104, kUndefined = 127;
}
struct EuiccPackageErrorDataSigned {
  std::string eim_id{};
  std::int64_t counter = 0;
  TransactionId transaction_id{};
  std::int64_t code = 0;
  friend bool operator==(const EuiccPackageErrorDataSigned&,
                         const EuiccPackageErrorDataSigned&) = default;
};
struct EuiccPackageErrorSigned {
  Signed<EuiccPackageErrorDataSigned> data{};
  Bytes signature{};
  friend bool operator==(const EuiccPackageErrorSigned&, const EuiccPackageErrorSigned&) = default;
};
struct EuiccPackageErrorUnsigned {
  std::string eim_id{};
  TransactionId transaction_id{};  // since 1.1
  std::optional<std::int64_t> association_token{};
  friend bool operator==(const EuiccPackageErrorUnsigned&,
                         const EuiccPackageErrorUnsigned&) = default;
};
using EuiccPackageResult =
    std::variant<EuiccPackageResultSigned, EuiccPackageErrorSigned, EuiccPackageErrorUnsigned>;

}  // namespace sojourn::sgp32
