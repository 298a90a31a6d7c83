// Random policies as people write them, with a structure of their own: what the rule file says is
// printed from it, and what it means is found from it by naive_law.h, which knows neither the
// language's code nor the engine's.
//
// Every length of time is whole hours and every zone's offset too, so that nothing changes within
// an hour of UTC but what "more than" asks for, a millisecond later.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/device/random_life.h"

namespace sojourn::lang::testing {

using sojourn::testing::Chance;

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
    recently,  // owner-changed within `number` hours
    since,     // `number` hours since owner-changed
    alerted,   // `number` hours since alert "a0"
    form,      // parts[0], counted
  };
  enum class Form { held, within, consecutive, days, weeks, months, month, year, share, day_share };
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
      return fmt::format("owner-changed within {} hours", a.number);
    case Kind::since:
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
  std::vector<LawRule> rules;
  std::vector<LawBan> bans;
  std::vector<LawGuard> guards;

  static constexpr std::string_view kProfiles[] = {"global", "vivo-local", "turk-local", "nowhere"};
  std::string text() const;
};

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

// Makes laws of every form, with thresholds that a life of a week or two crosses.
class LawMaker {
 public:
  LawMaker(Chance& chance, Instant start) : chance_(chance), start_(start) {}

  Law make() {
    Law law;
    law.zone = zone();
    law.settle_hours = number(0, 3);
    law.carry_hours = one_of<int>({1, 5, 24, 60, 168});
    law.first_match = chance_.one_in(3);
    for (int b = number(0, 3); b > 0; --b) law.bans.push_back(ban());
    int rules = number(2, 6);
    for (int r = 0; r < rules; ++r) law.rules.push_back(rule(law, static_cast<std::size_t>(r)));
    if (chance_.one_in(12)) ask_since_alert(law);
    if (chance_.one_in(3)) law.guards.push_back(guard(law));
    return law;
  }

 private:
  using Kind = Asked::Kind;
  using Form = Asked::Form;
  using Sense = Asked::Sense;

  int number(int from, int to) {
    return from + static_cast<int>(chance_.below(static_cast<std::size_t>(to - from + 1)));
  }
  template <class T>
  T one_of(const std::vector<T>& values) {
    return chance_.of(values);
  }
  std::string zone() {
    return one_of<std::string>({"UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin",
                                "America/New_York", "America/Sao_Paulo"});
  }
  std::string own_zone() { return chance_.one_in(5) ? zone() : ""; }
  std::string profile() { return std::string(Law::kProfiles[chance_.below(4)]); }
  std::int32_t day() { return TimeZone().day_of(start_).number + number(-2, 12); }
  std::vector<std::string> countries() {
    return one_of<std::vector<std::string>>(
        {{"BR"}, {"UY"}, {"FR"}, {"BR", "UY"}, {"GP"}, {"GP", "MQ", "BL", "MF", "GF"}});
  }

  // What can be counted: it changes on whole hours only.
  Asked simple() {
    Asked a;
    a.kind = one_of<Kind>({Kind::region, Kind::network, Kind::roaming, Kind::roaming, Kind::roaming,
                           Kind::plmn, Kind::profile, Kind::no_service, Kind::type, Kind::battery,
                           Kind::region, Kind::breakout, Kind::known});
    switch (a.kind) {
      case Kind::breakout:
        a.names = {chance_.one_in(2) ? "DE" : "BR"};
        break;
      case Kind::roaming:
        if (!chance_.one_in(4)) a.names = countries();
        break;
      case Kind::region:
        if (!chance_.one_in(4)) a.names = countries();
        if (a.names.empty() || chance_.one_in(8)) a.names.push_back("BR-SP");
        break;
      case Kind::network:
        a.names = countries();
        break;
      case Kind::known:
        a.names = {one_of<std::string>({"region", "type", "battery"})};
        break;
      case Kind::plmn:
        a.names = one_of<std::vector<std::string>>({{"724-05"}, {"724-06", "748-01"}, {"340-01"}});
        break;
      case Kind::profile:
        a.names = {profile()};
        break;
      case Kind::type:
        a.names = {chance_.one_in(2) ? "meter" : "tracker"};
        break;
      case Kind::battery:
        a.number = number(1, 9) * 10;
        break;
      default:
        break;
    }
    return a;
  }
  Asked countable() {
    if (chance_.one_in(3)) {
      Asked a;
      a.kind = chance_.one_in(2) ? Kind::all : Kind::any;
      a.parts = {simple(), simple()};
      return a;
    }
    if (chance_.one_in(6)) return negation(simple());
    return simple();
  }
  static Asked negation(Asked inner) {
    Asked a;
    a.kind = Kind::negation;
    a.parts.push_back(std::move(inner));
    return a;
  }

