// Private to lang. Ast -> CheckedPolicy.
#pragma once

#include <optional>

#include "engine/base/diagnostic.h"
#include "lang/ast.h"
#include "lang/checked_policy.h"
#include "lang/lang.h"
#include "lang/library.h"
#include "lang/named_files.h"

namespace sojourn::lang {

// Resolves every name and judges every comparison. Always returns a policy, so that later checks
// can say more; it must not be lowered when there are errors.
CheckedPolicy check(const ast::File& file, const Library& library, const LoadRequest& request,
                    const SourceMap& sources, NamedFiles& files, DiagnosticList& diagnostics);

}  // namespace sojourn::lang
