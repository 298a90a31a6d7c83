// Signed bytes and signatures: the pinned cases, our own round trips, and the openssl command.
#include "adapters/eim/signing.h"

#include "adapters/eim/package_tool.h"
#include "adapters/sgp32/esipa.h"
#include "engine/base/diagnostic_code.h"
#include "tests/eim/openssl_command.h"
#include "tests/sgp32/vectors.h"

using namespace sojourn;
using namespace sojourn::eim;
using nlohmann::json;

namespace {

const char* const kPem =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIBN8mrFIDE8aunkBQS2ZaoHbiTGnk+bfNKeHZN+ONZfOoAoGCCqGSM49\n"
    "AwEHoUQDQgAERpH5mbwO7X7QzZ+CHKsWM7zWZBkECGzK3MizgZ7kT8ZTVRFp6anM\n"
    "GRYOiuHcEoux7oIFNAzcJEoLSGRcOZiCHg==\n"
    "-----END EC PRIVATE KEY-----\n";

Bytes hex(const json& text) { return *from_hex(text.get<std::string>()); }

Bytes to_be_signed(const json& one) {
  if (one["version"] == "1.0")
    return signed_bytes_in_1_0(hex(one["signed"]), hex(one["eimSignature"]));
  std::optional<std::int64_t> token;
  if (!one["associationToken"].is_null()) token = one["associationToken"].get<std::int64_t>();
  return signed_bytes(hex(one["signed"]), token);
}

// One package of every kind of operation.
std::vector<std::pair<const char*, sgp32::EuiccPackageSigned>> packages() {
  using namespace sgp32;
  EuiccPackageSigned base;
  base.eim_id = "eim.example.com";
  base.eid = *parse_eid("89049032123451234512345678901235");
  base.counter = 128;
  base.transaction_id = *make_transaction_id(Bytes(16, 0x5A));
  WireIccid iccid = to_wire(*parse_iccid("89000123456789012341"));
  auto with = [&](std::variant<PsmoList, EcoList> content) {
    EuiccPackageSigned package = base;
    package.content = std::move(content);
    return package;
  };
  EimConfigurationData other;
  other.eim_id = "other.example.com";
  other.association_token = -1;
  return {
      {"enable", with(PsmoList{Enable{iccid, true}})},
      {"disable", with(PsmoList{Disable{iccid}})},
      {"delete", with(PsmoList{Delete{iccid}})},
      {"listProfileInfo", with(PsmoList{ListProfileInfo{}})},
      {"getRAT", with(PsmoList{GetRat{}})},
      {"configureImmediateEnable", with(PsmoList{ConfigureImmediateEnable{.enable = true}})},
      {"setFallbackAttribute", with(PsmoList{SetFallbackAttribute{iccid}})},
      {"unsetFallbackAttribute", with(PsmoList{UnsetFallbackAttribute{}})},
      {"setDefaultDpAddress", with(PsmoList{SetDefaultDpAddress{"smdp.example.com"}})},
      {"addEim", with(EcoList{AddEim{other}})},
      {"deleteEim", with(EcoList{DeleteEim{"other.example.com"}})},
      {"updateEim", with(EcoList{UpdateEim{other}})},
      {"listEim", with(EcoList{ListEim{}})},
  };
}

}  // namespace

TEST_CASE("signed bytes and verdicts of the pinned cases") {
  json vectors = sgp32::test::load_shared("signed.json");
  if (vectors.is_discarded()) return;
  std::size_t refused = 0;
  for (const json& one : vectors["cases"]) {
    INFO(one["name"].get<std::string>());
    json key = vectors["keys"][one["key"].get<std::string>()];
    Result<VerifyingKey> verifier =
        VerifyingKey::from_public_key_info(hex(key["subjectPublicKeyInfo"]));
    REQUIRE(verifier.ok());
    Bytes bytes = to_be_signed(one);
    if (one.contains("tbs")) CHECK(to_hex(bytes) == one["tbs"].get<std::string>());
    bool expected = one["verifies"].get<bool>();
    CHECK(verifier->verify(bytes, hex(one["signature"])) == expected);
    if (one.contains("derSignature")) {
      CHECK(verifier->verify(bytes, hex(one["derSignature"])) == expected);
      CHECK(*plain_from_der(hex(one["derSignature"])) == hex(one["signature"]));
      CHECK(der_from_plain(hex(one["signature"])) == hex(one["derSignature"]));
    }
    refused += expected ? 0 : 1;
  }
  CHECK(refused >= 5);
}

TEST_CASE("the token's INTEGER is minimal and signed") {
  struct Row {
    std::optional<std::int64_t> token;
    const char* tail;
  };
  const Row rows[] = {{std::nullopt, "840100"}, {0, "840100"},       {127, "84017f"},
                      {128, "84020080"},        {-1, "8401ff"},      {-128, "840180"},
                      {-129, "8402ff7f"},       {32767, "84027fff"}, {32768, "8403008000"}};
  for (const Row& one : rows) {
    INFO(one.tail);
    CHECK(to_hex(signed_bytes(*from_hex("3000"), one.token)) == std::string("3000") + one.tail);
  }
}

