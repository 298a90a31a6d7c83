// Private to the room: the reports of one file, in its order, however they are come by.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/telemetry/byte_stream.h"
#include "adapters/telemetry/trace_summary.h"
#include "engine/base/result.h"
#include "engine/device/observation.h"

namespace sojourn::telemetry {

class ReportSource {
 public:
  virtual ~ReportSource() = default;
  // False at the end. An error comes once, after everything before it; then the source has ended.
  virtual Result<bool> next(Observation& out) = 0;
  // Of what has been handed out, block by block.
  virtual TraceSummary summary() const = 0;
};

struct TraceInput {
  std::string name;
  std::unique_ptr<ByteStream> bytes;
};

struct SourceOptions {
  bool strict = false;
  std::size_t block_bytes = 0;
  std::size_t jobs = 1;
};

// Reads and parses line by line in the caller's thread.
std::unique_ptr<ReportSource> make_direct_source(TraceInput input, const SourceOptions& options);

// All files are read and parsed by `jobs` threads ahead of the caller; one source per file, in
// order. The threads end with the last of the sources.
std::vector<std::unique_ptr<ReportSource>> make_parallel_sources(std::vector<TraceInput> inputs,
                                                                 const SourceOptions& options);

}  // namespace sojourn::telemetry
