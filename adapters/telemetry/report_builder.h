// What the keys of a trace line mean: fills an Observation from simple values, whatever syntax they
// came in (NDJSON, CSV, ...).
//
//   ReportBuilder builder;
//   builder.begin(observation);
//   builder.set(*find_key("network"), Scalar::of_text("724-05"));
//   ...
//   if (builder.finish()) use(observation);
//   else report(builder.findings());
//
// Values that cannot be are dropped, each with a finding; a report without time or device is
// refused. The table of keys is in README.md of this room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/telemetry/scalar.h"
#include "adapters/telemetry/trace_keys.h"
#include "adapters/telemetry/trace_summary.h"
#include "engine/device/observation.h"

namespace sojourn::telemetry {

// Keeps its memory from report to report. Not thread-safe.
class ReportBuilder {
 public:
  // Requires: `out` lives until finish() returns.
  void begin(Observation& out);

  // A key with a simple value. `position`, `data`, `installed` and `attributes` may be null here.
  void set(TraceKey key, const Scalar& value);

  // The keys that have parts. Between begin and end of one, nothing else is set.
  bool begin_position();  // false: repeated; its parts are not wanted
  void set_position(PositionKey key, const Scalar& value);
  void end_position();

  bool begin_data(TraceKey key);  // data or data_total
  void set_data(DataKey key, const Scalar& value);
  void end_data();

  bool begin_installed();
  void add_installed(const Scalar& value);
  void end_installed();

  bool begin_attributes();
  void set_attribute(std::string_view name, const Scalar& value);
  void begin_list_attribute(std::string_view name);
  void add_to_list_attribute(const Scalar& value);
  void end_list_attribute();

  // A value of a shape that the key does not have ("a list", "an object").
  void refuse_shape(TraceKey key, std::string_view shape);
  void refuse_attribute_shape(std::string_view name, std::string_view shape);

  // Is there a time and a device? If not, findings() begins with the reason.
  bool finish();
  // The line as a whole cannot be used; forgets what was found in it before.
  void refuse_line(Code code, std::string message);

  const std::vector<Finding>& findings() const { return findings_; }

 private:
  bool first_time(TraceKey key);
  void drop(Code code, std::string message);
  void set_time(const Scalar& value);
  void set_eid(const Scalar& value);
  void set_imei(const Scalar& value);
  void set_device(const Scalar& value);
  void set_network(const Scalar& value);
  void set_rat(const Scalar& value);
  void set_registration(const Scalar& value);
  void set_reject(const Scalar& value);
  void set_iccid(const Scalar& value);
  void set_profile_name(TraceKey key, const Scalar& value);
  void set_data_sum(TraceKey key, const Scalar& value);
  void set_event(const Scalar& value);
  void set_commissioned(const Scalar& value);
  std::optional<double> coordinate(const Scalar& value, double limit, std::string_view name);
  AttributeReport* next_attribute(std::string_view name);

  Observation* out_ = nullptr;
  std::vector<Finding> findings_;
  std::uint32_t keys_seen_ = 0;
  bool has_time_ = false;
  std::optional<std::string> time_refusal_;

  struct PositionParts {
    std::uint8_t seen = 0;
    std::optional<double> lat;
    std::optional<double> lon;
    bool refused = false;
  };
  PositionParts position_;

  struct DataParts {
    TraceKey key = TraceKey::data;
    std::uint8_t seen = 0;
    std::int64_t bytes = 0;
    bool refused = false;
  };
  DataParts data_;

  std::size_t installed_count_ = 0;
  bool installed_refused_ = false;
  std::size_t attribute_count_ = 0;
  std::size_t list_count_ = 0;
  AttributeReport* list_ = nullptr;
};

}  // namespace sojourn::telemetry
