// One device followed through the reports that a command was given with `--device`.
#pragma once

#include <memory>
#include <string>

#include "adapters/cli/policy_input.h"
#include "engine/runtime/device_loop.h"

namespace sojourn::cli {

struct FollowedDevice {
  std::unique_ptr<DeviceLoop> loop;  // open: what is reported stands
  std::string device;
};

// `given`: lines of JSON like a trace's, or `@FILE` with such lines. Values that cannot be are told
// on the console. The policy's master data of the device is known before its first report.
Result<FollowedDevice> follow_device(const RunnablePolicy& policy, const std::string& given,
                                     Console& console);

}  // namespace sojourn::cli
