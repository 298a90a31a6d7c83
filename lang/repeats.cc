#include "lang/repeats.h"

#include <fmt/format.h>

#include <map>

#include "engine/base/diagnostic_code.h"
#include "lang/print.h"

namespace sojourn::lang {

void note_repeats(const std::vector<ast::Value>& values, DiagnosticList& diagnostics) {
  if (values.size() < 2) return;
  std::map<std::string, Span> seen;
  for (const ast::Value& value : values) {
    auto [first, added] = seen.emplace(print(value), value.span);
    if (added) continue;
    Diagnostic d =
        make_diagnostic(Code::N0225, value.span, fmt::format("`{}` is listed twice", first->first),
                        "leave one of them out, or name the value that was meant");
    d.labels.push_back({first->second, "the first one"});
    diagnostics.add(std::move(d));
  }
}

}  // namespace sojourn::lang
