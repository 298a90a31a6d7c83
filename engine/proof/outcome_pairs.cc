#include "engine/proof/outcome_pairs.h"

#include <algorithm>
#include <unordered_map>

#include "engine/proof/actions.h"
#include "engine/proof/effects.h"
#include "engine/proof/product.h"
#include "engine/proof/situation_words.h"

namespace sojourn {
namespace {

// The terminal of what lies outside the region compared.
constexpr std::uint32_t kOutside = 0x3FFF'FFFFu;

// Walks two diagrams of outcomes at once; the result's terminals number the pairs that differ.
class PairWalk {
 public:
  explicit PairWalk(DiagramStore& store) : store_(store) {}

  DiagramRef walk(DiagramRef a, DiagramRef b) {
    if (a == b) return kNo;
    if (is_terminal(a) && is_terminal(b)) return pair(a & ~kTerminalBit, b & ~kTerminalBit);
    std::uint64_t key = (std::uint64_t{a} << 32) | b;
    if (auto found = done_.find(key); found != done_.end()) return found->second;
    AxisIndex top = std::min(store_.level(a), store_.level(b));
    std::vector<ClassIndex> ends;
    for (DiagramRef one : {a, b}) {
      if (store_.level(one) != top) continue;
      for (const DiagramRun& run : store_.runs(one)) ends.push_back(run.end);
    }
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    std::vector<DiagramRun> runs;
    for (ClassIndex end : ends) {
      auto inside = [&](DiagramRef one) {
        return store_.level(one) == top ? store_.child(one, end - 1) : one;
      };
      runs.push_back({end, walk(inside(a), inside(b))});
    }
    DiagramRef result = store_.node(top, runs);
    done_.emplace(key, result);
    return result;
  }

  // By terminal value, from 1.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs = {{}};

 private:
  DiagramRef pair(std::uint32_t a, std::uint32_t b) {
    auto [row, fresh] = numbers_.emplace(std::pair(a, b), static_cast<std::uint32_t>(pairs.size()));
    if (fresh) pairs.push_back({a, b});
    return terminal(row->second);
  }

  DiagramStore& store_;
  std::unordered_map<std::uint64_t, DiagramRef> done_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> numbers_;
};

// Where the diagram's terminal is the given one.
class Selection {
 public:
  Selection(DiagramStore& store, std::uint32_t value) : store_(store), value_(value) {}

  DiagramRef of(DiagramRef at) {
    if (is_terminal(at)) return at == terminal(value_) ? kYes : kNo;
    if (auto found = done_.find(at); found != done_.end()) return found->second;
    std::vector<DiagramRun> runs(store_.runs(at).begin(), store_.runs(at).end());
    for (DiagramRun& run : runs) run.target = of(run.target);
    DiagramRef result = store_.node(store_.axis(at), runs);
    done_.emplace(at, result);
    return result;
  }

