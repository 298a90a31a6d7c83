// Deciding, beside its peers, in one run: the table of RESULTS.md.
//
//   build/tests/bench/policy_bench [RULES_MAX] [decisions | questions]        (default 100000,
//   both)
//
// For each distribution and number of rules: the compiled graph, with every class at hand (AtHand;
// a thousand devices at a time, and one by one) and asked for one class after the other
// (DecisionGraph::evaluate); a chain of as many dependent
// loads in a table of the same size (the physical limit); a hand-written bit-vector loop; the naive
// interpreter; and CLIPS 6.30 where it is installed. A million distinct devices in shuffled order;
// the rule of every decision is consumed, and the peers must find the same rules. Processor time,
// best of five.
#include <fmt/format.h>

#include <time.h>

#include <bit>
#include <cstdlib>
#include <functional>
#include <string_view>

#include "engine/graph/at_hand.h"
#include "engine/proof/analysis.h"
#include "engine/proof/compile.h"
#include "engine/proof/difference.h"
#include "engine/proof/recheck.h"
#include "tests/bench/generated_rules.h"
#ifdef SOJOURN_HAVE_CLIPS
#include "tests/bench/clips_peer.h"
#endif

namespace sojourn {
namespace {

constexpr std::size_t kDevices = std::size_t{1} << 20;

// Time of this process on a processor: what others do on the machine disturbs it least.
double now_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Nanoseconds per device, best of five rounds over `count` devices.
double best_ns(std::size_t count, const std::function<void(std::size_t device)>& decide) {
  double best = 1e18;
  for (int round = 0; round < 5; ++round) {
    double begin = now_ns();
    for (std::size_t d = 0; d < count; ++d) decide(d);
    best = std::min(best, (now_ns() - begin) / static_cast<double>(count));
  }
  return best;
}

// As above, with the loop inlined: for what takes nanoseconds.
template <class Decide>
double best_tight_ns(const Decide& decide) {
  double best = 1e18;
  for (int round = 0; round < 5; ++round) {
    double begin = now_ns();
    for (std::size_t d = 0; d < kDevices; ++d) decide(d);
    best = std::min(best, (now_ns() - begin) / static_cast<double>(kDevices));
  }
  return best;
}

volatile std::int64_t consumed = 0;

// Beyond, there is no hand-written loop over bit vectors: 128 MB.
constexpr std::size_t kVectorWordsMax = std::size_t{1} << 24;
// So many values of an attribute, and a few classes more, are told apart by 16 bits.
constexpr std::size_t kOwnValuesMax = 65'000;

struct Row {
  std::size_t rules = 0;
  CompileSummary summary;
  std::size_t kilobytes = 0;
  double compile_ms = 0, graph = 0, together = 0, asked = 0, chain = 0, vectors = 0, naive = 0,
         clips = 0;
};

// `Value`: of an attribute, and of its classes.
template <class Value>
class Contest {
 public:
  Contest(const bench::Shape& shape, std::size_t rule_count)
      : shape_(shape),
        value_count_(shape.values_for(rule_count)),
        table_(std::make_shared<RuleTable>(bench::make_rules(shape, rule_count))) {
    row_.rules = rule_count;
    CompileOptions options;
    options.validate = false;
    double begin = now_ns();
    graph_ = *compile(table_, options, &row_.summary);
    row_.compile_ms = (now_ns() - begin) / 1e6;
    at_hand_.emplace(graph_);
    row_.kilobytes = at_hand_->byte_count() / 1024;
    make_devices();
    make_vectors();
  }

  Row run() {
    std::int64_t rules = 0;
    auto by_graph = [&](std::size_t d) {
      return std::int64_t{at_hand_->rule(at_hand_->evaluate(&classes_[d * axes_]))};
    };
    auto by_asking = [&](std::size_t d) {
      const Value* classes = &classes_[d * axes_];
      LeafIndex leaf = graph_->evaluate([&](AxisIndex a) -> ClassIndex { return classes[a]; });
      return std::int64_t{graph_->leaf(leaf).rule};
    };
    row_.graph = best_tight_ns([&](std::size_t d) { rules += by_graph(d); });
    row_.together = together_ns(rules);
    row_.asked = best_tight_ns([&](std::size_t d) { rules += by_asking(d); });
    row_.chain = chain_ns();
    if (!vectors_.empty()) {
      row_.vectors = best_tight_ns([&](std::size_t d) { rules += by_vectors(d); });
    }
    std::size_t few = std::clamp<std::size_t>(2'000'000 / row_.rules, 10, kDevices);
    row_.naive = best_ns(few, [&](std::size_t d) { rules += by_rules(d); });
    consumed = consumed + rules;
    for (std::size_t d = 0; d < few; ++d) {
      std::int64_t rule = by_graph(d);
      bool same = rule == by_rules(d) && rule == by_asking(d);
      if (!same || (!vectors_.empty() && rule != by_vectors(d))) {
        fmt::print(stderr, "the peers differ about device {}\n", d);
        std::exit(1);
      }
    }
    run_clips(by_graph);
    return row_;
  }

