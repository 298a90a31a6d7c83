#include "lang/ast_builder.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "lang/words.h"

namespace sojourn::lang {
namespace {

using K = NodeKind;

constexpr std::array<std::pair<std::string_view, ast::TimeWord>, 15> kTimeWords = {{
    {"seconds", ast::TimeWord::second},
    {"second", ast::TimeWord::second},
    {"s", ast::TimeWord::second},
    {"minutes", ast::TimeWord::minute},
    {"minute", ast::TimeWord::minute},
    {"hours", ast::TimeWord::hour},
    {"hour", ast::TimeWord::hour},
    {"days", ast::TimeWord::day},
    {"day", ast::TimeWord::day},
    {"weeks", ast::TimeWord::week},
    {"week", ast::TimeWord::week},
    {"months", ast::TimeWord::month},
    {"month", ast::TimeWord::month},
    {"years", ast::TimeWord::year},
    {"year", ast::TimeWord::year},
}};

std::string unquoted(std::string_view text) {
  if (text.empty() || text[0] != '"') return std::string(text);
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && (text[i + 1] == '"' || text[i + 1] == '\\') && i + 2 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

class Builder {
 public:
  explicit Builder(DiagnosticList& diagnostics) : diagnostics_(diagnostics) {}

  // --- leaves ---
  ast::Name name(Node node) { return {unquoted(node.text()), node.span()}; }

  ast::Number number(Node node) {
    std::string_view text = node.text();
    bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    std::size_t point = std::min(text.find('.'), text.size());
    std::int64_t value = 0;
    bool fits = text.size() - point <= 7;  // the point and six digits
    for (std::size_t i = 0; i < point && fits; ++i) {
      fits = !__builtin_mul_overflow(value, 10, &value) &&
             !__builtin_add_overflow(value, text[i] - '0', &value);
    }
    for (std::size_t i = 1; i <= 6 && fits; ++i) {
      int digit = point + i < text.size() ? text[point + i] - '0' : 0;
      fits = !__builtin_mul_overflow(value, 10, &value) &&
             !__builtin_add_overflow(value, digit, &value);
    }
    if (!fits) {
      error(Code::E0112, node.span(), "the number has too many digits",
            "numbers have at most 12 digits before the point and 6 after it");
      value = 0;
    }
    return {negative ? -value : value, node.span()};
  }

  ast::TimeLength time_length(Node node) {
    ast::TimeLength length;
    length.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::number)) {
        ast::Number parsed = number(child);
        if (parsed.millionths < 0) {
          error(Code::E0112, child.span(), "a length of time cannot be negative", "");
          parsed.millionths = 0;
        }
        length.parts.push_back({parsed.millionths, ast::TimeWord::second});
      } else {
        length.parts.back().unit = time_word(child);
      }
    }
    return length;
  }

  Day day(Node node) {
    std::optional<Day> parsed = parse_date(node.text());
    if (!parsed) {
      error(Code::E0112, node.span(), fmt::format("there is no {}", node.text()),
            "dates are written `2026-10-17`, year first");
    }
    return parsed.value_or(Day{});
  }

  std::int32_t clock(Node node) {
    std::string_view text = node.text();
    std::size_t colon = text.find(':');
    int hour = colon == 1 ? text[0] - '0' : two_digits(text, 0);
    int minute = two_digits(text, colon + 1);
    int second = text.size() > colon + 3 ? two_digits(text, colon + 4) : 0;
    bool exists =
        minute < 60 && second < 60 && (hour < 24 || (hour == 24 && minute == 0 && second == 0));
    if (!exists) {
      error(Code::E0112, node.span(), fmt::format("there is no {}", text),
            "times of day run from `00:00` to `24:00`");
      return 0;
    }
    return ((hour * 60 + minute) * 60 + second) * 1000;
  }

