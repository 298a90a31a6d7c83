// What a simulated device does wrong when told to.
//
//   Result<Misbehaviour> told =
//   parse_misbehaviour("wrong-signature=5%,lost-acknowledgement=10%,1.0");
//
// Chances are per occasion, in percent; a seed and the device decide, so a run can be repeated.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace sojourn::simulator {

struct Misbehaviour {
  unsigned wrong_signature = 0;        // a bit of a result's signature is changed on its way
  unsigned replayed_result = 0;        // the result before is delivered in place of this one
  unsigned other_devices_package = 0;  // asks in the name of another device, and executes that
  unsigned doubled_result = 0;         // delivers twice
  unsigned delayed_result = 0;         // delivers at the next poll
  unsigned no_answer = 0;              // executes and goes silent until the next poll
  unsigned lost_acknowledgement = 0;   // does not hear it, so delivers again
  bool version_1_0 = false;            // speaks 1.0
  bool omits_eid = false;              // no eidValue in ProvideEimPackageResult
  friend bool operator==(const Misbehaviour&, const Misbehaviour&) = default;
};

// Words separated by commas: `wrong-signature`, `replayed-result`, `other-devices-package`,
// `doubled-result`, `delayed-result`, `no-answer`, `lost-acknowledgement`, each with `=N%`
// (0 to 100); `1.0` and `omits-eid` alone. E0870.
Result<Misbehaviour> parse_misbehaviour(std::string_view text);
std::string to_text(const Misbehaviour& misbehaviour);  // what parse_misbehaviour takes

}  // namespace sojourn::simulator
