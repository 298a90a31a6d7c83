#include "adapters/service/policy.h"

#include <utility>

#include "adapters/service/files.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/file_source.h"
#include "engine/base/limits.h"
#include "engine/graph/graph_file.h"
#include "engine/proof/analysis.h"
#include "engine/proof/compile.h"
#include "engine/proof/findings.h"
#include "lang/lang.h"

namespace sojourn::service {
namespace {

class DiskFiles : public FileSource {
 public:
  Result<std::string> read(std::string_view path) const override {
    return read_whole(std::string(path), limits::kSourceBytesMax);
  }
};

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::broken_promise:
      return "broken promise";
    case Severity::error:
      return "error";
  }
  return "error";
}

void add_finding(const Diagnostic& diagnostic, const SourceMap& sources, PolicyCheck& check) {
  check.findings.push_back({std::string(code_name(diagnostic.code)),
                            std::string(severity_word(diagnostic.severity)), diagnostic.message,
                            render(diagnostic, sources)});
}

// What the prover finds: conflicts, gaps, dead rules.
Status analyse_into(const lang::LoadedPolicy& policy, const Gazetteer& world,
                    DiagnosticList& diagnostics) {
  auto locator = world.bind(policy.table.areas);
  if (!locator) return std::move(locator).error();
  AnalysisOptions options;
  options.claims = world.claims();
  options.situations = &(*locator)->situations();
  Analysis analysis = analyse(policy.table, options);
  auto span_of = [&](std::uint32_t rule) -> std::optional<Span> {
    if (rule >= policy.rule_spans.size()) return std::nullopt;
    return policy.rule_spans[rule];
  };
  for (Diagnostic& one : findings(analysis, span_of)) diagnostics.add(std::move(one));
  return {};
}

Result<std::shared_ptr<const DecisionGraph>> compile_source(const std::string& path,
                                                            std::string_view text,
                                                            const Gazetteer& world,
                                                            PolicyCheck& check) {
  DiskFiles files;
  lang::LoadRequest request;
  request.path = path;
  request.text = text;
  request.files = &files;
  request.gazetteer = &world;
  SourceMap sources;
  DiagnosticList diagnostics;
  auto policy = lang::load_policy(request, sources, diagnostics);
  Status analysed;
  if (policy && !diagnostics.has_errors()) analysed = analyse_into(*policy, world, diagnostics);
  diagnostics.finish();
  for (const Diagnostic& one : diagnostics.all()) add_finding(one, sources, check);
  if (!analysed) return std::move(analysed).error();
  if (!policy || diagnostics.has_errors()) {
    return make_diagnostic(Code::E0882, "the policy has errors", "`sojourn check` shows them");
  }
  return compile(std::make_shared<const RuleTable>(std::move(policy->table)),
                 CompileOptions{.claims = world.claims()});
}

}  // namespace

PolicyCheck check_policy(const std::string& path, std::string_view bytes, const Gazetteer& world) {
  PolicyCheck check;
  auto graph = looks_like_graph_file(as_bytes(bytes))
                   ? read_graph_file(Bytes(bytes.begin(), bytes.end()))
                   : compile_source(path, bytes, world, check);
  if (!graph) {
    // What is wrong in a rule file stands among the findings already.
    if (graph.error().code != Code::E0882) add_finding(graph.error(), {}, check);
    return check;
  }
  auto prepared = PreparedPolicy::prepare(*graph, world);
  if (prepared) {
    check.runnable = *prepared;
  } else {
    add_finding(prepared.error(), {}, check);
  }
  return check;
}

std::string digest_text(const PreparedPolicy& policy) {
  return "sha256:" + to_hex(policy.table().meaning_digest);
}

}  // namespace sojourn::service
