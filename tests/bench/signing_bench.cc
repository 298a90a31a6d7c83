// Signing and verifying a package's bytes. Bar: signing reaches 85% of `openssl speed ecdsap256`.
#include <benchmark/benchmark.h>

#include "adapters/eim/signing.h"

using namespace sojourn;
using namespace sojourn::eim;

namespace {

const char* const kPem =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIBN8mrFIDE8aunkBQS2ZaoHbiTGnk+bfNKeHZN+ONZfOoAoGCCqGSM49\n"
    "AwEHoUQDQgAERpH5mbwO7X7QzZ+CHKsWM7zWZBkECGzK3MizgZ7kT8ZTVRFp6anM\n"
    "GRYOiuHcEoux7oIFNAzcJEoLSGRcOZiCHg==\n"
    "-----END EC PRIVATE KEY-----\n";

void sign(benchmark::State& state) {
  Result<SigningKey> key = SigningKey::from_pem(kPem);
  Bytes bytes = signed_bytes(Bytes(90, 0x30), 5);
  for (auto _ : state) {
    Result<Bytes> signature = key->sign(bytes);
    benchmark::DoNotOptimize(signature);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sign);

void verify(benchmark::State& state) {
  Result<SigningKey> key = SigningKey::from_pem(kPem);
  Result<VerifyingKey> verifier = VerifyingKey::from_public_key_info(key->public_key_info());
  Bytes bytes = signed_bytes(Bytes(90, 0x30), 5);
  Bytes signature = *key->sign(bytes);
  for (auto _ : state) {
    bool holds = verifier->verify(bytes, signature);
    benchmark::DoNotOptimize(holds);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify);

}  // namespace
