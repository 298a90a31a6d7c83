// Private to lang. Test blocks of an Ast -> TestCases.
#pragma once

#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/graph/rule_table.h"
#include "lang/ast.h"
#include "lang/test_case.h"

namespace sojourn::lang {

// Resolves names, converts units, applies the policy's zone, unrolls `every`.
std::vector<TestCase> build_tests(const ast::File& file, const RuleTable& policy,
                                  DiagnosticList& diagnostics);

}  // namespace sojourn::lang
