// Types that SGP.32 takes over from SGP.22 (remote SIM provisioning): identifiers, profiles,
// notifications, and the parts of a profile download.
#pragma once

#include "adapters/sgp32/schema.h"

namespace sojourn::sgp32 {

// --- basic types ---------------------------------------------------------------------------------
inline constexpr Type kBoolean{.name = "BOOLEAN", .kind = Kind::boolean, .tag = kTagBoolean};
inline constexpr Type kInteger = integer("INTEGER", {});
inline constexpr Type kNull{.name = "NULL", .kind = Kind::null, .tag = kTagNull};
inline constexpr Type kOid{.name = "OBJECT IDENTIFIER", .kind = Kind::oid, .tag = kTagOid};
inline constexpr Type kUtf8 = utf8("UTF8String");
inline constexpr Type kOctets = octets("OCTET STRING");
inline constexpr Type kSignature = octets("Signature", 0x5F37);
inline constexpr Type kTagList = octets("TagList", 0x5C);
inline constexpr Type kOctet16 = octets("Octet16", kTagOctets, {16, 16});
inline constexpr Type kOctet32 = octets("Octet32", kTagOctets, {32, 32});
inline constexpr Type kEidValue = octets("EidValue", 0x5A, {16, 16});
inline constexpr Type kIccid = octets("Iccid", 0x5A, {10, 10});
inline constexpr Type kIsdpAid = octets("IsdpAid", 0x4F, {1, 16});
inline constexpr Type kTransactionId = octets("TransactionId", kTagOctets, {1, 16});
inline constexpr Type kVersionType = octets("VersionType", kTagOctets, {3, 3});
inline constexpr Type kSubjectKeyIdentifier = octets("SubjectKeyIdentifier");
inline constexpr Type kEphemeralPublicKey = octets("EphemeralPublicKey", 0x5F49);
inline constexpr Type kCertificate{.name = "Certificate", .kind = Kind::x509, .tag = kTagSequence};
inline constexpr Type kSubjectPublicKeyInfo{
    .name = "SubjectPublicKeyInfo", .kind = Kind::x509, .tag = kTagSequence};

inline constexpr Type kEmptySequence = sequence("SEQUENCE", kTagSequence, {});

inline constexpr NamedNumber kNotificationEventNames[] = {
    {0, "notificationInstall"},
    {1, "notificationEnable"},
    {2, "notificationDisable"},
    {3, "notificationDelete"},
};
inline constexpr Type kNotificationEvent = bits("NotificationEvent", kNotificationEventNames);

// --- profiles ------------------------------------------------------------------------------------
inline constexpr NamedNumber kProfileStateNames[] = {{0, "disabled"}, {1, "enabled"}};
inline constexpr Type kProfileState = integer("ProfileState", kProfileStateNames);
inline constexpr NamedNumber kProfileClassNames[] = {
    {0, "test"}, {1, "provisioning"}, {2, "operational"}};
inline constexpr Type kProfileClass = integer("ProfileClass", kProfileClassNames);
inline constexpr NamedNumber kIconTypeNames[] = {{0, "jpg"}, {1, "png"}};
inline constexpr Type kIconType = integer("IconType", kIconTypeNames);
inline constexpr NamedNumber kPprIdNames[] = {{0, "pprUpdateControl"}, {1, "ppr1"}, {2, "ppr2"}};
inline constexpr Type kPprIds = bits("PprIds", kPprIdNames);
inline constexpr NamedNumber kPprFlagNames[] = {{0, "consentRequired"}};
inline constexpr Type kPprFlags = bits("PprFlags", kPprFlagNames);
inline constexpr Type kShortText = utf8("UTF8String", {0, 32});  // serviceProviderName
inline constexpr Type kLongText = utf8("UTF8String", {0, 64});   // nickname, profile name
inline constexpr Type kIcon = octets("Icon", kTagOctets, {0, 1024});

inline constexpr Member kOperatorIdMembers[] = {
    must("mccMnc", 0x80, kVersionType),  // three octets as well
    may("gid1", 0x81, kOctets),
    may("gid2", 0x82, kOctets),
};
inline constexpr Type kOperatorId = sequence("OperatorId", kTagSequence, kOperatorIdMembers);

inline constexpr Member kNotificationConfigurationMembers[] = {
    must("profileManagementOperation", 0x80, kNotificationEvent),
    must("notificationAddress", 0x81, kUtf8),
};
inline constexpr Type kNotificationConfigurationInformation = sequence(
    "NotificationConfigurationInformation", kTagSequence, kNotificationConfigurationMembers);
inline constexpr Member kEachNotificationConfiguration =
    each(kNoTag, kNotificationConfigurationInformation);
inline constexpr Type kNotificationConfigurationInfo =
    sequence_of("NotificationConfigurationInfo", kTagSequence, kEachNotificationConfiguration);

inline constexpr Member kDpProprietaryDataMembers[] = {must("dpOid", 0x80, kOid)};
inline constexpr Type kDpProprietaryData =
    sequence("DpProprietaryData", kTagSequence, kDpProprietaryDataMembers);

inline constexpr Type kServiceSpecificData =
    sequence("VendorSpecificExtension", kTagSequence, {});  // its members are the vendor's

inline constexpr Member kProfileInfoMembers[] = {
    may("iccid", kNoTag, kIccid),
    may("isdpAid", kNoTag, kIsdpAid),
    may("profileState", 0x9F70, kProfileState),
    may("profileNickname", 0x90, kLongText),
    may("serviceProviderName", 0x91, kShortText),
    may("profileName", 0x92, kLongText),
    may("iconType", 0x93, kIconType),
    may("icon", 0x94, kIcon),
    may("profileClass", 0x95, kProfileClass),
    may("notificationConfigurationInfo", 0xB6, kNotificationConfigurationInfo),
    may("profileOwner", 0xB7, kOperatorId),
    may("dpProprietaryData", 0xB8, kDpProprietaryData),
    may("profilePolicyRules", 0x99, kPprIds),
    may("serviceSpecificDataStoredInEuicc", 0xBF22, kServiceSpecificData),
    may("ecallIndication", 0x9F7B, kBoolean).since_1_1(),
    with_default("fallbackAttribute", 0x9F26, kBoolean, 0).since_1_1(),
    may("fallbackAllowed", 0x9F67, kBoolean).since_1_1(),
};
inline constexpr Type kProfileInfo = sequence("ProfileInfo", 0xE3, kProfileInfoMembers);

inline constexpr Member kStoreMetadataMembers[] = {
    must("iccid", kNoTag, kIccid),
    must("serviceProviderName", 0x91, kShortText),
    must("profileName", 0x92, kLongText),
    may("iconType", 0x93, kIconType),
    may("icon", 0x94, kIcon),
    with_default("profileClass", 0x95, kProfileClass, 2),
    may("notificationConfigurationInfo", 0xB6, kNotificationConfigurationInfo),
    may("profileOwner", 0xB7, kOperatorId),
    may("profilePolicyRules", 0x99, kPprIds),
};
inline constexpr Type kStoreMetadataRequest =
    sequence("StoreMetadataRequest", 0xBF25, kStoreMetadataMembers);

// --- what the eUICC says about itself ------------------------------------------------------------
inline constexpr Member kEachKeyIdentifier = each(kNoTag, kSubjectKeyIdentifier);
inline constexpr Type kKeyIdentifiers =
    sequence_of("SubjectKeyIdentifiers", kTagSequence, kEachKeyIdentifier);
inline constexpr Member kEachVersion = each(kNoTag, kVersionType);
inline constexpr Type kVersions = sequence_of("Versions", kTagSequence, kEachVersion);

inline constexpr Member kEuiccInfo1Members[] = {
    must("svn", 0x82, kVersionType),
    must("euiccCiPKIdListForVerification", 0xA9, kKeyIdentifiers),
    must("euiccCiPKIdListForSigning", 0xAA, kKeyIdentifiers),
};
inline constexpr Type kEuiccInfo1 = sequence("EUICCInfo1", 0xBF20, kEuiccInfo1Members);

inline constexpr Type kUiccCapability = bits("UICCCapability", {});
inline constexpr NamedNumber kRspCapabilityNames[] = {
    {0, "additionalProfile"},
    {1, "crlSupport"},
    {2, "rpmSupport"},
    {3, "testProfileSupport"},
    {4, "deviceInfoExtensibilitySupport"},
    {5, "serviceSpecificDataSupport"},
};
inline constexpr Type kRspCapability = bits("RspCapability", kRspCapabilityNames);
inline constexpr NamedNumber kEuiccCategoryNames[] = {
    {0, "other"}, {1, "basicEuicc"}, {2, "mediumEuicc"}, {3, "contactlessEuicc"}};
inline constexpr Type kEuiccCategory = integer("EuiccCategory", kEuiccCategoryNames);
inline constexpr Member kCertificationDataMembers[] = {
    must("platformLabel", 0x80, kUtf8),
    must("discoveryBaseURL", 0x81, kUtf8),
};
inline constexpr Type kCertificationDataObject =
    sequence("CertificationDataObject", kTagSequence, kCertificationDataMembers);
inline constexpr NamedNumber kTrePropertyNames[] = {
    {0, "isDiscrete"}, {1, "isIntegrated"}, {2, "usesRemoteMemory"}};
inline constexpr Type kTreProperties = bits("TreProperties", kTrePropertyNames);
inline constexpr Type kSasNumber = utf8("UTF8String", {0, 64});
inline constexpr NamedNumber kIpaModeNames[] = {{0, "ipad"}, {1, "ipae"}};
inline constexpr Type kIpaMode = integer("IpaMode", kIpaModeNames);
inline constexpr Member kIotSpecificInfoMembers[] = {
    must("iotVersion", 0xA0, kVersions),
    may("ecallSupported", 0x81, kNull).since_1_1(),
    may("fallbackSupported", 0x82, kNull).since_1_1(),
};
inline constexpr Type kIotSpecificInfo =
    sequence("IoTSpecificInfo", kTagSequence, kIotSpecificInfoMembers);

inline constexpr Member kEuiccInfo2Members[] = {
    must("profileVersion", 0x81, kVersionType),
    must("svn", 0x82, kVersionType),
    must("euiccFirmwareVer", 0x83, kVersionType),
    must("extCardResource", 0x84, kOctets),
    must("uiccCapability", 0x85, kUiccCapability),
    may("ts102241Version", 0x86, kVersionType),
    may("globalplatformVersion", 0x87, kVersionType),
    must("rspCapability", 0x88, kRspCapability),
    must("euiccCiPKIdListForVerification", 0xA9, kKeyIdentifiers),
    must("euiccCiPKIdListForSigning", 0xAA, kKeyIdentifiers),
    may("euiccCategory", 0x8B, kEuiccCategory),
    may("forbiddenProfilePolicyRules", 0x99, kPprIds),
    must("ppVersion", kNoTag, kVersionType),
    must("sasAcreditationNumber", kNoTag, kSasNumber),
    may("certificationDataObject", 0xAC, kCertificationDataObject),
    may("treProperties", 0x8D, kTreProperties),
    may("treProductReference", 0x8E, kUtf8),
    may("additionalEuiccProfilePackageVersions", 0xAF, kVersions),
    may("ipaMode", 0x90, kIpaMode),
    may("euiccCiPKIdListForSigningV3", 0xB1, kKeyIdentifiers),
    may("additionalEuiccInfo", 0x92, kOctets),
    may("highestSvn", 0x93, kVersionType),
    may("iotSpecificInfo", 0xB4, kIotSpecificInfo),
};
inline constexpr Type kEuiccInfo2 = sequence("EUICCInfo2", 0xBF22, kEuiccInfo2Members);

inline constexpr Member kDeviceCapabilitiesMembers[] = {
    may("gsmSupportedRelease", 0x80, kVersionType),
    may("utranSupportedRelease", 0x81, kVersionType),
    may("cdma2000onexSupportedRelease", 0x82, kVersionType),
    may("cdma2000hrpdSupportedRelease", 0x83, kVersionType),
    may("cdma2000ehrpdSupportedRelease", 0x84, kVersionType),
    may("eutranEpcSupportedRelease", 0x85, kVersionType),
    may("contactlessSupportedRelease", 0x86, kVersionType),
    may("rspCrlSupportedVersion", 0x87, kVersionType),
    may("nrEpcSupportedRelease", 0x88, kVersionType),
    may("nr5gcSupportedRelease", 0x89, kVersionType),
    may("eutran5gcSupportedRelease", 0x8A, kVersionType),
};
inline constexpr Type kDeviceCapabilities =
    sequence("DeviceCapabilities", kTagSequence, kDeviceCapabilitiesMembers);
inline constexpr Type kOctet4 = octets("Octet4", kTagOctets, {4, 4});
inline constexpr Type kOctet8 = octets("Octet8", kTagOctets, {8, 8});
inline constexpr Member kDeviceInfoMembers[] = {
    must("tac", 0x80, kOctet4),
    must("deviceCapabilities", 0xA1, kDeviceCapabilities),
    may("imei", 0x82, kOctet8),
};
inline constexpr Type kDeviceInfo = sequence("DeviceInfo", kTagSequence, kDeviceInfoMembers);

// --- notifications -------------------------------------------------------------------------------
inline constexpr Member kNotificationMetadataMembers[] = {
    must("seqNumber", 0x80, kInteger),
    must("profileManagementOperation", 0x81, kNotificationEvent),
    must("notificationAddress", kNoTag, kUtf8),
    may("iccid", kNoTag, kIccid),
};
inline constexpr Type kNotificationMetadata =
    sequence("NotificationMetadata", 0xBF2F, kNotificationMetadataMembers);

inline constexpr NamedNumber kBppCommandNames[] = {
    {0, "initialiseSecureChannel"}, {1, "configureISDP"},      {2, "storeMetadata"},
    {3, "storeMetadata2"},          {4, "replaceSessionKeys"}, {5, "loadProfileElements"},
};
inline constexpr Type kBppCommandId = integer("BppCommandId", kBppCommandNames);
inline constexpr NamedNumber kInstallErrorNames[] = {
    {1, "incorrectInputValues"},
    {2, "invalidSignature"},
    {3, "invalidTransactionId"},
    {4, "unsupportedCrtValues"},
    {5, "unsupportedRemoteOperationType"},
    {6, "unsupportedProfileClass"},
    {7, "bspStructureError"},
    {8, "bspSecurityError"},
    {9, "installFailedDueToIccidAlreadyExistsOnEuicc"},
    {10, "installFailedDueToInsufficientMemoryForProfile"},
    {11, "installFailedDueToInterruption"},
    {12, "installFailedDueToPEProcessingError"},
    {13, "installFailedDueToDataMismatch"},
    {14, "testProfileInstallFailedDueToInvalidNaaKey"},
    {15, "pprNotAllowed"},
    {127, "installFailedDueToUnknownError"},
};
inline constexpr Type kInstallErrorReason = integer("ErrorReason", kInstallErrorNames);

inline constexpr Member kSuccessResultMembers[] = {
    must("aid", kNoTag, kIsdpAid),
    must("simaResponse", kNoTag, kOctets),
};
inline constexpr Type kSuccessResult =
    sequence("SuccessResult", kTagSequence, kSuccessResultMembers);
inline constexpr Member kErrorResultMembers[] = {
    must("bppCommandId", 0x80, kBppCommandId),
    must("errorReason", 0x81, kInstallErrorReason),
    may("simaResponse", 0x82, kOctets),
};
inline constexpr Type kErrorResult = sequence("ErrorResult", kTagSequence, kErrorResultMembers);
inline constexpr Member kFinalResultMembers[] = {
    must("successResult", 0xA0, kSuccessResult),
    must("errorResult", 0xA1, kErrorResult),
};
inline constexpr Type kFinalResult = choice("FinalResult", kNoTag, kFinalResultMembers);
inline constexpr Member kProfileInstallationResultDataMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    must("notificationMetadata", kNoTag, kNotificationMetadata),
    must("smdpOid", kNoTag, kOid),
    must("finalResult", 0xA2, kFinalResult),
};
inline constexpr Type kProfileInstallationResultData =
    sequence("ProfileInstallationResultData", 0xBF27, kProfileInstallationResultDataMembers);
