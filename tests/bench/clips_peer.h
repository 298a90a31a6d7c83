// CLIPS 6.30 as a peer: one rule of its language per rule, priorities by salience, one fact per
// device.
#pragma once

#include <cstdint>
#include <vector>

namespace sojourn::bench {

class ClipsPeer {
 public:
  ClipsPeer();
  ~ClipsPeer();
  ClipsPeer(const ClipsPeer&) = delete;
  ClipsPeer& operator=(const ClipsPeer&) = delete;

  // `accepted`: per attribute, a bit for every value that the rule accepts; all 16: not named.
  // Rules come before those added later. Requires: at most 10,000 of them.
  void add_rule(std::size_t rule, const std::vector<std::uint32_t>& accepted);
  // The rule that fires first; -1 when none does.
  std::int64_t decide(const std::uint8_t* values, std::size_t count);

 private:
  void* environment_;
};

}  // namespace sojourn::bench
