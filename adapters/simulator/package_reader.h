// An eUICC package as the eUICC takes it in: the frame first, each operation when its turn comes.
//
//   std::optional<PackageFrame> frame = read_package(request, Version::v1_2);
//   for (ByteView operation : frame->operations) {
//     std::optional<PackageOperation> known = read_operation(operation, frame->kind, version);
//   }
//
// An operation that cannot be read ends the package with processingTerminated, after those before
// it were executed; so it must not keep the frame from being read. Strictly DER, as an eUICC may
// expect of what an eIM signs; members after the known ones are of a later version and skipped.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapters/sgp32/package.h"

namespace sojourn::simulator {

enum class PackageKind : std::uint8_t { profiles, eims };  // psmoList, ecoList

struct PackageFrame {
  ByteView signed_part{};  // the whole 30..: what the signature covers
  ByteView signature{};
  std::string eim_id{};
  Eid eid{};
  std::int64_t counter = 0;
  sgp32::TransactionId transaction_id{};
  PackageKind kind{};
  std::vector<ByteView> operations{};  // whole elements
};
// The views are into `request`. Absent when it is no EuiccPackageRequest.
std::optional<PackageFrame> read_package(ByteView request, sgp32::Version version);

using PackageOperation = std::variant<sgp32::Psmo, sgp32::Eco>;
// Absent for an operation that the version does not know, or that is damaged.
std::optional<PackageOperation> read_operation(ByteView operation, PackageKind kind,
                                               sgp32::Version version);

}  // namespace sojourn::simulator
