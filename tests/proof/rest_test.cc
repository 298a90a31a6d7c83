// A device at rest: what goes round is found and shown, what does not is proved, and the two are
// compared with lives lived through the engine.
#include "engine/proof/rest.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/actions.h"
#include "tests/graph/random_policy.h"
#include "tests/proof/checked_policy.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"

namespace sojourn::lang {
namespace {

using sojourn::testing::Dice;
using testing::check;
using testing::Checked;
using testing::replay;

const std::string kWords = R"(policy small
attribute type : meter | tracker
profile global home FR iccid 8933* download "smdp.global.example"
profile local  home BR iccid 8955* download "smdp.local.example"
profile spare  home AR iccid 8954* download "smdp.spare.example"
)";

struct Row {
  const char* name;
  const char* rules;
  std::size_t cycle_length;  // 0: comes to rest
};

const Row kRows[] = {
    {"service lost and found again",
     "rule home when region in BR then profile = local\n"
     "rule lost overrides home when no service for 10 minutes then profile = global\n",
     2},
    {"the same with a hold",
     "rule home when region in BR then profile = local\n"
     "rule lost overrides home when no service for 10 minutes then profile = global, hold 1 day\n",
     0},
    {"a hold on the other way serves as well",
     "rule home when region in BR then profile = local, hold 1 hour\n"
     "rule lost overrides home when no service for 10 minutes then profile = global\n",
     0},
    {"a guard alone does not count",
     "rule home when region in BR then profile = local\n"
     "rule lost overrides home when no service for 10 minutes then profile = global\n"
     "guard at most 2 switches per device within 30 days\n",
     2},
    {"roaming is undone by the switch that it asks for",
     "rule away when roaming then profile = local\n"
     "rule back when not roaming and network in BR then profile = global\n",
     2},
    {"days of roaming are undone as well",
     "rule settled when roaming in BR on at least 20 consecutive days then profile = local\n"
     "rule cheap when region in BR and not roaming in BR on at least 20 consecutive days "
     "then profile = global\n",
     2},
    {"what does not look at the profile does not go round",
     "rule home when region in BR and type = meter then profile = local\n"
     "rule other when region in AR then profile = spare\n"
     "rule lost overrides home, other when battery-low then profile = global\n",
     0},
    {"three profiles in a ring",
     "rule one when profile = global and type = meter then profile = local\n"
     "rule two when profile = local and type = meter then profile = spare\n"
     "rule three when profile = spare and type = meter then profile = global\n",
     3},
    {"a ring that no single device meets",
     "rule one when profile = global and type = meter then profile = local\n"
     "rule two when profile = local and type = tracker then profile = global\n",
     0},
    {"a requirement that both switches cannot meet",
     "rule home when region in BR then profile = local, requires type = meter\n"
     "rule lost overrides home when no service for 10 minutes then profile = global, "
     "requires type = tracker\n",
     0},
    // From the first profile nothing moves it; once it has been on the other, it goes round.
    {"what another stay has left behind in the history",
     "rule visit overrides home when profile = local and (roaming in BR) within 30 days "
     "then profile = spare\n"
     "rule home when profile = spare and region in BR then profile = local\n",
     2},
    {"the fallback attribute moves with the rules",
     "rule one when fallback = local and type = meter then profile = spare, fallback = global\n"
     "rule two when fallback = global and type = meter then profile = local, fallback = local\n",
     2},
    {"what one rule deletes another downloads",
     "rule tidy when installed local and type = meter then profile = spare, delete local\n"
     "rule fetch when not installed local and type = meter then profile = local\n",
     2},
    {"a ban's remedy, and a rule that does not know of it",
     "ban stay never roaming in BR per profile on the same network on more than 9 consecutive "
     "days\n"
     "  remedy profile = local\n"
     "rule cheap when region in BR then profile = global or local\n",
     2},
    {"a ban without a way back",
     "ban stay never roaming in BR per profile on the same network on more than 9 consecutive "
     "days\n"
     "  remedy profile = local\n"
     "rule other when network in AR and type = meter then profile = spare\n",
     0},
};

void check_one_cycle(const std::string& policy) {
  std::optional<Checked> checked = check(policy, "small.sojourn");
  REQUIRE(checked);
  CHECK(checked->analysis.rest.cycles.size() == 1);
  std::string story = checked->story_of(Code::W0303);
  REQUIRE_FALSE(story.empty());
  CHECK(replay(policy, story, "small.sojourn") == "");
}

}  // namespace

