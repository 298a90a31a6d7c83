// eUICC packages and their results (SGP.32 2.11): what is signed by the eIM and by the eUICC.
#pragma once

#include "adapters/sgp32/schema_rsp.h"

namespace sojourn::sgp32 {

inline constexpr Type kEimId = utf8("EimId", {1, 128, true});
inline constexpr Type kEimTransactionId = octets("TransactionId", kTagOctets, {1, 16});

// --- eIM configuration ---------------------------------------------------------------------------
inline constexpr NamedNumber kEimIdTypeNames[] = {
    {1, "eimIdTypeOid"}, {2, "eimIdTypeFqdn"}, {3, "eimIdTypeProprietary"}};
inline constexpr Type kEimIdType = integer("EimIdType", kEimIdTypeNames);
inline constexpr NamedNumber kEimSupportedProtocolNames[] = {
    {0, "eimRetrieveHttps"}, {1, "eimRetrieveCoaps"}, {2, "eimInjectHttps"},
    {3, "eimInjectCoaps"},   {4, "eimProprietary"},
};
inline constexpr Type kEimSupportedProtocol =
    bits("EimSupportedProtocol", kEimSupportedProtocolNames);

inline constexpr Member kEimPublicKeyDataMembers[] = {
    must("eimPublicKey", 0xA0, kSubjectPublicKeyInfo),
    must("eimCertificate", 0xA1, kCertificate),
};
inline constexpr Type kEimPublicKeyData =
    choice("EimPublicKeyData", kNoTag, kEimPublicKeyDataMembers);
inline constexpr Member kTrustedPublicKeyDataTlsMembers[] = {
    must("trustedEimPkTls", 0xA0, kSubjectPublicKeyInfo),
    must("trustedCertificateTls", 0xA1, kCertificate),
};
inline constexpr Type kTrustedPublicKeyDataTls =
    choice("TrustedPublicKeyDataTls", kNoTag, kTrustedPublicKeyDataTlsMembers);

inline constexpr Member kEimConfigurationDataMembers[] = {
    must("eimId", 0x80, kEimId),
    may("eimFqdn", 0x81, kUtf8),
    may("eimIdType", 0x82, kEimIdType),
    may("counterValue", 0x83, kInteger),
    may("associationToken", 0x84, kInteger),
    may("eimPublicKeyData", 0xA5, kEimPublicKeyData),
    may("trustedPublicKeyDataTls", 0xA6, kTrustedPublicKeyDataTls),
    may("eimSupportedProtocol", 0x87, kEimSupportedProtocol),
    may("euiccCiPKId", 0x88, kSubjectKeyIdentifier),
    may("indirectProfileDownload", 0x89, kNull).since_1_1(),
};
inline constexpr Type kEimConfigurationData =
    sequence("EimConfigurationData", kTagSequence, kEimConfigurationDataMembers);
inline constexpr Member kEachEimConfiguration = each(kNoTag, kEimConfigurationData);
inline constexpr Type kEimConfigurationDataList =
    sequence_of("EimConfigurationDataList", kTagSequence, kEachEimConfiguration);

// --- operations on profiles ----------------------------------------------------------------------
inline constexpr Member kEnableMembers[] = {
    must("iccid", kNoTag, kIccid),
    may("rollbackFlag", kNoTag, kNull),  // iccid is tagged, so this keeps 05
};
inline constexpr Type kEnable = sequence("Enable", kTagSequence, kEnableMembers);
inline constexpr Member kOnlyIccidMembers[] = {must("iccid", kNoTag, kIccid)};
inline constexpr Type kOnlyIccid = sequence("SEQUENCE", kTagSequence, kOnlyIccidMembers);
inline constexpr Member kConfigureImmediateEnableMembers[] = {
    may("immediateEnableFlag", 0x80, kNull).called_in_1_0("autoEnableFlag"),
    may("defaultSmdpOid", 0x81, kOid).called_in_1_0("smdpOid"),
    may("defaultSmdpAddress", 0x82, kUtf8).called_in_1_0("smdpAddress"),
};
inline constexpr Type kConfigureImmediateEnable =
    sequence("ConfigureImmediateEnable", kTagSequence, kConfigureImmediateEnableMembers);
inline constexpr Member kSearchCriteriaMembers[] = {
    must("isdpAid", kNoTag, kIsdpAid),
    must("iccid", kNoTag, kIccid),
    must("profileClass", 0x95, kProfileClass),
};
inline constexpr Type kSearchCriteria = choice("SearchCriteria", kNoTag, kSearchCriteriaMembers);
inline constexpr Member kProfileInfoListRequestMembers[] = {
    may("searchCriteria", 0xA0, kSearchCriteria),
    may("tagList", kNoTag, kTagList),
};
inline constexpr Type kProfileInfoListRequest =
    sequence("ProfileInfoListRequest", 0xBF2D, kProfileInfoListRequestMembers);
inline constexpr Member kSetDefaultDpAddressMembers[] = {must("defaultDpAddress", 0x80, kUtf8)};
inline constexpr Type kSetDefaultDpAddressRequest =
    sequence("SetDefaultDpAddressRequest", 0xBF65, kSetDefaultDpAddressMembers);

inline constexpr Member kPsmoMembers[] = {
    must("enable", 0xA3, kEnable),
    must("disable", 0xA4, kOnlyIccid),
    must("delete", 0xA5, kOnlyIccid),
    must("listProfileInfo", kNoTag, kProfileInfoListRequest),
    must("getRAT", 0xA6, kEmptySequence),
    must("configureImmediateEnable", 0xA7, kConfigureImmediateEnable)
        .called_in_1_0("configureAutoEnable"),
    must("setFallbackAttribute", 0xA8, kOnlyIccid).since_1_1(),
    must("unsetFallbackAttribute", 0xA9, kEmptySequence).since_1_1(),
    must("setDefaultDpAddress", kNoTag, kSetDefaultDpAddressRequest).since_1_1(),
};
inline constexpr Type kPsmo = choice("Psmo", kNoTag, kPsmoMembers);
inline constexpr Member kEachPsmo = each(kNoTag, kPsmo);
inline constexpr Type kPsmoList = sequence_of("PsmoList", kTagSequence, kEachPsmo);

// --- operations on eIM configuration -------------------------------------------------------------
inline constexpr Member kDeleteEimMembers[] = {must("eimId", 0x80, kEimId)};
inline constexpr Type kDeleteEim = sequence("DeleteEim", kTagSequence, kDeleteEimMembers);
inline constexpr Member kEcoMembers[] = {
    must("addEim", 0xA8, kEimConfigurationData),
    must("deleteEim", 0xA9, kDeleteEim),
    must("updateEim", 0xAA, kEimConfigurationData),
    must("listEim", 0xAB, kEmptySequence),
};
inline constexpr Type kEco = choice("Eco", kNoTag, kEcoMembers);
inline constexpr Member kEachEco = each(kNoTag, kEco);
inline constexpr Type kEcoList = sequence_of("EcoList", kTagSequence, kEachEco);

// --- the package ---------------------------------------------------------------------------------
inline constexpr Member kEuiccPackageMembers[] = {
    must("psmoList", 0xA0, kPsmoList),
    must("ecoList", 0xA1, kEcoList),
};
inline constexpr Type kEuiccPackage = choice("EuiccPackage", kNoTag, kEuiccPackageMembers);
inline constexpr Member kEuiccPackageSignedMembers[] = {
    must("eimId", 0x80, kEimId),
    must("eidValue", kNoTag, kEidValue),
    must("counterValue", 0x81, kInteger),
    may("eimTransactionId", 0x82, kEimTransactionId).called_in_1_0("transactionId"),
    must("euiccPackage", kNoTag, kEuiccPackage),
};
inline constexpr Type kEuiccPackageSigned =
    sequence("EuiccPackageSigned", kTagSequence, kEuiccPackageSignedMembers);
inline constexpr Member kEuiccPackageRequestMembers[] = {
    must("euiccPackageSigned", kNoTag, kEuiccPackageSigned),
    must("eimSignature", kNoTag, kSignature),
};
inline constexpr Type kEuiccPackageRequest =
    sequence("EuiccPackageRequest", 0xBF51, kEuiccPackageRequestMembers);

// --- results of single operations ----------------------------------------------------------------
inline constexpr NamedNumber kEnableResultNames[] = {
    {0, "ok"},
    {1, "iccidOrAidNotFound"},
    {2, "profileNotInDisabledState"},
    {3, "disallowedByPolicy"},
    {5, "catBusy"},
    {20, "rollbackNotAvailable"},
    {127, "undefinedError"},
};
inline constexpr Type kEnableResult = integer("EnableProfileResult", kEnableResultNames);
inline constexpr NamedNumber kDisableResultNames[] = {
    {0, "ok"},
    {1, "iccidOrAidNotFound"},
    {2, "profileNotInEnabledState"},
    {3, "disallowedByPolicy"},
    {5, "catBusy"},
    {127, "undefinedError"},
};
inline constexpr Type kDisableResult = integer("DisableProfileResult", kDisableResultNames);
inline constexpr NamedNumber kDeleteResultNames[] = {
    {0, "ok"},
    {1, "iccidOrAidNotFound"},
    {2, "profileNotInDisabledState"},
    {3, "disallowedByPolicy"},
    {20, "rollbackNotAvailable"},
    {21, "returnFallbackProfile"},
    {127, "undefinedError"},
};
inline constexpr Type kDeleteResult = integer("DeleteProfileResult", kDeleteResultNames);
inline constexpr NamedNumber kConfigureResultNames[] = {
    {0, "ok"}, {1, "insufficientMemory"}, {7, "commandError"}, {127, "undefinedError"}};
inline constexpr Type kConfigureImmediateEnableResult =
    integer("ConfigureImmediateEnableResult", kConfigureResultNames);
inline constexpr NamedNumber kAddEimResultNames[] = {
    {0, "ok"},           {1, "insufficientMemory"},      {2, "associatedEimAlreadyExists"},
    {3, "ciPKUnknown"},  {5, "invalidAssociationToken"}, {6, "counterValueOutOfRange"},
    {7, "commandError"}, {127, "undefinedError"},
};
inline constexpr Type kAddEimResultCode = integer("AddEimResultCode", kAddEimResultNames);
inline constexpr Member kAddEimResultMembers[] = {
    must("associationToken", 0x84, kInteger),
    must("addEimResultCode", kNoTag, kAddEimResultCode),
};
inline constexpr Type kAddEimResult = choice("AddEimResult", kNoTag, kAddEimResultMembers);
inline constexpr NamedNumber kDeleteEimResultNames[] = {{0, "ok"},
                                                        {1, "eimNotFound"},
                                                        {2, "lastEimDeleted"},
                                                        {7, "commandError"},
                                                        {127, "undefinedError"}};
inline constexpr Type kDeleteEimResult = integer("DeleteEimResult", kDeleteEimResultNames);
inline constexpr NamedNumber kUpdateEimResultNames[] = {
    {0, "ok"},           {1, "eimNotFound"},      {3, "ciPKUnknown"}, {6, "counterValueOutOfRange"},
    {7, "commandError"}, {127, "undefinedError"},
};
inline constexpr Type kUpdateEimResult = integer("UpdateEimResult", kUpdateEimResultNames);
inline constexpr Member kEimIdInfoMembers[] = {
    must("eimId", 0x80, kEimId),
    may("eimIdType", 0x82, kEimIdType).since_1_1(),
    may("eimIdType", 0x84, kEimIdType).only_1_0(),
};
inline constexpr Type kEimIdInfo = sequence("EimIdInfo", kTagSequence, kEimIdInfoMembers);
inline constexpr Member kEachEimIdInfo = each(kNoTag, kEimIdInfo);
inline constexpr Type kEimIdList = sequence_of("EimIdList", kTagSequence, kEachEimIdInfo);
inline constexpr NamedNumber kListEimErrorNames[] = {{7, "commandError"}, {127, "undefinedError"}};
inline constexpr Type kListEimError = integer("ListEimError", kListEimErrorNames);
inline constexpr Member kListEimResultMembers[] = {
    must("eimIdList", 0xA0, kEimIdList),
    must("listEimError", 0x81, kListEimError),
};
inline constexpr Type kListEimResult = choice("ListEimResult", kNoTag, kListEimResultMembers);
inline constexpr NamedNumber kRollbackResultNames[] = {{0, "ok"}, {127, "undefinedError"}};
inline constexpr Type kRollbackResult = integer("RollbackProfileResult", kRollbackResultNames);
inline constexpr NamedNumber kSetFallbackResultNames[] = {{0, "ok"},
                                                          {1, "iccidOrAidNotFound"},
                                                          {2, "fallbackNotAllowed"},
                                                          {3, "fallbackProfileEnabled"},
                                                          {127, "undefinedError"}};
inline constexpr Type kSetFallbackAttributeResult =
    integer("SetFallbackAttributeResult", kSetFallbackResultNames);
inline constexpr NamedNumber kUnsetFallbackResultNames[] = {{0, "ok"},
                                                            {2, "noFallbackAttribute"},
                                                            {3, "fallbackProfileEnabled"},
                                                            {7, "commandError"},
                                                            {127, "undefinedError"}};
inline constexpr Type kUnsetFallbackAttributeResult =
    integer("UnsetFallbackAttributeResult", kUnsetFallbackResultNames);
inline constexpr NamedNumber kProcessingTerminatedNames[] = {{1, "resultSizeOverflow"},
                                                             {2, "unknownOrDamagedCommand"},
                                                             {3, "interruption"},
                                                             {127, "undefinedError"}};
inline constexpr Type kProcessingTerminated =
    integer("ProcessingTerminated", kProcessingTerminatedNames);

inline constexpr Member kEachOperatorId = each(kNoTag, kOperatorId);
inline constexpr Type kAllowedOperators =
    sequence_of("AllowedOperators", kTagSequence, kEachOperatorId);
inline constexpr Member kAuthorisationRuleMembers[] = {
    must("pprIds", 0x80, kPprIds),
    must("allowedOperators", 0xA1, kAllowedOperators),
    must("pprFlags", 0x82, kPprFlags),
};
inline constexpr Type kProfilePolicyAuthorisationRule =
    sequence("ProfilePolicyAuthorisationRule", kTagSequence, kAuthorisationRuleMembers);
inline constexpr Member kEachAuthorisationRule = each(kNoTag, kProfilePolicyAuthorisationRule);
inline constexpr Type kRulesAuthorisationTable =
    sequence_of("RulesAuthorisationTable", kTagSequence, kEachAuthorisationRule);

inline constexpr Member kEachProfileInfo = each(kNoTag, kProfileInfo);
inline constexpr Type kProfileInfoListOk =
    sequence_of("ProfileInfoListOk", kTagSequence, kEachProfileInfo);
inline constexpr NamedNumber kProfileInfoListErrorNames[] = {
    {1, "incorrectInputValues"}, {11, "profileChangeOngoing"}, {127, "undefinedError"}};
inline constexpr Type kProfileInfoListError =
    integer("ProfileInfoListError", kProfileInfoListErrorNames);
inline constexpr Member kProfileInfoListResponseMembers[] = {
    must("profileInfoListOk", 0xA0, kProfileInfoListOk),
    must("profileInfoListError", 0x81, kProfileInfoListError),
};
inline constexpr Type kProfileInfoListResponse =
    choice("ProfileInfoListResponse", 0xBF2D, kProfileInfoListResponseMembers);
inline constexpr NamedNumber kSetDefaultDpResultNames[] = {{0, "ok"}, {127, "undefinedError"}};
inline constexpr Type kSetDefaultDpAddressResult =
    integer("SetDefaultDpAddressResult", kSetDefaultDpResultNames);
inline constexpr Member kSetDefaultDpAddressResponseMembers[] = {
    must("setDefaultDpAddressResult", 0x80, kSetDefaultDpAddressResult)};
inline constexpr Type kSetDefaultDpAddressResponse =
    sequence("SetDefaultDpAddressResponse", 0xBF65, kSetDefaultDpAddressResponseMembers);

inline constexpr Member kEuiccResultDataMembers[] = {
    must("enableResult", 0x83, kEnableResult),
    must("disableResult", 0x84, kDisableResult),
    must("deleteResult", 0x85, kDeleteResult),
    must("listProfileInfoResult", kNoTag, kProfileInfoListResponse),
    must("getRATResult", 0xA6, kRulesAuthorisationTable),
    must("configureImmediateEnableResult", 0x87, kConfigureImmediateEnableResult)
        .called_in_1_0("configureAutoEnableResult"),
    must("addEimResult", 0xA8, kAddEimResult),
    must("deleteEimResult", 0x89, kDeleteEimResult),
    must("updateEimResult", 0x8A, kUpdateEimResult),
    must("listEimResult", 0xAB, kListEimResult),
    must("rollbackResult", 0x8C, kRollbackResult),
    must("setFallbackAttributeResult", 0x8D, kSetFallbackAttributeResult).since_1_1(),
    must("unsetFallbackAttributeResult", 0x8E, kUnsetFallbackAttributeResult).since_1_1(),
    must("processingTerminated", kNoTag, kProcessingTerminated),
    must("setDefaultDpAddressResult", kNoTag, kSetDefaultDpAddressResponse).since_1_1(),
};
inline constexpr Type kEuiccResultData = choice("EuiccResultData", kNoTag, kEuiccResultDataMembers);
inline constexpr Member kEachEuiccResult = each(kNoTag, kEuiccResultData);
inline constexpr Type kEuiccResultList =
    sequence_of("EuiccResultList", kTagSequence, kEachEuiccResult);

// --- the package's result ------------------------------------------------------------------------
inline constexpr Member kEuiccPackageResultDataSignedMembers[] = {
    must("eimId", 0x80, kEimId),
    must("counterValue", 0x81, kInteger),
    may("eimTransactionId", 0x82, kEimTransactionId).called_in_1_0("transactionId"),
    must("seqNumber", 0x83, kInteger),
    must("euiccResult", kNoTag, kEuiccResultList),
};
inline constexpr Type kEuiccPackageResultDataSigned =
    sequence("EuiccPackageResultDataSigned", kTagSequence, kEuiccPackageResultDataSignedMembers);
inline constexpr Member kEuiccPackageResultSignedMembers[] = {
    must("euiccPackageResultDataSigned", kNoTag, kEuiccPackageResultDataSigned),
    must("euiccSignEPR", kNoTag, kSignature),
};
inline constexpr Type kEuiccPackageResultSigned =
    sequence("EuiccPackageResultSigned", kTagSequence, kEuiccPackageResultSignedMembers);

inline constexpr NamedNumber kEuiccPackageErrorNames[] = {
    {3, "invalidEid"},    {4, "replayError"},   {6, "counterValueOutOfRange"},
    {15, "sizeOverflow"}, {104, "ecallActive"}, {127, "undefinedError"},
};
inline constexpr Type kEuiccPackageErrorCode =
    integer("EuiccPackageErrorCode", kEuiccPackageErrorNames);
inline constexpr Member kEuiccPackageErrorDataSignedMembers[] = {
    must("eimId", 0x80, kEimId),
    must("counterValue", 0x81, kInteger),
    may("eimTransactionId", 0x82, kEimTransactionId).called_in_1_0("transactionId"),
    must("euiccPackageErrorCode", kNoTag, kEuiccPackageErrorCode),
};
inline constexpr Type kEuiccPackageErrorDataSigned =
    sequence("EuiccPackageErrorDataSigned", kTagSequence, kEuiccPackageErrorDataSignedMembers);
inline constexpr Member kEuiccPackageErrorSignedMembers[] = {
    must("euiccPackageErrorDataSigned", kNoTag, kEuiccPackageErrorDataSigned),
    must("euiccSignEPE", kNoTag, kSignature),
};
inline constexpr Type kEuiccPackageErrorSigned =
    sequence("EuiccPackageErrorSigned", kTagSequence, kEuiccPackageErrorSignedMembers);
inline constexpr Member kEuiccPackageErrorUnsignedMembers[] = {
    must("eimId", 0x80, kEimId),
    may("eimTransactionId", 0x82, kEimTransactionId).since_1_1(),
    may("associationToken", 0x84, kInteger),
};
inline constexpr Type kEuiccPackageErrorUnsigned =
    sequence("EuiccPackageErrorUnsigned", kTagSequence, kEuiccPackageErrorUnsignedMembers);

inline constexpr Member kEuiccPackageResultMembers[] = {
    must("euiccPackageResultSigned", 0xA0, kEuiccPackageResultSigned),
    must("euiccPackageErrorSigned", 0xA1, kEuiccPackageErrorSigned),
    must("euiccPackageErrorUnsigned", 0xA2, kEuiccPackageErrorUnsigned),
};
inline constexpr Type kEuiccPackageResult =
    choice("EuiccPackageResult", 0xBF51, kEuiccPackageResultMembers);
inline constexpr Member kEachEuiccPackageResult = each(kNoTag, kEuiccPackageResult);
inline constexpr Type kEuiccPackageResultList =
    sequence_of("EuiccPackageResultList", kTagSequence, kEachEuiccPackageResult);

}  // namespace sojourn::sgp32
