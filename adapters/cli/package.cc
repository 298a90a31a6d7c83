// sojourn package encode|decode|sign|verify: eUICC packages and ESipa messages by hand.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "adapters/cli/commands.h"
#include "adapters/eim/signing.h"
#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/describe.h"
#include "adapters/sgp32/json.h"
#include "adapters/sgp32/package.h"
#include "engine/base/limits.h"

namespace sojourn::cli {
namespace {

// The text that was meant: itself, a file's with `@FILE`, standard input's with `-`.
Result<std::string> given_text(const std::string& given) {
  constexpr std::size_t kBytesMax = 4 * limits::kDerBytesMax;  // as hex, with white space
  if (given == "-") return read_file("-", kBytesMax);
  if (given.starts_with('@')) return read_file(given.substr(1), kBytesMax);
  return given;
}

// A message as hex, base64, or its bytes.
Result<Bytes> given_message(const std::string& given) {
  auto text = given_text(given);
  if (!text) return std::move(text).error();
  std::string bare = *text;
  std::erase_if(bare, [](unsigned char c) { return std::isspace(c) != 0; });
  if (auto bytes = from_hex(bare)) return *bytes;
  if (auto bytes = from_base64(bare)) return *bytes;
  bool file = given.starts_with('@') || given == "-";
  if (file && !text->empty()) return Bytes(text->begin(), text->end());
  return make_diagnostic(Code::E0006, "the message is neither hex nor base64",
                         "give hex or base64, `@FILE` for a file, `-` for standard input");
}

Result<sgp32::Version> given_version(const std::string& text) {
  if (auto version = sgp32::parse_version(text)) return *version;
  return make_diagnostic(Code::E0003, fmt::format("SGP.32 has no version `{}`", text),
                         "use 1.0, 1.1, 1.2 or 1.3");
}

Result<std::string> key_text(const std::string& path) {
  return read_file(path, limits::kSourceBytesMax);
}

// The bytes inside the first block of a PEM text.
std::optional<Bytes> pem_body(std::string_view pem) {
  std::size_t begin = pem.find("-----BEGIN");
  begin = begin == std::string_view::npos ? begin : pem.find('\n', begin);
  std::size_t end = begin == std::string_view::npos ? begin : pem.find("-----END", begin);
  if (end == std::string_view::npos) return std::nullopt;
  std::string body(pem.substr(begin, end - begin));
  std::erase_if(body, [](unsigned char c) { return std::isspace(c) != 0; });
  return from_base64(body);
}

Result<eim::VerifyingKey> verifying_key(const PackageOptions& options) {
  auto text = key_text(options.key);
  if (!text) return std::move(text).error();
  auto der = pem_body(*text);
  if (!der) {
    return make_diagnostic(Code::E0006, fmt::format("`{}` is not a PEM file", options.key),
                           "give a certificate or a public key in PEM");
  }
  bool certificate = text->find("BEGIN CERTIFICATE") != std::string::npos;
  return certificate ? eim::VerifyingKey::from_certificate(*der)
                     : eim::VerifyingKey::from_public_key_info(*der);
}

// A signed part as it was received, and the signature over it.
struct SignedPart {
  Bytes data;
  Bytes signature;
};

Result<SignedPart> signed_part(ByteView message, sgp32::Version version) {
  auto request = sgp32::read<sgp32::EuiccPackageRequest>(message, version);
  if (request) return SignedPart{request->package.encoding, request->signature};
  auto result = sgp32::read<sgp32::EuiccPackageResult>(message, version);
  if (!result) return std::move(request).error();
  if (auto* good = std::get_if<sgp32::EuiccPackageResultSigned>(&*result)) {
    return SignedPart{good->data.encoding, good->signature};
  }
  if (auto* bad = std::get_if<sgp32::EuiccPackageErrorSigned>(&*result)) {
    return SignedPart{bad->data.encoding, bad->signature};
  }
  return make_diagnostic(Code::E0006, "the message carries no signature",
                         "an unsigned error cannot be verified");
}

}  // namespace

int run_package_types(Console& console) {
  for (std::string_view name : sgp32::type_names()) console.print(fmt::format("{}\n", name));
  return kClean;
}

int run_package_encode(const PackageOptions& options, Console& console) {
  auto version = given_version(options.version);
  if (!version) return console.fail(version.error());
  auto json = given_text(options.input);
  if (!json) return console.fail(json.error());
  auto der = sgp32::encode_json(options.type, *json, {.version = *version});
  if (!der) return console.fail(der.error());
  console.print(to_hex(*der) + "\n");
  return kClean;
}

int run_package_decode(const PackageOptions& options, Console& console) {
  auto message = given_message(options.input);
  if (!message) return console.fail(message.error());
  auto reading = options.strict ? sgp32::Reading::strict : sgp32::Reading::tolerant;
  auto version = given_version(options.version);
  if (!version) return console.fail(version.error());
  if (options.format == OutputFormat::text) {
    console.print(sgp32::describe(
        *message, {.type_name = options.type, .version = *version, .reading = reading}));
    return kClean;
  }
  if (options.type.empty()) {
    return console.fail(make_diagnostic(Code::E0003, "JSON needs to know the message's type",
                                        "give `--as TYPE`; `sojourn package types` lists them"));
  }
  auto json = sgp32::decode_json(options.type, *message,
                                 {.version = *version, .reading = reading, .indent = 2});
  if (!json) return console.fail(json.error());
  console.print(*json + "\n");
  return kClean;
}

int run_package_sign(const PackageOptions& options, Console& console) {
  auto data = given_message(options.input);
  if (!data) return console.fail(data.error());
  auto content = sgp32::read<sgp32::EuiccPackageSigned>(*data, sgp32::Version::v1_2);
  if (!content) return console.fail(content.error());
  auto pem = key_text(options.key);
  if (!pem) return console.fail(pem.error());
  auto key = eim::SigningKey::from_pem(*pem);
  if (!key) return console.fail(key.error());
  auto signature = key->sign(eim::signed_bytes(*data, options.token));
  if (!signature) return console.fail(signature.error());
  sgp32::EuiccPackageRequest request;
  request.package.value = std::move(content).value();
  request.package.encoding = *data;
  request.signature = *signature;
  auto message = sgp32::write(request, sgp32::Version::v1_2);
  if (!message) return console.fail(message.error());
  console.print(to_hex(*message) + "\n");
  return kClean;
}

int run_package_verify(const PackageOptions& options, Console& console) {
  auto version = given_version(options.version);
  if (!version) return console.fail(version.error());
  auto message = given_message(options.input);
  if (!message) return console.fail(message.error());
  auto part = signed_part(*message, *version);
  if (!part) return console.fail(part.error());
  auto key = verifying_key(options);
  if (!key) return console.fail(key.error());
  bool holds = key->verify(eim::signed_bytes(part->data, options.token), part->signature);
  console.print(holds ? "the signature holds\n" : "the signature does not hold\n");
  return holds ? kClean : kFindings;
}

}  // namespace sojourn::cli