TEST_CASE("what goes round without a hold is found, and replays") {
  for (const Row& row : kRows) {
    std::string rules = row.rules;
    std::string battery =
        rules.find("battery-low") != std::string::npos ? "attribute battery-low : flag\n" : "";
    std::string policy = kWords + battery + rules + "otherwise keep\n";
    INFO(row.name << "\n" << policy);
    std::optional<Checked> checked = check(policy, "small.sojourn");
    REQUIRE(checked);
    const Rest& rest = checked->analysis.rest;
    CHECK(rest.decided);
    CHECK(rest.cycles.empty() == (row.cycle_length == 0));
    for (const RestCycle& cycle : rest.cycles) {
      CHECK(cycle.stays.size() == row.cycle_length);
      CHECK(replay(policy, cycle.test, "small.sojourn") == "");
    }
  }
}

// So many rows are looked at in parts. What cannot go round in Argentina, for the count is of
// Brazil, is left of them in Brazil as well, and does go round there.
TEST_CASE("what goes round in one country is found beside others in which the same rows do not") {
  std::string policy = kWords;
  policy.insert(policy.find('\n'), " first-match");
  policy += "attribute zone : text\n";
  const char* countries[] = {"AT", "BE", "BG", "DE"};
  for (int i = 0; i < 80; ++i) {
    policy += fmt::format("when region in {} and zone = z{} then profile = spare, hold 1 day\n",
                          countries[i % 4], i);
  }
  policy +=
      "rule settled when (region in BR and roaming) for 3 hours then profile = local\n"
      "rule cheap when not ((region in BR and roaming) for 3 hours) then profile = global\n"
      "otherwise keep\n";
  check_one_cycle(policy);
}

// In Argentina a device does not rest on networks of Brazil; the same rows are left in Brazil.
TEST_CASE("what goes round on the networks of one country is found beside others") {
  std::string policy = kWords;
  policy.insert(policy.find('\n'), " first-match");
  policy += "attribute zone : text\n";
  for (int i = 0; i < 160; ++i) {
    policy += fmt::format("when region in {} and zone = z{} then profile = spare, hold 1 day\n",
                          i % 2 == 0 ? "AR" : "BR", i);
  }
  policy +=
      "rule away when roaming and network in BR then profile = local\n"
      "rule cheap when not roaming and network in BR then profile = global\n"
      "otherwise keep\n";
  check_one_cycle(policy);
}

TEST_CASE("a device that never comes to rest, as the author reads it") {
  std::string policy = kWords + kRows[0].rules + "otherwise keep\n";
  std::optional<Checked> checked = check(policy, "small.sojourn");
  REQUIRE(checked);
  test::check_golden("proof/never_at_rest.txt", checked->rendered(Code::W0303));
}

// --- against lives ---

