#include "adapters/telemetry/trace_keys.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/base/diagnostic_code.h"

namespace sojourn::telemetry {
namespace {

struct KeyRow {
  std::string_view name;
  Code code;
};

// In the order of TraceKey.
constexpr std::array<KeyRow, 18> kKeys = {{
    {"ts", Code::E0631},
    {"eid", Code::E0645},
    {"imei", Code::E0645},
    {"device", Code::E0645},
    {"position", Code::E0640},
    {"network", Code::E0641},
    {"rat", Code::E0642},
    {"registration", Code::E0643},
    {"reject", Code::E0644},
    {"profile", Code::E0646},
    {"iccid", Code::E0646},
    {"installed", Code::E0646},
    {"fallback", Code::E0646},
    {"data", Code::E0647},
    {"data-total", Code::E0647},
    {"event", Code::E0638},
    {"commissioned", Code::E0639},
    {"attributes", Code::E0648},
}};

constexpr std::array<std::string_view, 6> kPositionKeys = {"lat",      "lon",   "accuracy",
                                                           "altitude", "speed", "source"};
constexpr std::array<std::string_view, 2> kDataKeys = {"up", "down"};

// No two keys have both length and first letter in common, so these two place every key in a slot
// of its own, and one comparison tells whether a name is the key of its slot.
constexpr std::size_t kSlotCount = 64;
constexpr std::size_t slot_of(std::string_view name) {
  return (name.size() * 11 + static_cast<unsigned char>(name.front())) % kSlotCount;
}

constexpr std::uint8_t kNoKey = 0xFF;
constexpr std::array<std::uint8_t, kSlotCount> kSlots = [] {
  std::array<std::uint8_t, kSlotCount> slots{};
  slots.fill(kNoKey);
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    slots[slot_of(kKeys[i].name)] = static_cast<std::uint8_t>(i);
  }
  return slots;
}();
static_assert(std::count(kSlots.begin(), kSlots.end(), kNoKey) == kSlotCount - kKeys.size(),
              "two keys share a slot");

template <class Key, std::size_t N>
std::optional<Key> find_in(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Key>(i);
  }
  return std::nullopt;
}

}  // namespace

std::optional<TraceKey> find_key(std::string_view name) {
  if (name.empty()) return std::nullopt;
  std::uint8_t index = kSlots[slot_of(name)];
  if (index == kNoKey || kKeys[index].name != name) return std::nullopt;
  return static_cast<TraceKey>(index);
}

std::optional<PositionKey> find_position_key(std::string_view name) {
  return find_in<PositionKey>(kPositionKeys, name);
}

std::optional<DataKey> find_data_key(std::string_view name) {
  return find_in<DataKey>(kDataKeys, name);
}

std::string_view name_of(TraceKey key) { return kKeys[static_cast<std::size_t>(key)].name; }

Code code_of(TraceKey key) { return kKeys[static_cast<std::size_t>(key)].code; }

}  // namespace sojourn::telemetry
