// The grammar of rule files, in PEGTL: the only file that knows it.
//
// White space. A token swallows the gap (blanks, line breaks, comments) *after* it, so every rule
// begins at a character that matters and alternatives cost one comparison each. A node of the tree
// ends before that gap: gaps are remembered, and a node that ends where one ends gives it back.
//
// Cut points. Alternatives are told apart by their first word or two; what follows is demanded by
// `need<...>`, which raises its expectation instead of trying something else. So an error is
// reported where the author went wrong, in terms of what they were saying. Nothing is ever parsed
// twice but single tokens (a number that turns out to be a date) and the two words of `or more`,
// `not in` and the like: the parse is linear.
//
// Misspelt words. Where a word of the language is demanded and another word within two edits of one
// stands, it is read as that one after it was reported, and the declaration is parsed once more: so
// several misspelt words are told in one run, and what else is wrong with the declaration as well.
//
// Recovery. Any other error ends its declaration. Parsing goes on at the next word that begins one:
// the first on its line and no further to the right than the failed declaration began, or one of
// the few words that can stand nowhere else. One mistake, one message.
//
// Leniency. The grammar takes more than the language allows where a later stage can say better what
// is wrong (a count without `at least`, a scope without a count, an unknown unit).
//
//   file        = declaration*
//   declaration = policy | attribute | profile | region | set | define | ban | forbid | guard
//               | assert | rule | otherwise | test
//               | ("import" | "table" | "profiles" | "devices") text | "use" "ban" name "from" text
//   ban         = "ban" name text? clause*
//   forbid      = "forbid" "change" name? text? clause* "when" condition clause*
//   clause      = "never" condition | "source" text | "certainty" name | "from" date | "until" date
//               | "timezone" zone | "notice" time | "assuming a switch completes within" time
//               | "remedy" action ("," action)* | "in doubt counts" | "counting from" date
//   guard       = "guard" (limit | "approval when more than" n "devices"
//               | "abort when at least" n "% fail after at least" n) ("except for" name (","
//               name)*)?
//   assert      = "assert" text? "when" condition "then" action ("," action)*
//   rule        = ("rule" name? text? ("timezone" zone | "overrides" name ("," name)*)*)?
//                 "when" condition "then" action ("," action)*
//   condition   = conjunction ("or" conjunction)*      conjunction = negation ("and" negation)*
//   negation    = "not" negation | timed               timed = primary suffix* (comparison sum)?
//   primary     = "(" condition ")" | simple           suffix = scope | count | "for" .. | "within"
//   ..
#include "lang/grammar.h"

#include <algorithm>
#include <tao/pegtl.hpp>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/excerpt.h"
#include "lang/recovery.h"
#include "lang/spoken_words.h"
#include "lang/syntax_advice.h"
#include "lang/tokens.h"
#include "lang/tree_builder.h"
#include "lang/words.h"