namespace {

std::string random_policy(Dice& dice) {
  const char* conditions[] = {"no service for 10 minutes",
                              "not no service",
                              "roaming in BR",
                              "not roaming",
                              "region in BR",
                              "type = meter",
                              "type = tracker",
                              "profile = global",
                              "profile in local, spare",
                              "roaming in BR on at least 3 consecutive days",
                              "roaming in BR per profile on at least 2 days within 5 days",
                              "not no service for 2 hours",
                              "no service within 3 hours",
                              "(roaming in BR) within 20 days",
                              "at least 2 switches within 10 days",
                              "(profile = spare) on at least 2 days within 15 days"};
  const char* profiles[] = {"global", "local", "spare"};
  std::string text = kWords;
  text.insert(text.find('\n'), " first-match");
  if ((dice.below(100) < 30)) {
    text +=
        "ban stay never roaming in BR per profile on the same network on more than 4 "
        "consecutive days\n  remedy profile = local\n";
  }
  std::size_t rules = 2 + dice.below(3);
  for (std::size_t r = 0; r < rules; ++r) {
    text += fmt::format("rule r{} when {}", r, conditions[dice.below(std::size(conditions))]);
    if ((dice.below(100) < 60)) {
      text += fmt::format(" and {}", conditions[dice.below(std::size(conditions))]);
    }
    if ((dice.below(100) < 10)) {
      text += " then keep\n";
      continue;
    }
    text += fmt::format(" then profile = {}", profiles[dice.below(3)]);
    if ((dice.below(100) < 20)) text += fmt::format(" or {}", profiles[dice.below(3)]);
    text += (dice.below(100) < 20) ? ", hold 1 day\n" : "\n";
  }
  return text + "otherwise keep\n";
}

struct World {
  const char* network;
  LatLon position;
  const char* type;
  unsigned served;  // a bit per profile
};

const World kWorlds[] = {{"724-05", {-23.55, -46.63}, "meter", 7},
                         {"722-07", {-34.6, -58.4}, "meter", 7},
                         {"208-01", {48.85, 2.35}, "meter", 7}};

Observation report_of(const World& world, Instant at, const RuleTable& table,
                      ProfileIndex profile) {
  Observation report;
  report.at = at;
  report.profile.give(table.profiles[profile].name);
  report.position.give(Fix{.at = world.position, .accuracy_m = 20});
  bool served = (world.served >> profile & 1) != 0;
  if (served) report.network.give(*parse_plmn(world.network));
  report.registration.give(served ? Registration::roaming : Registration::none);
  AttributeReport type;
  type.name = "type";
  type.type = AttributeReport::Type::text;
  type.text = world.type;
  report.attributes.push_back(type);
  return report;
}

// What a device went through before it came to rest: so many days there, whatever the rules say.
struct Past {
  World world;
  ProfileIndex profile = 0;
  int days = 0;
};

// Does a device that carries every decision out at once go on switching, without a hold between?
bool goes_round(const std::shared_ptr<const PreparedPolicy>& policy, const World& world,
                ProfileIndex first, const std::vector<Past>& pasts = {}) {
  const RuleTable& table = policy->table();
  Device device(policy);
  Instant begin = TimeZone().start_of(Day{20'635}) + hours(12);
  for (const Past& past : pasts) {
    for (int day = 0; day <= past.days; ++day) {
      device.observe(report_of(past.world, begin, table, past.profile));
      begin = begin + (day == past.days ? minutes(30) : days(1));
    }
  }
  Instant now = begin, held_until = begin, next_report = begin + days(1);
  ProfileIndex profile = first;
  device.observe(report_of(world, now, table, profile));
  std::size_t switches = 0;
  while (now < begin + days(30)) {
    Decision decision = device.decide(now);
    bool wants = decision.kind == Action::Kind::profile && decision.profile != profile;
    if (wants && now >= held_until) {
      const Action& action = action_of(table, decision.rule, decision.ban);
      switches = action.hold.ms > 0 ? 0 : switches + 1;
      if (switches > 9) return true;
      profile = decision.profile;
      now = now + minutes(1);
      held_until = now + action.hold;
      next_report = now + days(1);
      device.observe(report_of(world, now, table, profile));
      continue;
    }
    Instant next = std::min(next_report, device.wake(now));
    if (wants) next = std::min(next, held_until);
    now = next;
    if (now == next_report) {
      next_report = now + days(1);
      device.observe(report_of(world, now, table, profile));
    }
  }
  return false;
}

}  // namespace

TEST_CASE("the proof and lived lives agree about random small policies") {
  Dice dice(20'261'126);
  std::size_t rounds = 0, rests = 0, undecided = 0;
  for (int policies = 0; policies < 100;) {
    std::string text = random_policy(dice);
    INFO(text);
    std::optional<Checked> checked = check(text, "small.sojourn");
    if (!checked) continue;  // a condition that contradicts or repeats itself
    ++policies;
    const Rest& proved = checked->analysis.rest;
    for (const RestCycle& cycle : proved.cycles) {
      CHECK(replay(text, cycle.test, "small.sojourn") == "");
    }
    auto graph = compile(std::make_shared<const RuleTable>(checked->loaded.table()),
                         CompileOptions{.claims = testing::small_world().claims()});
    auto prepared = PreparedPolicy::prepare(*graph, testing::small_world());
    bool lived = false;
    for (unsigned served = 0; served < 8 && !lived; ++served) {
      for (const char* type : {"meter", "tracker"}) {
        for (ProfileIndex first = 0; first < 3; ++first) {
          for (World world : kWorlds) {
            world.type = type;
            world.served = served;
            lived = lived || goes_round(*prepared, world, first);
            std::vector<Past> pasts(1 + dice.below(3));
            for (Past& past : pasts) {
              past.world = dice.below(2) == 0 ? world : kWorlds[dice.below(std::size(kWorlds))];
              past.world.type = type;
              past.world.served =
                  dice.below(2) == 0 ? served : static_cast<unsigned>(dice.below(8));
              past.profile = static_cast<ProfileIndex>(dice.below(3));
              past.days = static_cast<int>(dice.below(6));
            }
            lived = lived || goes_round(*prepared, world, first, pasts);
          }
        }
      }
    }
    // What is lived is found; what is found and not lived here is elsewhere, and replays.
    CHECK((!lived || !proved.cycles.empty() || !proved.decided));
    if (proved.cycles.empty()) (proved.decided ? rests : undecided) += 1;
    rounds += lived ? 1 : 0;
  }
  CHECK(rounds > 25);
  CHECK(rests > 50);
  CHECK(undecided < 15);
}

}  // namespace sojourn::lang
