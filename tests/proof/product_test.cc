// The product of many rows against looking at them one by one; and how its time grows.
#include "engine/proof/product.h"

#include <ctime>
#include <set>

#include "engine/proof/live_rows.h"
#include "tests/graph/random_policy.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using testing::Dice;

constexpr std::uint64_t kSeed = 20261127;

DiagramRef random_diagram(Dice& dice, DiagramStore& store) {
  if (dice.one_in(12)) return kYes;
  std::vector<DiagramRef> parts;
  for (AxisIndex axis = 0; axis < store.axis_count(); ++axis) {
    if (dice.one_in(3)) continue;
    std::vector<DiagramRun> runs;
    for (ClassIndex c = 0; c < store.class_count(axis); ++c) {
      runs.push_back({c + 1, dice.one_in(2) ? kYes : kNo});
    }
    parts.push_back(store.node(axis, runs));
  }
  return dice.one_in(3) ? store.any_of(std::move(parts)) : store.all_of(std::move(parts));
}

DiagramRef at(const DiagramStore& store, DiagramRef ref, const std::vector<ClassIndex>& classes) {
  while (!is_terminal(ref)) ref = store.child(ref, classes[store.axis(ref)]);
  return ref;
}

// The values of the rows that hold, in order, up to the first that decides.
std::vector<std::uint32_t> held(const DiagramStore& store, const std::vector<ProductRow>& rows,
                                const std::vector<ClassIndex>& classes) {
  std::vector<std::uint32_t> values;
  for (const ProductRow& row : rows) {
    if (at(store, row.where, classes) != kYes) continue;
    values.push_back(row.value);
    if (row.decides) break;
  }
  return values;
}

// Every combination of classes.
bool next(const DiagramStore& store, std::vector<ClassIndex>& classes) {
  for (AxisIndex axis = 0; axis < classes.size(); ++axis) {
    if (++classes[axis] < store.class_count(axis)) return true;
    classes[axis] = 0;
  }
  return false;
}

// A row for each value of one axis, in a shuffled order; and one that always holds.
std::vector<ProductRow> row_for_each_class(DiagramStore& store, std::uint32_t count) {
  std::vector<ProductRow> rows;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto own = static_cast<ClassIndex>((std::uint64_t{i} * 7'919) % count);
    std::vector<DiagramRun> runs;
    if (own > 0) runs.push_back({own, kNo});
    runs.push_back({own + 1, kYes});
    if (own + 1 < count) runs.push_back({count, kNo});
    rows.push_back({store.node(0, runs), i, true});
  }
  rows.push_back({kYes, count, true});
  return rows;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

TEST_CASE("the product says of every combination of classes which rows hold") {
  INFO("seed " << kSeed);
  Dice dice(kSeed);
  for (int round = 0; round < testing::rounds(200); ++round) {
    INFO("round " << round);
    DiagramStore store({2, 5, 3, 4});
    std::vector<ProductRow> rows;
    for (std::uint64_t count = 1 + dice.below(12); rows.size() < count;) {
      auto value = static_cast<std::uint32_t>(dice.below(4));  // several rows say the same
      rows.push_back({random_diagram(dice, store), value, !dice.one_in(4)});
    }
    std::vector<std::vector<std::uint32_t>> lists;
    auto number = [&](const std::vector<std::uint32_t>& values) {
      auto known = std::find(lists.begin(), lists.end(), values);
      if (known == lists.end()) known = lists.insert(lists.end(), values);
      return static_cast<std::uint32_t>(known - lists.begin());
    };
    ProductLimits limits;
    limits.work_max = limits.nodes_max = 100'000;
    std::optional<ProductResult> made = product(store, rows, number, limits);
    REQUIRE(made);
    std::vector<ClassIndex> classes(store.axis_count(), 0);
    std::size_t different = 0;
    do {
      std::uint32_t list = at(store, made->root, classes) & ~kTerminalBit;
      different += lists[list] == held(store, rows, classes) ? 0u : 1u;
    } while (next(store, classes));
    CHECK(different == 0);
  }
}

TEST_CASE("the product of rows about a value each takes as long as they are many") {
  // Looking at every row for every value takes half a minute.
  constexpr std::uint32_t kRows = 100'000;
  DiagramStore store({kRows});
  std::vector<ProductRow> rows = row_for_each_class(store, kRows);
  ProductLimits limits;
  limits.work_max = limits.nodes_max = 100 * std::size_t{kRows};
  auto first = [](const std::vector<std::uint32_t>& values) { return values.front(); };
  double begin = processor_seconds();
  std::optional<ProductResult> made = product(store, rows, first, limits);
  CHECK(processor_seconds() - begin < 5);
  REQUIRE(made);
  CHECK(made->work < 4 * std::size_t{kRows});
  std::size_t different = 0;
  for (std::uint32_t i = 0; i < kRows; ++i) {
    auto own = static_cast<ClassIndex>((std::uint64_t{i} * 7'919) % kRows);
    different += store.child(made->root, own) == terminal(i) ? 0u : 1u;
  }
  CHECK(different == 0);
}

TEST_CASE("live rows are walked in order, as an ordered set is") {
  INFO("seed " << kSeed);
  Dice dice(kSeed);
  for (std::uint32_t count : {1u, 63u, 64u, 65u, 4'096u, 4'097u, 20'000u}) {
    INFO(count << " rows");
    LiveRows live(count);
    std::set<std::uint32_t> naive;
    for (int step = 0; step < 300; ++step) {
      auto row = static_cast<std::uint32_t>(dice.below(count));
      if (dice.one_in(3)) {
        live.erase(row);
        naive.erase(row);
      } else {
        live.insert(row);
        naive.insert(row);
      }
    }
    std::vector<std::uint32_t> walked;
    for (std::uint32_t row = live.first_from(0); row != LiveRows::kNone;
         row = live.first_from(row + 1)) {
      walked.push_back(row);
    }
    CHECK(walked == std::vector<std::uint32_t>(naive.begin(), naive.end()));
  }
}

}  // namespace sojourn
