// CLIPS 6.30 as a peer: one rule of its language per rule, priorities by salience, one fact per
// device.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sojourn::bench {

class ClipsPeer {
 public:
  ClipsPeer();
  ~ClipsPeer();
  ClipsPeer(const ClipsPeer&) = delete;
  ClipsPeer& operator=(const ClipsPeer&) = delete;

  // `accepted`: per attribute, the values that the rule accepts; none: not named.
  // Rules come before those added later. Requires: at most 10,000 of them.
  void add_rule(std::size_t rule, const std::vector<std::vector<std::int64_t>>& accepted);
  // The rule that fires first; -1 when none does.
  std::int64_t decide(std::span<const std::uint32_t> values);

 private:
  void* environment_;
};

}  // namespace sojourn::bench
