// Conditions about declared attributes, and uses of defined conditions.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/condition_checker.h"
#include "lang/print.h"

namespace sojourn::lang {
namespace {

// Parts that the definitions of a policy come to, taken in wherever their names stand: sixty that
// each name the one before twice would come to more than any machine holds.
constexpr std::size_t kDefinedPartsMax = 500'000;

struct Extent {
  std::size_t parts = 1;
  int depth = 1;
};

// Depth: that of what it is made of, which was looked at before.
Extent extent_of(const CheckedCondition& condition) {
  Extent whole;
  auto add = [&](const CheckedCondition& part) {
    Extent extent = extent_of(part);
    whole.parts += extent.parts;
    whole.depth = std::max(whole.depth, 1 + extent.depth);
  };
  for (const CheckedCondition& part : condition.parts) add(part);
  if (condition.test && condition.test->inner) add(*condition.test->inner);
  return whole;
}

}  // namespace

using ast::Relation;
// --------------------------------------------------------------

ConditionChecker::Checked ConditionChecker::named(const ast::Simple& s, Span span) {
  if (const ast::Define* define = vocabulary_.define(s.name.text)) return defined(*define, s, span);
  if (s.relation == Relation::happened) {
    EventQuestion question;
    question.name = s.name.text;
    asked_events_.push_back({false, s.name.text, s.subject_span});
    Feature feature = feature_of(FeatureKind::since);
    feature.window = {0, TimeUnit::millisecond};
    feature.event = std::move(question);
    Test holds;
    holds.text = words_of(s, s.relation);
    return test(std::move(feature), std::move(holds), span);
  }
  std::optional<AttributeIndex> index = vocabulary_.attribute(s.name.text);
  if (!index) {
    vocabulary_.unknown_attribute(s, hint_);
    return std::nullopt;
  }
  const Attribute& attribute = vocabulary_.attribute_at(*index);
  bool asks_whether_known = s.relation == Relation::known || s.relation == Relation::unknown;
  switch (attribute.type) {
    case AttributeType::flag: {
      Feature feature = feature_of(FeatureKind::attribute_flag, *index);
      return asks_whether_known ? known_or_not(s, feature, span) : flag(s, feature, span);
    }
    case AttributeType::number: {
      Feature feature = feature_of(FeatureKind::attribute_number, *index);
      if (asks_whether_known) return known_or_not(s, feature, span);
      return measured(s, feature, attribute.unit, 1'000'000, span);
    }
    case AttributeType::choice:
    case AttributeType::text: {
      Feature feature = feature_of(FeatureKind::attribute_choice, *index);
      if (asks_whether_known) return known_or_not(s, feature, span);
      return attribute.type == AttributeType::choice ? choice(s, *index, span)
                                                     : text(s, *index, span);
    }
    case AttributeType::country: {
      Feature feature = feature_of(FeatureKind::attribute_country, *index);
      if (asks_whether_known) return known_or_not(s, feature, span);
      return countries(s, feature, fmt::format("`{}`", s.name.text), span);
    }
    case AttributeType::set_of_text:
    case AttributeType::set_of_country:
    case AttributeType::set_of_choice:
      return membership(s, *index, span);
  }
  return std::nullopt;
}

// Once for all definitions: what is too much in one is too much in all that use it.
void ConditionChecker::definitions_limited(Span span, std::string message) {
  if (std::exchange(limit_told_, true)) return;
  error(Code::E0901, span, std::move(message),
        "write out what the definitions in between stand for, or let rules share the work");
}

void ConditionChecker::too_deep(Span span) {
  definitions_limited(span, fmt::format("definitions stand in each other more than {} deep",
                                        limits::kNestingDepthMax));
}

// Is what a name stands for small enough to be taken in here?
bool ConditionChecker::takes_in(const CheckedCondition& named, Span span) {
  Extent extent = extent_of(named);
  defined_parts_ += extent.parts;
  if (extent.depth > limits::kNestingDepthMax) {
    too_deep(span);
    return false;
  }
  if (defined_parts_ <= kDefinedPartsMax) return true;
  definitions_limited(
      span,
      fmt::format("definitions come to more than {} parts where they are used", kDefinedPartsMax));
  return false;
}

ConditionChecker::Checked ConditionChecker::defined(const ast::Define& define, const ast::Simple& s,
                                                    Span span) {
  if (s.relation != Relation::none) {
    error(Code::E0205, span,
          fmt::format("`{}` is a defined condition and is not compared", s.name.text),
          fmt::format("write `{0}` or `not {0}`", print_name(s.name.text)));
    return std::nullopt;
  }
  if (std::find(under_way_.begin(), under_way_.end(), &define) != under_way_.end()) {
    error(Code::E0213, s.subject_span, fmt::format("`{}` is defined by itself", s.name.text),
          "a definition may use other definitions, but no circle of them");
    return std::nullopt;
  }
  auto key = std::make_pair(&define, zone_);
  auto found = defined_.find(key);
  if (found == defined_.end()) {
    if (under_way_.size() >= static_cast<std::size_t>(limits::kNestingDepthMax)) {
      too_deep(span);
      return std::nullopt;
    }
    under_way_.push_back(&define);
    Checked checked = dispatch(define.condition);
    under_way_.pop_back();
    found = defined_.emplace(std::move(key), std::move(checked)).first;
  }
  if (found->second && !takes_in(*found->second, span)) return std::nullopt;
  Checked copy = found->second;
  if (copy) copy->span = span;
  return copy;
}

std::optional<std::int64_t> ConditionChecker::choice_symbol(const ast::Value& value,
                                                            AttributeIndex index) {
  const Attribute& attribute = vocabulary_.attribute_at(index);
  // A value such as 4g reads like a number with a unit; the source's own words are what counts.
  if (auto symbol = vocabulary_.choice_symbol(index, value.text)) return symbol;
  if (vocabulary_.is_forgiven(attribute.name)) return std::nullopt;  // not all of it was read
  std::vector<std::string_view> names(attribute.values.begin(), attribute.values.end());
  std::string_view near = nearest_spelling(value.text, names);
  error(Code::E0204, value.span,
        fmt::format("`{}` is not a value of `{}`", value.text, attribute.name),
        near.empty() ? fmt::format("its values are {}", fmt::join(names, ", "))
                     : fmt::format("did you mean `{}`?", near));
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::choice(const ast::Simple& s, AttributeIndex index,
                                                   Span span) {
  if (!is_choice(s, fmt::format("`{}`", s.name.text), span)) return std::nullopt;
  std::vector<std::int64_t> symbols;
  bool all = true;
  for (const ast::Value& value : vocabulary_.expand_sets(s.values)) {
    std::optional<std::int64_t> symbol = choice_symbol(value, index);
    all &= symbol.has_value();
    if (symbol) symbols.push_back(*symbol);
  }
  if (!all) return std::nullopt;
  return one_of(s, feature_of(FeatureKind::attribute_choice, index), std::move(symbols), span);
}

ConditionChecker::Checked ConditionChecker::text(const ast::Simple& s, AttributeIndex index,
                                                 Span span) {
  if (!is_choice(s, fmt::format("`{}`", s.name.text), span)) return std::nullopt;
  std::vector<std::int64_t> symbols;
  for (const ast::Value& value : vocabulary_.expand_sets(s.values)) {
    symbols.push_back(vocabulary_.text_symbol(index, value.text));
  }
  return one_of(s, feature_of(FeatureKind::attribute_choice, index), std::move(symbols), span);
}

std::vector<std::int64_t> ConditionChecker::member_symbols(const ast::Value& value,
                                                           AttributeIndex index) {
  switch (vocabulary_.attribute_at(index).type) {
    case AttributeType::set_of_country: {
      std::vector<std::int64_t> symbols;
      std::optional<CountrySet> found = vocabulary_.countries({value}, "this set");
      if (!found) return symbols;
      for (Country member : found->members()) symbols.push_back(member.index);
      return symbols;
    }
    case AttributeType::set_of_choice: {
      std::optional<std::int64_t> symbol = choice_symbol(value, index);
      return symbol ? std::vector{*symbol} : std::vector<std::int64_t>{};
    }
    default:
      return {vocabulary_.text_symbol(index, value.text)};
  }
}

namespace {

// How the set would be asked for the values that it is compared with.
std::string set_question(const ast::Simple& s, const std::string& name) {
  std::string values;
  for (const ast::Value& value : s.values) {
    values += (values.empty() ? "" : ", ") + print(value);
  }
  if (values.empty()) return fmt::format("write `{0} has ...`, `{0} has any of ...`", name);
  bool denied = s.relation == Relation::not_equal || s.relation == Relation::not_in;
  if (s.values.size() > 1) {
    return denied ? fmt::format("write `{} has none of {}`", name, values)
                  : fmt::format("write `{0} has any of {1}` or `{0} has all of {1}`", name, values);
  }
  return fmt::format("write `{}{} has {}`", denied ? "not " : "", name, values);
}

}  // namespace

ConditionChecker::Checked ConditionChecker::membership(const ast::Simple& s, AttributeIndex index,
                                                       Span span) {
  std::string name = print_name(s.name.text);
  bool has = s.relation == Relation::has || s.relation == Relation::has_any ||
             s.relation == Relation::has_all || s.relation == Relation::has_none;
  bool asks_whether_known = s.relation == Relation::known || s.relation == Relation::unknown;
  if (!has && !asks_whether_known) {
    error(Code::E0205, span, fmt::format("`{}` is a set, and is asked with `has`", s.name.text),
          set_question(s, name));
    return std::nullopt;
  }
  if (asks_whether_known) {
    Feature feature = feature_of(FeatureKind::attribute_has, index);
    feature.symbol = kNoSymbol;  // no member in particular
    return known_or_not(s, std::move(feature), span);
  }
  std::vector<CheckedCondition> parts;
  for (const ast::Value& value : vocabulary_.expand_sets(s.values)) {
    std::vector<std::int64_t> symbols = member_symbols(value, index);
    if (symbols.empty()) return std::nullopt;
    for (std::int64_t symbol : symbols) {
      Feature feature = feature_of(FeatureKind::attribute_has, index);
      feature.symbol = symbol;
      Test holds;
      holds.text = fmt::format("{} has {}", name, print(value));
      parts.push_back(test(std::move(feature), std::move(holds), span));
    }
  }
  if (s.relation == Relation::has_all) return CheckedCondition::all_of(std::move(parts), span);
  CheckedCondition any = CheckedCondition::any_of(std::move(parts), span);
  return s.relation == Relation::has_none ? CheckedCondition::negate(std::move(any)) : any;
}

}  // namespace sojourn::lang
