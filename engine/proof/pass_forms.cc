#include "engine/proof/pass_forms.h"

namespace sojourn {
namespace {

// A situation as classes.
class ClassesOf {
 public:
  ClassesOf(const RuleTable& table, const AxisPlan& plan, const std::vector<Reading>& readings) {
    for (const Axis& axis : plan.axes()) {
      classes_.push_back(class_of(axis, table.features[axis.feature], readings[axis.feature]));
    }
  }
  ClassIndex operator[](AxisIndex axis) const { return classes_[axis]; }

  // Where a walk through the diagram ends.
  DiagramRef end_of(DiagramRef at, const DiagramStore& store) const {
    while (!is_terminal(at)) at = store.child(at, classes_[store.axis(at)]);
    return at;
  }

 private:
  std::vector<ClassIndex> classes_;
};

std::uint32_t value_at(DiagramRef terminal) { return terminal & ~kTerminalBit; }

bool has_row(const MatcherPlan& plan, const ClassesOf& classes, std::size_t row) {
  for (const MatcherPlan::OnAxis& on : plan.axes) {
    const std::vector<std::uint64_t>& blocks = plan.vectors[on.vector_of_class[classes[on.axis]]];
    std::size_t block = row / 64;
    if (block >= blocks.size() || (blocks[block] >> (row % 64) & 1) == 0) return false;
  }
  return true;
}

std::uint32_t value_of(const MatcherPlan& plan, const ClassesOf& classes,
                       const DiagramStore& store) {
  for (std::size_t row = 0; row < plan.rows.size();) {
    const MatcherPlan::OnRow& on = plan.rows[row];
    bool holds = has_row(plan, classes, row) && classes.end_of(on.guard, store) == kYes;
    if (holds && !on.skips) return on.value;
    row = holds ? on.value : row + 1;
  }
  return plan.default_value;
}

}  // namespace

PolicyForm form_of_rows(const std::vector<OutcomeRow>& rows, const AxisPlan& plan,
                        const DiagramStore& store) {
  return {"list of rows", [&rows, &plan, &store](const std::vector<Reading>& readings) {
            ClassesOf classes(plan.table(), plan, readings);
            std::int32_t silenced = -1;  // the rule
            for (const OutcomeRow& row : rows) {
              if (silenced >= 0 && row.leaf.rule == silenced) continue;
              if (classes.end_of(row.where, store) != kYes) continue;
              if (!row.silences) return row.leaf;
              silenced = row.leaf.rule;
            }
            return Leaf{};
          }};
}

PolicyForm form_of_graph(const RowGraph& graph, const std::vector<Leaf>& leaves,
                         const AxisPlan& plan, const DiagramStore& store) {
  return {"grown graph", [&](const std::vector<Reading>& readings) {
            ClassesOf classes(plan.table(), plan, readings);
            std::uint32_t value = value_at(classes.end_of(graph.root, store));
            if ((value & kClosedBit) != 0) {
              value = value_of(graph.matchers.at(value & ~kClosedBit), classes, store);
            }
            return leaves.at(value);
          }};
}

}  // namespace sojourn
