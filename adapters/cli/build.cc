// sojourn build FILE -o policy.graph: compiles to the mapped graph file.
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "adapters/cli/commands.h"
#include "adapters/cli/policy_input.h"
#include "engine/base/diagnostic_code.h"
#include "engine/device/state_bound.h"
#include "engine/graph/graph_file.h"
#include "engine/proof/compile.h"

namespace sojourn::cli {
namespace {

// A graph that is built to be kept is worth half a second of looking for a better order.
constexpr std::size_t kSiftWorkMax = 2'000'000;

using Json = nlohmann::ordered_json;

double now_ms() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

const char* word(GraphForm form) {
  return form == GraphForm::graph ? "graph" : form == GraphForm::mixed ? "mixed" : "matcher";
}

std::string as_json(const std::string& path, std::size_t file_bytes, const CompileSummary& summary,
                    const StateBound& state, const RuleTable& table, const PassSet& without) {
  Json json = {{"file", path},
               {"bytes", file_bytes},
               {"meaning", "sha256:" + to_hex(table.meaning_digest)},
               {"text", "sha256:" + to_hex(table.text_digest)},
               {"rules", summary.rule_count},
               {"nodes", summary.node_count},
               {"outcomes", summary.leaf_count},
               {"form", word(summary.form)},
               {"steps_max", summary.steps_max},
               {"state_bytes", state.standing},
               {"state_bytes_per_value", state.per_value},
               {"state_bytes_per_stay", state.values_per_network * state.per_value},
               {"state_bytes_per_report", state.per_report},
               {"state_bytes_per_event", state.per_event},
               {"passes", Json::array()}};
  for (const CompilePass& pass : summary.passes) {
    json["passes"].push_back({{"name", pass.name}, {"ms", pass.ms}, {"result", pass.result}});
    if (pass.validated_count > 0) json["passes"].back()["situations"] = pass.validated_count;
  }
  json["without"] = Json::array();
  for (const PassInfo& pass : all_passes()) {
    if (without.has(pass.pass)) json["without"].push_back(pass.word);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<PassSet> passes_named(const std::vector<std::string>& words) {
  PassSet named;
  for (const std::string& word : words) {
    std::optional<Pass> pass = find_pass(word);
    if (!pass) {
      return make_diagnostic(Code::E0003, fmt::format("no pass is called `{}`", word),
                             "`sojourn build --help` lists them");
    }
    named.add(*pass);
  }
  return named;
}

}  // namespace

int run_build(const BuildOptions& options, Console& console) {
  auto without = passes_named(options.without);
  if (!without) return console.fail(without.error());
  auto world = open_world(options.geodata);
  if (!world) return console.fail(world.error());
  if (is_graph_file(options.file)) {
    return console.fail(make_diagnostic(
        Code::E0003, fmt::format("`{}` is compiled already", options.file), "give the rule file"));
  }
  auto input = read_policy(options.file, **world);
  if (!input) return console.fail(input.error());
  PolicyInput& read = **input;
  if (Status analysed = analyse_policy(read, **world); !analysed) {
    return console.fail(analysed.error());
  }
  // What is built is meant to run: a ban or an assertion that does not hold stops it.
  if (!read.policy || read.diagnostics.has_errors() || read.diagnostics.has_broken_promises()) {
    console.report(read.diagnostics, read.sources, options.format);
    return kUnusable;
  }
  if (!read.policy->devices.empty()) {
    console.message(fmt::format(
        "note: the master data of {} devices is not part of the graph file; with it, give the rule "
        "file to `decide` and `dryrun`\n",
        grouped(read.policy->devices.size())));
  }
  CompileOptions compiling;
  compiling.claims = (*world)->claims();
  compiling.sift_work_max = kSiftWorkMax;
  compiling.without = *without;
  compiling.validate_passes = options.verify;
  compiling.clock_ms = now_ms;
  CompileSummary summary;
  auto graph = compile(std::make_shared<const RuleTable>(std::move(read.policy->table)), compiling,
                       &summary);
  if (!graph) return console.fail(graph.error());
  auto prepared = PreparedPolicy::prepare(*graph, **world);
  if (!prepared) return console.fail(prepared.error());
  StateBound state = state_bound(*prepared);
  Bytes bytes = write_graph_file(**graph);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (Status status = write_file(options.output, text, options.force); !status) {
    return console.fail(status.error());
  }
  const RuleTable& table = (*graph)->table();
  if (options.format == OutputFormat::json) {
    console.print(as_json(options.output, bytes.size(), summary, state, table, compiling.without));
  } else {
    console.message(summary.passes_text());
    console.message(fmt::format(
        "{}: {}; a device at rest takes up at most {} bytes, and {} for each value that changes, "
        "{} for each report of the last {}; {} bytes, meaning sha256:{}\n",
        options.output, summary.text(), grouped(state.standing), state.per_value, state.per_report,
        describe(sojourn::DeviceOptions().lateness), grouped(bytes.size()),
        to_hex(table.meaning_digest)));
  }
  return kClean;
}

}  // namespace sojourn::cli
