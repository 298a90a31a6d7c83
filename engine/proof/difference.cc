#include "engine/proof/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "engine/base/written_name.h"
#include "engine/proof/changed_boxes.h"
#include "engine/proof/changed_rules.h"
#include "engine/proof/effects.h"
#include "engine/proof/flatten.h"
#include "engine/proof/outcome_pairs.h"
#include "engine/proof/row_graph.h"
#include "engine/proof/said_texts.h"
#include "engine/proof/situation_words.h"
#include "engine/proof/witness_text.h"

namespace sojourn {
namespace {

// Rows of what tells whether a device is touched, where there is more than is listed: several
// rules that changed, each with all that it meets.
constexpr std::size_t kTellingRowsMax = 200'000;
// Names that may stand in a list.
constexpr std::size_t kFactsMax = 40;

class Differ {
 public:
  Differ(JointPolicies joint, const DifferenceOptions& options)
      : options_(options),
        budget_(options.budget),
        declarations_(joint.declarations),
        model_(std::move(joint), options.claims, options.situations),
        words_(model_.after(), model_.axes()),
        changed_(changed_rules(model_)),
        pairs_(model_, {work_max(), options.nodes_max}) {
    find_facts();
  }

  Difference run() {
    found_.declarations = std::move(declarations_);
    std::vector<Listed> listed;
    if (changed_.where == kNo || pairs_.compare(changed_.where)) {
      listed = list_outcomes();
    } else if (changed_.bans || changed_.otherwise) {
      compare_piecewise();
      listed = list_outcomes();
    } else {
      listed = list_boxes();
    }
    std::vector<Listed> spoken = list_texts();
    make_graph(listed);
    listed.insert(listed.end(), std::make_move_iterator(spoken.begin()),
                  std::make_move_iterator(spoken.end()));
    for (Listed& one : listed) found_.situations.push_back(std::move(one.situation));
    if (auto dates = taken_for_one_date(model_.after())) undecided(*std::move(dates));
    found_.table = model_.after();
    return std::move(found_);
  }

 private:
  // What bans say about a profile, and about what is enabled; the same in both policies.
  struct Fact {
    DiagramRef where = kNo;
    std::string holds, does_not;  // in words
  };

  struct Listed {
    ChangedSituation situation;
    DiagramRef where = kNo;
    double share = 0;
  };

  // Changed rules alone can also be searched box by box: soon, where many others overlap them.
  std::size_t work_max() const {
    bool rules_alone = !changed_.bans && !changed_.otherwise;
    return rules_alone ? options_.work_max / 10 : options_.work_max;
  }

  // One changed rule at a time, where all of them together are too much.
  void compare_piecewise() {
    if (changed_.otherwise || changed_.bans) {
      undecided("what else changes: a change of `otherwise` or of a ban touches too much");
    }
    DiagramRef done = kNo;
    auto compare = [&](RuleDiagrams& rules, std::uint32_t index) {
      DiagramRef where = model_.store().both(rules.holds(index), model_.store().opposite(done));
      if (where == kNo) return;
      if (pairs_.compare(where)) {
        done = model_.store().either(done, where);
      } else {
        undecided(fmt::format("what changes around rule `{}`", rules.table().rules[index].label()));
      }
    };
    for (std::uint32_t index : changed_.before) compare(model_.rules_before(), index);
    for (std::uint32_t index : changed_.after) compare(model_.rules_after(), index);
  }

  void undecided(std::string question) { found_.undecided.push_back(std::move(question)); }

  void find_facts() {
    const RuleTable &before = model_.before(), &after = model_.after();
    auto add = [&](DiagramRef was, DiagramRef is, std::string holds, std::string does_not) {
      if (was == is && !is_terminal(is) && facts_.size() < kFactsMax) {
        facts_.push_back({is, std::move(holds), std::move(does_not)});
      }
    };
    for (ProfileIndex p = 0; p < after.profiles.size(); ++p) {
      std::string name = written_name(after.profiles[p].name);
      add(model_.rules_before().lawful(p), model_.rules_after().lawful(p),
          fmt::format("profile {} is lawful", name), fmt::format("profile {} is unlawful", name));
    }
    for (std::size_t b = 0; b < std::min(before.bans.size(), after.bans.size()); ++b) {
      if (before.bans[b].name != after.bans[b].name || after.bans[b].forbids_change) continue;
      std::string ban = after.bans[b].label();
      add(model_.rules_before().broken(b), model_.rules_after().broken(b),
          fmt::format("what is enabled is unlawful by ban {}", ban),
          fmt::format("what is enabled is lawful by ban {}", ban));
    }
  }

