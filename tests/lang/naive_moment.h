// What a random law asks of one moment of a device's life, read off the fine print: what the device
// is, what happened to it, what it used. Counts over its hours are naive_conditions.h's.
// Shares with the engine the tables of countries, the calendar and the zones, nothing else.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/device/naive_history.h"
#include "tests/lang/law.h"
#include "tests/lang/load.h"

namespace sojourn::lang::testing {

using namespace sojourn::testing;  // NOLINT: speaks its words

class NaiveMoment {
 public:
  // Both outlive this. What the host told of the fleet: per apn question one number, per rule
  // whether its rollout let the device go.
  struct Told {
    std::optional<std::int64_t> same_apn;
    std::map<std::size_t, bool> released;
  };

  NaiveMoment(const Law& law, NaiveHistory& history) : law_(law), history_(history) {}

  // What the device is at the moment last judged.
  std::string moment_text() const {
    const Hour& now = hours_.back();
    auto network = [](std::int64_t value) {
      return value == kNoSymbol ? "none" : to_text(unpack_plmn(static_cast<std::uint32_t>(value)));
    };
    auto flag = [](std::optional<bool> value) { return !value ? "?" : *value ? "yes" : "no"; };
    return fmt::format(
        "since {}: country {} (fix {}), network {}, no service {}, profile {}, imei {}",
        to_rfc3339(now.from), now.standing ? now.standing->text() : "?",
        now.fix ? now.fix->text() : "?", now.network ? network(*now.network) : "?",
        flag(now.no_service), now.profile.value_or("?"), now.imei.value_or("?"));
  }

 protected:
  using Hour = NaiveHistory::Hour;
  using Kind = Asked::Kind;
  using Form = Asked::Form;

  static constexpr std::int64_t kHourMs = 3'600'000;

  // How far ahead of now something is asked: so many days, as a ban's notice does, or to an
  // instant.
  struct Ahead {
    Ahead(int count) : days(count), ms(count * 24 * kHourMs) {}  // NOLINT: reads as days
    static Ahead to(Duration later) {
      Ahead ahead(0);
      ahead.ms = later.ms;
      ahead.to_instant = true;
      return ahead;
    }
    bool any() const { return ms > 0; }
    // Is it supposed to last from now on? Up to an instant it is, were that now itself.
    bool lasts() const { return any() || to_instant; }
    bool is_now() const { return to_instant && ms == 0; }
    int days;
    std::int64_t ms;
    bool to_instant = false;
  };
  // By how many midnights of the zone.
  std::int32_t days_ahead(const Ahead& ahead, const TimeZone& zone) const {
    if (!ahead.to_instant) return ahead.days;
    return zone.day_of(now_ + milliseconds(ahead.ms)).number - zone.day_of(now_).number;
  }
  // So many of the law's hours.
  Duration steps(std::int64_t count) const { return milliseconds(count * law_.step.ms); }

  // --- what a device is at a moment -------------------------------------------------------------

  static std::optional<std::size_t> declared(const std::string& profile) {
    static constexpr std::string_view kPrefixes[] = {"8933", "895510", "899028", "8988"};
    for (std::size_t p = 0; p < 4; ++p) {
      if (profile == Law::kProfiles[p] || profile.rfind(kPrefixes[p], 0) == 0) return p;
    }
    return std::nullopt;
  }
  static CountrySet home_of(const std::string& profile) {
    static std::map<std::string, CountrySet> known;
    auto found = known.find(profile);
    if (found != known.end()) return found->second;
    CountrySet& home = known[profile];
    static constexpr std::string_view kHomes[] = {"FR", "BR", "TR", ""};
    if (auto p = declared(profile)) {
      if (!kHomes[*p].empty()) home.insert(*find_country(kHomes[*p]));
    } else if (auto country = country_of_iccid(profile)) {
      home.insert(*country);
    }
    return home;
  }
  // Where its data leaves to the internet; nothing: nobody said.
  static std::optional<CountrySet> breakout_of(const std::string& profile) {
    auto p = declared(profile);
    if (!p || Law::kProfiles[*p] == "turk-local") return std::nullopt;
    return set_of(Law::kProfiles[*p] == "global"       ? std::vector<std::string>{"DE"}
                  : Law::kProfiles[*p] == "vivo-local" ? std::vector<std::string>{"BR"}
                                                       : std::vector<std::string>{"BR", "DE"});
  }
  static CountrySet set_of(const std::vector<std::string>& codes) {
    static std::map<std::vector<std::string>, CountrySet> known;
    auto found = known.find(codes);
    if (found != known.end()) return found->second;
    CountrySet& set = known[codes];
    for (const std::string& code : codes) set.insert(*find_country(code));
    return set;
  }
  static CountrySet candidates_of(std::int64_t network) {
    static std::map<std::int64_t, CountrySet> known;
    auto found = known.find(network);
    if (found != known.end()) return found->second;
    return known[network] = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
  }
  // All, none, or some.
  static Truth all_or_none(std::size_t yes, std::size_t all) {
    return yes == all && all > 0 ? Truth::yes : yes == 0 ? Truth::no : Truth::unknown;
  }

