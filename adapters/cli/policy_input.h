// How commands come by a policy: rule files or compiled graphs, the geodata, and what was wrong.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/console.h"
#include "adapters/service/policy_source.h"
#include "engine/base/gazetteer.h"
#include "engine/device/device.h"
#include "engine/graph/decision_graph.h"

namespace sojourn::cli {

// The gazetteer of `folder`, or of where it was installed when that is "".
Result<std::shared_ptr<const Gazetteer>> open_world(const std::string& folder);

// By its first bytes; false for what cannot be read.
bool is_graph_file(const std::string& path);

using PolicyInput = service::PolicySource;
using service::analyse_policy;

// Not ok only when the file itself cannot be read; what is wrong in it is in `diagnostics`.
Result<std::unique_ptr<PolicyInput>> read_policy(const std::string& path, const Gazetteer& world);

// The rules of a rule file or a graph file, as data.
struct PolicyTable {
  RuleTable rules;
  std::vector<Observation> devices{};  // master data; a graph file has none
};

// What the prover finds is added to what was found before, and reported if any of it is an error
// (interfaces.md: errors stop every command); false then, and when it cannot be analysed.
bool is_free_of_errors(PolicyInput& read, const Gazetteer& world, Console& console,
                       Recheck* kept = nullptr);

// Reports what is wrong on the console; absent then.
std::optional<PolicyTable> read_table(const std::string& path, const Gazetteer& world,
                                      Console& console, Recheck* kept = nullptr);

// Changes to a policy's settings for one run.
struct SettingsOverride {
  std::optional<Duration> settle;
};

// A policy ready to run, from a rule file or a graph file (told apart by their first bytes).
struct RunnablePolicy {
  std::shared_ptr<const Gazetteer> world;
  std::shared_ptr<const PreparedPolicy> prepared;
  std::vector<Observation> devices{};  // master data; a graph file has none
};

// Reports what is wrong on the console; absent (exit with kUnusable) when the policy cannot run.
std::optional<RunnablePolicy> load_runnable(const std::string& path, const std::string& geodata,
                                            const SettingsOverride& override_settings,
                                            Console& console);

}  // namespace sojourn::cli
