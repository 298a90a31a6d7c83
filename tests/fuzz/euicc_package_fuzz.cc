// Any bytes as a package for an eUICC: frame and operations, in both versions. Nothing may crash,
// and what the typed codec reads strictly, the eUICC's own reader reads the same.
#include <cstdio>
#include <cstdlib>

#include "adapters/sgp32/esipa.h"
#include "adapters/simulator/package_reader.h"

using namespace sojourn;
using namespace sojourn::sgp32;
using namespace sojourn::simulator;

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

template <class List>
void check_operations(const PackageFrame& frame, const List& list, Version version) {
  if (frame.operations.size() != list.size()) fail("another number of operations");
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto read_alone = read_operation(frame.operations[i], frame.kind, version);
    if (!read_alone || *read_alone != PackageOperation(list[i])) fail("another operation");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  for (Version version : {Version::v1_0, Version::v1_2}) {
    std::optional<PackageFrame> frame = read_package(bytes, version);
    if (frame) {
      for (ByteView operation : frame->operations) {
        (void)read_operation(operation, frame->kind, version);
      }
    }
    Result<EuiccPackageRequest> typed = read<EuiccPackageRequest>(bytes, version, Reading::strict);
    if (!typed) continue;
    if (!frame) fail("the eUICC refuses what the codec takes");
    const EuiccPackageSigned& package = typed->package.value;
    if (package.eim_id != frame->eim_id || package.eid != frame->eid ||
        package.counter != frame->counter || package.transaction_id != frame->transaction_id) {
      fail("another frame");
    }
    if (const auto* psmo = std::get_if<PsmoList>(&package.content)) {
      check_operations(*frame, *psmo, version);
    } else {
      check_operations(*frame, std::get<EcoList>(package.content), version);
    }
  }
  return 0;
}
