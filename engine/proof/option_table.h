// Private to World: axes of which only certain combinations of classes occur, as options: a row
// and a column each. Of who is enabled on which network the rows are profiles and the columns
// networks; what is about places or the clock alone has one row.
//
//   OptionTable table;
//   table.add(axis, class_count, kind_of_row, choices);   // for each axis
//   table.any_in(box)                                     // is some option inside the box?
//   table.inside(box, OptionTable::Which::usual)          // those whose usual classes are
//
// Rows of one kind have the same choices on an axis (what is asked of a candidate looks alike
// whoever else is enabled), so a table takes memory by kinds and not by rows, and the columns
// inside a box are found by sets of bits and not one by one.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/proof/axes.h"

namespace sojourn {

// Classes begin to end - 1 of an axis.
struct ClassRange {
  ClassIndex begin = 0;
  ClassIndex end = 0;
  bool holds(ClassIndex value) const { return begin <= value && value < end; }
};
using Box = std::vector<ClassRange>;  // by axis

class OptionTable {
 public:
  // The classes that an option has on an axis.
  struct Choice {
    ClassIndex usual = 0;
    ClassIndex other = 0;  // also possible; equal to `usual` when there is none
    bool any = false;      // every class is possible
    bool even = false;     // the other one is as usual
    friend bool operator==(const Choice&, const Choice&) = default;
  };
  using Set = std::vector<std::uint64_t>;  // a bit for each column
  enum class Which : std::uint8_t { all, usual };

  OptionTable() = default;
  OptionTable(std::size_t row_count, std::size_t column_count)
      : row_count_(row_count), column_count_(column_count) {}

  // `kind_of_row`: a number for each row; `choices`: by kind, then by column.
  void add(AxisIndex axis, ClassIndex class_count, std::vector<std::uint32_t> kind_of_row,
           std::vector<std::vector<Choice>> choices);

  const std::vector<AxisIndex>& axes() const { return axes_; }
  bool empty() const { return axes_.empty(); }
  std::size_t row_count() const { return row_count_; }
  std::size_t column_count() const { return column_count_; }
  // Of the i-th of `axes()`.
  const Choice& choice(std::size_t i, std::size_t row, std::size_t column) const {
    const OnAxis& on = on_axis_[i];
    return on.choices[on.kind_of_row[row]][column];
  }

  // Can one of the options be inside the box?
  bool any_in(const Box& box) const;
  // By row, those that can; `usual`: with the usual class of each axis. A row with none is empty.
  std::vector<Set> inside(const Box& box, Which which) const;
  // On how many axes only the other class of the option is inside the box. Requires: it can be
  // inside.
  int cost(const Box& box, std::size_t row, std::size_t column) const;

 private:
  // In which columns a kind of row has a class; in the order of classes.
  struct Occurrences {
    Set any;  // where every class is possible
    std::vector<std::pair<ClassIndex, Set>> of_class;
  };
  struct OnAxis {
    ClassIndex class_count = 0;
    std::vector<std::uint32_t> kind_of_row;
    std::vector<std::vector<Choice>> choices;  // by kind, then by column
    std::vector<Occurrences> all, usual;       // by kind
  };
  class Sieve;

  std::size_t words() const { return (column_count_ + 63) / 64; }
  Occurrences occurrences(const std::vector<Choice>& choices, Which which) const;
  bool limits(const Box& box, std::size_t i) const {
    const ClassRange& range = box[axes_[i]];
    return range.begin != 0 || range.end != on_axis_[i].class_count;
  }

  std::size_t row_count_ = 0, column_count_ = 0;
  std::vector<AxisIndex> axes_;
  std::vector<OnAxis> on_axis_;
};

}  // namespace sojourn
