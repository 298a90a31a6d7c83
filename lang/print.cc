#include "lang/print.h"

#include <fmt/format.h>

#include "engine/base/written_name.h"

namespace sojourn::lang {
namespace {

std::string_view word_of(ast::TimeWord unit, bool one) {
  switch (unit) {
    case ast::TimeWord::second:
      return one ? "second" : "seconds";
    case ast::TimeWord::minute:
      return one ? "minute" : "minutes";
    case ast::TimeWord::hour:
      return one ? "hour" : "hours";
    case ast::TimeWord::day:
      return one ? "day" : "days";
    case ast::TimeWord::week:
      return one ? "week" : "weeks";
    case ast::TimeWord::month:
      return one ? "month" : "months";
    case ast::TimeWord::year:
      return one ? "year" : "years";
  }
  return "";
}

std::string_view word_of(ast::Subject subject) {
  switch (subject) {
    case ast::Subject::region:
      return "region";
    case ast::Subject::network:
      return "network";
    case ast::Subject::plmn:
      return "plmn";
    case ast::Subject::profile:
      return "profile";
    case ast::Subject::fallback:
      return "fallback";
    case ast::Subject::roaming:
      return "roaming";
    case ast::Subject::breakout:
      return "breakout";
    case ast::Subject::rat:
      return "rat";
    case ast::Subject::no_service:
      return "no service";
    case ast::Subject::rejected:
      return "rejected";
    case ast::Subject::speed:
      return "speed";
    case ast::Subject::accuracy:
      return "accuracy";
    case ast::Subject::border_distance:
      return "border distance";
    case ast::Subject::data:
      return "data";
    case ast::Subject::silent:
      return "silent";
    case ast::Subject::time_of_day:
      return "time of day";
    case ast::Subject::date:
      return "date";
    case ast::Subject::in_flight:
      return "in flight";
    case ast::Subject::installed:
    case ast::Subject::named:
      return "";
  }
  return "";
}

std::string_view word_of(ast::Relation relation) {
  switch (relation) {
    case ast::Relation::none:
      return "";
    case ast::Relation::equal:
      return "=";
    case ast::Relation::not_equal:
      return "!=";
    case ast::Relation::less:
      return "<";
    case ast::Relation::at_most:
      return "<=";
    case ast::Relation::more:
      return ">";
    case ast::Relation::at_least:
      return ">=";
    case ast::Relation::in:
      return "in";
    case ast::Relation::not_in:
      return "not in";
    case ast::Relation::has:
      return "has";
    case ast::Relation::has_any:
      return "has any of";
    case ast::Relation::has_all:
      return "has all of";
    case ast::Relation::has_none:
      return "has none of";
    case ast::Relation::known:
      return "known";
    case ast::Relation::unknown:
      return "unknown";
    case ast::Relation::happened:
      return "happened";
    case ast::Relation::with:
      return "with";
  }
  return "";
}

std::string_view before(ast::Sense sense) {
  switch (sense) {
    case ast::Sense::none:
      return "";
    case ast::Sense::at_least:
      return "at least ";
    case ast::Sense::more_than:
      return "more than ";
    case ast::Sense::fewer_than:
      return "fewer than ";
    case ast::Sense::at_most:
      return "at most ";
    case ast::Sense::exactly:
      return "exactly ";
  }
  return "";
}

// `unit` follows the number directly (%), before "or more".
std::string print_quantity(const ast::Quantity& q, std::string_view unit = "") {
  std::string number = print_millionths(q.number.millionths).append(unit);
  if (!q.sense_after) return std::string(before(q.sense)) + number;
  return number + (q.sense == ast::Sense::at_least ? " or more" : " or fewer");
}

std::string print_event(const ast::Event& event) {
  switch (event.word) {
    case ast::EventWord::switches:
      return "switches";
    case ast::EventWord::commanded_switches:
      return "commanded switches";
    case ast::EventWord::rejected:
      return event.causes.empty() ? "rejected" : "rejected with " + print(event.causes);
    case ast::EventWord::alert:
      return "alert " + print_text(event.name.text);
    case ast::EventWord::named:
      return print_name(event.name.text);
  }
  return "";
}

std::string print_simple(const ast::Simple& simple) {
  std::string out(word_of(simple.subject));
  if (simple.subject == ast::Subject::installed) out = "installed ";
  if (out.empty() || simple.subject == ast::Subject::installed) out += print_name(simple.name.text);
  if (simple.relation == ast::Relation::none) return out;
  out.append(" ").append(word_of(simple.relation));
  return simple.values.empty() ? out : out.append(" ").append(print(simple.values));
}

enum class Around { nothing, disjunction, conjunction, negation, time_form };

bool needs_brackets(const ast::Condition& inner, Around around, bool first) {
  switch (inner.kind) {
    case ast::Condition::Kind::disjunction:
      return around != Around::nothing;
    case ast::Condition::Kind::conjunction:
      return around != Around::nothing;
    case ast::Condition::Kind::negation:
      return around == Around::time_form;
    case ast::Condition::Kind::timed:
    case ast::Condition::Kind::sum_compared:
      return around == Around::negation || around == Around::time_form ||
             ((around == Around::conjunction || around == Around::disjunction) && !first);
    default:
      return false;
  }
}

std::string print_inside(const ast::Condition& inner, Around around, bool first = true) {
  std::string text = print(inner);
  return needs_brackets(inner, around, first) ? "(" + text + ")" : text;
}

std::string print_parts(const ast::Condition& whole, std::string_view joint) {
  std::string out;
  for (std::size_t i = 0; i < whole.parts.size(); ++i) {
    if (i > 0) out += joint;
    out += print_part(whole, i);
  }
  return out;
}

std::string print_timed(const ast::Condition& condition) {
  std::string out = print_inside(condition.parts[0], Around::time_form);
  for (const ast::Suffix& suffix : std::get<ast::Timed>(condition.form).suffixes) {
    out.append(" ").append(print(suffix));
  }
  return out;
}

std::string print_sum(const ast::Condition& condition) {
  const auto& sum = std::get<ast::SumCompared>(condition.form);
  std::string out = print(condition.parts[0]);
  out.append(" ").append(word_of(sum.relation)).append(" ");
  return out + (sum.amount ? print(*sum.amount) : print(condition.parts[1]));
}

}  // namespace

std::string print_name(std::string_view name) { return written_name(name); }

std::string print_text(std::string_view text) { return written_text(text); }

std::string print_millionths(std::int64_t millionths) {
  bool negative = millionths < 0;
  std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(millionths)
                                     : static_cast<std::uint64_t>(millionths);
  std::string out = fmt::format("{}{}", negative ? "-" : "", magnitude / 1'000'000);
  if (magnitude % 1'000'000 == 0) return out;
  out += fmt::format(".{:06}", magnitude % 1'000'000);
  while (out.back() == '0') out.pop_back();
  return out;
}

std::string print_decided_by(std::string_view label) {
  constexpr std::string_view kBan = "ban ";
  if (label.empty()) return "by otherwise";
  if (label.starts_with(kBan)) return "by ban " + print_name(label.substr(kBan.size()));
  return "by " + print_name(label);
}

std::string print(const ast::TimeLength& length) {
  std::string out;
  for (const ast::TimeLength::Part& part : length.parts) {
    if (!out.empty()) out += ' ';
    out += fmt::format("{} {}", print_millionths(part.millionths),
                       word_of(part.unit, part.millionths == 1'000'000));
  }
  return out;
}

std::string print(const ast::Value& value) {
  switch (value.kind) {
    case ast::Value::Kind::name:
      return print_name(value.text);
    case ast::Value::Kind::text:
      return print_text(value.text);
    case ast::Value::Kind::amount:
      return print_millionths(value.millionths) +
             (value.unit.empty() || value.unit == "%" ? "" : " ") + value.unit;
    case ast::Value::Kind::clock:
      return print_clock(value.clock_ms);
    default:
      return value.text;
  }
}

std::string print(const std::vector<ast::Value>& values) {
  std::string out;
  for (const ast::Value& value : values) {
    if (!out.empty()) out += ", ";
    out += print(value);
  }
  return out;
}

std::string print(const ast::Suffix& s) {
  using Kind = ast::Suffix::Kind;
  switch (s.kind) {
    case Kind::same_network:
      return "on the same network";
    case Kind::per_imei:
      return "per imei";
    case Kind::per_profile:
      return "per profile";
    case Kind::per_device:
      return "per device";
    case Kind::for_duration:
      return fmt::format("for {}{}", before(s.quantity.sense), print(s.length));
    case Kind::for_share:
      return fmt::format("for {} of {}", print_quantity(s.quantity, "%"), print(s.length));
    case Kind::consecutive: {
      std::string out = fmt::format("on {} consecutive days", print_quantity(s.quantity));
      return s.gaps ? out + " allowing gaps of " + print(*s.gaps) : out;
    }
    case Kind::window_count: {
      std::string_view unit = s.unit == ast::CountedUnit::days    ? "days"
                              : s.unit == ast::CountedUnit::weeks ? "weeks"
                                                                  : "months";
      return fmt::format("on {} {} within {}", print_quantity(s.quantity), unit, print(s.length));
    }
    case Kind::calendar_month:
      return fmt::format("on {} days in this calendar month", print_quantity(s.quantity));
    case Kind::calendar_year:
      return fmt::format("on {} days in this calendar year", print_quantity(s.quantity));
    case Kind::day_share:
      return fmt::format("on {} of days within {}", print_quantity(s.quantity, "%"),
                         print(s.length));
    case Kind::within:
      return "within " + print(s.length);
  }
  return "";
}

std::string print_clock(std::int32_t clock_ms) {
  std::int32_t second = clock_ms / 1000;
  std::string out = fmt::format("{:02}:{:02}", second / 3600, second / 60 % 60);
  return second % 60 == 0 ? out : out + fmt::format(":{:02}", second % 60);
}

std::string print(const ast::Condition& condition) {
  switch (condition.kind) {
    case ast::Condition::Kind::disjunction:
      return print_parts(condition, " or ");
    case ast::Condition::Kind::conjunction:
      return print_parts(condition, " and ");
    case ast::Condition::Kind::negation:
      return "not " + print_inside(condition.parts[0], Around::negation);
    case ast::Condition::Kind::simple:
      return print_simple(std::get<ast::Simple>(condition.form));
    case ast::Condition::Kind::timed:
      return print_timed(condition);
    case ast::Condition::Kind::sum_compared:
      return print_sum(condition);
    case ast::Condition::Kind::date_bound: {
      const auto& bound = std::get<ast::DateBound>(condition.form);
      return fmt::format("{} {}", bound.until ? "until" : "from", to_text(bound.day));
    }
    case ast::Condition::Kind::clock_window: {
      const auto& window = std::get<ast::ClockWindow>(condition.form);
      return fmt::format("between {} and {}", print_clock(window.from_ms),
                         print_clock(window.until_ms));
    }
    case ast::Condition::Kind::since: {
      const auto& since = std::get<ast::Since>(condition.form);
      return fmt::format("{} since {}", print(since.length), print_event(since.event));
    }
    case ast::Condition::Kind::event_count: {
      const auto& count = std::get<ast::EventCount>(condition.form);
      return fmt::format("{} {}", print_quantity(count.quantity), print_event(count.event));
    }
    case ast::Condition::Kind::fleet_count: {
      const auto& count = std::get<ast::FleetCount>(condition.form);
      return fmt::format("{} devices with the same {}", print_quantity(count.quantity),
                         print_name(count.attribute.text));
    }
  }
  return "";
}

std::string print_part(const ast::Condition& whole, std::size_t part) {
  bool conjunction = whole.kind == ast::Condition::Kind::conjunction;
  return print_inside(whole.parts[part], conjunction ? Around::conjunction : Around::disjunction,
                      part == 0);
}

std::string print(const ast::Action& a) {
  using Kind = ast::Action::Kind;
  switch (a.kind) {
    case Kind::choose: {
      std::string out = "profile = ";
      for (std::size_t i = 0; i < a.alternatives.size(); ++i) {
        if (i > 0) out += " or ";
        out += print_name(a.alternatives[i].profile.text);
        if (a.alternatives[i].if_installed) out += " if installed";
      }
      return out;
    }
    case Kind::keep:
      return "keep";
    case Kind::preload:
      return "preload " + print_name(a.name.text);
    case Kind::remove:
      return "delete " + print_name(a.name.text);
    case Kind::fallback:
      return "fallback = " + print_name(a.name.text);
    case Kind::alert:
      return "alert " + print_text(a.name.text);
    case Kind::task:
      return "task " + print_text(a.name.text);
    case Kind::approval:
      return "approval";
    case Kind::hold:
      return "hold " + print(a.length);
    case Kind::window:
      return fmt::format("between {} and {}", print_clock(a.window.from_ms),
                         print_clock(a.window.until_ms));
    case Kind::rollout:
      return fmt::format("rollout {} each {}", print(a.stages), print(a.length));
    case Kind::requires_condition:
      return "requires " + print(*a.condition);
  }
  return "";
}

std::string print(const ast::RegionMember& m) {
  switch (m.kind) {
    case ast::RegionMember::Kind::name:
      return print_name(m.name.text);
    case ast::RegionMember::Kind::circle:
      return fmt::format("circle({}, {}, {})", print_millionths(m.lat.millionths),
                         print_millionths(m.lon.millionths), print(m.length));
    case ast::RegionMember::Kind::geojson:
      return "geojson " + print_text(m.name.text);
    case ast::RegionMember::Kind::corridor:
      return fmt::format("corridor({}) along {}", print(m.length), print_text(m.name.text));
  }
  return "";
}

std::string print(const ast::TestPart& p) {
  using Kind = ast::TestPart::Kind;
  if (p.kind == Kind::position) {
    std::string out = fmt::format("position {} {}", print_millionths(p.lat.millionths),
                                  print_millionths(p.lon.millionths));
    if (p.accuracy) out += " accuracy " + print(*p.accuracy);
    if (p.altitude) out += " altitude " + print(*p.altitude);
    if (p.speed) out += " speed " + print(*p.speed);
    return out;
  }
  const std::string& key = p.key.text;
  bool assigned = p.attribute || key == "profile" || key == "installed" || key == "fallback" ||
                  key == "commissioned" || p.kind != Kind::value;
  std::string out = p.attribute ? print_name(key) : key;
  if (key == "rejected" && !p.attribute) {
    out += " with";
    assigned = false;
  }
  out += assigned ? " = " : " ";
  if (p.kind == Kind::unknown) return out + "unknown";
  if (p.kind == Kind::list) return out + "{" + print(p.values) + "}";
  // `none` and `roaming` stand bare here, though they are words of the language.
  const ast::Value& value = p.values[0];
  bool bare =
      value.kind == ast::Value::Kind::name && (value.text == "none" || value.text == "roaming");
  return out + (bare ? value.text : print(value));
}

}  // namespace sojourn::lang
