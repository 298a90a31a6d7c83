#include "engine/proof/axis_moves.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include "engine/proof/cover_boxes.h"

namespace sojourn {
namespace {

using Shared = std::vector<std::pair<ClassIndex, ClassIndex>>;

bool is_text(const RuleTable& table, const Feature& feature) {
  return feature.kind == FeatureKind::attribute_choice &&
         table.attributes[feature.subject].type == AttributeType::text;
}

// A symbol of a feature in the words of another table: texts are numbered as they are met.
class SymbolMoves {
 public:
  SymbolMoves(const RuleTable& from, const Feature& feature, const RuleTable& to,
              const Feature& feature_there) {
    if (!is_text(from, feature)) return;
    texts_ = &from.attributes[feature.subject].values;
    const std::vector<std::string>& there = to.attributes[feature_there.subject].values;
    for (std::size_t i = 0; i < there.size(); ++i) {
      numbers_.emplace(there[i], static_cast<std::int64_t>(i));
    }
  }
  // Absent: nobody names the text there.
  std::optional<std::int64_t> operator()(std::int64_t symbol) const {
    if (!texts_ || symbol < 0) return symbol;
    auto found = numbers_.find((*texts_)[static_cast<std::size_t>(symbol)]);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  const std::vector<std::string>* texts_ = nullptr;
  std::unordered_map<std::string_view, std::int64_t> numbers_;
};

bool same_classes(const Axis& a, const Axis& b, const SymbolMoves& symbols) {
  auto same = [&](const auto& one, const auto& other) {
    return symbols(one.first) == other.first && one.second == other.second;
  };
  return a.class_count == b.class_count && a.cuts == b.cuts && a.default_class == b.default_class &&
         a.unknown_class == b.unknown_class &&
         std::equal(a.symbol_classes.begin(), a.symbol_classes.end(), b.symbol_classes.begin(),
                    b.symbol_classes.end(), same);
}

Shared shared_numbers(const Axis& before, const Axis& now) {
  Shared shared = {{before.unknown_class, now.unknown_class}};
  std::size_t i = 0, j = 0;
  while (true) {
    shared.push_back({static_cast<ClassIndex>(i), static_cast<ClassIndex>(j)});
    bool more_before = i < before.cuts.size(), more_now = j < now.cuts.size();
    if (!more_before && !more_now) return shared;
    bool step_before = more_before && (!more_now || before.cuts[i] <= now.cuts[j]);
    bool step_now = more_now && (!more_before || now.cuts[j] <= before.cuts[i]);
    if (step_before) ++i;
    if (step_now) ++j;
  }
}

Shared shared_symbols(const Axis& before, const Feature& feature_before, const Axis& now,
                      const Feature& feature_now, const SymbolMoves& forth,
                      const SymbolMoves& back) {
  Shared shared = {{before.unknown_class, now.unknown_class},
                   {before.default_class, now.default_class}};
  for (auto [symbol, own] : before.symbol_classes) {
    std::optional<std::int64_t> there = forth(symbol);
    shared.push_back(
        {own, there ? class_of(now, feature_now, Reading::exactly(*there)) : now.default_class});
  }
  for (auto [symbol, own] : now.symbol_classes) {
    std::optional<std::int64_t> there = back(symbol);
    shared.push_back(
        {there ? class_of(before, feature_before, Reading::exactly(*there)) : before.default_class,
         own});
  }
  return shared;
}

bool same_features(const RuleTable& a, const RuleTable& b) {
  auto same = [&](const Feature& one, const Feature& other) {
    if (one.identity != other.identity || one.kind != other.kind) return false;
    return !is_text(a, one) ||
           a.attributes[one.subject].values == b.attributes[other.subject].values;
  };
  return std::equal(a.features.begin(), a.features.end(), b.features.begin(), b.features.end(),
                    same);
}

// What such features are at the same time depends on their own cuts.
bool is_delicate(const Feature& feature) {
  return domain_of(feature.kind) == ValueDomain::count || feature.candidate.has_value();
}

}  // namespace

// --- the classes of one axis ---

ClassMoves::ClassMoves(Shared shared, bool in_order_of_values)
    : in_order_of_values_(in_order_of_values) {
  std::sort(shared.begin(), shared.end());
  shared.erase(std::unique(shared.begin(), shared.end()), shared.end());
  std::vector<std::vector<ClassIndex>> before_of;
  for (auto [before, now] : shared) {
    if (first_.size() == before) first_.push_back(now_.size());
    now_.push_back(now);
    now_count_ = std::max(now_count_, now + 1);
    if (before_of.size() < now_count_) before_of.resize(now_count_);
    before_of[now].push_back(before);
  }
  first_.push_back(now_.size());
  for (std::vector<ClassIndex>& all : before_of) {
    if (all.size() > 1) merged_.push_back(std::move(all));
  }
  for (std::size_t i = 0; i + 1 < now_.size(); ++i) {
    in_order_ = in_order_ && (now_[i + 1] == now_[i] || now_[i + 1] == now_[i] + 1);
  }
}

bool ClassMoves::move(std::span<const DiagramRun> runs, std::vector<DiagramRun>& moved) const {
  if (in_order_) return move_in_order(runs, moved);
  if (!leads_together(runs)) return false;
  // Where most classes lead; the others are put between, one by one.
  std::map<DiagramRef, ClassIndex> widths;
  ClassIndex begin = 0;
  for (const DiagramRun& run : runs) {
    widths[run.target] += run.end - begin;
    begin = run.end;
  }
  DiagramRef usual =
      std::max_element(widths.begin(), widths.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      })->first;
  Shared others;  // a class now, and where it leads
  begin = 0;
  for (const DiagramRun& run : runs) {
    for (ClassIndex c = begin; run.target != usual && c < run.end; ++c) {
      for (ClassIndex own : now(c)) others.push_back({own, run.target});
    }
    begin = run.end;
  }
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  std::size_t first = moved.size();
  auto add = [&](ClassIndex end, DiagramRef target) {
    ClassIndex from = moved.size() > first ? moved.back().end : 0;
    if (end == from) return;
    bool joins = moved.size() > first && moved.back().target == target;
    if (joins) moved.pop_back();
    moved.push_back({end, target});
  };
  for (auto [own, target] : others) {
    add(own, usual);
    add(own + 1, target);
  }
  add(now_count_, usual);
  return true;
}

bool ClassMoves::move_in_order(std::span<const DiagramRun> runs,
                               std::vector<DiagramRun>& moved) const {
  for (const DiagramRun& run : runs) {
    ClassIndex last = now_[first_[run.end] - 1];
    bool shares_it = first_[run.end] < now_.size() && now_[first_[run.end]] == last;
    if (shares_it) return false;
    moved.push_back({last + 1, run.target});
  }
  return true;
}

bool ClassMoves::leads_together(std::span<const DiagramRun> runs) const {
  auto target = [&](ClassIndex c) {
    return std::upper_bound(runs.begin(), runs.end(), c,
                            [](ClassIndex value, const DiagramRun& run) { return value < run.end; })
        ->target;
  };
  return std::all_of(merged_.begin(), merged_.end(), [&](const std::vector<ClassIndex>& all) {
    return std::all_of(all.begin(), all.end(),
                       [&](ClassIndex c) { return target(c) == target(all.front()); });
  });
}

// --- all axes ---

std::optional<AxisMoves> AxisMoves::between(const AxisPlan& before, const AxisPlan& now) {
  const RuleTable &table_before = before.table(), &table_now = now.table();
  std::unordered_map<std::string_view, FeatureIndex> features;
  for (FeatureIndex f = 0; f < table_now.features.size(); ++f) {
    features.emplace(table_now.features[f].identity, f);
  }
  AxisMoves moves;
  moves.any_ = before.axes().size() != now.axes().size() || !same_features(table_before, table_now);
  std::vector<bool> met(now.axes().size(), false);
  AxisIndex next = 0;
  for (const Axis& was : before.axes()) {
    const Feature& feature = table_before.features[was.feature];
    OfAxis& of = moves.of_axes_.emplace_back();
    auto found = features.find(feature.identity);
    bool known = found != features.end() && table_now.features[found->second].kind == feature.kind;
    if (known) of.to = now.axis_of(found->second);
    if (!of.to && is_delicate(feature)) return std::nullopt;
    if (!of.to) {
      moves.any_ = true;
      continue;
    }
    if (was.side == AxisSide::upper) ++*of.to;
    if (*of.to < next) return std::nullopt;
    next = *of.to + 1;
    met[*of.to] = true;
    const Axis& is = now.axes()[*of.to];
    const Feature& feature_now = table_now.features[is.feature];
    SymbolMoves forth(table_before, feature, table_now, feature_now);
    if (same_classes(was, is, forth)) continue;
    if (is_delicate(feature)) return std::nullopt;
    moves.any_ = true;
    SymbolMoves back(table_now, feature_now, table_before, feature);
    bool few = std::max(was.class_count, is.class_count) <= ClassMask::kClassesMax;
    // The places of texts, and of networks, depend on which are named.
    bool ordered = feature.kind != FeatureKind::network && !is_text(table_before, feature);
    of.classes.emplace(domain_of(feature.kind) == ValueDomain::number
                           ? shared_numbers(was, is)
                           : shared_symbols(was, feature, is, feature_now, forth, back),
                       few && ordered);
  }
  for (AxisIndex axis = 0; axis < met.size(); ++axis) {
    const Feature& feature = table_now.features[now.axes()[axis].feature];
    if (!met[axis] && is_delicate(feature)) return std::nullopt;
  }
  return moves;
}

ClassPoint AxisMoves::moved(const ClassPoint& before,
                            const std::vector<std::optional<ClassIndex>>& free_at) const {
  ClassPoint now;
  for (const std::optional<ClassIndex>& unknown : free_at) {
    now.push_back(unknown.value_or(kAnyClass));
  }
  for (AxisIndex axis = 0; axis < before.size(); ++axis) {
    const OfAxis& of = of_axes_[axis];
    if (!of.to) continue;
    ClassIndex value = before[axis];
    if (of.classes && value != kAnyClass) {
      value = free_at[*of.to] ? of.classes->now(value).front() : kAnyClass;
    }
    now[*of.to] = value;
  }
  return now;
}

}  // namespace sojourn
