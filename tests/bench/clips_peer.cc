#include "tests/bench/clips_peer.h"

extern "C" {
#include <clips/clips.h>
}

#include <string>

namespace sojourn::bench {
namespace {

constexpr std::size_t kSalienceMax = 10'000;

}  // namespace

ClipsPeer::ClipsPeer() : environment_(CreateEnvironment()) {
  EnvBuild(environment_, const_cast<char*>("(defglobal ?*decided* = -1)"));
  // Nothing is printed or watched; duplicates of facts are none.
  EnvSetFactDuplication(environment_, TRUE);
}

ClipsPeer::~ClipsPeer() { DestroyEnvironment(environment_); }

void ClipsPeer::add_rule(std::size_t rule, const std::vector<std::vector<std::int64_t>>& accepted) {
  std::string text = "(defrule r" + std::to_string(rule) + " (declare (salience " +
                     std::to_string(kSalienceMax - rule) + ")) (device";
  for (const std::vector<std::int64_t>& values : accepted) {
    text += ' ';
    if (values.empty()) text += '?';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) text += '|';
      text += std::to_string(values[i]);
    }
  }
  text += ") => (bind ?*decided* " + std::to_string(rule) + "))";
  EnvBuild(environment_, text.data());
}

std::int64_t ClipsPeer::decide(std::span<const std::uint32_t> values) {
  std::string fact = "(device";
  for (std::uint32_t value : values) {
    fact += ' ';
    fact += std::to_string(value);
  }
  fact += ')';
  DATA_OBJECT decided;
  void* asserted = EnvAssertString(environment_, fact.data());
  long long fired = EnvRun(environment_, 1);
  std::int64_t rule = -1;
  if (fired > 0) {
    EnvGetDefglobalValue(environment_, "decided", &decided);
    rule = DOToLong(decided);
  }
  EnvRetract(environment_, asserted);
  return rule;
}

}  // namespace sojourn::bench
