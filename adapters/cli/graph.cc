// sojourn graph FILE: the decision graph of a policy as text, for Graphviz, or drawn.
#include "adapters/cli/commands.h"
#include "adapters/cli/follow_device.h"
#include "adapters/cli/policy_input.h"
#include "engine/base/diagnostic_code.h"
#include "engine/proof/graph_view.h"

namespace sojourn::cli {

int run_graph(const GraphOptions& options, Console& console) {
  if (options.dot && options.svg) {
    return console.fail(
        make_diagnostic(Code::E0003, "`--dot` and `--svg` exclude each other", "give one of them"));
  }
  auto policy = load_runnable(options.file, options.geodata, {}, console);
  if (!policy) return kUnusable;
  const DecisionGraph& graph = policy->prepared->graph();
  GraphViewOptions view_options;
  if (options.whole) view_options.whole_nodes_max = graph.node_count();
  FollowedDevice followed;
  if (!options.device.empty()) {
    auto found = follow_device(*policy, options.device, console);
    if (!found) return console.fail(found.error());
    followed = std::move(found).value();
    view_options.device = [&](AxisIndex axis) {
      const Axis& of = graph.axes()[axis];
      Reading reading = followed.loop->device().read(of.feature, followed.loop->now());
      return class_of(of, graph.table().features[of.feature], reading);
    };
  }
  GraphView view = view_graph(graph, policy->world->claims(), view_options);
  console.print(options.svg ? svg_of(view) : options.dot ? dot_of(view) : text_of(view));
  return kClean;
}

}  // namespace sojourn::cli