 private:
  DiagramStore& store_;
  std::uint32_t value_;
  std::unordered_map<DiagramRef, DiagramRef> done_;
};

}  // namespace

// Equal effects are one number, on whichever side and by whichever rule.
std::uint32_t OutcomePairs::number_of(const RuleTable& table, const Leaf& leaf) {
  Outcome outcome;
  bool broken = leaf.kind == Action::Kind::keep && leaf.ban >= 0;
  if (broken) {
    outcome.action.kind = Action::Kind::keep;
    outcome.broken_ban = table.bans[static_cast<std::size_t>(leaf.ban)].label();
  } else {
    outcome.action = action_of(table, leaf.rule, leaf.ban);
    outcome.action.kind = leaf.kind;
    outcome.action.alternatives.clear();
    outcome.action.alerts.clear();
    outcome.action.tasks.clear();
    if (leaf.kind == Action::Kind::profile) {
      outcome.action.alternatives.push_back({leaf.profile, false});
    }
  }
  EffectKey key = effect_key(outcome.action);
  key.push_back(broken ? 1 : 0);
  auto [row, fresh] = numbers_.emplace(key, static_cast<std::uint32_t>(outcomes_.size()));
  if (fresh) outcomes_.push_back(std::move(outcome));
  return row->second;
}

const std::vector<OutcomeRow>& OutcomePairs::rows_of(RuleDiagrams& rules, DiagramRef within) {
  Side& side = side_of(rules);
  if (side.within != within) side.rows = outcome_rows(rules, within);
  side.within = within;
  return side.rows;
}

std::optional<DiagramRef> OutcomePairs::outcomes(RuleDiagrams& rules, DiagramRef within) {
  std::vector<ProductRow> rows = {{model_.store().opposite(within), kOutside, true}};
  for (const OutcomeRow& row : rows_of(rules, within)) {
    rows.push_back({row.where, number_of(rules.table(), row.leaf), true});
  }
  static const RuleTable kNoRules;
  rows.push_back({kYes, number_of(kNoRules, Leaf{}), true});
  auto first = [](const std::vector<std::uint32_t>& held) { return held.front(); };
  ProductLimits limits;
  limits.work_max = limits_.work_max;
  limits.nodes_max = limits_.nodes_max;
  std::optional<ProductResult> result = product(model_.store(), rows, first, limits);
  return result ? std::optional(result->root) : std::nullopt;
}

bool OutcomePairs::compare(DiagramRef within) {
  std::optional<DiagramRef> before = outcomes(model_.rules_before(), within);
  if (!before) return false;
  std::optional<DiagramRef> after = outcomes(model_.rules_after(), within);
  if (!after) return false;
  PairWalk walk(model_.store());
  DiagramRef differing = walk.walk(*before, *after);
  for (std::uint32_t i = 1; i < walk.pairs.size(); ++i) {
    auto [from, to] = walk.pairs[i];
    DiagramRef where = Selection(model_.store(), i).of(differing);
    where = where_it_matters(outcomes_[from], outcomes_[to], where);
    if (where != kNo) where_[{from, to}].push_back(where);
  }
  return true;
}

// With the profile already enabled nothing is switched: `hold`, windows and the like are moot.
DiagramRef OutcomePairs::where_it_matters(const Outcome& before, const Outcome& after,
                                          DiagramRef where) {
  const Action &a = before.action, &b = after.action;
  bool same_rest = a.preload == b.preload && a.remove == b.remove && a.fallback == b.fallback &&
                   before.broken_ban.empty() && after.broken_ban.empty();
  bool both_keep = a.kind == Action::Kind::keep && b.kind == Action::Kind::keep;
  if (!same_rest) return where;
  if (both_keep) return kNo;
  bool two_profiles = a.kind == Action::Kind::profile && b.kind == Action::Kind::profile &&
                      a.alternatives != b.alternatives;
  if (two_profiles) return where;
  ProfileIndex wanted =
      a.kind == Action::Kind::profile ? a.alternatives[0].profile : b.alternatives[0].profile;
  DiagramStore& store = model_.store();
  return store.both(where, store.opposite(model_.rules_after().enabled(wanted)));
}

DiagramRef OutcomePairs::differing(const RuleTable& table_before, const Leaf& before,
                                   const RuleTable& table_after, const Leaf& after,
                                   DiagramRef where) {
  std::uint32_t was = number_of(table_before, before), is = number_of(table_after, after);
  if (was == is || where == kNo) return kNo;
  return where_it_matters(outcomes_[was], outcomes_[is], where);
}

OrderedSides OutcomePairs::sides(const ChangedRules& changed) {
  auto rows = [&](RuleDiagrams& rules, const std::vector<std::uint32_t>& of_changed) {
    std::vector<OrderedSides::Row> found;
    for (const OutcomeRow& row : rows_of(rules, changed.where)) {
      bool is_changed =
          row.leaf.rule >= 0 && std::binary_search(of_changed.begin(), of_changed.end(),
                                                   static_cast<std::uint32_t>(row.leaf.rule));
      found.push_back({row.where, is_changed});
    }
    found.push_back({changed.where, false});
    return found;
  };
  OrderedSides sides;
  sides.before = rows(model_.rules_before(), changed.before);
  sides.after = rows(model_.rules_after(), changed.after);
  sides.differing = [this](std::size_t i, std::size_t j, DiagramRef where) {
    return differing(model_.before(), leaf_before(i), model_.after(), leaf_after(j), where);
  };
  return sides;
}

std::pair<std::string, std::string> OutcomePairs::words(const RuleTable& table_before,
                                                        const Leaf& before,
                                                        const RuleTable& table_after,
                                                        const Leaf& after) {
  std::uint32_t was = number_of(table_before, before), is = number_of(table_after, after);
  return {words_of(model_.before(), outcomes_[was]), words_of(model_.after(), outcomes_[is])};
}

std::string OutcomePairs::words_of(const RuleTable& table, const Outcome& outcome) const {
  std::string words = action_words(table, outcome.action);
  if (!outcome.broken_ban.empty()) words += ", a ban being violated";
  return words;
}

std::vector<OutcomePairs::Pair> OutcomePairs::pairs() {
  std::vector<Pair> pairs;
  for (auto& [key, where] : where_) {
    pairs.push_back({words_of(model_.before(), outcomes_[key.first]),
                     words_of(model_.after(), outcomes_[key.second]),
                     model_.store().any_of(where)});
  }
  return pairs;
}

std::string OutcomePairs::decider(const RuleTable& table, const Leaf& leaf) {
  if (leaf.rule >= 0) return table.rules[static_cast<std::size_t>(leaf.rule)].label();
  if (leaf.ban >= 0) return "ban " + table.bans[static_cast<std::size_t>(leaf.ban)].label();
  return "otherwise";
}

std::string OutcomePairs::decided_by(RuleDiagrams& rules, const Witness& witness) {
  const RuleTable& table = rules.table();
  std::vector<std::uint32_t>& order = side_of(rules).order;
  if (order.size() != table.rules.size()) order = precedence(table);
  auto truth_of_test = [&](const Test& test) {
    return judge(test, table.features[test.feature], witness.readings[test.feature]);
  };
  // Only rules that hold there are worth a diagram.
  for (std::uint32_t index : order) {
    const Rule& rule = table.rules[index];
    if (rule.action.kind == Action::Kind::none) continue;
    if (table.conditions.judge(rule.condition, truth_of_test) != Truth::yes) continue;
    DiagramRef fires = model_.store().both(rules.fires(index), rules.unsilenced(index));
    if (model_.search().holds_in(fires, witness)) return rule.label();
  }
  for (std::size_t b = 0; b < table.bans.size(); ++b) {
    if (model_.search().holds_in(rules.broken(b), witness)) return "ban " + table.bans[b].label();
  }
  return "otherwise";
}

std::string OutcomePairs::decided_by_before(const Witness& witness) {
  return decided_by(model_.rules_before(), witness);
}

std::string OutcomePairs::decided_by_after(const Witness& witness) {
  return decided_by(model_.rules_after(), witness);
}

}  // namespace sojourn
