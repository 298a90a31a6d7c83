// What is signed in SGP.32, by which key, and whether a signature holds.
//
//   Result<SigningKey> key = SigningKey::from_pem(text);
//   Bytes signature = *key->sign(signed_bytes(package_der, association_token));   // 64 bytes, r||s
//   Result<VerifyingKey> euicc = VerifyingKey::from_certificate(certificate_der);
//   bool holds = euicc->verify(signed_bytes(result.data.encoding, association_token), signature);
//
// ECDSA with SHA-256 on P-256 (or brainpoolP256r1), signatures as BSI TR-03111 plain r||s. Always
// over the received bytes of a signed part, never over a re-encoding.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace sojourn::eim {

// The complete TLV of the signed part followed by the association token's TLV `84 len INTEGER`;
// `84 01 00` when none is configured. For eimSignature, and since 1.1 for euiccSignEPR and
// euiccSignEPE.
Bytes signed_bytes(ByteView signed_part, std::optional<std::int64_t> association_token);
// 1.0: a result's data followed by the eimSignature of the package that it answers.
Bytes signed_bytes_in_1_0(ByteView result_data, ByteView eim_signature);

// Signs packages. The port behind which a key may also sit in an HSM.
class PackageSigner {
 public:
  virtual ~PackageSigner() = default;
  // 64 bytes, r||s, over SHA-256 of `bytes`. E0812 when the key cannot sign.
  virtual Result<Bytes> sign(ByteView bytes) = 0;
};

// A private key in this process. Not for several threads at once: clone() one for each.
class SigningKey final : public PackageSigner {
 public:
  // PEM of an unencrypted EC private key (SEC 1 or PKCS#8). E0811 for anything else, or a curve
  // whose signatures are not 64 bytes. The text is not kept.
  static Result<SigningKey> from_pem(std::string_view pem);

  Result<Bytes> sign(ByteView bytes) override;
  Bytes public_key_info() const;  // SubjectPublicKeyInfo, for EimConfigurationData
  Result<SigningKey> clone() const;

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey() override;

 private:
  struct Handle;
  explicit SigningKey(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

// A public key. The same thread rule.
class VerifyingKey {
 public:
  static Result<VerifyingKey> from_public_key_info(ByteView der);  // E0811
  static Result<VerifyingKey> from_certificate(ByteView der);      // E0811; checks no chain

  // Plain r||s, and, since some peers send it, DER.
  bool verify(ByteView bytes, ByteView signature);
  Bytes public_key_info() const;

  VerifyingKey(VerifyingKey&&) noexcept;
  VerifyingKey& operator=(VerifyingKey&&) noexcept;
  ~VerifyingKey();

 private:
  struct Handle;
  explicit VerifyingKey(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

// Signature formats: r||s of 64 bytes, and the DER that OpenSSL speaks.
std::optional<Bytes> plain_from_der(ByteView der);
Bytes der_from_plain(ByteView plain);  // Requires: 64 bytes.

}  // namespace sojourn::eim
