// What must never happen, what is limited, what is promised.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/law_checker.h"
#include "lang/print.h"
#include "lang/rule_text.h"
#include "lang/units.h"
#include "lang/zone_names.h"

namespace sojourn::lang {
namespace {

using ClauseKind = ast::BanClause::Kind;

std::string_view word_of(ClauseKind kind) {
  switch (kind) {
    case ClauseKind::never:
      return "never";
    case ClauseKind::source:
      return "source";
    case ClauseKind::certainty:
      return "certainty";
    case ClauseKind::from:
      return "from";
    case ClauseKind::until:
      return "until";
    case ClauseKind::zone:
      return "timezone";
    case ClauseKind::notice:
      return "notice";
    case ClauseKind::assuming:
      return "assuming";
    case ClauseKind::remedy:
      return "remedy";
    case ClauseKind::in_doubt:
      return "in doubt counts";
    case ClauseKind::counting_from:
      return "counting from";
  }
  return "";
}

template <class Visit>  // void(const CheckedTest&, Span)
void for_each_test(const CheckedCondition& condition, const Visit& visit) {
  if (condition.op == ConditionOp::test) {
    visit(*condition.test, condition.span);
    if (condition.test->inner) for_each_test(*condition.test->inner, visit);
  }
  for (const CheckedCondition& part : condition.parts) for_each_test(part, visit);
}

// Where a form is written whose first violating day nobody can tell (semantics 19).
std::optional<Span> form_without_day(const CheckedCondition& condition) {
  std::optional<Span> found;
  for_each_test(condition, [&](const CheckedTest& test, Span span) {
    FeatureKind kind = test.feature.kind;
    bool without = kind == FeatureKind::event_count || kind == FeatureKind::data_sum ||
                   kind == FeatureKind::data_balance || is_about_fleet(kind);
    if (without && !found) found = span;
  });
  return found;
}

bool counts_days(const CheckedCondition& condition) {
  bool found = false;
  for_each_test(condition, [&](const CheckedTest& test, Span) {
    found = found || is_temporal(test.feature.kind);
  });
  return found;
}

}  // namespace

struct LawChecker::Clauses {
  std::array<const ast::BanClause*, 11> of{};
  const ast::BanClause* operator[](ClauseKind kind) const {
    return of[static_cast<std::size_t>(kind)];
  }
};

void LawChecker::error(Code code, Span span, std::string message, std::string help) {
  diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
}

Origin LawChecker::origin_of(Span span) const {
  Location at = sources_.location(span);
  return {std::string(at.path), at.line};
}

// --- bans ----------------------------------------------------------------------------------------

bool LawChecker::gather(const ast::Ban& written, Clauses& clauses) {
  bool sound = true;
  for (const ast::BanClause& clause : written.clauses) {
    const ast::BanClause*& first = clauses.of[static_cast<std::size_t>(clause.kind)];
    bool refused =
        written.forbids_change &&
        (clause.kind == ClauseKind::notice || clause.kind == ClauseKind::remedy ||
         clause.kind == ClauseKind::assuming || clause.kind == ClauseKind::counting_from);
    if (refused) {
      error(Code::E0210, clause.span,
            fmt::format("`{}` has no meaning with `forbid change`", word_of(clause.kind)),
            "keeping what is enabled never violates it");
      sound = false;
    } else if (first == nullptr) {
      first = &clause;
    } else {
      Diagnostic d = make_diagnostic(
          Code::E0210, clause.span, fmt::format("`{}` stands twice", word_of(clause.kind)),
          clause.kind == ClauseKind::never
              ? "join the two conditions with `or`, or write a second ban"
              : "leave one of them out");
      d.labels.push_back({first->span, "the first one"});
      diagnostics_.add(std::move(d));
      sound = false;
    }
  }
  if (clauses[ClauseKind::never] == nullptr) {
    error(Code::E0109, written.name ? written.name->span : written.span,
          "the ban does not say what must never happen",
          "for example `never roaming in BR per profile on more than 90 consecutive days`");
    sound = false;
  }
  return sound;
}

void LawChecker::enter_name(const ast::Ban& written) {
  if (!written.name) return;
  auto [at, added] = ban_names_.emplace(written.name->text, written.name->span);
  if (added) return;
  Diagnostic d = make_diagnostic(Code::E0207, written.name->span,
                                 fmt::format("two bans are called `{}`", written.name->text),
                                 "give one of them another name");
  d.labels.push_back({at->second, "the first one"});
  diagnostics_.add(std::move(d));
}

void LawChecker::add(const ast::Ban& written) {
  enter_name(written);
  Clauses clauses;
  if (!gather(written, clauses)) return;
  CheckedBan checked;
  checked.span = written.span;
  checked.name_span = written.name ? written.name->span
                                   : Span{written.span.source, written.span.begin,
                                          written.span.begin + 6};  // `forbid`
  Ban& ban = checked.ban;
  ban.forbids_change = written.forbids_change;
  if (written.name) ban.name = written.name->text;
  if (written.text) ban.text = written.text->text;
  ban.origin = origin_of(written.span);
  ban.written = joined(ban_lines(written));
  if (const auto* clause = clauses[ClauseKind::source]) ban.source = clause->name.text;
  if (const auto* clause = clauses[ClauseKind::certainty]) {
    ban.certainty = clause->name.text;
    static const std::vector<std::string_view> kLevels = {"law", "reported", "contract", "weak"};
    if (std::find(kLevels.begin(), kLevels.end(), ban.certainty) == kLevels.end()) {
      std::string_view near = nearest_spelling(ban.certainty, kLevels);
      error(Code::E0210, clause->name.span,
            fmt::format("`{}` is not a level of certainty", ban.certainty),
            near.empty() ? "`law` (text or regulator seen), `reported`, `contract` or `weak`"
                         : fmt::format("did you mean `{}`?", near));
    }
  }
  if (const auto* clause = clauses[ClauseKind::zone]) {
    if (is_zone(clause->name, diagnostics_)) ban.zone = clause->name.text;
  }
  ban.in_doubt_counts = clauses[ClauseKind::in_doubt] != nullptr;
  checked.never = conditions_.check(*clauses[ClauseKind::never]->condition, ban.zone);
  check_times(clauses, checked);
  if (checked.never) {
    check_notice(clauses, checked);
    check_counting(clauses, checked);
  }
  check_remedy(clauses, checked);
  if (checked.never) bans_.push_back(std::move(checked));
}

void LawChecker::check_times(const Clauses& clauses, CheckedBan& checked) {
  const ast::BanClause *from = clauses[ClauseKind::from], *until = clauses[ClauseKind::until];
  if (from != nullptr) checked.from_day = from->day.number;
  if (until != nullptr) checked.until_day = until->day.number;
  if (from != nullptr && until != nullptr && until->day < from->day) {
    Diagnostic d = make_diagnostic(Code::E0210, until->span, "the ban ends before it begins",
                                   "exchange the two dates");
    d.labels.push_back({from->span, "it begins here"});
    diagnostics_.add(std::move(d));
  }
  if (const auto* clause = clauses[ClauseKind::assuming]) {
    if (std::optional<Duration> within = elapsed(clause->length)) {
      checked.ban.assuming = *within;
    } else {
      error(Code::E0210, clause->length.span, "a switch takes a length of elapsed time",
            "for example `assuming a switch completes within 5 days`");
    }
  }
}

void LawChecker::check_notice(const Clauses& clauses, CheckedBan& checked) {
  const ast::BanClause* clause = clauses[ClauseKind::notice];
  if (clause == nullptr) return;
  if (std::optional<Span> form = form_without_day(*checked.never)) {
    Diagnostic d = make_diagnostic(
        Code::E0217, clause->span, "this ban has no first violating day to give notice of",
        "events, data and fleets come and go: leave `notice` out, and ask for a lower number in a "
        "rule that warns");
    d.labels.push_back({*form, "nobody can tell on which day this will be reached"});
    diagnostics_.add(std::move(d));
    return;
  }
  std::optional<Period> days = calendar_period(clause->length);
  if (!days || days->unit != TimeUnit::day || days->count > limits::kNoticeDaysMax) {
    error(Code::E0210, clause->length.span, "notice is given in days, at most a year of them",
          "for example `notice 10 days`");
    return;
  }
  checked.ban.notice_days = static_cast<std::int32_t>(days->count);
}

void LawChecker::check_counting(const Clauses& clauses, CheckedBan& checked) {
  const ast::BanClause* clause = clauses[ClauseKind::counting_from];
  if (clause == nullptr) return;
  if (!counts_days(*checked.never)) {
    error(Code::E0217, clause->span, "this ban counts no days, so there is nothing to count from",
          "leave the clause out; when a ban begins, `from 2024-10-17` says");
    return;
  }
  checked.counting_from_day = clause->day.number;
  const ast::BanClause* until = clauses[ClauseKind::until];
  if (until == nullptr || clause->day <= until->day) return;
  Diagnostic d =
      make_diagnostic(Code::E0210, clause->span, "nothing is counted before the ban ends",
                      "exchange the two dates");
  d.labels.push_back({until->span, "it ends here"});
  diagnostics_.add(std::move(d));
}

void LawChecker::check_remedy(const Clauses& clauses, CheckedBan& checked) {
  const ast::BanClause* clause = clauses[ClauseKind::remedy];
  if (clause == nullptr) return;
  checked.remedy = actions_.check(clause->actions, clause->span, checked.ban.zone);
  if (checked.remedy->action.kind != Action::Kind::profile) {
    error(Code::E0217, clause->span, "the remedy names no profile",
          "what is enabled is unlawful then; say what to enable instead: `remedy profile = "
          "vivo-local`");
  }
  if (checked.remedy->action.rollout) {
    error(Code::E0217, clause->span, "a remedy is not rolled out in stages",
          "the law holds for every device; a rule that comes earlier may have a `rollout`");
  }
}

// --- guards --------------------------------------------------------------------------------------

std::optional<std::int64_t> LawChecker::device_count(const ast::Number& number) {
  constexpr std::int64_t kCountMax = 1'000'000'000;
  if (number.millionths >= 0 && number.millionths % 1'000'000 == 0 &&
      number.millionths / 1'000'000 <= kCountMax) {
    return number.millionths / 1'000'000;
  }
  error(Code::E0112, number.span, "a count is a whole number up to a thousand million", "");
  return std::nullopt;
}

void LawChecker::add(const ast::Guard& written, const FindRule& rule_named) {
  using Written = ast::Guard::Kind;
  Guard guard;
  guard.origin = origin_of(written.span);
  guard.written = print(written);
  bool sound = true;
  auto count_into = [&](const ast::Number& number, std::int64_t& into) {
    std::optional<std::int64_t> count = device_count(number);
    sound = sound && count;
    into = count.value_or(0);
  };
  auto share_into = [&](const ast::Number& percent, std::int64_t& into) {
    bool fits = percent.millionths >= 0 && percent.millionths <= 100'000'000 &&
                percent.millionths % 100 == 0;
    if (!fits) {
      error(Code::E0112, percent.span, "a share lies between 0% and 100%, with at most 4 decimals",
            "");
    }
    sound = sound && fits;
    into = percent.millionths / 100;
  };
  switch (written.kind) {
    case Written::switches:
      guard.kind = Guard::Kind::switches;
      count_into(written.most, guard.most);
      break;
    case Written::fleet_share:
      guard.kind = Guard::Kind::fleet_share;
      share_into(written.most, guard.most);
      break;
    case Written::devices:
      guard.kind = Guard::Kind::fleet_count;
      count_into(written.most, guard.most);
      break;
    case Written::approval:
      guard.kind = Guard::Kind::approval;
      count_into(written.most, guard.most);
      break;
    case Written::abort:
      guard.kind = Guard::Kind::abort;
      share_into(written.most, guard.most);
      count_into(written.least, guard.least);
      if (sound && guard.most == 0) {
        error(Code::E0321, written.most.span, "at least 0% have always failed",
              "say which share is too much: `abort when at least 20% fail after at least 10`");
        sound = false;
      }
      break;
  }
  if (written.window) {
    std::optional<Duration> window = elapsed(*written.window);
    if (window && window->ms > 0) {
      guard.window = *window;
    } else {
      error(Code::E0210, written.window->span, "a guard counts over a length of elapsed time",
            "months and years differ in length; write days: `within 30 days`");
      sound = false;
    }
  }
  guard.except_bans = written.except_bans;
  for (const ast::Name& name : written.except_rules) {
    std::optional<std::uint32_t> rule = rule_named(name);
    sound = sound && rule;
    if (rule) guard.except_rules.push_back(*rule);
  }
  if (!sound) return;
  guards_.push_back(std::move(guard));
  guard_spans_.push_back(written.span);
}

// --- assertions ----------------------------------------------------------------------------------

void LawChecker::add(const ast::Assertion& written) {
  CheckedAssertion checked;
  checked.span = written.span;
  checked.assertion.origin = origin_of(written.span);
  checked.assertion.written = joined(assertion_lines(written, false));
  std::optional<CheckedCondition> condition = conditions_.check(written.condition, "");
  checked.outcome = actions_.check(written.actions, written.span, "");
  bool only_outcome =
      written.actions.size() == 1 && (written.actions[0].kind == ast::Action::Kind::choose ||
                                      written.actions[0].kind == ast::Action::Kind::keep);
  if (!only_outcome) {
    error(Code::E0217, written.actions.back().span, "an assertion is about an outcome alone",
          "write `then profile = a`, `then profile = a or b` or `then keep`");
    return;
  }
  if (!condition) return;
  checked.condition = *std::move(condition);
  assertions_.push_back(std::move(checked));
}

void LawChecker::finish(CheckedPolicy& policy) {
  policy.bans = std::move(bans_);
  policy.guards = std::move(guards_);
  policy.guard_spans = std::move(guard_spans_);
  policy.assertions = std::move(assertions_);
}

}  // namespace sojourn::lang
