#include "engine/proof/changed_rules.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>

#include "engine/proof/effects.h"
#include "engine/proof/partners.h"

namespace sojourn {
namespace {

using Key = std::vector<std::int64_t>;

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    std::uint64_t hash = key.size();
    for (std::int64_t part : key) {
      hash = (hash ^ static_cast<std::uint64_t>(part)) * 0x9E37'79B9'7F4A'7C15u;
      hash ^= hash >> 29;
    }
    return hash;
  }
};

// Equal keys: alike in every situation. What can be had is part of it, for downloads may change.
void add_action(Key& key, const Action& action, const ChoiceConditions& choice) {
  EffectKey effect = effect_key(action);
  key.insert(key.end(), effect.begin(), effect.end());
  key.push_back(-3);
  for (const Alternative& a : action.alternatives) key.push_back(choice.available(a));
}

// A rule's key also names the rules without an outcome that can silence it.
std::vector<Key> rule_keys(const RuleTable& table, const ChoiceConditions& choice,
                           const RuleDiagrams& rules) {
  std::vector<Key> keys;
  for (std::uint32_t i = 0; i < table.rules.size(); ++i) {
    Key key = {table.rules[i].condition};
    add_action(key, table.rules[i].action, choice);
    Key silencers;
    for (std::uint32_t other : rules.all_overriders(i)) {
      if (table.rules[other].action.kind == Action::Kind::none) {
        silencers.push_back(table.rules[other].condition);
      }
    }
    std::sort(silencers.begin(), silencers.end());
    key.push_back(-4);
    key.insert(key.end(), silencers.begin(), silencers.end());
    keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<Key> ban_keys(const RuleTable& table, const ChoiceConditions& choice) {
  std::vector<Key> keys;
  for (const Ban& ban : table.bans) {
    Key key(ban.bites.begin(), ban.bites.end());
    key.push_back(ban.in_doubt_counts ? 1 : 0);
    key.push_back(ban.forbids_change ? 1 : 0);
    if (ban.remedy) add_action(key, *ban.remedy, choice);
    keys.push_back(std::move(key));
  }
  return keys;
}

// The places without a partner, in either list.
struct Unpartnered {
  std::vector<std::size_t> before, after;
};
Unpartnered unpartnered(const std::vector<const Key*>& before,
                        const std::vector<const Key*>& after) {
  // Most edits leave all rules ahead of one place and all behind another as they are.
  auto same = [](const Key* a, const Key* b) { return *a == *b; };
  auto [before_begin, after_begin] =
      std::mismatch(before.begin(), before.end(), after.begin(), after.end(), same);
  auto [before_rend, after_rend] =
      std::mismatch(before.rbegin(), std::make_reverse_iterator(before_begin), after.rbegin(),
                    std::make_reverse_iterator(after_begin), same);
  std::unordered_map<Key, std::uint32_t, KeyHash> numbers;
  auto number = [&](auto begin, auto end) {
    std::vector<std::uint32_t> numbered;
    for (auto key = begin; key != end; ++key) {
      auto fresh = static_cast<std::uint32_t>(numbers.size());
      numbered.push_back(numbers.try_emplace(**key, fresh).first->second);
    }
    return numbered;
  };
  auto before_offset = static_cast<std::size_t>(before_begin - before.begin());
  auto after_offset = static_cast<std::size_t>(after_begin - after.begin());
  std::vector<std::uint32_t> before_numbers = number(before_begin, before_rend.base());
  std::vector<std::uint32_t> after_numbers = number(after_begin, after_rend.base());
  std::vector<std::optional<std::uint32_t>> partner = partners(before_numbers, after_numbers);
  Unpartnered left;
  std::vector<bool> taken(after_numbers.size(), false);
  for (std::size_t i = 0; i < partner.size(); ++i) {
    if (!partner[i]) left.before.push_back(before_offset + i);
    if (partner[i]) taken[*partner[i]] = true;
  }
  for (std::size_t j = 0; j < taken.size(); ++j) {
    if (!taken[j]) left.after.push_back(after_offset + j);
  }
  return left;
}

std::vector<const Key*> in_order(const std::vector<Key>& keys,
                                 const std::vector<std::uint32_t>& order) {
  std::vector<const Key*> list;
  for (std::uint32_t index : order) list.push_back(&keys[index]);
  return list;
}

std::vector<const Key*> as_written(const std::vector<Key>& keys) {
  std::vector<const Key*> list;
  for (const Key& key : keys) list.push_back(&key);
  return list;
}

Key otherwise_key(const RuleTable& table, const ChoiceConditions& choice) {
  Key key;
  add_action(key, table.otherwise, choice);
  return key;
}

}  // namespace

ChangedRules changed_rules(JointModel& model) {
  ChangedRules changed;
  std::vector<DiagramRef> where;

  std::vector<Key> before = rule_keys(model.before(), model.choice_before(), model.rules_before());
  std::vector<Key> after = rule_keys(model.after(), model.choice_after(), model.rules_after());
  std::vector<std::uint32_t> order_before = precedence(model.before());
  std::vector<std::uint32_t> order_after = precedence(model.after());
  Unpartnered rules = unpartnered(in_order(before, order_before), in_order(after, order_after));
  for (std::size_t place : rules.before) {
    changed.before.push_back(order_before[place]);
    where.push_back(model.rules_before().holds(order_before[place]));
  }
  for (std::size_t place : rules.after) {
    changed.after.push_back(order_after[place]);
    where.push_back(model.rules_after().holds(order_after[place]));
  }
  std::sort(changed.before.begin(), changed.before.end());
  std::sort(changed.after.begin(), changed.after.end());

  std::vector<Key> bans_before = ban_keys(model.before(), model.choice_before());
  std::vector<Key> bans_after = ban_keys(model.after(), model.choice_after());
  Unpartnered bans = unpartnered(as_written(bans_before), as_written(bans_after));
  for (std::size_t b : bans.before) where.push_back(model.bites_anywhere(model.before().bans[b]));
  for (std::size_t b : bans.after) where.push_back(model.bites_anywhere(model.after().bans[b]));
  changed.bans = !bans.before.empty() || !bans.after.empty();

  changed.otherwise = otherwise_key(model.before(), model.choice_before()) !=
                      otherwise_key(model.after(), model.choice_after());
  if (changed.otherwise) where.push_back(kYes);
  changed.where = model.store().any_of(std::move(where));
  return changed;
}

}  // namespace sojourn
