// The yardstick: a policy interpreted rule by rule, as semantics.md 2, 17, 18 and 20 read, with no
// thought for speed. Shares nothing with the compiler but judge().
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "engine/graph/decision_graph.h"

namespace sojourn::testing {

// What every feature of a table reads, by its index.
using Readings = std::vector<Reading>;

struct NaiveDecision {
  Leaf leaf;
  std::set<std::uint32_t> also;  // every rule with alerts or tasks that is heard
};

class NaiveInterpreter {
 public:
  explicit NaiveInterpreter(const RuleTable& table) : table_(table) {}

  NaiveDecision decide(const Readings& readings) const {
    readings_ = &readings;
    NaiveDecision decision;
    decision.leaf = deciding();
    for (std::uint32_t r = 0; r < table_.rules.size(); ++r) {
      const Action& action = table_.rules[r].action;
      bool speaks =
          action.kind == Action::Kind::none || !action.alerts.empty() || !action.tasks.empty();
      if (speaks && fires(r) && !silenced(r)) decision.also.insert(r);
    }
    return decision;
  }

  // Rule by rule, for questions about them; `decide` or `look_at` says at what.
  void look_at(const Readings& readings) const { readings_ = &readings; }

  // What the rule asks for, absent when it does not fire.
  std::optional<Leaf> asks(std::uint32_t r) const {
    Leaf leaf;
    bool holding = holds(table_.rules[r].condition);
    bool taken = holding && take(table_.rules[r].action, static_cast<std::int32_t>(r), -1, leaf);
    return taken ? std::optional(leaf) : std::nullopt;
  }

  // The same of a ban's remedy, where the ban bites with what is enabled.
  std::optional<Leaf> remedy_asks(std::uint32_t b) const {
    Leaf leaf;
    const Ban& ban = table_.bans[b];
    bool taken =
        broken(ban) && ban.remedy && take(*ban.remedy, -1, static_cast<std::int32_t>(b), leaf);
    return taken ? std::optional(leaf) : std::nullopt;
  }

  // A rule that fires overrides this one (under first-match: came before it and decides).
  bool silenced(std::uint32_t r) const {
    if (table_.settings.first_match) {
      for (std::uint32_t before = 0; before < r; ++before) {
        if (table_.rules[before].action.kind != Action::Kind::none && fires(before)) return true;
      }
      return false;
    }
    std::vector<std::vector<bool>> over = override_closure(table_);
    for (std::uint32_t other = 0; other < table_.rules.size(); ++other) {
      if (!over[other].empty() && over[other][r] && fires(other)) return true;
    }
    return false;
  }

  bool holds(ConditionIndex condition) const { return truth(condition) == Truth::yes; }

  // The rule holds and one of its alternatives can be had.
  bool fires(std::uint32_t r) const {
    const Rule& rule = table_.rules[r];
    if (!holds(rule.condition)) return false;
    if (rule.action.kind == Action::Kind::keep) return !broken_ban();
    if (rule.action.kind == Action::Kind::none) return true;
    for (const Alternative& a : rule.action.alternatives) {
      if (available(a) && lawful(a.profile)) return true;
    }
    return false;
  }

  // The ban bites with the candidate, whose place in Ban::bites is given.
  bool bites(const Ban& ban, std::size_t candidate) const {
    Truth bitten = truth(ban.bites[candidate]);
    return bitten == Truth::yes || (bitten == Truth::unknown && ban.in_doubt_counts);
  }

 private:
  Truth truth(ConditionIndex condition) const {
    return table_.conditions.judge(condition, [&](const Test& test) {
      return judge(test, table_.features[test.feature], (*readings_)[test.feature]);
    });
  }

  const Reading& reading(FeatureKind kind, std::uint32_t subject) const {
    for (std::size_t i = 0; i < table_.features.size(); ++i) {
      const Feature& f = table_.features[i];
      if (f.kind == kind && f.subject == subject) return (*readings_)[i];
    }
    static const Reading nothing;
    return nothing;
  }

  bool available(const Alternative& a) const {
    if (!a.if_installed && !table_.profiles[a.profile].download.empty()) return true;
    const Reading& installed = reading(FeatureKind::installed, a.profile);
    return installed.known && installed.lower != 0;
  }
  bool healthy(const Alternative& a) const {
    const Reading& quarantined = reading(FeatureKind::quarantined, a.profile);
    return quarantined.known && quarantined.lower == 0;
  }

  bool lawful(ProfileIndex profile) const {
    for (const Ban& ban : table_.bans) {
      if (bites(ban, profile)) return false;
    }
    return true;
  }
  bool broken(const Ban& ban) const {
    const Reading& enabled = reading(FeatureKind::profile, 0);
    if (!enabled.known) return false;
    bool declared = enabled.lower >= 0;
    return bites(ban, declared ? static_cast<std::size_t>(enabled.lower) : table_.profiles.size());
  }
  bool broken_ban() const {
    for (const Ban& ban : table_.bans) {
      if (broken(ban)) return true;
    }
    return false;
  }

  // The leaf of an action that holds; false when nothing of it can be had.
  bool take(const Action& action, std::int32_t rule, std::int32_t ban, Leaf& leaf) const {
    if (action.kind == Action::Kind::none) return false;
    if (action.kind == Action::Kind::keep) {
      leaf = {Action::Kind::keep, 0, rule, ban, false};
      return !broken_ban();
    }
    for (bool in_quarantine : {false, true}) {
      for (const Alternative& a : action.alternatives) {
        if (!available(a) || !lawful(a.profile) || (!in_quarantine && !healthy(a))) continue;
        leaf = {Action::Kind::profile, a.profile, rule, ban, in_quarantine};
        return true;
      }
    }
    return false;
  }

  Leaf deciding() const {
    Leaf leaf;
    for (std::uint32_t r : order()) {
      bool holding = holds(table_.rules[r].condition) && !silenced(r);
      if (holding && take(table_.rules[r].action, static_cast<std::int32_t>(r), -1, leaf)) {
        return leaf;
      }
    }
    if (take(table_.otherwise, -1, -1, leaf)) return leaf;
    for (std::size_t b = 0; b < table_.bans.size(); ++b) {
      const Ban& ban = table_.bans[b];
      if (!broken(ban) || !ban.remedy) continue;
      if (take(*ban.remedy, -1, static_cast<std::int32_t>(b), leaf)) return leaf;
    }
    for (std::size_t b = 0; b < table_.bans.size(); ++b) {
      if (broken(table_.bans[b])) {
        return {Action::Kind::keep, 0, -1, static_cast<std::int32_t>(b), false};
      }
    }
    return {};
  }

  // As written; in an order-free policy each rule comes after those that override it. Found once.
  const std::vector<std::uint32_t>& order() const {
    std::vector<std::uint32_t>& placed = order_;
    if (placed.size() == table_.rules.size()) return placed;
    std::function<void(std::uint32_t)> place = [&](std::uint32_t r) {
      if (std::find(placed.begin(), placed.end(), r) != placed.end()) return;
      for (std::uint32_t other = 0; other < table_.rules.size(); ++other) {
        const std::vector<std::uint32_t>& below = table_.rules[other].overrides;
        if (std::find(below.begin(), below.end(), r) != below.end()) place(other);
      }
      placed.push_back(r);
    };
    for (std::uint32_t r = 0; r < table_.rules.size(); ++r) place(r);
    return placed;
  }

  const RuleTable& table_;
  mutable const Readings* readings_ = nullptr;
  mutable std::vector<std::uint32_t> order_;
};

}  // namespace sojourn::testing
