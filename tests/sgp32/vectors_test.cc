// Every golden encoding, byte for byte, in both directions; every malformed input in both modes.
#include "tests/sgp32/vectors.h"

#include <set>

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/json.h"
#include "adapters/sgp32/value.h"

using namespace sojourn;
using namespace sojourn::sgp32;
using nlohmann::json;

namespace {

std::string text_of(const Diagnostic& diagnostic) { return diagnostic.message; }

void check_golden(const json& one) {
  INFO(one["name"].get<std::string>());
  std::string type = one["type"].get<std::string>();
  Bytes der = test::bytes_of(one);
  JsonOptions options;
  options.version = parse_version(one.value("version", "1.2")).value();
  for (Reading reading : {Reading::strict, Reading::tolerant}) {
    options.reading = reading;
    Result<std::string> decoded = decode_json(type, der, options);
    if (!decoded) FAIL(text_of(decoded.error()));
    CHECK(json::parse(*decoded) == one["value"]);
  }
  Result<Bytes> encoded = encode_json(type, one["value"].dump(), options);
  if (!encoded) FAIL(text_of(encoded.error()));
  CHECK(to_hex(*encoded) == to_hex(der));
}

void check_reading(const std::string& type, const Bytes& der, const json& expected,
                   const JsonOptions& options) {
  Result<std::string> decoded = decode_json(type, der, options);
  if (expected["expect"] == "reject") {
    INFO(expected.value("reason", ""));
    CHECK(!decoded.ok());
    return;
  }
  if (!decoded) FAIL(text_of(decoded.error()));
  CHECK(json::parse(*decoded) == expected["value"]);
}

}  // namespace

TEST_CASE("golden encodings of our own, both directions") {
  json vectors = test::load(test::kOwnVectors, "golden.json");
  REQUIRE(vectors.is_array());
  for (const json& one : vectors) check_golden(one);
}

TEST_CASE("golden encodings of SGP.32 1.2, both directions") {
  for (const char* file :
       {"packages", "requests", "get-eim-package", "package-results", "provide-result",
        "notifications", "transfer", "download-session", "large"}) {
    json vectors = test::load_shared(std::string(file) + ".json");
    if (vectors.is_discarded()) return;
    for (const json& one : vectors) check_golden(one);
  }
}

TEST_CASE("golden encodings of SGP.32 1.0, both directions") {
  json vectors = test::load_shared("v1.0.json");
  if (vectors.is_discarded()) return;
  for (const json& one : vectors) {
    if (one["version"] == "1.0") check_golden(one);
  }
}

TEST_CASE("bytes that the versions read differently") {
  json vectors = test::load_shared("v1.0.json");
  if (vectors.is_discarded()) return;
  for (const json& one : vectors) {
    if (one["version"] != "telling") continue;
    INFO(one["name"].get<std::string>());
    for (const char* version : {"1.0", "1.2"}) {
      INFO(version);
      JsonOptions options{.version = parse_version(version).value(), .reading = Reading::strict};
      check_reading(one["type"].get<std::string>(), test::bytes_of(one), one["reads"][version],
                    options);
    }
  }
}

namespace {

void check_invalid(const json& vectors) {
  for (const json& one : vectors) {
    INFO(one["name"].get<std::string>());
    for (Reading reading : {Reading::strict, Reading::tolerant}) {
      INFO((reading == Reading::strict ? "strict" : "tolerant"));
      check_reading(one["type"].get<std::string>(), test::bytes_of(one), one,
                    JsonOptions{.reading = reading});
    }
  }
}

}  // namespace

TEST_CASE("malformed and extended input of our own, strict and tolerant") {
  json vectors = test::load(test::kOwnVectors, "invalid.json");
  REQUIRE(vectors.is_array());
  check_invalid(vectors);
}

TEST_CASE("malformed and extended input, strict and tolerant") {
  json vectors = test::load_shared("invalid.json");
  if (!vectors.is_discarded()) check_invalid(vectors);
}

TEST_CASE("forms that are not DER") {
  // What the tolerant reading takes: unambiguous lengths, integers and truth values.
  const std::set<std::string> taken = {
      "epr-counter-non-minimal-ff",
      "der-length-81-get",
      "der-length-84-get",
      "der-length-81-inner",
      "der-boolean-true-01",
      "der-default-false-written-alone",
      "der-bits-trailing-zero-metadata",
  };
  json vectors = test::load_shared("invalid-strictness.json");
  if (vectors.is_discarded()) return;
  for (const json& one : vectors) {
    std::string name = one["name"].get<std::string>();
    INFO(name);
    std::string type = one["type"].get<std::string>();
    Bytes der = test::bytes_of(one);
    check_reading(type, der, one, JsonOptions{.reading = Reading::strict});
    const Type& schema = *find_type(type, Version::v1_2);
    Result<Decoded> tolerant = decode(schema, der, Version::v1_2, Reading::tolerant);
    CHECK(tolerant.ok() == taken.contains(name));
    if (tolerant) CHECK(!tolerant->oddities.empty());
  }
}
