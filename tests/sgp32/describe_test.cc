// The readable dump, and telling versions apart.
#include "adapters/sgp32/describe.h"
#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/telling.h"
#include "tests/sgp32/vectors.h"

using namespace sojourn;
using namespace sojourn::sgp32;
using nlohmann::json;

TEST_CASE("a telling message gives its version away") {
  json vectors = test::load_shared("v1.0.json");
  if (vectors.is_discarded()) return;
  for (const json& one : vectors) {
    if (one["version"] != "telling") continue;
    INFO(one["name"].get<std::string>());
    std::optional<Version> version =
        version_spoken(one["type"].get<std::string>(), test::bytes_of(one));
    std::string spoken = version ? std::string(version_text(*version)) : "none";
    CHECK(spoken == (one["speaks"].is_null() ? "none" : one["speaks"].get<std::string>()));
  }
}

TEST_CASE("no golden message of one version is taken for the other") {
  json own = test::load(test::kOwnVectors, "golden.json");
  for (const json& one : own) {
    INFO(one["name"].get<std::string>());
    std::optional<Version> version =
        version_spoken(one["type"].get<std::string>(), test::bytes_of(one));
    if (version) CHECK(std::string(version_text(*version)) == one.value("version", "1.2"));
  }
}

TEST_CASE("describe shows names, values and offsets") {
  Bytes message = *from_hex("bf4f195a10890490321234512345123456789012358000810103820313f003");
  message[2] = 0x1c;  // the length of all four members
  CHECK(describe(message) ==
        "GetEimPackageRequest, SGP.32 1.2, 31 bytes\n"
        "      0  bf4f 28       GetEimPackageRequest\n"
        "      3  5a 16           eidValue: 89049032123451234512345678901235\n"
        "     21  80 0            notifyStateChange: present\n"
        "     23  81 1            stateChangeCause: 3 (local)\n"
        "     26  82 3            rPLMN: 13f003\n");
}

TEST_CASE("describe points at what is wrong, after everything before it") {
  Bytes message = *from_hex("bf511ea01c300e800161810101830101300383010a5f370a00000000000000000000");
  std::string text = describe(message, {.type_name = "EuiccPackageResult"});
  INFO(text);
  CHECK(text.find("enableResult: 10") != std::string::npos);
  CHECK(text.find("byte 21: `euiccPackageResultSigned` announces more bytes") != std::string::npos);
  message[16] = 0x07;  // no SEQUENCE any more
  text = describe(message, {.type_name = "EuiccPackageResult"});
  INFO(text);
  CHECK(text.find("seqNumber: 1") != std::string::npos);
  CHECK(text.find("error: byte 16: `euiccResult` is missing\n") != std::string::npos);
  CHECK(text.find('^') != std::string::npos);
}

TEST_CASE("describe never lets a message speak to the terminal") {
  Bytes message = *from_hex("bf5407a00580031b5b41");
  std::string text = describe(message, {.type_name = "ProfileDownloadTriggerRequest"});
  INFO(text);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\\x1b") != std::string::npos);
}