  CoverOptions cover_options(std::size_t left) const {
    CoverOptions options;
    options.boxes_max = left;
    for (const Fact& fact : facts_) options.facts.push_back(fact.where);
    options.kept_axes.resize(model_.axes().axes().size(), false);
    auto keep = [&](ConditionIndex condition) {
      for (FeatureIndex feature : model_.after().conditions.features_of(condition)) {
        std::optional<AxisIndex> axis = model_.axes().axis_of(feature);
        if (!axis) continue;
        options.kept_axes[*axis] = true;
        bool two = model_.axes().axes()[*axis].side == AxisSide::lower;
        if (two) options.kept_axes[*axis + 1] = true;
      }
    };
    for (std::uint32_t i : changed_.before) keep(model_.before().rules[i].condition);
    for (std::uint32_t i : changed_.after) keep(model_.after().rules[i].condition);
    return options;
  }

  // How much of all classes the box holds; for the order of the list only.
  double share_of(const ClassBox& box) const {
    double share = 1;
    for (const ClassBox::Limit& limit : box.limits) {
      ClassIndex begin = 0, in = 0;
      for (const DiagramRun& run : limit.runs) {
        if (run.target == kYes) in += run.end - begin;
        begin = run.end;
      }
      share *= static_cast<double>(in) / static_cast<double>(begin);
    }
    return share;
  }

  // The whole is too large: what changed, box by box.
  std::vector<Listed> list_boxes() {
    ChangedBoxes boxes = changed_boxes(model_, pairs_.sides(changed_),
                                       cover_options(options_.situations_max), budget_);
    if (!boxes.decided) undecided("whether more situations are decided differently");
    found_.more = boxes.more;
    by_boxes_ = true;
    shown_ += boxes.boxes.size();
    std::vector<Listed> listed;
    for (ChangedBox& box : boxes.boxes) {
      DiagramRef where = box.box.diagram(model_.store());
      const Leaf &was = pairs_.leaf_before(box.before), &is = pairs_.leaf_after(box.after);
      auto [before, after] = pairs_.words(model_.before(), was, model_.after(), is);
      listed.push_back(listed_box(box.box, std::move(box.witness), where, before, after));
      listed.back().situation.before_by = OutcomePairs::decider(model_.before(), was);
      listed.back().situation.after_by = OutcomePairs::decider(model_.after(), is);
    }
    sort(listed);
    return listed;
  }

  Listed listed_box(const ClassBox& box, Witness witness, DiagramRef where,
                    const std::string& before, const std::string& after) {
    Listed one;
    one.where = where;
    one.share = share_of(box);
    one.situation.conditions = words_.parts_of(box);
    one.situation.when = words_.of(box);
    one.situation.before = before;
    one.situation.after = after;
    one.situation.example = describe_witness(model_.after(), witness, {}, true);
    one.situation.witness = std::move(witness);
    return one;
  }

  // Adds the region's boxes to the list, each with these two outcomes.
  void list(std::vector<Listed>& listed, DiagramRef region, const std::string& before,
            const std::string& after) {
    std::size_t left = options_.situations_max - std::min(options_.situations_max, shown_);
    Cover cover = cover_region(model_.axes(), model_.after(), model_.store(), model_.search(),
                               region, cover_options(left), budget_);
    if (!cover.decided) {
      undecided(fmt::format("whether more changes from `{}` to `{}`", before, after));
    } else if (!cover.complete) {
      found_.more = true;
    }
    shown_ += cover.items.size();
    for (Cover::Item& item : cover.items) {
      std::vector<DiagramRef> parts = {region, item.box.diagram(model_.store())};
      std::vector<std::string> words;
      for (const FactLimit& limit : item.facts) {
        const Fact& fact = facts_[limit.fact];
        parts.push_back(limit.holds ? fact.where : model_.store().opposite(fact.where));
        words.push_back(limit.holds ? fact.holds : fact.does_not);
      }
      DiagramRef where = model_.store().all_of(std::move(parts));
      listed.push_back(listed_box(item.box, std::move(item.witness), where, before, after));
      ChangedSituation& told = listed.back().situation;
      if (words.empty()) continue;
      if (told.conditions.empty()) told.when.clear();
      for (std::string& word : words) {
        told.when += (told.when.empty() ? "" : " and ") + word;
        told.conditions.push_back(std::move(word));
      }
    }
  }

  std::vector<Listed> list_outcomes() {
    std::vector<Listed> listed;
    for (const OutcomePairs::Pair& pair : pairs_.pairs()) {
      list(listed, pair.where, pair.before, pair.after);
    }
    for (Listed& one : listed) {
      one.situation.before_by = pairs_.decided_by_before(one.situation.witness);
      one.situation.after_by = pairs_.decided_by_after(one.situation.witness);
    }
    sort(listed);
    return listed;
  }

  // Plainest and largest first.
  static void sort(std::vector<Listed>& listed) {
    std::stable_sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) {
      return std::pair(a.situation.conditions.size(), -a.share) <
             std::pair(b.situation.conditions.size(), -b.share);
    });
  }

  // --- alerts and tasks
  // ---------------------------------------------------------------------------------------------

