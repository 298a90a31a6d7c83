#include "engine/graph/decision_graph.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace sojourn {
namespace {

const ClassIndex* listed_class(const Axis& axis, std::int64_t symbol) {
  auto before = [](const std::pair<std::int64_t, ClassIndex>& row, std::int64_t value) {
    return row.first < value;
  };
  auto row =
      std::lower_bound(axis.symbol_classes.begin(), axis.symbol_classes.end(), symbol, before);
  return row != axis.symbol_classes.end() && row->first == symbol ? &row->second : nullptr;
}

}  // namespace

ClassIndex class_of(const Axis& axis, const Feature& feature, const Reading& reading) {
  ValueDomain domain = domain_of(feature.kind);
  if (domain != ValueDomain::count && !reading.known) return axis.unknown_class;
  std::int64_t value = axis.side == AxisSide::upper ? reading.upper : reading.lower;
  if (domain == ValueDomain::number || domain == ValueDomain::count) {
    auto above = std::upper_bound(axis.cuts.begin(), axis.cuts.end(), value);
    return static_cast<ClassIndex>(above - axis.cuts.begin());
  }
  if (const ClassIndex* listed = listed_class(axis, value)) return *listed;
  if (feature.kind == FeatureKind::network && value >= 0) {
    std::uint16_t mcc = unpack_plmn(static_cast<std::uint32_t>(value)).mcc;
    if (const ClassIndex* listed = listed_class(axis, network_key_of_mcc(mcc))) return *listed;
  }
  return axis.default_class;
}

void DecisionGraphParts::own(std::span<const std::uint32_t> copied) {
  constexpr std::size_t kLineBytes = 64;
  std::size_t bytes = (copied.size_bytes() / kLineBytes + 1) * kLineBytes;
  auto* begin = static_cast<std::uint32_t*>(std::aligned_alloc(kLineBytes, bytes));
  if (begin == nullptr) throw std::bad_alloc();
  memory =
      std::shared_ptr<const void>(begin, [](const void* at) { std::free(const_cast<void*>(at)); });
  std::copy(copied.begin(), copied.end(), begin);
  words = {begin, copied.size()};
}

std::shared_ptr<const DecisionGraph> DecisionGraphParts::assemble() && {
  auto graph = std::make_shared<DecisionGraph>();
  graph->table_ = std::move(table);
  graph->targets_ = GraphTargets(axes.size());
  graph->axes_ = std::move(axes);
  graph->leaves_ = std::move(leaves);
  graph->also_roots_ = std::move(also_roots);
  graph->also_sets_ = std::move(also_sets);
  graph->memory_ = std::move(memory);
  graph->words_ = words;
  graph->root_ = root;
  graph->node_count_ = node_count;
  return graph;
}

}  // namespace sojourn
