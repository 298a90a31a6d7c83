// Analysing again after an edit says what analysing anew says: random policies, random edits.
#include "engine/proof/recheck.h"

#include <algorithm>
#include <cstdlib>

#include "tests/bench/generated_rules.h"
#include "tests/graph/random_policy.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

using testing::Dice;

// With networks among the features every situation has thousands of identities to choose from.
constexpr FeatureKind kQuicklyProved[] = {
    FeatureKind::attribute_choice, FeatureKind::attribute_flag, FeatureKind::attribute_number,
    FeatureKind::profile,          FeatureKind::fallback,       FeatureKind::rat};

std::uint64_t seed() {
  const char* given = std::getenv("SOJOURN_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20261126;
}

void check_same(const std::optional<Witness>& a, const std::optional<Witness>& b) {
  REQUIRE(a.has_value() == b.has_value());
  if (!a) return;
  CHECK(a->readings == b->readings);
  CHECK(a->network == b->network);
  CHECK(a->profile == b->profile);
  CHECK(a->position == b->position);
  CHECK(a->day == b->day);
  CHECK(a->time_of_day_ms == b->time_of_day_ms);
}

void check_same(const Promises& a, const Promises& b) {
  REQUIRE(a.bans.size() == b.bans.size());
  for (std::size_t i = 0; i < a.bans.size(); ++i) {
    CHECK(a.bans[i].verdict == b.bans[i].verdict);
    CHECK(a.bans[i].violated == b.bans[i].violated);
    check_same(a.bans[i].witness, b.bans[i].witness);
    check_same(a.bans[i].doubt, b.bans[i].doubt);
    CHECK(a.bans[i].over_time.verdict == b.bans[i].over_time.verdict);
  }
  REQUIRE(a.assertions.size() == b.assertions.size());
  for (std::size_t i = 0; i < a.assertions.size(); ++i) {
    CHECK(a.assertions[i].verdict == b.assertions[i].verdict);
    check_same(a.assertions[i].witness, b.assertions[i].witness);
  }
}

void check_same(const Analysis& a, const Analysis& b) {
  CHECK(a.conflict_count == b.conflict_count);
  REQUIRE(a.conflicts.size() == b.conflicts.size());
  for (std::size_t i = 0; i < a.conflicts.size(); ++i) {
    CHECK(a.conflicts[i].first == b.conflicts[i].first);
    CHECK(a.conflicts[i].second == b.conflicts[i].second);
    CHECK(a.conflicts[i].decides == b.conflicts[i].decides);
    check_same(a.conflicts[i].witness, b.conflicts[i].witness);
  }
  REQUIRE(a.dead.size() == b.dead.size());
  for (std::size_t i = 0; i < a.dead.size(); ++i) {
    CHECK(a.dead[i].rule == b.dead[i].rule);
    CHECK(a.dead[i].never_holds == b.dead[i].never_holds);
    CHECK(a.dead[i].never_obtainable == b.dead[i].never_obtainable);
    CHECK(a.dead[i].hidden_by == b.dead[i].hidden_by);
  }
  REQUIRE(a.dead_parts.size() == b.dead_parts.size());
  for (std::size_t i = 0; i < a.dead_parts.size(); ++i) {
    CHECK(a.dead_parts[i].rule == b.dead_parts[i].rule);
    CHECK(a.dead_parts[i].is_required == b.dead_parts[i].is_required);
    CHECK(a.dead_parts[i].words == b.dead_parts[i].words);
  }
  REQUIRE(a.hidden.size() == b.hidden.size());
  for (std::size_t i = 0; i < a.hidden.size(); ++i) {
    CHECK(a.hidden[i].rule == b.hidden[i].rule);
    CHECK(a.hidden[i].by == b.hidden[i].by);
    check_same(a.hidden[i].witness, b.hidden[i].witness);
  }
  check_same(a.gap, b.gap);
  REQUIRE(a.indistinct.size() == b.indistinct.size());
  for (std::size_t i = 0; i < a.indistinct.size(); ++i) {
    CHECK(a.indistinct[i].values == b.indistinct[i].values);
  }
  REQUIRE(a.inferred.size() == b.inferred.size());
  for (std::size_t i = 0; i < a.inferred.size(); ++i) {
    CHECK(a.inferred[i].rule == b.inferred[i].rule);
    CHECK(a.inferred[i].other == b.inferred[i].other);
  }
  check_same(a.promises, b.promises);
  CHECK(a.undecided == b.undecided);
}

// Takes the rule out; whoever overrode it overrides it no more.
void erase_rule(RuleTable& table, std::uint32_t index) {
  table.rules.erase(table.rules.begin() + index);
  for (Rule& rule : table.rules) {
    std::erase(rule.overrides, index);
    for (std::uint32_t& other : rule.overrides) other -= other > index ? 1 : 0;
  }
}

void insert_rule(RuleTable& table, std::uint32_t index, Rule added) {
  added.overrides.clear();
  for (Rule& rule : table.rules) {
    for (std::uint32_t& other : rule.overrides) other += other >= index ? 1 : 0;
  }
  table.rules.insert(table.rules.begin() + index, std::move(added));
}

// One edit as an author makes it: of a rule, or now and then of something else. `pool`: rules whose
// conditions the table knows.
void edit(Dice& dice, RuleTable& table, const std::vector<Rule>& pool) {
  auto at = static_cast<std::uint32_t>(dice.below(table.rules.size()));
  Rule& rule = table.rules[at];
  switch (dice.below(10)) {
    case 0:
      if (table.rules.size() > 2) erase_rule(table, at);
      return;
    case 1:
      return insert_rule(table, at, dice.of(pool));
    case 2:
      rule.action = dice.of(pool).action;
      return;
    case 3: {  // moved up; nobody may be overridden by it in a circle
      Rule moved = rule;
      erase_rule(table, at);
      return insert_rule(table, static_cast<std::uint32_t>(dice.below(at + 1)), moved);
    }
    case 4:
      rule.overrides.clear();
      return;
    case 5:
      if (dice.one_in(3)) table.otherwise = dice.of(pool).action;
      if (table.otherwise.kind == Action::Kind::none) table.otherwise.kind = Action::Kind::keep;
      return;
    case 6:  // narrowed
      rule.condition = table.conditions.all_of({rule.condition, dice.of(pool).condition});
      return;
    default:
      rule.condition = dice.of(pool).condition;
      return;
  }
}

// A policy as it is written, and read anew after each edit: a feature comes into being where it is
// first asked about, a text is numbered where it is first named. Thresholds and values are taken
// from so many that most edits name one that nobody named.
class WrittenPolicy {
 public:
  explicit WrittenPolicy(Dice& dice) : dice_(dice), first_match_(dice.one_in(2)) {
    for (std::uint64_t i = 0, n = 4 + dice_.below(12); i < n; ++i) rules_.push_back(rule());
  }

  RuleTable read() const {
    testing::PolicyBuilder policy;
    policy.table.settings.first_match = first_match_;
    for (const char* profile : {"p0", "p1", "p2"}) policy.profile(profile);
    policy.table.attributes = {{"battery", AttributeType::number, "%", {}, {}},
                               {"signal", AttributeType::number, "dBm", {}, {}},
                               {"type", AttributeType::choice, "", kTypes, {}},
                               {"model", AttributeType::text, "", {}, {}},
                               {"tags", AttributeType::set_of_text, "", {}, {}}};
    for (const Written& rule : rules_) {
      std::vector<ConditionIndex> all;
      for (const Part& part : rule.parts) all.push_back(condition(policy, part));
      policy.rule("", policy.all(all), rule.outcome);
    }
    return std::move(policy.table);
  }

  void edit() {
    std::size_t at = dice_.below(rules_.size());
    Written& edited = rules_[at];
    switch (dice_.below(8)) {
      case 0:
        if (rules_.size() > 3) rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(at));
        return;
      case 1:
        rules_.insert(rules_.begin() + static_cast<std::ptrdiff_t>(at), rule());
        return;
      case 2:
        edited.parts.push_back(part());
        return;
      case 3:
        edited.outcome = outcome();
        return;
      case 4:
        if (edited.parts.size() > 1) edited.parts.pop_back();
        return;
      default:  // another threshold, another value
        edited.parts[dice_.below(edited.parts.size())] = part();
        return;
    }
  }

 private:
  enum class About : std::uint8_t { battery, signal, type, model, tag, region, network, rat };
  struct Part {
    About about = About::battery;
    bool negated = false;
    std::vector<std::uint64_t> values;
  };
  struct Written {
    std::vector<Part> parts;
    std::string outcome;
  };
  inline static const std::vector<std::string> kTypes = {"meter", "tracker", "vehicle",
                                                         "lamp",  "gate",    "pump"};
  inline static const std::vector<std::string> kCountries = {"BR", "AR", "MA", "UA",
                                                             "US", "DE", "FR", "AD"};
  inline static const std::vector<std::string> kNetworks = {
      "724-05", "724-06", "310-260", "722-310", "604-00", "262-01", "340-01", "901-01"};

  std::string outcome() {
    static const std::vector<std::string> all = {"p0", "p1", "p2", "keep", "keep", ""};
    return dice_.of(all);
  }
  Part part() {
    Part part;
    part.about = static_cast<About>(dice_.below(8));
    part.negated = dice_.one_in(3);
    bool number = part.about == About::battery || part.about == About::signal;
    std::uint64_t count = number ? 1 : 1 + dice_.below(3);
    for (std::uint64_t i = 0; i < count; ++i) part.values.push_back(dice_.below(number ? 40 : 8));
    return part;
  }
  Written rule() {
    Written written;
    for (std::uint64_t i = 0, n = 1 + dice_.below(3); i < n; ++i) written.parts.push_back(part());
    written.outcome = outcome();
    return written;
  }

  static std::int64_t number_of(std::vector<std::string>& values, const std::string& text) {
    auto at = std::find(values.begin(), values.end(), text);
    if (at == values.end()) at = values.insert(at, text);
    return at - values.begin();
  }

  static ConditionIndex condition(testing::PolicyBuilder& policy, const Part& part) {
    ConditionIndex holds = plain(policy, part);
    return part.negated ? policy.no(holds) : holds;
  }
  static ConditionIndex plain(testing::PolicyBuilder& policy, const Part& part) {
    using K = FeatureKind;
    Test test;
    test.kind = Test::Kind::one_of;
    std::uint64_t first = part.values.front();
    switch (part.about) {
      case About::battery:
        return policy.number_at_least("battery", "%", static_cast<std::int64_t>(first));
      case About::signal:
        return policy.number_at_least("signal", "dBm", static_cast<std::int64_t>(first) - 20);
      case About::type:
        test.feature = policy.feature(K::attribute_choice, "type", 2);
        for (std::uint64_t v : part.values) {
          test.symbols.push_back(static_cast<std::int64_t>(v % kTypes.size()));
        }
        break;
      case About::model:
        test.feature = policy.feature(K::attribute_choice, "model", 3);
        for (std::uint64_t v : part.values) {
          std::string text = "model " + std::to_string(v);
          test.symbols.push_back(number_of(policy.table.attributes[3].values, text));
        }
        break;
      case About::tag: {
        std::string text = "tag " + std::to_string(first);
        Feature has;
        has.kind = K::attribute_has;
        has.subject = 4;
        has.symbol = number_of(policy.table.attributes[4].values, text);
        has.identity = "tags has " + text;
        return policy.flag(policy.table.intern_feature(has), has.identity);
      }
      case About::region:
        return policy.in(kCountries[first]);
      case About::network:
        test.feature = policy.feature(K::network, "network");
        for (std::uint64_t v : part.values) {
          test.symbols.push_back(pack(*parse_plmn(kNetworks[v])));
        }
        break;
      case About::rat:
        test.feature = policy.feature(K::rat, "rat");
        for (std::uint64_t v : part.values) test.symbols.push_back(static_cast<std::int64_t>(v));
        break;
    }
    std::sort(test.symbols.begin(), test.symbols.end());
    test.symbols.erase(std::unique(test.symbols.begin(), test.symbols.end()), test.symbols.end());
    return policy.table.conditions.test(test);
  }

  Dice& dice_;
  bool first_match_;
  std::vector<Written> rules_;
};

