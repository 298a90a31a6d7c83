// Policies with a structure of their own: what the rule file says is printed from it, and what it
// means is found from it by naive_law.h, which knows neither the language's code nor the engine's.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sojourn::lang::testing {

// What a condition asks.
struct Asked {
  enum class Kind {
    all,
    any,
    negation,  // parts[0]
    region,    // names: countries, and BR-SP
    network,   // names: countries
    plmn,      // names: codes
    roaming,   // names: countries; none: anywhere
    profile,   // names[0]
    breakout,  // names: countries
    installed,
    no_service,
    type,     // names[0]
    battery,  // at least `number` percent
    known,    // names[0]: region, type or battery
    between,  // hour `number` to hour `other` of the device's own clock
    from,     // day `number` of `zone`, counted from 1970
    until,
    fleet,     // more than `number` devices with the same apn
    silent,    // for `number` hours, or for more
    switches,  // at least `number` within `other` hours
    rejected,  // at least `number` of cause 11 within `other` hours
    data,      // in names[0] within `other` days more than `number` bytes
    happened,  // owner-changed happened
    recently,  // owner-changed within `number` hours, or `other` months
    since,     // `number` hours, or `other` months, since owner-changed
    alerted,   // `number` hours since alert "a0"
    form,      // parts[0], counted
  };
  enum class Form {
    held,
    within,
    within_months,
    consecutive,
    days,
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
  std::vector<std::string> names;
  std::int64_t number = 0;
  std::int64_t other = 0;
  std::string zone;  // dates and forms: whose midnight; "" = the policy's
  Form form = Form::held;
  Sense sense = Sense::at_least;
  std::int64_t gap = 0;  // consecutive
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

std::string text_of(const Asked& asked);

inline std::string form_text(const Asked& a) {
  using Form = Asked::Form;
  std::string what = "(" + text_of(a.parts[0]) + ")";
  if (a.same_network) what += " on the same network";
  if (a.per_imei) what += " per imei";
  if (a.per_profile) what += " per profile";
  std::string count = quantity_text(a.sense, a.number);
  switch (a.form) {
    case Form::held:
      return fmt::format("{} for {}{} hours", what,
                         a.sense == Asked::Sense::more_than ? "more than " : "", a.number);
    case Form::within:
      return fmt::format("{} within {} hours", what, a.other);
    case Form::within_months:
      return fmt::format("{} within {} months", what, a.other);
    case Form::consecutive:
      return fmt::format(
          "{} on {} consecutive days{}", what, count,
          a.gap > 0 ? fmt::format(" allowing gaps of {} days", a.gap) : std::string());
    case Form::days:
      return fmt::format("{} on {} days within {} days", what, count, a.other);
    case Form::weeks:
      return fmt::format("{} on {} weeks within {} weeks", what, count, a.other);
    case Form::months:
      return fmt::format("{} on {} months within {} months", what, count, a.other);
    case Form::month:
      return fmt::format("{} on {} days in this calendar month", what, count);
    case Form::year:
      return fmt::format("{} on {} days in this calendar year", what, count);
    case Form::share:
      return fmt::format("{} for more than {}% of {} hours", what, a.number, a.other);
    case Form::day_share:
      return fmt::format("{} on more than {}% of days within {} days", what, a.number, a.other);
  }
  return "";
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
      return "not (" + text_of(a.parts[0]) + ")";
    case Kind::region:
      return "region in " + list_of(a.names);
    case Kind::network:
      return "network in " + list_of(a.names);
    case Kind::plmn:
      return "plmn in " + list_of(a.names);
    case Kind::roaming:
      return a.names.empty() ? "roaming" : "roaming in " + list_of(a.names);
    case Kind::profile:
      return "profile = " + a.names[0];
    case Kind::breakout:
      return "breakout in " + list_of(a.names);
    case Kind::installed:
      return "installed " + a.names[0];
    case Kind::no_service:
      return "no service";
    case Kind::type:
      return "type = " + a.names[0];
    case Kind::battery:
      return fmt::format("battery >= {}%", a.number);
    case Kind::known:
      return a.names[0] + " known";
    case Kind::between:
      return fmt::format("between {:02}:00 and {:02}:00", a.number, a.other);
    case Kind::from:
      return "from " + to_text(Day{static_cast<std::int32_t>(a.number)});
    case Kind::until:
      return "until " + to_text(Day{static_cast<std::int32_t>(a.number)});
    case Kind::fleet:
      return fmt::format("more than {} devices with the same apn", a.number);
    case Kind::silent:
      return fmt::format("silent for {}{} hours",
                         a.sense == Asked::Sense::more_than ? "more than " : "", a.number);
    case Kind::switches:
      return fmt::format("at least {} switches within {} hours", a.number, a.other);
    case Kind::rejected:
      return fmt::format("at least {} rejected with 11 within {} hours", a.number, a.other);
    case Kind::data:
      return fmt::format("data in {} within {} days > {} B", a.names[0], a.other, a.number);
    case Kind::happened:
      return "owner-changed happened";
    case Kind::recently:
      if (a.other > 0) return fmt::format("owner-changed within {} months", a.other);
      return fmt::format("owner-changed within {} hours", a.number);
    case Kind::since:
      if (a.other > 0) return fmt::format("{} months since owner-changed", a.other);
      return fmt::format("{} hours since owner-changed", a.number);
    case Kind::alerted:
      return fmt::format("{} hours since alert \"a0\"", a.number);
    case Kind::form:
      return form_text(a);
  }
  return "";
}

// What is asked for.
struct Wish {
  struct Choice {
    std::string profile;
    bool if_installed = false;
  };
  bool keep = false;
  std::vector<Choice> choices;  // neither kept nor chosen: alerts alone
  bool alert = false;
  std::optional<Asked> needs;                // requires
  std::optional<std::pair<int, int>> hours;  // between, of the device's own clock
  std::optional<int> rollout;                // percent of its first stage
  bool approval = false;
  int hold_hours = 0;
  std::vector<std::string> preload, remove;
};

inline std::string text_of(const Wish& wish, const std::string& alert) {
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
  if (wish.alert) add("alert \"" + alert + "\"");
  if (wish.needs) add("requires (" + text_of(*wish.needs) + ")");
  if (wish.hours)
    add(fmt::format("between {:02}:00 and {:02}:00", wish.hours->first, wish.hours->second));
  if (wish.rollout) add(fmt::format("rollout {}%, 100% each 24 hours", *wish.rollout));
  if (wish.approval) add("approval");
  if (wish.hold_hours > 0) add(fmt::format("hold {} hours", wish.hold_hours));
  for (const std::string& name : wish.preload) add("preload " + name);
  for (const std::string& name : wish.remove) add("delete " + name);
  return text;
}

struct LawRule {
  Asked when;
  Wish wish;
  std::string zone;
  std::vector<std::size_t> overrides;
};

struct LawBan {
  bool forbids_change = false;
  Asked never;
  std::string zone;
  std::optional<std::int32_t> from, until;
  int notice = 0;
  bool in_doubt_counts = false;
  std::optional<Wish> remedy;
};

struct LawGuard {
  int most = 0;
  int hours = 0;
  bool except_bans = false;
  std::vector<std::size_t> except_rules;
};

struct Law {
  std::string zone = "UTC";
  int settle_hours = 0;
  int carry_hours = 24;
  bool first_match = false;
  bool asks_since_alert = false;
  bool asks_months() const;  // of windows and deadlines, longer than most lives
  std::vector<LawRule> rules;
  std::vector<LawBan> bans;
  std::vector<LawGuard> guards;

