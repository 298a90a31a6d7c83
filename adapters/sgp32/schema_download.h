// The four messages of an indirect profile download (SGP.32 5.14.1 to 5.14.4), which carry
// structures of SGP.22 between the eUICC and the SM-DP+. The eIM forwards them; it changes no
// signed part.
#pragma once

#include "adapters/sgp32/schema_esipa.h"

namespace sojourn::sgp32 {

// --- what the SM-DP+ signs -----------------------------------------------------------------------
inline constexpr Member kServerSigned1Members[] = {
    must("transactionId", 0x80, kTransactionId),
    must("euiccChallenge", 0x81, kOctet16),
    must("serverAddress", 0x83, kUtf8),
    must("serverChallenge", 0x84, kOctet16),
};
inline constexpr Type kServerSigned1 =
    sequence("ServerSigned1", kTagSequence, kServerSigned1Members);
inline constexpr Member kSmdpSigned2Members[] = {
    must("transactionId", 0x80, kTransactionId),
    must("ccRequiredFlag", kNoTag, kBoolean),
    may("bppEuiccOtpk", kNoTag, kEphemeralPublicKey),
};
inline constexpr Type kSmdpSigned2 = sequence("SmdpSigned2", kTagSequence, kSmdpSigned2Members);

inline constexpr Member kCtxParamsCommonMembers[] = {
    may("matchingId", 0x80, kUtf8),
    must("deviceInfo", 0xA1, kDeviceInfo),
};
inline constexpr Type kCtxParamsForCommonAuthentication =
    sequence("CtxParamsForCommonAuthentication", kTagSequence, kCtxParamsCommonMembers);
inline constexpr Member kCtxParams1Members[] = {
    must("ctxParamsForCommonAuthentication", 0xA0, kCtxParamsForCommonAuthentication)};
inline constexpr Type kCtxParams1 = choice("CtxParams1", kNoTag, kCtxParams1Members);

// --- InitiateAuthentication ----------------------------------------------------------------------
inline constexpr Member kInitiateAuthenticationRequestMembers[] = {
    must("euiccChallenge", 0x81, kOctet16),
    may("smdpAddress", 0x83, kUtf8),
    may("euiccInfo1", kNoTag, kEuiccInfo1),
    may("eimTransactionId", 0x82, kEimTransactionId).since_1_1(),
};
inline constexpr Type kInitiateAuthenticationRequestEsipa =
    sequence("InitiateAuthenticationRequestEsipa", 0xBF39, kInitiateAuthenticationRequestMembers);
inline constexpr Member kInitiateAuthenticationOkMembers[] = {
    may("transactionId", 0x80, kTransactionId),
    must("serverSigned1", kNoTag, kServerSigned1),
    must("serverSignature1", kNoTag, kSignature),
    must("euiccCiPKIdentifierToBeUsed", kNoTag, kSubjectKeyIdentifier)
        .called_in_1_0("euiccCiPKIdToBeUsed"),
    must("serverCertificate", kNoTag, kCertificate),
    may("matchingId", kNoTag, kUtf8),
    may("ctxParams1", 0xA2, kCtxParams1),
};
inline constexpr Type kInitiateAuthenticationOkEsipa =
    sequence("InitiateAuthenticationOkEsipa", kTagSequence, kInitiateAuthenticationOkMembers);
inline constexpr NamedNumber kInitiateAuthenticationErrorNames[] = {
    {1, "invalidDpAddress"},   {2, "euiccVersionNotSupportedByDp"},
    {3, "ciPKIdNotSupported"}, {50, "smdpAddressMismatch"},
    {51, "smdpOidMismatch"},   {52, "invalidEimTransactionId"},
    {127, "undefinedError"},
};
inline constexpr Type kInitiateAuthenticationErrorEsipa =
    integer("InitiateAuthenticationErrorEsipa", kInitiateAuthenticationErrorNames);
inline constexpr Member kInitiateAuthenticationResponseMembers[] = {
    must("initiateAuthenticationOkEsipa", 0xA0, kInitiateAuthenticationOkEsipa),
    must("initiateAuthenticationErrorEsipa", 0x81, kInitiateAuthenticationErrorEsipa),
};
inline constexpr Type kInitiateAuthenticationResponseEsipa =
    choice("InitiateAuthenticationResponseEsipa", 0xBF39, kInitiateAuthenticationResponseMembers);

// --- AuthenticateClient --------------------------------------------------------------------------
inline constexpr Member kEuiccSigned1Members[] = {
    must("transactionId", 0x80, kTransactionId), must("serverAddress", 0x83, kUtf8),
    must("serverChallenge", 0x84, kOctet16),     must("euiccInfo2", kNoTag, kEuiccInfo2),
    must("ctxParams1", kNoTag, kCtxParams1),
};
inline constexpr Type kEuiccSigned1 = sequence("EuiccSigned1", kTagSequence, kEuiccSigned1Members);
inline constexpr Member kAuthenticateResponseOkMembers[] = {
    must("euiccSigned1", kNoTag, kEuiccSigned1),
    must("euiccSignature1", kNoTag, kSignature),
    must("euiccCertificate", kNoTag, kCertificate),
    must("eumCertificate", kNoTag, kCertificate),
};
inline constexpr Type kAuthenticateResponseOk =
    sequence("AuthenticateResponseOk", kTagSequence, kAuthenticateResponseOkMembers);
inline constexpr NamedNumber kAuthenticateErrorNames[] = {
    {1, "invalidCertificate"}, {2, "invalidSignature"}, {3, "unsupportedCurve"},
    {4, "noSessionContext"},   {5, "invalidOid"},       {6, "euiccChallengeMismatch"},
    {7, "ciPKUnknown"},        {127, "undefinedError"},
};
inline constexpr Type kAuthenticateErrorCode =
    integer("AuthenticateErrorCode", kAuthenticateErrorNames);
inline constexpr Member kAuthenticateResponseErrorMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    must("authenticateErrorCode", kNoTag, kAuthenticateErrorCode),
};
inline constexpr Type kAuthenticateResponseError =
    sequence("AuthenticateResponseError", kTagSequence, kAuthenticateResponseErrorMembers);
