// Conditions: tests joined by and, or, not; kept in one arena per policy.
//
//   ConditionTable conditions;
//   ConditionIndex c = conditions.all_of({conditions.test(t1),
//   conditions.negate(conditions.test(t2))}); Truth now = conditions.judge(c, [&](FeatureIndex f) {
//   return read(f); });
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/graph/feature.h"

namespace sojourn {

// A simple condition about one feature.
struct Test {
  enum class Kind : std::uint8_t {
    holds,         // flags: the value is 1
    at_least,      // numbers and counts: value >= threshold
    one_of,        // symbols: value is among `symbols`
    in_countries,  // country: the claim meets `countries`; network: all candidates are in it
                   // (no when none is, unknown otherwise)
    known,         // the reading is known; itself never unknown
  };
  FeatureIndex feature = 0;
  Kind kind = Kind::holds;
  std::int64_t threshold = 0;
  std::vector<std::int64_t> symbols;  // ascending, without repetitions
  CountrySet countries;
  // As the author would write it, for explanations ("roaming in BR"). Not part of its meaning.
  std::string text;

  // Equal in meaning: everything but the text.
  bool same_meaning(const Test& other) const;
};

// Of what `zone`'s calendar shows: that day or a later one. `until D` is the opposite of the test
// of the day after D.
Test from_day(FeatureIndex date, Day day);
// The words of such a test, or of its opposite: "from 2026-11-06", "until 2026-11-05".
std::string date_words(const Test& from_day, bool holds);

// What a text denies as a whole: "not (C)" denies C; absent: it denies nothing, or parts alone.
std::optional<std::string> what_is_denied(std::string_view text);

// The one definition of what a test means; graph classes, explanations and the naive interpreter
// all come from here. A network 9xx is in no country; without service it is in none either.
Truth judge(const Test& test, const Feature& feature, const Reading& reading);

enum class ConditionOp : std::uint8_t { always, never, test, negation, conjunction, disjunction };

struct ConditionNode {
  ConditionOp op = ConditionOp::always;
  std::uint32_t first = 0;  // test: index of the Test; others: first child in `children`
  std::uint32_t count = 0;  // number of children
};

// Invariant: children have smaller indices than their parents, so a forward pass sees every child
// first. Equal nodes are one node. Index 0 is `always`, 1 is `never`.
class ConditionTable {
 public:
  static constexpr ConditionIndex kAlways = 0;
  static constexpr ConditionIndex kNever = 1;

  ConditionTable();
  // Equal tests (same_meaning) are one; the first text stays.
  ConditionIndex test(Test test);
  // No simplification beyond always/never and single children: what was written stays visible.
  ConditionIndex negate(ConditionIndex inner);
  ConditionIndex all_of(std::vector<ConditionIndex> parts);
  ConditionIndex any_of(std::vector<ConditionIndex> parts);

  std::size_t size() const { return nodes_.size(); }
  const ConditionNode& node(ConditionIndex index) const { return nodes_[index]; }
  ConditionIndex child(const ConditionNode& node, std::uint32_t i) const {
    return children_[node.first + i];
  }
  const std::vector<Test>& tests() const { return tests_; }
  const Test& test_of(const ConditionNode& node) const { return tests_[node.first]; }

  // Kleene's value, given a judgement of each test. Depth is bounded by limits::kNestingDepthMax.
  template <class JudgeTest>  // Truth(const Test&)
  Truth judge(ConditionIndex index, const JudgeTest& judge_test) const {
    const ConditionNode& at = nodes_[index];
    switch (at.op) {
      case ConditionOp::always:
        return Truth::yes;
      case ConditionOp::never:
        return Truth::no;
      case ConditionOp::test:
        return judge_test(tests_[at.first]);
      case ConditionOp::negation:
        return opposite(judge(child(at, 0), judge_test));
      case ConditionOp::conjunction: {
        Truth all = Truth::yes;
        for (std::uint32_t i = 0; i < at.count && all != Truth::no; ++i) {
          all = both(all, judge(child(at, i), judge_test));
        }
        return all;
      }
      case ConditionOp::disjunction: {
        Truth any = Truth::no;
        for (std::uint32_t i = 0; i < at.count && any != Truth::yes; ++i) {
          any = either(any, judge(child(at, i), judge_test));
        }
        return any;
      }
    }
    return Truth::unknown;
  }

  // Every feature that the condition tests, ascending, without repetitions.
  std::vector<FeatureIndex> features_of(ConditionIndex index) const;

 private:
  ConditionIndex intern(ConditionOp op, std::uint32_t test_index,
                        std::vector<ConditionIndex> parts);

  std::vector<ConditionNode> nodes_;
  std::vector<ConditionIndex> children_;
  std::vector<Test> tests_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> node_lookup_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> test_lookup_;
};

}  // namespace sojourn