TEST_CASE("what we sign, we and the openssl command verify; one changed bit, neither") {
  Result<SigningKey> key = SigningKey::from_pem(kPem);
  REQUIRE(key.ok());
  Result<VerifyingKey> verifier = VerifyingKey::from_public_key_info(key->public_key_info());
  REQUIRE(verifier.ok());
  test::ScratchFolder folder;
  folder.write("key.der", key->public_key_info());
  bool command = test::have_openssl();
  for (const auto& [name, package] : packages()) {
    INFO(name);
    Bytes part = *sgp32::write(package, sgp32::Version::v1_2);
    Bytes bytes = signed_bytes(part, 5);
    Bytes signature = *key->sign(bytes);
    CHECK(signature.size() == 64);
    CHECK(verifier->verify(bytes, signature));
    Bytes changed = bytes;
    changed[changed.size() / 2] ^= 1;
    CHECK(!verifier->verify(changed, signature));
    if (!command) continue;
    folder.write("signature.der", der_from_plain(signature));
    folder.write("bytes", bytes);
    folder.write("changed", changed);
    std::string dgst = "dgst -sha256 -keyform DER -verify " + folder.file("key.der") +
                       " -signature " + folder.file("signature.der") + " ";
    CHECK(test::openssl(dgst + folder.file("bytes")));
    CHECK(!test::openssl(dgst + folder.file("changed")));
  }
}

TEST_CASE("what the openssl command signs as DER, we verify") {
  if (!test::have_openssl()) return;
  test::ScratchFolder folder;
  folder.write("key.pem", as_bytes(kPem));
  Bytes bytes = signed_bytes(*from_hex("3003800161"), std::nullopt);
  folder.write("bytes", bytes);
  REQUIRE(test::openssl("dgst -sha256 -sign " + folder.file("key.pem") + " -out " +
                        folder.file("signature") + " " + folder.file("bytes")));
  Result<SigningKey> key = SigningKey::from_pem(kPem);
  Result<VerifyingKey> verifier = VerifyingKey::from_public_key_info(key->public_key_info());
  Bytes signature = folder.read("signature");
  CHECK(verifier->verify(bytes, signature));
  signature.back() ^= 1;
  CHECK(!verifier->verify(bytes, signature));
}

TEST_CASE("keys that SGP.32 cannot use are refused") {
  CHECK(SigningKey::from_pem("no key").error().code == Code::E0811);
  CHECK(VerifyingKey::from_public_key_info(*from_hex("3000")).error().code == Code::E0811);
  CHECK(VerifyingKey::from_certificate({}).error().code == Code::E0811);
  if (!test::have_openssl()) return;
  test::ScratchFolder folder;
  for (const char* arguments :
       {"genpkey -algorithm ED25519", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1"}) {
    INFO(arguments);
    REQUIRE(test::openssl(std::string(arguments) + " -out " + folder.file("key.pem")));
    Bytes pem = folder.read("key.pem");
    std::string text(pem.begin(), pem.end());
    CHECK(SigningKey::from_pem(text).error().code == Code::E0811);
  }
}

TEST_CASE("signatures that are none") {
  Result<SigningKey> key = SigningKey::from_pem(kPem);
  Result<VerifyingKey> verifier = VerifyingKey::from_public_key_info(key->public_key_info());
  Bytes bytes = *from_hex("3000840100");
  for (const char* bad : {"", "30", "3000", "3006020100020100", "30060201ff020101"}) {
    INFO(bad);
    CHECK(!verifier->verify(bytes, *from_hex(bad)));
  }
  CHECK(!verifier->verify(bytes, Bytes(64, 0)));
  CHECK(!verifier->verify(bytes, Bytes(64, 0xFF)));
  CHECK(!verifier->verify(bytes, Bytes(63, 0x11)));
}

TEST_CASE("a package signed by hand verifies by hand, with its token only") {
  Result<SigningKey> key = SigningKey::from_pem(kPem);
  REQUIRE(key.ok());
  for (const auto& [name, package] : packages()) {
    INFO(name);
    Bytes part = *sgp32::write(package, sgp32::Version::v1_2);
    Result<Bytes> request = sign_package(part, *key, 7);
    REQUIRE(request.ok());
    Result<VerifyingKey> verifier = load_verifying_key(key->public_key_info());
    REQUIRE(verifier.ok());
    Result<std::string> verdict = verify_message(*request, *verifier, {.association_token = 7});
    REQUIRE(verdict.ok());
    CHECK(verdict->ends_with("bytes and token 7"));
    CHECK(verify_message(*request, *verifier).error().code == Code::E0814);
  }
  CHECK(sign_package(*from_hex("3000"), *key, {}).error().code == Code::E0802);
  // A length that is not in its shortest form is never signed.
  Bytes part = *sgp32::write(packages()[0].second, sgp32::Version::v1_2);
  part.insert(part.begin() + 1, 0x81);
  CHECK(sign_package(part, *key, {}).error().code == Code::E0801);
}
