#include "engine/proof/option_table.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sojourn {

void OptionTable::add(AxisIndex axis, ClassIndex class_count,
                      std::vector<std::uint32_t> kind_of_row,
                      std::vector<std::vector<Choice>> choices) {
  OnAxis on;
  on.class_count = class_count;
  on.kind_of_row = std::move(kind_of_row);
  for (const std::vector<Choice>& of_kind : choices) {
    on.all.push_back(occurrences(of_kind, Which::all));
    on.usual.push_back(occurrences(of_kind, Which::usual));
  }
  on.choices = std::move(choices);
  axes_.push_back(axis);
  on_axis_.push_back(std::move(on));
}

OptionTable::Occurrences OptionTable::occurrences(const std::vector<Choice>& choices,
                                                  Which which) const {
  Occurrences found;
  found.any.assign(words(), 0);
  std::map<ClassIndex, Set> of_class;
  for (std::size_t column = 0; column < column_count_; ++column) {
    const Choice& choice = choices[column];
    auto add = [&](Set& columns) {
      columns.resize(words());
      columns[column / 64] |= std::uint64_t{1} << (column % 64);
    };
    if (choice.any) {
      add(found.any);
      continue;
    }
    add(of_class[choice.usual]);
    if (which == Which::all || choice.even) add(of_class[choice.other]);
  }
  found.of_class.assign(of_class.begin(), of_class.end());
  return found;
}

// What a box leaves of the columns, row by row; what the axes leave of a kind is found once.
class OptionTable::Sieve {
 public:
  Sieve(const OptionTable& table, const Box& box, Which which)
      : table_(table), box_(box), which_(which), words_(table.words()) {
    std::size_t kinds = 0;
    for (std::size_t i = 0; i < table.axes_.size(); ++i) {
      if (!table.limits(box, i)) continue;  // most axes say nothing
      limiting_.push_back({i, kinds * (1 + words_)});
      kinds += table.on_axis_[i].choices.size();
    }
    left_.resize(kinds * (1 + words_));
  }

  // False: nothing is left.
  bool of_row(std::size_t row, Set& columns) {
    columns.assign(words_, ~std::uint64_t{0});
    if (table_.column_count_ % 64 != 0) {
      columns.back() = (std::uint64_t{1} << (table_.column_count_ % 64)) - 1;
    }
    bool any = table_.column_count_ > 0;
    for (std::size_t l = 0; l < limiting_.size() && any; ++l) {
      const std::uint64_t* left = of_kind(limiting_[l], row);
      any = false;
      for (std::size_t word = 0; word < words_; ++word) {
        columns[word] &= left[word];
        any = any || columns[word] != 0;
      }
    }
    return any;
  }

 private:
  struct Limiting {
    std::size_t axis = 0;   // of the table's
    std::size_t first = 0;  // into `left_`
  };

  const std::uint64_t* of_kind(const Limiting& limiting, std::size_t row) {
    const OnAxis& on = table_.on_axis_[limiting.axis];
    std::uint32_t kind = on.kind_of_row[row];
    std::uint64_t* seen = &left_[limiting.first + kind * (1 + words_)];
    std::uint64_t* left = seen + 1;
    if (std::exchange(*seen, 1) == 1) return left;
    const ClassRange& range = box_[table_.axes_[limiting.axis]];
    const Occurrences& occurrences = which_ == Which::all ? on.all[kind] : on.usual[kind];
    std::copy(occurrences.any.begin(), occurrences.any.end(), left);
    auto first = std::lower_bound(
        occurrences.of_class.begin(), occurrences.of_class.end(), range.begin,
        [](const auto& of_class, ClassIndex value) { return of_class.first < value; });
    for (auto it = first; it != occurrences.of_class.end() && it->first < range.end; ++it) {
      for (std::size_t word = 0; word < words_; ++word) left[word] |= it->second[word];
    }
    return left;
  }

  const OptionTable& table_;
  const Box& box_;
  Which which_;
  std::size_t words_;
  std::vector<Limiting> limiting_;
  // By limiting axis and kind: whether it was looked at, then a bit for each column.
  std::vector<std::uint64_t> left_;
};

bool OptionTable::any_in(const Box& box) const {
  Sieve sieve(*this, box, Which::all);
  Set columns;
  for (std::size_t row = 0; row < row_count_; ++row) {
    if (sieve.of_row(row, columns)) return true;
  }
  return false;
}

std::vector<OptionTable::Set> OptionTable::inside(const Box& box, Which which) const {
  Sieve sieve(*this, box, which);
  std::vector<Set> rows(row_count_);
  for (std::size_t row = 0; row < row_count_; ++row) {
    if (!sieve.of_row(row, rows[row])) rows[row].clear();
  }
  return rows;
}

int OptionTable::cost(const Box& box, std::size_t row, std::size_t column) const {
  int cost = 0;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (!limits(box, i)) continue;
    const Choice& at = choice(i, row, column);
    const ClassRange& range = box[axes_[i]];
    bool usual = at.any || range.holds(at.usual) || (at.even && range.holds(at.other));
    cost += usual ? 0 : 1;
  }
  return cost;
}

}  // namespace sojourn
