// Private to the room: threads that read and parse blocks ahead of whoever uses them.
//
// A file is read by one thread at a time, whichever is free, and its blocks queue in the order in
// which they were read; parsing them goes on side by side. Each file has at most `blocks_ahead`
// blocks in its queue, and a free thread serves the file with the shortest one, so the file that
// the consumer waits for never starves.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/telemetry/parsed_block.h"
#include "adapters/telemetry/report_source.h"

namespace sojourn::telemetry {

// `take` and `give_back` are for one consumer thread.
class BlockPipeline {
 public:
  BlockPipeline(std::vector<TraceInput> inputs, const SourceOptions& options);
  ~BlockPipeline();
  BlockPipeline(const BlockPipeline&) = delete;
  BlockPipeline& operator=(const BlockPipeline&) = delete;

  // The next block of a file, waiting for it; null at the end. A failure to read comes once, after
  // the blocks before it.
  Result<std::unique_ptr<ParsedBlock>> take(std::size_t file);
  void give_back(std::unique_ptr<ParsedBlock> block);  // its memory is used again

 private:
  struct Slot {
    std::unique_ptr<ParsedBlock> block;
    bool parsed = false;
  };
  struct File {
    std::string name;
    LineBlockReader reader;
    std::deque<Slot> queue;  // references to elements stay valid while the ends move
    bool being_read = false;
    bool ended = false;
    std::optional<Diagnostic> failure;
  };

  void work();
  File* next_file_to_read();  // Requires: the lock.
  std::unique_ptr<ParsedBlock> spare_block();

  std::mutex mutex_;  // guards everything below but what a thread has taken out
  std::condition_variable changed_;
  std::vector<std::unique_ptr<File>> files_;
  std::vector<std::unique_ptr<ParsedBlock>> spare_;
  std::size_t blocks_ahead_;
  bool strict_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sojourn::telemetry
