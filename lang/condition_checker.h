// Private to lang. Conditions of an Ast -> CheckedConditions.
//
// check_condition.cc holds the built-in conditions, check_attribute.cc the declared ones,
// check_time.cc those about time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/base/diagnostic.h"
#include "lang/ast.h"
#include "lang/checked_policy.h"
#include "lang/event_names.h"
#include "lang/units.h"
#include "lang/vocabulary.h"

namespace sojourn::lang {

Feature feature_of(FeatureKind kind, std::uint32_t subject = 0);
// A simple condition as `fmt` writes it, with another relation or other values.
std::string words_of(const ast::Simple& s, ast::Relation relation,
                     const std::vector<ast::Value>& values);
std::string words_of(const ast::Simple& s, ast::Relation relation);

// The checker returns nothing where an error was reported (or forgiven): the caller goes on with
// what is left, so that one mistake is one message.
class ConditionChecker {
 public:
  ConditionChecker(Vocabulary& vocabulary, DiagnosticList& diagnostics)
      : vocabulary_(vocabulary), diagnostics_(diagnostics) {}

  // `zone`: whose midnight ends a day; "" = the policy's.
  std::optional<CheckedCondition> check(const ast::Condition& condition, const std::string& zone);

  // What was asked about without being declared.
  const std::vector<AskedEvent>& asked_events() const { return asked_events_; }

 private:
  using Checked = std::optional<CheckedCondition>;

  // --- check_condition.cc: simple conditions ---
  Checked dispatch(const ast::Condition& condition);
  Checked joined(const ast::Condition& condition);
  Checked simple(const ast::Simple& s, Span span);
  Checked known_or_not(const ast::Simple& s, Feature feature, Span span);
  Checked flag(const ast::Simple& s, Feature feature, Span span);
  Checked region(const ast::Simple& s, Span span);
  Checked countries(const ast::Simple& s, Feature feature, std::string_view what, Span span);
  Checked roaming(const ast::Simple& s, Span span);
  Checked breakout(const ast::Simple& s, Span span);
  Checked plmn(const ast::Simple& s, Span span);
  Checked profile(const ast::Simple& s, Feature feature, Span span);
  Checked installed(const ast::Simple& s, Span span);
  Checked rat(const ast::Simple& s, Span span);
  Checked measured(const ast::Simple& s, const Feature& feature, std::string_view base_unit,
                   std::int64_t steps, Span span);
  Checked date(const ast::Simple& s, Span span);
  CheckedCondition from_date(Day day, Span span) const;
  CheckedCondition until_date(Day day, Span span) const;
  Checked time_of_day(const ast::Simple& s, Span span);

  // Builds.
  Checked one_of(const ast::Simple& s, Feature feature, std::vector<std::int64_t> symbols,
                 Span span);
  CheckedCondition test(Feature feature, Test test, Span span,
                        std::shared_ptr<const CheckedCondition> inner = nullptr) const;
  // `relation` between the feature and a threshold, in positive tests and negations; `words` is the
  // left side as the author wrote it, `number` the right.
  CheckedCondition compared(const Feature& feature, ast::Relation relation,
                            const ScaledThreshold& threshold, const std::string& words,
                            const std::string& number, Span span,
                            const std::shared_ptr<const CheckedCondition>& inner = nullptr) const;
  // Is the relation = != in / not in? Else says that `what` cannot be compared so.
  bool is_choice(const ast::Simple& s, std::string_view what, Span span);
  static bool is_negative(ast::Relation relation) {
    return relation == ast::Relation::not_equal || relation == ast::Relation::not_in;
  }

  // --- check_attribute.cc: declared attributes and conditions ---
  Checked named(const ast::Simple& s, Span span);
  Checked defined(const ast::Define& define, const ast::Simple& s, Span span);
  bool takes_in(const CheckedCondition& named, Span span);
  void too_deep(Span span);
  void definitions_limited(Span span, std::string message);
  Checked choice(const ast::Simple& s, AttributeIndex index, Span span);
  Checked text(const ast::Simple& s, AttributeIndex index, Span span);
  Checked membership(const ast::Simple& s, AttributeIndex index, Span span);
  std::vector<std::int64_t> member_symbols(const ast::Value& value, AttributeIndex index);
  std::optional<std::int64_t> choice_symbol(const ast::Value& value, AttributeIndex index);

  // --- check_time.cc: conditions about time ---
  Checked timed(const ast::Condition& condition);
  Checked sum_compared(const ast::Condition& condition);
  Checked since(const ast::Condition& condition);
  Checked fleet_count(const ast::Condition& condition);
  Checked event_within(const ast::Condition& condition, const ast::EventCount& count,
                       const ast::Suffix& form, Scope scope);
  Checked scoped_event(const ast::Condition& condition, Scope scope);
  Checked time_form(const ast::Condition& condition, CheckedCondition inner,
                    const ast::Suffix& form, Scope scope);
  Checked held(const ast::Condition& condition, Feature feature, const ast::Suffix& form,
               std::shared_ptr<const CheckedCondition> inner);
  Checked shares(const ast::Condition& condition, Feature feature, const ast::Suffix& form,
                 std::shared_ptr<const CheckedCondition> inner);
  Checked counted(const ast::Condition& condition, Feature feature, const ast::Suffix& form,
                  std::shared_ptr<const CheckedCondition> inner);
  // `most`: what the count can reach; absent: there is no end to it.
  Checked quantified(const ast::Condition& condition, const Feature& feature,
                     const ast::Quantity& quantity, ScaledThreshold threshold,
                     std::optional<std::int64_t> most,
                     std::shared_ptr<const CheckedCondition> inner);
  std::optional<std::int64_t> whole_count(const ast::Quantity& quantity);
  std::optional<ScaledThreshold> share_of(const ast::Quantity& quantity, std::int64_t whole);
  std::optional<EventQuestion> event(const ast::Event& event);
  struct Sum {
    CountrySet countries;
    Period window;
    Scope scope;
  };
  std::optional<Sum> sum(const ast::Condition& condition);
  std::optional<Period> window_of(const ast::TimeLength& length);
  bool nests(const CheckedCondition& inner, bool for_allowed) const;

  // --- check_intent.cc: what was meant where the words are right and the sense is not ---
  std::string another_value(const ast::Condition& joined, std::size_t index);
  bool is_unknown_word(const ast::Condition& condition);
  static bool counts_time(const ast::EventCount& count);
  Checked counts_nothing(Span span);
  static bool tells_shares_apart(ast::Relation relation, std::int64_t millionths);
  bool asks_something(const ast::Condition& condition, const ast::Quantity& quantity,
                      const ScaledThreshold& threshold, std::optional<std::int64_t> most);
  void note_missing_breakouts(const std::string& asked, Span span);
  void note_shared_codes(const CountrySet& asked, std::string_view subject, Span span);

  void error(Code code, Span span, std::string message, std::string help = {});

  Vocabulary& vocabulary_;
  DiagnosticList& diagnostics_;
  std::string zone_;
  std::map<std::pair<const ast::Define*, std::string>, Checked> defined_;
  std::vector<const ast::Define*> under_way_;
  std::vector<AskedEvent> asked_events_;
  std::size_t defined_parts_ = 0;  // taken in by names of definitions so far
  bool limit_told_ = false;        // that definitions are too deep or too many: once
  bool breakout_told_ = false;     // that profiles declare none: once
  std::set<std::uint16_t> shared_codes_told_;
  std::string hint_;  // for the next word, if nobody declared it
};

}  // namespace sojourn::lang
