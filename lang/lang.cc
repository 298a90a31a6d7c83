#include "lang/lang.h"

#include <fmt/format.h>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/ast_builder.h"
#include "lang/check.h"
#include "lang/contradictions.h"
#include "lang/grammar.h"
#include "lang/lower.h"
#include "lang/test_cases.h"

namespace sojourn::lang {
namespace {

bool fits(std::string_view path, std::string_view text, DiagnosticList& diagnostics) {
  if (text.size() <= limits::kSourceBytesMax) return true;
  diagnostics.add(
      make_diagnostic(Code::E0901, fmt::format("`{}` has {} bytes; a rule file has at most {}",
                                               path, text.size(), limits::kSourceBytesMax)));
  return false;
}

void note_missing_otherwise(const LoadRequest& request, SourceId source, const SourceMap& sources,
                            DiagnosticList& diagnostics) {
  auto end = static_cast<std::uint32_t>(sources.text(source).size());
  diagnostics.add(make_diagnostic(
      Code::N0323, Span{source, end, end},
      fmt::format(
          "`{}` does not say what happens when no rule fires; `otherwise keep` is understood",
          request.path),
      "say it: `otherwise keep`"));
}

}  // namespace

std::optional<LoadedPolicy> load_policy(const LoadRequest& request, SourceMap& sources,
                                        DiagnosticList& diagnostics) {
  if (!fits(request.path, request.text, diagnostics)) return std::nullopt;
  SourceId source = sources.add(request.path, request.text);
  DiagnosticList found;
  SyntaxTree tree = parse(sources, source, found);
  ast::File file = build_ast(tree, found);
  CheckedPolicy checked = check(file, tree, request, sources, found);
  LoadedPolicy policy;
  policy.otherwise_written = checked.otherwise_written;
  // Tests are about a policy that stands; with errors in it they would only echo them.
  if (!found.has_errors()) policy.tests = build_tests(file, checked, found);
  if (!found.has_errors()) {
    for (const CheckedRule& rule : checked.rules) policy.rule_spans.push_back(rule.name_span);
    Lowered lowered = lower(std::move(checked));
    report_contradictions(lowered, *request.gazetteer, sources, found);
    policy.table = std::move(lowered.table);
    policy.table.text_digest = sha256(as_bytes(request.text));
    if (!policy.otherwise_written) note_missing_otherwise(request, source, sources, found);
  }
  for (const Diagnostic& diagnostic : found.all()) diagnostics.add(diagnostic);
  if (found.has_errors()) return std::nullopt;
  return policy;
}

}  // namespace sojourn::lang
