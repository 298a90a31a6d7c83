// sojourn build FILE -o policy.graph: compiles to the mapped graph file.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/policy_input.h"
#include "engine/graph/graph_file.h"
#include "engine/proof/compile.h"

namespace sojourn::cli {
namespace {

// A graph that is built to be kept is worth half a second of looking for a better order.
constexpr std::size_t kSiftWorkMax = 2'000'000;

}  // namespace

int run_build(const BuildOptions& options, Console& console) {
  auto world = open_world(options.geodata);
  if (!world) return console.fail(world.error());
  auto input = read_policy(options.file, **world);
  if (!input) return console.fail(input.error());
  PolicyInput& read = **input;
  if (Status analysed = analyse_policy(read, **world); !analysed) {
    return console.fail(analysed.error());
  }
  // What is built is meant to run: a ban or an assertion that does not hold stops it.
  if (!read.policy || read.diagnostics.has_errors() || read.diagnostics.has_broken_promises()) {
    console.report(read.diagnostics, read.sources, OutputFormat::text);
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
  CompileSummary summary;
  auto graph = compile(std::make_shared<const RuleTable>(std::move(read.policy->table)), compiling,
                       &summary);
  if (!graph) return console.fail(graph.error());
  Bytes bytes = write_graph_file(**graph);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (Status status = write_file(options.output, text, options.force); !status) {
    return console.fail(status.error());
  }
  console.message(fmt::format("{}: {} rule{}, {} nodes, {} leaves, {} bytes; meaning sha256:{}\n",
                              options.output, grouped(summary.rule_count),
                              summary.rule_count == 1 ? "" : "s", grouped(summary.node_count),
                              grouped(summary.leaf_count), grouped(bytes.size()),
                              to_hex((*graph)->table().meaning_digest)));
  return kClean;
}

}  // namespace sojourn::cli