  Asked form(const std::string& zone, bool of_ban) {
    Asked a;
    a.kind = Kind::form;
    a.zone = zone;
    a.parts = {of_ban && chance_.one_in(2) ? roaming() : countable()};
    a.same_network = chance_.one_in(3);
    a.per_imei = chance_.one_in(5);
    a.per_profile = chance_.one_in(4);
    std::vector<Form> forms = {Form::consecutive, Form::days,   Form::consecutive, Form::days,
                               Form::held,        Form::month,  Form::year,        Form::day_share,
                               Form::weeks,       Form::months, Form::within,      Form::share};
    a.form = one_of<Form>(forms);
    a.sense = one_of<Sense>({Sense::at_least, Sense::more_than});
    a.number = number(1, 6);
    switch (a.form) {
      case Form::held:
        a.number = number(1, 40);
        break;
      case Form::within:
        a.other = number(1, 40);
        if (!of_ban && chance_.one_in(3)) a.parts = {held(zone)};
        break;
      case Form::consecutive:
        a.gap = chance_.one_in(3) ? number(1, 3) : 0;
        break;
      case Form::days:
        a.other = a.number + number(1, 4);
        break;
      case Form::weeks:
      case Form::months:
        a.number = 1;
        a.sense = Sense::at_least;
        a.other = number(2, 3);
        if (chance_.one_in(2)) a.number = 2;
        break;
      case Form::share:
        a.sense = Sense::more_than;
        a.number = one_of<std::int64_t>({25, 50, 75});
        a.other = number(1, 15) * 4;
        break;
      case Form::day_share:
        a.sense = Sense::more_than;
        a.number = one_of<std::int64_t>({25, 50, 75});
        a.other = number(2, 6);
        break;
      default:
        break;
    }
    bool counts_days = a.form == Form::consecutive || a.form == Form::days ||
                       a.form == Form::month || a.form == Form::year;
    if (counts_days && !of_ban && chance_.one_in(3)) {
      a.sense = one_of<Sense>({Sense::fewer_than, Sense::at_most, Sense::exactly});
      ++a.number;
    }
    return a;
  }
  // What `within` may look for: that it held so long, at whatever whole hour.
  Asked held(const std::string& zone) {
    Asked a;
    a.kind = Kind::form;
    a.form = Form::held;
    a.zone = zone;
    a.number = number(1, 20);
    a.parts = {countable()};
    return a;
  }
  Asked joined(Kind kind, Asked one, Asked other) {
    Asked a;
    a.kind = kind;
    a.parts = {std::move(one), std::move(other)};
    return a;
  }
  Asked dated(const std::string& zone) {
    Asked a;
    a.kind = chance_.one_in(2) ? Kind::from : Kind::until;
    a.zone = zone;
    a.number = day();
    return a;
  }
  Asked roaming() {
    Asked a;
    a.kind = Kind::roaming;
    a.names = {chance_.one_in(3) ? "UY" : "BR"};
    return a;
  }

  // What only a decision asks, not a count.
  Asked momentary(const std::string& zone) {
    Asked a;
    a.kind = one_of<Kind>({Kind::between, Kind::from, Kind::until, Kind::fleet, Kind::silent,
                           Kind::switches, Kind::rejected, Kind::data, Kind::happened,
                           Kind::recently, Kind::since, Kind::installed, Kind::between});
    a.zone = zone;
    switch (a.kind) {
      case Kind::between:
        a.number = number(0, 23);
        a.other = (a.number + number(1, 12)) % 24;
        break;
      case Kind::from:
      case Kind::until:
        a.number = day();
        break;
      case Kind::fleet:
        a.number = number(1, 3);
        break;
      case Kind::silent:
        a.number = number(1, 20);
        a.sense = chance_.one_in(2) ? Sense::at_least : Sense::more_than;
        break;
      case Kind::switches:
      case Kind::rejected:
        a.number = number(1, 3);
        a.other = number(1, 60);
        break;
      case Kind::data:
        a.names = {chance_.one_in(2) ? "BR" : "UY"};
        a.number = number(0, 2000);
        a.other = number(1, 4);
        break;
      case Kind::recently:
      case Kind::since:
        a.number = number(1, 50);
        break;
      case Kind::installed:
        a.names = {profile()};
        break;
      default:
        break;
    }
    return a;
  }

  Asked condition(const std::string& zone, int depth) {
    switch (depth == 0 ? number(0, 2) : number(0, 5)) {
      case 0:
        return simple();
      case 1:
        return form(zone, false);
      case 2:
        return chance_.one_in(2) ? momentary(zone) : form(zone, false);
      case 3:
        return negation(condition(zone, depth - 1));
      default: {
        Asked a;
        a.kind = chance_.one_in(3) ? Kind::any : Kind::all;
        a.parts = {condition(zone, depth - 1), condition(zone, depth - 1)};
        return a;
      }
    }
  }

