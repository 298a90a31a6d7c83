// What a configuration names is tried before anything starts.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>

#include "adapters/simulator/certificate_maker.h"
#include "tests/service/demo_folder.h"
#include "tests/service/served.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

Instant days_from_now(int days) {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count() +
          days * std::int64_t{86'400'000}};
}

simulator::CertificateMaker maker_of(int first_day, int days) {
  simulator::CertificateMakerOptions options;
  options.valid_from = days_from_now(first_day);
  options.valid_days = days;
  return simulator::CertificateMaker::make(options).value();
}

struct KeyAndCertificate {
  std::string key, certificate;
};

// Signed by itself, on any curve.
KeyAndCertificate on_curve(const char* curve) {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen(curve), EVP_PKEY_free);
  std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400);
  X509_set_pubkey(made.get(), key.get());
  REQUIRE(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  auto text_of = [](auto write) {
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    write(out.get());
    char* begin = nullptr;
    long size = BIO_get_mem_data(out.get(), &begin);
    return std::string(begin, static_cast<std::size_t>(size));
  };
  return {text_of([&](BIO* out) {
            PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          text_of([&](BIO* out) { PEM_write_bio_X509(out, made.get()); })};
}

std::string said_about(const std::string& folder) {
  ProgramRun shown = run_shell("sojourn serve --print-config serve.json", folder);
  CHECK(shown.exit_code == 2);
  Served service(folder);
  CHECK_FALSE(service.start());
  CHECK_FALSE(std::filesystem::exists(folder + "/sojourn.store"));
  return shown.err;
}

}  // namespace

TEST_CASE("certificates out of date are told with the others before a start") {
  ScratchFolder scratch;
  std::string folder = make_folder(scratch, "demo", 1);
  auto ended = maker_of(-30, 29).issue_tls_server({"127.0.0.1"}).value();
  write(folder + "/tls.pem", ended.certificate_pem());
  write(folder + "/tls.key", ended.private_key_pem);
  write(folder + "/ci.pem", maker_of(-9, 7).ci().certificate_pem());
  std::string said = said_about(folder);
  INFO(said);
  CHECK(holds(said, "E0865"));
  for (const char* place : {"`/rest`: ", "`/esipa/https`: ", "`/esipa/coap`: "}) {
    CHECK(holds(said, place));
  }
  CHECK(holds(said, "the certificate was valid until "));
  std::size_t root = said.find("`/tenants/demo/eim/ci_certificates`: ");
  REQUIRE(root != std::string::npos);
  CHECK(holds(said.substr(root), "the certificate was valid until "));
}

TEST_CASE("keys on curves that cards and devices do not speak are told before a start") {
  ScratchFolder scratch;
  std::string folder = make_folder(scratch, "demo", 1);
  write(folder + "/eim.key", on_curve("secp256k1").key);
  KeyAndCertificate tls = on_curve("secp384r1");
  write(folder + "/tls.pem", tls.certificate);
  write(folder + "/tls.key", tls.key);
  std::string said = said_about(folder);
  INFO(said);
  CHECK(holds(said, "neither on P-256 nor on brainpoolP256r1"));
  CHECK_FALSE(holds(said, "`/rest`: "));  // people's clients take it
  for (const char* place : {"`/esipa/https`: ", "`/esipa/coap`: "}) CHECK(holds(said, place));
  CHECK(holds(said, "the certificate's key is not on P-256"));
}

TEST_CASE("maps and policies are tried with the keys before a start") {
  ScratchFolder scratch;
  std::string folder = make_folder(scratch, "demo", 1);
  write(folder + "/tokens.json", "{}");
  SECTION("a policy") {
    write(folder + "/policy.sojourn", "when regoin in BR then profile = vivo-local\n");
    std::string said = said_about(folder);
    INFO(said);
    CHECK(holds(said, "`/rest/tokens`: "));
    CHECK(holds(said, "`/tenants/demo/policy`: "));
    CHECK(holds(said, "E0882"));
    CHECK(holds(said, "policy.sojourn:1:"));
    CHECK(holds(said, "\n  | error[E"));  // line by line, as `sojourn check` shows it
    CHECK(holds(said, "\n  | 1 | when regoin in BR"));
  }
  SECTION("maps") {
    std::filesystem::create_directory(folder + "/maps");
    replace_in(folder + "/serve.json", "{", "{\"geodata\": \"maps\",");
    std::string said = said_about(folder);
    INFO(said);
    CHECK(holds(said, "`/rest/tokens`: "));
    CHECK(holds(said, "`/geodata`: "));
  }
}

TEST_CASE("a new certificate that is out of date does not take the place of a good one") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  replace_in(service.folder() + "/serve.json", "{", "{\"log\": \"log\",");
  REQUIRE(service.start());
  auto ended = maker_of(-30, 29).issue_tls_server({"127.0.0.1"}).value();
  write(service.folder() + "/tls.pem", ended.certificate_pem());
  write(service.folder() + "/tls.key", ended.private_key_pem);
  service.signal(SIGHUP);
  std::string log;
  for (int i = 0; i < 200 && !holds(log, "\"reloaded\""); ++i) {
    run_shell("sleep 0.05");
    log = read_whole(service.folder() + "/log");
  }
  CHECK(holds(log, "E0865"));
  CHECK(service.ask("devices list").exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
}
