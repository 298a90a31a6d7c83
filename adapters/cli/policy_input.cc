#include "adapters/cli/policy_input.h"

#include <fmt/format.h>

#include "adapters/geo/geo.h"
#include "adapters/service/files.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "engine/graph/graph_file.h"
#include "engine/proof/compile.h"

namespace sojourn::cli {

bool is_graph_file(const std::string& path) {
  std::FILE* file = path == "-" ? nullptr : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  std::uint8_t first[8];
  std::size_t count = std::fread(first, 1, sizeof first, file);
  std::fclose(file);
  return looks_like_graph_file({first, count});
}

Result<std::shared_ptr<const Gazetteer>> open_world(const std::string& folder) {
  return geo::open_gazetteer(folder.empty() ? geo::default_geodata_directory() : folder);
}

Result<std::unique_ptr<PolicyInput>> read_policy(const std::string& path, const Gazetteer& world) {
  auto text = read_file(path, limits::kSourceBytesMax);
  if (!text) return std::move(text).error();
  static const service::DiskFiles files;
  return service::read_policy_source(path == "-" ? "standard input" : path, std::move(text).value(),
                                     files, world);
}

bool is_free_of_errors(PolicyInput& read, const Gazetteer& world, Console& console, Recheck* kept) {
  if (Status analysed = analyse_policy(read, world, kept); !analysed) {
    return console.fail(analysed.error()), false;
  }
  if (read.policy && !read.diagnostics.has_errors()) return true;
  console.report(read.diagnostics, read.sources, OutputFormat::text);
  return false;
}

std::optional<PolicyTable> read_table(const std::string& path, const Gazetteer& world,
                                      Console& console, Recheck* kept) {
  if (is_graph_file(path)) {
    auto mapped = map_graph_file(path);
    if (mapped) return PolicyTable{(*mapped)->table()};
    Diagnostic error = mapped.error();
    error.message = fmt::format("`{}`: {}", path, error.message);
    return console.fail(error), std::nullopt;
  }
  auto input = read_policy(path, world);
  if (!input) return console.fail(input.error()), std::nullopt;
  PolicyInput& read = **input;
  if (!is_free_of_errors(read, world, console, kept)) return std::nullopt;
  return PolicyTable{std::move(read.policy->table), std::move(read.policy->devices)};
}

std::optional<RunnablePolicy> load_runnable(const std::string& path, const std::string& geodata,
                                            const SettingsOverride& override_settings,
                                            Console& console) {
  auto world = open_world(geodata);
  if (!world) return console.fail(world.error()), std::nullopt;
  std::shared_ptr<const DecisionGraph> graph;
  std::vector<Observation> devices;
  if (is_graph_file(path)) {
    if (override_settings.settle) {
      console.fail(make_diagnostic(Code::E0003, "a compiled policy's settle cannot be changed",
                                   "give the rule file instead"));
      return std::nullopt;
    }
    auto mapped = map_graph_file(path);
    if (!mapped) {
      Diagnostic error = mapped.error();
      error.message = fmt::format("`{}`: {}", path, error.message);
      return console.fail(error), std::nullopt;
    }
    graph = *mapped;
  } else {
    auto input = read_policy(path, **world);
    if (!input) return console.fail(input.error()), std::nullopt;
    PolicyInput& read = **input;
    if (!is_free_of_errors(read, **world, console)) return std::nullopt;
    devices = std::move(read.policy->devices);
    RuleTable table = std::move(read.policy->table);
    if (override_settings.settle) table.settings.settle = *override_settings.settle;
    auto compiled = compile(std::make_shared<const RuleTable>(std::move(table)),
                            CompileOptions{.claims = (*world)->claims()});
    if (!compiled) return console.fail(compiled.error()), std::nullopt;
    graph = *compiled;
  }
  auto prepared = PreparedPolicy::prepare(graph, **world);
  if (!prepared) return console.fail(prepared.error()), std::nullopt;
  return RunnablePolicy{*world, *prepared, std::move(devices)};
}

}  // namespace sojourn::cli
