#include "adapters/telemetry/trace_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "adapters/telemetry/report_source.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::telemetry {
namespace {

// Blocks lie ready for every file of a merge; together they stay below this.
constexpr std::size_t kBlockBytesInAll = 64u << 20;
constexpr std::size_t kBlockBytesMin = 64u << 10;

class MergingReader final : public TraceReader {
 public:
  MergingReader(std::vector<std::unique_ptr<ReportSource>> sources, bool strict)
      : sources_(std::move(sources)),
        heads_(sources_.size()),
        damage_(sources_.size()),
        strict_(strict) {
    for (std::size_t i = 0; i < sources_.size(); ++i) unread_.push_back(i);
  }

  Result<bool> next(Observation& observation) override {
    if (finished_) return false;
    Result<bool> more = sources_.size() == 1 ? next_of_one(observation) : merge(observation);
    if (more && *more) return true;
    if (!more) {
      finished_ = true;
      return more;
    }
    if (untold_.empty()) return false;
    Diagnostic damage = std::move(untold_.front());
    untold_.pop_front();
    return damage;
  }

  TraceSummary summary() const override {
    TraceSummary all;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      TraceSummary one = sources_[i]->summary();
      if (damage_[i]) one.damaged.push_back(*damage_[i]);
      all.absorb(std::move(one));
    }
    return all;
  }

 private:
  // The next report of one file into `out`. Damage is noted and ends the file; strict: an error.
  Result<bool> advance(std::size_t index, Observation& out) {
    Result<bool> more = sources_[index]->next(out);
    if (more || strict_) return more;
    damage_[index] = more.error();
    untold_.push_back(std::move(more).error());
    return false;
  }

  // A single file needs no merging and no exchange of observations.
  Result<bool> next_of_one(Observation& observation) { return advance(0, observation); }

  Result<bool> merge(Observation& observation) {
    auto later = [this](std::size_t a, std::size_t b) {
      return std::pair(heads_[a].at, a) > std::pair(heads_[b].at, b);
    };
    for (; !unread_.empty(); unread_.pop_back()) {
      Result<bool> more = advance(unread_.back(), heads_[unread_.back()]);
      if (!more) return more;
      if (!*more) continue;
      heap_.push_back(unread_.back());
      std::push_heap(heap_.begin(), heap_.end(), later);
    }
    if (heap_.empty()) return false;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    std::size_t earliest = heap_.back();
    heap_.pop_back();
    std::swap(observation, heads_[earliest]);
    unread_.push_back(earliest);
    return true;
  }

  std::vector<std::unique_ptr<ReportSource>> sources_;
  std::vector<Observation> heads_;   // of each file that is in the heap, its next report
  std::vector<std::size_t> heap_;    // files by the time of their heads, the earliest on top
  std::vector<std::size_t> unread_;  // files whose head has been handed out
  std::vector<std::optional<Diagnostic>> damage_;
  std::deque<Diagnostic> untold_;
  bool strict_;
  bool finished_ = false;
};

Diagnostic cannot_merge(std::string message, std::string help) {
  return make_diagnostic(Code::E0604, std::move(message), std::move(help));
}

Status check_count(std::size_t file_count) {
  if (file_count == 0) return cannot_merge("no trace is named", "name at least one file, or `-`");
  if (file_count <= limits::kTraceFilesMax) return {};
  return cannot_merge(fmt::format("{} traces are more than {}", file_count, limits::kTraceFilesMax),
                      "join some of them beforehand");
}

}  // namespace

Result<std::unique_ptr<TraceReader>> TraceReader::open_streams(
    // NOLINTNEXTLINE(performance-unnecessary-value-param): its parts are moved from.
    std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams,
    const TraceOptions& options) {
  if (Status status = check_count(streams.size()); !status) return std::move(status).error();
  std::size_t share = std::max(kBlockBytesMin, kBlockBytesInAll / streams.size());
  SourceOptions source_options{.strict = options.strict,
                               .block_bytes = std::min(options.block_bytes, share),
                               .jobs = options.jobs};
  std::vector<TraceInput> inputs;
  for (auto& [name, bytes] : streams) inputs.push_back({std::move(name), std::move(bytes)});
  std::vector<std::unique_ptr<ReportSource>> sources;
  if (options.jobs > 1) {
    sources = make_parallel_sources(std::move(inputs), source_options);
  } else {
    for (TraceInput& input : inputs) {
      sources.push_back(make_direct_source(std::move(input), source_options));
    }
  }
  return std::unique_ptr<TraceReader>(
      std::make_unique<MergingReader>(std::move(sources), options.strict));
}

Result<std::unique_ptr<TraceReader>> TraceReader::open(const TraceOptions& options) {
  if (std::count(options.paths.begin(), options.paths.end(), "-") > 1) {
    return cannot_merge("standard input is named twice", "`-` can stand for one trace only");
  }
  if (Status status = check_count(options.paths.size()); !status) return std::move(status).error();
  std::vector<std::pair<std::string, std::unique_ptr<ByteStream>>> streams;
  for (const std::string& path : options.paths) {
    Result<std::unique_ptr<ByteStream>> bytes = open_trace_bytes(path, options.meter);
    if (!bytes) return std::move(bytes).error();
    Translation how = options.translation;
    how.form = options.form.value_or(form_of_path(path));
    bytes = translate(std::move(bytes).value(), how);
    if (!bytes) return std::move(bytes).error();
    streams.emplace_back(path == "-" ? "standard input" : path, std::move(bytes).value());
  }
  return open_streams(std::move(streams), options);
}

}  // namespace sojourn::telemetry