 private:
  // Asked for a thousand devices at a time.
  double together_ns(std::int64_t& rules) {
    constexpr std::size_t kTogether = 1024;
    std::vector<LeafIndex> found(kTogether);
    double best = 1e18;
    for (int round = 0; round < 5; ++round) {
      double begin = now_ns();
      for (std::size_t d = 0; d < kDevices; d += kTogether) {
        at_hand_->evaluate(&classes_[d * axes_], axes_, found);
        for (LeafIndex leaf : found) rules += at_hand_->rule(leaf);
      }
      best = std::min(best, (now_ns() - begin) / static_cast<double>(kDevices));
    }
    return best;
  }

  void make_devices() {
    testing::Dice dice(7);
    axes_ = graph_->axes().size();
    for (std::size_t d = 0; d < kDevices; ++d) {
      std::size_t first = values_.size();
      for (std::size_t f = 0; f < shape_.attributes; ++f) {
        values_.push_back(static_cast<Value>(dice.below(value_count_)));
      }
      for (const Axis& axis : graph_->axes()) {
        Reading reading = Reading::exactly(values_[first + axis.feature]);
        classes_.push_back(
            static_cast<Value>(class_of(axis, table_->features[axis.feature], reading)));
      }
    }
  }

  // Which values of an attribute the rule accepts; none: it does not name it.
  std::vector<std::int64_t> accepted(std::size_t rule, FeatureIndex feature) const {
    const ConditionTable& conditions = table_->conditions;
    const ConditionNode& condition = conditions.node(table_->rules[rule].condition);
    auto values_if_about = [&](const ConditionNode& node) -> std::vector<std::int64_t> {
      const Test& test = conditions.test_of(node);
      return test.feature == feature ? test.symbols : std::vector<std::int64_t>();
    };
    if (condition.op == ConditionOp::test) return values_if_about(condition);
    for (std::uint32_t i = 0; i < condition.count; ++i) {
      std::vector<std::int64_t> values =
          values_if_about(conditions.node(conditions.child(condition, i)));
      if (!values.empty()) return values;
    }
    return {};
  }

  void make_vectors() {
    blocks_ = (row_.rules + 63) / 64;
    std::size_t words = shape_.attributes * value_count_ * blocks_;
    if (words > kVectorWordsMax) return;
    vectors_.assign(words, 0);
    for (FeatureIndex f = 0; f < shape_.attributes; ++f) {
      for (std::size_t r = 0; r < row_.rules; ++r) {
        auto set = [&](std::size_t v) {
          vectors_[(f * value_count_ + v) * blocks_ + r / 64] |= std::uint64_t{1} << (r % 64);
        };
        std::vector<std::int64_t> values = accepted(r, f);
        for (std::int64_t v : values) set(static_cast<std::size_t>(v));
        for (std::size_t v = 0; values.empty() && v < value_count_; ++v) set(v);
      }
    }
  }

  std::int64_t by_vectors(std::size_t device) const {
    const Value* values = &values_[device * shape_.attributes];
    const std::uint64_t* of_value[12];
    for (std::size_t a = 0; a < shape_.attributes; ++a) {
      of_value[a] = &vectors_[(a * value_count_ + values[a]) * blocks_];
    }
    for (std::size_t b = 0; b < blocks_; ++b) {
      std::uint64_t alive = ~std::uint64_t{0};
      for (std::size_t a = 0; a < shape_.attributes; ++a) alive &= of_value[a][b];
      if (alive != 0) return static_cast<std::int64_t>(b * 64) + std::countr_zero(alive);
    }
    return -1;
  }

