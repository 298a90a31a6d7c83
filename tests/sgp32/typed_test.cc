// The typed codec against the general one: both read the same tables, so they must agree.
#include <map>
#include <random>

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/value.h"
#include "tests/sgp32/vectors.h"

using namespace sojourn;
using namespace sojourn::sgp32;
using nlohmann::json;

namespace {

// Reads and writes the struct behind a type name.
struct TypedCodec {
  bool (*reads)(ByteView, Version, Reading);
  std::string (*round_trip)(ByteView, Version);  // hex, or the error
};

template <class Message>
TypedCodec codec_of() {
  return {[](ByteView der, Version version, Reading reading) {
            return read<Message>(der, version, reading).ok();
          },
          [](ByteView der, Version version) -> std::string {
            Result<Message> message = read<Message>(der, version);
            if (!message) return message.error().message;
            Result<Bytes> again = write(*message, version);
            return again ? to_hex(*again) : again.error().message;
          }};
}

const std::map<std::string, TypedCodec>& codecs() {
  static const std::map<std::string, TypedCodec> kCodecs = {
      {"EuiccPackageSigned", codec_of<EuiccPackageSigned>()},
      {"EuiccPackageRequest", codec_of<EuiccPackageRequest>()},
      {"EimConfigurationData", codec_of<EimConfigurationData>()},
      {"EuiccPackageResultDataSigned", codec_of<EuiccPackageResultDataSigned>()},
      {"EuiccPackageErrorDataSigned", codec_of<EuiccPackageErrorDataSigned>()},
      {"EuiccPackageResult", codec_of<EuiccPackageResult>()},
      {"NotificationMetadata", codec_of<NotificationMetadata>()},
      {"ProfileInstallationResultData", codec_of<ProfileInstallationResultData>()},
      {"ProfileDownloadTriggerRequest", codec_of<ProfileDownloadTriggerRequest>()},
      {"ProfileDownloadTriggerResult", codec_of<ProfileDownloadTriggerResult>()},
      {"IpaEuiccDataRequest", codec_of<IpaEuiccDataRequest>()},
      {"IpaEuiccDataResponse", codec_of<IpaEuiccDataResponse>()},
      {"GetEimPackageRequest", codec_of<GetEimPackageRequest>()},
      {"GetEimPackageResponse", codec_of<GetEimPackageResponse>()},
      {"ProvideEimPackageResult", codec_of<ProvideEimPackageResult>()},
      {"EimAcknowledgements", codec_of<EimAcknowledgements>()},
      {"ProvideEimPackageResultResponse", codec_of<ProvideEimPackageResultResponse>()},
      {"HandleNotificationEsipa", codec_of<HandleNotification>()},
  };
  return kCodecs;
}

std::vector<json> all_golden() {
  std::vector<json> all;
  json own = test::load(test::kOwnVectors, "golden.json");
  all.insert(all.end(), own.begin(), own.end());
  for (const char* file : {"packages", "requests", "get-eim-package", "package-results",
                           "provide-result", "notifications", "v1.0"}) {
    json vectors = test::load_shared(std::string(file) + ".json");
    if (vectors.is_discarded()) break;
    for (const json& one : vectors) {
      if (one.contains("value")) all.push_back(one);
    }
  }
  return all;
}

}  // namespace

TEST_CASE("typed: every golden encoding survives reading and writing") {
  int checked = 0;
  for (const json& one : all_golden()) {
    auto codec = codecs().find(one["type"].get<std::string>());
    if (codec == codecs().end()) continue;
    INFO(one["name"].get<std::string>());
    Version version = parse_version(one.value("version", "1.2")).value();
    Bytes der = test::bytes_of(one);
    CHECK(codec->second.round_trip(der, version) == to_hex(der));
    ++checked;
  }
  CHECK(checked >= 20);
}