inline constexpr Member kCompactEuiccSigned1Members[] = {
    must("extCardResource", 0x84, kOctets),
    may("ctxParams1", kNoTag, kCtxParams1),
};
inline constexpr Type kCompactEuiccSigned1 =
    sequence("CompactEuiccSigned1", kTagSequence, kCompactEuiccSigned1Members);
inline constexpr Member kSignedDataMembers[] = {
    must("compactEuiccSigned1", 0xA0, kCompactEuiccSigned1),
    must("euiccSigned1", kNoTag, kEuiccSigned1),
};
inline constexpr Type kSignedData = choice("SignedData", kNoTag, kSignedDataMembers);
inline constexpr Member kCompactAuthenticateResponseOkMembers[] = {
    must("signedData", kNoTag, kSignedData),
    must("euiccSignature1", kNoTag, kSignature),
    may("euiccCertificate", 0xA1, kCertificate),
    may("eumCertificate", 0xA2, kCertificate),
};
inline constexpr Type kCompactAuthenticateResponseOk =
    sequence("CompactAuthenticateResponseOk", kTagSequence, kCompactAuthenticateResponseOkMembers);
inline constexpr Member kAuthenticateServerResponseMembers[] = {
    must("authenticateResponseOk", 0xA0, kAuthenticateResponseOk),
    must("authenticateResponseError", 0xA1, kAuthenticateResponseError),
    must("compactAuthenticateResponseOk", 0xA2, kCompactAuthenticateResponseOk),
};
inline constexpr Type kAuthenticateServerResponse =
    choice("AuthenticateServerResponse", 0xBF38, kAuthenticateServerResponseMembers);
inline constexpr Member kAuthenticateClientRequestMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    must("authenticateServerResponse", kNoTag, kAuthenticateServerResponse),
};
inline constexpr Type kAuthenticateClientRequestEsipa =
    sequence("AuthenticateClientRequestEsipa", 0xBF3B, kAuthenticateClientRequestMembers);

inline constexpr Member kAuthenticateClientOkDpMembers[] = {
    may("transactionId", 0x80, kTransactionId),
    may("profileMetaData", kNoTag, kStoreMetadataRequest),
    must("smdpSigned2", kNoTag, kSmdpSigned2),
    must("smdpSignature2", kNoTag, kSignature),
    must("smdpCertificate", kNoTag, kCertificate),
    may("hashCc", kNoTag, kOctet32),
};
inline constexpr Type kAuthenticateClientOkDp =
    sequence("AuthenticateClientOkDPEsipa", kTagSequence, kAuthenticateClientOkDpMembers);
