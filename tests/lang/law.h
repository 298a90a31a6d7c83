// Policies with a structure of their own: what the rule file says is printed from it, and what it
// means is found from it by naive_law.h, which knows neither the language's code nor the engine's.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/instant.h"

namespace sojourn::lang::testing {

// What a condition asks.
struct Asked {
  enum class Kind {
    all,
    any,
    negation,  // parts[0]; in_short: `not in`, `!=` or `unknown` on it
    region,    // names: countries, BR-SP, and what is drawn: PORT, ROUTE, FARM
    network,   // names: countries
    plmn,      // names: codes
    roaming,   // names: countries; none: anywhere
    profile,   // names[0]
    breakout,  // names: countries
    installed,
    no_service,
    type,      // names
    battery,   // compared with `number` percent
    known,     // names[0]: what
    tag,       // names, asked for with `has`
    ecall,     // a flag
    made_in,   // names: countries
    apn,       // names[0]
    rat,       // names
    speed,     // compared with `number` metres per second
    accuracy,  // compared with `number` metres
    border,    // its distance, compared with `number` kilometres
    between,   // hour `number` to hour `other` of the device's own clock
    from,      // day `number` of `zone`, counted from 1970
    until,
    fleet,     // more than `number` devices with the same apn
    silent,    // for `number` hours, or for more
    switches,  // `number` of them within `other` of `unit`, and so the next three
    commanded,
    rejected,  // of the causes; none: of any
    named,     // owner-changed
    data,      // in names (none: anywhere) within `other` of `unit`, compared with `number` bytes,
               // or with those in names_compared
    happened,  // owner-changed happened
    recently,  // owner-changed within `number` hours, or `other` months
    since,     // `number` hours, or `other` months, since owner-changed
    alerted,   // `number` hours since alert "a0"
    alerts,    // `number` of alert "a0" within `other` hours
               // (hours of which a law has its own: Law::step)
    form,      // parts[0], counted
  };
  enum class Has { one, any, all, none };
  enum class Unit { hours, days, months };
  enum class Form {
    held,
    within,
    within_months,
    consecutive,
    days,
    days_of_months,
    weeks,
    months,
    month,
    year,
    share,
    day_share
  };
  enum class Sense { at_least, more_than, fewer_than, at_most, exactly };
  Kind kind = Kind::all;
  std::vector<Asked> parts;
  std::vector<std::string> names, names_compared;
  std::vector<int> causes;
  std::string compare = ">=";
  Has has = Has::one;
  Unit unit = Unit::hours;
  bool in_short = false;
  std::int64_t number = 0;
  std::int64_t other = 0;
  std::string zone;  // dates and forms: whose midnight; "" = the policy's
  Form form = Form::held;
  Sense sense = Sense::at_least;
  std::int64_t gap = 0;  // consecutive
  Duration step = hours(1);
  bool same_network = false, per_imei = false, per_profile = false;
  std::int32_t counting_from = INT32_MIN;  // days before it do not count (of a ban)
};

template <class Wanted>  // bool(const Asked&)
bool asks(const Asked& asked, const Wanted& wanted) {
  return wanted(asked) || std::any_of(asked.parts.begin(), asked.parts.end(),
                                      [&](const Asked& part) { return asks(part, wanted); });
}

inline std::string list_of(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

inline std::string quantity_text(Asked::Sense sense, std::int64_t number) {
  static const char* words[] = {"at least", "more than", "fewer than", "at most", "exactly"};
  return fmt::format("{} {}", words[static_cast<int>(sense)], number);
}

// So many steps in one of the units of elapsed time.
inline std::string length_text(std::int64_t count, Duration step) {
  std::int64_t seconds = count * step.ms / 1000;
  bool whole_hours = seconds % 3600 == 0;
  if (seconds == 0) return "0 hours";
  if (seconds % 604'800 == 0) return fmt::format("{} weeks", seconds / 604'800);
  if (seconds % 86'400 == 0) return fmt::format("{} days", seconds / 86'400);
  if (seconds % 60 != 0 || count % 7 == 0) return fmt::format("{} seconds", seconds);
  if (!whole_hours || count % 5 == 0) return fmt::format("{} minutes", seconds / 60);
  return fmt::format("{} hours", seconds / 3600);
}

std::string text_of(const Asked& asked);

inline std::string scope_text(const Asked& a) {
  return fmt::format("{}{}{}", a.same_network ? " on the same network" : "",
                     a.per_imei ? " per imei" : "", a.per_profile ? " per profile" : "");
}

inline std::string form_text(const Asked& a) {
  using Form = Asked::Form;
  std::string what = "(" + text_of(a.parts[0]) + ")" + scope_text(a);
  std::string count = quantity_text(a.sense, a.number);
  switch (a.form) {
    case Form::held:
      return fmt::format("{} for {}{}", what,
                         a.sense == Asked::Sense::more_than ? "more than " : "",
                         length_text(a.number, a.step));
    case Form::within:
      return fmt::format("{} within {}", what, length_text(a.other, a.step));
    case Form::within_months:
      return fmt::format("{} within {} months", what, a.other);
    case Form::consecutive:
      return fmt::format(
          "{} on {} consecutive days{}", what, count,
          a.gap > 0 ? fmt::format(" allowing gaps of {} days", a.gap) : std::string());
    case Form::days:
      return fmt::format("{} on {} days within {} days", what, count, a.other);
    case Form::days_of_months:
      return fmt::format("{} on {} days within {} months", what, count, a.other);
    case Form::weeks:
      if (a.other % 2 == 0) {
        return fmt::format("{} on {} weeks within {} days", what, count, a.other * 7);
      }
      return fmt::format("{} on {} weeks within {} weeks", what, count, a.other);
    case Form::months:
      return fmt::format("{} on {} months within {} months", what, count, a.other);
    case Form::month:
      return fmt::format("{} on {} days in this calendar month", what, count);
    case Form::year:
      return fmt::format("{} on {} days in this calendar year", what, count);
    case Form::share:
      return fmt::format("{} for {}% of {}", what, count, length_text(a.other, a.step));
    case Form::day_share:
      return fmt::format("{} on {}% of days within {} days", what, count, a.other);
  }
  return "";
}

// How far `other` of the unit reaches back. Of data, days are the calendar's and hours are not.
inline std::string window_text(const Asked& a) {
  if (a.unit == Asked::Unit::months) return fmt::format("{} months", a.other);
  if (a.unit == Asked::Unit::days) return fmt::format("{} days", a.other);
  bool whole_hours = a.other * a.step.ms % hours(1).ms == 0;
  if (a.kind != Asked::Kind::data) return length_text(a.other, a.step);
  if (whole_hours) return fmt::format("{} hours", a.other * a.step.ms / hours(1).ms);
  return fmt::format("{} seconds", a.other * a.step.ms / 1000);
}

inline std::string data_text(const std::vector<std::string>& countries, const Asked& a) {
  return fmt::format("data{}{}{} within {}", countries.empty() ? "" : " in ", list_of(countries),
                     scope_text(a), window_text(a));
}

inline std::string events_text(const Asked& a, const std::string& events) {
  return fmt::format("{} {}{} within {}", quantity_text(a.sense, a.number), events, scope_text(a),
                     window_text(a));
}

// `x in a`, and where it is denied in short `x not in a`.
inline std::string choice_text(std::string_view subject, const Asked& a, bool denied) {
  bool one = a.names.size() == 1 && a.kind != Asked::Kind::region &&
             a.kind != Asked::Kind::network && a.kind != Asked::Kind::breakout;
  return fmt::format("{} {} {}", subject,
                     one      ? (denied ? "!=" : "=")
                     : denied ? "not in"
                              : "in",
                     list_of(a.names));
}

// A condition without parts; `denied`: with `not in`, `!=` or `unknown`, where it has such a word.
inline std::string simple_text(const Asked& a, bool denied) {
  using Kind = Asked::Kind;
  static const char* kHas[] = {"has", "has any of", "has all of", "has none of"};
  switch (a.kind) {
    case Kind::region:
      return choice_text("region", a, denied);
    case Kind::network:
      return choice_text("network", a, denied);
    case Kind::plmn:
      return choice_text("plmn", a, denied);
    case Kind::roaming:
      return a.names.empty() ? "roaming" : "roaming in " + list_of(a.names);
    case Kind::profile:
      return choice_text("profile", a, denied);
    case Kind::breakout:
      return choice_text("breakout", a, denied);
    case Kind::installed:
      return "installed " + a.names[0];
    case Kind::no_service:
      return "no service";
    case Kind::type:
      return choice_text("type", a, denied);
    case Kind::battery:
      return fmt::format("battery {} {}%", a.compare, a.number);
    case Kind::speed:
      return fmt::format("speed {} {} m/s", a.compare, a.number);
    case Kind::accuracy:
      return fmt::format("accuracy {} {} m", a.compare, a.number);
    case Kind::border:
      return fmt::format("border distance {} {} km", a.compare, a.number);
    case Kind::tag:
      return fmt::format("tag {} {}", kHas[static_cast<int>(a.has)], list_of(a.names));
    case Kind::ecall:
      return "ecall";
    case Kind::made_in:
      return choice_text("made-in", a, denied);
    case Kind::apn:
      return choice_text("apn", a, denied);
    case Kind::rat:
      return choice_text("rat", a, denied);
    case Kind::known:
      return a.names[0] + (denied ? " unknown" : " known");
    case Kind::between:
      return fmt::format("between {:02}:00 and {:02}:00", a.number, a.other);
    case Kind::from:
      return "from " + to_text(Day{static_cast<std::int32_t>(a.number)});
    case Kind::until:
      return "until " + to_text(Day{static_cast<std::int32_t>(a.number)});
    case Kind::fleet:
      return fmt::format("more than {} devices with the same apn", a.number);
    case Kind::silent:
      return fmt::format("silent for {}{}", a.sense == Asked::Sense::more_than ? "more than " : "",
                         length_text(a.number, a.step));
    case Kind::switches:
      return events_text(a, "switches");
    case Kind::commanded:
      return events_text(a, "commanded switches");
    case Kind::named:
      return events_text(a, "owner-changed");
    case Kind::alerts:
      return events_text(a, "alert \"a0\"");
    case Kind::rejected:
      return events_text(a, a.causes.empty()
                                ? "rejected"
                                : fmt::format("rejected with {}", fmt::join(a.causes, ", ")));
    case Kind::data:
      if (a.names_compared.empty()) {
        return fmt::format("{} {} {} B", data_text(a.names, a), a.compare, a.number);
      }
      return fmt::format("{} {} {}", data_text(a.names, a), a.compare,
                         data_text(a.names_compared, a));
    case Kind::happened:
      return "owner-changed happened" + scope_text(a);
    case Kind::recently:
      return fmt::format(
          "owner-changed{} within {}", scope_text(a),
          a.other > 0 ? fmt::format("{} months", a.other) : length_text(a.number, a.step));
    case Kind::since:
      return fmt::format(
          "{} since owner-changed{}",
          a.other > 0 ? fmt::format("{} months", a.other) : length_text(a.number, a.step),
          scope_text(a));
    case Kind::alerted:
      return fmt::format("{} since alert \"a0\"", length_text(a.number, a.step));
    default:
      return "";
  }
}

inline std::string text_of(const Asked& a) {
  using Kind = Asked::Kind;
  auto joined = [&](const char* word) {
    std::string text;
    for (const Asked& part : a.parts) {
      text += fmt::format("{}({})", text.empty() ? "" : word, text_of(part));
    }
    return text;
  };
  switch (a.kind) {
    case Kind::all:
      return joined(" and ");
    case Kind::any:
      return joined(" or ");
    case Kind::negation:
      return a.in_short ? simple_text(a.parts[0], true) : "not (" + text_of(a.parts[0]) + ")";
    case Kind::form:
      return form_text(a);
    default:
      return simple_text(a, false);
  }
}

// What is asked for.
struct Wish {
  struct Choice {
    std::string profile;
    bool if_installed = false;
  };
  bool keep = false;
  std::vector<Choice> choices;  // neither kept nor chosen: alerts alone
  bool alert = false, task = false;
  std::optional<std::string> fallback;
  std::optional<Asked> needs;                // requires
  std::optional<std::pair<int, int>> hours;  // between, of the device's own clock
  std::optional<int> rollout;                // percent of its first stage
  bool approval = false;
  int hold_hours = 0;
  std::vector<std::string> preload, remove;
};

// `number`: of the rule, in the texts of its alert and task.
inline std::string text_of(const Wish& wish, std::string_view number, Duration step) {
  std::string text;
  auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (wish.keep) add("keep");
  if (!wish.choices.empty()) {
    std::string all;
    for (const Wish::Choice& choice : wish.choices) {
      all += fmt::format("{}{}{}", all.empty() ? "" : " or ", choice.profile,
                         choice.if_installed ? " if installed" : "");
    }
    add("profile = " + all);
  }
  if (wish.alert) add(fmt::format("alert \"a{}\"", number));
  if (wish.task) add(fmt::format("task \"t{}\"", number));
  if (wish.fallback) add("fallback = " + *wish.fallback);
  if (wish.needs) add("requires (" + text_of(*wish.needs) + ")");
  if (wish.hours)
    add(fmt::format("between {:02}:00 and {:02}:00", wish.hours->first, wish.hours->second));
  if (wish.rollout) add(fmt::format("rollout {}%, 100% each 24 hours", *wish.rollout));
  if (wish.approval) add("approval");
  if (wish.hold_hours > 0) add("hold " + length_text(wish.hold_hours, step));
  for (const std::string& name : wish.preload) add("preload " + name);
  for (const std::string& name : wish.remove) add("delete " + name);
  return text;
}

struct LawRule {
  Asked when;
  Wish wish;
  std::string zone;
  std::vector<std::size_t> overrides;
  bool defined = false;  // the condition has a name of its own
};

struct LawBan {
  bool forbids_change = false;
  Asked never;
  bool defined = false;
  std::string zone;
  std::optional<std::int32_t> from, until;
  int notice = 0;
  int assuming_hours = 0;  // within which a switch is taken to complete
  bool in_doubt_counts = false;
  std::optional<Wish> remedy;
};

struct LawGuard {
  int most = 0;
  int hours = 0;
  bool except_bans = false;
  std::vector<std::size_t> except_rules;
  std::string
      of_fleet;  // what it limits, if that is the fleet: "approval when more than 0 devices"

  friend bool operator==(const LawGuard&, const LawGuard&) = default;
};

struct Law {
  std::string zone = "UTC";
  // Whatever is called hours below and in Asked is so many of these; everything that happens lies
  // on a whole number of them.
  Duration step = hours(1);
  int lead_hours = 0;  // true hours; 0: as it is where nothing is said
  int settle_hours = 0;
  int carry_hours = 24;
  bool first_match = false;
  bool asks_since_alert = false;
  bool asks_months() const;  // of windows and deadlines, longer than most lives
  bool asks_hold() const;
  void count_in(Duration steps);
  std::vector<LawRule> rules;
  std::vector<LawBan> bans;
  std::vector<LawGuard> guards;
  std::optional<Wish> otherwise;
  bool sees_morocco = false;  // in what it and Western Sahara claim

  static constexpr std::string_view kProfiles[] = {"global", "vivo-local", "turk-local", "nowhere"};
  std::string text() const;
};

inline bool Law::asks_months() const {
  auto in_months = [](const Asked& a) {
    bool event = a.kind == Asked::Kind::recently || a.kind == Asked::Kind::since;
    if (event) return a.other > 0;
    bool form = a.form == Asked::Form::within_months || a.form == Asked::Form::days_of_months;
    return a.kind == Asked::Kind::form ? form : a.unit == Asked::Unit::months;
  };
  return std::any_of(rules.begin(), rules.end(),
                     [&](const LawRule& rule) { return asks(rule.when, in_months); }) ||
         std::any_of(bans.begin(), bans.end(),
                     [&](const LawBan& ban) { return asks(ban.never, in_months); });
}

inline bool Law::asks_hold() const {
  bool found = otherwise && otherwise->hold_hours > 0;
  for (const LawRule& rule : rules) found = found || rule.wish.hold_hours > 0;
  for (const LawBan& ban : bans) found = found || (ban.remedy && ban.remedy->hold_hours > 0);
  return found;
}

inline void count_in(Asked& asked, Duration steps) {
  asked.step = steps;
  for (Asked& part : asked.parts) count_in(part, steps);
}

inline void Law::count_in(Duration steps) {
  step = steps;
  auto of_wish = [&](Wish& wish) {
    if (wish.needs) testing::count_in(*wish.needs, steps);
  };
  for (LawRule& rule : rules) {
    testing::count_in(rule.when, steps);
    of_wish(rule.wish);
  }
  for (LawBan& ban : bans) {
    testing::count_in(ban.never, steps);
    if (ban.remedy) of_wish(*ban.remedy);
  }
}

inline std::string Law::text() const {
  std::string out = fmt::format(
      "policy random{} timezone {} settle {} carry {}{}{}\n"
      "attribute type : meter | tracker\nattribute battery : number in % valid {}\n"
      "attribute apn : text\nattribute tag : set of text\nattribute ecall : flag valid {}\n"
      "attribute made-in : country\n"
      "region PORT = circle(-23.5, -46.6, 12 km)\n"
      "region ROUTE = corridor(15 km) along \"route.geojson\"\n"
      "region FARM = geojson \"farm.geojson\"\n"
      "profile global home FR iccid 8933* breakout DE download \"a.example\"\n"
      "profile vivo-local home BR iccid 895510* breakout BR\n"
      "profile turk-local home TR iccid 899028* download \"b.example\"\n"
      "profile nowhere home none iccid 8988* breakout BR, DE download \"c.example\"\n",
      first_match ? " first-match" : "", zone, length_text(settle_hours, step),
      length_text(carry_hours, step),
      lead_hours > 0 ? fmt::format(" lead {} hours", lead_hours) : std::string(),
      sees_morocco ? " view disputed EH-MA as MA" : "", length_text(24, step),
      length_text(48, step));
  for (std::size_t b = 0; b < bans.size(); ++b) {
    const LawBan& ban = bans[b];
    if (ban.defined) out += fmt::format("define db{} = {}\n", b, text_of(ban.never));
    out += fmt::format("{} b{}", ban.forbids_change ? "forbid change" : "ban", b);
    if (!ban.zone.empty()) out += " timezone " + ban.zone;
    if (ban.from) out += " from " + to_text(Day{*ban.from});
    if (ban.until) out += " until " + to_text(Day{*ban.until});
    if (!ban.forbids_change && ban.never.counting_from != INT32_MIN) {
      out += " counting from " + to_text(Day{ban.never.counting_from});
    }
    if (ban.notice > 0) out += fmt::format(" notice {} days", ban.notice);
    if (ban.in_doubt_counts) out += " in doubt counts";
    if (ban.assuming_hours > 0) {
      out += fmt::format(" assuming a switch completes within {} hours", ban.assuming_hours);
    }
    out += ban.forbids_change ? " when " : " never ";
    out += ban.defined ? fmt::format("db{}", b) : text_of(ban.never);
    if (ban.remedy) out += " remedy " + text_of(*ban.remedy, fmt::format("b{}", b), step);
    out += "\n";
  }
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const LawRule& rule = rules[r];
    if (rule.defined) out += fmt::format("define dr{} = {}\n", r, text_of(rule.when));
    out += fmt::format("rule r{}", r);
    if (!rule.zone.empty()) out += " timezone " + rule.zone;
    std::vector<std::string> below;
    for (std::size_t other : rule.overrides) below.push_back(fmt::format("r{}", other));
    if (!below.empty()) out += " overrides " + list_of(below);
    out += " when " + (rule.defined ? fmt::format("dr{}", r) : text_of(rule.when));
    out += " then " + text_of(rule.wish, std::to_string(r), step) + "\n";
  }
  out += "otherwise " + (otherwise ? text_of(*otherwise, "o", step) : "keep") + "\n";
  for (const LawGuard& guard : guards) {
    if (!guard.of_fleet.empty()) {
      out += "guard " + guard.of_fleet;
    } else {
      out += fmt::format("guard at most {} switches per device within {}", guard.most,
                         length_text(guard.hours, step));
    }
    std::vector<std::string> spared;
    if (guard.except_bans) spared.push_back("bans");
    for (std::size_t rule : guard.except_rules) spared.push_back(fmt::format("r{}", rule));
    if (!spared.empty()) out += " except for " + list_of(spared);
    out += "\n";
  }
  return out;
}

}  // namespace sojourn::lang::testing
