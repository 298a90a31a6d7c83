#include "engine/proof/recheck.h"

#include "engine/proof/analyst.h"

namespace sojourn {

Recheck::Recheck() = default;
Recheck::~Recheck() = default;
Recheck::Recheck(Recheck&&) noexcept = default;
Recheck& Recheck::operator=(Recheck&&) noexcept = default;

Analysis Recheck::analyse(const RuleTable& table, const AnalysisOptions& options) {
  Analyst analyst(table, options, kept_.get());
  Analysis found = analyst.run();
  rules_asked_ = analyst.rules_asked();
  kept_ = std::move(analyst).keep();
  return found;
}

}  // namespace sojourn