  ast::Value value(Node node) {
    ast::Value v;
    v.span = node.span();
    v.text = unquoted(node.text());
    switch (node.kind()) {
      case K::text:
        v.kind = ast::Value::Kind::text;
        break;
      case K::amount:
        v.kind = ast::Value::Kind::amount;
        for (Node child : node.children()) {
          if (child.is(K::number)) v.millionths = number(child).millionths;
          if (child.is(K::unit)) v.unit = std::string(child.text());
        }
        break;
      case K::plmn:
        v.kind = ast::Value::Kind::plmn;
        break;
      case K::date:
        v.kind = ast::Value::Kind::date;
        v.day = day(node);
        break;
      case K::clock:
        v.kind = ast::Value::Kind::clock;
        v.clock_ms = clock(node);
        break;
      case K::timestamp:
        v.kind = ast::Value::Kind::timestamp;
        break;
      default:  // a name, quoted or not
        v.kind = node.text().starts_with('"') ? ast::Value::Kind::text : ast::Value::Kind::name;
        break;
    }
    return v;
  }

  std::vector<ast::Value> values(Node list) {
    std::vector<ast::Value> all;
    for (Node child : list.children()) all.push_back(value(child));
    return all;
  }

  ast::Sense sense(Node node) {
    std::string_view text = node.text();
    if (text.starts_with("at")) {
      return text.ends_with("least") ? ast::Sense::at_least : ast::Sense::at_most;
    }
    if (text.starts_with("or")) {
      return text.ends_with("more") ? ast::Sense::at_least : ast::Sense::at_most;
    }
    if (text.starts_with("more")) return ast::Sense::more_than;
    return text.starts_with("fewer") ? ast::Sense::fewer_than : ast::Sense::exactly;
  }

  // From the children of a node that holds a sense and a number.
  ast::Quantity quantity(Node node) {
    ast::Quantity q;
    q.span = node.span();
    bool number_seen = false;
    for (Node child : node.children()) {
      if (child.is(K::sense)) {
        q.sense = sense(child);
        q.sense_after = number_seen;
      } else if (child.is(K::number)) {
        q.number = number(child);
        number_seen = true;
      }
    }
    return q;
  }

  // --- conditions ---
  ast::Condition condition(Node node) {
    switch (node.kind()) {
      case K::disjunction:
        return joined(node, ast::Condition::Kind::disjunction);
      case K::conjunction:
        return joined(node, ast::Condition::Kind::conjunction);
      case K::group: {
        ast::Condition inner = condition(node.first());
        inner.span = node.span();  // brackets are the printer's business
        return inner;
      }
      case K::negation: {
        ast::Condition negation = make(node, ast::Condition::Kind::negation, {});
        negation.parts.push_back(condition(node.first()));
        return negation;
      }
      case K::timed:
        return timed(node);
      case K::from_date:
      case K::until_date:
        return make(node, ast::Condition::Kind::date_bound,
                    ast::DateBound{node.is(K::until_date), day(node.first())});
      case K::between:
        return make(node, ast::Condition::Kind::clock_window, clock_window(node));
      case K::since: {
        ast::Since since;
        for (Node child : node.children()) {
          if (child.is(K::duration)) since.length = time_length(child);
          if (child.is(K::event)) since.event = event(child);
        }
        return make(node, ast::Condition::Kind::since, std::move(since));
      }
      case K::event_count: {
        ast::EventCount count;
        for (Node child : node.children()) {
          if (child.is(K::quantity)) count.quantity = quantity(child);
          if (child.is(K::event)) count.event = event(child);
        }
        return make(node, ast::Condition::Kind::event_count, std::move(count));
      }
      default:
        return make(node, ast::Condition::Kind::simple, simple(node));
    }
  }

  ast::ClockWindow clock_window(Node node) {
    ast::ClockWindow window;
    bool first = true;
    for (Node child : node.children()) {
      (first ? window.from_ms : window.until_ms) = clock(child);
      first = false;
    }
    return window;
  }

  // --- actions ---
  std::vector<ast::Action> actions(Node node) {
    std::vector<ast::Action> all;
    for (Node child : node.children()) all.push_back(action(child));
    return all;
  }