TEST_CASE("typed: agrees with the general reader on damaged messages") {
  // The general reader looks into every member; the typed one passes some on unread (Raw). So what
  // the general reader takes, the typed one takes.
  unsigned seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : 20261125u;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  int accepted = 0;
  int refused = 0;
  for (const json& one : all_golden()) {
    auto codec = codecs().find(one["type"].get<std::string>());
    Bytes der = test::bytes_of(one);
    if (codec == codecs().end() || der.size() > 1500) continue;
    for (int round = 0; round < 40; ++round) {
      Bytes damaged = der;
      std::size_t at = random() % damaged.size();
      switch (random() % 3) {
        case 0:
          damaged[at] = static_cast<std::uint8_t>(random());
          break;
        case 1:
          damaged[at] ^= static_cast<std::uint8_t>(1u << random() % 8);
          break;
        default:
          damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(at));
      }
      for (Version version : {Version::v1_0, Version::v1_2}) {
        const Type* type = find_type(codec->first, version);
        for (Reading reading : {Reading::strict, Reading::tolerant}) {
          bool general = decode(*type, damaged, version, reading).ok();
          bool typed = codec->second.reads(damaged, version, reading);
          if (general && !typed) {
            FAIL_CHECK(one["name"] << " damaged to " << to_hex(damaged) << ": typed refuses");
          }
          general ? ++accepted : ++refused;
        }
      }
    }
  }
  CHECK(accepted > 500);
  CHECK(refused > 500);
}

TEST_CASE("typed: what the general reader refuses, the typed one refuses") {
  json vectors = test::load(test::kOwnVectors, "invalid.json");
  json shared = test::load_shared("invalid.json");
  if (!shared.is_discarded()) vectors.insert(vectors.end(), shared.begin(), shared.end());
  for (const json& one : vectors) {
    auto codec = codecs().find(one["type"].get<std::string>());
    if (codec == codecs().end()) continue;
    INFO(one["name"].get<std::string>());
    for (Reading reading : {Reading::strict, Reading::tolerant}) {
      CHECK(codec->second.reads(test::bytes_of(one), Version::v1_2, reading) ==
            (one["expect"] == "accept"));
    }
  }
}

TEST_CASE("ICCIDs are swapped on the wire and nowhere else") {
  struct Row {
    const char* digits;
    const char* wire;
  };
  const Row rows[] = {
      {"89000123456789012341", "98001032547698103214"},
      {"8944031287654321095", "984430217856341290f5"},
      {"894403128765432109", "984430217856341290ff"},
  };
  for (const Row& one : rows) {
    INFO(one.digits);
    WireIccid wire = to_wire(*parse_iccid(one.digits));
    CHECK(to_hex(wire) == one.wire);
    CHECK(from_wire(wire)->text() == one.digits);
  }
  for (const char* bad : {"9800103254769810321a", "98001032f47698103214", "ffffffffffffffffffff",
                          "984430217856341290ff"}) {
    Bytes bytes = *from_hex(bad);
    WireIccid wire{};
    std::copy(bytes.begin(), bytes.end(), wire.begin());
    bool good = std::string_view(bad) == "984430217856341290ff";
    INFO(bad);
    CHECK(from_wire(wire).has_value() == good);
  }
}

TEST_CASE("typed: a signed part keeps the bytes that were received") {
  // DEFAULT FALSE written out: not DER, but signed so. What is verified must be these bytes.
  Bytes data =
      *from_hex("3026800f65696d2e6578616d706c652e636f6d810300ffff83017f300bbf2d08a006e3049f260100");
  Bytes message;
  DerWriter out(message);
  auto outer = out.open(0xBF51);
  auto inner = out.open(0xA0);
  out.raw(data);
  out.octets(0x5F37, Bytes(64, 0x11));
  out.close(inner);
  out.close(outer);
  std::vector<Finding> oddities;
  Result<EuiccPackageResult> result =
      read<EuiccPackageResult>(message, Version::v1_2, Reading::strict, &oddities);
  REQUIRE(result.ok());
  const auto& signed_result = std::get<EuiccPackageResultSigned>(*result);
  CHECK(signed_result.data.encoding == data);
  CHECK(oddities.size() == 1);
  CHECK(*write(*result, Version::v1_2) == message);
}