  static Truth roams(const Asked& asked, const Hour& hour) {
    if (hour.network == kNoSymbol) return Truth::no;
    if (!hour.network || !hour.profile) return Truth::unknown;
    CountrySet home = home_of(*hour.profile);
    std::vector<Country> candidates = candidates_of(*hour.network).members();
    if (candidates.empty()) return truth_of(asked.names.empty());
    CountrySet wanted = set_of(asked.names);
    std::size_t yes = 0;
    for (Country c : candidates) {
      bool there = asked.names.empty() || wanted.contains(c);
      if (there && !home.contains(c)) ++yes;
    }
    return all_or_none(yes, candidates.size());
  }

  const TimeZone& zone_named(const std::string& name) const {
    const std::string& wanted = name.empty() ? law_.zone : name;
    auto known = zones_.find(wanted);
    if (known == zones_.end()) known = zones_.emplace(wanted, *TimeZone::find(wanted)).first;
    return known->second;
  }

  // Whose clock the device goes by.
  const TimeZone& device_zone(const Hour& hour) const {
    if (!hour.standing || hour.standing->none()) return zone_named("");
    Country country = *hour.standing->first();
    bool by_fix = false;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      by_fix = by_fix || (kept.report.at <= hour.from && kept.fix == hour.standing);
    }
    if (!hour.fix || !by_fix) {
      for (const ZonePlace& place : zone_places(country)) {
        if (place.zone == law_.zone) return zone_named("");
      }
    }
    return zone_named(std::string(most_populous_zone(country)));
  }

  static Truth within_hours(const TimeZone& zone, Instant t, std::int64_t from,
                            std::int64_t until) {
    std::int64_t wall = zone.wall_ms_of_day(t);
    bool crosses = until <= from;
    bool after = wall >= from * kHourMs, before = wall < until * kHourMs;
    return truth_of(crosses ? after || before : after && before);
  }

  // --- conditions --------------------------------------------------------------------------------

  static bool at_home(const Asked& asked, const Hour& hour) {
    if (asked.kind != Kind::roaming || asked.names.empty() || !hour.profile) return false;
    return declared(*hour.profile) && set_of(asked.names).subset_of(home_of(*hour.profile));
  }

