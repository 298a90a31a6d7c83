#include <utility>

#include "adapters/telemetry/block_pipeline.h"
#include "adapters/telemetry/report_source.h"

namespace sojourn::telemetry {
namespace {

class ParallelSource final : public ReportSource {
 public:
  ParallelSource(std::shared_ptr<BlockPipeline> pipeline, std::size_t file)
      : pipeline_(std::move(pipeline)), file_(file) {}

  Result<bool> next(Observation& out) override {
    while (!ended_) {
      if (block_ != nullptr && used_count_ < block_->report_count) {
        // Exchanged, not copied: the caller's memory serves a later block.
        std::swap(out, block_->reports[used_count_++]);
        return true;
      }
      if (block_ != nullptr && block_->stopped) {
        ended_ = true;
        return *std::move(block_->stopped);
      }
      Result<bool> more = next_block();
      if (!more || !*more) ended_ = true;
      if (!more) return more;
    }
    return false;
  }

  TraceSummary summary() const override { return summary_; }

 private:
  Result<bool> next_block() {
    if (block_ != nullptr) pipeline_->give_back(std::move(block_));
    Result<std::unique_ptr<ParsedBlock>> block = pipeline_->take(file_);
    if (!block) return std::move(block).error();
    block_ = std::move(block).value();
    used_count_ = 0;
    if (block_ == nullptr) return false;
    summary_.absorb(std::move(block_->summary));
    return true;
  }

  std::shared_ptr<BlockPipeline> pipeline_;
  std::size_t file_;
  std::unique_ptr<ParsedBlock> block_;
  std::size_t used_count_ = 0;
  TraceSummary summary_;
  bool ended_ = false;
};

}  // namespace

std::vector<std::unique_ptr<ReportSource>> make_parallel_sources(std::vector<TraceInput> inputs,
                                                                 const SourceOptions& options) {
  std::size_t count = inputs.size();
  auto pipeline = std::make_shared<BlockPipeline>(std::move(inputs), options);
  std::vector<std::unique_ptr<ReportSource>> sources;
  for (std::size_t i = 0; i < count; ++i) {
    sources.push_back(std::make_unique<ParallelSource>(pipeline, i));
  }
  return sources;
}

}  // namespace sojourn::telemetry
