// Compiling a policy: RuleTable -> DecisionGraph.
//
//   CompileOptions options;
//   options.claims = gazetteer.claims();
//   CompileSummary summary;
//   auto graph = compile(table, options, &summary);
//   if (!graph) return std::move(graph).error();
//   LeafIndex decided = (*graph)->evaluate(class_of_axis);
//
// The passes, a file each: axis_order (a better order of features, by sifting), axes (what can be
// told apart), condition_diagrams (every condition twice) and rule_diagrams (what is decided, as
// ordered rows), product (one diagram of all rows) and matcher_plan (what of it is better left a
// table), flatten (the words of the graph), validate (the graph against the rules). Those that only
// make it smaller or quicker can be switched off (passes.h); what each leaves behind can be
// compared with the rules before the next one begins.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/gazetteer.h"
#include "engine/base/result.h"
#include "engine/graph/decision_graph.h"
#include "engine/proof/passes.h"

namespace sojourn {

struct OutcomeRow;
struct RowGraph;

// What a pass made: one of these is not null.
struct PassProduct {
  std::string_view pass;  // as in CompilePass
  std::vector<OutcomeRow>* rows = nullptr;
  RowGraph* graph = nullptr;                    // what decides
  std::vector<std::uint32_t>* words = nullptr;  // of all graphs
};

struct CompileOptions {
  // Every claim that a position can have: Gazetteer::claims(). Claims of several countries that are
  // not named here make conditions about `region` unknown.
  std::vector<CountryClaim> claims;
  // How far a pure graph may grow before part of it becomes residual matchers. 0: a limit that fits
  // the number of rules.
  std::size_t nodes_max = 0;
  std::size_t work_max = 0;
  // After compiling, compare the graph with the rules themselves on the corners of every rule and
  // on random situations (translation validation). A difference is our own mistake: E0902.
  bool validate = true;
  // The same after every pass, on what it made: says which of them made the mistake.
  bool validate_passes = false;
  // How much work sifting may spend on the order of features, in rows looked at; 0: the heuristic
  // order stands.
  std::size_t sift_work_max = 0;
  // Passes that are switched off.
  PassSet without{};
  // Sees what a pass made, before that is compared with the rules, and may change it: how tests
  // plant a mistake in each of them. Absent: nobody looks.
  std::function<void(PassProduct&)> after_pass = nullptr;
  // Milliseconds of any clock, to time the passes with; absent: they are not timed.
  std::function<double()> clock_ms = nullptr;
};

// What the graph became, and why.
enum class GraphForm : std::uint8_t {
  graph,    // nodes alone
  mixed,    // nodes, then residual matchers: a pure graph went beyond its limit
  matcher,  // one residual matcher: so near the root it went beyond, or Pass::grow was left out
};

// One pass of the compiler, and what came of it.
struct CompilePass {
  std::string name;
  double ms = 0;                    // 0 without a clock
  std::string result;               // "212 nodes"
  std::size_t validated_count = 0;  // situations in which what it made and the rules were compared
};

// What came of it, for `build` to tell.
struct CompileSummary {
  std::size_t rule_count = 0;
  std::size_t axis_count = 0;
  std::size_t node_count = 0;
  std::size_t leaf_count = 0;
  std::size_t byte_count = 0;
  std::size_t matcher_count = 0;
  GraphForm form = GraphForm::graph;
  bool grow_left_out = false;       // CompileOptions::without
  std::size_t validated_count = 0;  // situations in which graph and rules were compared
  // The declared bound of one decision: axes looked at, and words of vectors read in a matcher.
  std::size_t steps_max = 0;
  std::vector<CompilePass> passes;  // in the order of running
  // "3 rules: 5 nodes, 4 outcomes, 120 bytes, at most 2 steps per decision"
  std::string text() const;
  std::string passes_text() const;  // a line per pass
};

// The graph's table is the given one with the features added that choosing needs (installed,
// quarantined, profile); rules, profiles and existing features keep their indices.
// Requires: overrides form no circle.
Result<std::shared_ptr<const DecisionGraph>> compile(std::shared_ptr<const RuleTable> table,
                                                     const CompileOptions& options,
                                                     CompileSummary* summary = nullptr);

}  // namespace sojourn
