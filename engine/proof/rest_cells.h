// Private to engine/proof: where devices rest, told apart by what decides there.
//
// The place, telemetry and the clock of a device at rest stay as they are; what moves is the
// profile and what follows from it. Where a policy has too many rows to be looked at as a whole,
// these are split by what stays, one axis after the other:
//
//   region in BR & meter & not roaming -> a     BR, meter:   not roaming -> a;  yes -> b
//   region in BR                       -> b     BR, tracker: yes -> b
//   region in TR                       -> c     TR:          yes -> c
//
// Most are put aside at a look: a device goes round only where two rows lead to different profiles
// and the earlier of them looks at what moves. (The earliest row of a cycle holds on one of its
// stays, and not on the one to which it leads.)
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/proof/axes.h"
#include "engine/proof/product.h"

namespace sojourn {

// Classes from `begin` to before `end`.
struct CellRange {
  ClassIndex begin = 0;
  ClassIndex end = 0;
};

// Where the axis is in one of them.
DiagramRef in_range(DiagramStore& store, AxisIndex axis, CellRange range);

struct RestCell {
  std::map<AxisIndex, CellRange> where;  // what stays; axes not named do not matter to the rows
  std::vector<ProductRow> rows;          // what is left of them
  bool can_be_split = false;             // they look at what stays
};

// What was found in a cell: nothing, whatever is possible there, so that there is nothing where the
// same rows are left in the same surroundings either; something that has to be asked of each cell;
// as much as is wanted; or that it is too much to be looked at, if it can be split.
enum class InCell : std::uint8_t { nothing, something, enough, too_much };

class RestCells {
 public:
  // What is asked of the same rows is the same where this is.
  using Surroundings = std::function<std::size_t(const std::map<AxisIndex, CellRange>& where)>;
  // `stays`: by axis. `work_max`: rows looked at. Requires: store and plan outlive this.
  RestCells(DiagramStore& store, const AxisPlan& plan, std::vector<bool> stays,
            Surroundings surroundings, std::size_t work_max)
      : store_(store),
        plan_(plan),
        stays_(std::move(stays)),
        surroundings_(std::move(surroundings)),
        work_left_(work_max) {}

  using Look = std::function<InCell(const RestCell&)>;
  // Looks into the cells in which a device may go round; those of unknown values come last. False:
  // it would have been more than the work allowed. `rows`: the first that holds decides; those of
  // value 0 lead nowhere.
  bool for_each(const std::vector<ProductRow>& rows, const Look& look);

 private:
  using Rows = std::vector<ProductRow>;
  // What a diagram tests.
  struct Tests {
    bool what_moves = false;
    std::vector<AxisIndex> what_stays;  // ascending
  };
  struct Part {
    CellRange range;
    Rows rows;
  };

  InCell look_into(const Rows& rows, const Look& look);
  const Tests& tests_of(DiagramRef ref);
  bool may_go_round(const Rows& rows);
  std::optional<AxisIndex> axis_to_split(const Rows& rows);
  std::vector<Part> split(const Rows& rows, AxisIndex axis);
  std::vector<Part> parts_of(AxisIndex axis,
                             const std::vector<std::vector<DiagramRun>>& runs) const;
  std::vector<DiagramRun> on_axis(DiagramRef ref, AxisIndex axis);
  DiagramRef in_class(DiagramRef ref, AxisIndex axis, ClassIndex value);

  DiagramStore& store_;
  const AxisPlan& plan_;
  std::vector<bool> stays_;
  Surroundings surroundings_;
  std::size_t work_left_;
  bool stopped_ = false;
  std::map<AxisIndex, CellRange> where_;  // under way
  std::unordered_map<DiagramRef, Tests> tests_;
  // Surroundings and rows of cells in which nothing was found.
  std::set<std::pair<std::size_t, std::vector<std::pair<DiagramRef, std::uint32_t>>>> nothing_;
};

}  // namespace sojourn