inline constexpr Member kAuthenticateClientOkDsMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    may("profileDownloadTrigger", kNoTag, kProfileDownloadTriggerRequest),
};
inline constexpr Type kAuthenticateClientOkDs =
    sequence("AuthenticateClientOkDSEsipa", kTagSequence, kAuthenticateClientOkDsMembers);
inline constexpr NamedNumber kAuthenticateClientErrorNames[] = {
    {1, "eumCertificateInvalid"},
    {2, "eumCertificateExpired"},
    {3, "euiccCertificateInvalid"},
    {4, "euiccCertificateExpired"},
    {5, "euiccSignatureInvalid"},
    {6, "matchingIdRefused"},
    {7, "eidMismatch"},
    {8, "noEligibleProfile"},
    {9, "ciPKUnknown"},
    {10, "invalidTransactionId"},
    {11, "insufficientMemory"},
    {50, "pprNotAllowed"},
    {56, "eventIdUnknown"},
    {127, "undefinedError"},
};
inline constexpr Type kAuthenticateClientErrorEsipa =
    integer("AuthenticateClientErrorEsipa", kAuthenticateClientErrorNames);
inline constexpr Member kAuthenticateClientResponseMembers[] = {
    must("authenticateClientOkDPEsipa", 0xA0, kAuthenticateClientOkDp),
    must("authenticateClientOkDSEsipa", 0xA1, kAuthenticateClientOkDs),
    must("authenticateClientErrorEsipa", 0x82, kAuthenticateClientErrorEsipa),
};
inline constexpr Type kAuthenticateClientResponseEsipa =
    choice("AuthenticateClientResponseEsipa", 0xBF3B, kAuthenticateClientResponseMembers);

// --- GetBoundProfilePackage ----------------------------------------------------------------------
inline constexpr Member kEuiccSigned2Members[] = {
    must("transactionId", 0x80, kTransactionId),
    must("euiccOtpk", kNoTag, kEphemeralPublicKey),
    may("hashCc", kNoTag, kOctet32),
};
inline constexpr Type kEuiccSigned2 = sequence("EUICCSigned2", kTagSequence, kEuiccSigned2Members);
inline constexpr Member kDownloadResponseOkMembers[] = {
    must("euiccSigned2", kNoTag, kEuiccSigned2),
    must("euiccSignature2", kNoTag, kSignature),
};
inline constexpr Type kDownloadResponseOk =
    sequence("PrepareDownloadResponseOk", kTagSequence, kDownloadResponseOkMembers);
inline constexpr NamedNumber kDownloadErrorNames[] = {
    {1, "invalidCertificate"}, {2, "invalidSignature"},     {3, "unsupportedCurve"},
    {4, "noSessionContext"},   {5, "invalidTransactionId"}, {127, "undefinedError"},
};
inline constexpr Type kDownloadErrorCode = integer("DownloadErrorCode", kDownloadErrorNames);
inline constexpr Member kDownloadResponseErrorMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    must("downloadErrorCode", kNoTag, kDownloadErrorCode),
};
inline constexpr Type kDownloadResponseError =
    sequence("PrepareDownloadResponseError", kTagSequence, kDownloadResponseErrorMembers);
inline constexpr Member kCompactEuiccSigned2Members[] = {
    may("euiccOtpk", kNoTag, kEphemeralPublicKey),
    may("hashCc", kNoTag, kOctet32),
};
inline constexpr Type kCompactEuiccSigned2 =
    sequence("CompactEuiccSigned2", kTagSequence, kCompactEuiccSigned2Members);
inline constexpr Member kCompactDownloadResponseOkMembers[] = {
    must("compactEuiccSigned2", kNoTag, kCompactEuiccSigned2),
    must("euiccSignature2", kNoTag, kSignature),
};
inline constexpr Type kCompactDownloadResponseOk =
    sequence("CompactDownloadResponseOk", kTagSequence, kCompactDownloadResponseOkMembers);
