// Signing and verifying whole packages by hand: what `sojourn package sign` and `verify` do.
#pragma once

#include <optional>
#include <string>

#include "adapters/eim/signing.h"
#include "adapters/sgp32/schema.h"

namespace sojourn::eim {

// A EuiccPackageSigned as the EuiccPackageRequest that a device is sent. The package must be strict
// DER of its version. Errors: what the reader found, E0812.
Result<Bytes> sign_package(ByteView package_signed, PackageSigner& signer,
                           std::optional<std::int64_t> association_token,
                           sgp32::Version version = sgp32::Version::v1_2);

struct VerifyOptions {
  std::optional<std::int64_t> association_token{};
  Bytes eim_signature{};  // of the package that a 1.0 result answers; empty: not tried
};
// Verifies the signature of a EuiccPackageRequest or a signed EuiccPackageResult (also inside a
// GetEimPackageResponse or a ProvideEimPackageResult), and says what was verified: "eimSignature
// over 82 bytes and token 5". E0814 when it does not hold, E0802 when there is nothing signed.
Result<std::string> verify_message(ByteView message, VerifyingKey& key,
                                   const VerifyOptions& options = {});

// A public key or a certificate, PEM or DER. E0811.
Result<VerifyingKey> load_verifying_key(ByteView file);

}  // namespace sojourn::eim
