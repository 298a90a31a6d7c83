// Graph files from anywhere: refused, or run without leaving their memory.
#include "engine/graph/graph_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sojourn::Bytes bytes(data, data + size);
  // With the digest mended, so that what lies behind it is reached.
  if (bytes.size() >= sojourn::kGraphHeaderSize) sojourn::seal_graph_file(bytes);
  auto read = sojourn::read_graph_file(bytes);
  if (!read) return 0;
  const sojourn::DecisionGraph& graph = **read;
  for (std::int64_t value = -2; value < 4; ++value) {
    auto class_of_axis = [&](sojourn::AxisIndex a) {
      const sojourn::Axis& axis = graph.axes()[a];
      return class_of(axis, graph.table().features[axis.feature], sojourn::Reading::exactly(value));
    };
    (void)graph.leaf(graph.evaluate(class_of_axis));
    graph.also(class_of_axis, [](std::uint32_t) {});
  }
  return 0;
}
