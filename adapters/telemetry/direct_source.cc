#include <utility>

#include "adapters/telemetry/parsed_block.h"
#include "adapters/telemetry/report_source.h"

namespace sojourn::telemetry {
namespace {

class DirectSource final : public ReportSource {
 public:
  DirectSource(TraceInput input, const SourceOptions& options)
      : name_(std::move(input.name)),
        strict_(options.strict),
        reader_(std::move(input.bytes), options.block_bytes),
        parser_(make_ndjson_parser()) {}

  Result<bool> next(Observation& out) override {
    while (!ended_) {
      std::optional<Line> line = lines_.next();
      if (!line) {
        Result<bool> more = next_block();
        if (!more || !*more) ended_ = true;
        if (!more) return more;
        continue;
      }
      LineOutcome outcome = take_line(*parser_, *line, name_, out, block_summary_);
      if (strict_ && !parser_->findings().empty()) {
        ended_ = true;
        return strict_error(*parser_, name_, line->number);
      }
      if (outcome == LineOutcome::used) return true;
    }
    return false;
  }

  TraceSummary summary() const override {
    TraceSummary all = summary_;
    all.absorb(block_summary_);
    return all;
  }

 private:
  Result<bool> next_block() {
    summary_.absorb(std::exchange(block_summary_, {}));
    Result<bool> more = reader_.next(block_);
    lines_ = more && *more ? LineCursor(block_) : LineCursor();
    return more;
  }

  std::string name_;
  bool strict_;
  LineBlockReader reader_;
  std::unique_ptr<LineParser> parser_;
  LineBlock block_;
  LineCursor lines_;
  TraceSummary summary_;        // of the blocks before this one
  TraceSummary block_summary_;  // of this one
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ReportSource> make_direct_source(TraceInput input, const SourceOptions& options) {
  return std::make_unique<DirectSource>(std::move(input), options);
}

}  // namespace sojourn::telemetry