  Truth simple(const Asked& a, const Hour& hour, const Ahead& ahead) const {
    switch (a.kind) {
      case Kind::region:
        return in_region(a, hour);
      case Kind::network: {
        if (!hour.network) return Truth::unknown;
        if (*hour.network == kNoSymbol) return Truth::no;
        CountrySet wanted = set_of(a.names);
        std::vector<Country> all = candidates_of(*hour.network).members();
        auto yes =
            std::count_if(all.begin(), all.end(), [&](Country c) { return wanted.contains(c); });
        return all_or_none(static_cast<std::size_t>(yes), all.size());
      }
      case Kind::plmn: {
        if (!hour.network) return Truth::unknown;
        bool found = false;
        for (const std::string& code : a.names) {
          found = found || *hour.network == std::int64_t{pack(*parse_plmn(code))};
        }
        return truth_of(found);
      }
      case Kind::roaming:
        return roams(a, hour);
      case Kind::profile: {
        if (!hour.profile) return Truth::unknown;
        auto p = declared(*hour.profile);
        return truth_of(p && one_of(a, std::string(Law::kProfiles[*p])));
      }
      case Kind::breakout: {
        std::optional<CountrySet> leaves;
        if (hour.profile) leaves = breakout_of(*hour.profile);
        return leaves ? truth_of(leaves->intersects(set_of(a.names))) : Truth::unknown;
      }
      case Kind::installed:
        return installed(a.names[0], hour);
      case Kind::no_service:
        return hour.no_service ? truth_of(*hour.no_service) : Truth::unknown;
      case Kind::type:
        if (!hour.type) return Truth::unknown;
        return truth_of(one_of(a, *hour.type == 0 ? "meter" : "tracker"));
      case Kind::battery:
        return hour.battery ? compared(a, *hour.battery, a.number * 1'000'000) : Truth::unknown;
      case Kind::speed:
        return hour.speed_mps ? compared(a, *hour.speed_mps, static_cast<double>(a.number))
                              : Truth::unknown;
      case Kind::accuracy:
        return hour.accuracy_m ? compared(a, *hour.accuracy_m, static_cast<double>(a.number))
                               : Truth::unknown;
      case Kind::border:
        return hour.position ? compared(a, border_mm(*hour.position), a.number * 1'000'000)
                             : Truth::unknown;
      case Kind::known:
        return truth_of(is_known(a.names[0], hour));
      case Kind::tag:
        return hour.tags ? truth_of(has(a, *hour.tags)) : Truth::unknown;
      case Kind::ecall:
        return hour.ecall ? truth_of(*hour.ecall) : Truth::unknown;
      case Kind::made_in:
        return hour.made_in ? truth_of(one_of(a, *hour.made_in)) : Truth::unknown;
      case Kind::apn:
        return hour.apn ? truth_of(one_of(a, *hour.apn)) : Truth::unknown;
      case Kind::rat:
        return hour.rat ? truth_of(one_of(a, std::string(name_of(*hour.rat)))) : Truth::unknown;
      case Kind::between:
        return within_hours(device_zone(hour), hour.from, a.number, a.other);
      case Kind::from:
        return truth_of(day_ahead(a, hour, ahead) >= a.number);
      case Kind::until:
        return truth_of(day_ahead(a, hour, ahead) <= a.number);
      case Kind::fleet: {
        if (told_->same_apn) return truth_of(*told_->same_apn > a.number);
        // Alone: a fleet of one.
        return hour.apn ? truth_of(1 > a.number) : Truth::unknown;
      }
      case Kind::silent: {
        std::int64_t since = (now_ - history_.reports().back().report.at).ms;
        Duration least = steps(a.number);
        return truth_of(since >= least.ms + (a.sense == Asked::Sense::more_than ? 1 : 0));
      }
      case Kind::switches:
      case Kind::commanded:
      case Kind::rejected:
      case Kind::named:
        return quantified(a, count_events(a), 1);
      case Kind::data:
        return compared(a, bytes(a), a.names_compared.empty() ? a.number : 0);
      case Kind::happened:
        return of_last_event(a, hour.from, [](Instant) { return true; });
      case Kind::recently:
        return of_last_event(a, now_, [&](Instant last) { return last > before_now(a, a.number); });
      case Kind::since:
        return of_last_event(
            a, hour.from, [&](Instant last) { return is_due(a, due(a, last), hour.from, ahead); });
      case Kind::alerted:
        return truth_of(!alerted_at_.empty() && now_ >= alerted_at_.back() + steps(a.number));
      case Kind::alerts: {
        auto counted = std::count_if(alerted_at_.begin(), alerted_at_.end(), [&](Instant at) {
          return at > now_ - steps(a.other) && at <= now_;
        });
        return quantified(a, {counted, counted}, 1);
      }
      default:
        return Truth::unknown;
    }
  }

