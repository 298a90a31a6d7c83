#include "adapters/service/device_memory.h"

#include <fmt/format.h>

#include "engine/base/diagnostic_code.h"
#include "engine/base/store_key.h"
#include "engine/graph/archive.h"
#include "engine/graph/graph_file.h"

namespace sojourn::service {
namespace {

constexpr std::uint8_t kMemoryLayout = 1;

std::string text_of(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

}  // namespace

Bytes digest_of(const PreparedPolicy& policy, const LoopOptions& options) {
  Bytes all = write_graph_file(policy.graph());
  // The sources name inventories, whose devices were introduced.
  std::string rest = fmt::format("\nlateness {}\nsources {}", options.lateness.ms,
                                 to_hex(policy.table().text_digest));
  all.insert(all.end(), rest.begin(), rest.end());
  Sha256Digest digest = sha256(all);
  return Bytes(digest.begin(), digest.end());
}

Bytes to_bytes(const DeviceMemory& memory) {
  archive::Writer writer;
  writer.byte(kMemoryLayout);
  writer.text(text_of(memory.made_under));
  writer.integer(memory.journal_next);
  writer.integer(memory.journal_time.ms);
  writer.text(text_of(memory.loop));
  return writer.take();
}

Result<DeviceMemory> device_memory_from(ByteView bytes) {
  archive::Reader reader(bytes);
  DeviceMemory memory;
  if (reader.byte() == kMemoryLayout) {
    std::string made_under, loop;
    reader.text(made_under);
    reader.integer(memory.journal_next);
    reader.integer(memory.journal_time.ms);
    reader.text(loop);
    if (reader.ok() && reader.at_end()) {
      memory.made_under.assign(made_under.begin(), made_under.end());
      memory.loop.assign(loop.begin(), loop.end());
      return memory;
    }
  }
  return make_diagnostic(Code::E0012, "the memory of a device cannot be read");
}

}  // namespace sojourn::service
