// A planner on a bench: short ways to feed it and to read what it yields.
//
//   PlannerBench bench;
//   bench.want("vivo");
//   CHECK(bench.next() == "1 list");
//   bench.lists({"*global", "vivo"});          // * enabled, + has the fallback attribute
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/device/planner.h"
#include "tests/device/device_world.h"

namespace sojourn::testing {

// A made-up ICCID for each name, and back.
inline std::string iccid_of(std::string_view name) {
  std::string digits = "89";
  for (char letter : name) digits += fmt::format("{:03}", static_cast<int>(letter));
  digits.resize(19, '0');
  return digits;
}
inline std::string name_of_iccid(std::string_view iccid) {
  for (const char* name : {"global", "vivo", "turk", "other"}) {
    if (iccid_of(name) == iccid) return name;
  }
  return {};
}

inline std::vector<CardProfile> card_of(const std::vector<std::string>& words) {
  std::vector<CardProfile> card;
  for (const std::string& word : words) {
    CardProfile profile;
    profile.profile = word.substr(word.find_first_not_of("*+"));
    profile.iccid = iccid_of(profile.profile);
    profile.enabled = word.find('*') != std::string::npos;
    profile.fallback = word.find('+') != std::string::npos;
    card.push_back(std::move(profile));
  }
  return card;
}

inline std::string text_of(const Plan& plan) {
  if (!plan.command) return fmt::format("waits: {}", name_of(plan.waits_for));
  const ProfileCommand& command = *plan.command;
  std::string text = fmt::format("{} {}", command.number, name_of(command.kind));
  if (!command.profile.empty()) text += " " + command.profile;
  if (!command.download.empty()) text += " from " + command.download;
  if (command.kind == ProfileCommand::Kind::enable && command.rollback) text += " with rollback";
  return text;
}

class PlannerBench {
 public:
  PlannerState state = new_planner_state("89049032123451234512345678901235");
  PlannerOptions options;
  PlanGoal goal;
  Instant now = at("2026-03-01T10:00:00Z");

  Planner planner() { return Planner(state, options); }
  void want(std::string name, std::string download = {}) {
    goal.enabled = PlanProfile{std::move(name), std::move(download)};
  }
  Plan plan() { return last_ = planner().next(goal, now); }
  std::string next() { return text_of(plan()); }
  void pass(Duration time) { now = now + time; }
  Duration until_next_question() const { return last_.ask_again - now; }
  void at_next_question() { now = last_.ask_again; }

  void answers(CommandResult::Outcome outcome, std::string iccid = {}) {
    pass(minutes(1));
    CommandResult result;
    result.number = state.in_flight.value().command.number;
    result.outcome = outcome;
    result.at = now;
    result.iccid = std::move(iccid);
    REQUIRE(planner().take(result));
  }
  void lists(const std::vector<std::string>& words) {
    pass(minutes(1));
    CommandResult result;
    result.number = state.in_flight.value().command.number;
    result.at = now;
    result.profiles = card_of(words);
    REQUIRE(planner().take(result));
  }
  // A list that nobody asked for.
  bool list_now(const std::vector<std::string>& words) {
    pass(minutes(1));
    planner().list(card_of(words), now);
    return state.listed_at == now;
  }
  void with_list(const std::vector<std::string>& words) {
    REQUIRE(next() == "1 list");
    lists(words);
  }
  void hear(Observation& observation) { planner().hear(observation, name_of_iccid); }

 private:
  Plan last_;
};

}  // namespace sojourn::testing
