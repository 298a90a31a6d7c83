// What the tests about one symbol or flag say to a value.
//
// A policy may ask about each of ten thousand values by a rule of its own: that is as many tests,
// and each of them says to all values but one what it says as a rule. Here only what is not usual
// is told, and only tests that name the value are asked:
//
//   usual: not                group = g1, group = g2, group in {g2, g3}
//   g2     ->                 (2nd: yes) (3rd: yes)
//   unknown ->                (1st: unknown) (2nd: unknown) (3rd: unknown)
//
// Every answer is judge()'s own.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

// What a test about a symbol or flag says to most values.
Truth usual_answer(const Test& test);

class Answering {
 public:
  using Answer = std::pair<std::uint32_t, Truth>;  // the test's index; what is not usual for it

  // Requires: the tests, ascending, are about this feature; all outlive this.
  Answering(const ConditionTable& conditions, const Feature& feature,
            const std::vector<std::uint32_t>& tests);

  // Ascending by test. Readings that are answered alike have equal lists.
  std::vector<Answer> to(const Reading& reading) const;

 private:
  void ask(const std::vector<std::uint32_t>& tests, const Reading& reading,
           std::vector<Answer>& answers) const;

  const ConditionTable& conditions_;
  const Feature& feature_;
  const std::vector<std::uint32_t>& tests_;
  std::vector<std::uint32_t> asked_of_any_;                    // they name no values
  std::map<std::int64_t, std::vector<std::uint32_t>> naming_;  // by value
};

}  // namespace sojourn
