// sojourn graph FILE: the decision graph of a policy as text, for Graphviz, drawn, or as JSON.
#include <nlohmann/json.hpp>

#include "adapters/cli/commands.h"
#include "adapters/cli/follow_device.h"
#include "adapters/cli/policy_input.h"
#include "engine/base/diagnostic_code.h"
#include "engine/proof/graph_view.h"

namespace sojourn::cli {

namespace {

using Json = nlohmann::ordered_json;

// Boxes are named by their place in the list; the first is the root.
std::string json_of(const GraphView& view) {
  Json json = {{"caption", view.caption}, {"boxes", Json::array()}};
  for (const GraphView::Box& box : view.boxes) {
    Json item = {{"title", box.title}};
    if (box.taken) item["taken"] = true;
    if (!box.lines.empty()) item["lines"] = box.lines;
    if (!box.ways.empty()) item["ways"] = Json::array();
    for (const GraphView::Way& way : box.ways) {
      item["ways"].push_back({{"when", way.words}, {"to", way.to}});
      if (way.taken) item["ways"].back()["taken"] = true;
    }
    json["boxes"].push_back(std::move(item));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_graph(const GraphOptions& options, Console& console) {
  bool json = options.format == OutputFormat::json;
  if (options.dot + options.svg + json > 1) {
    return console.fail(make_diagnostic(Code::E0003,
                                        "`--dot`, `--svg` and `--format json` exclude each other",
                                        "give one of them"));
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
  console.print(options.svg   ? svg_of(view)
                : options.dot ? dot_of(view)
                : json        ? json_of(view)
                              : text_of(view));
  return kClean;
}

}  // namespace sojourn::cli
