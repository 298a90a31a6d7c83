#include "adapters/sgp32/catalogue.h"

#include "adapters/sgp32/schema_download.h"

namespace sojourn::sgp32 {
namespace {

constexpr CatalogueEntry same(const Type& type, Direction direction) {
  return {&type, &type, direction};
}

constexpr CatalogueEntry kCatalogue[] = {
    // What the eIM sends.
    same(kGetEimPackageResponse, Direction::eim_to_ipa),
    same(kEuiccPackageRequest, Direction::eim_to_ipa),
    same(kIpaEuiccDataRequest, Direction::eim_to_ipa),
    same(kProfileDownloadTriggerRequest, Direction::eim_to_ipa),
    same(kEimAcknowledgements, Direction::eim_to_ipa),
    {&kProvideEimPackageResultResponse10, &kProvideEimPackageResultResponse, Direction::eim_to_ipa},
    same(kTransferEimPackageRequest, Direction::eim_to_ipa),
    same(kInitiateAuthenticationResponseEsipa, Direction::eim_to_ipa),
    same(kAuthenticateClientResponseEsipa, Direction::eim_to_ipa),
    same(kGetBoundProfilePackageResponseEsipa, Direction::eim_to_ipa),
    same(kCancelSessionResponseEsipa, Direction::eim_to_ipa),
    // What the IPA sends.
    same(kGetEimPackageRequest, Direction::ipa_to_eim),
    {&kProvideEimPackageResult10, &kProvideEimPackageResult, Direction::ipa_to_eim},
    same(kEuiccPackageResult, Direction::ipa_to_eim),
    same(kIpaEuiccDataResponse, Direction::ipa_to_eim),
    same(kProfileDownloadTriggerResult, Direction::ipa_to_eim),
    same(kHandleNotificationEsipa, Direction::ipa_to_eim),
    same(kTransferEimPackageResponse, Direction::ipa_to_eim),
    same(kInitiateAuthenticationRequestEsipa, Direction::ipa_to_eim),
    same(kAuthenticateClientRequestEsipa, Direction::ipa_to_eim),
    same(kGetBoundProfilePackageRequestEsipa, Direction::ipa_to_eim),
    same(kCancelSessionRequestEsipa, Direction::ipa_to_eim),
    // Parts that are signed, or carried inside others.
    same(kEuiccPackageSigned, Direction::signed_part),
    same(kEimConfigurationData, Direction::signed_part),
    same(kEuiccPackageResultDataSigned, Direction::signed_part),
    same(kEuiccPackageErrorDataSigned, Direction::signed_part),
    same(kNotificationMetadata, Direction::signed_part),
    same(kProfileInstallationResult, Direction::signed_part),
    same(kProfileInstallationResultData, Direction::signed_part),
    same(kEuiccInfo1, Direction::signed_part),
    same(kEuiccInfo2, Direction::signed_part),
    same(kBoundProfilePackage, Direction::signed_part),
    same(kStoreMetadataRequest, Direction::signed_part),
    same(kRetrieveNotificationsListResponse, Direction::signed_part),
    // Between IPA and eUICC.
    same(kAddInitialEimRequest, Direction::es10b),
    same(kAddInitialEimResponse, Direction::es10b),
    same(kGetEimConfigurationDataRequest, Direction::es10b),
    same(kGetEimConfigurationDataResponse, Direction::es10b),
    same(kProfileRollbackRequest, Direction::es10b),
    same(kProfileRollbackResponse, Direction::es10b),
};

}  // namespace

std::span<const CatalogueEntry> catalogue() { return kCatalogue; }

const Type* find_type(std::string_view name, Version version) {
  for (const CatalogueEntry& entry : kCatalogue) {
    if (entry.name() == name) return entry.type(version);
  }
  return nullptr;
}

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const CatalogueEntry& entry : kCatalogue) names.push_back(entry.name());
  return names;
}

std::optional<Version> parse_version(std::string_view text) {
  if (text == "1.0") return Version::v1_0;
  if (text == "1.1" || text == "1.2" || text == "1.3") return Version::v1_2;
  return std::nullopt;
}

std::string_view version_text(Version version) { return version == Version::v1_0 ? "1.0" : "1.2"; }

}  // namespace sojourn::sgp32
