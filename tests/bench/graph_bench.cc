// The decision graph beside its peers: a naive interpreter and a hand-written bit-vector loop over
// the same rules and devices, and a chain of as many dependent loads as the graph makes.
//
//   build/tests/bench/graph_bench --benchmark_filter=decide
//
// Rules and devices come from a seed. `realistic`: 4 attributes, each rule names all of them.
// `wild`: 12 attributes, each rule names a third of them; `own_value`: one attribute with a value
// for each rule. A million distinct devices in shuffled order; the rule of every decision is
// consumed.
#include <benchmark/benchmark.h>

#include <bit>
#include <map>

#include "engine/proof/compile.h"
#include "tests/bench/generated_rules.h"

namespace sojourn {
namespace {

using namespace bench;

constexpr std::size_t kDevices = std::size_t{1} << 20;
// Everything a run needs, made once per shape and size.
struct Bench {
  std::shared_ptr<const DecisionGraph> graph;
  CompileSummary summary;
  std::vector<std::uint8_t> classes;  // by device, by axis
  std::vector<std::uint8_t> values;   // by device, by feature
  std::size_t axes = 0;
  // The hand-written loop: per axis and class a vector of one bit per rule.
  std::vector<std::vector<std::vector<std::uint64_t>>> vectors;
};

const Bench& bench_of(const Shape& shape, std::size_t rule_count) {
  static std::map<std::pair<std::size_t, std::size_t>, Bench> made;
  auto [row, fresh] = made.try_emplace({shape.attributes, rule_count});
  Bench& bench = row->second;
  if (!fresh) return bench;
  auto table = std::make_shared<RuleTable>(make_rules(shape, rule_count));
  CompileOptions options;
  options.validate = false;
  bench.graph = *compile(table, options, &bench.summary);
  bench.axes = bench.graph->axes().size();
  testing::Dice dice(7);
  for (std::size_t d = 0; d < kDevices; ++d) {
    std::size_t first = bench.values.size();
    for (std::size_t f = 0; f < shape.attributes; ++f) {
      bench.values.push_back(static_cast<std::uint8_t>(dice.below(kValuesPerAttribute)));
    }
    for (const Axis& axis : bench.graph->axes()) {
      Reading reading = Reading::exactly(bench.values[first + axis.feature]);
      ClassIndex value = class_of(axis, bench.graph->table().features[axis.feature], reading);
      bench.classes.push_back(static_cast<std::uint8_t>(value));
    }
  }
  std::size_t blocks = (rule_count + 63) / 64;
  for (const Axis& axis : bench.graph->axes()) {
    const Feature& feature = table->features[axis.feature];
    auto& of_axis = bench.vectors.emplace_back();
    of_axis.assign(axis.class_count, std::vector<std::uint64_t>(blocks, 0));
    for (std::int64_t v = 0; v < kValuesPerAttribute; ++v) {
      ClassIndex c = class_of(axis, feature, Reading::exactly(v));
      for (std::size_t r = 0; r < rule_count; ++r) {
        bool accepts = true;
        std::vector<ConditionIndex> open = {table->rules[r].condition};
        while (!open.empty()) {
          const ConditionNode& node = table->conditions.node(open.back());
          open.pop_back();
          if (node.op == ConditionOp::conjunction) {
            for (std::uint32_t i = 0; i < node.count; ++i) {
              open.push_back(table->conditions.child(node, i));
            }
          } else if (node.op == ConditionOp::test) {
            const Test& test = table->conditions.test_of(node);
            if (test.feature != axis.feature) continue;
            accepts = accepts && judge(test, feature, Reading::exactly(v)) == Truth::yes;
          }
        }
        if (accepts) of_axis[c][r / 64] |= std::uint64_t{1} << (r % 64);
      }
    }
  }
  return bench;
}

void report(benchmark::State& state, const Bench& bench) {
  state.SetItemsProcessed(state.iterations());
  state.counters["nodes"] = static_cast<double>(bench.summary.node_count);
  state.counters["bytes"] = static_cast<double>(bench.summary.byte_count);
  state.counters["matchers"] = static_cast<double>(bench.summary.matcher_count);
}

void decide_by_graph(benchmark::State& state, const Shape& shape) {
  const Bench& bench = bench_of(shape, static_cast<std::size_t>(state.range(0)));
  std::size_t device = 0;
  std::int64_t rules = 0;
  for (auto _ : state) {
    const std::uint8_t* classes = &bench.classes[device * bench.axes];
    LeafIndex leaf = bench.graph->evaluate([&](AxisIndex a) -> ClassIndex { return classes[a]; });
    rules += bench.graph->leaf(leaf).rule;
    device = (device + 1) % kDevices;
  }
  benchmark::DoNotOptimize(rules);
  report(state, bench);
}

void decide_by_bit_vectors(benchmark::State& state, const Shape& shape) {
  const Bench& bench = bench_of(shape, static_cast<std::size_t>(state.range(0)));
  std::size_t blocks = bench.vectors.empty() ? 0 : bench.vectors[0][0].size();
  std::size_t device = 0;
  std::int64_t rules = 0;
  for (auto _ : state) {
    const std::uint8_t* classes = &bench.classes[device * bench.axes];
    std::int64_t rule = -1;
    for (std::size_t b = 0; b < blocks; ++b) {
      std::uint64_t alive = ~std::uint64_t{0};
      for (std::size_t a = 0; a < bench.axes; ++a) alive &= bench.vectors[a][classes[a]][b];
      if (alive == 0) continue;
      rule = static_cast<std::int64_t>(b * 64) + std::countr_zero(alive);
      break;
    }
    rules += rule;
    device = (device + 1) % kDevices;
  }
  benchmark::DoNotOptimize(rules);
  report(state, bench);
}

void decide_naively(benchmark::State& state, const Shape& shape) {
  const Bench& bench = bench_of(shape, static_cast<std::size_t>(state.range(0)));
  const RuleTable& table = bench.graph->table();
  std::size_t device = 0;
  std::int64_t rules = 0;
  for (auto _ : state) {
    const std::uint8_t* values = &bench.values[device * shape.attributes];
    std::int64_t decided = -1;
    for (std::size_t r = 0; r < table.rules.size() && decided < 0; ++r) {
      Truth truth = table.conditions.judge(table.rules[r].condition, [&](const Test& test) {
        return judge(test, table.features[test.feature], Reading::exactly(values[test.feature]));
      });
      if (truth == Truth::yes) decided = static_cast<std::int64_t>(r);
    }
    rules += decided;
    device = (device + 1) % kDevices;
  }
  benchmark::DoNotOptimize(rules);
  report(state, bench);
}

// The physical limit: as many dependent loads as a decision makes, in a table of the graph's size.
void chain_of_loads(benchmark::State& state, const Shape& shape) {
  const Bench& bench = bench_of(shape, static_cast<std::size_t>(state.range(0)));
  std::size_t count = std::bit_ceil(std::max<std::size_t>(bench.summary.byte_count / 4, 64));
  std::vector<std::uint32_t> table(count);
  testing::Dice dice(3);
  for (std::uint32_t& word : table) word = static_cast<std::uint32_t>(dice.below(count));
  std::uint32_t at = 0;
  std::size_t device = 0;
  std::uint64_t sum = 0;
  for (auto _ : state) {
    const std::uint8_t* classes = &bench.classes[device * bench.axes];
    at = 0;
    for (std::size_t a = 0; a < shape.attributes; ++a) {
      at = table[(at + classes[a]) & (count - 1)];
    }
    sum += at;
    device = (device + 1) % kDevices;
  }
  benchmark::DoNotOptimize(sum);
  report(state, bench);
}

void compile_rules(benchmark::State& state, const Shape& shape) {
  auto table =
      std::make_shared<RuleTable>(make_rules(shape, static_cast<std::size_t>(state.range(0))));
  CompileOptions options;
  options.validate = false;
  CompileSummary summary;
  for (auto _ : state) benchmark::DoNotOptimize(compile(table, options, &summary));
  state.counters["nodes"] = static_cast<double>(summary.node_count);
  state.counters["bytes"] = static_cast<double>(summary.byte_count);
  state.counters["matchers"] = static_cast<double>(summary.matcher_count);
}

BENCHMARK_CAPTURE(decide_by_graph, realistic, kRealistic)
    ->Arg(10)
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000);
BENCHMARK_CAPTURE(chain_of_loads, realistic, kRealistic)->Arg(100)->Arg(10'000)->Arg(100'000);
BENCHMARK_CAPTURE(decide_by_bit_vectors, realistic, kRealistic)
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000);
BENCHMARK_CAPTURE(decide_naively, realistic, kRealistic)->Arg(100)->Arg(10'000);
BENCHMARK_CAPTURE(decide_by_graph, wild, kWild)->Arg(100)->Arg(10'000)->Arg(100'000);
BENCHMARK_CAPTURE(decide_by_bit_vectors, wild, kWild)->Arg(100)->Arg(10'000)->Arg(100'000);
BENCHMARK_CAPTURE(decide_naively, wild, kWild)->Arg(100)->Arg(10'000);
BENCHMARK_CAPTURE(compile_rules, realistic, kRealistic)
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compile_rules, wild, kWild)
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);

BENCHMARK_CAPTURE(compile_rules, own_value, kOwnValue)
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sojourn
