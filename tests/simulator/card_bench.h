// A card on the bench: certificates made once, an eIM's key, and packages signed by hand.
#pragma once

#include <map>
#include <string>

#include "adapters/simulator/euicc.h"
#include "tests/support/catch.h"

namespace sojourn::simulator::test {

using sgp32::Version;

inline const Eid kEid = *parse_eid("89049032123451234512345678901235");
inline const Eid kOtherEid = *parse_eid("89049032000000000000000000000001");
inline const Iccid kBootstrap = *parse_iccid("89000123456789012341");
inline const Iccid kLocal = *parse_iccid("89551234567890123456");
inline const Iccid kSpare = *parse_iccid("8944032187651234095");
inline const Iccid kAbsent = *parse_iccid("89999999999999999999");
inline const std::string kEimId = "eim.example.com";

inline constexpr Instant kCertificatesFrom{1'767'225'600'000};  // 2026-01-01

inline const CertificateMaker& maker() {
  static const CertificateMaker made =
      CertificateMaker::make({.valid_from = kCertificatesFrom}).value();
  return made;
}
inline const EuiccIdentity& identity() {
  static const EuiccIdentity made =
      make_identity(maker(), kEid, std::make_shared<const Bytes>(maker().eum().certificate))
          .value();
  return made;
}
inline const PrivateKey& eim_key() {
  static const PrivateKey made = PrivateKey::generate().value();
  return made;
}

inline std::vector<Profile> three_profiles() {
  return {Profile{.iccid = kBootstrap,
                  .enabled = true,
                  .profile_class = sgp32::ProfileClass::provisioning,
                  .provider = "Boot",
                  .name = "bootstrap",
                  .fallback_allowed = true},
          Profile{.iccid = kLocal, .provider = "Vivo", .name = "vivo-local"},
          Profile{.iccid = kSpare, .provider = "EE", .name = "spare"}};
}

inline sgp32::EimConfigurationData configuration(std::optional<std::int64_t> token = std::nullopt,
                                                 std::string eim_id = kEimId,
                                                 const PrivateKey& key = eim_key()) {
  sgp32::EimConfigurationData data;
  data.eim_id = std::move(eim_id);
  data.counter = 0;
  data.association_token = token;
  data.eim_key = sgp32::PublicKey{key.public_key_info()};
  return data;
}

struct CardWishes {
  Version version = Version::v1_2;
  std::vector<Profile> profiles = three_profiles();
  ProfileTableOptions table{};
  EuiccOptions card{};
  std::optional<std::int64_t> token{};  // -1: the card makes one, 1
};

inline Euicc make_card(CardWishes wishes = {}) {
  wishes.card.version = wishes.version;
  Euicc card(identity(), ProfileTable(wishes.profiles, wishes.table), wishes.card);
  REQUIRE(card.add_initial_eim(configuration(wishes.token)).ok());
  return card;
}

// What is under a signature: the part and the token's TLV, as SGP.32 5.13 has it.
inline Bytes signed_bytes(ByteView part, std::optional<std::int64_t> token) {
  Bytes bytes(part.begin(), part.end());
  sgp32::DerWriter(bytes).integer(0x84, token.value_or(0));
  return bytes;
}

struct PackageWishes {
  std::int64_t counter = 1;
  std::optional<std::int64_t> token{};
  Eid eid = kEid;
  std::string eim_id = kEimId;
  Version version = Version::v1_2;
  const PrivateKey* key = nullptr;
};

// A request around a signed part, however odd the part is.
inline Bytes request_around(ByteView part, const PackageWishes& wishes = {}) {
  const PrivateKey& key = wishes.key == nullptr ? eim_key() : *wishes.key;
  Bytes bytes;
  sgp32::DerWriter out(bytes);
  sgp32::DerWriter::Open whole = out.open(0xBF51);
  out.raw(part);
  out.octets(0x5F37, key.sign(signed_bytes(part, wishes.token)));
  out.close(whole);
  return bytes;
}

inline sgp32::TransactionId transaction() {
  return *sgp32::make_transaction_id(*from_hex("000102030405060708090a0b0c0d0e0f"));
}

inline Bytes request(std::variant<sgp32::PsmoList, sgp32::EcoList> content,
                     const PackageWishes& wishes = {}) {
  sgp32::EuiccPackageSigned package;
  package.eim_id = wishes.eim_id;
  package.eid = wishes.eid;
  package.counter = wishes.counter;
  package.transaction_id = transaction();
  package.content = std::move(content);
  return request_around(sgp32::write(package, wishes.version).value(), wishes);
}

// --- answers -------------------------------------------------------------------------------------

inline Bytes wire(const sgp32::EuiccPackageResult& result, Version version = Version::v1_2) {
  return sgp32::write(result, version).value();
}
inline sgp32::EuiccPackageResult result_of(PackageAnswer answer) {
  REQUIRE(std::holds_alternative<sgp32::EuiccPackageResult>(answer));
  return std::get<sgp32::EuiccPackageResult>(std::move(answer));
}
inline sgp32::EuiccPackageResultDataSigned data_of(const sgp32::EuiccPackageResult& result) {
  REQUIRE(std::holds_alternative<sgp32::EuiccPackageResultSigned>(result));
  return std::get<sgp32::EuiccPackageResultSigned>(result).data.value;
}
// The result's list as text: "enableResult 0, listProfileInfoResult 11".
inline std::string codes(const sgp32::EuiccPackageResult& result) {
  std::string text;
  for (const sgp32::OperationResult& one : data_of(result).results) {
    if (!text.empty()) text += ", ";
    text += std::string(sgp32::operation_name(one.operation)) + " " + std::to_string(one.code);
  }
  return text;
}

// Loads packages with counters that rise by themselves, and shows the codes.
class Loader {
 public:
  explicit Loader(Euicc& card, PackageWishes wishes = {})
      : card_(card), wishes_(std::move(wishes)) {
    wishes_.version = card.version();
  }
  std::string operator()(std::variant<sgp32::PsmoList, sgp32::EcoList> content) {
    last = result_of(card_.load_package(request(std::move(content), wishes_)));
    ++wishes_.counter;
    return codes(last);
  }
  sgp32::EuiccPackageResult last{};

 private:
  Euicc& card_;
  PackageWishes wishes_;
};

inline std::string enabled_name(const Euicc& card) {
  const Profile* profile = card.profiles().enabled();
  return profile == nullptr ? "none" : profile->name;
}

}  // namespace sojourn::simulator::test
