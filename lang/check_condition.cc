// Conditions without time forms: who is compared with what, and does it make sense.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "lang/condition_checker.h"
#include "lang/print.h"
#include "lang/repeats.h"

namespace sojourn::lang {
namespace {

using ast::Relation;
using ast::Subject;

Feature clock_range(std::int32_t from_ms, std::int32_t until_ms) {
  Feature feature = feature_of(FeatureKind::local_time);
  feature.from_ms = from_ms;
  feature.until_ms = until_ms;
  return feature;
}

// The subject alone, as written.
std::string subject_of(const ast::Simple& s) { return words_of(s, Relation::none, {}); }

// What advertisements call a radio technology.
std::string_view generation(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kGenerations[] = {
      {"2g", "gsm"},      {"3g", "umts"},       {"4g", "lte"},       {"5g", "nr"},
      {"2G", "gsm"},      {"3G", "umts"},       {"4G", "lte"},       {"5G", "nr"},
      {"gprs", "gsm"},    {"satellite", "ntn"}, {"cat-m1", "lte-m"}, {"ltem", "lte-m"},
      {"nbiot", "nb-iot"}};
  for (auto [theirs, ours] : kGenerations) {
    if (name == theirs) return ours;
  }
  return {};
}

constexpr auto kDayMs = static_cast<std::int32_t>(days(1).ms);

}  // namespace

Feature feature_of(FeatureKind kind, std::uint32_t subject) {
  Feature feature;
  feature.kind = kind;
  feature.subject = subject;
  return feature;
}

std::string words_of(const ast::Simple& s, Relation relation,
                     const std::vector<ast::Value>& values) {
  ast::Condition printed;
  ast::Simple copy = s;
  copy.relation = relation;
  copy.values = values;
  printed.form = std::move(copy);
  return print(printed);
}

std::string words_of(const ast::Simple& s, Relation relation) {
  return words_of(s, relation, s.values);
}

// --- building blocks -----------------------------------------------------------------------------

CheckedCondition CheckedCondition::negate(CheckedCondition inner) {
  CheckedCondition negation;
  negation.op = ConditionOp::negation;
  negation.span = inner.span;
  negation.parts.push_back(std::move(inner));
  return negation;
}

CheckedCondition CheckedCondition::all_of(std::vector<CheckedCondition> parts, Span span) {
  if (parts.size() == 1) return std::move(parts[0]);
  CheckedCondition all;
  all.op = ConditionOp::conjunction;
  all.parts = std::move(parts);
  all.span = span;
  return all;
}

CheckedCondition CheckedCondition::any_of(std::vector<CheckedCondition> parts, Span span) {
  if (parts.size() == 1) return std::move(parts[0]);
  CheckedCondition any;
  any.op = ConditionOp::disjunction;
  any.parts = std::move(parts);
  any.span = span;
  return any;
}

void ConditionChecker::error(Code code, Span span, std::string message, std::string help) {
  diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
}

CheckedCondition ConditionChecker::test(Feature feature, Test test, Span span,
                                        std::shared_ptr<const CheckedCondition> inner) const {
  auto checked = std::make_shared<CheckedTest>();
  checked->feature = std::move(feature);
  checked->test = std::move(test);
  checked->inner = std::move(inner);
  CheckedCondition condition;
  condition.op = ConditionOp::test;
  condition.test = std::move(checked);
  condition.span = span;
  return condition;
}

CheckedCondition ConditionChecker::compared(
    const Feature& feature, Relation relation, const ScaledThreshold& threshold,
    const std::string& words, const std::string& number, Span span,
    const std::shared_ptr<const CheckedCondition>& inner) const {
  auto at_least = [&](std::int64_t bound, std::string_view sign) {
    Test reached;
    reached.kind = Test::Kind::at_least;
    reached.threshold = bound;
    reached.text = fmt::format("{} {} {}", words, sign, number);
    return test(feature, std::move(reached), span, inner);
  };
  switch (relation) {
    case Relation::at_least:
      return at_least(threshold.at_least(), ">=");
    case Relation::more:
      return at_least(threshold.more_than(), ">");
    case Relation::less:
      return CheckedCondition::negate(at_least(threshold.at_least(), ">="));
    case Relation::at_most:
      return CheckedCondition::negate(at_least(threshold.more_than(), ">"));
    default: {
      std::vector<CheckedCondition> both;
      both.push_back(at_least(threshold.at_least(), ">="));
      both.push_back(CheckedCondition::negate(at_least(threshold.more_than(), ">")));
      CheckedCondition equal = CheckedCondition::all_of(std::move(both), span);
      return relation == Relation::equal ? equal : CheckedCondition::negate(std::move(equal));
    }
  }
}

bool ConditionChecker::is_choice(const ast::Simple& s, std::string_view what, Span span) {
  switch (s.relation) {
    case Relation::equal:
    case Relation::not_equal:
    case Relation::in:
    case Relation::not_in:
      return true;
    case Relation::none:
      error(Code::E0215, span, fmt::format("{} alone is not a condition", what),
            fmt::format("compare it: `{} = ...`, or ask `{} known`", subject_of(s), subject_of(s)));
      return false;
    case Relation::has:
    case Relation::has_any:
    case Relation::has_all:
    case Relation::has_none:
      error(Code::E0205, span, fmt::format("{} has one value, and is not a set", what),
            "write `=` or `in`; `has` asks for a member of a set");
      return false;
    default:
      error(Code::E0205, span, fmt::format("{} has no order and cannot be compared so", what),
            "write `=`, `!=`, `in` or `not in`");
      return false;
  }
}

ConditionChecker::Checked ConditionChecker::one_of(const ast::Simple& s, Feature feature,
                                                   std::vector<std::int64_t> symbols, Span span) {
  Test member;
  member.kind = Test::Kind::one_of;
  member.symbols = std::move(symbols);
  member.text = words_of(s, is_negative(s.relation) && s.relation == Relation::not_in ? Relation::in
                            : is_negative(s.relation) ? Relation::equal
                                                      : s.relation);
  CheckedCondition found = test(std::move(feature), std::move(member), span);
  return is_negative(s.relation) ? CheckedCondition::negate(std::move(found)) : found;
}

ConditionChecker::Checked ConditionChecker::known_or_not(const ast::Simple& s, Feature feature,
                                                         Span span) {
  Test known;
  known.kind = Test::Kind::known;
  known.text = words_of(s, Relation::known, {});
  CheckedCondition found = test(std::move(feature), std::move(known), span);
  return s.relation == Relation::known ? found : CheckedCondition::negate(std::move(found));
}

ConditionChecker::Checked ConditionChecker::flag(const ast::Simple& s, Feature feature, Span span) {
  if (s.relation != Relation::none) {
    error(Code::E0205, span, fmt::format("`{}` is a flag and is not compared", subject_of(s)),
          fmt::format("write `{0}` or `not {0}`", subject_of(s)));
    return std::nullopt;
  }
  Test holds;
  holds.text = words_of(s, Relation::none, {});
  return test(std::move(feature), std::move(holds), span);
}

// --- joining
// ------------------------------------------------------------------------------------------

std::optional<CheckedCondition> ConditionChecker::check(const ast::Condition& condition,
                                                        const std::string& zone) {
  std::string outer = std::exchange(zone_, zone);
  Checked checked = dispatch(condition);
  zone_ = outer;
  return checked;
}

ConditionChecker::Checked ConditionChecker::dispatch(const ast::Condition& condition) {
  using Kind = ast::Condition::Kind;
  switch (condition.kind) {
    case Kind::disjunction:
    case Kind::conjunction:
      return joined(condition);
    case Kind::negation: {
      Checked inner = dispatch(condition.parts[0]);
      if (!inner) return std::nullopt;
      CheckedCondition negation = CheckedCondition::negate(*std::move(inner));
      negation.span = condition.span;
      return negation;
    }
    case Kind::simple:
      return simple(std::get<ast::Simple>(condition.form), condition.span);
    case Kind::timed:
      return timed(condition);
    case Kind::sum_compared:
      return sum_compared(condition);
    case Kind::since:
      return since(condition);
    case Kind::date_bound: {
      const auto& bound = std::get<ast::DateBound>(condition.form);
      return bound.until ? until_date(bound.day, condition.span)
                         : from_date(bound.day, condition.span);
    }
    case Kind::clock_window: {
      const auto& window = std::get<ast::ClockWindow>(condition.form);
      if (window.from_ms % kDayMs == window.until_ms % kDayMs) {
        error(Code::E0210, condition.span, "the window begins and ends at the same time",
              "leave it out to mean the whole day");
        return std::nullopt;
      }
      Test holds;
      holds.text = print(condition);
      return test(clock_range(window.from_ms, window.until_ms), std::move(holds), condition.span);
    }
    case Kind::fleet_count:
      return fleet_count(condition);
    case Kind::event_count:
      if (counts_time(std::get<ast::EventCount>(condition.form))) {
        return counts_nothing(condition.span);
      }
      error(Code::E0209, condition.span, "a number of events needs a length of time",
            fmt::format("write `{} within 30 days`", print(condition)));
      return std::nullopt;
  }
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::joined(const ast::Condition& condition) {
  std::vector<CheckedCondition> parts;
  bool all = true;
  for (std::size_t i = 0; i < condition.parts.size(); ++i) {
    hint_ = another_value(condition, i);
    Checked checked = dispatch(condition.parts[i]);
    hint_.clear();
    all &= checked.has_value();
    if (checked) parts.push_back(*std::move(checked));
  }
  if (!all) return std::nullopt;
  return condition.kind == ast::Condition::Kind::conjunction
             ? CheckedCondition::all_of(std::move(parts), condition.span)
             : CheckedCondition::any_of(std::move(parts), condition.span);
}

// --- simple conditions
// ------------------------------------------------------------------------------

ConditionChecker::Checked ConditionChecker::simple(const ast::Simple& s, Span span) {
  note_repeats(s.values, diagnostics_);
  bool asks_whether_known = s.relation == Relation::known || s.relation == Relation::unknown;
  auto kind_or_known = [&](FeatureKind kind, auto otherwise) -> Checked {
    return asks_whether_known ? known_or_not(s, feature_of(kind), span) : otherwise();
  };
  if (s.relation == Relation::happened && s.subject != Subject::named) {
    error(Code::E0205, span, fmt::format("`{}` is not an event", subject_of(s)),
          "`happened` asks for a named event, such as `owner-changed happened`");
    return std::nullopt;
  }
  if (s.relation == Relation::with && s.subject != Subject::rejected) {
    error(Code::E0205, span, fmt::format("`with` does not follow `{}`", subject_of(s)),
          "causes belong to rejects: `at least 3 rejected with 11, 13 within 6 hours`");
    return std::nullopt;
  }
  switch (s.subject) {
    case Subject::region:
      return kind_or_known(FeatureKind::country, [&] { return region(s, span); });
    case Subject::network:
      return kind_or_known(FeatureKind::network, [&] {
        return countries(s, feature_of(FeatureKind::network), "a network", span);
      });
    case Subject::plmn:
      return kind_or_known(FeatureKind::network, [&] { return plmn(s, span); });
    case Subject::profile:
      return kind_or_known(FeatureKind::profile,
                           [&] { return profile(s, feature_of(FeatureKind::profile), span); });
    case Subject::fallback:
      return kind_or_known(FeatureKind::fallback,
                           [&] { return profile(s, feature_of(FeatureKind::fallback), span); });
    case Subject::roaming:
      return kind_or_known(FeatureKind::roaming, [&] { return roaming(s, span); });
    case Subject::breakout:
      return kind_or_known(FeatureKind::breakout, [&] { return breakout(s, span); });
    case Subject::rat:
      return kind_or_known(FeatureKind::rat, [&] { return rat(s, span); });
    case Subject::no_service:
      return kind_or_known(FeatureKind::no_service,
                           [&] { return flag(s, feature_of(FeatureKind::no_service), span); });
    case Subject::in_flight:
      return kind_or_known(FeatureKind::in_flight,
                           [&] { return flag(s, feature_of(FeatureKind::in_flight), span); });
    case Subject::installed:
      return installed(s, span);
    case Subject::speed:
      return kind_or_known(FeatureKind::speed, [&] {
        return measured(s, feature_of(FeatureKind::speed), "km/h", 1'000'000, span);
      });
    case Subject::accuracy:
      return kind_or_known(FeatureKind::accuracy, [&] {
        return measured(s, feature_of(FeatureKind::accuracy), "m", 1000, span);
      });
    case Subject::border_distance:
      return kind_or_known(FeatureKind::border_distance, [&] {
        return measured(s, feature_of(FeatureKind::border_distance), "m", 1000, span);
      });
    case Subject::silent:
      if (asks_whether_known) {
        error(Code::E0205, span, "how long a device has been silent is always known",
              "it is the time since its last report; write `silent >= 24 hours`");
        return std::nullopt;
      }
      return measured(s, feature_of(FeatureKind::silent), "seconds", 1000, span);
    case Subject::date:
      return date(s, span);
    case Subject::time_of_day:
      return time_of_day(s, span);
    case Subject::rejected:
      error(Code::E0209, span, "a reject is an event, and needs a number and a length of time",
            "write `at least 3 rejected with 11, 13 within 6 hours`");
      return std::nullopt;
    case Subject::data:
      error(Code::E0209, span, "an amount of data needs a length of time",
            "write `data in CN within 30 days > 10 MB`");
      return std::nullopt;
    case Subject::named:
      return named(s, span);
  }
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::region(const ast::Simple& s, Span span) {
  if (!is_choice(s, "`region`", span)) return std::nullopt;
  std::optional<Places> places = vocabulary_.places(s.values);
  if (!places) return std::nullopt;
  std::vector<CheckedCondition> parts;
  Relation positive = is_negative(s.relation) ? Relation::in : s.relation;
  std::string words = words_of(s, positive);
  if (!places->countries.empty()) {
    Test in;
    in.kind = Test::Kind::in_countries;
    in.countries = places->countries;
    in.text = words;
    parts.push_back(test(feature_of(FeatureKind::country), std::move(in), span));
  }
  for (AreaIndex area : places->areas) {
    Test in;
    in.text = words;
    parts.push_back(test(feature_of(FeatureKind::area, area), std::move(in), span));
  }
  if (parts.empty()) return std::nullopt;  // a region whose members were all reported
  CheckedCondition any = CheckedCondition::any_of(std::move(parts), span);
  return is_negative(s.relation) ? CheckedCondition::negate(std::move(any)) : any;
}

ConditionChecker::Checked ConditionChecker::countries(const ast::Simple& s, Feature feature,
                                                      std::string_view what, Span span) {
  if (!is_choice(s, what, span)) return std::nullopt;
  std::optional<CountrySet> asked = vocabulary_.countries(s.values, what);
  if (!asked) return std::nullopt;
  if (feature.kind == FeatureKind::network) note_shared_codes(*asked, "network", span);
  Test in;
  in.kind = Test::Kind::in_countries;
  in.countries = *asked;
  in.text = words_of(s, is_negative(s.relation) ? Relation::in : s.relation);
  CheckedCondition found = test(std::move(feature), std::move(in), span);
  return is_negative(s.relation) ? CheckedCondition::negate(std::move(found)) : found;
}

ConditionChecker::Checked ConditionChecker::roaming(const ast::Simple& s, Span span) {
  Feature feature = feature_of(FeatureKind::roaming);
  if (s.relation == Relation::none) return flag(s, feature, span);
  if (s.relation == Relation::not_in) {
    error(Code::E0205, span, "`roaming not in` can be read in two ways",
          "write `not roaming in BR` (at home, or roaming elsewhere), or `roaming and not network "
          "in BR` (roaming elsewhere)");
    return std::nullopt;
  }
  if (s.relation != Relation::in) {
    error(Code::E0205, span, "`roaming` is a flag and is not compared",
          "write `roaming`, `not roaming` or `roaming in BR`");
    return std::nullopt;
  }
  std::optional<CountrySet> asked = vocabulary_.countries(s.values, "roaming");
  if (!asked) return std::nullopt;
  note_shared_codes(*asked, "roaming", span);
  feature.countries = *asked;
  Test holds;
  holds.text = words_of(s, Relation::in);
  return test(std::move(feature), std::move(holds), span);
}

ConditionChecker::Checked ConditionChecker::breakout(const ast::Simple& s, Span span) {
  if (!is_choice(s, "`breakout`", span)) return std::nullopt;
  std::optional<CountrySet> asked = vocabulary_.countries(s.values, "a breakout");
  if (!asked) return std::nullopt;
  Feature feature = feature_of(FeatureKind::breakout);
  feature.countries = *asked;
  Test holds;
  holds.text = words_of(s, is_negative(s.relation) ? Relation::in : s.relation);
  note_missing_breakouts(holds.text, span);
  CheckedCondition found = test(std::move(feature), std::move(holds), span);
  return is_negative(s.relation) ? CheckedCondition::negate(std::move(found)) : found;
}

ConditionChecker::Checked ConditionChecker::plmn(const ast::Simple& s, Span span) {
  if (!is_choice(s, "`plmn`", span)) return std::nullopt;
  std::vector<std::int64_t> symbols;
  for (const ast::Value& value : vocabulary_.expand_sets(s.values)) {
    std::optional<Plmn> code = parse_plmn(value.text);
    if (code && code->mnc_digits != 0) {
      symbols.push_back(pack(*code));
      continue;
    }
    error(Code::E0212, value.span, fmt::format("`{}` is not a network code", print(value)),
          code ? "a network code has a country and a network: `724-06`; for all networks of a "
                 "country write `network in BR`"
               : "network codes are written `724-06`");
    return std::nullopt;
  }
  return one_of(s, feature_of(FeatureKind::network), std::move(symbols), span);
}

ConditionChecker::Checked ConditionChecker::profile(const ast::Simple& s, Feature feature,
                                                    Span span) {
  std::string_view what = feature.kind == FeatureKind::profile ? "`profile`" : "`fallback`";
  if (!is_choice(s, what, span)) return std::nullopt;
  std::vector<std::int64_t> symbols;
  bool all = true;
  for (const ast::Value& value : vocabulary_.expand_sets(s.values)) {
    if (feature.kind == FeatureKind::fallback && value.text == "none") {
      symbols.push_back(kNoSymbol);
      continue;
    }
    std::optional<ProfileIndex> index = vocabulary_.profile({value.text, value.span});
    all &= index.has_value();
    if (index) symbols.push_back(*index);
  }
  if (!all) return std::nullopt;
  return one_of(s, std::move(feature), std::move(symbols), span);
}

ConditionChecker::Checked ConditionChecker::installed(const ast::Simple& s, Span span) {
  std::optional<ProfileIndex> index = vocabulary_.profile(s.name);
  if (!index) return std::nullopt;
  Feature feature = feature_of(FeatureKind::installed, *index);
  if (s.relation == Relation::known || s.relation == Relation::unknown) {
    return known_or_not(s, std::move(feature), span);
  }
  return flag(s, std::move(feature), span);
}

ConditionChecker::Checked ConditionChecker::rat(const ast::Simple& s, Span span) {
  if (!is_choice(s, "`rat`", span)) return std::nullopt;
  std::vector<std::int64_t> symbols;
  for (const ast::Value& value : vocabulary_.expand_sets(s.values)) {
    std::optional<Rat> found = find_rat(value.text);
    if (found) {
      symbols.push_back(static_cast<std::int64_t>(*found));
      continue;
    }
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kRatCount; ++i) names.push_back(name_of(static_cast<Rat>(i)));
    std::string_view near = generation(value.text);
    if (near.empty()) near = nearest_spelling(value.text, names);
    error(Code::E0204, value.span, fmt::format("`{}` is not a radio technology", value.text),
          near.empty() ? fmt::format("these are known: {}", fmt::join(names, ", "))
                       : fmt::format("did you mean `{}`?", near));
    return std::nullopt;
  }
  return one_of(s, feature_of(FeatureKind::rat), std::move(symbols), span);
}

ConditionChecker::Checked ConditionChecker::measured(const ast::Simple& s, const Feature& feature,
                                                     std::string_view base_unit, std::int64_t steps,
                                                     Span span) {
  std::string what = subject_of(s);
  switch (s.relation) {
    case Relation::equal:
    case Relation::not_equal:
    case Relation::less:
    case Relation::at_most:
    case Relation::more:
    case Relation::at_least:
      break;
    case Relation::none:
      error(Code::E0215, span, fmt::format("`{}` is a number; alone it is not a condition", what),
            fmt::format("compare it, for example `{} >= ...`", what));
      return std::nullopt;
    default:
      error(Code::E0205, span, fmt::format("`{}` is a number and cannot be compared so", what),
            "write `=`, `!=`, `<`, `<=`, `>` or `>=`");
      return std::nullopt;
  }
  const ast::Value& value = s.values[0];
  if (value.kind != ast::Value::Kind::amount) {
    error(Code::E0205, value.span,
          fmt::format("`{}` is a number, but `{}` is not", what, print(value)),
          fmt::format("compare it with a number{}",
                      base_unit.empty() ? "" : fmt::format(" in {}", base_unit)));
    return std::nullopt;
  }
  const Unit* to = find_unit(base_unit);
  const Unit* from = find_unit(value.unit);
  if (to == nullptr) return std::nullopt;  // reported where the attribute is declared
  if (from == nullptr) {
    std::string_view near = unit_meant(value.unit);
    error(Code::E0206, value.span, fmt::format("unknown unit `{}`", value.unit),
          near.empty() ? fmt::format("`{}` is {}; its units are {}", what, name_of(to->dimension),
                                     units_of(to->dimension))
                       : fmt::format("did you mean `{}`?", near));
    return std::nullopt;
  }
  if (from->dimension != to->dimension) {
    std::string help = from->dimension == Dimension::none
                           ? fmt::format("write `{} {}`", print(value), base_unit)
                           : fmt::format("`{}` is {}, and `{}` is {}", what, name_of(to->dimension),
                                         print(value), name_of(from->dimension));
    if (base_unit == "%" && from->dimension == Dimension::none) {
      help = fmt::format("write `{}%`", print(value));
      // A share of one, as spreadsheets hold it.
      bool of_one = value.millionths > 0 && value.millionths < 1'000'000;
      if (of_one) {
        ast::Value hundredfold = value;
        hundredfold.millionths *= 100;
        help = fmt::format("write `{}%`, or `{}%` if so little is meant", print(hundredfold),
                           print(value));
      }
    }
    if (base_unit == "m/s" && from->dimension == Dimension::none) {
      help = fmt::format("write `{0} km/h` or `{0} m/s`", print(value));
    }
    error(Code::E0206, value.span,
          from->dimension == Dimension::none
              ? fmt::format("`{}` needs a unit", print(value))
              : fmt::format("`{}` cannot be compared with `{}`", what, print(value)),
          std::move(help));
    return std::nullopt;
  }
  std::optional<ScaledThreshold> threshold = scale(value.millionths, *from, *to, steps);
  if (!threshold) {
    error(Code::E0112, value.span, fmt::format("`{}` is out of range", print(value)));
    return std::nullopt;
  }
  if (base_unit == "%" && !tells_shares_apart(s.relation, value.millionths)) {
    error(Code::E0321, span, fmt::format("`{}` lies between 0% and 100%", what),
          "declare a plain `number` for what may be less or more");
    return std::nullopt;
  }
  return compared(feature, s.relation, *threshold, what, print(value), span);
}

ConditionChecker::Checked ConditionChecker::date(const ast::Simple& s, Span span) {
  if (s.values.empty() || s.values[0].kind != ast::Value::Kind::date ||
      s.relation == Relation::in || s.relation == Relation::not_in) {
    error(Code::E0205, span, "`date` is compared with a date",
          "write `date >= 2026-07-01`, `from 2026-07-01` or `until 2026-06-30`");
    return std::nullopt;
  }
  Day day = s.values[0].day;
  switch (s.relation) {
    case Relation::less:
      return until_date(next(day, -1), span);
    case Relation::at_most:
      return until_date(day, span);
    case Relation::more:
      return from_date(next(day, 1), span);
    case Relation::at_least:
      return from_date(day, span);
    default: {
      std::vector<CheckedCondition> both;
      both.push_back(from_date(day, span));
      both.push_back(until_date(day, span));
      CheckedCondition on = CheckedCondition::all_of(std::move(both), span);
      return is_negative(s.relation) ? CheckedCondition::negate(std::move(on)) : on;
    }
  }
}

CheckedCondition ConditionChecker::from_date(Day day, Span span) const {
  Feature date = feature_of(FeatureKind::date);
  date.zone = zone_;
  return test(std::move(date), from_day(0, day), span);
}

CheckedCondition ConditionChecker::until_date(Day day, Span span) const {
  return CheckedCondition::negate(from_date(next(day, 1), span));
}

ConditionChecker::Checked ConditionChecker::time_of_day(const ast::Simple& s, Span span) {
  bool ordered = s.relation == Relation::less || s.relation == Relation::at_most ||
                 s.relation == Relation::more || s.relation == Relation::at_least;
  if (!ordered || s.values[0].kind != ast::Value::Kind::clock) {
    error(Code::E0205, span, "`time of day` is compared with `<`, `<=`, `>` or `>=` and a time",
          "write `time of day >= 22:00`, or `between 22:00 and 05:00`");
    return std::nullopt;
  }
  std::int32_t clock = s.values[0].clock_ms;
  bool later = s.relation == Relation::more || s.relation == Relation::at_least;
  std::int32_t cut =
      s.relation == Relation::more || s.relation == Relation::at_most ? clock + 1 : clock;
  if (cut <= 0 || cut >= kDayMs) {
    error(Code::E0321, span, "this holds always or never", "times of day run from 00:00 to 24:00");
    return std::nullopt;
  }
  Test holds;
  holds.text = words_of(s, s.relation);
  return test(later ? clock_range(cut, kDayMs) : clock_range(0, cut), std::move(holds), span);
}

}  // namespace sojourn::lang
