// Observation: one report about one device, as telemetry hands it in.
//
// What a report leaves out keeps its last value; what it says is unknown (null) becomes unknown.
// Values are as reported; names are resolved against a policy by the history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/gazetteer.h"
#include "engine/base/identifiers.h"
#include "engine/base/instant.h"
#include "engine/graph/feature.h"

namespace sojourn {

// A member that a report may leave out, set to unknown, or give a value.
template <class T>
struct Reported {
  enum class State : std::uint8_t { absent, unknown, given };
  State state = State::absent;
  T value{};
  bool absent() const { return state == State::absent; }
  bool given() const { return state == State::given; }
  void give(T v) { value = std::move(v), state = State::given; }
  void make_unknown() { state = State::unknown; }
};

enum class Registration : std::uint8_t { home, roaming, searching, denied, none };

// The value of a declared attribute, in the types that JSON has.
struct AttributeReport {
  enum class Type : std::uint8_t { unknown, flag, number, text, list };
  std::string name;
  Type type = Type::unknown;
  bool flag = false;
  std::int64_t number_millionths = 0;  // 80 is 80,000,000
  std::string text;
  std::vector<std::string> list;
};

// Who a report is about: its EID, else its IMEI, else the name under `device` (semantics 28).
struct DeviceNames {
  std::string eid;     // 32 digits, or ""
  std::string imei;    // 14 to 16 digits, or ""
  std::string device;  // anything, or ""
};

struct Observation {
  Instant at;
  DeviceNames names;
  Reported<Fix> position;
  Reported<Plmn> network;  // a 9xx network is no country; "no network" is `registration`
  Reported<Rat> rat;
  Reported<Registration> registration;
  std::optional<std::uint16_t> reject_cause;  // 3GPP cause of a rejected attach
  Reported<std::string> profile;              // a declared profile's name
  Reported<std::string> iccid;                // the enabled profile's, when its name is not known
  Reported<std::vector<std::string>> installed;  // names or ICCIDs
  Reported<std::string> fallback;
  std::optional<std::int64_t> data_bytes;        // up plus down, what this report adds
  std::optional<std::int64_t> data_total_bytes;  // a running total
  std::optional<std::string> event;              // "owner-changed"
  std::optional<Instant> commissioned;           // the device did not exist before
  std::vector<AttributeReport> attributes;
  // `given` of a test, an inventory, a table: its values stand until changed, not for `carry`.
  bool standing = false;
  // The line it came from, for messages; 0 when there is none.
  std::uint64_t line = 0;

  // Empties everything but keeps the memory, for the next line.
  void clear();
};

}  // namespace sojourn
