// Axes: what a policy can tell apart about each feature, as numbered classes.
//
// A RuleTable's tests go in; out come the axes of the graph, in the order in which nodes will test
// them, and for every test the classes in which it is certainly true and certainly false. Values
// that judge() answers alike for every test are one class:
//
//   rsrp >= -110, rsrp >= -90      ->  (.., -110) [-110, -90) [-90, ..) unknown
//   country in {BR}, in {BR, AR}   ->  BR | AR | anything else | unknown
//
// Everything is asked of judge(), so graph and interpreter cannot differ about a single test.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/graph/decision_graph.h"
#include "engine/proof/diagram.h"
#include "engine/proof/feature_order.h"

namespace sojourn {

// The values of a symbol or flag that a policy could tell apart (network: codes; a value for all
// that are not listed is not among them).
std::vector<std::int64_t> distinct_values(const RuleTable& table, FeatureIndex feature,
                                          const std::vector<CountryClaim>& claims);

// The same for networks in a policy that tests none itself.
std::vector<std::int64_t> network_values(const RuleTable& table);

struct AxisOptions {
  // Every claim that can stand (Gazetteer::claims()); single countries are always included.
  std::vector<CountryClaim> claims;
  FeatureOrder order = {};
};

class AxisPlan {
 public:
  // Axes for the tests in use. `test_uses` has, for every test of the table's ConditionTable, in
  // how many rules it stands; 0 leaves it out.
  // Requires: the table outlives the plan.
  AxisPlan(const RuleTable& table, const std::vector<std::uint32_t>& test_uses,
           const AxisOptions& options);

  const RuleTable& table() const { return table_; }
  const std::vector<Axis>& axes() const { return axes_; }
  std::vector<ClassIndex> class_counts() const;

  // A test as a function of one axis: runs of classes and the truth-valued terminal of each.
  struct Split {
    AxisIndex axis = 0;
    std::vector<DiagramRun> runs;
  };
  // Where the test is certainly true; where it is certainly false. Requires: a test in use.
  Split certain(std::uint32_t test_index) const;
  Split refuted(std::uint32_t test_index) const;

  // The tests in use about a feature, ascending.
  const std::vector<std::uint32_t>& tests_of(FeatureIndex feature) const {
    return tests_of_feature_[feature];
  }
  // The axis of a feature's value (counts: of its lower bound); absent when nothing tests it.
  std::optional<AxisIndex> axis_of(FeatureIndex feature) const;

 private:
  using TestList = std::vector<std::uint32_t>;

  // How a test about symbols answers: alike in most classes, and those in which it does not. (A
  // truth for every test in every class would be as many squared as there are values.)
  struct Answers {
    Truth usual = Truth::no;
    std::vector<std::pair<ClassIndex, Truth>> others;  // ascending
  };

  void add_number(FeatureIndex feature, const TestList& tests);
  void add_symbol(FeatureIndex feature, const TestList& tests,
                  const std::vector<CountryClaim>& claims);
  // The classes in which a test about symbols has this truth.
  Split where(std::uint32_t test_index, Truth truth) const;

  const RuleTable& table_;
  std::vector<Axis> axes_;
  std::vector<std::optional<AxisIndex>> axis_of_feature_;
  std::vector<TestList> tests_of_feature_;
  std::vector<Answers> answers_;  // by test, for symbols and flags
};

}  // namespace sojourn
