#include "engine/proof/analysis.h"

#include "engine/proof/analyst.h"

namespace sojourn {

Analysis analyse(const RuleTable& table, const AnalysisOptions& options) {
  return Analyst(table, options, nullptr).run();
}

}  // namespace sojourn
