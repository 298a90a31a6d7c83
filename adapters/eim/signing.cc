#include "adapters/eim/signing.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cassert>

#include "adapters/sgp32/der.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {
namespace {

constexpr std::size_t kCoordinateBytes = 32;  // of r and of s, on a 256-bit curve
constexpr std::size_t kSignatureBytes = 2 * kCoordinateBytes;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, Free>;
using ContextPointer = std::unique_ptr<EVP_PKEY_CTX, Free>;

// OpenSSL's reason, and an empty error queue.
std::string openssl_reason() {
  char text[160] = "unknown reason";
  if (unsigned long error = ERR_get_error(); error != 0) {
    ERR_error_string_n(error, text, sizeof text);
  }
  ERR_clear_error();
  return text;
}

Diagnostic key_refused(std::string_view what) {
  return make_diagnostic(Code::E0811, std::string(what),
                         "SGP.32 needs an ECDSA key on P-256 (or brainpoolP256r1)");
}

// Those of SGP.22: NIST P-256 and brainpoolP256r1. There are others of 256 bits.
bool is_curve_of_cards(const EVP_PKEY* key) {
  char name[64];
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, name, sizeof name, &length) != 1) return false;
  std::string_view curve(name, length);
  return curve == "prime256v1" || curve == "P-256" || curve == "brainpoolP256r1";
}

// Absent when usable: an EC key of 256 bits.
std::optional<Diagnostic> unusable(const EVP_PKEY* key) {
  if (key == nullptr) return key_refused("the key cannot be read: " + openssl_reason());
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return key_refused("the key is not an EC key");
  if (EVP_PKEY_get_bits(key) != 8 * static_cast<int>(kCoordinateBytes)) {
    return key_refused("the key is not on a curve of 256 bits");
  }
  if (!is_curve_of_cards(key)) {
    return key_refused("the key is neither on P-256 nor on brainpoolP256r1");
  }
  return std::nullopt;
}

Bytes public_key_info_of(const EVP_PKEY* key) {
  int length = i2d_PUBKEY(key, nullptr);
  if (length <= 0) return {};
  Bytes der(static_cast<std::size_t>(length));
  unsigned char* out = der.data();
  i2d_PUBKEY(key, &out);
  return der;
}

}  // namespace

Bytes signed_bytes(ByteView signed_part, std::optional<std::int64_t> association_token) {
  Bytes bytes;
  bytes.reserve(signed_part.size() + 10);
  bytes.assign(signed_part.begin(), signed_part.end());
  sgp32::DerWriter(bytes).integer(0x84, association_token.value_or(0));
  return bytes;
}

Bytes signed_bytes_in_1_0(ByteView result_data, ByteView eim_signature) {
  Bytes bytes(result_data.begin(), result_data.end());
  bytes.insert(bytes.end(), eim_signature.begin(), eim_signature.end());
  return bytes;
}

// --- signature formats ---------------------------------------------------------------------------

std::optional<Bytes> plain_from_der(ByteView der) {
  sgp32::Context context;
  sgp32::Element outer;
  sgp32::Cursor in(der, context);
  if (in.at_end() || !in.next(outer) || !in.at_end() || outer.tag != sgp32::kTagSequence) {
    return std::nullopt;
  }
  Bytes plain(kSignatureBytes, 0);
  sgp32::Cursor numbers(outer.content, context);
  for (std::size_t end : {kCoordinateBytes, kSignatureBytes}) {
    sgp32::Element number;
    if (numbers.at_end() || !numbers.next(number) || number.tag != sgp32::kTagInteger) {
      return std::nullopt;
    }
    ByteView content = number.content;
    if (content.empty() || content[0] >= 0x80) return std::nullopt;  // negative
    while (content.size() > 1 && content[0] == 0) content = content.subspan(1);
    if (content.size() > kCoordinateBytes) return std::nullopt;
    std::copy(content.begin(), content.end(),
              plain.begin() + static_cast<std::ptrdiff_t>(end - content.size()));
  }
  if (!numbers.at_end()) return std::nullopt;
  return plain;
}

Bytes der_from_plain(ByteView plain) {
  assert(plain.size() == kSignatureBytes);
  Bytes der;
  sgp32::DerWriter out(der);
  sgp32::DerWriter::Open sequence = out.open(sgp32::kTagSequence);
  for (std::size_t start : {std::size_t{0}, kCoordinateBytes}) {
    ByteView number = plain.subspan(start, kCoordinateBytes);
    while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
    Bytes content;
    if (number[0] >= 0x80) content.push_back(0);
    content.insert(content.end(), number.begin(), number.end());
    out.octets(sgp32::kTagInteger, content);
  }
  out.close(sequence);
  return der;
}

