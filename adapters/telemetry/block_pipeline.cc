#include "adapters/telemetry/block_pipeline.h"

#include <algorithm>
#include <utility>

namespace sojourn::telemetry {

BlockPipeline::BlockPipeline(std::vector<TraceInput> inputs, const SourceOptions& options)
    // A thread's own block, and one that lies ready, for each; never fewer than two in a file.
    : blocks_ahead_(
          std::max<std::size_t>(2, 2 * options.jobs / std::max<std::size_t>(1, inputs.size()))),
      strict_(options.strict) {
  for (TraceInput& input : inputs) {
    files_.push_back(
        std::make_unique<File>(File{std::move(input.name),
                                    LineBlockReader(std::move(input.bytes), options.block_bytes),
                                    {},
                                    false,
                                    false,
                                    std::nullopt}));
  }
  for (std::size_t i = 0; i < options.jobs; ++i) threads_.emplace_back([this] { work(); });
}

BlockPipeline::~BlockPipeline() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

BlockPipeline::File* BlockPipeline::next_file_to_read() {
  File* best = nullptr;
  for (const std::unique_ptr<File>& file : files_) {
    if (file->being_read || file->ended || file->queue.size() >= blocks_ahead_) continue;
    if (best == nullptr || file->queue.size() < best->queue.size()) best = file.get();
  }
  return best;
}

std::unique_ptr<ParsedBlock> BlockPipeline::spare_block() {
  if (spare_.empty()) return std::make_unique<ParsedBlock>();
  std::unique_ptr<ParsedBlock> block = std::move(spare_.back());
  spare_.pop_back();
  return block;
}

void BlockPipeline::work() {
  std::unique_ptr<LineParser> parser = make_ndjson_parser();
  std::unique_lock lock(mutex_);
  for (;;) {
    File* file = nullptr;
    changed_.wait(lock, [&] { return stopping_ || (file = next_file_to_read()) != nullptr; });
    if (stopping_) return;
    file->being_read = true;
    std::unique_ptr<ParsedBlock> block = spare_block();
    lock.unlock();
    Result<bool> more = file->reader.next(block->lines);
    lock.lock();
    file->being_read = false;
    if (!more || !*more) {
      file->ended = true;
      if (!more) file->failure = std::move(more).error();
      changed_.notify_all();
      continue;
    }
    Slot& slot = file->queue.emplace_back();
    changed_.notify_all();
    lock.unlock();
    parse_block(*parser, file->name, strict_, *block);
    lock.lock();
    slot = {std::move(block), true};
    changed_.notify_all();
  }
}

Result<std::unique_ptr<ParsedBlock>> BlockPipeline::take(std::size_t index) {
  File& file = *files_[index];
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&file] {
    return file.queue.empty() ? file.ended && !file.being_read : file.queue.front().parsed;
  });
  if (!file.queue.empty()) {
    std::unique_ptr<ParsedBlock> block = std::move(file.queue.front().block);
    file.queue.pop_front();
    changed_.notify_all();
    return block;
  }
  if (!file.failure) return std::unique_ptr<ParsedBlock>();
  Diagnostic failure = *std::move(file.failure);
  file.failure.reset();
  return failure;
}

void BlockPipeline::give_back(std::unique_ptr<ParsedBlock> block) {
  std::lock_guard lock(mutex_);
  spare_.push_back(std::move(block));
}

}  // namespace sojourn::telemetry
