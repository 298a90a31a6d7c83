// Random laws against random lives: what the language, the compiler and the engine make of them,
// compared with a naive reading of the fine print (naive_law.h), moment by moment.
//
//   Comparison total = compare_many(seed, 1'000, nullptr);
//   if (!total.difference.empty()) show(total.difference);
//
// A pair is a law and a moment of a life at which all that it decides was compared.
#pragma once

#include <cstdlib>
#include <utility>

#include "engine/device/planner_goal.h"
#include "engine/proof/compile.h"
#include "engine/runtime/device_loop.h"
#include "tests/lang/load.h"
#include "tests/lang/map_files.h"
#include "tests/lang/naive_law.h"
#include "tests/lang/planted.h"
#include "tests/support/catch.h"

namespace sojourn::lang::testing {

using namespace sojourn::testing;  // NOLINT: speaks its words

inline constexpr std::int64_t kLatenessHours = 40;
inline constexpr int kLifeHours = 220;

inline const RecordSink kUnheard = [](const DecisionRecord&) {};

// Clocks that jump, months and years that end, a leap day.
inline Instant random_start(Chance& chance) {
  static const std::vector<std::string> starts = {"2026-03-20T05:00:00Z", "2026-10-22T11:00:00Z",
                                                  "2024-02-24T20:00:00Z", "2026-12-27T00:00:00Z",
                                                  "2026-03-05T13:00:00Z", "2027-02-24T01:00:00Z"};
  return sojourn::testing::at(chance.of(starts));
}

// Through and around the places of random lives.
inline const MapFiles& drawings() {
  static const MapFiles files{
      {"route.geojson", R"({"type":"LineString","coordinates":[[-46.7,-23.6],[-46.5,-23.4]]})"},
      {"farm.geojson", R"({"type":"Polygon","coordinates":
       [[[-56.1,-33.1],[-55.9,-33.1],[-55.9,-32.9],[-56.1,-32.9],[-56.1,-33.1]]]})"}};
  return files;
}

inline std::size_t pairs_wanted(std::size_t fast) {
  const char* given = std::getenv("SOJOURN_PAIRS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : fast;
}

// The fast path: a law as written, compiled and made ready. Absent: the language refuses it.
struct Compiled {
  explicit Compiled(const Law& law) : loaded(load(law.text(), {}, &drawings())) {
    if (!loaded.policy) return;
    table = std::make_shared<const RuleTable>(loaded.table());
    CompileOptions options;
    static const std::vector<CountryClaim> claims = small_world().claims();
    options.claims = claims;
    options.validate = false;
    auto graph = compile(table, options);
    if (graph) prepared = PreparedPolicy::prepare(*graph, small_world()).value();
  }
  Loaded loaded;
  std::shared_ptr<const RuleTable> table;
  std::shared_ptr<const PreparedPolicy> prepared;
};

class Engine {
 public:
  // `step`: what the law counts in.
  Engine(const Compiled& compiled, Duration step)
      : prepared_(compiled.prepared), loop_(compiled.prepared, "d", options()), step_(step) {}

  void report(const Observation& said) { loop_.report(said, kUnheard); }
  Instant now() const { return loop_.now(); }
  void run_until(Instant t) { loop_.run_until(t, kUnheard); }

  void tell(const NaiveLaw::Told& told) {
    const RuleTable& table = prepared_->table();
    for (FeatureIndex f = 0; f < table.features.size(); ++f) {
      const Feature& feature = table.features[f];
      if (feature.kind == FeatureKind::fleet_count && told.same_apn) {
        loop_.device().told(f, Reading::exactly(*told.same_apn));
      }
      auto released = told.released.find(feature.subject);
      if (feature.kind == FeatureKind::released && released != told.released.end()) {
        loop_.device().told(f, Reading::exactly(released->second ? 1 : 0));
      }
    }
    run_until(now());
  }

  std::string ledger_text() const {
    std::string text;
    for (const EvidenceRow& row : loop_.device().ledger()) {
      text += fmt::format("  {} to {}: {} {} {} {} {}\n", to_rfc3339(row.from), to_rfc3339(row.to),
                          row.country, row.network, row.profile, row.imei, row.known_by);
    }
    return text;
  }

  // Every test of the policy as it stands now, "yes roaming in BR on ..".
  std::string truths_text() {
    std::string text;
    for (const Test& test : prepared_->table().conditions.tests()) {
      const Feature& feature = prepared_->table().features[test.feature];
      Reading reading = loop_.device().read(test.feature, now());
      const char* truth = truth_word(judge(test, feature, reading));
      text +=
          fmt::format("  engine {} [{}, {}] {}", truth, reading.lower, reading.upper, test.text);
      if (feature.candidate) text += fmt::format(" with {}", *feature.candidate);
      text += "\n";
    }
    return text;
  }

  Verdict verdict() {
    const RuleTable& table = prepared_->table();
    const Decision& decision = *loop_.decision();
    Verdict verdict;
    verdict.outcome = decision.kind == Action::Kind::profile
                          ? "profile = " + table.profiles[decision.profile].name
                          : "keep";
    if (decision.rule >= 0) {
      verdict.by = table.rules[static_cast<std::size_t>(decision.rule)].name;
    } else if (decision.ban >= 0) {
      verdict.by = "ban " + table.bans[static_cast<std::size_t>(decision.ban)].name;
    }
    for (const std::string& alert : loop_.alerts()) {
      bool held_back = alert.find(": held back by ") != std::string::npos;
      if (alert.front() == 'a' || held_back) verdict.alerts.insert(numbered(alert));
    }
    for (const std::string& task : loop_.tasks()) verdict.alerts.insert(task);
    for (std::size_t b = 0; b < table.bans.size(); ++b) {
      BanStanding standing = loop_.device().standing(b, now());
      verdict.violated.push_back(standing.violated);
      bool doubt = table.bans[b].in_doubt_counts && standing.bites == Truth::unknown;
      verdict.a_ban_calls = verdict.a_ban_calls || standing.bites == Truth::yes || doubt;
    }
    verdict.waits_for = numbered(loop_.suppressed().value_or(""));
    bool may_pass = !table.guards.empty() || verdict.a_ban_calls;
    if (may_pass && decision.kind == Action::Kind::profile) {
      for (const std::string& one : loop_.record().overridden) verdict.passed.insert(numbered(one));
    }
    PlanGoal goal = goal_of(*prepared_, loop_.device(), decision, now());
    for (const PlanProfile& one : goal.preload) verdict.asked.insert("preload " + one.name);
    for (const std::string& name : goal.remove) verdict.asked.insert("delete " + name);
    if (goal.fallback) verdict.asked.insert("fallback " + *goal.fallback);
    if (goal.hold.ms > 0) {
      verdict.asked.insert(fmt::format("hold {}", goal.hold.ms / step_.ms));
    }
    return verdict;
  }

 private:
  static LoopOptions options() {
    LoopOptions options;
    options.mode = LoopMode::open;
    options.lateness = hours(kLatenessHours + 1);
    return options;
  }
  // With numbers for the guards it names.
  std::string numbered(std::string text) const {
    const std::vector<Guard>& guards = prepared_->table().guards;
    std::optional<std::size_t> named;  // one may begin as another reads
    for (std::size_t g = 0; g < guards.size(); ++g) {
      bool is_named = text.find(guards[g].written) != std::string::npos;
      bool longer = !named || guards[g].written.size() > guards[*named].written.size();
      if (is_named && longer) named = g;
    }
    if (!named) return text;
    const std::string& written = guards[*named].written;
    return text.replace(text.find(written), written.size(), fmt::format("guard {}", *named));
  }

  std::shared_ptr<const PreparedPolicy> prepared_;
  mutable DeviceLoop loop_;
  Duration step_;
};

struct Comparison {
  std::size_t pair_count = 0;
  std::size_t law_count = 0;
  std::size_t refused_count = 0;
  std::string difference;  // the first one; "" = none
};

// A law as written, the settings that the naive side goes by, and what the fast path was given.
struct LawPair {
  const Law& law;
  const RuleTable& settings;
  const Compiled& compiled;
};

// One life under the law; ends at the first difference.
inline void compare_life(const LawPair& both, std::uint64_t seed, Instant start, Chance& chance,
                         Comparison& so_far) {
  const Law& law = both.law;
  const Compiled& compiled = both.compiled;
  auto life = as_delivered(random_life(chance, start, kLifeHours, kLatenessHours, true, law.step));
  auto steps = [&](std::size_t count) {
    return milliseconds(static_cast<std::int64_t>(count) * law.step.ms);
  };
  if (life.empty()) return;  // nobody asks about a device that never reported
  Engine engine(compiled, law.step);
  NaiveHistory history(both.settings, law.step);
  NaiveLaw naive(law, history);
  NaiveLaw::Told told;
  bool holds = law.asks_hold();
  auto step_ms = static_cast<std::size_t>(law.step.ms);
  auto hear = [&](const LifeReport& next) {
    const Observation& said = next.report;
    bool first = history.reports().empty();
    if (!first && said.at >= engine.now()) naive.pass_before(said.at, told);
    std::optional<NaiveLaw::Wanted> wanted;
    if (!first && holds) {
      wanted = naive.wanted(std::max(engine.now(), said.at - milliseconds(1)), told);
    }
    engine.report(said);
    std::optional<CountryClaim> fix = next.fix;
    if (law.sees_morocco && fix && fix->set().size() == 2) fix = claim_of("MA");
    history.add(said, fix, next.in_sao_paulo, next.on_the_farm);
    if (wanted) naive.shown(*wanted, said.at, engine.now(), told);
    naive.note_alert(engine.now(), told);
  };
  auto run_until = [&](Instant t) {
    naive.pass_before(t, told);
    engine.run_until(t);
    naive.note_alert(t, told);
  };
  auto compare_now = [&](std::size_t step) {
    ++so_far.pair_count;
    Verdict expected = naive.judge(engine.now(), told);
    Verdict found = engine.verdict();
    if (found == expected) return true;
    // Asked for the first time now, does it say the same?
    Engine afresh(compiled, law.step);
    for (std::size_t i = 0; i < step; ++i) afresh.report(life[i].report);
    afresh.run_until(engine.now());
    afresh.tell(told);
    so_far.difference = fmt::format(
        "SOJOURN_SEED={} at {} after {} reports\n  naive  {}\n  engine {}\n  afresh {}\n  {}\n{}",
        seed, to_rfc3339(engine.now()), step, expected.text(), found.text(),
        afresh.verdict().text(), naive.moment_text(), law.text());
    if (std::getenv("SOJOURN_SHOW_LEDGER")) so_far.difference += engine.ledger_text();
    if (std::getenv("SOJOURN_SHOW_TRUTHS")) {
      so_far.difference += naive.truths_text() + engine.truths_text();
      if (engine.truths_text() != afresh.truths_text()) {
        so_far.difference += "afresh\n" + afresh.truths_text();
      }
    }
    return false;
  };
  for (std::size_t i = 0; i < life.size(); ++i) {
    hear(life[i]);
    if (chance.one_in(40)) {
      told.same_apn = static_cast<std::int64_t>(chance.below(5));
      for (std::size_t r = 0; r < law.rules.size(); ++r) told.released[r] = chance.one_in(2);
      engine.tell(told);
      naive.note_alert(engine.now(), told);
    }
    if (!chance.one_in(2)) continue;
    if (chance.one_in(3)) {
      Instant t = engine.now() + steps(chance.below(5));
      if (chance.one_in(2)) t = t + milliseconds(static_cast<std::int64_t>(chance.below(step_ms)));
      if (chance.one_in(8)) t = t + milliseconds(1);
      run_until(t);
    }
    if (!compare_now(i + 1)) return;
  }
  // Then silence, until all is carried away; sometimes until months have gone by.
  std::size_t silence_hours = law.asks_months() && chance.one_in(8) ? 400 : 40;
  for (int step = 0; step < 6; ++step) {
    run_until(engine.now() + steps(1 + chance.below(silence_hours)));
    if (!compare_now(life.size())) return;
  }
}

// A law is read and compiled once for so many lives.
inline constexpr int kLivesPerLaw = 6;

// One law and some lives. `planted`: what the fast path is given instead.
inline void compare(std::uint64_t seed, const Planted* planted, Comparison& so_far) {
  Chance chance(seed);
  Instant start = random_start(chance);
  Law law = LawMaker(chance, start).make();
  Law given = law;
  if (planted != nullptr && !planted->into(given)) return;
  Compiled compiled(given);
  if (!compiled.prepared) {
    ++so_far.refused_count;
    if (std::getenv("SOJOURN_SHOW_REFUSED")) WARN(compiled.loaded.rendered() << law.text());
    return;
  }
  ++so_far.law_count;
  // The naive side reads its own law, not the one that was given.
  RuleTable settings = *compiled.table;
  settings.settings.settle = milliseconds(law.settle_hours * law.step.ms);
  settings.settings.carry = milliseconds(law.carry_hours * law.step.ms);
  for (int life = 0; life < kLivesPerLaw && so_far.difference.empty(); ++life) {
    compare_life({law, settings, compiled}, seed, start, chance, so_far);
  }
}

inline Comparison compare_many(std::uint64_t seed, std::size_t pairs, const Planted* planted) {
  Comparison total;
  for (std::size_t tried = 0; total.pair_count < pairs && tried < pairs; ++tried, ++seed) {
    compare(seed, planted, total);
    if (total.difference.empty()) continue;
    static const bool go_on = std::getenv("SOJOURN_SHOW_ALL") != nullptr;
    if (!go_on) break;
    WARN(std::exchange(total.difference, ""));
  }
  return total;
}

}  // namespace sojourn::lang::testing