  void error(Code code, Span span, std::string message, std::string help) {
    diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
  }

 private:
  ast::TimeWord time_word(Node node) {
    for (auto [word, unit] : kTimeWords) {
      if (node.text() == word) return unit;
    }
    std::vector<std::string_view> words;
    for (auto [word, unit] : kTimeWords) words.push_back(word);
    std::string_view near = nearest_spelling(node.text(), words);
    error(Code::E0206, node.span(), fmt::format("`{}` is not a unit of time", node.text()),
          near.empty() ? "units of time are seconds, minutes, hours, days, weeks, months and years"
                       : fmt::format("did you mean `{}`?", near));
    return ast::TimeWord::day;
  }

  template <class Form>
  ast::Condition make(Node node, ast::Condition::Kind kind, Form form) {
    ast::Condition made;
    made.kind = kind;
    made.form = std::move(form);
    made.span = node.span();
    return made;
  }
  ast::Condition make(Node node, ast::Condition::Kind kind, std::monostate) {
    ast::Condition made;
    made.kind = kind;
    made.span = node.span();
    return made;
  }

  ast::Condition joined(Node node, ast::Condition::Kind kind) {
    ast::Condition all = make(node, kind, std::monostate{});
    for (Node child : node.children()) all.parts.push_back(condition(child));
    if (all.parts.size() != 1) return all;
    ast::Condition only = std::move(all.parts[0]);
    return only;
  }

  ast::Condition timed(Node node) {
    std::optional<ast::Condition> inner;
    ast::Timed form;
    std::optional<ast::SumCompared> sum;
    std::optional<ast::Condition> right;
    Span left_span = node.span();
    for (Node child : node.children()) {
      if (!inner) {
        inner = condition(child);
      } else if (child.is(K::sum_compared)) {
        sum.emplace();
        for (Node part : child.children()) {
          if (part.is(K::comparison)) sum->relation = comparison(part.text());
          if (part.is(K::amount)) sum->amount = value(part);
          if (part.is(K::timed)) right = timed(part);
        }
      } else {
        form.suffixes.push_back(suffix(child));
        left_span.end = child.span().end;
      }
    }
    ast::Condition result = *std::move(inner);
    if (!form.suffixes.empty()) {
      ast::Condition timed = make(node, ast::Condition::Kind::timed, std::move(form));
      timed.parts.push_back(std::move(result));
      timed.span = left_span;
      result = std::move(timed);
    }
    if (!sum) return result;
    ast::Condition compared = make(node, ast::Condition::Kind::sum_compared, *std::move(sum));
    compared.parts.push_back(std::move(result));
    if (right) compared.parts.push_back(*std::move(right));
    return compared;
  }

  ast::Suffix suffix(Node node) {
    using Kind = ast::Suffix::Kind;
    ast::Suffix s;
    s.span = node.span();
    std::string_view text = node.text();
    switch (node.kind()) {
      case K::scope:
        s.kind = text.starts_with("on")      ? Kind::same_network
                 : text.ends_with("imei")    ? Kind::per_imei
                 : text.ends_with("profile") ? Kind::per_profile
                                             : Kind::per_device;
        return s;
      case K::for_duration:
      case K::for_share:
        s.kind = node.is(K::for_share) ? Kind::for_share : Kind::for_duration;
        s.quantity = quantity(node);
        for (Node child : node.children()) {
          if (child.is(K::duration)) s.length = time_length(child);
        }
        return s;
      case K::within:
        s.kind = Kind::within;
        s.length = time_length(node.first());
        return s;
      default:
        break;
    }
    for (Node child : node.children()) on_count_part(child, s);
    return s;
  }

