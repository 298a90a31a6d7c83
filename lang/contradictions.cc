#include "lang/contradictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/base/diagnostic_code.h"

namespace sojourn::lang {
namespace {

class Finder {
 public:
  Finder(const Lowered& lowered, const Gazetteer& gazetteer, const SourceMap& sources,
         DiagnosticList& diagnostics)
      : table_(lowered.table),
        gazetteer_(gazetteer),
        sources_(sources),
        diagnostics_(diagnostics) {}

  void check_rule(const std::vector<Conjunct>& conjuncts) {
    std::map<FeatureIndex, std::vector<const Conjunct*>> by_feature;
    for (const Conjunct& conjunct : conjuncts) {
      if (conjunct.condition == ConditionTable::kNever) return report({&conjunct});
      std::vector<FeatureIndex> features = table_.conditions.features_of(conjunct.condition);
      if (features.size() != 1) continue;
      by_feature[features[0]].push_back(&conjunct);
      if (leaves_nothing_out(features[0], conjunct)) report_empty_question(conjunct);
    }
    for (const auto& [feature, about_it] : by_feature) {
      bool plain = about_it.size() == 1 &&
                   table_.conditions.node(about_it[0]->condition).op == ConditionOp::test &&
                   domain_of(table_.features[feature].kind) != ValueDomain::count;
      if (!plain && !can_hold(feature, about_it)) report(those_that_exclude(feature, about_it));
    }
  }

 private:
  // Alternatives of which every known value satisfies one?
  bool leaves_nothing_out(FeatureIndex index, const Conjunct& conjunct) {
    const Feature& feature = table_.features[index];
    const ConditionNode& node = table_.conditions.node(conjunct.condition);
    ValueDomain domain = domain_of(feature.kind);
    // `C or not C` is written on purpose.
    bool asks = domain == ValueDomain::symbol || domain == ValueDomain::number;
    if (!asks || node.op != ConditionOp::disjunction) return false;
    std::vector<std::int64_t> values = values_of(feature, thresholds({&conjunct}));
    return std::all_of(values.begin(), values.end(), [&](std::int64_t value) {
      return table_.conditions.judge(conjunct.condition, [&](const Test& test) {
        // Asked so, it is meant.
        if (test.kind == Test::Kind::known) return Truth::no;
        return judge(test, feature, Reading::exactly(value));
      }) == Truth::yes;
    });
  }

  void report_empty_question(const Conjunct& conjunct) {
    diagnostics_.add(make_diagnostic(
        Code::W0324, conjunct.span,
        fmt::format("{} holds whatever the value is", quoted(conjunct.span)),
        "each value satisfies one of these: if all of them are meant to hold write `and`; whether "
        "it is known at all is asked with `known`"));
  }

  // Without those that change nothing about it (of more than anyone writes by hand: all).
  std::vector<const Conjunct*> those_that_exclude(FeatureIndex feature,
                                                  std::vector<const Conjunct*> all) {
    constexpr std::size_t kLookedAtMax = 32;
    if (all.size() > kLookedAtMax) return all;
    for (std::size_t i = all.size(); i > 0; --i) {
      std::vector<const Conjunct*> fewer = all;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i - 1));
      if (!can_hold(feature, fewer)) all = std::move(fewer);
    }
    return all;
  }

  bool can_hold(FeatureIndex index, const std::vector<const Conjunct*>& conjuncts) {
    const Feature& feature = table_.features[index];
    std::vector<Reading> readings = {Reading::unknown()};
    for (std::int64_t value : values_of(feature, thresholds(conjuncts))) {
      readings.push_back(Reading::exactly(value));
    }
    return std::any_of(readings.begin(), readings.end(), [&](const Reading& reading) {
      return std::all_of(conjuncts.begin(), conjuncts.end(), [&](const Conjunct* conjunct) {
        return table_.conditions.judge(conjunct->condition, [&](const Test& test) {
          // A count that is unknown lies between two bounds; exact readings stand for it.
          if (!reading.known && domain_of(feature.kind) == ValueDomain::count) {
            return Truth::unknown;
          }
          return judge(test, feature, reading);
        }) == Truth::yes;
      });
    });
  }

  // Every threshold and symbol that the conjuncts' tests mention.
  std::vector<std::int64_t> thresholds(const std::vector<const Conjunct*>& conjuncts) const {
    std::vector<std::int64_t> found;
    std::vector<ConditionIndex> open;
    for (const Conjunct* conjunct : conjuncts) open.push_back(conjunct->condition);
    while (!open.empty()) {
      const ConditionNode& node = table_.conditions.node(open.back());
      open.pop_back();
      if (node.op == ConditionOp::test) {
        const Test& test = table_.conditions.test_of(node);
        if (test.kind == Test::Kind::at_least) found.push_back(test.threshold);
        found.insert(found.end(), test.symbols.begin(), test.symbols.end());
        continue;
      }
      for (std::uint32_t i = 0; i < node.count; ++i) {
        open.push_back(table_.conditions.child(node, i));
      }
    }
    return found;
  }

