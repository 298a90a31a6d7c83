#include "engine/device/observation.h"

namespace sojourn {

void Observation::clear() {
  names.eid.clear();
  names.imei.clear();
  names.device.clear();
  position.state = decltype(position)::State::absent;
  network.state = decltype(network)::State::absent;
  rat.state = decltype(rat)::State::absent;
  registration.state = decltype(registration)::State::absent;
  reject_cause.reset();
  profile.state = decltype(profile)::State::absent;
  iccid.state = decltype(iccid)::State::absent;
  installed.state = decltype(installed)::State::absent;
  fallback.state = decltype(fallback)::State::absent;
  data_bytes.reset();
  data_total_bytes.reset();
  event.reset();
  commissioned.reset();
  attributes.clear();
  standing = false;
  line = 0;
}

}  // namespace sojourn
