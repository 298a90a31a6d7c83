// Conditions about time: durations, runs of days, windows, shares, events, sums of data.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "lang/condition_checker.h"
#include "lang/print.h"
#include "lang/repeats.h"

namespace sojourn::lang {
namespace {

using SuffixKind = ast::Suffix::Kind;

bool is_scope(SuffixKind kind) {
  return kind == SuffixKind::same_network || kind == SuffixKind::per_imei ||
         kind == SuffixKind::per_profile || kind == SuffixKind::per_device;
}

void add_to(Scope& scope, SuffixKind kind) {
  scope.same_network |= kind == SuffixKind::same_network;
  scope.per_imei |= kind == SuffixKind::per_imei;
  scope.per_profile |= kind == SuffixKind::per_profile;
}

// A comparison with the sense replaced, as the author would write it.
std::string with_sense(const ast::Condition& condition, ast::Sense sense) {
  ast::Condition copy = condition;
  if (copy.kind == ast::Condition::Kind::timed) {
    for (ast::Suffix& s : std::get<ast::Timed>(copy.form).suffixes) {
      if (s.quantity.sense == ast::Sense::none) continue;
      s.quantity.sense = sense;
      s.quantity.sense_after = false;
    }
    ast::Condition& inner = copy.parts[0];
    if (auto* count = std::get_if<ast::EventCount>(&inner.form)) {
      count->quantity.sense = sense;
      count->quantity.sense_after = false;
    }
  }
  if (auto* count = std::get_if<ast::FleetCount>(&copy.form)) {
    count->quantity.sense = sense;
    count->quantity.sense_after = false;
  }
  return print(copy);
}

// `10 mb`: MB.
std::string amount_advice(std::string_view unit) {
  const Unit* meant = find_unit(unit_meant(unit));
  bool near = meant != nullptr && meant->dimension == Dimension::amount && meant->name != "B";
  return near ? fmt::format("did you mean `{}`?", meant->name)
              : "amounts of data are in B, kB, MB or GB";
}

// `owner-changed happened`, `6 months since roaming-activated`, in it somewhere?
bool asks_event(const CheckedCondition& condition) {
  if (condition.op == ConditionOp::test) {
    return condition.test->feature.kind == FeatureKind::since ||
           condition.test->feature.kind == FeatureKind::event_count;
  }
  return std::any_of(condition.parts.begin(), condition.parts.end(), asks_event);
}

// Does it ask when an event was last, without a length of time to count in?
bool asks_when_last(const ast::Condition& condition) {
  if (std::holds_alternative<ast::Since>(condition.form)) return true;
  const auto* simple = std::get_if<ast::Simple>(&condition.form);
  return simple != nullptr && simple->relation == ast::Relation::happened;
}

// `for at least 90 days within 120 days`: a count of days, or one stay?
std::string for_within_help(const std::string& inner, const std::string& form,
                            const std::string& within) {
  std::string stay = fmt::format("`({} {}) {}`", inner, form, within);
  if (!form.ends_with(" days")) return "put the inner one in brackets: " + stay;
  std::string count = form.substr(std::string("for ").size());
  if (!count.starts_with("more than ") && !count.starts_with("at least ")) {
    count = "at least " + count;
  }
  return fmt::format("days are counted so: `{} on {} {}`; one unbroken stay so: {}", inner, count,
                     within, stay);
}

}  // namespace

bool ConditionChecker::nests(const CheckedCondition& inner, bool for_allowed) const {
  if (inner.op == ConditionOp::test) {
    FeatureKind kind = inner.test->feature.kind;
    if (kind == FeatureKind::held && for_allowed) return nests(*inner.test->inner, false);
    return is_temporal(kind) || kind == FeatureKind::event_count || kind == FeatureKind::since ||
           kind == FeatureKind::data_sum || kind == FeatureKind::data_balance ||
           is_about_fleet(kind);
  }
  return std::any_of(inner.parts.begin(), inner.parts.end(),
                     [&](const CheckedCondition& part) { return nests(part, for_allowed); });
}

ConditionChecker::Checked ConditionChecker::timed(const ast::Condition& condition) {
  const auto& suffixes = std::get<ast::Timed>(condition.form).suffixes;
  const ast::Condition& inner = condition.parts[0];
  Scope scope;
  const ast::Suffix* form = nullptr;
  for (const ast::Suffix& suffix : suffixes) {
    if (is_scope(suffix.kind)) {
      add_to(scope, suffix.kind);
    } else if (form == nullptr) {
      form = &suffix;
    } else {
      error(Code::E0209, suffix.span, "two time forms follow one condition",
            form->kind == SuffixKind::for_duration && suffix.kind == SuffixKind::within
                ? for_within_help(print(inner), print(*form), print(suffix))
                : "join two conditions with `and`, each with its own time form");
      return std::nullopt;
    }
  }
  if (form == nullptr && asks_when_last(inner)) return scoped_event(condition, scope);
  if (form == nullptr) {
    error(Code::E0209, suffixes.back().span,
          fmt::format("`{}` needs something to count", print(suffixes.back())),
          fmt::format("for example `{} {} on at least 60 consecutive days`", print(inner),
                      print(suffixes.back())));
    return std::nullopt;
  }
  if (const auto* count = std::get_if<ast::EventCount>(&inner.form)) {
    return event_within(condition, *count, *form, scope);
  }
  if (const auto* simple = std::get_if<ast::Simple>(&inner.form)) {
    bool plain = simple->relation == ast::Relation::none;
    if (simple->subject == ast::Subject::silent && plain &&
        form->kind == SuffixKind::for_duration) {
      Feature feature;
      feature.kind = FeatureKind::silent;
      return held(condition, std::move(feature), *form, nullptr);
    }
    // `owner-changed within 30 days`: a name that is neither declared nor defined is an event.
    bool event = simple->subject == ast::Subject::named && plain &&
                 form->kind == SuffixKind::within && !vocabulary_.attribute(simple->name.text) &&
                 vocabulary_.define(simple->name.text) == nullptr;
    if (event) {
      ast::EventCount once;
      once.quantity.sense = ast::Sense::at_least;
      once.quantity.number.millionths = 1'000'000;
      once.event.name = simple->name;
      once.event.span = simple->subject_span;
      return event_within(condition, once, *form, scope);
    }
  }
  Checked checked = dispatch(inner);
  if (!checked) return std::nullopt;
  if (nests(*checked, form->kind == SuffixKind::within)) {
    error(Code::E0209, condition.span, "a time form stands inside another one",
          asks_event(*checked)
              ? "an event is asked for beside what is counted, joined by `and`: `owner-changed "
                "happened and roaming in BR on at least 60 consecutive days`"
              : "only `for` may stand inside `within`: `(no service for 2 hours) within 12 hours`");
    return std::nullopt;
  }
  return time_form(condition, *std::move(checked), *form, scope);
}

// `6 months since owner-changed per imei`, `owner-changed happened per imei`.
ConditionChecker::Checked ConditionChecker::scoped_event(const ast::Condition& condition,
                                                         Scope scope) {
  Checked checked = dispatch(condition.parts[0]);
  if (!checked || checked->op != ConditionOp::test) return checked;
  Feature feature = checked->test->feature;
  feature.scope = scope;
  Test holds;
  holds.text = print(condition);
  return test(std::move(feature), std::move(holds), condition.span);
}

ConditionChecker::Checked ConditionChecker::time_form(const ast::Condition& condition,
                                                      CheckedCondition inner,
                                                      const ast::Suffix& form, Scope scope) {
  auto shared = std::make_shared<const CheckedCondition>(std::move(inner));
  Feature feature;
  feature.scope = scope;
  switch (form.kind) {
    case SuffixKind::for_duration:
      feature.kind = FeatureKind::held;
      return held(condition, std::move(feature), form, shared);
    case SuffixKind::within: {
      std::optional<Period> window = window_of(form.length);
      if (!window) return std::nullopt;
      feature.kind = FeatureKind::recency;
      Test long_ago;
      long_ago.kind = Test::Kind::at_least;
      long_ago.threshold = window->count;
      if (window->unit != TimeUnit::millisecond) {
        // A calendar window differs in length from day to day: what lies before it is "never".
        feature.window = *window;
        feature.zone = zone_;
        long_ago.threshold = kNotYet;
      }
      long_ago.text = fmt::format("not ({})", print(condition));
      return CheckedCondition::negate(
          test(std::move(feature), std::move(long_ago), condition.span, shared));
    }
    case SuffixKind::for_share:
    case SuffixKind::day_share:
      return shares(condition, std::move(feature), form, shared);
    default:
      return counted(condition, std::move(feature), form, shared);
  }
}

ConditionChecker::Checked ConditionChecker::held(const ast::Condition& condition, Feature feature,
                                                 const ast::Suffix& form,
                                                 std::shared_ptr<const CheckedCondition> inner) {
  ast::Sense sense = form.quantity.sense;
  if (sense == ast::Sense::fewer_than || sense == ast::Sense::at_most) {
    error(Code::E0208, form.span, "`for` says how long a condition has held at least",
          fmt::format("for less time write `{} and not ({} for {})`", print(condition.parts[0]),
                      print(condition.parts[0]), print(form.length)));
    return std::nullopt;
  }
  std::optional<Duration> period = elapsed(form.length);
  if (period && period->ms == 0 && sense != ast::Sense::more_than) {
    error(Code::E0321, form.span, "every condition holds for at least no time",
          "leave it out, or say how long");
    return std::nullopt;
  }
  if (!period) {
    error(Code::E0210, form.length.span, "`for` needs a length of elapsed time",
          "months and years differ in length; write days or hours, or count days: `on at least 60 "
          "consecutive days`");
    return std::nullopt;
  }
  Test long_enough;
  long_enough.kind = Test::Kind::at_least;
  long_enough.threshold = period->ms + (sense == ast::Sense::more_than ? 1 : 0);
  long_enough.text = print(condition);
  return test(std::move(feature), std::move(long_enough), condition.span, std::move(inner));
}

std::optional<std::int64_t> ConditionChecker::whole_count(const ast::Quantity& quantity) {
  std::int64_t millionths = quantity.number.millionths;
  constexpr std::int64_t kCountMax = 1'000'000;
  if (quantity.sense == ast::Sense::none) {
    std::string n = print_millionths(millionths);
    error(Code::E0208, quantity.span, fmt::format("`{}` is not exact enough", n),
          fmt::format("write `at least {0}`, `more than {0}`, `at most {0}`, `fewer than {0}` or "
                      "`exactly {0}`",
                      n));
    return std::nullopt;
  }
  if (millionths < 0 || millionths % 1'000'000 != 0 || millionths / 1'000'000 > kCountMax) {
    error(Code::E0112, quantity.number.span, "a count is a whole number up to a million", "");
    return std::nullopt;
  }
  return millionths / 1'000'000;
}

std::optional<ScaledThreshold> ConditionChecker::share_of(const ast::Quantity& quantity,
                                                          std::int64_t whole) {
  std::int64_t percent = quantity.number.millionths;
  if (quantity.sense == ast::Sense::none) {
    std::string n = print_millionths(percent);
    error(Code::E0208, quantity.span, fmt::format("`{}%` is not exact enough", n),
          fmt::format(
              "write `more than {0}%`, `at least {0}%`, `at most {0}%` or `fewer than {0}%`", n));
    return std::nullopt;
  }
  if (percent < 0 || percent > 100'000'000) {
    error(Code::E0112, quantity.number.span, "a share lies between 0% and 100%", "");
    return std::nullopt;
  }
  __int128 scaled = static_cast<__int128>(percent) * whole;
  return ScaledThreshold{static_cast<std::int64_t>(scaled / 100'000'000),
                         scaled % 100'000'000 == 0};
}

// One test or two for a quantity; `condition` gives the words.
ConditionChecker::Checked ConditionChecker::quantified(
    const ast::Condition& condition, const Feature& feature, const ast::Quantity& quantity,
    ScaledThreshold threshold, std::optional<std::int64_t> most,
    std::shared_ptr<const CheckedCondition> inner) {
  if (!asks_something(condition, quantity, threshold, most)) return std::nullopt;
  auto reached = [&](std::int64_t bound, ast::Sense shown) {
    Test t;
    t.kind = Test::Kind::at_least;
    t.threshold = bound;
    t.text = with_sense(condition, shown);
    return test(feature, std::move(t), condition.span, inner);
  };
  switch (quantity.sense) {
    case ast::Sense::at_least:
      return reached(threshold.at_least(), ast::Sense::at_least);
    case ast::Sense::more_than:
      return reached(threshold.more_than(), ast::Sense::more_than);
    case ast::Sense::fewer_than:
      return CheckedCondition::negate(reached(threshold.at_least(), ast::Sense::at_least));
    case ast::Sense::at_most:
      return CheckedCondition::negate(reached(threshold.more_than(), ast::Sense::more_than));
    default: {
      std::vector<CheckedCondition> both;
      both.push_back(reached(threshold.at_least(), ast::Sense::at_least));
      both.push_back(
          CheckedCondition::negate(reached(threshold.more_than(), ast::Sense::more_than)));
      return CheckedCondition::all_of(std::move(both), condition.span);
    }
  }
}

ConditionChecker::Checked ConditionChecker::shares(const ast::Condition& condition, Feature feature,
                                                   const ast::Suffix& form,
                                                   std::shared_ptr<const CheckedCondition> inner) {
  std::int64_t whole = 0;
  if (form.kind == SuffixKind::for_share) {
    std::optional<Duration> period = elapsed(form.length);
    if (!period || period->ms == 0) {
      error(Code::E0210, form.length.span, "a share of time needs a length of elapsed time",
            "months and years differ in length; write days");
      return std::nullopt;
    }
    feature.kind = FeatureKind::held_share;
    feature.window = {period->ms, TimeUnit::millisecond};
    whole = period->ms;
  } else {
    std::optional<Period> period = calendar_period(form.length);
    if (!period || period->unit != TimeUnit::day || period->count == 0) {
      error(Code::E0210, form.length.span, "a share of days needs a window of days",
            "months and years differ in length; write days, such as `within 120 days`");
      return std::nullopt;
    }
    feature.kind = FeatureKind::day_share;
    feature.window = *period;
    feature.zone = zone_;
    whole = period->count;
  }
  std::optional<ScaledThreshold> threshold = share_of(form.quantity, whole);
  if (!threshold) return std::nullopt;
  return quantified(condition, feature, form.quantity, *threshold, whole, std::move(inner));
}

ConditionChecker::Checked ConditionChecker::counted(const ast::Condition& condition,
                                                    Feature feature, const ast::Suffix& form,
                                                    std::shared_ptr<const CheckedCondition> inner) {
  std::optional<std::int64_t> count = whole_count(form.quantity);
  if (!count) return std::nullopt;
  std::optional<std::int64_t> most;
  feature.zone = zone_;
  switch (form.kind) {
    case SuffixKind::consecutive:
      feature.kind = FeatureKind::consecutive_days;
      if (form.gaps) {
        std::optional<Period> gap = calendar_period(*form.gaps);
        if (!gap || gap->unit != TimeUnit::day) {
          error(Code::E0210, form.gaps->span, "a gap is a number of days",
                "for example `allowing gaps of 6 days`");
          return std::nullopt;
        }
        feature.gap_days = static_cast<std::int32_t>(gap->count);
      }
      break;
    case SuffixKind::window_count: {
      std::optional<Period> period = calendar_period(form.length);
      bool weeks = form.unit == ast::CountedUnit::weeks;
      bool months = form.unit == ast::CountedUnit::months;
      // Weeks of a year are asked for in weeks, months in months: buckets do not split.
      if (period && weeks) {
        bool whole = period->unit == TimeUnit::day && period->count % 7 == 0;
        period = whole ? std::optional(Period{period->count / 7, TimeUnit::week}) : std::nullopt;
      }
      if (period && months && period->unit != TimeUnit::month) period.reset();
      if (!period || period->count == 0) {
        error(Code::E0210, form.length.span,
              fmt::format("the window does not consist of whole {}", weeks    ? "weeks"
                                                                     : months ? "months"
                                                                              : "days"),
              "for example `on at least 91 days within 120 days`, `on at least 6 months within 12 "
              "months`");
        return std::nullopt;
      }
      feature.kind = FeatureKind::window_count;
      feature.bucket = weeks ? TimeUnit::week : months ? TimeUnit::month : TimeUnit::day;
      feature.window = *period;
      bool days_of_months = feature.bucket == TimeUnit::day && period->unit == TimeUnit::month;
      most = period->count * (days_of_months ? 31 : 1);
      break;
    }
    default:
      if (form.unit != ast::CountedUnit::days) {
        error(Code::E0208, form.span, "days are what is counted in a calendar year or month",
              "for example `on at least 120 days in this calendar year`");
        return std::nullopt;
      }
      feature.kind = FeatureKind::calendar_count;
      feature.window = {1,
                        form.kind == SuffixKind::calendar_year ? TimeUnit::year : TimeUnit::month};
      most = form.kind == SuffixKind::calendar_year ? 366 : 31;
      break;
  }
  Checked counts = quantified(condition, feature, form.quantity, {*count, true}, most, inner);
  if (!counts) return std::nullopt;
  if (form.kind != SuffixKind::consecutive || form.gaps) return counts;
  // A run without gaps needs the condition now, whatever is asked of its length (semantics 9).
  bool implied = form.quantity.sense == ast::Sense::at_least;
  implied |= form.quantity.sense == ast::Sense::more_than;
  implied |= form.quantity.sense == ast::Sense::exactly && *count > 0;
  if (implied) return counts;
  std::vector<CheckedCondition> both;
  both.push_back(*inner);
  both.back().needed_now = true;
  both.push_back(*std::move(counts));
  return CheckedCondition::all_of(std::move(both), condition.span);
}

// --- events and data
// --------------------------------------------------------------------------------

std::optional<EventQuestion> ConditionChecker::event(const ast::Event& event) {
  EventQuestion question;
  switch (event.word) {
    case ast::EventWord::switches:
      question.kind = EventKind::switches;
      break;
    case ast::EventWord::commanded_switches:
      question.kind = EventKind::commanded_switches;
      break;
    case ast::EventWord::rejected:
      question.kind = EventKind::rejected;
      break;
    case ast::EventWord::alert:
      question.kind = EventKind::alert;
      question.name = event.name.text;
      asked_events_.push_back({true, event.name.text, event.name.span});
      break;
    case ast::EventWord::named:
      question.kind = EventKind::named;
      question.name = event.name.text;
      asked_events_.push_back({false, event.name.text, event.name.span});
      break;
  }
  note_repeats(event.causes, diagnostics_);
  for (const ast::Value& cause : event.causes) {
    bool valid = cause.kind == ast::Value::Kind::amount && cause.unit.empty() &&
                 cause.millionths % 1'000'000 == 0 && cause.millionths > 0 &&
                 cause.millionths <= 255'000'000;
    if (!valid) {
      error(Code::E0212, cause.span, fmt::format("`{}` is not a 3GPP cause", print(cause)),
            "causes are numbers from 1 to 255, such as 11 (PLMN not allowed)");
      return std::nullopt;
    }
    question.causes.push_back(static_cast<std::uint16_t>(cause.millionths / 1'000'000));
  }
  std::sort(question.causes.begin(), question.causes.end());
  question.causes.erase(std::unique(question.causes.begin(), question.causes.end()),
                        question.causes.end());
  return question;
}

std::optional<Period> ConditionChecker::window_of(const ast::TimeLength& length) {
  // Hours, days and weeks are elapsed time here, months and years the calendar's (semantics 8).
  std::optional<Duration> period = elapsed(length);
  if (period && period->ms > 0) return Period{period->ms, TimeUnit::millisecond};
  std::optional<Period> months = calendar_period(length);
  if (months && months->count > 0) return months;
  error(Code::E0210, length.span, "this is not a length of time to look back over",
        "for example `within 30 days`");
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::event_within(const ast::Condition& condition,
                                                         const ast::EventCount& count,
                                                         const ast::Suffix& form, Scope scope) {
  if (form.kind != SuffixKind::within) {
    error(Code::E0209, form.span, "events are counted within a length of time",
          "for example `at least 3 rejected with 11, 13 within 6 hours`");
    return std::nullopt;
  }
  if (counts_time(count)) return counts_nothing(condition.span);
  std::optional<std::int64_t> number = whole_count(count.quantity);
  std::optional<EventQuestion> question = event(count.event);
  std::optional<Period> window = window_of(form.length);
  if (!number || !question || !window) return std::nullopt;
  Feature feature;
  feature.kind = FeatureKind::event_count;
  feature.event = *std::move(question);
  feature.window = *window;
  feature.zone = window->unit == TimeUnit::millisecond ? "" : zone_;
  feature.scope = scope;
  return quantified(condition, feature, count.quantity, {*number, true}, {}, nullptr);
}

ConditionChecker::Checked ConditionChecker::since(const ast::Condition& condition) {
  const auto& written = std::get<ast::Since>(condition.form);
  std::optional<EventQuestion> question = event(written.event);
  std::optional<Period> window = window_of(written.length);
  if (!question || !window) return std::nullopt;
  Feature feature;
  feature.kind = FeatureKind::since;
  feature.window = *window;
  feature.event = *std::move(question);
  feature.zone = window->unit == TimeUnit::millisecond ? "" : zone_;
  Test holds;
  holds.text = print(condition);
  return test(std::move(feature), std::move(holds), condition.span);
}

// The fleet counts today's devices; their past is not kept (semantics 22a).
ConditionChecker::Checked ConditionChecker::fleet_count(const ast::Condition& condition) {
  const auto& written = std::get<ast::FleetCount>(condition.form);
  std::optional<std::int64_t> number = whole_count(written.quantity);
  std::optional<AttributeIndex> attribute = vocabulary_.attribute(written.attribute.text);
  if (!attribute) {
    ast::Simple use;
    use.name = written.attribute;
    use.subject_span = written.attribute.span;
    use.relation = ast::Relation::known;
    if (!vocabulary_.is_forgiven(written.attribute.text)) vocabulary_.unknown_attribute(use);
    return std::nullopt;
  }
  if (!number) return std::nullopt;
  Feature feature;
  feature.kind = FeatureKind::fleet_count;
  feature.subject = *attribute;
  return quantified(condition, feature, written.quantity, {*number, true}, {}, nullptr);
}

std::optional<ConditionChecker::Sum> ConditionChecker::sum(const ast::Condition& condition) {
  const auto* timed = std::get_if<ast::Timed>(&condition.form);
  const auto* data =
      timed == nullptr ? nullptr : std::get_if<ast::Simple>(&condition.parts[0].form);
  bool shaped = data != nullptr && data->subject == ast::Subject::data &&
                (data->relation == ast::Relation::none || data->relation == ast::Relation::in);
  const ast::Suffix* within = nullptr;
  Scope scope;
  for (std::size_t i = 0; shaped && i < timed->suffixes.size(); ++i) {
    const ast::Suffix& suffix = timed->suffixes[i];
    if (is_scope(suffix.kind)) {
      add_to(scope, suffix.kind);
    } else {
      shaped = within == nullptr && suffix.kind == SuffixKind::within;
      within = &suffix;
    }
  }
  shaped = shaped && within != nullptr;
  if (!shaped) {
    const auto* compared_before = std::get_if<ast::Simple>(&condition.form);
    bool sums = compared_before != nullptr && compared_before->subject == ast::Subject::data;
    bool twice = compared_before != nullptr && !compared_before->values.empty() && !sums;
    bool days = compared_before != nullptr && compared_before->name.text == "days";
    error(Code::E0209, condition.span, "only sums of data are compared so",
          days    ? "days are counted so: `roaming in BR on more than 90 consecutive days`"
          : twice ? "two comparisons are two conditions, joined by `and`"
                  : "say of which time: `data in CN within 30 days > 10 MB`");
    return std::nullopt;
  }
  Sum result;
  result.scope = scope;
  if (data->relation == ast::Relation::in) {
    std::optional<CountrySet> countries = vocabulary_.countries(data->values, "an amount of data");
    if (!countries) return std::nullopt;
    result.countries = *countries;
  }
  // Days are calendar days here, today and the days before (semantics 7).
  const ast::TimeLength& length = within->length;
  std::optional<Period> window = calendar_period(length);
  if (!window || window->count == 0) window = window_of(length);
  if (!window) return std::nullopt;
  result.window = *window;
  return result;
}

ConditionChecker::Checked ConditionChecker::sum_compared(const ast::Condition& condition) {
  const auto& written = std::get<ast::SumCompared>(condition.form);
  std::optional<Sum> left = sum(condition.parts[0]);
  if (!left) return std::nullopt;
  Feature feature;
  feature.countries = left->countries;
  feature.window = left->window;
  feature.scope = left->scope;
  feature.zone = left->window.unit == TimeUnit::millisecond ? "" : zone_;
  std::string words = print(condition.parts[0]);
  if (written.amount) {
    const Unit* unit = find_unit(written.amount->unit);
    if (unit == nullptr || unit->dimension != Dimension::amount) {
      error(Code::E0206, written.amount->span,
            fmt::format("`{}` is not an amount of data", print(*written.amount)),
            amount_advice(written.amount->unit));
      return std::nullopt;
    }
    std::optional<ScaledThreshold> bytes =
        scale(written.amount->millionths, *unit, *find_unit("B"), 1);
    if (!bytes) {
      error(Code::E0112, written.amount->span, "the amount is out of range", "");
      return std::nullopt;
    }
    feature.kind = FeatureKind::data_sum;
    return compared(feature, written.relation, *bytes, words, print(*written.amount),
                    condition.span);
  }
  std::optional<Sum> right = sum(condition.parts[1]);
  if (!right) return std::nullopt;
  if (!(right->window == left->window)) {
    error(Code::E0209, condition.span, "the two sums look back over different times",
          "use one length of time on both sides");
    return std::nullopt;
  }
  if (!(right->scope == left->scope)) {
    error(Code::E0209, condition.span, "the two sums are of different rows",
          "write the same scope on both sides: `data in CN within 30 days per imei > data in GB "
          "within 30 days per imei`");
    return std::nullopt;
  }
  if (left->countries.empty() || right->countries.empty()) {
    error(Code::E0209, condition.span, "each of two compared sums names its countries",
          "for example `data in CN within 30 days > data in GB within 30 days`");
    return std::nullopt;
  }
  feature.kind = FeatureKind::data_balance;
  feature.other_countries = right->countries;
  return compared(feature, written.relation, {0, true}, words, print(condition.parts[1]),
                  condition.span);
}

}  // namespace sojourn::lang
