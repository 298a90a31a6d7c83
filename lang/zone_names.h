// Private to lang. Names of time zones.
#pragma once

#include "engine/base/diagnostic.h"
#include "lang/ast.h"

namespace sojourn::lang {

// Is it a zone of the IANA database? Reports one that is not, with the one that was meant.
bool is_zone(const ast::Name& zone, DiagnosticList& diagnostics);

}  // namespace sojourn::lang
