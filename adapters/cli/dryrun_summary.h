// What a dry-run tells people at its end, and programs with --format json.
#pragma once

#include <map>
#include <string>

#include "adapters/cli/fleet_replay.h"

namespace sojourn::cli {

// The last record of each device, to show where the fleet ended and why.
using LastRecords = std::map<std::string, DecisionRecord>;

struct DryrunSummary {
  const RuleTable& table;
  ReplayTotals totals;
  LastRecords last_records;
  bool open_loop = false;
};

std::string summary_text(const DryrunSummary& summary);
std::string summary_json(const DryrunSummary& summary);

}  // namespace sojourn::cli
