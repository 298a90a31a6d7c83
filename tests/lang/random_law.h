// Random policies as people write them (law.h).
//
// Every length of time is whole hours or months and every zone's offset is whole hours, so that
// nothing changes within an hour of UTC but what "more than" asks for, a millisecond later. Some
// laws have shorter hours (Law::step).
#pragma once

#include "tests/device/random_life.h"
#include "tests/lang/law.h"

namespace sojourn::lang::testing {

using sojourn::testing::Chance;

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
    for (int g = chance_.one_in(3) ? number(1, 2) : 0; g > 0; --g) add_guard(law);
    if (chance_.one_in(3)) law.otherwise = otherwise();
    law.sees_morocco = chance_.one_in(2);
    if (chance_.one_in(4)) law.lead_hours = number(50, 90);
    law.count_in(one_of<Duration>(
        {hours(1), hours(1), hours(1), hours(1), minutes(20), minutes(5), milliseconds(30'000)}));
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
    return one_of<std::vector<std::string>>({{"BR"},
                                             {"UY"},
                                             {"FR"},
                                             {"BR", "UY"},
                                             {"GP"},
                                             {"GP", "MQ", "BL", "MF", "GF"},
                                             {"EH"},
                                             {"MA"}});
  }

  // What can be counted: it changes on whole hours only.
  Asked simple() {
    Asked a;
    a.kind = one_of<Kind>({Kind::region,  Kind::network, Kind::roaming,  Kind::roaming,
                           Kind::roaming, Kind::plmn,    Kind::profile,  Kind::no_service,
                           Kind::type,    Kind::battery, Kind::region,   Kind::breakout,
                           Kind::known,   Kind::region,  Kind::region,   Kind::tag,
                           Kind::tag,     Kind::ecall,   Kind::made_in,  Kind::apn,
                           Kind::rat,     Kind::speed,   Kind::accuracy, Kind::installed,
                           Kind::between, Kind::border});
    switch (a.kind) {
      case Kind::breakout:
        a.names = {chance_.one_in(2) ? "DE" : "BR"};
        break;
      case Kind::roaming:
        if (!chance_.one_in(4)) a.names = countries();
        break;
      case Kind::region:
        if (!chance_.one_in(4)) a.names = countries();
        if (a.names.empty() || chance_.one_in(6)) {
          a.names.push_back(one_of<std::string>({"BR-SP", "PORT", "ROUTE", "FARM"}));
        }
        break;
      case Kind::network:
        a.names = countries();
        break;
      case Kind::known:
        a.names = {one_of<std::string>({"region", "network", "profile", "roaming", "breakout",
                                        "type", "battery", "tag", "ecall", "rat"})};
        break;
      case Kind::plmn:
        a.names = one_of<std::vector<std::string>>({{"724-05"}, {"724-06", "748-01"}, {"340-01"}});
        break;
      case Kind::profile:
        a.names = {profile()};
        if (chance_.one_in(4)) a.names.push_back(another_profile(a.names[0]));
        break;
      case Kind::installed:
        a.names = {profile()};
        break;
      case Kind::type:
        a.names = {chance_.one_in(2) ? "meter" : "tracker"};
        break;
      case Kind::battery:
        a.number = number(1, 9) * 10;
        a.compare = sign();
        break;
      case Kind::speed:
        a.number = number(1, 4) * 10;
        a.compare = sign();
        break;
      case Kind::accuracy:
        a.number = one_of<std::int64_t>({20, 100, 2'000'000});
        a.compare = sign();
        break;
      case Kind::border:
        a.number = one_of<std::int64_t>({1, 60, 200, 700, 1'200});
        a.compare = one_of<std::string>({"<", "<=", ">", ">="});
        break;
      case Kind::tag:
        a.has = one_of<Asked::Has>(
            {Asked::Has::one, Asked::Has::any, Asked::Has::all, Asked::Has::none});
        a.names = a.has == Asked::Has::one
                      ? one_of<std::vector<std::string>>({{"pilot"}, {"gold"}})
                      : one_of<std::vector<std::string>>({{"pilot", "gold"}, {"gold", "blue"}});
        break;
      case Kind::made_in:
        a.names = one_of<std::vector<std::string>>({{"BR"}, {"BR", "CN"}, {"FR"}});
        break;
      case Kind::apn:
        a.names = {chance_.one_in(2) ? "a" : "b"};
        break;
      case Kind::rat:
        a.names = one_of<std::vector<std::string>>({{"lte"}, {"nb-iot", "nr"}});
        break;
      case Kind::between:
        a.number = number(0, 23);
        a.other = (a.number + number(1, 12)) % 24;
        break;
      default:
        break;
    }
    return chance_.one_in(6) ? in_short(std::move(a)) : a;
  }
  // `x not in a`, `x != a`, `x unknown`, where there is such a word.
  static Asked in_short(Asked a) {
    static const std::vector<Kind> kinds = {
        Kind::region, Kind::network, Kind::plmn, Kind::profile, Kind::breakout,
        Kind::type,   Kind::made_in, Kind::apn,  Kind::rat,     Kind::known};
    if (std::find(kinds.begin(), kinds.end(), a.kind) == kinds.end()) return a;
    Asked denied = negation(std::move(a));
    denied.in_short = true;
    return denied;
  }
  std::string sign() { return one_of<std::string>({">=", ">=", ">", "<", "<=", "=", "!="}); }
  std::string another_profile(const std::string& than) {
    for (std::string other = profile();; other = profile()) {
      if (other != than) return other;
    }
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
    std::vector<Form> forms = {
        Form::consecutive, Form::days,  Form::consecutive,   Form::days,          Form::held,
        Form::month,       Form::year,  Form::day_share,     Form::weeks,         Form::months,
        Form::within,      Form::share, Form::within_months, Form::days_of_months};
    a.form = one_of<Form>(forms);
    a.sense = one_of<Sense>({Sense::at_least, Sense::more_than});
    a.number = number(1, 6);
    switch (a.form) {
      case Form::held:
        a.number = number(1, 40);
        break;
      case Form::within:
        a.other = number(1, 40);
        if (chance_.one_in(3)) a.parts = {held(zone, of_ban)};
        break;
      case Form::within_months:
        a.other = number(1, 2);
        if (chance_.one_in(3)) a.parts = {held(zone, of_ban)};
        break;
      case Form::consecutive:
        a.gap = chance_.one_in(3) ? number(1, 3) : 0;
        break;
      case Form::days:
        a.other = a.number + number(2, 4);
        break;
      case Form::days_of_months:
        a.other = number(1, 2);
        break;
      case Form::weeks:
      case Form::months:
        a.other = number(2, 4);
        a.number = number(1, static_cast<int>(a.other) - 1);
        break;
      case Form::share:
        a.sense = share_sense(of_ban);
        a.number = one_of<std::int64_t>({25, 50, 75});
        a.other = number(1, 15) * 4;
        break;
      case Form::day_share:
        a.sense = share_sense(of_ban);
        a.number = one_of<std::int64_t>({25, 50, 75});
        a.other = number(2, 6);
        break;
      default:
        break;
    }
    static const std::vector<Form> counts = {Form::consecutive, Form::days, Form::days_of_months,
                                             Form::month,       Form::year, Form::weeks,
                                             Form::months};
    bool counts_up = std::find(counts.begin(), counts.end(), a.form) != counts.end();
    if (counts_up && chance_.one_in(of_ban ? 6 : 3)) {
      a.sense = one_of<Sense>({Sense::fewer_than, Sense::at_most, Sense::exactly});
      bool buckets = a.form == Form::weeks || a.form == Form::months;
      if (!buckets) ++a.number;
    }
    return a;
  }
  Sense share_sense(bool of_ban) {
    if (chance_.one_in(2)) return Sense::more_than;
    return of_ban ? Sense::at_least
                  : one_of<Sense>({Sense::at_least, Sense::fewer_than, Sense::at_most});
  }
  // What `within` may look for: that it held so long, at whatever whole hour.
  Asked held(const std::string& zone, bool of_ban) {
    Asked a;
    a.kind = Kind::form;
    a.form = Form::held;
    a.zone = zone;
    a.number = number(1, 20);
    a.parts = {of_ban && chance_.one_in(2) ? roaming() : countable()};
    a.same_network = chance_.one_in(5);
    a.per_imei = chance_.one_in(5);
    a.per_profile = chance_.one_in(5);
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
    a.kind = one_of<Kind>(
        {Kind::between, Kind::from, Kind::until, Kind::fleet, Kind::silent, Kind::switches,
         Kind::rejected, Kind::data, Kind::happened, Kind::recently, Kind::since, Kind::installed,
         Kind::between, Kind::commanded, Kind::named, Kind::rejected, Kind::data, Kind::switches});
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
      case Kind::commanded:
      case Kind::rejected:
      case Kind::named:
        count_events(a);
        break;
      case Kind::data:
        sum_data(a);
        break;
      case Kind::happened:
        scope(a);
        break;
      case Kind::recently:
      case Kind::since:
        a.number = number(1, 50);
        if (chance_.one_in(3)) a.other = number(1, 2);
        scope(a);
        break;
      case Kind::installed:
        a.names = {profile()};
        break;
      default:
        break;
    }
    return a;
  }
  void count_events(Asked& a) {
    a.number = number(1, 3);
    a.other = number(1, 60);
    if (chance_.one_in(5)) {
      a.unit = Asked::Unit::months;
      a.other = number(1, 2);
    }
    a.sense = one_of<Sense>({Sense::at_least, Sense::at_least, Sense::more_than, Sense::fewer_than,
                             Sense::at_most, Sense::exactly});
    if (a.sense == Sense::fewer_than) ++a.number;
    if (a.kind == Kind::rejected) {
      a.causes = one_of<std::vector<int>>({{}, {11}, {13}, {11, 13}});
    }
    scope(a);
  }
  void scope(Asked& a) {
    a.same_network = chance_.one_in(6);
    a.per_imei = chance_.one_in(6);
    a.per_profile = chance_.one_in(6);
  }
  void sum_data(Asked& a) {
    a.unit = one_of<Asked::Unit>(
        {Asked::Unit::days, Asked::Unit::days, Asked::Unit::hours, Asked::Unit::months});
    a.other = a.unit == Asked::Unit::hours  ? number(1, 60)
              : a.unit == Asked::Unit::days ? number(1, 4)
                                            : number(1, 2);
    a.compare = one_of<std::string>({">", ">=", "<", "<="});
    a.number = number(1, 2000);
    if (!chance_.one_in(4)) a.names = countries();
    if (!a.names.empty() && chance_.one_in(3)) a.names_compared = countries();
    scope(a);
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

  Wish wish(const std::string& zone) {
    Wish wish;
    wish.task = chance_.one_in(8);
    if (chance_.one_in(8)) {
      wish.alert = !wish.task || chance_.one_in(2);
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
    if (chance_.one_in(8)) wish.fallback = profile();
    if (wish.keep) return wish;
    if (chance_.one_in(6)) wish.rollout = chance_.one_in(2) ? 0 : 10;
    add_terms(wish, zone);
    return wish;
  }
  // When it may be carried out, and what is asked besides.
  void add_terms(Wish& wish, const std::string& zone) {
    if (chance_.one_in(5)) wish.needs = chance_.one_in(2) ? countable() : condition(zone, 1);
    if (chance_.one_in(5)) {
      int from = number(0, 23);
      wish.hours = {from, (from + number(1, 9)) % 24};
    }
    wish.approval = chance_.one_in(12);
    if (chance_.one_in(6)) wish.hold_hours = number(1, 30);
    if (chance_.one_in(8)) wish.preload.push_back(profile());
    if (chance_.one_in(8)) wish.remove.push_back(profile());
  }

  Wish otherwise() {
    Wish wish;
    wish.alert = chance_.one_in(3);
    wish.task = chance_.one_in(4);
    wish.keep = chance_.one_in(4);
    if (wish.keep) return wish;
    wish.choices = {{profile(), chance_.one_in(3)}};
    if (chance_.one_in(2))
      wish.choices.push_back({another_profile(wish.choices[0].profile), false});
    if (chance_.one_in(6)) wish.hold_hours = number(1, 30);
    return wish;
  }

  LawRule rule(const Law& law, std::size_t index) {
    LawRule rule;
    rule.zone = own_zone();
    rule.when = condition(rule.zone, 2);
    rule.wish = wish(rule.zone);
    rule.defined = chance_.one_in(6);
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
      since.kind = chance_.one_in(2) ? Kind::alerted : Kind::alerts;
      since.number = since.kind == Kind::alerts ? number(1, 3) : number(1, 30);
      since.other = number(1, 60);
      if (chance_.one_in(3)) since = negation(since);
      law.rules[r].when =
          joined(chance_.one_in(3) ? Kind::any : Kind::all, since, std::move(law.rules[r].when));
    }
  }

  LawBan ban() {
    LawBan ban;
    ban.zone = own_zone();
    ban.forbids_change = chance_.one_in(4);
    ban.defined = chance_.one_in(6);
    if (ban.forbids_change) {
      ban.never = condition(ban.zone, 1);
      if (chance_.one_in(5)) ban.from = day();
      if (chance_.one_in(6)) ban.until = day() + 4;
      if (ban.from && ban.until && *ban.until < *ban.from) ban.until.reset();
      ban.in_doubt_counts = chance_.one_in(4);
      return ban;
    }
    Asked counted = form(ban.zone, true);
    if (chance_.one_in(6)) counted = negation(counted);
    switch (number(0, 10)) {
      case 0:
        ban.never = chance_.one_in(2) ? roaming() : countable();
        break;
      case 6:
        ban.never = joined(Kind::all, countable(), momentary(ban.zone));
        break;
      case 7:
        ban.never = joined(chance_.one_in(4) ? Kind::any : Kind::all, counted, momentary(ban.zone));
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
    if (tells_its_day(ban.never) && chance_.one_in(2)) ban.notice = number(1, 6);
    if (chance_.one_in(5)) ban.assuming_hours = one_of<int>({5, 12, 30});
    if (chance_.one_in(5)) ban.from = day();
    if (chance_.one_in(6)) ban.until = day() + 4;
    if (ban.from && ban.until && *ban.until < *ban.from) ban.until.reset();
    ban.in_doubt_counts = chance_.one_in(4);
    if (chance_.one_in(2)) {
      ban.remedy = Wish{};
      ban.remedy->choices = {{profile(), chance_.one_in(6)}};
      if (chance_.one_in(3)) {
        ban.remedy->choices.push_back({another_profile(ban.remedy->choices[0].profile), false});
      }
      add_terms(*ban.remedy, ban.zone);
      ban.remedy->alert = chance_.one_in(8);
      ban.remedy->task = chance_.one_in(8);
      if (chance_.one_in(8)) ban.remedy->fallback = profile();
    }
    return ban;
  }

  // Can notice be given of it?
  static bool tells_its_day(const Asked& never) {
    static const std::vector<Kind> kinds = {Kind::switches, Kind::commanded, Kind::rejected,
                                            Kind::named,    Kind::recently,  Kind::data,
                                            Kind::fleet};
    return !asks(never, [](const Asked& a) {
      return std::find(kinds.begin(), kinds.end(), a.kind) != kinds.end();
    });
  }

  // On the whole as well: there it is printed.
  static void count_from(Asked& never, std::int32_t day) {
    never.counting_from = day;
    for (Asked& part : never.parts) count_from(part, day);
  }

  // Two that read alike cannot be told apart in what is said of them.
  void add_guard(Law& law) {
    LawGuard one = guard(law);
    bool again = std::find(law.guards.begin(), law.guards.end(), one) != law.guards.end();
    if (!again) law.guards.push_back(std::move(one));
  }

  LawGuard guard(const Law& law) {
    LawGuard guard;
    guard.most = number(0, 2);
    guard.hours = number(5, 100);
    guard.except_bans = chance_.one_in(2);
    if (chance_.one_in(2)) guard.except_rules.push_back(chance_.below(law.rules.size()));
    if (chance_.one_in(4)) {
      guard.of_fleet = one_of<std::string>(
          {"at most 0% of fleet per hour", "at most 0 devices per day",
           "approval when more than 0 devices", "abort when at least 20% fail after at least 1"});
    }
    return guard;
  }

  Chance& chance_;
  Instant start_;
};

}  // namespace sojourn::lang::testing
