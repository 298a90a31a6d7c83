// What the prover finds, brought to the author: each counterexample is replayed through the engine
// before it is shown, and thrown away with an internal error if it does not reproduce.
#include <fmt/format.h>

#include "adapters/cli/policy_input.h"
#include "adapters/geo/geo.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "engine/proof/analysis.h"
#include "engine/proof/compile.h"
#include "engine/proof/findings.h"
#include "lang/testing/run.h"

namespace sojourn::cli {
namespace {

// Files that a policy names were readable a moment ago; they are read again.
class DiskFiles : public FileSource {
 public:
  Result<std::string> read(std::string_view path) const override {
    return read_file(std::string(path), limits::kSourceBytesMax);
  }
};

// Does the `test` block pass on this policy? The block is compiled with the policy's own text, as
// an author who pastes it would.
bool reproduces(const PolicyInput& input, const std::string& test_block, const Gazetteer& world) {
  DiskFiles files;
  lang::LoadRequest request;
  request.path = input.path;
  request.text = input.text + "\n" + test_block;
  request.files = &files;
  request.read_area = geo::read_geojson_area;
  request.gazetteer = &world;
  SourceMap sources;
  DiagnosticList diagnostics;
  auto policy = lang::load_policy(request, sources, diagnostics);
  if (!policy || policy->tests.empty()) return false;
  auto graph = compile(std::make_shared<const RuleTable>(std::move(policy->table)),
                       CompileOptions{.claims = world.claims()});
  if (!graph) return false;
  auto prepared = PreparedPolicy::prepare(*graph, world);
  return prepared.ok() && lang::run_test(policy->tests.back(), *prepared).passed();
}

// Takes out what does not reproduce; true if all did.
bool keep_reproducible(Diagnostic& diagnostic, const PolicyInput& input, const Gazetteer& world) {
  bool all = true;
  std::vector<std::string> kept;
  for (std::string& note : diagnostic.notes) {
    bool is_test =
        note.find("test \"") != std::string::npos && note.find("\n") != std::string::npos;
    if (is_test && !reproduces(input, note, world)) {
      all = false;
      continue;
    }
    kept.push_back(std::move(note));
  }
  diagnostic.notes = std::move(kept);
  return all;
}

// One note about `otherwise`: where none is written and a situation is shown that it decides, that
// is the note; where it is written, the author has said what happens there.
void join_notes_on_otherwise(PolicyInput& input, Analysis& analysis) {
  if (input.policy->otherwise_written) analysis.gap.reset();
  if (!analysis.gap) return;
  DiagnosticList kept;
  for (const Diagnostic& diagnostic : input.diagnostics.all()) {
    if (diagnostic.code != Code::N0323) kept.add(diagnostic);
  }
  input.diagnostics = std::move(kept);
}

}  // namespace

Status analyse_policy(PolicyInput& input, const Gazetteer& world) {
  if (!input.policy || input.diagnostics.has_errors()) return {};
  const RuleTable& table = input.policy->table;
  auto locator = world.bind(table.areas);
  if (!locator) return std::move(locator).error();
  AnalysisOptions options;
  options.claims = world.claims();
  options.situations = &(*locator)->situations();
  Analysis analysis = analyse(table, options);
  join_notes_on_otherwise(input, analysis);
  auto span_of = [&](std::uint32_t rule) -> std::optional<Span> {
    if (rule >= input.policy->rule_spans.size()) return std::nullopt;
    return input.policy->rule_spans[rule];
  };
  for (Diagnostic& diagnostic : findings(analysis, span_of)) {
    bool promise = diagnostic.code == Code::P0301 || diagnostic.code == Code::P0302;
    if (!keep_reproducible(diagnostic, input, world)) {
      if (promise) {
        // The prover's world knows less than the engine about counts with another profile.
        input.diagnostics.add(make_diagnostic(
            Code::N0304,
            fmt::format("not decided: {}; the situation that was found did not come about when it "
                        "was replayed",
                        diagnostic.message),
            "look at the situation yourself: the proof was not completed"));
        continue;
      }
      input.diagnostics.add(make_diagnostic(
          Code::E0902, fmt::format("a counterexample did not reproduce: {}", diagnostic.message),
          "please report the rule file"));
    }
    input.diagnostics.add(std::move(diagnostic));
  }
  input.diagnostics.finish();
  return {};
}

}  // namespace sojourn::cli
