// Private to lang. Conditions that can never hold.
#pragma once

#include "engine/base/diagnostic.h"
#include "engine/base/gazetteer.h"
#include "engine/base/source.h"
#include "lang/lower.h"

namespace sojourn::lang {

// Reports each rule whose condition asks two things of one feature that exclude each other. Exact
// for one feature at a time: every class of values its tests can tell apart is tried. What only
// several features together exclude is found by engine/proof, which knows how they depend on each
// other.
void report_contradictions(const Lowered& lowered, const Gazetteer& gazetteer,
                           const SourceMap& sources, DiagnosticList& diagnostics);

}  // namespace sojourn::lang