  void on_count_part(Node child, ast::Suffix& s) {
    using Kind = ast::Suffix::Kind;
    switch (child.kind()) {
      case K::quantity:
        s.quantity = quantity(child);
        break;
      case K::consecutive:
        s.kind = Kind::consecutive;
        if (child.has_children()) s.gaps = time_length(child.first());
        break;
      case K::share_of_days:
        s.kind = Kind::day_share;
        s.length = time_length(child.first().first());
        break;
      case K::calendar_unit:
        s.unit = child.text().starts_with("week")    ? ast::CountedUnit::weeks
                 : child.text().starts_with("month") ? ast::CountedUnit::months
                                                     : ast::CountedUnit::days;
        break;
      case K::within:
        s.kind = Kind::window_count;
        s.length = time_length(child.first());
        break;
      case K::in_calendar:
        s.kind = child.first().text() == "year" ? Kind::calendar_year : Kind::calendar_month;
        break;
      default:
        break;
    }
  }

  static ast::Relation comparison(std::string_view text) {
    if (text == "=" || text == "is") return ast::Relation::equal;
    if (text == "<") return ast::Relation::less;
    if (text == "<=") return ast::Relation::at_most;
    if (text == ">") return ast::Relation::more;
    if (text == ">=") return ast::Relation::at_least;
    return ast::Relation::not_equal;  // != and "is not"
  }

  static ast::Subject subject(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, ast::Subject>, 14> kSubjects = {{
        {"region", ast::Subject::region},
        {"network", ast::Subject::network},
        {"plmn", ast::Subject::plmn},
        {"profile", ast::Subject::profile},
        {"fallback", ast::Subject::fallback},
        {"roaming", ast::Subject::roaming},
        {"breakout", ast::Subject::breakout},
        {"rat", ast::Subject::rat},
        {"rejected", ast::Subject::rejected},
        {"speed", ast::Subject::speed},
        {"accuracy", ast::Subject::accuracy},
        {"data", ast::Subject::data},
        {"silent", ast::Subject::silent},
        {"date", ast::Subject::date},
    }};
    for (auto [word, meaning] : kSubjects) {
      if (text == word) return meaning;
    }
    if (text.starts_with("no")) return ast::Subject::no_service;
    if (text.starts_with("border")) return ast::Subject::border_distance;
    return text.starts_with("time") ? ast::Subject::time_of_day : ast::Subject::in_flight;
  }

  ast::Simple simple(Node node) {
    ast::Simple s;
    for (Node child : node.children()) {
      switch (child.kind()) {
        case K::subject:
          s.subject = subject(child.text());
          s.subject_span = child.span();
          break;
        case K::installed:
          s.subject = ast::Subject::installed;
          s.name = name(child.first());
          s.subject_span = child.span();
          break;
        case K::name:
          s.name = name(child);
          s.subject_span = child.span();
          break;
        case K::comparison:
          s.relation = comparison(child.text());
          break;
        case K::in_word:
          s.relation = ast::Relation::in;
          break;
        case K::not_in_word:
          s.relation = ast::Relation::not_in;
          break;
        case K::state_word:
          s.relation =
              child.text().ends_with("unknown") ? ast::Relation::unknown : ast::Relation::known;
          break;
        case K::happened_word:
          s.relation = ast::Relation::happened;
          break;
        case K::with_word:
          s.relation = ast::Relation::with;
          break;
        case K::has_word:
          s.relation = child.text() == "has"                                ? ast::Relation::has
                       : child.text().find("any") != std::string_view::npos ? ast::Relation::has_any
                       : child.text().find("all") != std::string_view::npos
                           ? ast::Relation::has_all
                           : ast::Relation::has_none;
          break;
        case K::list:
          s.values = values(child);
          break;
        default:
          break;
      }
    }
    return s;
  }

  ast::Event event(Node node) {
    ast::Event e;
    e.span = node.span();
    e.word = node.text().starts_with("commanded") ? ast::EventWord::commanded_switches
                                                  : ast::EventWord::named;
    for (Node child : node.children()) {
      if (child.is(K::mark) && e.word == ast::EventWord::named) {
        e.word = child.text() == "switches"   ? ast::EventWord::switches
                 : child.text() == "rejected" ? ast::EventWord::rejected
                                              : ast::EventWord::alert;
      } else if (child.is(K::name) || child.is(K::text)) {
        e.name = name(child);
      } else if (child.is(K::list)) {
        e.causes = values(child);
      }
    }
    return e;
  }

