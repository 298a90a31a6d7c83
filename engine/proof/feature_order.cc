#include "engine/proof/feature_order.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string_view>

namespace sojourn {
namespace {

// What a feature costs to compute: what a report says, what a map says, what a history says.
constexpr int kCostOfHistory = 3;
int cost_of(FeatureKind kind) {
  switch (kind) {
    case FeatureKind::border_distance:
      return 2;
    case FeatureKind::area:
    case FeatureKind::local_time:
    case FeatureKind::date:
      return 1;
    case FeatureKind::since:
      return kCostOfHistory;
    default:
      return domain_of(kind) == ValueDomain::count ? kCostOfHistory : 0;
  }
}

// Which bans, each with each candidate, ask a feature; in how many rules it stands besides.
class Askers {
 public:
  explicit Askers(const RuleTable& table)
      : table_(table),
        bans_(table.features.size()),
        rule_count_(table.features.size(), 0),
        met_feature_(table.features.size(), 0),
        met_condition_(table.conditions.size(), 0) {
    std::uint32_t question = 0;
    for (const Ban& ban : table.bans) {
      for (ConditionIndex bites : ban.bites) {
        for (FeatureIndex feature : features_of(bites)) bans_[feature].push_back(question);
        asked_.push_back(found_);
        ++question;
      }
    }
    for (const Rule& rule : table.rules) {
      for (FeatureIndex feature : features_of(rule.condition)) ++rule_count_[feature];
    }
  }

  // The costly feature that the fewest ask of those that are asked wherever the cheap one is.
  // None: rules ask the cheap one more than bans do, or no ban asks it.
  std::optional<FeatureIndex> companion(FeatureIndex cheap) const {
    const std::vector<std::uint32_t>& own = bans_[cheap];
    if (own.empty() || rule_count_[cheap] > own.size()) return std::nullopt;
    std::optional<FeatureIndex> best;
    for (FeatureIndex other : asked_[own.front()]) {
      if (cost_of(table_.features[other].kind) < kCostOfHistory) continue;
      const std::vector<std::uint32_t>& of_other = bans_[other];
      if (best && bans_[*best].size() <= of_other.size()) continue;
      if (std::includes(of_other.begin(), of_other.end(), own.begin(), own.end())) best = other;
    }
    return best;
  }

 private:
  const std::vector<FeatureIndex>& features_of(ConditionIndex root) {
    ++round_;
    found_.clear();
    open_.assign(1, root);
    while (!open_.empty()) {
      ConditionIndex at = open_.back();
      open_.pop_back();
      if (met_condition_[at] == round_) continue;
      met_condition_[at] = round_;
      const ConditionNode& node = table_.conditions.node(at);
      if (node.op == ConditionOp::test) {
        FeatureIndex feature = table_.conditions.test_of(node).feature;
        if (met_feature_[feature] != round_) found_.push_back(feature);
        met_feature_[feature] = round_;
        continue;
      }
      for (std::uint32_t i = 0; i < node.count; ++i) {
        open_.push_back(table_.conditions.child(node, i));
      }
    }
    return found_;
  }

  const RuleTable& table_;
  std::vector<std::vector<std::uint32_t>> bans_;  // by feature, ascending
  std::vector<std::vector<FeatureIndex>> asked_;  // the other way round
  std::vector<std::uint32_t> rule_count_;         // by feature
  std::vector<std::uint32_t> met_feature_;        // in which round
  std::vector<std::uint32_t> met_condition_;      // in which round
  std::uint32_t round_ = 0;
  std::vector<FeatureIndex> found_;
  std::vector<ConditionIndex> open_;
};

void put_beside_companions(const RuleTable& table, std::size_t asked_count,
                           std::vector<FeatureIndex>& order) {
  auto is_costly = [&](FeatureIndex f) {
    return cost_of(table.features[f].kind) == kCostOfHistory;
  };
  if (table.bans.empty() || std::none_of(order.begin(), order.end(), is_costly)) return;
  Askers askers(table);
  std::vector<std::vector<FeatureIndex>> before(table.features.size());
  std::vector<FeatureIndex> left(order.begin(),
                                 order.begin() + static_cast<std::ptrdiff_t>(asked_count));
  for (std::size_t i = asked_count; i < order.size(); ++i) {
    std::optional<FeatureIndex> beside;
    if (!is_costly(order[i])) beside = askers.companion(order[i]);
    (beside ? before[*beside] : left).push_back(order[i]);
  }
  order.clear();
  for (FeatureIndex feature : left) {
    order.insert(order.end(), before[feature].begin(), before[feature].end());
    order.push_back(feature);
  }
}

// What is asked, of whichever candidate: identities end with its name (lang/identity.cc).
std::string_view question_of(const Feature& feature) {
  std::string_view identity = feature.identity;
  return identity.substr(0, identity.rfind(" with "));
}

// The same question about several candidates stands together: that what is counted with one is no
// less than what is counted with another, day by day ahead, would else be every combination of
// the days.
void put_candidates_together(const RuleTable& table, std::vector<FeatureIndex>& order) {
  std::map<std::string_view, std::vector<FeatureIndex>> of_question;
  for (FeatureIndex f : order) {
    const Feature& feature = table.features[f];
    if (feature.candidate) of_question[question_of(feature)].push_back(f);
  }
  std::vector<FeatureIndex> together;
  for (FeatureIndex f : order) {
    const Feature& feature = table.features[f];
    if (!feature.candidate) {
      together.push_back(f);
      continue;
    }
    std::vector<FeatureIndex>& all = of_question[question_of(feature)];
    together.insert(together.end(), all.begin(), all.end());
    all.clear();
  }
  order = std::move(together);
}

}  // namespace

std::vector<FeatureIndex> order_of_features(const RuleTable& table,
                                            const std::vector<std::uint64_t>& uses_of,
                                            const FeatureOrder& wanted) {
  std::vector<std::size_t> place(table.features.size(), wanted.asked.size());
  for (std::size_t i = 0; i < wanted.asked.size(); ++i) place[wanted.asked[i]] = i;
  std::vector<FeatureIndex> order;
  for (FeatureIndex i = 0; i < table.features.size(); ++i) {
    if (uses_of[i] > 0) order.push_back(i);
  }
  auto much = [&](FeatureIndex f) {
    return wanted.steady ? static_cast<std::uint64_t>(std::bit_width(uses_of[f])) : uses_of[f];
  };
  std::sort(order.begin(), order.end(), [&](FeatureIndex a, FeatureIndex b) {
    if (place[a] != place[b]) return place[a] < place[b];
    int cost_a = cost_of(table.features[a].kind), cost_b = cost_of(table.features[b].kind);
    if (cost_a != cost_b) return cost_a < cost_b;
    return much(a) != much(b) ? much(a) > much(b) : a < b;
  });
  auto is_asked = [&](FeatureIndex f) { return place[f] < wanted.asked.size(); };
  auto asked_count = static_cast<std::size_t>(std::count_if(order.begin(), order.end(), is_asked));
  if (asked_count == 0) put_candidates_together(table, order);
  put_beside_companions(table, asked_count, order);
  return order;
}

}  // namespace sojourn