  Wish wish() {
    Wish wish;
    if (chance_.one_in(8)) {
      wish.alert = true;
      return wish;
    }
    wish.keep = chance_.one_in(7);
    for (int i = wish.keep ? 0 : number(1, 3); i > 0; --i) {
      std::string name = profile();
      bool twice = false;
      for (const Wish::Choice& choice : wish.choices) twice = twice || choice.profile == name;
      if (!twice) wish.choices.push_back({name, chance_.one_in(4)});
    }
    wish.alert = chance_.one_in(4);
    if (wish.keep) return wish;
    if (chance_.one_in(5)) wish.needs = countable();
    if (chance_.one_in(5)) {
      int from = number(0, 23);
      wish.hours = {from, (from + number(1, 9)) % 24};
    }
    if (chance_.one_in(6)) wish.rollout = chance_.one_in(2) ? 0 : 10;
    wish.approval = chance_.one_in(12);
    if (chance_.one_in(6)) wish.hold_hours = number(1, 30);
    if (chance_.one_in(8)) wish.preload.push_back(profile());
    if (chance_.one_in(8)) wish.remove.push_back(profile());
    return wish;
  }

  LawRule rule(const Law& law, std::size_t index) {
    LawRule rule;
    rule.zone = own_zone();
    rule.when = condition(rule.zone, 2);
    rule.wish = wish();
    for (std::size_t other = 0; other < index && !law.first_match; ++other) {
      // Against a conflict: the later rule overrides the earlier ones.
      if (!chance_.one_in(4)) rule.overrides.push_back(other);
    }
    return rule;
  }

  // An alert that comes into force, and rules that ask how long ago. Nothing of theirs decides
  // whether the alert is raised.
  void ask_since_alert(Law& law) {
    law.asks_since_alert = true;
    law.rules[0].wish.alert = true;
    for (std::size_t r = 1; r < law.rules.size(); ++r) {
      std::erase(law.rules[r].overrides, 0u);
      if (r > 1 && chance_.one_in(2)) continue;
      Asked since;
      since.kind = Kind::alerted;
      since.number = number(1, 30);
      if (chance_.one_in(3)) since = negation(since);
      law.rules[r].when =
          joined(chance_.one_in(3) ? Kind::any : Kind::all, since, std::move(law.rules[r].when));
    }
  }

  LawBan ban() {
    LawBan ban;
    ban.zone = own_zone();
    ban.forbids_change = chance_.one_in(4);
    if (ban.forbids_change) {
      ban.never = condition(ban.zone, 1);
      return ban;
    }
    Asked counted = form(ban.zone, true);
    if (chance_.one_in(6)) counted = negation(counted);
    switch (number(0, 8)) {
      case 0:
        ban.never = chance_.one_in(2) ? roaming() : countable();
        break;
      case 1:
        ban.never = joined(Kind::all, counted, countable());
        break;
      case 2:
        ban.never = joined(Kind::any, counted, form(ban.zone, true));
        break;
      case 3:
        ban.never = joined(Kind::all, counted, form(ban.zone, true));
        break;
      case 4:
        ban.never = joined(Kind::all, joined(Kind::any, counted, countable()), simple());
        break;
      case 5:
        ban.never = joined(Kind::all, counted, dated(ban.zone));
        break;
      default:
        ban.never = counted;
    }
    bool counts = asks(ban.never, [](const Asked& a) { return a.kind == Kind::form; });
    if (counts && chance_.one_in(4)) count_from(ban.never, day());
    if (counts && chance_.one_in(2)) ban.notice = number(1, 4);
    if (chance_.one_in(5)) ban.from = day();
    if (chance_.one_in(6)) ban.until = day() + 4;
    if (ban.from && ban.until && *ban.until < *ban.from) ban.until.reset();
    ban.in_doubt_counts = chance_.one_in(4);
    if (chance_.one_in(2)) {
      ban.remedy = Wish{};
      ban.remedy->choices = {{profile(), false}};
    }
    return ban;
  }

  template <class Wanted>  // bool(const Asked&)
  static bool asks(const Asked& asked, const Wanted& wanted) {
    return wanted(asked) || std::any_of(asked.parts.begin(), asked.parts.end(),
                                        [&](const Asked& part) { return asks(part, wanted); });
  }

  // On the whole as well: there it is printed.
  static void count_from(Asked& never, std::int32_t day) {
    never.counting_from = day;
    for (Asked& part : never.parts) count_from(part, day);
  }

  LawGuard guard(const Law& law) {
    LawGuard guard;
    guard.most = number(0, 2);
    guard.hours = number(5, 100);
    guard.except_bans = chance_.one_in(2);
    if (chance_.one_in(2)) guard.except_rules.push_back(chance_.below(law.rules.size()));
    return guard;
  }

  Chance& chance_;
  Instant start_;
};

}  // namespace sojourn::lang::testing
