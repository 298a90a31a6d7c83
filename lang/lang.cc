#include "lang/lang.h"

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "lang/ast_builder.h"
#include "lang/check.h"
#include "lang/grammar.h"
#include "lang/lower.h"

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
  bool usable = !found.has_errors();
  bool otherwise_written = checked.otherwise_written;
  if (usable && !otherwise_written) note_missing_otherwise(request, source, sources, found);
  for (const Diagnostic& diagnostic : found.all()) diagnostics.add(diagnostic);
  if (!usable) return std::nullopt;
  Lowered lowered = lower(std::move(checked));
  LoadedPolicy policy;
  policy.table = std::move(lowered.table);
  policy.table.text_digest = sha256(as_bytes(request.text));
  policy.otherwise_written = otherwise_written;
  return policy;
}

}  // namespace sojourn::lang
