// Private. Which member of a struct is which row of the schema: the whole of the typed encoding.
#pragma once

#include "adapters/sgp32/codec.h"
#include "adapters/sgp32/schema_esipa.h"

namespace sojourn::sgp32 {

// --- packages ------------------------------------------------------------------------------------

template <class Codec>
bool fields(Codec&, like<Null> auto&) {
  return true;
}
template <class Codec>
bool fields(Codec& c, like<Enable> auto& x) {
  return c.member(row(kEnable, "iccid"), x.iccid) &&
         c.member(row(kEnable, "rollbackFlag"), x.rollback);
}
template <class Codec>
bool fields(Codec& c, like<Disable> auto& x) {
  return c.member(row(kOnlyIccid, "iccid"), x.iccid);
}
template <class Codec>
bool fields(Codec& c, like<Delete> auto& x) {
  return c.member(row(kOnlyIccid, "iccid"), x.iccid);
}
template <class Codec>
bool fields(Codec& c, like<ListProfileInfo> auto& x) {
  return c.member(row(kProfileInfoListRequest, "searchCriteria"), x.criteria) &&
         c.member(row(kProfileInfoListRequest, "tagList"), x.tag_list);
}
template <class Codec>
bool fields(Codec&, like<GetRat> auto&) {
  return true;
}
template <class Codec>
bool fields(Codec& c, like<ConfigureImmediateEnable> auto& x) {
  constexpr const Type& t = kConfigureImmediateEnable;
  return c.member(row(t, "immediateEnableFlag"), x.enable) &&
         c.member(row(t, "defaultSmdpOid"), x.smdp_oid) &&
         c.member(row(t, "defaultSmdpAddress"), x.smdp_address);
}
template <class Codec>
bool fields(Codec& c, like<SetFallbackAttribute> auto& x) {
  return c.member(row(kOnlyIccid, "iccid"), x.iccid);
}
template <class Codec>
bool fields(Codec&, like<UnsetFallbackAttribute> auto&) {
  return true;
}
template <class Codec>
bool fields(Codec& c, like<SetDefaultDpAddress> auto& x) {
  return c.member(row(kSetDefaultDpAddressRequest, "defaultDpAddress"), x.address);
}
template <class Codec>
bool fields(Codec& c, like<EimConfigurationData> auto& x) {
  constexpr const Type& t = kEimConfigurationData;
  return c.member(row(t, "eimId"), x.eim_id) && c.member(row(t, "eimFqdn"), x.fqdn) &&
         c.member(row(t, "eimIdType"), x.id_type) && c.member(row(t, "counterValue"), x.counter) &&
         c.member(row(t, "associationToken"), x.association_token) &&
         c.member(row(t, "eimPublicKeyData"), x.eim_key) &&
         c.member(row(t, "trustedPublicKeyDataTls"), x.tls_key) &&
         c.member(row(t, "eimSupportedProtocol"), x.protocols) &&
         c.member(row(t, "euiccCiPKId"), x.ci_key_id) &&
         c.member(row(t, "indirectProfileDownload"), x.indirect_download);
}
template <class Codec>
bool fields(Codec& c, like<AddEim> auto& x) {
  return fields(c, x.configuration);
}
template <class Codec>
bool fields(Codec& c, like<DeleteEim> auto& x) {
  return c.member(row(kDeleteEim, "eimId"), x.eim_id);
}
template <class Codec>
bool fields(Codec& c, like<UpdateEim> auto& x) {
  return fields(c, x.configuration);
}
template <class Codec>
bool fields(Codec&, like<ListEim> auto&) {
  return true;
}
template <class Codec>
bool fields(Codec& c, like<EuiccPackageSigned> auto& x) {
  constexpr const Type& t = kEuiccPackageSigned;
  return c.member(row(t, "eimId"), x.eim_id) && c.member(row(t, "eidValue"), x.eid) &&
         c.member(row(t, "counterValue"), x.counter) &&
         c.member(row(t, "eimTransactionId"), x.transaction_id) &&
         c.member(row(t, "euiccPackage"), x.content);
}
template <class Codec>
bool fields(Codec& c, like<EuiccPackageRequest> auto& x) {
  return c.member(row(kEuiccPackageRequest, "euiccPackageSigned"), x.package) &&
         c.member(row(kEuiccPackageRequest, "eimSignature"), x.signature);
}

// --- results -------------------------------------------------------------------------------------

template <class Codec>
bool fields(Codec& c, like<OperatorId> auto& x) {
  return c.member(row(kOperatorId, "mccMnc"), x.mcc_mnc) &&
         c.member(row(kOperatorId, "gid1"), x.gid1) && c.member(row(kOperatorId, "gid2"), x.gid2);
}
template <class Codec>
bool fields(Codec& c, like<NotificationConfiguration> auto& x) {
  constexpr const Type& t = kNotificationConfigurationInformation;
  return c.member(row(t, "profileManagementOperation"), x.events) &&
         c.member(row(t, "notificationAddress"), x.address);
}
template <class Codec>
bool fields(Codec& c, like<ProprietaryData> auto& x) {
  return c.member(row(kDpProprietaryData, "dpOid"), x.oid);
}
template <class Codec>
bool fields(Codec& c, like<ProfileInfo> auto& x) {
  constexpr const Type& t = kProfileInfo;
  return c.member(row(t, "iccid"), x.iccid) && c.member(row(t, "isdpAid"), x.isdp_aid) &&
         c.member(row(t, "profileState"), x.state) &&
         c.member(row(t, "profileNickname"), x.nickname) &&
         c.member(row(t, "serviceProviderName"), x.provider_name) &&
         c.member(row(t, "profileName"), x.name) && c.member(row(t, "iconType"), x.icon_type) &&
         c.member(row(t, "icon"), x.icon) && c.member(row(t, "profileClass"), x.profile_class) &&
         c.member(row(t, "notificationConfigurationInfo"), x.notification_configuration) &&
         c.member(row(t, "profileOwner"), x.owner) &&
         c.member(row(t, "dpProprietaryData"), x.proprietary_data) &&
         c.member(row(t, "profilePolicyRules"), x.policy_rules) &&
         c.member(row(t, "serviceSpecificDataStoredInEuicc"), x.service_specific_data) &&
         c.member(row(t, "ecallIndication"), x.ecall_indication) &&
         c.member(row(t, "fallbackAttribute"), x.fallback) &&
         c.member(row(t, "fallbackAllowed"), x.fallback_allowed);
}
template <class Codec>
bool fields(Codec& c, like<EimIdInfo> auto& x) {
  return c.member(row(kEimIdInfo, "eimId"), x.eim_id) &&
         c.member(row(kEimIdInfo, "eimIdType", Version::v1_2), x.id_type) &&
         c.member(row(kEimIdInfo, "eimIdType", Version::v1_0), x.id_type);
}
template <class Codec>
bool fields(Codec& c, like<AuthorisationRule> auto& x) {
  constexpr const Type& t = kProfilePolicyAuthorisationRule;
  return c.member(row(t, "pprIds"), x.ppr_ids) &&
         c.member(row(t, "allowedOperators"), x.operators) && c.member(row(t, "pprFlags"), x.flags);
}
template <class Codec>
bool fields(Codec& c, like<EuiccPackageResultDataSigned> auto& x) {
  constexpr const Type& t = kEuiccPackageResultDataSigned;
  return c.member(row(t, "eimId"), x.eim_id) && c.member(row(t, "counterValue"), x.counter) &&
         c.member(row(t, "eimTransactionId"), x.transaction_id) &&
         c.member(row(t, "seqNumber"), x.sequence_number) &&
         c.member(row(t, "euiccResult"), x.results);
}
template <class Codec>
bool fields(Codec& c, like<EuiccPackageResultSigned> auto& x) {
  constexpr const Type& t = kEuiccPackageResultSigned;
  return c.member(row(t, "euiccPackageResultDataSigned"), x.data) &&
         c.member(row(t, "euiccSignEPR"), x.signature);
}
template <class Codec>
bool fields(Codec& c, like<EuiccPackageErrorDataSigned> auto& x) {
  constexpr const Type& t = kEuiccPackageErrorDataSigned;
  return c.member(row(t, "eimId"), x.eim_id) && c.member(row(t, "counterValue"), x.counter) &&
         c.member(row(t, "eimTransactionId"), x.transaction_id) &&
         c.member(row(t, "euiccPackageErrorCode"), x.code);
}
template <class Codec>
bool fields(Codec& c, like<EuiccPackageErrorSigned> auto& x) {
  constexpr const Type& t = kEuiccPackageErrorSigned;
  return c.member(row(t, "euiccPackageErrorDataSigned"), x.data) &&
         c.member(row(t, "euiccSignEPE"), x.signature);
}
template <class Codec>
bool fields(Codec& c, like<EuiccPackageErrorUnsigned> auto& x) {
  constexpr const Type& t = kEuiccPackageErrorUnsigned;
  return c.member(row(t, "eimId"), x.eim_id) &&
         c.member(row(t, "eimTransactionId"), x.transaction_id) &&
         c.member(row(t, "associationToken"), x.association_token);
}

// --- notifications -------------------------------------------------------------------------------

template <class Codec>
bool fields(Codec& c, like<NotificationMetadata> auto& x) {
  constexpr const Type& t = kNotificationMetadata;
  return c.member(row(t, "seqNumber"), x.sequence_number) &&
         c.member(row(t, "profileManagementOperation"), x.event) &&
         c.member(row(t, "notificationAddress"), x.address) && c.member(row(t, "iccid"), x.iccid);
}
template <class Codec>
bool fields(Codec& c, like<InstallSuccess> auto& x) {
  return c.member(row(kSuccessResult, "aid"), x.aid) &&
         c.member(row(kSuccessResult, "simaResponse"), x.sima_response);
}
template <class Codec>
bool fields(Codec& c, like<InstallError> auto& x) {
  return c.member(row(kErrorResult, "bppCommandId"), x.bpp_command) &&
         c.member(row(kErrorResult, "errorReason"), x.reason) &&
         c.member(row(kErrorResult, "simaResponse"), x.sima_response);
}
template <class Codec>
bool fields(Codec& c, like<ProfileInstallationResultData> auto& x) {
  constexpr const Type& t = kProfileInstallationResultData;
  return c.member(row(t, "transactionId"), x.transaction_id) &&
         c.member(row(t, "notificationMetadata"), x.metadata) &&
         c.member(row(t, "smdpOid"), x.smdp_oid) && c.member(row(t, "finalResult"), x.outcome);
}
template <class Codec>
bool fields(Codec& c, like<ProfileInstallationResult> auto& x) {
  constexpr const Type& t = kProfileInstallationResult;
  return c.member(row(t, "profileInstallationResultData"), x.data) &&
         c.member(row(t, "euiccSignPIR"), x.signature);
}
template <class Codec>
bool fields(Codec& c, like<OtherSignedNotification> auto& x) {
  constexpr const Type& t = kOtherSignedNotification;
  return c.member(row(t, "tbsOtherNotification"), x.metadata) &&
         c.member(row(t, "euiccNotificationSignature"), x.signature) &&
         c.member(row(t, "euiccCertificate"), x.euicc) && c.member(row(t, "eumCertificate"), x.eum);
}
template <class Codec>
bool fields(Codec& c, like<CompactInstallSuccess> auto& x) {
  return c.member(row(kCompactSuccessResult, "compactAid"), x.compact_aid) &&
         c.member(row(kCompactSuccessResult, "simaResponse"), x.sima_response);
}
template <class Codec>
bool fields(Codec& c, like<CompactInstallationResultData> auto& x) {
  constexpr const Type& t = kCompactProfileInstallationResultData;
  return c.member(row(t, "transactionId"), x.transaction_id) &&
         c.member(row(t, "seqNumber"), x.sequence_number) &&
         c.member(row(t, "iccidPresent"), x.iccid_present) &&
         c.member(row(t, "compactFinalResult"), x.outcome);
}
template <class Codec>
bool fields(Codec& c, like<CompactInstallationResult> auto& x) {
  constexpr const Type& t = kCompactProfileInstallationResult;
  return c.member(row(t, "compactProfileInstallationResultData"), x.data) &&
         c.member(row(t, "euiccSignPIR"), x.signature);
}
template <class Codec>
bool fields(Codec& c, like<CompactOtherSignedNotification> auto& x) {
  constexpr const Type& t = kCompactOtherSignedNotification;
  return c.member(row(t, "eidValue"), x.eid) &&
         c.member(row(t, "tbsOtherNotification"), x.metadata) &&
         c.member(row(t, "euiccNotificationSignature"), x.signature);
}

// --- the messages of ESipa -----------------------------------------------------------------------

template <class Codec>
bool fields(Codec& c, like<ContactSmds> auto& x) {
  return c.member(row(kContactSmds, "smdsAddress"), x.address);
}
template <class Codec>
bool fields(Codec& c, like<ProfileDownloadTriggerRequest> auto& x) {
  constexpr const Type& t = kProfileDownloadTriggerRequest;
  return c.member(row(t, "profileDownloadData"), x.source) &&
         c.member(row(t, "eimTransactionId"), x.transaction_id);
}
template <class Codec>
bool fields(Codec& c, like<ProfileDownloadError> auto& x) {
  constexpr const Type& t = kProfileDownloadError;
  return c.member(row(t, "profileDownloadErrorReason"), x.reason) &&
         c.member(row(t, "errorResponse", Version::v1_2), x.response) &&
         c.member(row(t, "errorResponse", Version::v1_0), x.response);
}
template <class Codec>
bool fields(Codec& c, like<ProfileDownloadTriggerResult> auto& x) {
  constexpr const Type& t = kProfileDownloadTriggerResult;
  return c.member(row(t, "eimTransactionId"), x.transaction_id) &&
         c.member(row(t, "profileDownloadTriggerResultData"), x.outcome);
}
template <class Codec>
bool fields(Codec& c, like<IpaEuiccDataRequest> auto& x) {
  constexpr const Type& t = kIpaEuiccDataRequest;
  return c.member(row(t, "tagList"), x.tag_list) &&
         c.member(row(t, "euiccCiPKIdentifierToBeUsed"), x.ci_key_id) &&
         c.member(row(t, "searchCriteriaNotification"), x.notification_criteria) &&
         c.member(row(t, "searchCriteriaEuiccPackageResult"), x.result_criteria) &&
         c.member(row(t, "eimTransactionId"), x.transaction_id);
}
template <class Codec>
bool fields(Codec& c, like<IpaCapabilities> auto& x) {
  return c.member(row(kIpaCapabilities, "ipaFeatures"), x.features) &&
         c.member(row(kIpaCapabilities, "ipaSupportedProtocols"), x.protocols);
}
template <class Codec>
bool fields(Codec& c, like<IpaEuiccData> auto& x) {
  constexpr const Type& t = kIpaEuiccData;
  return c.member(row(t, "notificationsList", Version::v1_2), x.notifications) &&
         c.member(row(t, "defaultSmdpAddress", Version::v1_2), x.default_smdp) &&
         c.member(row(t, "defaultSmdpAddress", Version::v1_0), x.default_smdp) &&
         c.member(row(t, "euiccPackageResultList"), x.results) &&
         c.member(row(t, "euiccInfo1"), x.euicc_info1) &&
         c.member(row(t, "euiccInfo2"), x.euicc_info2) &&
         c.member(row(t, "rootSmdsAddress"), x.root_smds) &&
         c.member(row(t, "associationToken"), x.association_token) &&
         c.member(row(t, "eumCertificate"), x.eum_certificate) &&
         c.member(row(t, "euiccCertificate"), x.euicc_certificate) &&
         c.member(row(t, "eimTransactionId"), x.transaction_id) &&
         c.member(row(t, "ipaCapabilities"), x.capabilities) &&
         c.member(row(t, "deviceInfo"), x.device_info) &&
         c.member(row(t, "notificationsList", Version::v1_0), x.lists_in_1_0);
}
template <class Codec>
bool fields(Codec& c, like<IpaEuiccDataError> auto& x) {
  constexpr const Type& t = kIpaEuiccDataResponseError;
  return c.member(row(t, "eimTransactionId"), x.transaction_id) &&
         c.member(row(t, "ipaEuiccDataErrorCode"), x.code);
}
template <class Codec>
bool fields(Codec& c, like<GetEimPackageRequest> auto& x) {
  constexpr const Type& t = kGetEimPackageRequest;
  return c.member(row(t, "eidValue"), x.eid) &&
         c.member(row(t, "notifyStateChange"), x.notify_state_change) &&
         c.member(row(t, "rPLMN", Version::v1_0), x.plmn) &&
         c.member(row(t, "stateChangeCause"), x.cause) &&
         c.member(row(t, "rPLMN", Version::v1_2), x.plmn);
}
template <class Codec>
bool fields(Codec& c, like<ResultAndNotifications> auto& x) {
  constexpr const Type& t = kEprAndNotifications;
  return c.member(row(t, "euiccPackageResult"), x.result) &&
         c.member(row(t, "notificationList", Version::v1_2), x.pending.notifications) &&
         c.member(row(t, "notificationList", Version::v1_0), x.pending);
}
template <class Codec>
bool fields(Codec& c, like<EimPackageResultError> auto& x) {
  constexpr const Type& t = kEimPackageResultResponseError;
  return c.member(row(t, "eimTransactionId"), x.transaction_id) &&
         c.member(row(t, "eimPackageResultErrorCode"), x.code);
}
template <class Codec>
bool fields(Codec& c, like<ProvideEimPackageResult> auto& x) {
  return c.member(row(kProvideEimPackageResult, "eidValue"), x.eid) &&
         c.member(row(kProvideEimPackageResult, "eimPackageResult"), x.result);
}

}  // namespace sojourn::sgp32