// --- signing -------------------------------------------------------------------------------------

struct SigningKey::Handle {
  KeyPointer key;
  ContextPointer context;  // initialised once: setting it up costs more than a hash
};

SigningKey::SigningKey(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Never asks a person: an encrypted key is refused.
  auto no_password = [](char*, int, int, void*) { return 0; };
  auto handle = std::make_unique<Handle>();
  handle->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (std::optional<Diagnostic> refusal = unusable(handle->key.get())) return *refusal;
  handle->context.reset(EVP_PKEY_CTX_new(handle->key.get(), nullptr));
  if (handle->context == nullptr || EVP_PKEY_sign_init(handle->context.get()) != 1) {
    return key_refused("the key cannot sign: " + openssl_reason());
  }
  return SigningKey(std::move(handle));
}

Result<SigningKey> SigningKey::clone() const {
  auto handle = std::make_unique<Handle>();
  EVP_PKEY_up_ref(handle_->key.get());
  handle->key.reset(handle_->key.get());
  handle->context.reset(EVP_PKEY_CTX_new(handle->key.get(), nullptr));
  if (handle->context == nullptr || EVP_PKEY_sign_init(handle->context.get()) != 1) {
    return key_refused("the key cannot sign: " + openssl_reason());
  }
  return SigningKey(std::move(handle));
}

Result<Bytes> SigningKey::sign(ByteView bytes) {
  Sha256Digest digest = sha256(bytes);
  unsigned char der[80];  // 72 at most
  std::size_t der_size = sizeof der;
  std::optional<Bytes> plain;
  if (EVP_PKEY_sign(handle_->context.get(), der, &der_size, digest.data(), digest.size()) == 1) {
    plain = plain_from_der({der, der_size});
  }
  if (!plain) return make_diagnostic(Code::E0812, "signing failed: " + openssl_reason());
  return std::move(*plain);
}

Bytes SigningKey::public_key_info() const { return public_key_info_of(handle_->key.get()); }

// --- verifying -----------------------------------------------------------------------------------

struct VerifyingKey::Handle {
  KeyPointer key;
  ContextPointer context;
};

VerifyingKey::VerifyingKey(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
VerifyingKey::VerifyingKey(VerifyingKey&&) noexcept = default;
VerifyingKey& VerifyingKey::operator=(VerifyingKey&&) noexcept = default;
VerifyingKey::~VerifyingKey() = default;

Result<VerifyingKey> VerifyingKey::from_public_key_info(ByteView der) {
  auto handle = std::make_unique<Handle>();
  const unsigned char* in = der.data();
  handle->key.reset(d2i_PUBKEY(nullptr, &in, static_cast<long>(der.size())));
  if (std::optional<Diagnostic> refusal = unusable(handle->key.get())) return *refusal;
  handle->context.reset(EVP_PKEY_CTX_new(handle->key.get(), nullptr));
  if (handle->context == nullptr || EVP_PKEY_verify_init(handle->context.get()) != 1) {
    return key_refused("the key cannot verify: " + openssl_reason());
  }
  return VerifyingKey(std::move(handle));
}

Result<VerifyingKey> VerifyingKey::from_certificate(ByteView der) {
  const unsigned char* in = der.data();
  std::unique_ptr<X509, Free> certificate(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
  if (certificate == nullptr) {
    return key_refused("the certificate cannot be read: " + openssl_reason());
  }
  EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  if (std::optional<Diagnostic> refusal = unusable(key)) return *refusal;
  return from_public_key_info(public_key_info_of(key));
}

bool VerifyingKey::verify(ByteView bytes, ByteView signature) {
  Sha256Digest digest = sha256(bytes);
  auto holds = [&](ByteView der) {
    bool good = EVP_PKEY_verify(handle_->context.get(), der.data(), der.size(), digest.data(),
                                digest.size()) == 1;
    ERR_clear_error();
    return good;
  };
  if (signature.size() == kSignatureBytes && holds(der_from_plain(signature))) return true;
  // Through r||s and back, so that only the shortest DER reaches OpenSSL.
  std::optional<Bytes> plain = plain_from_der(signature);
  return plain && holds(der_from_plain(*plain));
}

Bytes VerifyingKey::public_key_info() const { return public_key_info_of(handle_->key.get()); }

}  // namespace sojourn::eim
