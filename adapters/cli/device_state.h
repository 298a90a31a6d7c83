// What one device costs in memory under a policy, for `build` to declare.
//
//   auto state = state_per_device(graph, world);   // "944 bytes at rest, 64 for each further stay"
#pragma once

#include <cstddef>
#include <memory>

#include "engine/base/gazetteer.h"
#include "engine/base/result.h"
#include "engine/graph/decision_graph.h"

namespace sojourn::cli {

struct DeviceState {
  // At rest (Device::rest), once everything that a report can say and the policy declares was said.
  std::size_t bytes = 0;
  // At most, for each further stay (on a network, in a country, with a value) that something of the
  // policy counts back over; what nothing counts is forgotten. tests/lang/state_size_test.cc.
  static constexpr std::size_t kBytesPerStay = 64;
};

Result<DeviceState> state_per_device(std::shared_ptr<const DecisionGraph> graph,
                                     const Gazetteer& world);

}  // namespace sojourn::cli