std::vector<Situation> some_situations() {
  std::vector<Situation> all;
  for (const char* code : {"DE", "BR", "AR", "FR", "MA", "US", "UA"}) {
    Situation one;
    one.country = CountryClaim::of(testing::country_named(code));
    all.push_back(one);
  }
  for (CountryClaim claim : testing::some_claims()) {
    Situation one;
    one.country = claim;
    all.push_back(one);
  }
  return all;
}

// What a policy under edit is compared in, and what was found in all.
struct Tally {
  std::size_t stood = 0, rules = 0, conflicts = 0, dead = 0, hidden = 0, dead_parts = 0;
  void compare(Recheck& recheck, const RuleTable& table, const AnalysisOptions& options) {
    Analysis again = recheck.analyse(table, options);
    Analysis anew = analyse(table, options);
    check_same(again, anew);
    rules += table.rules.size();
    stood += table.rules.size() - recheck.rules_asked();
    conflicts += anew.conflict_count;
    dead += anew.dead.size();
    dead_parts += anew.dead_parts.size();
    hidden += anew.hidden.size();
  }
};

}  // namespace

TEST_CASE("after each of many random edits it says what analysing anew says") {
  INFO("SOJOURN_SEED=" << seed());
  Dice dice(seed());
  Tally tally;
  for (int round = 0; round < 25; ++round) {
    INFO("policy " << round);
    testing::PolicyShape shape;
    shape.rule_count = 4 + dice.below(16);
    shape.feature_count = 2 + dice.below(4);
    shape.ban_count = dice.one_in(3) ? 1 : 0;
    shape.first_match = dice.one_in(2);
    shape.kinds.assign(std::begin(kQuicklyProved), std::end(kQuicklyProved));
    testing::RandomPolicy policy(dice, shape);
    RuleTable& table = policy.table;
    const std::vector<Rule> pool = table.rules;
    AnalysisOptions options;
    options.claims = testing::some_claims();
    options.pairs_shown_max = 5;
    Recheck recheck;
    for (int step = 0; step < 12; ++step) {
      INFO("edit " << step);
      tally.compare(recheck, table, options);
      edit(dice, table, pool);
    }
  }
  CHECK(tally.stood * 4 > tally.rules);  // of a policy whose axes change with the edit, none stands
  CHECK(tally.conflicts > 100);
  CHECK(tally.dead > 20);
  CHECK(tally.hidden > 20);
  CHECK(tally.dead_parts > 20);
}

