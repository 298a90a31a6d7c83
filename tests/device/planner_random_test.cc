// Random lives of a card under a planner: an eUICC that refuses, loses results, rolls back and
// switches by itself, telemetry that lies, goals that change. What must never happen is judged by a
// model that looks at the card and the commands alone.
#include <map>

#include "tests/device/planner_bench.h"
#include "tests/device/random_life.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words
using Kind = ProfileCommand::Kind;
using Outcome = CommandResult::Outcome;

const std::vector<std::string> kNames = {"global", "vivo", "turk"};

struct ModelCard {
  std::map<std::string, bool> installed = {{"global", true}, {"vivo", false}};  // enabled?
  std::string fallback = "global";

  std::string enabled() const {
    for (const auto& [name, on] : installed) {
      if (on) return name;
    }
    return {};
  }
  void enable(const std::string& name) {
    for (auto& [other, on] : installed) on = other == name;
  }
  std::vector<CardProfile> listed() const {
    std::vector<CardProfile> all;
    for (const auto& [name, on] : installed) {
      all.push_back({iccid_of(name), name, on, name == fallback});
    }
    return all;
  }
};

class Life {
 public:
  explicit Life(std::uint64_t seed) : chance_(seed) {}

  void step() {
    bench_.pass(minutes(static_cast<std::int64_t>(1 + chance_.below(120))));
    if (chance_.one_in(6)) change_goal();
    if (chance_.one_in(30)) leave_by_itself();
    if (chance_.one_in(3)) report();
    if (flight_ && chance_.one_in(2)) answer(false);
    ask();
  }

  // Nothing goes wrong any more: the goal is reached, if the card can.
  void settle() {
    bench_.goal.gates = {};
    bench_.goal.hold = {};
    bench_.goal.enabled = PlanProfile{chance_.of(kNames), "smdp"};
    for (int round = 0; round < 60; ++round) {
      if (flight_) answer(true);
      ask();
      if (!flight_) {
        Instant again = bench_.plan().ask_again;
        if (again != kNever) bench_.now = std::max(bench_.now + minutes(1), again);
        report_truth();
      }
    }
    std::string tail;
    for (std::size_t i = told_.size() > 12 ? told_.size() - 12 : 0; i < told_.size(); ++i) {
      tail += told_[i] + "\n";
    }
    INFO(tail << "wanted " << bench_.goal.enabled->name);
    CHECK(card_.enabled() == bench_.goal.enabled->name);
    CHECK_FALSE(flight_);
  }

  const std::vector<std::string>& told() const { return told_; }

 private:
  void change_goal() {
    PlanGoal& goal = bench_.goal;
    goal = {};
    if (!chance_.one_in(4)) goal.enabled = PlanProfile{chance_.of(kNames), "smdp"};
    if (chance_.one_in(3)) goal.remove.push_back(chance_.of(kNames));
    if (chance_.one_in(6)) goal.fallback = chance_.of(kNames);
    if (chance_.one_in(6)) goal.preload.push_back({chance_.of(kNames), "smdp"});
    if (chance_.one_in(3)) goal.hold = hours(static_cast<std::int64_t>(chance_.below(30)));
    goal.gates.killed = chance_.one_in(10);
    goal.gates.required = !chance_.one_in(10);
    goal.gates.pressing = chance_.one_in(8);
    goal.gates.guard_stops = chance_.one_in(10);
    goal.gates.guard_spares_bans = chance_.one_in(2);
  }

  void leave_by_itself() {
    std::vector<std::string> all;
    for (const auto& [name, on] : card_.installed) all.push_back(name);
    std::string to = chance_.of(all);
    if (to == card_.enabled()) return;
    card_.enable(to);
    left_at_ = bench_.now;
    if (chance_.one_in(2)) bench_.planner().claim(static_cast<std::int64_t>(chance_.below(8)));
  }

  void report() {
    Say said(bench_.now);
    switch (chance_.below(3)) {
      case 0:
        said.profile(chance_.one_in(3) ? chance_.of(kNames) : card_.enabled());
        break;
      case 1:
        said.network("724-05");
        break;
      default:
        said.profile(card_.enabled()).installed(kNames);
    }
    bench_.hear(said.value());
    heard_at_ = bench_.now;
  }
  void report_truth() {
    Say said(bench_.now);
    said.profile(card_.enabled());
    bench_.hear(said.value());
    heard_at_ = bench_.now;
  }

