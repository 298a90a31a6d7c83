// What one count says about another one, against devices of any past.
#include "engine/proof/count_orders.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <span>

#include "engine/device/device.h"
#include "tests/proof/checked_policy.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using testing::check;
using testing::Checked;

// Counts of one thing, in all forms, as rules ask and as bans ask.
const char* const kCounts = R"(policy counts
  timezone Europe/Berlin
profile one   home FR iccid 8933*
profile two   home ES iccid 8934* download "smdp.two.example"
profile local home BR iccid 8955* download "smdp.local.example"
ban run never roaming in BR on more than 9 consecutive days
  notice 2 days
ban own never roaming in BR per profile on the same network on more than 9 consecutive days
ban window never roaming in BR on at least 8 days within 14 days
  notice 3 days
ban gaps never roaming in BR on at least 9 consecutive days allowing gaps of 2 days
ban year never roaming in BR on at least 20 days in this calendar year
  notice 4 days
ban dated never roaming in BR on at least 20 days in this calendar year
  from 2026-05-01
  notice 3 days
ban month never roaming in BR per profile on at least 12 days in this calendar month
  notice 4 days
ban long never roaming in BR on at least 15 days within 1 month
  notice 2 days
ban hours never roaming in BR for 100 hours
ban place never region in BR per profile on at least 10 days within 28 days
rule weeks when roaming in BR on at least 2 weeks within 8 weeks then profile = local
rule weeks-too when roaming in BR on at least 3 weeks within 12 weeks then profile = local
rule a when roaming in BR on at least 7 consecutive days then profile = local
rule b when roaming in BR on at least 7 days within 14 days then profile = local
rule c when roaming in BR on at least 9 days within 28 days then profile = local
rule d when roaming in BR on at least 9 days within 31 days then profile = local
rule e when roaming in BR on at least 9 days within 2 months then profile = local
rule f when roaming in BR on at least 9 days within 1 month then profile = local
rule g when roaming in BR on at least 9 days in this calendar month then profile = local
rule h when roaming in BR on at least 19 days in this calendar year then profile = local
rule i when roaming in BR per profile on at least 9 days within 28 days then profile = local
rule j when roaming in BR on the same network on at least 9 days within 28 days then profile = local
rule k when roaming in BR on at least 7 consecutive days allowing gaps of 1 day then profile = local
rule l when roaming in BR for 90 hours then profile = local
rule m when roaming in BR on the same network for 80 hours then profile = local
rule n when roaming in BR within 28 days then profile = local
rule o when roaming in BR within 1 month then profile = local
rule p when roaming in BR within 31 days then profile = local
rule q when roaming in BR within 2 months then profile = local
rule r when roaming in BR on the same network within 30 days then profile = local
rule s when at least 2 switches within 20 days then profile = local
rule t when at least 2 switches within 1 month then profile = local
rule u when at least 2 switches within 40 days then profile = local
rule v when at least 1 rejected with 11 within 40 days then profile = local
rule w when at least 1 rejected with 11, 13 within 2 months then profile = local
rule x when region in BR on at least 9 days within 28 days then profile = local
rule y when region in BR per profile on at least 9 days within 1 month then profile = local
rule z when network known then profile = local
rule wide-run when roaming in BR, ES on at least 8 consecutive days then profile = local
rule wide-window when roaming in BR, ES on at least 9 days within 28 days then profile = local
rule wide-own when roaming in BR, ES per profile on at least 9 days within 28 days then profile = local
rule wide-for when roaming in BR, ES for 85 hours then profile = local
rule wide-within when roaming in BR, ES within 28 days then profile = local
rule anywhere when roaming on at least 10 days within 1 month then profile = local
rule wide-place when region in BR, ES on at least 9 days within 28 days then profile = local
rule either when (region in BR or network in ES) on at least 9 days within 28 days then profile = local
otherwise keep
)";