  // To the edge of the country: the port's to find, and what geometry is about, not language.
  static std::int64_t border_mm(LatLon at) {
    static const auto locator = small_world().bind({}).value();
    static std::map<std::pair<double, double>, std::int64_t> known;
    auto [found, fresh] = known.try_emplace({at.lat, at.lon});
    if (fresh) found->second = locator->border_distance_mm(at);
    return found->second;
  }
  std::int32_t day_ahead(const Asked& a, const Hour& hour, const Ahead& ahead) const {
    const TimeZone& zone = zone_named(a.zone);
    return zone.day_of(hour.from).number + days_ahead(ahead, zone);
  }

  static bool one_of(const Asked& a, const std::string& value) {
    return std::find(a.names.begin(), a.names.end(), value) != a.names.end();
  }
  static bool has(const Asked& a, const std::vector<std::string>& tags) {
    std::size_t found = 0;
    for (const std::string& name : a.names) {
      if (std::find(tags.begin(), tags.end(), name) != tags.end()) ++found;
    }
    if (a.has == Asked::Has::all) return found == a.names.size();
    return a.has == Asked::Has::none ? found == 0 : found > 0;
  }
  struct Bounds {
    std::int64_t lower = 0, upper = 0;
    Truth at_least(std::int64_t n) const {
      return lower >= n ? Truth::yes : upper < n ? Truth::no : Truth::unknown;
    }
  };
  template <class Value>
  static Truth compared(const Asked& a, Value value, Value with) {
    if (a.compare == ">=") return truth_of(value >= with);
    if (a.compare == ">") return truth_of(value > with);
    if (a.compare == "<=") return truth_of(value <= with);
    if (a.compare == "<") return truth_of(value < with);
    return truth_of((value == with) == (a.compare == "="));
  }
  static Truth compared(const Asked& a, const Bounds& value, std::int64_t with) {
    if (a.compare == ">=") return value.at_least(with);
    if (a.compare == ">") return value.at_least(with + 1);
    if (a.compare == "<=") return opposite(value.at_least(with + 1));
    return opposite(value.at_least(with));
  }
  static bool is_known(const std::string& what, const Hour& hour) {
    if (what == "region") return hour.standing.has_value();
    if (what == "network") return hour.network.has_value();
    if (what == "profile") return hour.profile.has_value();
    if (what == "roaming") {
      Asked anywhere;
      return roams(anywhere, hour) != Truth::unknown;
    }
    if (what == "breakout") return hour.profile && breakout_of(*hour.profile);
    if (what == "type") return hour.type.has_value();
    if (what == "tag") return hour.tags.has_value();
    if (what == "ecall") return hour.ecall.has_value();
    if (what == "rat") return hour.rat.has_value();
    return hour.battery.has_value();
  }

  // The subdivision, the circle and the corridor hold the one place of the lives that is in Brazil,
  // the farm the one in Uruguay.
  static Truth in_region(const Asked& a, const Hour& hour) {
    std::vector<std::string> countries;
    Truth truth = Truth::no;
    for (const std::string& name : a.names) {
      bool is_area = name.size() > 2;
      const std::optional<bool>& told = name == "FARM" ? hour.on_the_farm : hour.in_sao_paulo;
      if (is_area) {
        truth = either(truth, told ? truth_of(*told) : Truth::unknown);
      } else {
        countries.push_back(name);
      }
    }
    if (countries.empty()) return truth;
    if (!hour.standing) return either(truth, Truth::unknown);
    return either(truth, truth_of(hour.standing->set().intersects(set_of(countries))));
  }

