#include "adapters/service/device_row.h"

#include <algorithm>
#include <type_traits>

#include "engine/base/diagnostic_code.h"
#include "engine/device/profile_command_codec.h"

namespace sojourn::archive {

constexpr std::uint8_t kDeviceRowLayout = 1;
constexpr std::uint8_t kIntentLayout = 1;

template <class Archive>
constexpr bool kIsRead = std::remove_reference_t<Archive>::kReads;

// As texts, of which the empty one says none. What no version of ours wrote is a policy that nobody
// has, and no reason.
void code(auto& archive, Like<std::optional<service::PolicyDigest>> auto& policy) {
  std::string text = policy ? service::digest_text(*policy) : std::string();
  archive.text(text);
  if constexpr (kIsRead<decltype(archive)>) {
    if (!text.empty()) policy = service::digest_from(text).value_or(service::PolicyDigest());
  }
}
void code(auto& archive, Like<WaitReason> auto& reason) {
  std::string text(reason == WaitReason::none ? std::string_view() : name_of(reason));
  archive.text(text);
  if constexpr (kIsRead<decltype(archive)>) reason = reason_of(text).value_or(WaitReason::none);
}

void code(auto& archive, Like<service::DeviceRow> auto& row) {
  auto& [record, essence, decided_at, policy, queued_at, plan, waits_for, approved, order,
         command] = row;
  archive.text(record);
  archive.text(essence);
  archive.integer(decided_at.ms);
  code(archive, policy);
  archive.integer(queued_at.ms);
  archive.list(plan, [&](auto& byte) { archive.integer(byte); });
  code(archive, waits_for);
  archive.text(approved);
  archive.integer(order);
  archive.integer(command);
}

void code(auto& archive, Like<service::Intent> auto& intent) {
  auto& [command, withdraw] = intent;
  code(archive, command);
  archive.integer(withdraw);
}

template <class Row>
Bytes written(std::uint8_t layout, const Row& row) {
  Writer writer;
  writer.byte(layout);
  code(writer, row);
  return writer.take();
}

template <class Row>
Result<Row> read(std::uint8_t layout, ByteView bytes) {
  Reader reader(bytes);
  Row row;
  if (reader.byte() == layout) {
    code(reader, row);
    if (reader.ok() && reader.at_end()) return row;
  }
  return make_diagnostic(Code::E0012, "the row of a device cannot be read");
}

}  // namespace sojourn::archive

namespace sojourn::service {

namespace {

constexpr std::string_view kDigestKind = "sha256:";

}  // namespace

std::string digest_text(const PolicyDigest& digest) {
  return std::string(kDigestKind) + to_hex(digest);
}

std::optional<PolicyDigest> digest_from(std::string_view text) {
  if (text.substr(0, kDigestKind.size()) != kDigestKind) return std::nullopt;
  std::optional<Bytes> bytes = from_hex(text.substr(kDigestKind.size()));
  PolicyDigest digest;
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

bool same_marks(const DeviceRow& a, const DeviceRow& b) {
  return a.decided_at == b.decided_at && a.queued_at == b.queued_at && a.order == b.order &&
         a.command == b.command && a.policy == b.policy && a.waits_for == b.waits_for &&
         a.approved == b.approved;
}

Bytes to_bytes(const DeviceRow& row) { return archive::written(archive::kDeviceRowLayout, row); }

Result<DeviceRow> device_row_from(ByteView bytes) {
  return archive::read<DeviceRow>(archive::kDeviceRowLayout, bytes);
}

Bytes to_bytes(const Intent& intent) { return archive::written(archive::kIntentLayout, intent); }

Result<Intent> intent_from(ByteView bytes) {
  return archive::read<Intent>(archive::kIntentLayout, bytes);
}

}  // namespace sojourn::service
