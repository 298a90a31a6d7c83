// Any bytes, read as every message type in both versions and both modes. Nothing may crash; what
// the strict reading takes without a note is DER, so writing it again must give the same bytes;
// what the general reader takes, the typed reader takes; describing never fails.
#include <cstdio>
#include <cstdlib>

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/describe.h"
#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/value.h"

using namespace sojourn;
using namespace sojourn::sgp32;

namespace {

[[noreturn]] void fail(const char* what, std::string_view type) {
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(type.size()), type.data());
  std::abort();
}

void check_general(const Type& type, ByteView bytes, Version version) {
  PartlyDecoded strict = decode_as_far_as_possible(type, bytes, version, Reading::strict);
  Result<Decoded> tolerant = decode(type, bytes, version, Reading::tolerant);
  if (!strict.refusal && !tolerant) fail("strict takes what tolerant refuses", type.name);
  if (!strict.refusal && strict.oddities.empty()) {
    Result<Bytes> again = encode(strict.value, version);
    if (!again) fail("what was read cannot be written", type.name);
    if (!std::equal(again->begin(), again->end(), bytes.begin(), bytes.end())) {
      fail("writing again gives other bytes", type.name);
    }
  }
}

template <class Message>
void check_typed(const char* type_name, ByteView bytes) {
  for (Version version : {Version::v1_0, Version::v1_2}) {
    for (Reading reading : {Reading::strict, Reading::tolerant}) {
      bool general = decode(*find_type(type_name, version), bytes, version, reading).ok();
      Result<Message> message = read<Message>(bytes, version, reading);
      if (general && !message) fail("typed refuses what general takes", type_name);
      if (message && !write(*message, version)) fail("typed cannot write what it read", type_name);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  for (const CatalogueEntry& entry : catalogue()) {
    for (Version version : {Version::v1_0, Version::v1_2}) {
      if (entry.type(version) != nullptr) check_general(*entry.type(version), bytes, version);
    }
  }
  check_typed<EuiccPackageSigned>("EuiccPackageSigned", bytes);
  check_typed<EuiccPackageRequest>("EuiccPackageRequest", bytes);
  check_typed<EuiccPackageResult>("EuiccPackageResult", bytes);
  check_typed<GetEimPackageRequest>("GetEimPackageRequest", bytes);
  check_typed<GetEimPackageResponse>("GetEimPackageResponse", bytes);
  check_typed<ProvideEimPackageResult>("ProvideEimPackageResult", bytes);
  check_typed<HandleNotification>("HandleNotificationEsipa", bytes);
  if (describe(bytes).empty()) fail("describe", "nothing");
  return 0;
}
