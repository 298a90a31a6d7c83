#include "adapters/simulator/keys.h"

#include <openssl/ec.h>

#include <cassert>

#include "adapters/simulator/openssl_handles.h"

namespace sojourn::simulator {
namespace {

using openssl::Owned;

constexpr int kCoordinateBytes = 32;

// Absent when it is a P-256 key.
std::optional<Diagnostic> unusable(const EVP_PKEY* key) {
  if (key == nullptr) return openssl::refused("the key cannot be read");
  char group[32] = "";
  std::size_t size = 0;
  bool named = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
               EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1;
  if (!named || std::string_view(group, size) != "prime256v1") {
    return openssl::refused("the key is not an EC key on P-256");
  }
  return std::nullopt;
}

Bytes public_half(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  Bytes info(der, der + size);
  OPENSSL_free(der);
  return info;
}

}  // namespace

// --- private -------------------------------------------------------------------------------------

struct PrivateKey::Handle {
  Owned<EVP_PKEY> key;
};

Result<PrivateKey> PrivateKey::generate() {
  auto handle = std::make_shared<Handle>();
  handle->key.reset(EVP_EC_gen("P-256"));
  if (handle->key == nullptr) return openssl::refused("no key can be made");
  return PrivateKey(std::move(handle));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  auto handle = std::make_shared<Handle>();
  handle->key = openssl::key_from_pem(pem);
  if (std::optional<Diagnostic> refusal = unusable(handle->key.get())) return *refusal;
  return PrivateKey(std::move(handle));
}

Bytes PrivateKey::sign(ByteView bytes) const {
  Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  unsigned char der[80];  // 72 at most
  std::size_t der_size = sizeof der;
  bool made =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, handle_->key.get()) == 1 &&
      EVP_DigestSign(context.get(), der, &der_size, bytes.data(), bytes.size()) == 1;
  assert(made && "a P-256 key in memory always signs");
  const unsigned char* in = der;
  Owned<ECDSA_SIG> numbers(made ? d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der_size))
                                : nullptr);
  Bytes plain(2 * kCoordinateBytes, 0);
  if (numbers == nullptr) return plain;  // verifies nowhere
  BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), plain.data(), kCoordinateBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), plain.data() + kCoordinateBytes, kCoordinateBytes);
  return plain;
}

Bytes PrivateKey::public_key_info() const { return public_half(handle_->key.get()); }

std::string PrivateKey::pem() const {
  Owned<BIO> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), handle_->key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return openssl::text_of(out.get());
}

// --- public --------------------------------------------------------------------------------------

struct TrustedKey::Handle {
  Owned<EVP_PKEY> key;
};

Result<TrustedKey> TrustedKey::from_public_key_info(ByteView der) {
  const unsigned char* in = der.data();
  auto handle = std::make_shared<Handle>();
  handle->key.reset(d2i_PUBKEY(nullptr, &in, static_cast<long>(der.size())));
  if (std::optional<Diagnostic> refusal = unusable(handle->key.get())) return *refusal;
  return TrustedKey(std::move(handle));
}

Result<TrustedKey> TrustedKey::from_certificate(ByteView der) {
  const unsigned char* in = der.data();
  Owned<X509> certificate(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
  if (certificate == nullptr) return openssl::refused("the certificate cannot be read");
  auto handle = std::make_shared<Handle>();
  handle->key.reset(X509_get_pubkey(certificate.get()));
  if (std::optional<Diagnostic> refusal = unusable(handle->key.get())) return *refusal;
  return TrustedKey(std::move(handle));
}

bool TrustedKey::verify(ByteView bytes, ByteView signature) const {
  if (signature.size() != 2 * kCoordinateBytes) return false;
  Owned<ECDSA_SIG> numbers(ECDSA_SIG_new());
  Owned<BIGNUM> r(BN_bin2bn(signature.data(), kCoordinateBytes, nullptr));
  Owned<BIGNUM> s(BN_bin2bn(signature.data() + kCoordinateBytes, kCoordinateBytes, nullptr));
  ECDSA_SIG_set0(numbers.get(), r.release(), s.release());
  unsigned char* der = nullptr;
  int der_size = i2d_ECDSA_SIG(numbers.get(), &der);
  if (der_size <= 0) return false;
  Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  bool holds = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr,
                                    handle_->key.get()) == 1 &&
               EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(der_size),
                                bytes.data(), bytes.size()) == 1;
  OPENSSL_free(der);
  ERR_clear_error();
  return holds;
}

Bytes TrustedKey::public_key_info() const { return public_half(handle_->key.get()); }

}  // namespace sojourn::simulator
