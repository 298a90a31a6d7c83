// Analysing a policy again and again while it is edited.
//
//   Recheck recheck;
//   Analysis first = recheck.analyse(table, options);       // as long as `analyse` takes
//   Analysis second = recheck.analyse(edited, options);     // what the edit can have changed
//
// The answers are those of `analyse`, to the last situation shown. What is kept between two runs is
// the model of the policy with its diagrams, and what was found out about each rule and each pair.
// A rule that stands as it stood, before and after the same rules as far as it meets them, is not
// asked about again, and neither is one after an edit that names a threshold or a value which
// nobody named before. An edit of anything but rules, or one after which the policy counts
// something else, begins anew.
#pragma once

#include <cstddef>
#include <memory>

#include "engine/proof/analysis.h"

namespace sojourn {

struct KeptAnalysis;

// Not thread-safe.
class Recheck {
 public:
  Recheck();
  ~Recheck();
  Recheck(Recheck&&) noexcept;
  Recheck& operator=(Recheck&&) noexcept;

  // Requires: overrides form no circle. Nothing of the arguments is kept but copies.
  Analysis analyse(const RuleTable& table, const AnalysisOptions& options);
  // Of how many rules the last run asked whether they decide; the others stood.
  std::size_t rules_asked() const { return rules_asked_; }

 private:
  std::unique_ptr<KeptAnalysis> kept_;
  std::size_t rules_asked_ = 0;
};

}  // namespace sojourn
