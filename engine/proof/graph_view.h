// A decision graph as people look at it: boxes with a line per way out, in the language's words.
//
//   GraphView view = view_graph(graph, world.claims(), options);
//   text_of(view), dot_of(view), svg_of(view)
//
// Small graphs are shown whole. Large ones are folded by region (by the first feature where no
// region is tested): one line per group of countries that lead to the same, and for each group what
// can be decided there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/decision_graph.h"

namespace sojourn {

struct GraphView {
  struct Way {
    std::string words;  // "region in BR"
    std::size_t to = 0;
    bool taken = false;
  };
  struct Box {
    std::string title;               // the feature tested; a leaf's outcome
    std::vector<Way> ways;           // none: a leaf
    std::vector<std::string> lines;  // of a folded part: what it holds
    bool taken = false;              // the given device comes by
  };
  std::string caption;     // "acme 2026.11: 12 rules, 40 nodes; folded by region"
  std::vector<Box> boxes;  // the first is the root; ways lead to later boxes
};

struct GraphViewOptions {
  std::size_t whole_nodes_max = 60;  // beyond, the graph is folded
  // The class of each axis for a device whose way is to be shown.
  std::function<ClassIndex(AxisIndex)> device;
};

// `claims`: those that the graph was compiled with (Gazetteer::claims()).
GraphView view_graph(const DecisionGraph& graph, const std::vector<CountryClaim>& claims,
                     const GraphViewOptions& options = {});

std::string text_of(const GraphView& view);
std::string dot_of(const GraphView& view);
std::string svg_of(const GraphView& view);

}  // namespace sojourn
