#include <algorithm>

#include "adapters/sgp32/esipa.h"

namespace sojourn::sgp32 {

std::optional<TransactionId> make_transaction_id(ByteView bytes) {
  TransactionId id;
  if (bytes.size() > id.bytes.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  id.size = static_cast<std::uint8_t>(bytes.size());
  return id;
}

WireIccid to_wire(const Iccid& iccid) {
  WireIccid wire;
  wire.fill(0xFF);
  for (std::size_t i = 0; i < iccid.digit_count; ++i) {
    auto digit = static_cast<std::uint8_t>(iccid.digits[i] - '0');
    std::uint8_t& pair = wire[i / 2];
    pair =
        static_cast<std::uint8_t>(i % 2 == 0 ? (pair & 0xF0) | digit : (pair & 0x0F) | digit << 4);
  }
  return wire;
}

std::optional<Iccid> from_wire(const WireIccid& wire) {
  std::string text;
  bool padding = false;
  for (std::size_t i = 0; i < 2 * wire.size(); ++i) {
    int digit = i % 2 == 0 ? wire[i / 2] & 0x0F : wire[i / 2] >> 4;
    if (digit == 0x0F) {
      padding = true;
    } else if (digit > 9 || padding) {
      return std::nullopt;
    } else {
      text += static_cast<char>('0' + digit);
    }
  }
  return parse_iccid(text);
}

std::int64_t sequence_number(const PendingNotification& notification) {
  struct Visitor {
    std::int64_t operator()(const ProfileInstallationResult& x) const {
      return x.data.value.metadata.sequence_number;
    }
    std::int64_t operator()(const OtherSignedNotification& x) const {
      return x.metadata.value.sequence_number;
    }
    std::int64_t operator()(const CompactInstallationResult& x) const {
      return x.data.value.sequence_number;
    }
    std::int64_t operator()(const CompactOtherSignedNotification& x) const {
      return x.metadata.value.sequence_number;
    }
  };
  return std::visit(Visitor{}, notification);
}

}  // namespace sojourn::sgp32