  Truth installed(const std::string& name, const Hour& at) const {
    // The newest list tells, and what was seen enabled then or later is installed as well.
    auto is_it = [&](const Hour& hour) {
      auto p = hour.profile ? declared(*hour.profile) : std::nullopt;
      return p && Law::kProfiles[*p] == name;
    };
    const Observation* list = nullptr;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      if (kept.report.at <= at.from && kept.report.installed.given()) list = &kept.report;
    }
    if (list != nullptr) {
      const std::vector<std::string>& names = list->installed.value;
      if (std::find(names.begin(), names.end(), name) != names.end()) return Truth::yes;
    }
    for (const Hour& hour : hours_) {
      bool since_then = list == nullptr || hour.from >= list->at;
      if (since_then && hour.from <= at.from && is_it(hour)) return Truth::yes;
    }
    if (is_it(at)) return Truth::yes;
    return list != nullptr ? Truth::no : Truth::unknown;
  }

  // What is so of the last event of today's key; false where there is none. An event whose key
  // nobody knows may be of it or not: each event that may be the last one is tried.
  template <class IsSo>  // bool(Instant)
  Truth of_last_event(const Asked& a, Instant until, const IsSo& is_so) const {
    std::vector<std::pair<Instant, Truth>> all;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      Instant at = kept.report.at;
      if (kept.report.event != "owner-changed" || at > until) continue;
      all.emplace_back(at, of_todays_key(a, hour_of(at)));
    }
    bool yes = false, no = false;
    auto may_be = [&](bool so) { (so ? yes : no) = true; };
    for (std::size_t i = 0; i <= all.size(); ++i) {  // the last one is number i - 1, or none
      bool possible = i == 0 || all[i - 1].second != Truth::no;
      for (std::size_t later = i; later < all.size(); ++later) {
        possible = possible && all[later].second != Truth::yes;
      }
      if (possible) may_be(i > 0 && is_so(all[i - 1].first));
    }
    if (yes && no) return Truth::unknown;
    return truth_of(yes);
  }

  const Hour& hour_of(Instant at) const {
    return hours_[static_cast<std::size_t>((at - hours_[0].from).ms / law_.step.ms)];
  }

  // Each change of the enabled profile so far, by whatever cause.
  std::vector<Instant> switches() const {
    std::vector<Instant> all;
    std::optional<std::string> before;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      const Observation& said = kept.report;
      std::optional<std::string> enabled;
      if (said.profile.given()) enabled = said.profile.value;
      if (said.iccid.given()) enabled = said.iccid.value;
      if (!enabled || said.at > now_) continue;
      if (before && *before != *enabled) all.push_back(said.at);
      before = enabled;
    }
    return all;
  }
  std::int64_t switches_within(std::int64_t window_hours) const {
    std::vector<Instant> all = switches();
    return std::count_if(all.begin(), all.end(),
                         [&](Instant at) { return at > now_ - steps(window_hours); });
  }
  std::vector<Instant> events(const Asked& a) const {
    if (a.kind == Kind::switches) return switches();
    std::vector<Instant> all;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      const Observation& said = kept.report;
      if (said.at > now_) continue;
      bool denied = said.registration.given() && said.registration.value == Registration::denied;
      bool of_cause = said.reject_cause && std::find(a.causes.begin(), a.causes.end(),
                                                     *said.reject_cause) != a.causes.end();
      bool is_reject = a.causes.empty() ? said.reject_cause || denied : of_cause;
      bool asked = a.kind == Kind::rejected
                       ? is_reject
                       : a.kind == Kind::named && said.event == "owner-changed";
      if (asked) all.push_back(said.at);
    }
    return all;
  }
  Bounds count_events(const Asked& a) const {
    Bounds count;
    for (Instant at : events(a)) {
      if (at <= before_now(a, a.other)) continue;
      Truth of_key = of_todays_key(a, hour_of(at));
      count.lower += of_key == Truth::yes ? 1 : 0;
      count.upper += of_key != Truth::no ? 1 : 0;
    }
    return count;
  }

  // In the countries, or anywhere; less those in the countries compared with.
  Bounds bytes(const Asked& a) const {
    const TimeZone& zone = zone_named(a.zone);
    Day today = zone.day_of(now_);
    std::int32_t before = a.unit == Asked::Unit::months
                              ? months_later(today, -a.other).number
                              : today.number - static_cast<std::int32_t>(a.other);
    Bounds sum;
    std::optional<std::int64_t> total;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      const Observation& said = kept.report;
      if (said.at > now_) continue;
      std::int64_t used = said.data_bytes.value_or(0);
      if (said.data_total_bytes) {
        std::int64_t now = *said.data_total_bytes;
        if (total) used += now >= *total ? now - *total : now;  // it was reset
        total = now;
      }
      bool recent = a.unit == Asked::Unit::hours ? said.at > now_ - steps(a.other)
                                                 : zone.day_of(said.at).number > before;
      if (!recent) continue;
      const Hour& hour = hour_of(said.at);
      auto lies_in = [&](const std::vector<std::string>& countries) {
        return hour.standing && hour.standing->set().intersects(set_of(countries));
      };
      std::int64_t counted = a.names.empty() || lies_in(a.names) ? used : 0;
      if (lies_in(a.names_compared)) counted -= used;
      Truth of_key = of_todays_key(a, hour);
      if (of_key == Truth::no) continue;
      bool maybe = of_key == Truth::unknown;
      sum.lower += maybe ? std::min<std::int64_t>(counted, 0) : counted;
      sum.upper += maybe ? std::max<std::int64_t>(counted, 0) : counted;
    }
    return sum;
  }

  static Truth quantified(const Asked& a, const Bounds& count, std::int64_t unit) {
    std::int64_t n = a.number * unit;
    switch (a.sense) {
      case Asked::Sense::at_least:
        return count.at_least(n);
      case Asked::Sense::more_than:
        return count.at_least(n + 1);
      case Asked::Sense::fewer_than:
        return opposite(count.at_least(n));
      case Asked::Sense::at_most:
        return opposite(count.at_least(n + 1));
      case Asked::Sense::exactly:
        return both(count.at_least(n), opposite(count.at_least(n + 1)));
    }
    return Truth::unknown;
  }

  template <class Value>
  static Truth same(const std::optional<Value>& a, const std::optional<Value>& b) {
    return a && b ? truth_of(*a == *b) : Truth::unknown;
  }

  // Was the key then the one that it is now?
  Truth of_key(const Asked& a, const Hour& then, const Hour& key) const {
    Truth truth = Truth::yes;
    if (a.same_network) truth = both(truth, same(then.network, key.network));
    if (a.per_imei) truth = both(truth, same(then.imei, key.imei));
    if (a.per_profile) truth = both(truth, same(then.profile, key.profile));
    return truth;
  }
  Truth of_todays_key(const Asked& a, const Hour& then) const { return of_key(a, then, supposed_); }
  // Yes, or unknown while the key itself is.
  Truth key_truth(const Asked& a) const { return of_todays_key(a, supposed_); }

  // So many hours before now, or months.
  Instant before_now(const Asked& a, std::int64_t hours_before) const {
    bool event = a.kind == Kind::recently;
    bool months = a.kind == Kind::form ? a.form == Form::within_months
                  : event              ? a.other > 0
                                       : a.unit == Asked::Unit::months;
    return months ? months_before(now_, a.other, zone_named(a.zone)) : now_ - steps(hours_before);
  }
  Instant due(const Asked& a, Instant event) const {
    if (a.other == 0) return event + steps(a.number);
    const TimeZone& zone = zone_named(a.zone);
    return zone.start_of(months_later(zone.day_of(event), a.other));
  }
  // Is it so, or will it be so far ahead?
  bool is_due(const Asked& a, Instant due, Instant at, const Ahead& ahead) const {
    bool to_instant = a.other == 0 || ahead.to_instant || !ahead.any();
    if (to_instant) return at + milliseconds(ahead.ms) >= due;
    const TimeZone& zone = zone_named(a.zone);
    return zone.day_of(at).number + ahead.days >= zone.day_of(due).number;
  }

  const Law& law_;
  NaiveHistory& history_;
  Instant now_;
  const Told* told_ = nullptr;
  std::vector<Instant> alerted_at_;  // when the alert of the first rule came into force
  std::span<const Hour> hours_;
  Hour supposed_;  // now, with the profile and the network that are supposed
  mutable std::map<std::string, TimeZone> zones_;
};

}  // namespace sojourn::lang::testing
