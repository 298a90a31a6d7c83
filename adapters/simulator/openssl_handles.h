// Private. OpenSSL's objects with owners, and the two conversions that keys and certificates share.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/result.h"

namespace sojourn::simulator::openssl {

struct Free {
  void operator()(BIO* x) const { BIO_free_all(x); }
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
  void operator()(EVP_PKEY_CTX* x) const { EVP_PKEY_CTX_free(x); }
  void operator()(EVP_MD_CTX* x) const { EVP_MD_CTX_free(x); }
  void operator()(ECDSA_SIG* x) const { ECDSA_SIG_free(x); }
  void operator()(X509* x) const { X509_free(x); }
  void operator()(X509_NAME* x) const { X509_NAME_free(x); }
  void operator()(X509_EXTENSION* x) const { X509_EXTENSION_free(x); }
  void operator()(CERTIFICATEPOLICIES* x) const { CERTIFICATEPOLICIES_free(x); }
  void operator()(NAME_CONSTRAINTS* x) const { NAME_CONSTRAINTS_free(x); }
  void operator()(BIGNUM* x) const { BN_free(x); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// E0871 with OpenSSL's reason; empties its queue of errors.
inline Diagnostic refused(std::string what) {
  unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  if (reason != nullptr) what += std::string(": ") + reason;
  return make_diagnostic(Code::E0871, std::move(what));
}

// Null for anything but an unencrypted private key: nobody is asked for a password.
inline Owned<EVP_PKEY> key_from_pem(std::string_view pem) {
  Owned<BIO> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto no_password = [](char*, int, int, void*) { return 0; };
  return Owned<EVP_PKEY>(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr));
}

inline std::string text_of(BIO* memory) {
  char* data = nullptr;
  long size = BIO_get_mem_data(memory, &data);
  return size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

}  // namespace sojourn::simulator::openssl
