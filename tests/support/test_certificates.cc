#include "tests/support/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace sojourn::testing {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Bio = std::unique_ptr<BIO, Free>;

void demand(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make a test certificate");
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

TestCertificate to_pem(X509* certificate, EVP_PKEY* key) {
  Bio first(BIO_new(BIO_s_mem()));
  demand(PEM_write_bio_X509(first.get(), certificate) == 1);
  Bio second(BIO_new(BIO_s_mem()));
  demand(PEM_write_bio_PKCS8PrivateKey(second.get(), key, nullptr, nullptr, 0, nullptr, nullptr) ==
         1);
  return {text_of(first.get()), text_of(second.get())};
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  demand(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

Certificate begin(const TestSubject& subject, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  demand(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  unsigned char serial[8];
  demand(RAND_bytes(serial, sizeof serial) == 1);
  serial[0] &= 0x7F;
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), subject.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), subject.valid_to_s);
  demand(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(subject.name.c_str()),
                                    -1, -1, 0) == 1);
  demand(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) {
  Key key(EVP_EC_gen("P-256"));
  demand(key != nullptr);
  Certificate certificate = begin({.name = name}, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  demand(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  own_ = to_pem(certificate.get(), key.get());
}

TestCertificate TestAuthority::issue(const TestSubject& subject) const {
  Bio certificate_text(BIO_new_mem_buf(own_.certificate_pem.data(), -1));
  Bio key_text(BIO_new_mem_buf(own_.private_key_pem.data(), -1));
  Certificate issuer(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  Key issuer_key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  Key key(EVP_EC_gen("P-256"));
  demand(issuer != nullptr && issuer_key != nullptr && key != nullptr);
  Certificate certificate = begin(subject, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  extend(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
  extend(certificate.get(), issuer.get(), NID_subject_alt_name, "DNS:" + subject.name);
  extend(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  demand(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) > 0);
  return to_pem(certificate.get(), key.get());
}

}  // namespace sojourn::testing