  ast::Action action(Node node) {
    ast::Action a;
    a.span = node.span();
    switch (node.kind()) {
      case K::choose:
        a.kind = ast::Action::Kind::choose;
        for (Node child : node.children()) {
          ast::Alternative alternative{name(child.first()), false};
          for (Node part : child.children()) alternative.if_installed |= part.is(K::mark);
          a.alternatives.push_back(std::move(alternative));
        }
        break;
      case K::keep:
        a.kind = ast::Action::Kind::keep;
        break;
      case K::approval:
        a.kind = ast::Action::Kind::approval;
        break;
      case K::preload:
      case K::remove:
      case K::fallback:
      case K::alert:
      case K::task:
        a.kind = node.is(K::preload)    ? ast::Action::Kind::preload
                 : node.is(K::remove)   ? ast::Action::Kind::remove
                 : node.is(K::fallback) ? ast::Action::Kind::fallback
                 : node.is(K::alert)    ? ast::Action::Kind::alert
                                        : ast::Action::Kind::task;
        a.name = name(node.first());
        break;
      case K::hold:
        a.kind = ast::Action::Kind::hold;
        a.length = time_length(node.first());
        break;
      case K::window:
        a.kind = ast::Action::Kind::window;
        a.window = clock_window(node);
        break;
      case K::rollout:
        a.kind = ast::Action::Kind::rollout;
        for (Node child : node.children()) {
          if (child.is(K::amount)) a.stages.push_back(value(child));
          if (child.is(K::duration)) a.length = time_length(child);
        }
        break;
      default:
        a.kind = ast::Action::Kind::requires_condition;
        a.condition = condition(node.first());
        break;
    }
    return a;
  }

  DiagnosticList& diagnostics_;
};

class DeclarationBuilder {
 public:
  explicit DeclarationBuilder(DiagnosticList& diagnostics) : build_(diagnostics) {}

  ast::Declaration declaration(Node node) {
    switch (node.kind()) {
      case K::policy:
        return policy(node);
      case K::attribute:
        return attribute(node);
      case K::profile:
        return profile(node);
      case K::region:
        return region(node);
      case K::set:
        return set(node);
      case K::define:
        return define(node);
      case K::otherwise:
        return ast::Otherwise{build_.actions(node.first()), node.span()};
      case K::test:
        return test(node);
      default:
        return rule(node);
    }
  }

 private:
  ast::Policy policy(Node node) {
    ast::Policy p;
    p.span = node.span();
    for (Node child : node.children()) {
      switch (child.kind()) {
        case K::name:
          p.name = build_.name(child);
          break;
        case K::mark:
          p.first_match = true;
          break;
        case K::version:
          p.version = build_.name(child.first());
          break;
        case K::owner:
          p.owner = build_.name(child.first());
          break;
        case K::timezone:
          p.zone = build_.name(child.first());
          break;
        case K::settle:
          p.settle = build_.time_length(child.first());
          break;
        case K::carry:
          p.carry = build_.time_length(child.first());
          break;
        default:
          p.lead = build_.time_length(child.first());
          break;
      }
    }
    return p;
  }

  static ast::Attribute::Type plain_type(Node node) {
    return node.text() == "flag"   ? ast::Attribute::Type::flag
           : node.text() == "text" ? ast::Attribute::Type::text
                                   : ast::Attribute::Type::country;
  }

  void attribute_type(Node node, ast::Attribute& a) {
    switch (node.kind()) {
      case K::number_type:
        a.type = ast::Attribute::Type::number;
        if (node.has_children()) a.unit = build_.name(node.first());
        break;
      case K::plain_type:
        a.type = plain_type(node);
        break;
      case K::set_type:
        a.is_set = true;
        attribute_type(node.first(), a);
        break;
      default:
        a.type = ast::Attribute::Type::choice;
        for (Node child : node.children()) a.choices.push_back(build_.name(child));
        break;
    }
  }

