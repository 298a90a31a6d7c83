// What a dry-run tells people at its end, and programs with --format json.
#pragma once

#include <map>
#include <string>

#include "adapters/cli/dryrun_compare.h"

namespace sojourn::cli {

// The last record of each device, to show where the fleet ended and why.
using LastRecords = std::map<std::string, DecisionRecord>;

struct DryrunSummary {
  const RuleTable& table;
  ReplayTotals totals;
  LastRecords last_records;
  bool open_loop = false;
};

// The policy compared with, on the same trace.
struct DryrunComparison {
  DryrunSummary other;
  ReplayComparison devices;
};

// `comparison`: null without one.
std::string summary_text(const DryrunSummary& summary, const DryrunComparison* comparison);
std::string summary_json(const DryrunSummary& summary, const DryrunComparison* comparison);

// "acme-latam 2026.11"
std::string policy_title(const RuleTable& table);
// What a place in ReplayTotals::rules stands for: "meters-in-brazil", "ban br", "otherwise".
std::string rule_label(const RuleTable& table, std::size_t place);
// Is it a ban that decided nothing? Most do not: there are rules that keep to them.
bool is_idle_ban(const DryrunSummary& summary, std::size_t place);

}  // namespace sojourn::cli
