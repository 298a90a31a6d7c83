// The graph file: a compiled policy in one block of memory, written once, mapped and run.
//
//   Bytes file = write_graph_file(*graph);
//   auto graph = map_graph_file("acme.graph");
//   if (!graph) return std::move(graph).error();      // E0001 cannot be read, E0004 refused
//
// Layout, little endian: a header of kGraphHeaderSize bytes (magic, version, sizes, root, digest),
// the words of the graph from byte kGraphWordsOffset on, the catalogue (catalogue_codec.h) behind
// them. Words are used where they lie; the catalogue is decoded. The digest is SHA-256 over the
// SHA-256 of the header (the digest's own place zero) and of the rest: it finds every accident.
// Structure is checked besides, so that a file made to harm cannot make the evaluator leave it.
//
// Neither parser nor prover is needed to run one. The same graph gives the same bytes everywhere.
#pragma once

#include <memory>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/graph/decision_graph.h"

namespace sojourn {

inline constexpr std::uint32_t kGraphFileVersion = 11;
inline constexpr std::size_t kGraphHeaderSize = 96;
inline constexpr std::size_t kGraphWordsOffset = 128;  // a cache line's boundary
inline constexpr std::size_t kGraphDigestOffset = 64;

Bytes write_graph_file(const DecisionGraph& graph);

// Do the bytes begin as a graph file does? Tells graph files from rule files.
bool looks_like_graph_file(ByteView first_bytes);

// `memory` owns `bytes` and is held by the graph. Words at an odd address are copied.
Result<std::shared_ptr<const DecisionGraph>> read_graph_file(std::shared_ptr<const void> memory,
                                                             ByteView bytes);
// Takes the bytes over.
Result<std::shared_ptr<const DecisionGraph>> read_graph_file(Bytes bytes);

// Maps the file read-only. It must not be changed while the graph lives; write a new file and
// rename it instead.
Result<std::shared_ptr<const DecisionGraph>> map_graph_file(const std::string& path);

// Puts the digest that belongs there into a file changed by hand (tests and fuzzers).
// Requires: at least a header's length.
void seal_graph_file(Bytes& bytes);

}  // namespace sojourn