inline constexpr Member kPrepareDownloadResponseMembers[] = {
    must("downloadResponseOk", 0xA0, kDownloadResponseOk),
    must("downloadResponseError", 0xA1, kDownloadResponseError),
    must("compactDownloadResponseOk", 0xA2, kCompactDownloadResponseOk),
};
inline constexpr Type kPrepareDownloadResponse =
    choice("PrepareDownloadResponse", 0xBF21, kPrepareDownloadResponseMembers);
inline constexpr Member kGetBoundProfilePackageRequestMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    must("prepareDownloadResponse", kNoTag, kPrepareDownloadResponse),
};
inline constexpr Type kGetBoundProfilePackageRequestEsipa =
    sequence("GetBoundProfilePackageRequestEsipa", 0xBF3A, kGetBoundProfilePackageRequestMembers);

inline constexpr Type kOneOctet = octets("Octet1", kTagOctets, {1, 1});
inline constexpr Type kHostId = octets("HostId", kTagOctets, {1, 16});
inline constexpr Member kControlRefTemplateMembers[] = {
    must("keyType", 0x80, kOneOctet),
    must("keyLen", 0x81, kOneOctet),
    must("hostId", 0x84, kHostId),
};
inline constexpr Type kControlRefTemplate =
    sequence("ControlRefTemplate", kTagSequence, kControlRefTemplateMembers);
inline constexpr NamedNumber kRemoteOpIdNames[] = {{1, "installBoundProfilePackage"}};
inline constexpr Type kRemoteOpId = integer("RemoteOpId", kRemoteOpIdNames);
inline constexpr Member kInitialiseSecureChannelMembers[] = {
    must("remoteOpId", 0x82, kRemoteOpId),
    must("transactionId", 0x80, kTransactionId),
    must("controlRefTemplate", 0xA6, kControlRefTemplate),
    must("smdpOtpk", kNoTag, kEphemeralPublicKey),
    must("smdpSign", kNoTag, kSignature),
};
inline constexpr Type kInitialiseSecureChannelRequest =
    sequence("InitialiseSecureChannelRequest", 0xBF23, kInitialiseSecureChannelMembers);
inline constexpr Member kEach86 = each(0x86, kOctets);
inline constexpr Member kEach87 = each(0x87, kOctets);
inline constexpr Member kEach88 = each(0x88, kOctets);
inline constexpr Type kSequenceOf86 = sequence_of("SequenceOf86", kTagSequence, kEach86);
inline constexpr Type kSequenceOf87 = sequence_of("SequenceOf87", kTagSequence, kEach87);
inline constexpr Type kSequenceOf88 = sequence_of("SequenceOf88", kTagSequence, kEach88);
inline constexpr Member kBoundProfilePackageMembers[] = {
    must("initialiseSecureChannelRequest", kNoTag, kInitialiseSecureChannelRequest),
    must("firstSequenceOf87", 0xA0, kSequenceOf87),
    must("sequenceOf88", 0xA1, kSequenceOf88),
    may("secondSequenceOf87", 0xA2, kSequenceOf87),
    must("sequenceOf86", 0xA3, kSequenceOf86),
};
inline constexpr Type kBoundProfilePackage =
    sequence("BoundProfilePackage", 0xBF36, kBoundProfilePackageMembers);
inline constexpr Member kGetBoundProfilePackageOkMembers[] = {
    may("transactionId", 0x80, kTransactionId),
    must("boundProfilePackage", kNoTag, kBoundProfilePackage),
};
inline constexpr Type kGetBoundProfilePackageOkEsipa =
    sequence("GetBoundProfilePackageOkEsipa", kTagSequence, kGetBoundProfilePackageOkMembers);
inline constexpr NamedNumber kGetBoundProfilePackageErrorNames[] = {
    {1, "euiccSignatureInvalid"},   {2, "confirmationCodeMissing"},
    {3, "confirmationCodeRefused"}, {4, "confirmationCodeRetriesExceeded"},
    {5, "bppRebindingRefused"},     {6, "downloadOrderExpired"},
    {50, "metadataMismatch"},       {95, "invalidTransactionId"},
    {127, "undefinedError"},
};
inline constexpr Type kGetBoundProfilePackageErrorEsipa =
    integer("GetBoundProfilePackageErrorEsipa", kGetBoundProfilePackageErrorNames);
