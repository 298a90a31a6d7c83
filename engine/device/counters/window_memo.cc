#include <algorithm>
#include <cstdlib>

#include "engine/device/counters/counter.h"

namespace sojourn {
namespace {

// Amounts come from outside: what is more than can be counted stays the most that can.
constexpr std::int64_t kSumMax = kNotYet - 1;

}  // namespace

std::int64_t plus(std::int64_t sum, std::int64_t more) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(sum, more, &result)) result = more > 0 ? kSumMax : -kSumMax;
  return std::clamp(result, -kSumMax, kSumMax);
}

WindowSum remembered_sum(const CountQuestion& question, Instant from, const SumBetween& sum_between,
                         WindowMemo& memo) {
  Instant now = question.now;
  ScopeKey today = key_at(question, now, question.supposed);
  if (memo.valid && memo.key == today && memo.from <= from && from <= memo.to && memo.to <= now) {
    WindowSum more = sum_between(today, memo.to + milliseconds(1), now);
    WindowSum left = sum_between(today, memo.from, from - milliseconds(1));
    memo.sum.lower = plus(plus(memo.sum.lower, more.lower), -left.lower);
    memo.sum.upper = plus(plus(memo.sum.upper, more.upper), -left.upper);
  } else {
    memo.sum = sum_between(today, from, now);
  }
  // The most goes on as an unknown amount.
  memo.valid = std::abs(memo.sum.lower) < kSumMax && std::abs(memo.sum.upper) < kSumMax;
  memo.key = today;
  memo.from = from;
  memo.to = now;
  return memo.sum;
}

}  // namespace sojourn