  std::int64_t by_rules(std::size_t device) const {
    const Value* values = &values_[device * shape_.attributes];
    for (std::size_t r = 0; r < table_->rules.size(); ++r) {
      Truth truth = table_->conditions.judge(table_->rules[r].condition, [&](const Test& test) {
        return judge(test, table_->features[test.feature], Reading::exactly(values[test.feature]));
      });
      if (truth == Truth::yes) return static_cast<std::int64_t>(r);
    }
    return -1;
  }

  // A load for every attribute and one for the leaf, each at a place that the one before says, in a
  // table of exactly as many words.
  double chain_ns() {
    std::size_t count = std::max(at_hand_->byte_count() / 4, value_count_ + 64);
    std::vector<std::uint32_t> table(count);
    testing::Dice dice(3);
    for (std::uint32_t& word : table) {
      word = static_cast<std::uint32_t>(dice.below(count - value_count_));
    }
    std::uint64_t sum = 0;
    double ns = best_tight_ns([&](std::size_t d) {
      const Value* values = &values_[d * shape_.attributes];
      std::uint32_t at = 0;
      for (std::size_t a = 0; a < shape_.attributes; ++a) at = table[at + values[a]];
      sum += table[at];
    });
    consumed = consumed + static_cast<std::int64_t>(sum);
    return ns;
  }

