// sojourn package encode|decode|sign|verify: eUICC packages and ESipa messages by hand.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "adapters/cli/commands.h"
#include "adapters/eim/package_tool.h"
#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/describe.h"
#include "adapters/sgp32/json.h"
#include "engine/base/diagnostic_code.h"
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
  auto version = given_version(options.version);
  if (!version) return console.fail(version.error());
  auto data = given_message(options.input);
  if (!data) return console.fail(data.error());
  auto pem = read_file(options.key, limits::kSourceBytesMax);
  if (!pem) return console.fail(pem.error());
  auto key = eim::SigningKey::from_pem(*pem);
  if (!key) return console.fail(key.error());
  auto request = eim::sign_package(*data, *key, options.token, *version);
  if (!request) return console.fail(request.error());
  console.print(to_hex(*request) + "\n");
  return kClean;
}

int run_package_verify(const PackageOptions& options, Console& console) {
  auto message = given_message(options.input);
  if (!message) return console.fail(message.error());
  auto file = read_file(options.key, limits::kSourceBytesMax);
  if (!file) return console.fail(file.error());
  auto key = eim::load_verifying_key(as_bytes(*file));
  if (!key) return console.fail(key.error());
  eim::VerifyOptions verify;
  verify.association_token = options.token;
  if (!options.eim_signature.empty()) {
    auto signature = given_message(options.eim_signature);
    if (!signature) return console.fail(signature.error());
    verify.eim_signature = *signature;
  }
  auto verified = eim::verify_message(*message, *key, verify);
  if (verified) {
    console.print("holds: " + *verified + "\n");
    return kClean;
  }
  console.fail(verified.error());
  return verified.error().code == Code::E0814 ? kFindings : kUnusable;
}

}  // namespace sojourn::cli