namespace sojourn::lang {
namespace {

namespace pegtl = tao::pegtl;
using K = NodeKind;

// --- rules that build the tree -------------------------------------------------------------------

// A rule whose match is a node of the tree.
template <K Kind, class... Rules>
struct node : pegtl::seq<Rules...> {
  static constexpr K kind = Kind;
};

// At a cut point: Rules, or the expectation is reported.
template <class Problem, class... Rules>
struct need : pegtl::sor<pegtl::seq<Rules...>, pegtl::raise<Problem>> {};

template <class Rule>
struct control : pegtl::normal<Rule> {
  template <class Input>
  static std::size_t offset(const Input& in) {
    return static_cast<std::size_t>(in.current() - in.begin_of_text());
  }
  template <class Input>
  static void start(const Input& in, TreeBuilder& tree) {
    if constexpr (requires { Rule::kind; }) tree.open(Rule::kind, offset(in));
  }
  template <class Input>
  static void success(const Input& in, TreeBuilder& tree) {
    if constexpr (requires { Rule::kind; }) tree.close(offset(in));
  }
  template <class Input>
  static void failure(const Input&, TreeBuilder& tree) {
    if constexpr (requires { Rule::kind; }) tree.drop();
  }
  template <class Input>
  [[noreturn]] static void raise(const Input& in, TreeBuilder&) {
    throw SyntaxStop{offset(in), &Rule::expectation};  // a cut point without one does not compile
  }
};

// A misspelt word, and the word of the language that it is read as.
struct Correction {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string_view word;
};

// A text of which a part is parsed; offsets count from the text's beginning.
class TextInput
    : public pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, const char*> {
 public:
  TextInput(std::string_view text, std::size_t from, const std::vector<Correction>& corrections)
      : memory_input(text.data() + from, text.data() + text.size(), ""),
        text_(text.data()),
        corrections_(corrections) {}
  const char* begin_of_text() const { return text_; }
  // The word that was meant where one was misspelt; null elsewhere.
  const Correction* correction_here() const {
    for (const Correction& correction : corrections_) {
      if (text_ + correction.offset == current()) return &correction;
    }
    return nullptr;
  }

 private:
  const char* text_;
  const std::vector<Correction>& corrections_;
};

// --- tokens --------------------------------------------------------------------------------------

template <class Input>
std::string_view rest_of(const Input& in) {
  return {in.current(), static_cast<std::size_t>(in.end() - in.current())};
}

// A token is measured by a function: the bytes it takes at the beginning of a text, 0 for no match.
template <std::size_t (*Measure)(std::string_view)>
struct measured {
  using rule_t = measured;
  using subs_t = pegtl::empty_list;
  template <class Input>
  static bool match(Input& in) {
    if (in.correction_here() != nullptr) return false;  // a word of the language was meant
    std::size_t length = Measure(rest_of(in));
    if (length == 0) return false;
    in.bump(length);
    return true;
  }
};

struct gap {
  using rule_t = gap;
  using subs_t = pegtl::empty_list;
  template <pegtl::apply_mode, pegtl::rewind_mode, template <class...> class,
            template <class...> class, class Input>
  static bool match(Input& in, TreeBuilder& tree) {
    std::size_t length = measure_gap(rest_of(in));
    if (length == 0) return true;
    auto begin = static_cast<std::size_t>(in.current() - in.begin_of_text());
    in.bump(length);
    tree.note_gap(begin, begin + length);
    return true;
  }
};

template <std::size_t N>
struct Word {
  char letters[N]{};
  constexpr Word(const char (&text)[N]) { std::copy_n(text, N, letters); }  // NOLINT: implicit
  constexpr std::string_view text() const { return {letters, N - 1}; }
};

template <Word W>
std::size_t measure_word(std::string_view text) {
  if (!text.starts_with(W.text())) return 0;
  return name_char_length(text.substr(W.text().size())) == 0 ? W.text().size() : 0;
}

template <Word W>
struct word {
  using rule_t = word;
  using subs_t = pegtl::empty_list;
  template <class Input>
  static bool match(Input& in) {
    const Correction* correction = in.correction_here();
    if (correction != nullptr && correction->word != W.text()) return false;
    std::size_t length = correction ? correction->length : measure_word<W>(rest_of(in));
    if (length == 0) return false;
    in.bump(length);
    return true;
  }
};

// Keywords, one or several.
template <Word... Ws>
struct kw : pegtl::seq<pegtl::seq<word<Ws>, gap>...> {};

template <char C>
struct sign : pegtl::seq<pegtl::one<C>, gap> {};

// --- what is said at the cut points --------------------------------------------------------------

#define SOJOURN_EXPECT(id, code, what, where, help)                             \
  struct id {                                                                   \
    static constexpr Expectation expectation = {Code::code, what, where, help}; \
  };
#include "lang/expectations.def"
#undef SOJOURN_EXPECT

struct quoted
    : pegtl::seq<pegtl::at<pegtl::one<'"'>>, need<closing_quote, measured<measure_quoted>>> {};

struct name : node<K::name, pegtl::sor<measured<measure_plain_name>, quoted>, gap> {};
struct text : node<K::text, quoted, gap> {};
struct number : node<K::number, measured<measure_number>, gap> {};
struct unit : node<K::unit, measured<measure_unit>, gap> {};
struct date : node<K::date, measured<measure_date>, gap> {};
struct clock : node<K::clock, measured<measure_clock>, gap> {};
struct timestamp : node<K::timestamp, measured<measure_timestamp>, gap> {};
struct plmn : node<K::plmn, measured<measure_plmn>, gap> {};
struct iccid_digits : node<K::digits, measured<measure_iccid>, gap> {};
struct zone : node<K::zone, pegtl::sor<quoted, measured<measure_zone>>, gap> {};

template <Word... Ws>
struct mark : node<K::mark, pegtl::sor<kw<Ws>...>> {};

struct comma : sign<','> {};
template <class Problem, class Rule>
struct comma_list : pegtl::seq<Rule, pegtl::star<comma, need<Problem, Rule>>> {};

// --- phrases -------------------------------------------------------------------------------------

struct duration : node<K::duration, pegtl::plus<number, need<time_unit, unit>>> {};
struct amount : node<K::amount, number, pegtl::opt<unit>> {};
struct value : pegtl::sor<text, timestamp, date, clock, plmn, amount, name> {};
// A comma may also separate actions (`requires a in x, y, hold 1 hour`): then it is given back.
struct values : node<K::list, value, pegtl::star<comma, value>> {};

struct sense_before
    : node<K::sense, pegtl::sor<kw<"at", "least">, kw<"at", "most">, kw<"more", "than">,
                                kw<"fewer", "than">, kw<"exactly">>> {};
struct sense_after : node<K::sense, kw<"or">, pegtl::sor<kw<"more">, kw<"fewer">>> {};
struct counted_number : pegtl::seq<number, pegtl::opt<sense_after>> {};
struct quantity
    : node<K::quantity,
           pegtl::sor<pegtl::seq<sense_before, need<count_number, number>>, counted_number>> {};

// --- conditions ----------------------------------------------------------------------------------

struct condition;

struct comparison : node<K::comparison,
                         pegtl::sor<kw<"is", "not">, kw<"is">, pegtl::string<'!', '='>,
                                    pegtl::string<'<', '='>, pegtl::string<'>', '='>,
                                    pegtl::seq<pegtl::one<'='>, pegtl::not_at<pegtl::one<'='>>>,
                                    pegtl::one<'<'>, pegtl::one<'>'>>,
                         gap> {};
struct state_word
    : node<K::state_word, pegtl::opt<kw<"is">>, pegtl::sor<kw<"known">, kw<"unknown">>> {};
struct happened_word : node<K::happened_word, kw<"happened">> {};
// `in doubt` is a clause of a ban, whatever stands before it.
struct in_word : node<K::in_word, pegtl::not_at<kw<"in", "doubt">>, kw<"in">> {};
struct not_in_word : node<K::not_in_word, kw<"not", "in">> {};
struct has_list : pegtl::seq<node<K::has_word, kw<"has">,
                                  pegtl::sor<kw<"any", "of">, kw<"all", "of">, kw<"none", "of">>>,
                             need<has_values, values>> {};
struct has_one : pegtl::seq<node<K::has_word, kw<"has">>, need<has_value, node<K::list, value>>> {};

// `rejected with 11 or 13` stops at the `or`.
struct with_causes
    : pegtl::seq<node<K::with_word, kw<"with">>, need<reject_causes, values>,
                 pegtl::opt<pegtl::at<pegtl::sor<kw<"or">, kw<"and">>, measured<measure_number>>,
                            pegtl::raise<comma_of_causes>>> {};
struct relation
    : pegtl::sor<state_word, pegtl::seq<comparison, need<compared_value, node<K::list, value>>>,
                 pegtl::seq<not_in_word, need<set_members, values>>,
                 pegtl::seq<in_word, need<set_members, values>>, has_list, has_one, happened_word,
                 with_causes> {};

struct subject
    : node<K::subject,
           pegtl::sor<pegtl::seq<kw<"no">, need<service_word, kw<"service">>>,
                      pegtl::seq<kw<"border">, need<distance_word, kw<"distance">>>,
                      pegtl::seq<kw<"time">, need<of_day_words, kw<"of", "day">>>,
                      kw<"in", "flight">, kw<"region">, kw<"network">, kw<"plmn">, kw<"profile">,
                      kw<"fallback">, kw<"roaming">, kw<"breakout">, kw<"rat">, kw<"rejected">,
                      kw<"speed">, kw<"accuracy">, kw<"data">, kw<"silent">, kw<"date">>> {};

struct installed : node<K::installed, kw<"installed">, need<installed_name, name>> {};
struct from_date : node<K::from_date, kw<"from">, need<date_after_from, date>> {};
struct until_date : node<K::until_date, kw<"until">, need<date_after_until, date>> {};
struct between : node<K::between, kw<"between">, need<clock_time, clock>,
                      need<between_and, kw<"and">>, need<clock_time, clock>> {};

struct event
    : node<K::event, pegtl::sor<mark<"switches">,
                                pegtl::seq<kw<"commanded">, need<switches_word, mark<"switches">>>,
                                pegtl::seq<mark<"rejected">, pegtl::opt<with_causes>>,
                                pegtl::seq<mark<"alert">, need<alert_text, text>>, name>> {};
// Looked at before it is taken: `3 rejected within ..` is a count without its sense.
struct number_and_unit : pegtl::seq<measured<measure_number>, gap, measured<measure_unit>> {};
struct after_instead : pegtl::seq<pegtl::at<word<"after">>, pegtl::raise<since_word>> {};
struct since : node<K::since, pegtl::at<number_and_unit>, duration,
                    pegtl::sor<kw<"since">, after_instead>, need<event_after_since, event>> {};
struct fleet_count : node<K::fleet_count, pegtl::sor<kw<"devices">, kw<"device">>,
                          need<with_the_same, kw<"with", "the", "same">>, need<shared_name, name>> {
};
struct event_count : node<K::event_count, quantity, pegtl::sor<fleet_count, event>> {};

struct simple_subject
    : node<K::simple, pegtl::sor<installed, subject, name>, pegtl::opt<relation>> {};
struct numbered : pegtl::sor<since, event_count> {};
struct simple : pegtl::sor<from_date, until_date, between, numbered, simple_subject> {};

struct group : node<K::group, sign<'('>, need<condition_in_brackets, condition>,
                    need<closing_bracket, sign<')'>>> {};
struct primary : pegtl::sor<group, simple> {};

struct for_sense : node<K::sense, pegtl::sor<kw<"at", "least">, kw<"at", "most">,
                                             kw<"more", "than">, kw<"fewer", "than">>> {};
struct for_share : node<K::for_share, kw<"for">, pegtl::opt<for_sense>, number, sign<'%'>,
                        need<of_period, kw<"of">>, need<period_after_of, duration>> {};
// Days in a row are counted, with `on`; here they are told at the word that says so.
struct elapsed_unit
    : pegtl::seq<pegtl::not_at<pegtl::sor<word<"consecutive">, word<"calendar">>>, unit> {};
struct elapsed : node<K::duration, pegtl::plus<number, need<time_unit, elapsed_unit>>> {};
struct for_duration
    : node<K::for_duration, kw<"for">, pegtl::opt<for_sense>, need<duration_after_for, elapsed>> {};
struct within : node<K::within, kw<"within">, need<duration_after_within, duration>> {};
struct scope
    : node<K::scope,
           pegtl::sor<kw<"on", "the", "same", "network">,
                      pegtl::seq<kw<"per">, need<scope_word, pegtl::sor<kw<"imei">, kw<"profile">,
                                                                        kw<"device">>>>>> {};
struct calendar_unit
    : node<K::calendar_unit,
           pegtl::sor<kw<"days">, kw<"day">, kw<"weeks">, kw<"week">, kw<"months">, kw<"month">>> {
};
struct consecutive
    : node<K::consecutive, kw<"consecutive">, need<days_word, pegtl::sor<kw<"days">, kw<"day">>>,
           pegtl::opt<kw<"allowing">, need<gaps_of_words, kw<"gaps", "of">>,
                      need<gap_days, duration>>> {};
struct share_of_days : node<K::share_of_days, sign<'%'>, need<of_days_words, kw<"of", "days">>,
                            need<window_after_count, within>> {};
struct in_calendar
    : node<K::in_calendar, kw<"in">, need<this_calendar_words, kw<"this", "calendar">>,
           need<calendar_year, mark<"year", "month">>> {};
struct window_count
    : pegtl::seq<calendar_unit, need<window_after_count, pegtl::sor<within, in_calendar>>> {};
struct on_count : node<K::on_count, kw<"on">, need<count_after_on, quantity>,
                       need<counted_days, pegtl::sor<consecutive, share_of_days, window_count>>> {};
struct suffix : pegtl::sor<scope, for_share, for_duration, on_count, within> {};

struct sum_operand : node<K::timed, pegtl::at<kw<"data">>, simple_subject, pegtl::star<suffix>> {};
struct sum_compared
    : node<K::sum_compared, comparison, need<compared_sum, pegtl::sor<sum_operand, amount>>> {};
struct timed : node<K::timed, primary, pegtl::star<suffix>, pegtl::opt<sum_compared>> {};

struct negation;
struct unary : pegtl::sor<negation, timed> {};
struct negation : node<K::negation, kw<"not">, need<condition_after_not, unary>> {};
struct conjunction
    : node<K::conjunction, unary, pegtl::star<kw<"and">, need<condition_after_and, unary>>> {};
struct condition : node<K::disjunction, conjunction,
                        pegtl::star<kw<"or">, need<condition_after_or, conjunction>>> {};

// --- actions -------------------------------------------------------------------------------------

struct alternative
    : node<K::alternative, name, pegtl::opt<mark<"if">, need<if_installed, kw<"installed">>>> {};
struct choose : node<K::choose, kw<"profile">, need<assign_profile, sign<'='>>,
                     need<profile_name, alternative>,
                     pegtl::star<kw<"or">, need<profile_after_or, alternative>>> {};
struct percents
    : pegtl::seq<node<K::amount, number, unit>, pegtl::star<comma, node<K::amount, number, unit>>> {
};
struct action
    : pegtl::sor<choose, node<K::keep, kw<"keep">>,
                 node<K::alert, kw<"alert">, need<alert_text, text>>,
                 node<K::task, kw<"task">, need<task_text, text>>,
                 node<K::hold, kw<"hold">, need<hold_duration, duration>>,
                 node<K::preload, kw<"preload">, need<profile_name, name>>,
                 node<K::remove, kw<"delete">, need<profile_name, name>>,
                 node<K::fallback, kw<"fallback">, need<assign_profile, sign<'='>>,
                      need<profile_name, name>>,
                 node<K::approval, kw<"approval">>,
                 node<K::window, kw<"between">, need<clock_time, clock>,
                      need<between_and, kw<"and">>, need<clock_time, clock>>,
                 node<K::rollout, kw<"rollout">, need<rollout_stage, percents>,
                      need<each_word, kw<"each">>, need<each_duration, duration>>,
                 node<K::requires_action, kw<"requires">, need<required_condition, condition>>> {};
struct actions : node<K::actions, action, pegtl::star<comma, need<action_after_comma, action>>> {};

// --- declarations --------------------------------------------------------------------------------

struct text_or_name : pegtl::sor<text, name> {};
struct timezone_clause : node<K::timezone, kw<"timezone">, need<zone_name, zone>> {};
struct policy
    : node<K::policy, kw<"policy">, need<policy_name, name>,
           pegtl::star<pegtl::sor<
               mark<"first-match">,
               node<K::version, kw<"version">, need<version_text, text_or_name>>,
               node<K::owner, kw<"owner">, need<owner_text, text_or_name>>, timezone_clause,
               node<K::settle, kw<"settle">, need<settle_duration, duration>>,
               node<K::carry, kw<"carry">, need<carry_duration, duration>>,
               node<K::lead, kw<"lead">, need<lead_duration, duration>>,
               node<K::view, kw<"view">, need<view_disputed, kw<"disputed">>,
                    need<view_claim, name>, need<view_as, kw<"as">>, need<view_country, name>>>>> {
};

struct choices : node<K::choice_type, name, pegtl::star<sign<'|'>, need<choice_value, name>>> {};
struct plain_type : node<K::plain_type, pegtl::sor<kw<"flag">, kw<"text">, kw<"country">>> {};
struct attribute_type
    : pegtl::sor<
          node<K::number_type, kw<"number">, pegtl::opt<kw<"in">, need<unit_after_in, unit>>>,
          node<K::set_type, kw<"set">, need<set_of, kw<"of">>,
               need<set_member_type, pegtl::sor<plain_type, choices>>>,
          plain_type, choices> {};
struct attribute : node<K::attribute, kw<"attribute">, need<attribute_name, name>,
                        need<attribute_colon, sign<':'>>, need<type_of_attribute, attribute_type>,
                        pegtl::opt<node<K::valid, kw<"valid">, need<valid_duration, duration>>>> {};

struct home
    : node<K::home, kw<"home">,
           need<home_countries, pegtl::sor<mark<"none">, comma_list<home_countries, name>>>> {};
struct profile
    : node<K::profile, kw<"profile">, need<declared_profile, name>,
           pegtl::star<
               pegtl::sor<home,
                          node<K::iccid, kw<"iccid">,
                               need<iccid_prefix, comma_list<iccid_prefix, iccid_digits>>>,
                          node<K::plmns, kw<"plmn">, need<plmn_code, comma_list<plmn_code, plmn>>>,
                          node<K::download, kw<"download">, need<download_address, text_or_name>>,
                          node<K::breakout, kw<"breakout">,
                               need<breakout_countries, comma_list<breakout_countries, name>>>,
                          node<K::cost, kw<"cost">, need<cost_number, number>>>>> {};

struct length : node<K::amount, number, need<length_unit, unit>> {};
struct region_member
    : pegtl::sor<
          node<K::circle, kw<"circle">, need<circle_open, sign<'('>>, need<circle_lat, number>,
               need<circle_comma, comma>, need<circle_lon, number>, need<circle_comma, comma>,
               need<circle_radius, length>, need<closing_bracket, sign<')'>>>,
          node<K::geojson, kw<"geojson">, need<file_name, text>>,
          node<K::corridor, kw<"corridor">, need<corridor_open, sign<'('>>,
               need<corridor_width, length>, need<closing_bracket, sign<')'>>,
               need<along_word, kw<"along">>, need<file_name, text>>,
          name> {};
struct region
    : node<K::region, kw<"region">, need<region_name, name>, need<region_equals, sign<'='>>,
           need<region_member_problem, comma_list<region_member_problem, region_member>>> {};
struct set_values : node<K::list, comma_list<set_value, value>> {};
struct set : node<K::set, kw<"set">, need<set_name, name>, need<set_equals, sign<'='>>,
                  need<set_value, set_values>> {};
struct define : node<K::define, kw<"define">, need<define_name, name>,
                     need<define_equals, sign<'='>>, need<define_condition, condition>> {};

struct overrides : node<K::overrides, kw<"overrides">,
                        need<overridden_name, comma_list<overridden_name, name>>> {};
struct rule_body : pegtl::seq<kw<"when">, need<condition_after_when, condition>,
                              need<then_word, kw<"then">>, need<action_after_then, actions>> {};
struct plain_name : node<K::name, measured<measure_plain_name>, gap> {};
struct rule
    : node<K::rule,
           pegtl::sor<rule_body, pegtl::seq<kw<"rule">, pegtl::opt<plain_name>, pegtl::opt<text>,
                                            pegtl::star<pegtl::sor<timezone_clause, overrides>>,
                                            pegtl::opt<text>, need<when_word, rule_body>>>> {};
struct otherwise : node<K::otherwise, kw<"otherwise">, need<action_after_otherwise, actions>> {};

struct ban_clause
    : pegtl::sor<node<K::never, kw<"never">, need<condition_after_never, condition>>,
                 node<K::source, kw<"source">, need<source_text, text>>,
                 node<K::certainty, kw<"certainty">, need<certainty_word, name>>, from_date,
                 until_date, timezone_clause,
                 node<K::notice, kw<"notice">, need<notice_length, duration>>,
                 node<K::assuming, kw<"assuming">,
                      need<assuming_words, kw<"a", "switch", "completes", "within">>,
                      need<assuming_length, duration>>,
                 node<K::remedy, kw<"remedy">, need<action_after_remedy, actions>>,
                 node<K::in_doubt, kw<"in">, need<in_doubt_words, kw<"doubt", "counts">>>,
                 node<K::counting_from, kw<"counting">, need<counting_from_word, kw<"from">>,
                      need<date_after_from, date>>> {};
struct ban
    : node<K::ban, kw<"ban">, need<declared_ban, name>, pegtl::opt<text>, pegtl::star<ban_clause>> {
};
struct forbid_clause : pegtl::seq<pegtl::not_at<kw<"never">>, ban_clause> {};
struct forbid
    : node<K::forbid, kw<"forbid">, need<change_word, kw<"change">>,
           pegtl::opt<pegtl::not_at<pegtl::sor<kw<"source">, kw<"certainty">, kw<"timezone">>>,
                      plain_name>,
           pegtl::opt<text>, pegtl::star<forbid_clause>, need<when_after_forbid, kw<"when">>,
           need<condition_after_when, condition>, pegtl::star<forbid_clause>> {};
struct assertion
    : node<K::assertion, kw<"assert">, pegtl::opt<text>, need<when_after_assert, rule_body>> {};

struct guard_percent : node<K::amount, number, pegtl::at<pegtl::one<'%'>>, unit> {};
struct guard_period
    : node<K::guard_period,
           pegtl::sor<pegtl::seq<kw<"within">, need<guard_time, duration>>,
                      pegtl::seq<kw<"per">, need<guard_time, pegtl::sor<duration, unit>>>>> {};
struct guard_limit
    : node<K::guard_limit, kw<"at", "most">,
           need<guard_number,
                pegtl::sor<
                    pegtl::seq<guard_percent, need<of_fleet_words, kw<"of", "fleet">>>,
                    pegtl::seq<number, need<guarded_thing, pegtl::sor<mark<"switches", "devices">,
                                                                      mark<"switch", "device">>>>>>,
           pegtl::opt<kw<"per", "device">>, need<guard_period_words, guard_period>> {};
struct guard_approval
    : node<K::guard_approval, kw<"approval">, need<approval_when, kw<"when", "more", "than">>,
           need<guard_number, number>,
           need<devices_word, pegtl::sor<kw<"devices">, kw<"device">>>> {};
struct guard_abort
    : node<K::guard_abort, kw<"abort">, need<abort_when, kw<"when", "at", "least">>,
           need<abort_share, guard_percent>, need<abort_fail, kw<"fail", "after", "at", "least">>,
           need<guard_number, number>> {};
// `the bans`, told where the words begin: no rule called `the` is looked for.
struct bans_in_words
    : pegtl::seq<pegtl::at<measured<measure_bans_in_words>>, pegtl::raise<except_name>> {};
struct except_for
    : node<K::except_for, kw<"except">, need<except_for_word, kw<"for">>,
           need<except_name,
                comma_list<except_name, pegtl::sor<bans_in_words, mark<"bans">, name>>>> {};
struct guard : node<K::guard, kw<"guard">,
                    need<guard_words, pegtl::sor<guard_limit, guard_approval, guard_abort>>,
                    pegtl::opt<except_for>> {};

// --- test blocks ---------------------------------------------------------------------------------

struct instant : pegtl::sor<timestamp, date> {};
struct braces : node<K::braces, sign<'{'>, pegtl::opt<comma_list<brace_member, value>>,
                     need<closing_brace, sign<'}'>>> {};
struct part_value : pegtl::sor<braces, mark<"unknown", "none", "roaming", "no">, value> {};
struct part_key
    : pegtl::sor<mark<"network", "plmn", "registration", "imei", "iccid", "data-total", "data",
                      "event", "rat", "commissioned", "profile", "installed", "fallback">,
                 name> {};
struct measure : node<K::amount, number, need<length_unit, unit>> {};
struct part
    : pegtl::sor<node<K::position_part, kw<"position">, need<position_lat, number>,
                      pegtl::opt<comma>, need<position_lon, number>,
                      pegtl::star<pegtl::sor<
                          node<K::accuracy_part, kw<"accuracy">, need<length_amount, measure>>,
                          node<K::altitude_part, kw<"altitude">, need<length_amount, measure>>,
                          node<K::speed_part, kw<"speed">, need<speed_amount, measure>>>>>,
                 node<K::keyed_part, mark<"rejected">, need<with_cause, kw<"with">>,
                      need<cause_number, number>>,
                 node<K::assignment, part_key, pegtl::opt<sign<'='>>,
                      need<part_value_problem, part_value>>> {};
struct parts : pegtl::seq<part, pegtl::star<comma, need<part_after_comma, part>>> {};

// `at TIME` after an expectation belongs to it when it stands on the same line; on a line of its
// own it is the next step.
struct same_line {
  using rule_t = same_line;
  using subs_t = pegtl::empty_list;
  template <class Input>
  static bool match(Input& in) {
    for (const char* at = in.current(); at != in.begin_of_text();) {
      char c = *--at;
      if (c == '\n') return false;
      if (c != ' ' && c != '\t') return true;
    }
    return false;
  }
};
struct expect_when
    : node<K::on_date, pegtl::sor<pegtl::seq<kw<"on">, need<date_after_on, instant>>,
                                  pegtl::seq<same_line, kw<"at">, need<date_after_on, instant>>>> {
};
struct expect_item
    : pegtl::sor<
          node<K::expect_keep, kw<"keep">>,
          node<K::expect_choose, kw<"profile">,
               need<assign_profile, pegtl::sor<sign<'='>, kw<"is">>>, need<profile_name, name>>,
          node<K::expect_alert, kw<"alert">, need<alert_text, text>>,
          node<K::expect_task, kw<"task">, need<task_text, text>>,
          node<K::expect_none, kw<"no">,
               need<absent_words, pegtl::sor<mark<"alert">, mark<"task">>>, pegtl::opt<text>>,
          node<K::expect_by, kw<"by">,
               need<rule_name, pegtl::sor<mark<"otherwise">,
                                          pegtl::seq<mark<"ban">, need<ban_name, name>>, name>>>,
          node<K::expect_ban, kw<"ban">, need<ban_name, name>, need<violated_word, kw<"violated">>>,
          node<K::expect_suppressed, kw<"suppressed">>, expect_when> {};
struct expect_line : node<K::expect_line, kw<"expect">, need<expectation_words, expect_item>,
                          pegtl::star<pegtl::opt<comma>, expect_item>> {};
struct given : node<K::given, kw<"given">, need<given_parts, parts>> {};
// A comma after the time is as good as none.
struct parts_after : pegtl::opt<pegtl::opt<comma>, parts> {};
struct at_line : node<K::at_line, kw<"at">, need<at_time, instant>, parts_after> {};
struct every_line
    : node<K::every_line, kw<"every">,
           need<every_period, pegtl::sor<pegtl::seq<mark<"day">, need<every_at, kw<"at">>,
                                                    need<clock_time, clock>>,
                                         duration>>,
           need<every_from, kw<"from">>, need<every_from, instant>, need<every_to, kw<"to">>,
           need<every_to, instant>, parts_after> {};
struct plain_line : pegtl::sor<given, at_line, every_line, expect_line> {};
struct device_line : node<K::device_line, kw<"device">, need<device_name, text_or_name>,
                          need<device_step, plain_line>> {};
struct test : node<K::test, kw<"test">, need<test_name, text>, pegtl::opt<mark<"obeying">>,
                   pegtl::star<pegtl::sor<plain_line, device_line>>> {};

struct file_use
    : pegtl::sor<node<K::import_file, kw<"import">, need<file_name, text>>,
                 node<K::use_ban, kw<"use">, need<used_thing, kw<"ban">>, need<used_ban, name>,
                      need<used_from, kw<"from">>, need<file_name, text>, pegtl::star<ban_clause>>,
                 node<K::table_file, kw<"table">, need<file_name, text>>,
                 node<K::profiles_file, kw<"profiles">, need<file_name, text>>,
                 node<K::devices_file, kw<"devices">, need<file_name, text>>> {};

struct declaration : pegtl::sor<rule, attribute, profile, region, set, define, ban, guard,
                                assertion, forbid, otherwise, policy, test, file_use> {};

// --- parsing and recovery ------------------------------------------------------------------------

void parse_text(SyntaxTree& tree, DiagnosticList& diagnostics) {
  TreeBuilder builder(tree);
  std::size_t at = measure_gap(tree.text);
  builder.note_gap(0, at);
  std::optional<ReadBefore> before;
  std::size_t error_count = 0;
  constexpr std::size_t kCorrectionsMax = 8;  // of one declaration
  std::vector<Correction> corrections;
  while (at < tree.text.size() && error_count < limits::kDiagnosticsMax) {
    TextInput input(tree.text, at, corrections);
    std::size_t node_count = tree.nodes.size();
    bool matched = false;
    std::size_t stop = at;
    Meant meant;
    bool of_ban = false;  // what reads as a rule without `then` is the condition of a ban
    try {
      matched = pegtl::parse<declaration, pegtl::nothing, control>(input, builder);
      if (!matched) {
        diagnostics.add(advise_no_declaration(tree, at, builder.before_gap(at)));
        meant = declaration_meant_at(tree, at, builder.before_gap(at));
      }
    } catch (const SyntaxStop& error) {
      stop = error.offset;
      builder.abandon(node_count);
      meant = word_meant(tree, stop, *error.expected);
      of_ban = before && meant.word.empty() && is_then(*error.expected) &&
               is_ban_without_never(tree, *before) && tree.text.substr(at).starts_with("when");
      std::size_t last_token_end = builder.before_gap(stop);
      diagnostics.add(of_ban ? advise_never(tree, at, last_token_end)
                             : advise(tree, stop, last_token_end, *error.expected));
    }
    auto at_stop = [&](const Correction& earlier) { return earlier.offset == stop; };
    bool corrected_before = std::any_of(corrections.begin(), corrections.end(), at_stop);
    if (!meant.word.empty() && !corrected_before && corrections.size() < kCorrectionsMax) {
      ++error_count;
      corrections.push_back({stop, meant.length, meant.word});
      continue;
    }
    corrections.clear();
    if (!matched && stop != at) remember_broken_name(tree, at);
    // What no declaration begins with goes on with the one before it, of which it is a part then.
    bool goes_on = !matched && (stop == at || of_ban) && before;
    if (goes_on) remember_broken_name(tree, before->begin);
    if (goes_on && is_ban_without_never(tree, *before)) {  // what it forbids is told already
      builder.abandon(before->node);
      before.reset();
    }
    if (matched) {
      before = {at, node_count};
      at = static_cast<std::size_t>(input.current() - tree.text.data());
    } else {
      ++error_count;
      std::size_t next = next_declaration(tree.text, stop, at);
      builder.note_gap(stop, stop);
      at = next;
    }
  }
}

}  // namespace

SyntaxTree parse(const SourceMap& sources, SourceId source, DiagnosticList& diagnostics) {
  SyntaxTree tree;
  tree.source = source;
  tree.text = sources.text(source);
  if (check_encoding(sources, source, diagnostics)) parse_text(tree, diagnostics);
  return tree;
}

SyntaxTree parse(const Excerpt& excerpt, DiagnosticList& diagnostics) {
  SyntaxTree tree;
  tree.source = excerpt.source();
  tree.text = excerpt.text();
  tree.excerpt = &excerpt;
  parse_text(tree, diagnostics);
  return tree;
}

Span SyntaxTree::place(std::size_t begin, std::size_t end) const {
  if (excerpt != nullptr) return excerpt->place(begin, end);
  return {source, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

}  // namespace sojourn::lang
