// The keys of the simulated world: P-256, ECDSA with SHA-256, signatures as plain r||s.
//
// Written apart from the eIM's signing, over OpenSSL's own ECDSA_SIG, so that an error in one is
// not in the other. Stricter, too: an eUICC takes r||s of 64 bytes and nothing else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace sojourn::simulator {

// The key whose private half its owner holds: an eUICC's, or in tests an eIM's.
class PrivateKey {
 public:
  static Result<PrivateKey> generate();
  // PEM of an unencrypted EC private key. E0871 for anything else, or another curve than P-256.
  static Result<PrivateKey> from_pem(std::string_view pem);

  Bytes sign(ByteView bytes) const;  // 64 bytes
  Bytes public_key_info() const;     // SubjectPublicKeyInfo, with its 30
  std::string pem() const;           // PKCS#8, unencrypted

 private:
  struct Handle;
  explicit PrivateKey(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}
  std::shared_ptr<Handle> handle_;  // shared by copies; never changes
};

// Whose signature an eUICC believes.
class TrustedKey {
 public:
  static Result<TrustedKey> from_public_key_info(ByteView der);  // E0871
  static Result<TrustedKey> from_certificate(ByteView der);      // E0871; checks no chain

  bool verify(ByteView bytes, ByteView signature) const;
  Bytes public_key_info() const;

 private:
  struct Handle;
  explicit TrustedKey(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}
  std::shared_ptr<Handle> handle_;
};

}  // namespace sojourn::simulator
