// An Analysis as diagnostics, in the author's words.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/proof/analysis.h"

namespace sojourn {

// Where a rule was written, for whoever has the sources at hand.
using SpanOfRule = std::function<std::optional<Span>(std::uint32_t rule)>;

// One diagnostic per finding: conflicts and conditions that cannot hold are errors, dead and hidden
// rules warnings, the rest notes. Witnesses that can be told as a test are; `newborn`: of devices
// that do not exist before. The findings are the same ones.
std::vector<Diagnostic> findings(const Analysis& analysis, const SpanOfRule& span_of,
                                 bool newborn = false);

}  // namespace sojourn
