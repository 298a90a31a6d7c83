// The words that the keys of a trace line are written with.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/diagnostic.h"

namespace sojourn::telemetry {

enum class TraceKey : std::uint8_t {
  ts,
  eid,
  imei,
  device,
  position,
  network,
  rat,
  registration,
  reject,
  profile,
  iccid,
  installed,
  fallback,
  data,
  data_total,
  event,
  commissioned,
  attributes,
};
enum class PositionKey : std::uint8_t { lat, lon, accuracy, altitude, speed, source };
enum class DataKey : std::uint8_t { up, down };

std::optional<TraceKey> find_key(std::string_view name);
std::optional<PositionKey> find_position_key(std::string_view name);
std::optional<DataKey> find_data_key(std::string_view name);
std::string_view name_of(TraceKey key);
// The kind of finding that a refused value of this key is.
Code code_of(TraceKey key);

}  // namespace sojourn::telemetry