// The same by days, weeks, months, shares and time, of few enough that all are compared.
std::string forms_text() {
  std::string text = R"(policy forms
  timezone Europe/Berlin
profile one   home FR iccid 8933*
profile two   home ES iccid 8934* download "smdp.two.example"
profile local home BR iccid 8955* download "smdp.local.example"
ban run never roaming in BR on more than 9 consecutive days
ban own never roaming in BR per profile for 50 hours
ban long never roaming in BR on at least 15 days within 1 month
rule seen when network known then profile = local
)";
  std::size_t count = 0;
  auto add = [&](const std::string& condition) {
    text += fmt::format("rule r{} when {} then profile = local\n", ++count, condition);
  };
  for (const std::string counted : {"region in BR", "roaming in BR", "roaming in BR, ES"}) {
    for (const std::string form : {"for 30 hours",
                                   "for 5 days",
                                   "on at least 2 consecutive days",
                                   "on at least 9 consecutive days allowing gaps of 2 days",
                                   "on at least 2 days within 4 days",
                                   "on at least 9 days within 28 days",
                                   "on at least 9 days within 1 month",
                                   "on at least 18 days within 12 months",
                                   "on at least 9 days in this calendar month",
                                   "on at least 18 days in this calendar year",
                                   "on at least 1 weeks within 1 weeks",
                                   "on at least 2 weeks within 3 weeks",
                                   "on at least 1 months within 1 months",
                                   "on at least 2 months within 3 months",
                                   "for more than 40% of 10 days",
                                   "for more than 60% of 100 hours",
                                   "on more than 40% of days within 10 days",
                                   "on more than 60% of days within 2 days",
                                   "within 30 hours",
                                   "within 9 days",
                                   "within 1 month"}) {
      add(counted + " " + form);
    }
  }
  for (const char* other :
       {"profile = one for 40 hours", "profile = one and network in BR for 30 hours",
        "at least 1 switches within 30 hours", "at least 2 switches within 1 month",
        "at least 1 commanded switches within 30 hours",
        "plmn = 724-05 on at least 2 days within 4 days",
        "network in BR on at least 3 days within 5 days", "data in BR within 7 days > 2 MB",
        "data within 30 days > 2 MB", "data in BR, ES within 7 days > 2 MB",
        "data in BR within 20 hours > 2 MB", "data in BR within 50 hours > 2 MB"}) {
    add(other);
  }
  return text + "otherwise keep\n";
}

// Times since an event, and times within which it happened.
const char* const kEvents = R"(policy events
  timezone Europe/Berlin
profile one   home FR iccid 8933*
profile local home BR iccid 8955* download "smdp.local.example"
ban sold-long-ago never network known and 6 months since owner-changed
  notice 20 days
rule a when owner-changed happened then profile = local
rule b when 36 hours since owner-changed then profile = local
rule c when 20 days since owner-changed then profile = local
rule d when 40 days since owner-changed then profile = local
rule e when 1 month since owner-changed then profile = local
rule f when 2 months since owner-changed then profile = local
rule g when 6 months since owner-changed then profile = local
rule h when 7 months since owner-changed then profile = local
rule i when 1 year since owner-changed then profile = local
rule j when 13 months since owner-changed then profile = local
rule k when owner-changed within 20 days then profile = local
rule l when owner-changed within 1 month then profile = local
rule m when owner-changed within 2 months then profile = local
rule n when owner-changed within 36 hours then profile = local
rule o when owner-changed within 200 days then profile = local
otherwise keep
)";