  std::vector<Listed> list_texts() {
    std::vector<Listed> listed;
    SaidTexts said(model_, {options_.work_max / 10, options_.nodes_max});
    for (const std::string& text : said.texts()) {
      if (found_.more && shown_ >= options_.situations_max) break;
      if (std::optional<SaidTexts::Regions> where = said.compare(text)) {
        list(listed, where->lost, text, "no " + text);
        list(listed, where->gained, "no " + text, text);
      } else if (std::optional<SaidTexts::Sides> sides = said.sides(text)) {
        list_text_boxes(listed, *sides, text);
      } else {
        undecided(fmt::format("where `{}` is said", text));
      }
    }
    return listed;
  }

  void list_text_boxes(std::vector<Listed>& listed, const SaidTexts::Sides& sides,
                       const std::string& text) {
    std::size_t left = options_.situations_max - std::min(options_.situations_max, shown_);
    ChangedBoxes boxes = changed_boxes(model_, sides.rows, cover_options(left), budget_);
    if (!boxes.decided) undecided(fmt::format("where `{}` is said", text));
    found_.more = found_.more || boxes.more;
    shown_ += boxes.boxes.size();
    for (ChangedBox& box : boxes.boxes) {
      auto words = [&](bool says) { return says ? text : "no " + text; };
      DiagramRef where = box.box.diagram(model_.store());
      listed.push_back(listed_box(box.box, std::move(box.witness), where,
                                  words(sides.says_before[box.before]),
                                  words(sides.says_after[box.after])));
    }
  }

  // --- the graph that tells, for a recorded device, what would change
  // ---------------------------------------------------------------------------------------------

  // In order: the situations listed; then what lies beyond the list, where there is more. Their
  // values are places in the list, one more than the last for what is beyond it, and two more for
  // what does not change. Absent: too many.
  std::optional<std::vector<ProductRow>> telling_rows(const std::vector<Listed>& listed) {
    std::vector<ProductRow> rows;
    for (std::uint32_t i = 0; i < listed.size(); ++i) rows.push_back({listed[i].where, i, true});
    auto beyond = static_cast<std::uint32_t>(listed.size());
    for (const OutcomePairs::Pair& pair : pairs_.pairs()) {
      rows.push_back({pair.where, beyond, true});
    }
    if (by_boxes_ && (found_.more || !found_.undecided.empty())) {
      auto further = differing_rows(model_, pairs_.sides(changed_), kTellingRowsMax);
      if (!further) return std::nullopt;
      for (const DifferingRow& row : *further) {
        rows.push_back({row.where, row.differs ? beyond : beyond + 1, true});
      }
    }
    rows.push_back({kYes, beyond + 1, true});
    return rows;
  }

  void make_graph(const std::vector<Listed>& listed) {
    std::optional<std::vector<ProductRow>> rows = telling_rows(listed);
    if (!rows) return undecided("which devices the difference touches");
    auto first = [](const std::vector<std::uint32_t>& held) { return held.front(); };
    RowGraphLimits limits;
    limits.work_max = options_.work_max;
    limits.nodes_max = options_.nodes_max;
    limits.grow = !by_boxes_ || !found_.more;
    RowGraph made = row_graph(model_.store(), *rows, first, limits);
    Flattener flat(model_.store());
    flat.add(made.root, std::move(made.matchers));
    std::optional<FlatGraph> words = std::move(flat).finish(model_.axes().axes());
    if (!words) return undecided("which devices the difference touches");
    found_.graph = graph_of(*std::move(words), listed);
  }

  std::shared_ptr<const DecisionGraph> graph_of(FlatGraph flat, const std::vector<Listed>& listed) {
    DecisionGraphParts parts;
    auto table = std::make_shared<RuleTable>();
    const RuleTable& both = model_.after();
    table->settings = both.settings;
    table->attributes = both.attributes;
    table->profiles = both.profiles;
    table->areas = both.areas;
    table->features = both.features;
    table->conditions = both.conditions;
    table->guards = both.guards;
    table->otherwise.kind = Action::Kind::keep;
    for (std::size_t i = 0; i <= listed.size(); ++i) {
      parts.leaves.push_back({Action::Kind::keep, 0, static_cast<std::int32_t>(i), -1, false});
      Rule rule;
      rule.name = i < listed.size() ? listed[i].situation.when : "beyond the list";
      rule.action.kind = Action::Kind::keep;
      table->rules.push_back(std::move(rule));
    }
    parts.leaves.push_back(Leaf{});
    parts.root = flat.roots.front();
    parts.axes = std::move(flat.axes);
    parts.table = std::move(table);
    parts.own(flat.words);
    parts.node_count = flat.node_count;
    return std::move(parts).assemble();
  }

  const DifferenceOptions& options_;
  ProofBudget budget_;
  std::vector<std::string> declarations_;
  JointModel model_;
  SituationWords words_;
  ChangedRules changed_;
  OutcomePairs pairs_;
  std::vector<Fact> facts_;
  std::size_t shown_ = 0;
  bool by_boxes_ = false;
  Difference found_;
};

}  // namespace

Difference difference(JointPolicies joint, const DifferenceOptions& options) {
  return Differ(std::move(joint), options).run();
}

}  // namespace sojourn
