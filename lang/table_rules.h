// Private to lang. A decision table -> one rule per row (tables.md).
//
//   region,type,profile          when region in BR and type = meter then profile = vivo-local
//   BR,meter,vivo-local
//
// The header names what conditions look at and what rules do; a cell is read by the grammar of rule
// files, so that a table can say nothing that a rule could not.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "lang/ast.h"
#include "lang/csv.h"

namespace sojourn::lang {

// How a cell about a declared name is meant: `yes` about a flag, `pilot` about a set.
enum class WordShape : std::uint8_t { plain, flag, set };
using WordShapes = std::map<std::string, WordShape, std::less<>>;

// The attributes and definitions that are declared.
WordShapes word_shapes(const std::vector<ast::Declaration>& declarations);

// A rule of each row, called `name:LINE` unless a column `rule` names it. Rows with mistakes are
// left out; the mistakes are reported at their cells.
std::vector<ast::Rule> table_rules(const CsvFile& table, std::string_view name,
                                   const WordShapes& shapes, const SourceMap& sources,
                                   DiagnosticList& diagnostics);

}  // namespace sojourn::lang
