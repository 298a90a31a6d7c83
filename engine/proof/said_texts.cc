#include "engine/proof/said_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "engine/proof/partners.h"

namespace sojourn {
namespace {

std::vector<std::string> texts_of(const Action& action) {
  std::set<std::string> texts;
  for (const std::string& text : action.alerts) texts.insert(fmt::format("alert \"{}\"", text));
  for (const std::string& text : action.tasks) texts.insert(fmt::format("task \"{}\"", text));
  return {texts.begin(), texts.end()};
}

bool speaks(const RuleTable& table) {
  return std::any_of(table.rules.begin(), table.rules.end(), [](const Rule& rule) {
    return !rule.action.alerts.empty() || !rule.action.tasks.empty();
  });
}

std::uint32_t first_held(const std::vector<std::uint32_t>& held) { return held.front(); }

// For what silences one rule.
constexpr OutcomePairs::Limits kOneRule{1'000'000, 100'000};

bool has(const std::vector<std::string>& texts, const std::string& text) {
  return std::binary_search(texts.begin(), texts.end(), text);
}

}  // namespace

SaidTexts::SaidTexts(JointModel& model, const OutcomePairs::Limits& limits)
    : model_(model), limits_(limits) {
  if (!speaks(model.before()) && !speaks(model.after())) return;
  before_ = sayings(model.rules_before());
  after_ = sayings(model.rules_after());
  find_changed();
}

std::vector<SaidTexts::Saying> SaidTexts::sayings(RuleDiagrams& rules) const {
  const RuleTable& table = rules.table();
  bool first_match = table.settings.first_match;
  std::vector<Saying> found;
  std::size_t said_count = 0;  // up to the last one with a text
  for (std::uint32_t i = 0; i < table.rules.size(); ++i) {
    const Action& action = table.rules[i].action;
    Saying saying;
    saying.texts = texts_of(action);
    saying.ends = first_match && action.kind != Action::Kind::none;
    if (saying.texts.empty() && !saying.ends) continue;
    saying.where = rules.fires(i);
    if (saying.where == kNo) continue;
    if (!first_match) saying.unless = where_silenced(rules, rules.all_overriders(i), saying.where);
    found.push_back(std::move(saying));
    if (!found.back().texts.empty()) said_count = found.size();
  }
  found.resize(said_count);
  return found;
}

void SaidTexts::find_changed() {
  using Key = std::tuple<DiagramRef, std::vector<DiagramRef>, std::vector<std::string>, bool>;
  std::map<Key, std::uint32_t> numbers;
  auto number = [&](const std::vector<Saying>& sayings) {
    std::vector<std::uint32_t> numbered;
    for (const Saying& s : sayings) {
      auto fresh = static_cast<std::uint32_t>(numbers.size());
      Key key{s.where, s.unless, s.texts, s.ends};
      numbered.push_back(numbers.try_emplace(std::move(key), fresh).first->second);
    }
    return numbered;
  };
  std::vector<std::uint32_t> before = number(before_), after = number(after_);
  std::vector<std::optional<std::uint32_t>> partner = partners(before, after);
  for (Saying& saying : after_) saying.changed = true;
  for (std::size_t i = 0; i < partner.size(); ++i) {
    before_[i].changed = !partner[i].has_value();
    if (partner[i]) after_[*partner[i]].changed = false;
  }
  std::vector<ProductRow> where;
  for (const std::vector<Saying>* side : {&before_, &after_}) {
    for (const Saying& saying : *side) {
      if (saying.changed) where.push_back({saying.where, 1});
    }
  }
  if (where.empty()) return;
  where.push_back({kYes, 0});
  within_ = drawn(where, first_held, limits_).value_or(kYes);
}

std::vector<std::string> SaidTexts::texts() const {
  std::set<std::string> texts;
  bool silencing_changed = false;
  for (const std::vector<Saying>* side : {&before_, &after_}) {
    for (const Saying& saying : *side) {
      if (saying.changed) texts.insert(saying.texts.begin(), saying.texts.end());
      silencing_changed = silencing_changed || (saying.changed && saying.ends);
    }
  }
  for (const std::vector<Saying>* side : {&before_, &after_}) {
    for (const Saying& saying : *side) {
      bool may = silencing_changed && model_.store().may_meet(saying.where, within_);
      if (may) texts.insert(saying.texts.begin(), saying.texts.end());
    }
  }
  return {texts.begin(), texts.end()};
}

bool SaidTexts::matters(const Saying& saying, const std::string& text) const {
  return (saying.ends || has(saying.texts, text)) && model_.store().may_meet(saying.where, within_);
}

std::optional<DiagramRef> SaidTexts::drawn(const std::vector<ProductRow>& rows,
                                           const MakeTerminal& make_terminal,
                                           const OutcomePairs::Limits& limits) const {
  ProductLimits walk;
  walk.work_max = limits.work_max;
  walk.nodes_max = limits.nodes_max;
  std::optional<ProductResult> result = product(model_.store(), rows, make_terminal, walk);
  return result ? std::optional(result->root) : std::nullopt;
}

// Where the side says the text, within what changed.
std::optional<DiagramRef> SaidTexts::said(const std::vector<Saying>& sayings,
                                          const std::string& text) {
  DiagramStore& store = model_.store();
  std::vector<bool> says = {false};  // by value; the first one is for what lies outside
  std::vector<ProductRow> rows = {{store.opposite(within_), 0}};
  for (const Saying& saying : sayings) {
    if (!matters(saying, text)) continue;
    auto value = static_cast<std::uint32_t>(says.size());
    says.push_back(has(saying.texts, text));
    for (DiagramRef unless : saying.unless) rows.push_back({unless, 0, false, value, true});
    rows.push_back({store.both(saying.where, within_), value, true, value});
  }
  rows.push_back({kYes, 0});
  auto is_said = [&](const std::vector<std::uint32_t>& held) {
    return says[held.front()] ? 1u : 0u;
  };
  return drawn(rows, is_said, limits_);
}

std::optional<SaidTexts::Regions> SaidTexts::compare(const std::string& text) {
  std::optional<DiagramRef> was = said(before_, text);
  if (!was) return std::nullopt;
  std::optional<DiagramRef> is = said(after_, text);
  if (!is) return std::nullopt;
  DiagramStore& store = model_.store();
  return Regions{store.both(*was, store.opposite(*is)), store.both(*is, store.opposite(*was))};
}

// Where it says or silences, within what changed.
std::optional<DiagramRef> SaidTexts::heard(const Saying& saying) {
  DiagramRef where = model_.store().both(saying.where, within_);
  if (saying.unless.empty()) return where;
  std::vector<ProductRow> rows;
  for (DiagramRef unless : saying.unless) rows.push_back({unless, 0});
  rows.push_back({where, 1});
  rows.push_back({kYes, 0});
  return drawn(rows, first_held, kOneRule);
}

std::optional<SaidTexts::Sides> SaidTexts::sides(const std::string& text) {
  Sides sides;
  auto add = [&](const std::vector<Saying>& sayings, std::vector<OrderedSides::Row>& rows,
                 std::vector<bool>& says) {
    for (const Saying& saying : sayings) {
      if (!matters(saying, text)) continue;
      std::optional<DiagramRef> where = heard(saying);
      if (!where) return false;
      rows.push_back({*where, saying.changed});
      says.push_back(has(saying.texts, text));
    }
    rows.push_back({within_, false});
    says.push_back(false);
    return true;
  };
  if (!add(before_, sides.rows.before, sides.says_before)) return std::nullopt;
  if (!add(after_, sides.rows.after, sides.says_after)) return std::nullopt;
  sides.rows.differing = [was = sides.says_before, is = sides.says_after](
                             std::size_t i, std::size_t j, DiagramRef where) {
    return was[i] != is[j] ? where : kNo;
  };
  return sides;
}

}  // namespace sojourn