TEST_CASE("edits that name new thresholds and values change what analysing anew finds changed") {
  INFO("SOJOURN_SEED=" << seed());
  Dice dice(seed() + 1);
  Tally tally;
  for (int round = 0; round < 40; ++round) {
    INFO("policy " << round);
    WrittenPolicy policy(dice);
    AnalysisOptions options;
    options.claims = testing::some_claims();
    std::vector<Situation> situations = some_situations();
    if (dice.one_in(2)) options.situations = &situations;
    options.pairs_shown_max = 5;
    Recheck recheck;
    for (int step = 0; step < 12; ++step) {
      INFO("edit " << step);
      RuleTable table = policy.read();
      tally.compare(recheck, table, options);
      policy.edit();
    }
  }
  // In so few rules features often come into being in another order.
  CHECK(tally.stood * 4 > tally.rules);
  CHECK(tally.conflicts > 100);
  CHECK(tally.dead > 20);
  CHECK(tally.hidden > 20);
}

TEST_CASE("among hundreds of rules few are asked about again") {
  INFO("SOJOURN_SEED=" << seed());
  Dice dice(seed());
  for (const bench::Shape& shape : {bench::kRealistic, bench::kWild}) {
    RuleTable table = bench::make_rules(shape, 400);
    for (Rule& rule : table.rules) {
      rule.action.kind = Action::Kind::profile;
      rule.action.alternatives = {{static_cast<ProfileIndex>(dice.below(3)), false}};
    }
    const std::vector<Rule> pool = table.rules;
    Recheck recheck;
    recheck.analyse(table, {});
    CHECK(recheck.rules_asked() == table.rules.size());
    std::size_t asked = 0;
    for (int step = 0; step < 6; ++step) {
      INFO("edit " << step);
      table.rules[dice.below(table.rules.size())].condition = dice.of(pool).condition;
      check_same(recheck.analyse(table, {}), analyse(table, {}));
      asked += recheck.rules_asked();
    }
    CHECK(asked < 6 * table.rules.size() / 20);
  }
}