inline constexpr Member kProfileInstallationResultMembers[] = {
    must("profileInstallationResultData", kNoTag, kProfileInstallationResultData),
    must("euiccSignPIR", kNoTag, kSignature),
};
inline constexpr Type kProfileInstallationResult =
    sequence("ProfileInstallationResult", 0xBF37, kProfileInstallationResultMembers);

inline constexpr Member kOtherSignedNotificationMembers[] = {
    must("tbsOtherNotification", kNoTag, kNotificationMetadata),
    must("euiccNotificationSignature", kNoTag, kSignature),
    must("euiccCertificate", kNoTag, kCertificate),
    must("eumCertificate", kNoTag, kCertificate),
};
inline constexpr Type kOtherSignedNotification =
    sequence("OtherSignedNotification", kTagSequence, kOtherSignedNotificationMembers);

inline constexpr Type kCompactAid = octets("CompactAid", 0x4F, {2, 2});
inline constexpr Member kCompactSuccessResultMembers[] = {
    must("compactAid", kNoTag, kCompactAid),
    may("simaResponse", kNoTag, kOctets),
};
inline constexpr Type kCompactSuccessResult =
    sequence("CompactSuccessResult", kTagSequence, kCompactSuccessResultMembers);
inline constexpr Member kCompactFinalResultMembers[] = {
    must("compactSuccessResult", 0xA0, kCompactSuccessResult),
    must("errorResult", 0xA1, kErrorResult),
};
inline constexpr Type kCompactFinalResult =
    choice("CompactFinalResult", kNoTag, kCompactFinalResultMembers);