  template <class ByGraph>
  void run_clips([[maybe_unused]] const ByGraph& by_graph) {
#ifdef SOJOURN_HAVE_CLIPS
    if (row_.rules > 10'000) return;  // its priorities go no further
    bench::ClipsPeer clips;
    for (std::size_t r = 0; r < row_.rules; ++r) {
      std::vector<std::vector<std::int64_t>> values;
      for (FeatureIndex f = 0; f < shape_.attributes; ++f) values.push_back(accepted(r, f));
      clips.add_rule(r, values);
    }
    std::size_t few =
        std::clamp<std::size_t>(2'000'000 / std::max<std::size_t>(row_.rules, 1), 100, 20'000);
    std::int64_t rules = 0;
    std::vector<std::uint32_t> own(shape_.attributes);
    auto by_clips = [&](std::size_t d) {
      std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(d * own.size()), own.size(),
                  own.begin());
      return clips.decide(own);
    };
    row_.clips = best_ns(few, [&](std::size_t d) { rules += by_clips(d); });
    consumed = consumed + rules;
    for (std::size_t d = 0; d < 100; ++d) {
      if (by_clips(d) != by_graph(d)) {
        fmt::print(stderr, "CLIPS differs about device {}\n", d);
        std::exit(1);
      }
    }
#endif
  }

  bench::Shape shape_;
  std::size_t value_count_;
  std::shared_ptr<const RuleTable> table_;
  std::shared_ptr<const DecisionGraph> graph_;
  std::optional<AtHand> at_hand_;
  Row row_;
  std::size_t axes_ = 0;
  std::vector<Value> classes_;  // by device, by axis
  std::vector<Value> values_;   // by device, by attribute
  std::size_t blocks_ = 0;
  std::vector<std::uint64_t> vectors_;  // by attribute, value, block; empty: too many
};

std::string times(double ns, double of) {
  return ns <= 0 || of <= 0 ? "-" : fmt::format("{:.1f}", ns / of);
}

const char* form_of(const CompileSummary& summary) {
  switch (summary.form) {
    case GraphForm::graph:
      return "graph";
    case GraphForm::mixed:
      return "mixed";
    case GraphForm::matcher:
      return "table";
  }
  return "";
}

void print_table(const char* name, const bench::Shape& shape, std::size_t rules_max) {
  fmt::print("\n{}\n\n", name);
  fmt::print(
      "| rules | form | nodes | kB | compile ms | ns | / chain | / bit vectors | / 100 rules | "
      "one by one ns | asked ns | naive / graph | CLIPS / graph |\n");
  fmt::print(
      "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | "
      "---: |\n");
  double of_100 = 0;
  for (std::size_t rules : {10u, 100u, 1'000u, 10'000u, 100'000u}) {
    if (rules > rules_max) break;
    if (shape.own_values) rules = std::min(rules, kOwnValuesMax);
    Row row = shape.own_values ? Contest<std::uint16_t>(shape, rules).run()
                               : Contest<std::uint8_t>(shape, rules).run();
    if (rules == 100) of_100 = row.together;
    fmt::print(
        "| {} | {} | {} | {} | {:.0f} | {:.1f} | {} | {} | {} | {:.1f} | {:.1f} | {} | {} |\n",
        rules, form_of(row.summary), row.summary.node_count, row.kilobytes, row.compile_ms,
        row.together, times(row.together, row.chain), times(row.together, row.vectors),
        of_100 > 0 ? times(row.together, of_100) : "-", row.graph, row.asked,
        times(row.naive, row.together), times(row.clips, row.together));
    std::fflush(stdout);
  }
}

struct AfterEdits {
  double median_ms = 0;
  std::size_t asked_max = 0;
};

// What analysing again takes after each of five edits of one rule.
AfterEdits after_edits(Recheck& recheck, const RuleTable& table,
                       const std::function<void(std::size_t number)>& edit) {
  AfterEdits found;
  std::vector<double> took_ms;
  for (std::size_t i = 0; i < 5; ++i) {
    edit(i);
    double begin = now_ns();
    recheck.analyse(table, {});
    took_ms.push_back((now_ns() - begin) / 1e6);
    found.asked_max = std::max(found.asked_max, recheck.rules_asked());
  }
  std::sort(took_ms.begin(), took_ms.end());
  found.median_ms = took_ms[took_ms.size() / 2];
  return found;
}

// The exact questions about as many rules: everything that `check` asks, and the difference after
// an edit of one rule in the middle.
void print_questions(const char* name, const bench::Shape& shape, std::size_t rule_count) {
  RuleTable table = bench::make_rules(shape, rule_count);
  RuleTable edited = table;
  edited.rules[rule_count / 2].action.kind = Action::Kind::profile;
  edited.rules[rule_count / 2].action.alternatives = {{0, false}};
  double begin = now_ns();
  Difference difference_found = difference(join_policies(table, edited), {});
  double difference_ms = (now_ns() - begin) / 1e6;
  Recheck recheck;
  begin = now_ns();
  Analysis analysis = recheck.analyse(table, {});
  double check_ms = (now_ns() - begin) / 1e6;
  // The condition of a rule becomes another's; it asks for a threshold that nobody named.
  AfterEdits another = after_edits(recheck, table, [&](std::size_t i) {
    table.rules[rule_count / 2 + i].condition = table.rules[i].condition;
  });
  bench::BatteryRules battery(table);
  recheck.analyse(table, {});
  AfterEdits threshold = after_edits(recheck, table, [&](std::size_t i) {
    battery.ask(rule_count / 2 + i, 71 + static_cast<std::int64_t>(i));
  });
  fmt::print("| {} | {} | {:.0f} | {} | {} | {:.0f} | {} | {:.0f} | {} | {:.0f} | {} |\n", name,
             rule_count, difference_ms, difference_found.situations.size(),
             difference_found.undecided.size(), check_ms, analysis.undecided.size(),
             another.median_ms, another.asked_max, threshold.median_ms, threshold.asked_max);
  std::fflush(stdout);
}

}  // namespace
}  // namespace sojourn

int main(int argc, char** argv) {
  using namespace sojourn;
  std::size_t rules_max = argc > 1 ? static_cast<std::size_t>(std::atoll(argv[1])) : 100'000;
  std::string_view part = argc > 2 ? argv[2] : "";
  if (part != "questions") {
    print_table("4 attributes, all named by every rule", bench::kRealistic, rules_max);
    print_table("12 attributes, a third of them named by a rule", bench::kWild, rules_max);
    print_table("1 attribute, a value of its own for each rule", bench::kOwnValue, rules_max);
  }
  if (part == "decisions") return 0;
  fmt::print(
      "\n| rules like | number | diff ms | situations | undecided | check ms | undecided | after "
      "an "
      "edit ms | rules asked again | after an edit that names a threshold ms | rules asked again "
      "|\n");
  fmt::print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  for (std::size_t rules : {1'000u, 10'000u}) {
    if (rules > rules_max) break;
    print_questions("4 attributes", bench::kRealistic, rules);
    print_questions("12 attributes", bench::kWild, rules);
    // Of 10,000 values the questions take minutes yet.
    if (rules <= 1'000) print_questions("a value of its own", bench::kOwnValue, rules);
  }
  return 0;
}