  void answer(bool kindly) {
    ProfileCommand command = *std::exchange(flight_, std::nullopt);
    CommandResult result;
    result.number = command.number;
    result.at = bench_.now;
    std::size_t dice = kindly ? 9 : chance_.below(10);
    if (dice == 0) {
      result.outcome = Outcome::not_now;
    } else if (dice == 1) {
      result.outcome = Outcome::refused;
    } else if (dice == 2) {
      result.outcome = Outcome::withdrawn;
    } else if (dice == 3 && command.kind == Kind::enable) {
      result.outcome = Outcome::rolled_back;
    } else if (command.kind != Kind::list && command.kind != Kind::download &&
               !card_.installed.contains(command.profile)) {
      result.outcome = Outcome::missing;
    } else {
      execute(command, result);
      if (dice == 4) result.outcome = Outcome::failed;  // done, and the proof is lost
    }
    if (result.outcome == Outcome::rolled_back || result.outcome == Outcome::refused) {
      if (command.kind == Kind::enable) quarantined_[command.profile] = bench_.now + hours(24);
    }
    CHECK(bench_.planner().take(result));
    CHECK_FALSE(bench_.planner().take(result));
  }

  void execute(const ProfileCommand& command, CommandResult& result) {
    switch (command.kind) {
      case Kind::list:
        result.profiles = card_.listed();
        break;
      case Kind::enable:
        card_.enable(command.profile);
        switched_at_ = bench_.now;
        quarantined_.erase(command.profile);
        break;
      case Kind::disable:
        card_.installed[command.profile] = false;
        break;
      case Kind::remove:
        card_.installed.erase(command.profile);
        break;
      case Kind::set_fallback:
        card_.fallback = command.profile;
        break;
      case Kind::download:
        if (!card_.installed.contains(command.profile)) card_.installed[command.profile] = false;
        if (chance_.one_in(2)) result.iccid = iccid_of(command.profile);
        break;
    }
  }

  void ask() {
    Bytes stored = to_bytes(bench_.state);
    Result<PlannerState> read = planner_state_from_bytes(stored);
    REQUIRE(read);
    REQUIRE(*read == bench_.state);
    Plan plan = bench_.plan();
    told_.push_back(text_of(plan));
    CHECK((plan.ask_again == kNever || plan.ask_again > bench_.now));
    if (!plan.command) return;
    judge(*plan.command);
    flight_ = *plan.command;
  }

  void judge(const ProfileCommand& command) {
    INFO("command " << told_.back() << " at " << to_rfc3339(bench_.now));

    REQUIRE_FALSE(flight_);  // never two with the device
    CHECK(command.number > last_number_);
    last_number_ = command.number;
    const PlanGoal& goal = bench_.goal;
    CHECK_FALSE(goal.gates.killed);
    if (command.kind == Kind::list) return;
    CHECK((goal.gates.required || goal.gates.pressing));
    bool spared = goal.gates.pressing && goal.gates.guard_spares_bans;
    CHECK((!goal.gates.guard_stops || spared));
    if (command.kind == Kind::enable) {
      REQUIRE(goal.enabled);
      CHECK(command.profile == goal.enabled->name);
      CHECK(command.rollback);
      auto resting = quarantined_.find(command.profile);
      CHECK((resting == quarantined_.end() || resting->second <= bench_.now));
    }
    if (command.kind == Kind::remove) {
      // By what the planner may know: the device has reported since the last switch it made.
      CHECK(heard_at_ > switched_at_);
      CHECK(command.profile != bench_.planner().enabled()->profile);
      if (left_at_ < bench_.state.listed_at) {
        CHECK(command.profile != card_.enabled());
        CHECK(command.profile != card_.fallback);
      }
    }
  }

  Chance chance_;
  PlannerBench bench_;
  ModelCard card_;
  std::optional<ProfileCommand> flight_;
  CommandNumber last_number_ = 0;
  std::map<std::string, Instant> quarantined_;
  Instant switched_at_ = kBeginning;
  Instant left_at_ = kBeginning;
  Instant heard_at_ = kBeginning;
  std::vector<std::string> told_;
};

}  // namespace

TEST_CASE("random lives of a card: what must never happen does not, and peace brings the goal") {
  std::uint64_t seed = seed_of_run();
  for (int round = 0; round < testing::rounds(300); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Life life(seed);
    for (int i = 0; i < 150; ++i) life.step();
    life.settle();
    Life again(seed);
    for (int i = 0; i < 150; ++i) again.step();
    again.settle();
    REQUIRE(life.told() == again.told());
  }
}

}  // namespace sojourn
