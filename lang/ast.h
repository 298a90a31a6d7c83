// Private to lang. Ast: a rule file as its author meant it, before names are looked up.
//
// Values own their texts (quotes and escapes undone); spans lead back to the source. Numbers are
// exact: millionths in 64 bits. Built from a SyntaxTree by ast_builder.cc, printed by print.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/source.h"

namespace sojourn::lang::ast {

struct Name {
  std::string text;
  Span span;
};

struct Number {
  std::int64_t millionths = 0;
  Span span;
};

// --- phrases
// ---------------------------------------------------------------------------------------

enum class TimeWord : std::uint8_t { second, minute, hour, day, week, month, year };

// A length of time as written: "1 hour 30 minutes".
struct TimeLength {
  struct Part {
    std::int64_t millionths = 0;
    TimeWord unit = TimeWord::second;
  };
  std::vector<Part> parts;
  Span span;
};

struct Value {
  enum class Kind : std::uint8_t { name, text, amount, plmn, date, clock, timestamp };
  Kind kind = Kind::name;
  std::string text;             // name, text: unquoted; others: as written
  std::int64_t millionths = 0;  // amount
  std::string unit;             // amount: "" = none
  Day day;                      // date
  std::int32_t clock_ms = 0;    // clock: milliseconds since 00:00, up to 24:00
  Span span;
};

enum class Sense : std::uint8_t { none, at_least, more_than, fewer_than, at_most, exactly };

struct Quantity {
  Sense sense = Sense::none;
  bool sense_after = false;  // "60 or more" rather than "at least 60"
  Number number;
  Span span;
};

// --- conditions
// --------------------------------------------------------------------------------------

enum class Subject : std::uint8_t {
  region,
  network,
  plmn,
  profile,
  fallback,
  roaming,
  breakout,
  rat,
  no_service,
  rejected,
  speed,
  accuracy,
  border_distance,
  data,
  silent,
  time_of_day,
  date,
  in_flight,
  installed,  // of the profile named
  named,      // an attribute or a defined condition
};

enum class Relation : std::uint8_t {
  none,  // the subject alone: a flag or a defined condition
  equal,
  not_equal,
  less,
  at_most,
  more,
  at_least,
  in,
  not_in,
  has,
  has_any,
  has_all,
  has_none,
  known,
  unknown,
  happened,
  with,
};

struct Simple {
  Subject subject = Subject::named;
  Name name;  // named, installed
  Span subject_span;
  Relation relation = Relation::none;
  std::vector<Value> values;
};

enum class EventWord : std::uint8_t { switches, commanded_switches, rejected, alert, named };

struct Event {
  EventWord word = EventWord::named;
  std::vector<Value> causes;  // rejected
  Name name;                  // named; alert: its text
  Span span;
};

enum class CountedUnit : std::uint8_t { days, weeks, months };

// What follows a condition and makes it one about time.
struct Suffix {
  enum class Kind : std::uint8_t {
    same_network,
    per_imei,
    per_profile,
    per_device,
    for_duration,
    for_share,       // quantity in percent, of `length`
    consecutive,     // days in a row
    window_count,    // units within `length`
    calendar_month,  // days in this calendar month
    calendar_year,
    day_share,  // quantity in percent of days within `length`
    within,
  };
  Kind kind = Kind::within;
  Quantity quantity;
  CountedUnit unit = CountedUnit::days;
  TimeLength length;               // for, within, window
  std::optional<TimeLength> gaps;  // consecutive
  Span span;
};

struct Condition;

struct Timed {
  std::vector<Suffix> suffixes;
};
struct SumCompared {  // parts: left and, when it is not an amount, right
  Relation relation = Relation::none;
  std::optional<Value> amount;
};
struct DateBound {
  bool until = false;
  Day day;
};
struct ClockWindow {
  std::int32_t from_ms = 0;
  std::int32_t until_ms = 0;
};
struct Since {
  TimeLength length;
  Event event;
};
struct EventCount {
  Quantity quantity;
  Event event;
};
struct FleetCount {  // devices with the same value of an attribute
  Quantity quantity;
  Name attribute;
};

struct Condition {
  enum class Kind : std::uint8_t {
    disjunction,
    conjunction,
    negation,
    simple,
    timed,
    sum_compared,
    date_bound,
    clock_window,
    since,
    event_count,
    fleet_count,
  };
  Kind kind = Kind::simple;
  std::vector<Condition> parts;
  std::variant<std::monostate, Simple, Timed, SumCompared, DateBound, ClockWindow, Since,
               EventCount, FleetCount>
      form;
  Span span;
};

// --- actions
// -----------------------------------------------------------------------------------------

struct Alternative {
  Name profile;
  bool if_installed = false;
};

struct Action {
  enum class Kind : std::uint8_t {
    choose,
    keep,
    preload,
    remove,
    fallback,
    alert,
    task,
    approval,
    hold,
    window,
    rollout,
    requires_condition,
  };
  Kind kind = Kind::keep;
  std::vector<Alternative> alternatives;  // choose
  Name name;                              // preload, remove, fallback: a profile; alert, task: text
  TimeLength length;                      // hold, rollout
  ClockWindow window;                     // window
  std::vector<Value> stages;              // rollout
  std::optional<Condition> condition;     // requires
  Span span;
};

// --- declarations
// --------------------------------------------------------------------------------------

// `view disputed RU-UA as UA`
struct View {
  Name claim;
  Name as;
  Span span;
};

struct Policy {
  Name name;
  bool first_match = false;
  std::optional<Name> version, owner, zone;
  std::optional<TimeLength> settle, carry, lead;
  std::vector<View> views;
  Span span;
};

struct Attribute {
  enum class Type : std::uint8_t { flag, number, choice, text, country };
  Name name;
  bool is_set = false;
  Type type = Type::flag;
  std::vector<Name> choices;
  std::optional<Name> unit;
  std::optional<TimeLength> valid;
  Span span;
};

struct Profile {
  Name name;
  bool home_none = false;
  std::vector<Name> home;
  std::vector<Name> iccid_prefixes;  // as written, with the *
  std::vector<Name> plmns;
  std::optional<Name> download;
  std::vector<Name> breakout;
  std::optional<Number> cost;
  Span span;
};

struct RegionMember {
  enum class Kind : std::uint8_t { name, circle, geojson, corridor };
  Kind kind = Kind::name;
  Name name;        // name; geojson, corridor: the file
  Number lat, lon;  // circle
  Value length;     // circle: radius; corridor: width to either side
  Span span;
};

struct Region {
  Name name;
  std::vector<RegionMember> members;
  Span span;
};

struct Set {
  Name name;
  std::vector<Value> values;
  Span span;
};

struct Define {
  Name name;
  Condition condition;
  Span span;
};

struct Rule {
  std::optional<Name> name;
  std::optional<Name> text;
  std::optional<Name> zone;
  std::vector<Name> overrides;
  Condition condition;
  std::vector<Action> actions;
  Span span;
};

// `ban`, and `forbid change`: one clause after the other, as written.
struct BanClause {
  enum class Kind : std::uint8_t {
    never,  // forbid: when
    source,
    certainty,
    from,
    until,
    zone,
    notice,
    assuming,
    remedy,
    in_doubt,
    counting_from,
  };
  Kind kind = Kind::never;
  Name name;                           // source, certainty, zone
  Day day;                             // from, until, counting from
  TimeLength length;                   // notice, assuming
  std::optional<Condition> condition;  // never
  std::vector<Action> actions;         // remedy
  Span span;
};

struct Ban {
  bool forbids_change = false;
  std::optional<Name> name;  // a ban has one, `forbid change` may
  std::optional<Name> text;
  std::vector<BanClause> clauses;
  Span span;
};

struct Guard {
  enum class Kind : std::uint8_t { switches, fleet_share, devices, approval, abort };
  Kind kind = Kind::switches;
  Number most;   // switches, devices; per cent of the fleet; approval; abort: per cent
  Number least;  // abort: after so many
  std::optional<TimeLength> window;
  bool per = false;  // `per hour` rather than `within 1 hour`
  bool except_bans = false;
  std::vector<Name> except_rules;
  Span span;
};

struct Assertion {
  std::optional<Name> text;
  Condition condition;
  std::vector<Action> actions;
  Span span;
};

struct Otherwise {
  std::vector<Action> actions;
  Span span;
};

// A declaration that brings in another file.
struct FileUse {
  enum class Kind : std::uint8_t { import, ban, table, profiles, devices };
  Kind kind = Kind::import;
  Name file;
  Name ban;                        // the one that is taken
  std::vector<BanClause> clauses;  // what the policy adds to it
  Span span;
};

// --- tests
// ---------------------------------------------------------------------------------------------

// A moment of a test: in the policy's zone unless it carries an offset.
struct Moment {
  std::string text;
  bool date_only = false;
  Span span;
};

struct TestPart {
  enum class Kind : std::uint8_t { position, value, list, unknown };
  Kind kind = Kind::value;
  Name key;  // "position", "network", ...; or an attribute's name
  bool attribute = false;
  Number lat, lon;                                 // position
  std::optional<Value> accuracy, altitude, speed;  // position
  std::vector<Value> values;                       // value: one; list: any number
  Span span;
};

struct Expectation {
  enum class Kind : std::uint8_t {
    keep,
    profile,
    alert,
    task,
    no_alert,  // none of that text; no_alerts: none at all
    no_task,
    no_alerts,
    no_tasks,
    by,
    ban_violated,
    suppressed
  };
  Kind kind = Kind::keep;
  Name name;  // profile, rule or ban ("" = otherwise); alert and task, also `no`: the text
  Span span;
};

struct TestLine {
  enum class Kind : std::uint8_t { given, at, every, expect };
  Kind kind = Kind::at;
  std::optional<Name> device;
  std::vector<TestPart> parts;
  Moment at;                             // at; every: from
  Moment until;                          // every
  std::optional<std::int32_t> clock_ms;  // every day at
  TimeLength period;                     // every D
  std::vector<Expectation> expectations;
  std::optional<Moment> on;  // expect: the decision was taken on this date, or at this instant
  Span span;
};

struct Test {
  Name name;
  bool obeying = false;
  std::vector<TestLine> lines;
  Span span;
};

using Declaration = std::variant<Policy, Attribute, Profile, Region, Set, Define, Ban, Guard,
                                 Assertion, Rule, Otherwise, Test, FileUse>;

struct File {
  SourceId source;
  std::vector<Declaration> declarations;  // in the order written
  std::vector<Span> comments;
};

inline Span span_of(const Declaration& declaration) {
  return std::visit([](const auto& d) { return d.span; }, declaration);
}

}  // namespace sojourn::lang::ast