class Life {
 public:
  Life(std::shared_ptr<const PreparedPolicy> policy, std::uint32_t seed)
      : device_(std::move(policy)), random_(seed) {
    now_ = TimeZone().start_of(Day{20'450 + below(365)});
  }

  Device& device() { return device_; }
  Instant now() const { return now_; }

  // Some days pass, and there is news of the device.
  void live() {
    now_ = now_ + hours(below(3) == 0 ? 1 + below(100) : 12 + below(24));
    Observation report;
    report.at = now_;
    if (below(6) == 0) {
      const char* profiles[] = {"one", "two", "local", "nobody-knows"};
      report.profile.give(profiles[below(4)]);
    }
    const char* networks[] = {"724-05", "724-06", "724-05", "208-01", "214-01"};
    if (below(3) == 0) report.data_bytes = 1'000'000 * below(3);
    int what = below(14);
    if (what < 10) report.network.give(*parse_plmn(networks[what / 2]));
    if (what == 10) report.registration.give(Registration::none);
    if (what == 11) {
      report.registration.give(Registration::denied);
      report.reject_cause = static_cast<std::uint16_t>(below(2) == 0 ? 11 : 13);
    }
    device_.observe(report);
    if (below(3) == 0) now_ = now_ + hours(below(60));
  }

 private:
  int below(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  Device device_;
  std::mt19937 random_;
  Instant now_;
};

// Lives many lives, and sees whether everything that counts say about each other is so.
struct Lived {
  std::size_t orders = 0, bars = 0;
};
Lived live_through(const std::string& text) {
  testing::Loaded loaded = testing::load(text);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  const RuleTable& table = loaded.table();
  std::vector<FeatureIndex> counts;
  std::optional<FeatureIndex> network;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    if (domain_of(table.features[f].kind) == ValueDomain::count) counts.push_back(f);
    if (table.features[f].kind == FeatureKind::network) network = f;
  }
  REQUIRE(network);
  std::vector<CountOrder> orders = count_orders(table, counts);
  auto graph = compile(std::make_shared<const RuleTable>(table),
                       CompileOptions{.claims = testing::small_world().claims()});
  auto prepared = PreparedPolicy::prepare(*graph, testing::small_world());
  REQUIRE(prepared);
  std::vector<CountBar> bars = count_bars(table, counts);
  std::vector<std::size_t> met(orders.size()), tight(orders.size());
  std::vector<std::size_t> counted_beside(bars.size()), near(bars.size());
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    Life life(*prepared, seed);
    for (int step = 0; step < 60; ++step) {
      life.live();
      Device& device = life.device();
      Instant now = life.now();
      bool served = device.read(*network, now).known && device.read(*network, now).lower >= 0;
      std::optional<std::int64_t> enabled = device.enabled_profile(now);
      std::vector<Reading> readings(table.features.size());
      for (FeatureIndex f : counts) readings[f] = device.read(f, now);
      for (std::size_t i = 0; i < orders.size(); ++i) {
        const CountOrder& order = orders[i];
        auto is_enabled = [&](ProfileIndex candidate) {
          bool declared = candidate < table.profiles.size();
          return enabled == (declared ? std::int64_t{candidate} : kOtherSymbol);
        };
        if (order.enabled && !is_enabled(*order.enabled)) continue;
        if (order.served && !served) continue;
        const Feature& counted = table.features[order.below];
        bool own = !counted.candidate || (served && is_enabled(*counted.candidate));
        Instant until;
        bool holds = order.today && own && device.judge(counted.inner, now, until) == Truth::yes;
        const Reading &below = readings[order.below], &above = readings[order.above];
        bool lower = above.lower >= order.least_above(below.lower, !holds);
        bool upper = order.certain || above.upper >= order.least_above(below.upper, !holds);
        ++met[i];
        if (above.lower == order.least_above(below.lower, !holds) && below.lower > 0) ++tight[i];
        if (lower && upper) continue;
        INFO(seed << ", step " << step << ": " << counted.identity << " [" << below.lower << ", "
                  << below.upper << "] and " << table.features[order.above].identity << " ["
                  << above.lower << ", " << above.upper << "], slack " << order.slack << " per "
                  << order.per << " as far as " << order.as_far_as);
        CHECK(lower);
        CHECK(upper);
        return {};
      }
      for (std::size_t i = 0; i < bars.size(); ++i) {
        const CountBar& bar = bars[i];
        bool declared = bar.enabled && *bar.enabled < table.profiles.size();
        if (bar.enabled && enabled != (declared ? std::int64_t{*bar.enabled} : kOtherSymbol))
          continue;
        if (bar.served && !served) continue;
        const Reading &count = readings[bar.count], &since = readings[bar.since];
        if (count.lower < 1) continue;
        ++counted_beside[i];
        // With one more of either it would be.
        const std::int64_t more = std::max(bar.each, std::int64_t{1});
        if (bar.rules_out(count.lower + 1, since.lower) ||
            (since.lower != kNotYet &&
             bar.rules_out(count.lower, since.lower + hours(24).ms + more))) {
          ++near[i];
        }
        if (!bar.rules_out(count.lower, since.lower)) continue;
        INFO(seed << ", step " << step << ": " << table.features[bar.count].identity << " ["
                  << count.lower << ", " << count.upper << "] and "
                  << table.features[bar.since].identity << " [" << since.lower << ", "
                  << since.upper << "]");
        CHECK(false);
        return {};
      }
    }
  }
  // Each was met, and many are as near as can be.
  CHECK(std::count(met.begin(), met.end(), std::size_t{0}) == 0);
  CHECK(std::count(tight.begin(), tight.end(), std::size_t{0}) * 2 <
        static_cast<std::ptrdiff_t>(orders.size()));
  // (Nobody commands these devices.)
  CHECK(std::count(counted_beside.begin(), counted_beside.end(), std::size_t{0}) <= 2);
  CHECK(std::count(near.begin(), near.end(), std::size_t{0}) * 2 <=
        static_cast<std::ptrdiff_t>(bars.size()));
  return {orders.size(), bars.size()};
}

}  // namespace

TEST_CASE("what counts say about each other holds for devices of any past") {
  CHECK(live_through(kCounts).orders > 300);
  Lived forms = live_through(forms_text());
  CHECK(forms.orders > 700);
  CHECK(forms.bars > 100);
}

