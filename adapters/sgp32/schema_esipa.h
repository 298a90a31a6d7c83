// The messages of ESipa (SGP.32 5.14, between IPA and eIM), and the few of ES10b that an eIM's user
// meets when an eUICC is first given its eIM.
#pragma once

#include "adapters/sgp32/schema_package.h"

namespace sojourn::sgp32 {

// --- downloads -----------------------------------------------------------------------------------
inline constexpr Type kActivationCode = utf8("UTF8String", {0, 255});
inline constexpr Member kContactSmdsMembers[] = {may("smdsAddress", 0x80, kUtf8)};
inline constexpr Type kContactSmds = sequence("ContactSmds", kTagSequence, kContactSmdsMembers);
inline constexpr Member kProfileDownloadDataMembers[] = {
    must("activationCode", 0x80, kActivationCode),
    must("contactDefaultSmdp", 0x81, kNull),
    must("contactSmds", 0xA2, kContactSmds),
};
inline constexpr Type kProfileDownloadData =
    choice("ProfileDownloadData", kNoTag, kProfileDownloadDataMembers);
inline constexpr Member kProfileDownloadTriggerRequestMembers[] = {
    may("profileDownloadData", 0xA0, kProfileDownloadData),
    may("eimTransactionId", 0x82, kEimTransactionId),
};
inline constexpr Type kProfileDownloadTriggerRequest =
    sequence("ProfileDownloadTriggerRequest", 0xBF54, kProfileDownloadTriggerRequestMembers);

inline constexpr NamedNumber kDownloadErrorReasonNames[] = {{104, "ecallActive"},
                                                            {127, "undefinedError"}};
inline constexpr Type kProfileDownloadErrorReason =
    integer("ProfileDownloadErrorReason", kDownloadErrorReasonNames);
inline constexpr Member kProfileDownloadErrorMembers[] = {
    must("profileDownloadErrorReason", 0x80, kProfileDownloadErrorReason).since_1_1(),
    may("errorResponse", kNoTag, kOctets).since_1_1(),
    may("errorResponse", 0x80, kOctets).only_1_0(),
};
inline constexpr Type kProfileDownloadError =
    sequence("ProfileDownloadError", kTagSequence, kProfileDownloadErrorMembers);
inline constexpr Member kTriggerResultDataMembers[] = {
    must("profileInstallationResult", kNoTag, kProfileInstallationResult),
    must("profileDownloadError", kNoTag, kProfileDownloadError),
};
inline constexpr Type kProfileDownloadTriggerResultData =
    choice("ProfileDownloadTriggerResultData", kNoTag, kTriggerResultDataMembers);
inline constexpr Member kProfileDownloadTriggerResultMembers[] = {
    may("eimTransactionId", 0x82, kEimTransactionId),
    must("profileDownloadTriggerResultData", kNoTag, kProfileDownloadTriggerResultData),
};
inline constexpr Type kProfileDownloadTriggerResult =
    sequence("ProfileDownloadTriggerResult", 0xBF54, kProfileDownloadTriggerResultMembers);

// --- lists of results and notifications, as 1.0 puts them (BF2B) ---------------------------------
inline constexpr Member kNotificationAndEprListMembers[] = {
    must("notificationList", 0xA0, kPendingNotificationList),
    must("euiccPackageResultList", 0xA1, kEuiccPackageResultList),
};
inline constexpr Type kNotificationAndEprList =
    sequence("NotificationAndEprList", kTagSequence, kNotificationAndEprListMembers);
inline constexpr NamedNumber kNotificationsListErrorNames[] = {{127, "undefinedError"}};
inline constexpr Type kNotificationsListError =
    integer("NotificationsListResultError", kNotificationsListErrorNames);
inline constexpr Member kRetrieveNotificationsMembers[] = {
    must("notificationList", 0xA0, kPendingNotificationList),
    must("notificationsListResultError", 0x81, kNotificationsListError),
    must("euiccPackageResultList", 0xA2, kEuiccPackageResultList),
    must("notificationAndEprList", 0xA3, kNotificationAndEprList),
};
inline constexpr Type kRetrieveNotificationsListResponse =
    choice("RetrieveNotificationsListResponse", 0xBF2B, kRetrieveNotificationsMembers);

// --- data of the IPA and the eUICC ---------------------------------------------------------------
inline constexpr Member kNotificationCriteriaMembers[] = {
    must("seqNumber", 0x80, kInteger),
    must("profileManagementOperation", 0x81, kNotificationEvent),
    must("euiccPackageResults", 0x82, kNull).only_1_0(),
};
inline constexpr Type kNotificationCriteria =
    choice("SearchCriteriaNotification", kNoTag, kNotificationCriteriaMembers);
inline constexpr Member kPackageResultCriteriaMembers[] = {must("seqNumber", 0x80, kInteger)};
inline constexpr Type kPackageResultCriteria =
    choice("SearchCriteriaEuiccPackageResult", kNoTag, kPackageResultCriteriaMembers);
inline constexpr Member kIpaEuiccDataRequestMembers[] = {
    must("tagList", kNoTag, kTagList),
    may("euiccCiPKIdentifierToBeUsed", kNoTag, kSubjectKeyIdentifier).called_in_1_0("euiccCiPKId"),
    may("searchCriteriaNotification", 0xA1, kNotificationCriteria).called_in_1_0("searchCriteria"),
    may("searchCriteriaEuiccPackageResult", 0xA2, kPackageResultCriteria).since_1_1(),
    may("eimTransactionId", 0x83, kEimTransactionId).since_1_1(),
};
inline constexpr Type kIpaEuiccDataRequest =
    sequence("IpaEuiccDataRequest", 0xBF52, kIpaEuiccDataRequestMembers);

inline constexpr NamedNumber kIpaFeatureNames[] = {
    {0, "directRspServerCommunication"},   {1, "indirectRspServerCommunication"},
    {2, "eimDownloadDataHandling"},        {3, "eimCtxParams1Generation"},
    {4, "eimProfileMetadataVerification"}, {5, "minimizeEsipaBytes"},
};
inline constexpr Type kIpaFeatures = bits("IpaFeatures", kIpaFeatureNames);
inline constexpr NamedNumber kIpaProtocolNames[] = {
    {0, "ipaRetrieveHttps"}, {1, "ipaRetrieveCoaps"}, {2, "ipaInjectHttps"},
    {3, "ipaInjectCoaps"},   {4, "ipaProprietary"},
};
inline constexpr Type kIpaSupportedProtocols = bits("IpaSupportedProtocols", kIpaProtocolNames);
inline constexpr Member kIpaCapabilitiesMembers[] = {
    must("ipaFeatures", 0x80, kIpaFeatures),
    may("ipaSupportedProtocols", 0x81, kIpaSupportedProtocols),
};
inline constexpr Type kIpaCapabilities =
    sequence("IpaCapabilities", kTagSequence, kIpaCapabilitiesMembers);

inline constexpr Member kIpaEuiccDataMembers[] = {
    may("notificationsList", 0xA0, kPendingNotificationList).since_1_1(),
    may("defaultSmdpAddress", 0x81, kUtf8).since_1_1(),
    may("defaultSmdpAddress", 0x80, kUtf8).only_1_0(),
    may("euiccPackageResultList", 0xA2, kEuiccPackageResultList).since_1_1(),
    may("euiccInfo1", kNoTag, kEuiccInfo1),
    may("euiccInfo2", kNoTag, kEuiccInfo2),
    may("rootSmdsAddress", 0x83, kUtf8),
    may("associationToken", 0x84, kInteger),
    may("eumCertificate", 0xA5, kCertificate),
    may("euiccCertificate", 0xA6, kCertificate),
    may("eimTransactionId", 0x87, kEimTransactionId).since_1_1(),
    may("ipaCapabilities", 0xA8, kIpaCapabilities),
    may("deviceInfo", 0xA9, kDeviceInfo),
    may("notificationsList", kNoTag, kRetrieveNotificationsListResponse).only_1_0(),
};
inline constexpr Type kIpaEuiccData = sequence("IpaEuiccData", kTagSequence, kIpaEuiccDataMembers);
inline constexpr NamedNumber kIpaEuiccDataErrorNames[] = {{1, "incorrectTagList"},
                                                          {5, "euiccCiPKIdNotFound"},
                                                          {104, "ecallActive"},
                                                          {127, "undefinedError"}};
inline constexpr Type kIpaEuiccDataErrorCode =
    integer("IpaEuiccDataErrorCode", kIpaEuiccDataErrorNames);
inline constexpr Member kIpaEuiccDataResponseErrorMembers[] = {
    may("eimTransactionId", 0x80, kEimTransactionId),
    must("ipaEuiccDataErrorCode", kNoTag, kIpaEuiccDataErrorCode),
};
inline constexpr Type kIpaEuiccDataResponseError =
    sequence("IpaEuiccDataResponseError", kTagSequence, kIpaEuiccDataResponseErrorMembers);
inline constexpr Member kIpaEuiccDataResponseMembers[] = {
    must("ipaEuiccData", 0xA0, kIpaEuiccData),
    must("ipaEuiccDataResponseError", 0xA1, kIpaEuiccDataResponseError).since_1_1(),
    must("ipaEuiccDataError", 0x81, kIpaEuiccDataErrorCode).only_1_0(),
};
inline constexpr Type kIpaEuiccDataResponse =
    choice("IpaEuiccDataResponse", 0xBF52, kIpaEuiccDataResponseMembers);

// --- fetching packages ---------------------------------------------------------------------------
inline constexpr NamedNumber kStateChangeCauseNames[] = {
    {0, "otherEim"},     {1, "fallback"},    {2, "emergencyProfile"},
    {3, "local"},        {4, "reset"},       {5, "immediateEnableProfile"},
    {6, "deviceChange"}, {127, "undefined"},
};
// 81 with three octets is 1.0's rPLMN, whatever its value would be as an INTEGER.
inline constexpr Type kStateChangeCause =
    integer("StateChangeCause", kStateChangeCauseNames, {1, 2});
inline constexpr Type kRplmn = octets("RPLMN", kTagOctets, {3, 3});
inline constexpr Member kGetEimPackageRequestMembers[] = {
    must("eidValue", kNoTag, kEidValue),
    may("notifyStateChange", 0x80, kNull),
    may("rPLMN", 0x81, kRplmn).only_1_0(),
    may("stateChangeCause", 0x81, kStateChangeCause).since_1_1(),
    may("rPLMN", 0x82, kRplmn).since_1_1(),
};
inline constexpr Type kGetEimPackageRequest =
    sequence("GetEimPackageRequest", 0xBF4F, kGetEimPackageRequestMembers);
inline constexpr NamedNumber kEimPackageErrorNames[] = {{1, "noEimPackageAvailable"},
                                                        {2, "eidNotFound"},
                                                        {3, "invalidEid"},
                                                        {4, "missingEid"},
                                                        {127, "undefinedError"}};
inline constexpr Type kEimPackageError = integer("EimPackageError", kEimPackageErrorNames);
inline constexpr Member kGetEimPackageResponseMembers[] = {
    must("euiccPackageRequest", kNoTag, kEuiccPackageRequest),
    must("ipaEuiccDataRequest", kNoTag, kIpaEuiccDataRequest),
    must("profileDownloadTriggerRequest", kNoTag, kProfileDownloadTriggerRequest),
    must("eimPackageError", kNoTag, kEimPackageError),
};
inline constexpr Type kGetEimPackageResponse =
    choice("GetEimPackageResponse", 0xBF4F, kGetEimPackageResponseMembers);

// --- delivering results --------------------------------------------------------------------------
inline constexpr Member kEachSequenceNumber = each(0x80, kInteger);
inline constexpr Type kEimAcknowledgements =
    sequence_of("EimAcknowledgements", 0xBF53, kEachSequenceNumber);

inline constexpr Member kEprAndNotificationsMembers[] = {
    must("euiccPackageResult", kNoTag, kEuiccPackageResult),
    must("notificationList", 0xA0, kPendingNotificationList).since_1_1(),
    must("notificationList", kNoTag, kRetrieveNotificationsListResponse).only_1_0(),
};
inline constexpr Type kEprAndNotifications =
    sequence("EPRAndNotifications", kTagSequence, kEprAndNotificationsMembers);
inline constexpr NamedNumber kEimPackageResultErrorNames[] = {
    {1, "invalidPackageFormat"}, {2, "unknownPackage"}, {127, "undefinedError"}};
inline constexpr Type kEimPackageResultErrorCode =
    integer("EimPackageResultErrorCode", kEimPackageResultErrorNames);
inline constexpr Member kEimPackageResultResponseErrorMembers[] = {
    may("eimTransactionId", 0x80, kEimTransactionId),
    must("eimPackageResultErrorCode", kNoTag, kEimPackageResultErrorCode),
};
inline constexpr Type kEimPackageResultResponseError =
    sequence("EimPackageResultResponseError", kTagSequence, kEimPackageResultResponseErrorMembers);
inline constexpr Member kEimPackageResultMembers[] = {
    must("euiccPackageResult", kNoTag, kEuiccPackageResult),
    must("ePRAndNotifications", kNoTag, kEprAndNotifications),
    must("ipaEuiccDataResponse", kNoTag, kIpaEuiccDataResponse),
    must("profileDownloadTriggerResult", kNoTag, kProfileDownloadTriggerResult),
    must("eimPackageResultResponseError", 0xA0, kEimPackageResultResponseError).since_1_1(),
    must("eimPackageError", kNoTag, kEimPackageResultErrorCode).only_1_0(),
};
inline constexpr Type kEimPackageResult =
    choice("EimPackageResult", kNoTag, kEimPackageResultMembers);
inline constexpr Member kProvideEimPackageResultMembers[] = {
    may("eidValue", kNoTag, kEidValue),
    must("eimPackageResult", kNoTag, kEimPackageResult),
};
inline constexpr Type kProvideEimPackageResult =
    sequence("ProvideEimPackageResult", 0xBF50, kProvideEimPackageResultMembers);
inline constexpr Type kProvideEimPackageResult10 =
    choice("ProvideEimPackageResult", 0xBF50, kEimPackageResultMembers);

inline constexpr NamedNumber kProvideErrorNames[] = {
    {2, "eidNotFound"}, {3, "invalidEid"}, {4, "missingEid"}, {127, "undefinedError"}};
inline constexpr Type kProvideEimPackageResultError =
    integer("ProvideEimPackageResultError", kProvideErrorNames);
inline constexpr Member kProvideResponseMembers[] = {
    must("eimAcknowledgements", kNoTag, kEimAcknowledgements),
    must("emptyResponse", kNoTag, kEmptySequence),
    must("provideEimPackageResultError", kNoTag, kProvideEimPackageResultError),
};
inline constexpr Type kProvideEimPackageResultResponse =
    choice("ProvideEimPackageResultResponse", 0xBF50, kProvideResponseMembers);
inline constexpr Member kProvideResponse10Members[] = {
    may("eimAcknowledgements", kNoTag, kEimAcknowledgements)};
inline constexpr Type kProvideEimPackageResultResponse10 =
    sequence("ProvideEimPackageResultResponse", 0xBF50, kProvideResponse10Members);

inline constexpr Member kHandleNotificationMembers[] = {
    must("pendingNotification", 0xA0, kPendingNotification),
    must("provideEimPackageResult", kNoTag, kProvideEimPackageResult).since_1_1(),
    must("provideEimPackageResult", 0xA1, kProvideEimPackageResult10).only_1_0(),
};
inline constexpr Type kHandleNotificationEsipa =
    choice("HandleNotificationEsipa", 0xBF3D, kHandleNotificationMembers);

// --- pushing packages ----------------------------------------------------------------------------
inline constexpr Member kTransferRequestMembers[] = {
    must("euiccPackageRequest", kNoTag, kEuiccPackageRequest),
    must("ipaEuiccDataRequest", kNoTag, kIpaEuiccDataRequest),
    must("eimAcknowledgements", kNoTag, kEimAcknowledgements),
    must("profileDownloadTriggerRequest", kNoTag, kProfileDownloadTriggerRequest),
};
inline constexpr Type kTransferEimPackageRequest =
    choice("TransferEimPackageRequest", 0xBF4E, kTransferRequestMembers);
inline constexpr Member kTransferResponseMembers[] = {
    must("euiccPackageResult", kNoTag, kEuiccPackageResult),
    must("ePRAndNotifications", kNoTag, kEprAndNotifications),
    must("ipaEuiccDataResponse", kNoTag, kIpaEuiccDataResponse),
    must("eimPackageReceived", kNoTag, kNull),
    must("eimPackageError", kNoTag, kEimPackageResultErrorCode),
};
inline constexpr Type kTransferEimPackageResponse =
    choice("TransferEimPackageResponse", 0xBF4E, kTransferResponseMembers);

// --- ES10b: the first configuration, and rolling back --------------------------------------------
inline constexpr Member kAddInitialEimRequestMembers[] = {
    must("eimConfigurationDataList", 0xA0, kEimConfigurationDataList)};
inline constexpr Type kAddInitialEimRequest =
    sequence("AddInitialEimRequest", 0xBF57, kAddInitialEimRequestMembers);
inline constexpr Member kAddInitialEimOkMembers[] = {
    must("associationToken", 0x84, kInteger),
    must("addOk", kNoTag, kNull),
};
inline constexpr Type kAddInitialEimOk = choice("AddInitialEimOk", kNoTag, kAddInitialEimOkMembers);
inline constexpr Member kEachAddInitialEimOk = each(kNoTag, kAddInitialEimOk);
inline constexpr Type kAddInitialEimOkList =
    sequence_of("AddInitialEimOkList", kTagSequence, kEachAddInitialEimOk);
inline constexpr Member kAddInitialEimResponseMembers[] = {
    must("addInitialEimOk", 0xA0, kAddInitialEimOkList),
    must("addInitialEimError", 0x81, kAddEimResultCode),
};
inline constexpr Type kAddInitialEimResponse =
    choice("AddInitialEimResponse", 0xBF57, kAddInitialEimResponseMembers);
inline constexpr Member kEimCriteriaMembers[] = {must("eimId", 0x80, kEimId)};
inline constexpr Type kEimCriteria = choice("EimSearchCriteria", kNoTag, kEimCriteriaMembers);
inline constexpr Member kGetEimConfigurationRequestMembers[] = {
    may("searchCriteria", 0xA0, kEimCriteria)};
inline constexpr Type kGetEimConfigurationDataRequest =
    sequence("GetEimConfigurationDataRequest", 0xBF55, kGetEimConfigurationRequestMembers);
inline constexpr Member kGetEimConfigurationResponseMembers[] = {
    must("eimConfigurationDataList", 0xA0, kEimConfigurationDataList)};
inline constexpr Type kGetEimConfigurationDataResponse =
    sequence("GetEimConfigurationDataResponse", 0xBF55, kGetEimConfigurationResponseMembers);
inline constexpr Member kProfileRollbackRequestMembers[] = {must("refreshFlag", 0x80, kBoolean)};
inline constexpr Type kProfileRollbackRequest =
    sequence("ProfileRollbackRequest", 0xBF58, kProfileRollbackRequestMembers);
inline constexpr Member kProfileRollbackResponseMembers[] = {
    must("cmdResult", kNoTag, kInteger),
    may("euiccPackageResult", kNoTag, kEuiccPackageResult),
};
inline constexpr Type kProfileRollbackResponse =
    sequence("ProfileRollbackResponse", 0xBF58, kProfileRollbackResponseMembers);

}  // namespace sojourn::sgp32