  static constexpr std::string_view kProfiles[] = {"global", "vivo-local", "turk-local", "nowhere"};
  std::string text() const;
};

inline bool Law::asks_months() const {
  auto in_months = [](const Asked& a) {
    bool event = a.kind == Asked::Kind::recently || a.kind == Asked::Kind::since;
    return event ? a.other > 0
                 : a.kind == Asked::Kind::form && a.form == Asked::Form::within_months;
  };
  return std::any_of(rules.begin(), rules.end(),
                     [&](const LawRule& rule) { return asks(rule.when, in_months); }) ||
         std::any_of(bans.begin(), bans.end(),
                     [&](const LawBan& ban) { return asks(ban.never, in_months); });
}

inline std::string Law::text() const {
  std::string out = fmt::format(
      "policy random{} timezone {} settle {} hours carry {} hours\n"
      "attribute type : meter | tracker\nattribute battery : number in % valid 1 day\n"
      "attribute apn : text\n"
      "profile global home FR iccid 8933* breakout DE download \"a.example\"\n"
      "profile vivo-local home BR iccid 895510* breakout BR\n"
      "profile turk-local home TR iccid 899028* download \"b.example\"\n"
      "profile nowhere home none iccid 8988* breakout BR, DE download \"c.example\"\n",
      first_match ? " first-match" : "", zone, settle_hours, carry_hours);
  for (std::size_t b = 0; b < bans.size(); ++b) {
    const LawBan& ban = bans[b];
    out += fmt::format("{} b{}", ban.forbids_change ? "forbid change" : "ban", b);
    if (!ban.zone.empty()) out += " timezone " + ban.zone;
    if (ban.from) out += " from " + to_text(Day{*ban.from});
    if (ban.until) out += " until " + to_text(Day{*ban.until});
    if (!ban.forbids_change && ban.never.counting_from != INT32_MIN) {
      out += " counting from " + to_text(Day{ban.never.counting_from});
    }
    if (ban.notice > 0) out += fmt::format(" notice {} days", ban.notice);
    if (ban.in_doubt_counts) out += " in doubt counts";
    out += (ban.forbids_change ? " when " : " never ") + text_of(ban.never);
    if (ban.remedy) out += " remedy " + text_of(*ban.remedy, "");
    out += "\n";
  }
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const LawRule& rule = rules[r];
    out += fmt::format("rule r{}", r);
    if (!rule.zone.empty()) out += " timezone " + rule.zone;
    std::vector<std::string> below;
    for (std::size_t other : rule.overrides) below.push_back(fmt::format("r{}", other));
    if (!below.empty()) out += " overrides " + list_of(below);
    out += " when " + text_of(rule.when) + " then " + text_of(rule.wish, fmt::format("a{}", r));
    out += "\n";
  }
  out += "otherwise keep\n";
  for (const LawGuard& guard : guards) {
    out += fmt::format("guard at most {} switches per device within {} hours", guard.most,
                       guard.hours);
    std::vector<std::string> spared;
    if (guard.except_bans) spared.push_back("bans");
    for (std::size_t rule : guard.except_rules) spared.push_back(fmt::format("r{}", rule));
    if (!spared.empty()) out += " except for " + list_of(spared);
    out += "\n";
  }
  return out;
}

}  // namespace sojourn::lang::testing