  ast::Attribute attribute(Node node) {
    ast::Attribute a;
    a.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::name)) {
        a.name = build_.name(child);
      } else if (child.is(K::valid)) {
        a.valid = build_.time_length(child.first());
      } else {
        attribute_type(child, a);
      }
    }
    return a;
  }

  std::vector<ast::Name> names(Node node) {
    std::vector<ast::Name> all;
    for (Node child : node.children()) all.push_back(build_.name(child));
    return all;
  }

  ast::Profile profile(Node node) {
    ast::Profile p;
    p.span = node.span();
    for (Node child : node.children()) {
      switch (child.kind()) {
        case K::name:
          p.name = build_.name(child);
          break;
        case K::home:
          p.home_none = child.first().is(K::mark);
          if (!p.home_none) p.home = names(child);
          break;
        case K::iccid:
          p.iccid_prefixes = names(child);
          break;
        case K::plmns:
          p.plmns = names(child);
          break;
        case K::download:
          p.download = build_.name(child.first());
          break;
        case K::breakout:
          p.breakout = names(child);
          break;
        default:
          p.cost = build_.number(child.first());
          break;
      }
    }
    return p;
  }

  ast::RegionMember member(Node node) {
    using Kind = ast::RegionMember::Kind;
    ast::RegionMember m;
    m.span = node.span();
    m.kind = node.is(K::circle)     ? Kind::circle
             : node.is(K::geojson)  ? Kind::geojson
             : node.is(K::corridor) ? Kind::corridor
                                    : Kind::name;
    if (m.kind == Kind::name) {
      m.name = build_.name(node);
      return m;
    }
    bool lat_seen = false;
    for (Node child : node.children()) {
      if (child.is(K::number)) {
        (lat_seen ? m.lon : m.lat) = build_.number(child);
        lat_seen = true;
      } else if (child.is(K::amount)) {
        m.length = build_.value(child);
      } else {
        m.name = build_.name(child);
      }
    }
    return m;
  }

  ast::Region region(Node node) {
    ast::Region r;
    r.span = node.span();
    bool named = false;
    for (Node child : node.children()) {
      if (!named) {
        r.name = build_.name(child);
        named = true;
      } else {
        r.members.push_back(member(child));
      }
    }
    return r;
  }

  ast::Set set(Node node) {
    ast::Set s;
    s.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::name)) s.name = build_.name(child);
      if (child.is(K::list)) s.values = build_.values(child);
    }
    return s;
  }

  ast::Define define(Node node) {
    ast::Define d;
    d.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::name)) {
        d.name = build_.name(child);
      } else {
        d.condition = build_.condition(child);
      }
    }
    return d;
  }

  ast::Rule rule(Node node) {
    ast::Rule r;
    r.span = node.span();
    for (Node child : node.children()) {
      switch (child.kind()) {
        case K::name:
          r.name = build_.name(child);
          break;
        case K::text:
          r.text = build_.name(child);
          break;
        case K::timezone:
          r.zone = build_.name(child.first());
          break;
        case K::overrides:
          for (ast::Name& name : names(child)) r.overrides.push_back(std::move(name));
          break;
        case K::actions:
          r.actions = build_.actions(child);
          break;
        default:
          r.condition = build_.condition(child);
          break;
      }
    }
    return r;
  }

  // --- tests ---
  ast::Moment moment(Node node) {
    return {std::string(node.text()), node.is(K::date), node.span()};
  }

  ast::TestPart part(Node node) {
    using Kind = ast::TestPart::Kind;
    ast::TestPart p;
    p.span = node.span();
    if (node.is(K::position_part)) {
      p.kind = Kind::position;
      p.key = {"position", node.span()};
      bool lat_seen = false;
      for (Node child : node.children()) {
        if (child.is(K::number)) {
          (lat_seen ? p.lon : p.lat) = build_.number(child);
          lat_seen = true;
        } else {
          ast::Value measure = build_.value(child.first());
          (child.is(K::accuracy_part)   ? p.accuracy
           : child.is(K::altitude_part) ? p.altitude
                                        : p.speed) = std::move(measure);
        }
      }
      return p;
    }
    bool keyed = false;
    for (Node child : node.children()) {
      if (!keyed) {
        p.key = build_.name(child);
        p.attribute = child.is(K::name);
        keyed = true;
      } else if (child.is(K::braces)) {
        p.kind = Kind::list;
        p.values = build_.values(child);
      } else if (child.is(K::mark) && child.text() == "unknown") {
        p.kind = Kind::unknown;
      } else if (child.is(K::number)) {
        ast::Value cause;
        cause.kind = ast::Value::Kind::amount;
        cause.text = std::string(child.text());
        cause.millionths = build_.number(child).millionths;
        cause.span = child.span();
        p.values.push_back(std::move(cause));
      } else {
        p.values.push_back(build_.value(child));
      }
    }
    return p;
  }

  void expectation(Node node, ast::TestLine& line) {
    using Kind = ast::Expectation::Kind;
    ast::Expectation e;
    e.span = node.span();
    switch (node.kind()) {
      case K::expect_keep:
        e.kind = Kind::keep;
        break;
      case K::expect_choose:
        e.kind = Kind::profile;
        break;
      case K::expect_alert:
        e.kind = Kind::alert;
        break;
      case K::expect_task:
        e.kind = Kind::task;
        break;
      case K::expect_by:
        e.kind = Kind::by;
        break;
      case K::expect_ban:
        e.kind = Kind::ban_violated;
        break;
      case K::expect_suppressed:
        e.kind = Kind::suppressed;
        break;
      default:
        line.on = moment(node.first());
        return;
    }
    if (node.has_children()) {
      e.name = build_.name(node.first());
      if (node.first().is(K::mark)) e.name.text.clear();  // by otherwise
    }
    line.expectations.push_back(std::move(e));
  }

  ast::TestLine line(Node node) {
    using Kind = ast::TestLine::Kind;
    ast::TestLine l;
    if (node.is(K::device_line)) {
      std::optional<ast::Name> device;
      for (Node child : node.children()) {
        if (!device) {
          device = build_.name(child);
        } else {
          l = line(child);
        }
      }
      l.device = std::move(device);
      l.span = node.span();
      return l;
    }
    l.kind = node.is(K::given)        ? Kind::given
             : node.is(K::at_line)    ? Kind::at
             : node.is(K::every_line) ? Kind::every
                                      : Kind::expect;
    l.span = node.span();
    bool from_seen = false;
    for (Node child : node.children()) {
      switch (child.kind()) {
        case K::timestamp:
        case K::date:
          (from_seen ? l.until : l.at) = moment(child);
          from_seen = true;
          break;
        case K::clock:
          l.clock_ms = build_.clock(child);
          break;
        case K::duration:
          l.period = build_.time_length(child);
          break;
        case K::mark:
          break;
        case K::position_part:
        case K::keyed_part:
        case K::assignment:
          l.parts.push_back(part(child));
          break;
        default:
          expectation(child, l);
          break;
      }
    }
    return l;
  }

  ast::Test test(Node node) {
    ast::Test t;
    t.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::text)) {
        t.name = build_.name(child);
      } else if (child.is(K::mark)) {
        t.obeying = true;
      } else {
        t.lines.push_back(line(child));
      }
    }
    return t;
  }

  Builder build_;
};

}  // namespace

ast::File build_ast(const SyntaxTree& tree, DiagnosticList& diagnostics) {
  ast::File file;
  file.source = tree.source;
  file.comments = tree.comments;
  DeclarationBuilder builder(diagnostics);
  for (Node node : declarations(tree)) file.declarations.push_back(builder.declaration(node));
  return file;
}

}  // namespace sojourn::lang
