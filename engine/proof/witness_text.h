// A witness in the language's own words: one line for a message, or a `test` block that makes a
// device arrive there.
//
//   test "`a` and `b` disagree"
//     given type = meter, profile = bootstrap
//     every day at 12:00 from 2026-05-03 to 2026-06-30 network 724-05, position -23.55 -46.63 ...
//     at 2026-07-01 12:00 network 724-05, position -23.55 -46.63 accuracy 20 m
//     expect profile = vivo-local by a
//
// The device stands in the situation for as long as its counts need. A history in which what is
// counted held once and holds no longer cannot be told this way; events and data before the moment
// are lines of their own (witness_events.cc).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/proof/world.h"

namespace sojourn {

// "type = meter, region BR, network 724-05": the given features' readings, those that are unknown
// last. Empty `features`: all that read something, but for what is asked of other candidates than
// the enabled profile, or of a day ahead; `every_candidate`: of these what holds, as well.
std::string describe_witness(const RuleTable& table, const Witness& witness,
                             const std::vector<FeatureIndex>& features = {},
                             bool every_candidate = false);

struct WitnessTest {
  std::string name;
  std::vector<std::string> expectations;  // "profile = vivo-local by meters"
  std::vector<std::string> remarks;       // comments above the expectations
  // The device does not exist before what the test tells of it: then nothing of it was so before.
  bool newborn = false;
  // The caller moves the position to where the border is as far as the witness has it.
  bool border_told = false;
};

// Absent when a device that stands still cannot show it.
std::optional<std::string> witness_as_test(const RuleTable& table, const Witness& witness,
                                           const WitnessTest& test);
// The same of a device that changes its profile by turns, for what is counted with another one than
// the enabled one. Absent: it is not brought about so.
std::optional<std::string> turns_as_test(const RuleTable& table, const Witness& witness,
                                         const WitnessTest& test);

}  // namespace sojourn
