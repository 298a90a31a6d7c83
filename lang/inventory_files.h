// Private to lang. Inventories in CSV: profiles that can be chosen, and master data of devices
// (tables.md).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/device/observation.h"
#include "engine/graph/rule_table.h"
#include "lang/ast.h"
#include "lang/csv.h"

namespace sojourn::lang {

// One profile of each row; columns `profile`, `home`, `iccid`, `plmn`, `download`, `breakout`,
// `cost`. Those called in `declared` are left out: the rule file's declaration takes their place.
std::vector<ast::Profile> profile_rows(const CsvFile& inventory,
                                       const std::set<std::string>& declared,
                                       const SourceMap& sources, DiagnosticList& diagnostics);

// What the columns of an inventory of devices declare, where the rule file does not: the type that
// fits all values of the column.
std::vector<Attribute> inferred_attributes(const CsvFile& inventory,
                                           const std::set<std::string>& declared,
                                           const SourceMap& sources, DiagnosticList& diagnostics);

// One standing observation of each row, its attributes of the types that the policy has. Columns
// `eid`, `imei`, `device` (at least one), `commissioned`; every other is an attribute.
std::vector<Observation> device_rows(const CsvFile& inventory, const RuleTable& policy,
                                     const SourceMap& sources, DiagnosticList& diagnostics);

}  // namespace sojourn::lang