TEST_CASE("rules that no device can meet at once do not disagree") {
  const char* const pairs[][2] = {
      {"roaming in BR", "not roaming"},
      {"roaming in BR", "not roaming in AR, BR"},
      {"roaming in BR for 10 days", "not roaming"},
      {"f for 10 days", "f on at most 5 days within 20 days"},
      {"f for 10 days", "f on at most 3 consecutive days"},
      {"f for 40 days", "not (f for more than 50% of 20 days)"},
      {"f for more than 60% of 10 days", "not f within 10 days"},
      {"f on more than 50% of days within 10 days", "f on at most 5 days within 10 days"},
      {"f on at least 91 days in this calendar year", "f on at most 90 days within 12 months"},
      {"f on at least 1 days in this calendar month",
       "not (f on at least 1 months within 2 months)"},
      {"f on at least 3 weeks within 4 weeks", "f on at most 2 days within 28 days"},
      {"f on at least 3 months within 6 months", "f on at most 2 days within 7 months"},
      {"f on at least 40 consecutive days", "f on at most 1 months within 4 months"},
      {"f on at least 10 consecutive days allowing gaps of 3 days",
       "f on at most 1 days within 30 days"},
      {"data in BR within 7 days > 5 MB", "data within 30 days < 4 MB"},
      {"profile = g for 10 days", "at least 1 switches within 5 days"},
      {"at least 1 commanded switches within 1 day", "not (at least 1 switches within 1 day)"},
      {"owner-changed within 5 hours", "not owner-changed happened"},
      {"plmn = 724-05 on at least 3 consecutive days",
       "network in BR on at most 2 consecutive days"},
      {"roaming in BR on at least 3 consecutive days",
       "network in BR on at most 2 consecutive days"}};
  for (const auto& [one, other] : pairs) {
    INFO(one << " / " << other);
    std::optional<Checked> checked =
        check(fmt::format("profile g home FR iccid 8933*\n"
                          "profile br home BR iccid 8955* download \"smdp.br.example\"\n"
                          "profile tr home TR iccid 8990* download \"smdp.tr.example\"\n"
                          "attribute f : flag\n"
                          "rule one when {} then profile = br\n"
                          "rule other when {} then profile = tr\notherwise keep\n",
                          one, other),
              "apart.sojourn");
    REQUIRE(checked);
    CHECK(checked->rendered(Code::E0301) == "");
  }
}

