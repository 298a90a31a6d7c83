#include "adapters/service/policy.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "adapters/service/files.h"
#include "adapters/service/policy_source.h"
#include "engine/base/diagnostic_code.h"
#include "engine/graph/graph_file.h"
#include "engine/proof/compile.h"

namespace sojourn::service {
namespace {

void add_finding(const Diagnostic& diagnostic, const SourceMap& sources, PolicyCheck& check) {
  check.findings.push_back({std::string(code_name(diagnostic.code)),
                            std::string(severity_name(diagnostic.severity)), diagnostic.message,
                            render(diagnostic, sources)});
}

Result<std::shared_ptr<const DecisionGraph>> compile_source(const std::string& path,
                                                            std::string_view text,
                                                            const FileSource& files,
                                                            const Gazetteer& world, Recheck* kept,
                                                            PolicyCheck& check) {
  FilesBeside beside(path, files);
  std::string name = path.substr(path.rfind('/') + 1);
  auto source = read_policy_source(std::move(name), std::string(text), beside, world);
  Status analysed = analyse_policy(*source, world, kept);
  const DiagnosticList& found = source->diagnostics;
  for (const Diagnostic& one : found.all()) add_finding(one, source->sources, check);
  if (!analysed) return std::move(analysed).error();
  if (!source->policy || found.has_errors() || found.has_broken_promises()) {
    return make_diagnostic(Code::E0882, "the policy has errors", "`sojourn check` shows them");
  }
  check.runnable.devices = std::make_shared<const MasterData>(std::move(source->policy->devices));
  return compile(std::make_shared<const RuleTable>(std::move(source->policy->table)),
                 CompileOptions{.claims = world.claims()});
}

}  // namespace

PolicyCheck check_policy(const std::string& path, std::string_view bytes, const FileSource& files,
                         const Gazetteer& world, Recheck* kept) {
  PolicyCheck check;
  // Of somebody whose disk was full, or who is still writing; it would switch every law off.
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    add_finding(make_diagnostic(Code::E0882, fmt::format("`{}` holds no policy", path)), {}, check);
    return check;
  }
  check.runnable.devices = std::make_shared<const MasterData>(std::vector<Observation>());
  auto graph = looks_like_graph_file(as_bytes(bytes))
                   ? read_graph_file(Bytes(bytes.begin(), bytes.end()))
                   : compile_source(path, bytes, files, world, kept, check);
  if (!graph) {
    // What is wrong in a rule file stands among the findings already.
    if (graph.error().code != Code::E0882) add_finding(graph.error(), {}, check);
    return check;
  }
  auto prepared = PreparedPolicy::prepare(*graph, world);
  if (prepared) {
    check.runnable.prepared = *prepared;
  } else {
    add_finding(prepared.error(), {}, check);
  }
  return check;
}

// Whoever comes while another version is looked at does without.
PolicyCheck PolicyChecker::check(const std::string& path, std::string_view bytes,
                                 const FileSource& files, const Gazetteer& world) {
  std::unique_lock lock(mutex_, std::try_to_lock);
  return check_policy(path, bytes, files, world, lock ? &kept_ : nullptr);
}

Diagnostic has_errors(const std::string& path, const PolicyCheck& check) {
  Diagnostic why = make_diagnostic(Code::E0882, "`" + path + "` has errors",
                                   "`sojourn check` shows all that it finds");
  for (const PolicyFinding& finding : check.findings) {
    bool keeps_it = finding.severity == "error" || finding.severity == "broken promise";
    if (keeps_it) why.notes.push_back(finding.rendered);
  }
  return why;
}

std::string digest_text(const PreparedPolicy& policy) {
  return digest_text(policy.table().meaning_digest);
}

}  // namespace sojourn::service