  // One value of each class that the thresholds cut the feature's values into.
  std::vector<std::int64_t> values_of(const Feature& feature,
                                      const std::vector<std::int64_t>& mentioned) {
    switch (domain_of(feature.kind)) {
      case ValueDomain::flag:
        return {0, 1};
      case ValueDomain::symbol:
        return symbols_of(feature, mentioned);
      case ValueDomain::number:
      case ValueDomain::count:
        break;
    }
    auto [least, greatest] = range_of(feature);
    std::vector<std::int64_t> values = {least};
    for (std::int64_t threshold : mentioned) {
      for (std::int64_t value : {threshold - 1, threshold}) {
        if (value >= least && value <= greatest) values.push_back(value);
      }
    }
    return values;
  }

  static std::pair<std::int64_t, std::int64_t> range_of(const Feature& feature) {
    constexpr std::int64_t kFar = std::int64_t{1} << 62;
    std::int64_t per_unit = 1;
    switch (feature.kind) {
      case FeatureKind::attribute_number:
      case FeatureKind::data_balance:
      case FeatureKind::date:
        return {-kFar, kFar};
      case FeatureKind::held:
        return {-1, kFar};
      case FeatureKind::recency:
        return {0, kNotYet};
      case FeatureKind::window_count:
        if (feature.bucket == TimeUnit::day && feature.window.unit == TimeUnit::month)
          per_unit = 31;
        return {0, feature.window.count * per_unit};
      case FeatureKind::calendar_count:
        return {0, feature.window.unit == TimeUnit::year ? 366 : 31};
      case FeatureKind::held_share:
      case FeatureKind::day_share:
        return {0, feature.window.count};
      default:
        return {0, kFar};
    }
  }

  std::vector<std::int64_t> symbols_of(const Feature& feature,
                                       std::vector<std::int64_t> mentioned) {
    std::vector<std::int64_t> symbols = std::move(mentioned);
    auto add_below = [&](std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) symbols.push_back(static_cast<std::int64_t>(i));
    };
    switch (feature.kind) {
      case FeatureKind::country:
        symbols.push_back(CountryClaim().packed());
        if (claims_.empty()) claims_ = gazetteer_.claims();
        for (CountryClaim claim : claims_) symbols.push_back(claim.packed());
        break;
      case FeatureKind::network:
        symbols.push_back(kNoSymbol);
        for (std::uint16_t mcc = 200; mcc < 1000; ++mcc) symbols.push_back(pack({mcc, 1, 2}));
        break;
      case FeatureKind::profile:
      case FeatureKind::fallback:
        symbols.push_back(feature.kind == FeatureKind::profile ? kOtherSymbol : kNoSymbol);
        add_below(table_.profiles.size());
        break;
      case FeatureKind::rat:
        add_below(kRatCount);
        break;
      case FeatureKind::attribute_country:
        add_below(country_count());
        break;
      default: {
        const Attribute& attribute = table_.attributes[feature.subject];
        // Of a text's many values, those not mentioned are all alike.
        if (attribute.type == AttributeType::text) {
          symbols.push_back(kOtherSymbol);
        } else {
          add_below(attribute.values.size());
        }
        break;
      }
    }
    return symbols;
  }

  std::string quoted(const Span& span) const {
    std::string text(sources_.text(span));
    std::replace(text.begin(), text.end(), '\n', ' ');
    constexpr std::size_t kShownMax = 80;
    return text.size() > kShownMax ? "this" : fmt::format("`{}`", text);
  }

  void report(std::vector<const Conjunct*> conjuncts) {
    // `date = D` is two of them.
    auto same_place = [](const Conjunct* a, const Conjunct* b) { return a->span == b->span; };
    conjuncts.erase(std::unique(conjuncts.begin(), conjuncts.end(), same_place), conjuncts.end());
    const Conjunct& last = *conjuncts.back();
    if (conjuncts.size() == 1) {
      diagnostics_.add(make_diagnostic(Code::E0321, last.span,
                                       fmt::format("{} can never hold", quoted(last.span)),
                                       "the rule could never fire; correct the condition or leave "
                                       "the rule out"));
      return;
    }
    Diagnostic d = make_diagnostic(Code::E0321, last.span, "the condition can never hold",
                                   conjuncts.size() == 2
                                       ? "the two exclude each other; for either of them write `or`"
                                       : "no value satisfies all of them");
    for (std::size_t i = 0; i + 1 < conjuncts.size(); ++i) {
      d.labels.push_back({conjuncts[i]->span, "together with this"});
    }
    diagnostics_.add(std::move(d));
  }

  const RuleTable& table_;
  const Gazetteer& gazetteer_;
  const SourceMap& sources_;
  DiagnosticList& diagnostics_;
  std::vector<CountryClaim> claims_;
};

}  // namespace

void report_contradictions(const Lowered& lowered, const Gazetteer& gazetteer,
                           const SourceMap& sources, DiagnosticList& diagnostics) {
  Finder finder(lowered, gazetteer, sources, diagnostics);
  for (const std::vector<Conjunct>& conjuncts : lowered.conjuncts) finder.check_rule(conjuncts);
}

}  // namespace sojourn::lang
