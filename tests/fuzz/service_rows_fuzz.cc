// Rows of a device as a damaged store may hold them: each is refused or is what it was written
// from; a journal that can be read can be packed, thinned and read again.
#include <cstdlib>

#include "adapters/service/controls.h"
#include "adapters/service/device_memory.h"
#include "adapters/service/device_row.h"
#include "adapters/service/journal.h"
#include "adapters/service/tokens.h"

namespace {

using namespace sojourn;
using namespace sojourn::service;

void read_journal(ByteView bytes) {
  auto text = unpack_journal(bytes);
  if (!text) return;
  JournalReader reader;
  auto thinned = thin_journal(*text, reader);
  if (!thinned) return;
  auto again = unpack_journal(pack_journal(*text));
  if (!again || *again != *text) std::abort();
  // What was thinned says all that it says: nothing more can go.
  auto twice = thin_journal(*thinned, reader);
  if (!twice || *twice != *thinned) std::abort();
  auto newest = newest_in_journal(*text, kNever, reader);
  if (!newest) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  read_journal(bytes);
  if (auto row = device_row_from(bytes)) {
    auto again = device_row_from(to_bytes(*row));
    if (!again || !(*again == *row)) std::abort();
  }
  if (auto intent = intent_from(bytes)) {
    if (!intent_from(to_bytes(*intent))) std::abort();
  }
  if (auto memory = device_memory_from(bytes)) {
    if (to_bytes(*memory) != Bytes(data, data + size)) std::abort();
  }
  if (auto switches = kill_switches_from(bytes)) {
    if (!kill_switches_from(to_bytes(*switches))) std::abort();
  }
  (void)Tokens::parse({reinterpret_cast<const char*>(data), size});
  return 0;
}
