// Recorded traces, from files to Observations: the room's front door.
//
//   auto reader = TraceReader::open({.paths = {"fleet.ndjson.gz"}, .jobs = 2});
//   if (!reader) return std::move(reader).error();
//   Observation observation;
//   for (;;) {
//     Result<bool> more = (*reader)->next(observation);
//     if (!more) return std::move(more).error();
//     if (!*more) break;
//     replay.observe(observation);
//   }
//   std::cerr << describe((*reader)->summary());
//
// One file is read in its own order; several are merged by time, and at equal times the file named
// first goes first (semantics.md 27). What comes out is the same whatever `jobs` is.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/telemetry/byte_stream.h"
#include "adapters/telemetry/trace_summary.h"
#include "adapters/telemetry/translation.h"
#include "engine/base/limits.h"
#include "engine/base/result.h"
#include "engine/device/observation.h"

namespace sojourn::telemetry {

struct TraceOptions {
  std::vector<std::string> paths = {};  // plain, gzip or zstd; "-" is standard input
  bool strict = false;                  // the first finding is an error
  // Threads that read and parse ahead; 1 works in the caller's thread alone.
  std::size_t jobs = 1;
  std::size_t block_bytes = limits::kTraceBlockBytes;  // tests vary it
  // What the files are when they are no NDJSON. Without a form, each file's name tells.
  std::optional<TraceForm> form = std::nullopt;
  Translation translation = {};                // its `form` is not used
  std::shared_ptr<ReadMeter> meter = nullptr;  // is told of the files and of what is read of them
};

// Not thread-safe: one thread calls it, though with jobs > 1 others work for it.
class TraceReader {
 public:
  // E0001 to E0604: a file that is not there, an archive that cannot be read, no files at all.
  static Result<std::unique_ptr<TraceReader>> open(const TraceOptions& options);
  // The same over streams that are open already: (name, bytes) each. `options.paths` is not used.
  static Result<std::unique_ptr<TraceReader>> open_streams(
      std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams,
      const TraceOptions& options);
  virtual ~TraceReader() = default;

  // Fills `observation`, reusing its memory; false at the end. A file that cannot be read to its
  // end is used as far as it goes: its error comes after everything else was handed out, once,
  // instead of `true`; calling again goes on. With `strict`, errors and findings come at once and
  // are final: afterwards `next` returns false.
  virtual Result<bool> next(Observation& observation) = 0;

  // Of what has been handed out, block by block; complete when `next` has returned false.
  virtual TraceSummary summary() const = 0;
};

}  // namespace sojourn::telemetry