inline constexpr Member kGetBoundProfilePackageResponseMembers[] = {
    must("getBoundProfilePackageOkEsipa", 0xA0, kGetBoundProfilePackageOkEsipa),
    must("getBoundProfilePackageErrorEsipa", 0x81, kGetBoundProfilePackageErrorEsipa),
};
inline constexpr Type kGetBoundProfilePackageResponseEsipa =
    choice("GetBoundProfilePackageResponseEsipa", 0xBF3A, kGetBoundProfilePackageResponseMembers);

// --- CancelSession -------------------------------------------------------------------------------
inline constexpr NamedNumber kCancelReasonNames[] = {
    {0, "endUserRejection"},  {1, "postponed"},        {2, "timeout"},
    {3, "pprNotAllowed"},     {4, "metadataMismatch"}, {5, "loadBppExecutionError"},
    {127, "undefinedReason"},
};
inline constexpr Type kCancelSessionReason = integer("CancelSessionReason", kCancelReasonNames);
inline constexpr Member kCancelSessionSignedMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    must("smdpOid", 0x81, kOid),
    must("reason", 0x82, kCancelSessionReason),
};
inline constexpr Type kEuiccCancelSessionSigned =
    sequence("EuiccCancelSessionSigned", kTagSequence, kCancelSessionSignedMembers);
inline constexpr Member kCancelSessionResponseOkMembers[] = {
    must("euiccCancelSessionSigned", kNoTag, kEuiccCancelSessionSigned),
    must("euiccCancelSessionSignature", kNoTag, kSignature),
};
inline constexpr Type kCancelSessionResponseOk =
    sequence("CancelSessionResponseOk", kTagSequence, kCancelSessionResponseOkMembers);
inline constexpr NamedNumber kCancelSessionErrorNames[] = {{5, "invalidTransactionId"},
                                                           {127, "undefinedError"}};
inline constexpr Type kCancelSessionResponseError =
    integer("CancelSessionResponseError", kCancelSessionErrorNames);
inline constexpr Member kCompactCancelSignedMembers[] = {may("reason", 0x80, kCancelSessionReason)};
inline constexpr Type kCompactEuiccCancelSessionSigned =
    sequence("CompactEuiccCancelSessionSigned", kTagSequence, kCompactCancelSignedMembers);
inline constexpr Member kCompactCancelOkMembers[] = {
    must("compactEuiccCancelSessionSigned", kNoTag, kCompactEuiccCancelSessionSigned),
    must("euiccCancelSessionSignature", kNoTag, kSignature),
};
inline constexpr Type kCompactCancelSessionResponseOk =
    sequence("CompactCancelSessionResponseOk", kTagSequence, kCompactCancelOkMembers);
inline constexpr Member kCancelSessionResponseMembers[] = {
    must("cancelSessionResponseOk", 0xA0, kCancelSessionResponseOk),
    must("cancelSessionResponseError", 0x81, kCancelSessionResponseError),
    must("compactCancelSessionResponseOk", 0xA2, kCompactCancelSessionResponseOk),
};
inline constexpr Type kCancelSessionResponse =
    choice("CancelSessionResponse", 0xBF41, kCancelSessionResponseMembers);
inline constexpr Member kCancelSessionRequestMembers[] = {
    must("transactionId", 0x80, kTransactionId),
    must("cancelSessionResponse", 0xA1, kCancelSessionResponse),
};
inline constexpr Type kCancelSessionRequestEsipa =
    sequence("CancelSessionRequestEsipa", 0xBF41, kCancelSessionRequestMembers);
inline constexpr NamedNumber kCancelSessionEsipaErrorNames[] = {
    {1, "invalidTransactionId"}, {2, "euiccSignatureInvalid"}, {127, "undefinedError"}};
inline constexpr Type kCancelSessionError =
    integer("CancelSessionError", kCancelSessionEsipaErrorNames);
inline constexpr Member kCancelSessionEsipaMembers[] = {
    must("cancelSessionOk", 0xA0, kEmptySequence),
    must("cancelSessionError", 0x81, kCancelSessionError),
};
inline constexpr Type kCancelSessionResponseEsipa =
    choice("CancelSessionResponseEsipa", 0xBF41, kCancelSessionEsipaMembers);

}  // namespace sojourn::sgp32