TEST_CASE("after an edit that names a threshold or a value few are asked about again") {
  INFO("SOJOURN_SEED=" << seed());
  Dice dice(seed());
  for (const bench::Shape& shape : {bench::kRealistic, bench::kWild}) {
    RuleTable table = bench::make_rules(shape, 400);
    for (Rule& rule : table.rules) {
      rule.action.kind = Action::Kind::profile;
      rule.action.alternatives = {{static_cast<ProfileIndex>(dice.below(3)), false}};
    }
    bench::BatteryRules battery(table);
    Recheck recheck;
    recheck.analyse(table, {});
    std::size_t asked = 0;
    for (int step = 0; step < 6; ++step) {
      INFO("edit " << step);
      battery.ask(dice.below(table.rules.size()), 61 + step);
      check_same(recheck.analyse(table, {}), analyse(table, {}));
      asked += recheck.rules_asked();
    }
    CHECK(asked < 6 * table.rules.size() / 20);
  }
}

TEST_CASE("an unchanged policy is not asked about, another one entirely") {
  RuleTable table = bench::make_rules(bench::kRealistic, 50);
  Recheck recheck;
  recheck.analyse(table, {});
  recheck.analyse(table, {});
  CHECK(recheck.rules_asked() == 0);
  table.profiles[0].download.clear();
  check_same(recheck.analyse(table, {}), analyse(table, {}));
  CHECK(recheck.rules_asked() == 50);
}

}  // namespace sojourn