inline constexpr Member kCompactPirDataMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    must("seqNumber", kNoTag, kInteger),
    with_default("iccidPresent", kNoTag, kBoolean, 1),
    must("compactFinalResult", 0xA2, kCompactFinalResult),
};
inline constexpr Type kCompactProfileInstallationResultData =
    sequence("CompactProfileInstallationResultData", kTagSequence, kCompactPirDataMembers);
inline constexpr Member kCompactPirMembers[] = {
    must("compactProfileInstallationResultData", 0xA0, kCompactProfileInstallationResultData),
    must("euiccSignPIR", kNoTag, kSignature),
};
inline constexpr Type kCompactProfileInstallationResult =
    sequence("CompactProfileInstallationResult", kTagSequence, kCompactPirMembers);
inline constexpr Member kCompactOtherMembers[] = {
    may("eidValue", kNoTag, kEidValue).since_1_1(),
    must("tbsOtherNotification", kNoTag, kNotificationMetadata),
    must("euiccNotificationSignature", kNoTag, kSignature),
};
inline constexpr Type kCompactOtherSignedNotification =
    sequence("CompactOtherSignedNotification", kTagSequence, kCompactOtherMembers);

inline constexpr Member kPendingNotificationMembers[] = {
    must("profileInstallationResult", kNoTag, kProfileInstallationResult),
    must("otherSignedNotification", kNoTag, kOtherSignedNotification),
    must("compactProfileInstallationResult", 0xA0, kCompactProfileInstallationResult),
    must("compactOtherSignedNotification", 0xA1, kCompactOtherSignedNotification),
};
inline constexpr Type kPendingNotification =
    choice("PendingNotification", kNoTag, kPendingNotificationMembers);
inline constexpr Member kEachPendingNotification = each(kNoTag, kPendingNotification);
inline constexpr Type kPendingNotificationList =
    sequence_of("PendingNotificationList", kTagSequence, kEachPendingNotification);

}  // namespace sojourn::sgp32
