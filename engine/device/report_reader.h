// ReportReader: turns one observation into values of signals, resolving names against the policy.
// Values that cannot be are refused with a diagnostic; the rest of the report is used.
#pragma once

#include <vector>

#include "engine/device/history.h"

namespace sojourn {

// A digest of all that a report says (not of the line it came from): exact duplicates agree in it.
std::uint64_t digest_of(const Observation& observation);

class ReportReader {
 public:
  ReportReader(const Prepared& policy, Pools& pools, std::vector<SignalValue>& values,
               std::vector<Diagnostic>& refused)
      : policy_(policy), pools_(pools), values_(values), refused_(refused) {}
  void read(const Observation& observation);

 private:
  void read_position(const Observation& observation);
  void read_fix(const Fix& fix);
  void read_network(const Observation& observation);
  void read_profiles(const Observation& observation);
  void read_attribute(const AttributeReport& report);
  std::int64_t attribute_value(AttributeIndex index, const AttributeReport& report);
  std::int64_t number_value(const Attribute& attribute, std::int64_t millionths);
  std::int64_t choice_value(AttributeIndex index, std::string_view text);
  std::int64_t country_value(const Attribute& attribute, std::string_view text);
  std::int64_t set_value(AttributeIndex index, const AttributeReport& report);
  std::int64_t profile_value(std::string_view name_or_iccid);
  std::int64_t undeclared_name(std::string_view name);

  void put(SignalIndex signal, std::int64_t value) {
    if (policy_.signal_used[signal]) values_.push_back({signal, value});
  }
  void refuse(Code code, std::string message, std::string help = {});

  const Prepared& policy_;
  Pools& pools_;
  std::vector<SignalValue>& values_;
  std::vector<Diagnostic>& refused_;
};

}  // namespace sojourn
