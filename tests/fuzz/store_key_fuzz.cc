// Bytes as a damaged file may hold them where a key should be.
#include <cstdlib>

#include "engine/base/store_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sojourn;
  auto key = StoreKey::from_stored({data, size});
  if (!key) return 0;
  if (compare_bytes(key->bytes(), {data, size}) != 0) std::abort();
  // What is read as parts is written as the same bytes.
  StoreKeyReader parts(*key);
  StoreKey again(parts.space(), parts.tenant(), parts.schema_version());
  std::int64_t number = parts.read_signed();
  Bytes bytes = parts.read_bytes();
  Eid eid = parts.read_eid();
  if (parts.complete() && again.add_signed(number).add_bytes(bytes).add_eid(eid) != *key) {
    std::abort();
  }
  if (describe(*key).empty() || !StoreRange::with_prefix(*key).contains(*key)) std::abort();
  return 0;
}
