// Any bytes, read in both versions and both modes as every message type that begins like them, and
// as one that does not. Nothing may crash; what the strict reading takes without a note is DER, so
// writing it again must give the same bytes; what the general reader takes, the typed reader takes;
// describing never fails.
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

bool starts_with(ByteView bytes, Tag tag) {
  std::size_t size = static_cast<std::size_t>(tag_size(tag));
  if (bytes.size() < size) return false;
  Tag start = 0;
  for (std::size_t i = 0; i < size; ++i) start = (start << 8) | bytes[i];
  return (start | form_bit(tag)) == (tag | form_bit(tag));
}

bool begins_like(const Type& type, ByteView bytes) {
  if (type.tag != kNoTag) return starts_with(bytes, type.tag);
  if (type.kind != Kind::choice) return true;
  for (const Member& alternative : type.members) {
    Tag tag = alternative.own_tag;
    if (tag != kNoTag ? starts_with(bytes, tag) : begins_like(*alternative.type, bytes))
      return true;
  }
  return false;
}

template <class Message>
void check_typed(const char* type_name, ByteView bytes) {
  for (Version version : {Version::v1_0, Version::v1_2}) {
    if (!begins_like(*find_type(type_name, version), bytes)) continue;
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
  std::size_t other = size % catalogue().size();
  for (const CatalogueEntry& entry : catalogue()) {
    bool chosen = other-- == 0;
    for (Version version : {Version::v1_0, Version::v1_2}) {
      const Type* type = entry.type(version);
      if (type == nullptr || (!chosen && !begins_like(*type, bytes))) continue;
      check_general(*type, bytes, version);
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