TEST_CASE("what is due after a longer time is due after a shorter one, for devices of any past") {
  testing::Loaded loaded = testing::load(kEvents);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  const RuleTable& table = loaded.table();
  std::vector<FeatureIndex> due, counts;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    if (table.features[f].kind == FeatureKind::since) due.push_back(f);
    if (table.features[f].kind == FeatureKind::event_count) counts.push_back(f);
  }
  auto graph = compile(std::make_shared<const RuleTable>(table),
                       CompileOptions{.claims = testing::small_world().claims()});
  auto prepared = PreparedPolicy::prepare(*graph, testing::small_world());
  REQUIRE(prepared);
  std::size_t orders = 0, met = 0;
  for (FeatureIndex one : due) {
    for (FeatureIndex other : due) {
      orders += one != other && is_due_first(table, table.features[one], table.features[other]);
    }
    for (FeatureIndex count : counts) {
      orders += is_over_before(table, table.features[count], table.features[one]);
    }
  }
  CHECK(orders > 60);
  std::mt19937 random(7);
  auto below = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  for (int life = 0; life < 15; ++life) {
    Device device(*prepared);
    Instant now = TimeZone().start_of(Day{20'450 + below(365)});
    for (int step = 0; step < 120; ++step) {
      Observation report;
      report.at = now;
      report.network.give(*parse_plmn("208-01"));
      if (below(25) == 0) report.event = "owner-changed";
      device.observe(report);
      now = now + hours(below(2) == 0 ? 1 + below(40) : below(400));
      for (FeatureIndex other : due) {
        if (device.read(other, now) != Reading::exactly(1)) continue;
        for (FeatureIndex one : due) {
          if (!is_due_first(table, table.features[one], table.features[other])) continue;
          ++met;
          if (device.read(one, now) == Reading::exactly(1)) continue;
          FAIL(table.features[one].identity << ", " << table.features[other].identity);
        }
        for (FeatureIndex count : counts) {
          if (!is_over_before(table, table.features[count], table.features[other])) continue;
          ++met;
          if (device.read(count, now).upper == 0) continue;
          FAIL(table.features[count].identity << ", " << table.features[other].identity);
        }
      }
    }
  }
  CHECK(met > 1'500);
}

namespace {

// A rule acts where the one holds; is it promised rightly to act where the other does?
struct Row {
  const char* rule;
  const char* promise;
  Verdict verdict;
};

void check_rows(std::span<const Row> rows, const std::string& subject) {
  for (const Row& row : rows) {
    std::string text = fmt::format(R"(policy windows
  timezone Europe/Berlin
profile one   home FR iccid 8933*
profile local home BR iccid 8955* download "smdp.local.example"
rule settled when {0}{1} then profile = local
otherwise keep
assert when {0}{2} then profile = local
)",
                                   subject, row.rule, row.promise);
    INFO(text);
    std::optional<Checked> checked = check(text, "windows.sojourn");
    REQUIRE(checked);
    CHECK(checked->analysis.promises.assertions.at(0).verdict == row.verdict);
    std::string story = checked->story_of(Code::P0302);
    if (!story.empty()) CHECK(testing::replay(text, story, "windows.sojourn") == "");
  }
}

}  // namespace

TEST_CASE("days are counted in windows of days and of months: what is shown of them replays") {
  const Row rows[] = {
      {"at least 28 days within 1 month", "at least 28 days within 28 days", Verdict::holds},
      {"at least 29 days within 1 month", "at least 29 days within 29 days", Verdict::broken},
      {"at least 25 days within 31 days", "at least 25 days within 1 month", Verdict::holds},
      {"at least 30 days within 30 days", "at least 31 days within 1 month", Verdict::holds},
      {"at least 59 days within 2 months", "at least 59 days within 59 days", Verdict::holds},
      {"at least 9 days within 12 months", "at least 9 days within 1 year", Verdict::holds},
      {"at least 20 days within 1 month", "at least 20 consecutive days", Verdict::holds},
      {"at least 20 days within 31 days", "at least 20 days in this calendar month",
       Verdict::holds},
      {"at least 21 days within 1 month", "at least 20 days in this calendar month",
       Verdict::broken},
      {"at least 30 days within 31 days", "at least 30 days in this calendar year",
       Verdict::broken},
  };
  check_rows(rows, "roaming in BR on ");
}

TEST_CASE("what was so within some days was so within a month, or cannot be told apart from it") {
  const Row rows[] = {
      {"roaming in BR within 1 month", "roaming in BR within 27 days", Verdict::holds},
      {"roaming in BR within 1 month", "roaming in BR within 30 days", Verdict::broken},
      {"roaming in BR within 32 days", "roaming in BR within 1 month", Verdict::holds},
      {"roaming in BR within 30 days", "roaming in BR within 1 month", Verdict::broken},
      {"roaming in BR within 3 months", "roaming in BR within 2 months", Verdict::holds},
      {"at least 2 switches within 1 month", "at least 2 switches within 27 days", Verdict::holds},
      {"at least 2 switches within 27 days", "at least 2 switches within 1 month", Verdict::broken},
      {"at least 2 switches within 32 days", "at least 2 switches within 1 month", Verdict::holds},
  };
  check_rows(rows, "");
}

TEST_CASE("what is counted in one country is counted in several, and never the other way round") {
  const Row rows[] = {
      {"region in BR, CL on at least 9 days within 28 days",
       "region in BR on at least 9 days within 28 days", Verdict::holds},
      {"region in BR on at least 9 days within 28 days",
       "region in BR, CL on at least 9 days within 28 days", Verdict::broken},
      {"roaming in BR, CL on at least 8 consecutive days",
       "roaming in BR on at least 9 consecutive days", Verdict::holds},
      {"roaming on at least 9 days within 28 days", "roaming in BR on at least 9 consecutive days",
       Verdict::holds},
      {"roaming in BR, CL for 8 hours", "roaming in BR for 9 hours", Verdict::holds},
      {"roaming in BR, CL within 9 days", "roaming in BR within 9 days", Verdict::holds},
      {"roaming in BR within 9 days", "roaming in BR, CL within 9 days", Verdict::broken},
      {"(region in BR or network in CL) on at least 9 days within 28 days",
       "region in BR on at least 9 days within 27 days", Verdict::holds},
  };
  check_rows(rows, "");
}

TEST_CASE("a time that has gone by since an event has gone by if a longer one has") {
  const Row rows[] = {
      {"6 months since owner-changed", "7 months since owner-changed", Verdict::holds},
      {"7 months since owner-changed", "6 months since owner-changed", Verdict::broken},
      {"20 days since owner-changed", "1 month since owner-changed", Verdict::holds},
      {"owner-changed happened", "36 hours since owner-changed", Verdict::holds},
      {"not owner-changed within 30 days", "2 months since owner-changed", Verdict::holds},
  };
  check_rows(rows, "");
}

}  // namespace sojourn::lang
