// Private to lang. What nobody declares: the names of events, and the texts of alerts, that
// conditions ask about. A misspelt one would be false for ever, and nobody would be told.
#pragma once

#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "lang/ast.h"
#include "lang/checked_policy.h"

namespace sojourn::lang {

struct AskedEvent {
  bool alert = false;  // the text of an alert, else the name of an event
  std::string name;
  Span span;
};

// An alert that nothing raises, and an event that is nearly one that tests tell or that everybody
// knows, are errors; another event that no test tells is a note. (Events that an imported file asks
// about are told by its own tests.)
// Requires: the file is without errors, else what is missing may stand in what could not be read.
void check_event_names(const std::vector<AskedEvent>& asked, const ast::File& file,
                       const CheckedPolicy& policy, DiagnosticList& diagnostics);

}  // namespace sojourn::lang
