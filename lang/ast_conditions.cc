// Conditions and actions of an Ast.
#include <array>
#include <utility>

#include "lang/ast_phrases.h"

namespace sojourn::lang {
namespace {

using K = NodeKind;

template <class Form>
ast::Condition make(Node node, ast::Condition::Kind kind, Form form) {
  ast::Condition made;
  made.kind = kind;
  made.form = std::move(form);
  made.span = node.span();
  return made;
}

ast::Relation comparison(std::string_view text) {
  if (text == "=" || text == "is") return ast::Relation::equal;
  if (text == "<") return ast::Relation::less;
  if (text == "<=") return ast::Relation::at_most;
  if (text == ">") return ast::Relation::more;
  if (text == ">=") return ast::Relation::at_least;
  return ast::Relation::not_equal;  // != and "is not"
}

ast::Subject subject(std::string_view text) {
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

}  // namespace

ast::Condition PhraseBuilder::condition(Node node) {
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
      ast::Condition negation = make(node, ast::Condition::Kind::negation, std::monostate{});
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
        if (child.is(K::fleet_count)) {
          ast::FleetCount fleet{count.quantity, name(child.first())};
          return make(node, ast::Condition::Kind::fleet_count, std::move(fleet));
        }
      }
      return make(node, ast::Condition::Kind::event_count, std::move(count));
    }
    default:
      return make(node, ast::Condition::Kind::simple, simple(node));
  }
}

std::vector<ast::Action> PhraseBuilder::actions(Node node) {
  std::vector<ast::Action> all;
  for (Node child : node.children()) all.push_back(action(child));
  return all;
}

ast::Condition PhraseBuilder::joined(Node node, ast::Condition::Kind kind) {
  ast::Condition all = make(node, kind, std::monostate{});
  for (Node child : node.children()) all.parts.push_back(condition(child));
  if (all.parts.size() != 1) return all;
  ast::Condition only = std::move(all.parts[0]);
  return only;
}

ast::Condition PhraseBuilder::timed(Node node) {
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

ast::Suffix PhraseBuilder::suffix(Node node) {
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

void PhraseBuilder::on_count_part(Node child, ast::Suffix& s) {
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

ast::Simple PhraseBuilder::simple(Node node) {
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
                     : child.text().find("all") != std::string_view::npos ? ast::Relation::has_all
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

ast::Event PhraseBuilder::event(Node node) {
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

ast::Action PhraseBuilder::action(Node node) {
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

}  // namespace sojourn::lang
