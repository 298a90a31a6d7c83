// Conditions of a random law at a moment of a device's life, read off the fine print: every time
// form walks all of the device's hours, and the moment itself with what is supposed of it.
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

namespace sojourn::lang::testing {

using namespace sojourn::testing;  // NOLINT: speaks its words

class NaiveConditions {
 public:
  // Both outlive this. What the host told of the fleet: per apn question one number, per rule
  // whether its rollout let the device go.
  struct Told {
    std::optional<std::int64_t> same_apn;
    std::map<std::size_t, bool> released;
  };

  NaiveConditions(const Law& law, NaiveHistory& history) : law_(law), history_(history) {}

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
  struct Moment {
    Instant from;
    std::int32_t day;
    Truth truth;
  };
  // Per day the surest truth of any of its hours; a day that is not in it is unknown.
  struct Days {
    std::int32_t first = 0;
    std::vector<Truth> truths;
    std::int32_t counted_from = INT32_MIN;  // no day before it counts, known or not
    bool existed_before = true;             // the device, as far as is known

    Truth on(std::int32_t day) const {
      if (day < counted_from || (day < first && !existed_before)) return Truth::no;
      bool known = day >= first && day < first + static_cast<std::int32_t>(truths.size());
      return known ? truths[static_cast<std::size_t>(day - first)] : Truth::unknown;
    }
    void set(std::int32_t day, Truth truth) {
      auto at = static_cast<std::size_t>(day - first);
      if (at >= truths.size()) truths.resize(at + 1, Truth::unknown);
      truths[at] = truth;
    }
    std::int32_t first_known() const {
      return std::min(first, counted_from == INT32_MIN ? first : first - 800);
    }
  };

  static constexpr std::int64_t kHourMs = 3'600'000;

  // Everything below is about this moment.
  void look_at(Instant now, const Told& told) {
    now_ = now;
    told_ = &told;
    history_.walk(now);
    hours_ = history_.hours_walked();
    // What an hour was is found once, until a late report says otherwise.
    std::size_t same = history_.take_unchanged();
    for (auto& [asked, truths] : in_each_hour_) truths.resize(std::min(truths.size(), same));
    supposed_before_.clear();
    counted_.clear();
    suppose(hours_.back());
  }

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

  // --- conditions -------------------------------------------------------------------------------

  // At this moment, with the counts up to now where they are asked. `ahead`: as if so many days
  // had passed with C on each of them (a ban's notice). `wanted`: a ban bites where it holds, else
  // where it does not; either way only while what a form counts holds now.
  Truth holds(const Asked& asked, const Hour& hour, int ahead, bool of_ban,
              bool wanted = true) const {
    switch (asked.kind) {
      case Kind::all: {
        Truth all = Truth::yes;
        for (const Asked& part : asked.parts) {
          all = both(all, holds(part, hour, ahead, of_ban, wanted));
        }
        return all;
      }
      case Kind::any: {
        Truth any = Truth::no;
        for (const Asked& part : asked.parts) {
          any = either(any, holds(part, hour, ahead, of_ban, wanted));
        }
        return any;
      }
      case Kind::negation:
        return opposite(holds(asked.parts[0], hour, ahead, of_ban, !wanted));
      case Kind::form: {
        Truth counted = form(asked, ahead);
        bool a_run = asked.form == Form::consecutive && asked.gap == 0;
        if (!of_ban && !a_run) return counted;
        Truth now = holds(asked.parts[0], hour, 0, of_ban, wanted);
        if (!of_ban || wanted) return both(counted, now);
        return either(counted, opposite(now));
      }
      default:
        // With a profile that is at home in all of them it roams in none, on whatever network.
        if (of_ban && at_home(asked, hour)) return Truth::no;
        return simple(asked, hour, ahead);
    }
  }

  static bool at_home(const Asked& asked, const Hour& hour) {
    if (asked.kind != Kind::roaming || asked.names.empty() || !hour.profile) return false;
    return declared(*hour.profile) && set_of(asked.names).subset_of(home_of(*hour.profile));
  }

  Truth simple(const Asked& a, const Hour& hour, int ahead) const {
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
        return truth_of(p && Law::kProfiles[*p] == a.names[0]);
      }
      case Kind::breakout: {
        std::optional<CountrySet> leaves;
        if (hour.profile) leaves = breakout_of(*hour.profile);
        return leaves ? truth_of(leaves->intersects(set_of(a.names))) : Truth::unknown;
      }
      case Kind::installed:
        return installed(a.names[0]);
      case Kind::no_service:
        return hour.no_service ? truth_of(*hour.no_service) : Truth::unknown;
      case Kind::type:
        return hour.type ? truth_of((*hour.type == 0) == (a.names[0] == "meter")) : Truth::unknown;
      case Kind::battery:
        return hour.battery ? truth_of(*hour.battery >= a.number * 1'000'000) : Truth::unknown;
      case Kind::known:
        return truth_of(a.names[0] == "region" ? hour.standing.has_value()
                        : a.names[0] == "type" ? hour.type.has_value()
                                               : hour.battery.has_value());
      case Kind::between:
        return within_hours(device_zone(hour), hour.from, a.number, a.other);
      case Kind::from:
        return truth_of(zone_named(a.zone).day_of(hour.from).number + ahead >= a.number);
      case Kind::until:
        return truth_of(zone_named(a.zone).day_of(hour.from).number + ahead <= a.number);
      case Kind::fleet: {
        if (told_->same_apn) return truth_of(*told_->same_apn > a.number);
        // Alone: a fleet of one.
        return hour.apn ? truth_of(1 > a.number) : Truth::unknown;
      }
      case Kind::silent: {
        std::int64_t since = (now_ - history_.reports().back().report.at).ms;
        return truth_of(since >= a.number * kHourMs + (a.sense == Asked::Sense::more_than ? 1 : 0));
      }
      case Kind::switches:
      case Kind::rejected:
        return truth_of(count_events(a) >= a.number);
      case Kind::data:
        return truth_of(bytes(a) > a.number);
      case Kind::happened:
        return truth_of(last_event().has_value());
      case Kind::recently:
        return truth_of(last_event() && *last_event() > before_now(a, a.number));
      case Kind::since:
        return truth_of(last_event() && now_ >= due(a, *last_event()));
      case Kind::alerted:
        return truth_of(alerted_at_ && now_ >= *alerted_at_ + hours(a.number));
      default:
        return Truth::unknown;
    }
  }

  static Truth in_region(const Asked& a, const Hour& hour) {
    std::vector<std::string> countries = a.names;
    Truth truth = Truth::no;
    if (std::erase(countries, "BR-SP") > 0) {
      truth = hour.in_sao_paulo ? truth_of(*hour.in_sao_paulo) : Truth::unknown;
    }
    if (countries.empty()) return truth;
    if (!hour.standing) return either(truth, Truth::unknown);
    return either(truth, truth_of(hour.standing->set().intersects(set_of(countries))));
  }

  Truth installed(const std::string& name) const {
    // Nobody reports what is installed: what was seen enabled is, of others nothing is known.
    for (const Hour& hour : hours_) {
      if (!hour.profile) continue;
      auto p = declared(*hour.profile);
      if (p && Law::kProfiles[*p] == name) return Truth::yes;
    }
    auto p = supposed_.profile ? declared(*supposed_.profile) : std::nullopt;
    return p && Law::kProfiles[*p] == name ? Truth::yes : Truth::unknown;
  }

  std::optional<Instant> last_event() const {
    std::optional<Instant> last;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      if (kept.report.event == "owner-changed" && kept.report.at <= now_) last = kept.report.at;
    }
    return last;
  }
  std::int64_t switches_within(std::int64_t window_hours) const {
    std::int64_t count = 0;
    std::optional<std::string> before;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      const Observation& said = kept.report;
      std::optional<std::string> enabled;
      if (said.profile.given()) enabled = said.profile.value;
      if (said.iccid.given()) enabled = said.iccid.value;
      if (!enabled || said.at > now_) continue;
      bool within = said.at > now_ - hours(window_hours);
      count += before && *before != *enabled && within ? 1 : 0;
      before = enabled;
    }
    return count;
  }
  std::int64_t count_events(const Asked& a) const {
    if (a.kind == Kind::switches) return switches_within(a.other);
    std::int64_t count = 0;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      const Observation& said = kept.report;
      bool within = said.at <= now_ && said.at > now_ - hours(a.other);
      count += within && said.reject_cause == std::uint16_t{11} ? 1 : 0;
    }
    return count;
  }
  std::int64_t bytes(const Asked& a) const {
    const TimeZone& zone = zone_named(a.zone);
    std::int32_t today = zone.day_of(now_).number;
    CountrySet wanted = set_of(a.names);
    std::int64_t sum = 0;
    for (const NaiveHistory::Kept& kept : history_.reports()) {
      const Observation& said = kept.report;
      if (!said.data_bytes || said.at > now_) continue;
      if (zone.day_of(said.at).number <= today - a.other) continue;
      for (const Hour& hour : hours_) {
        bool there =
            hour.from == said.at && hour.standing && hour.standing->set().intersects(wanted);
        if (there) sum += *said.data_bytes;
      }
    }
    return sum;
  }

  // --- counts -----------------------------------------------------------------------------------

  static constexpr std::int64_t kEndless = std::int64_t{1} << 60;
  struct Bounds {
    std::int64_t lower = 0, upper = 0;
    Truth at_least(std::int64_t n) const {
      return lower >= n ? Truth::yes : upper < n ? Truth::no : Truth::unknown;
    }
  };
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

  // Yes, or unknown while the key itself is.
  Truth key_truth(const Asked& a) const {
    Truth truth = Truth::yes;
    if (a.same_network) truth = both(truth, same(supposed_.network, supposed_.network));
    if (a.per_imei) truth = both(truth, same(supposed_.imei, supposed_.imei));
    if (a.per_profile) truth = both(truth, same(supposed_.profile, supposed_.profile));
    return truth;
  }

  // What a form counts, found once for all that is supposed the same.
  struct Counted {
    std::vector<Moment> moments;  // every hour so far, and now with what is supposed
    Days days;                    // of these
  };
  const Counted& counted(const Asked& a) const {
    auto [known, fresh] = counted_.try_emplace({&a, supposition_});
    Counted& counted = known->second;
    if (!fresh) return counted;
    std::vector<Moment>& all = counted.moments;
    std::vector<Truth>& inner = in_each_hour_[&a];
    while (inner.size() < hours_.size()) inner.push_back(held_in_hour(a.parts[0], inner.size()));
    const std::vector<std::int32_t>& days = days_of_hours(a.zone);
    std::int32_t today = zone_named(a.zone).day_of(now_).number;
    Instant born = history_.commissioned().value_or(kBeginning);
    auto add = [&](const Hour& hour, std::int32_t day, Truth truth) {
      if (hour.from < born) truth = Truth::no;
      if (a.same_network) truth = both(truth, same(hour.network, supposed_.network));
      if (a.per_imei) truth = both(truth, same(hour.imei, supposed_.imei));
      if (a.per_profile) truth = both(truth, same(hour.profile, supposed_.profile));
      all.push_back({hour.from, day, day >= a.counting_from ? truth : Truth::no});
    };
    all.reserve(hours_.size() + 1);
    for (std::size_t i = 0; i < hours_.size(); ++i) add(hours_[i], days[i], inner[i]);
    add(supposed_, today, holds(a.parts[0], supposed_, 0, false));
    counted.days = days_of(all, zone_named(a.zone), existed_before());
    counted.days.counted_from = a.counting_from;
    return counted;
  }

  // Before its history, as far as is known.
  bool existed_before() const { return !history_.commissioned(); }

  // A condition in the hour of that number, or how long it had held by then.
  Truth held_in_hour(const Asked& asked, std::size_t hour) const {
    if (!hours_[hour].begun) return Truth::unknown;  // commissioned, and not yet heard of
    if (asked.kind != Kind::form) return holds(asked, hours_[hour], 0, false);
    std::span<const Moment> until(counted(asked).moments.data(), hour + 1);
    return quantified(asked, unbroken(asked, until, hours_[hour].from, 0), kHourMs);
  }

  Truth form(const Asked& a, int ahead) const {
    const Counted& counts = counted(a);
    const std::vector<Moment>& held = counts.moments;
    switch (a.form) {
      case Form::held:
        return quantified(a, unbroken(a, held, now_, ahead), kHourMs);
      case Form::within:
      case Form::within_months:
        return within(a, held);
      case Form::share:
        return share(a, held, ahead);
      default:
        break;
    }
    const TimeZone& zone = zone_named(a.zone);
    Days days = counts.days;
    std::int32_t today = zone.day_of(now_).number;
    // C on every day from now, as surely as it can be told that those will be of today's key.
    Truth of_key = key_truth(a);
    if (ahead > 0) days.set(today, either(days.on(today), of_key));
    for (int k = 1; k <= ahead; ++k) {
      days.set(today + k, of_key);
    }
    today += ahead;
    switch (a.form) {
      case Form::consecutive: {
        Truth now = ahead > 0 ? of_key : held.back().truth;
        return quantified(a, in_a_row(days, today, a.gap, now), 1);
      }
      case Form::days:
        return quantified(a, count(days, today - static_cast<std::int32_t>(a.other) + 1, today), 1);
      case Form::month:
      case Form::year: {
        CivilDate date = to_civil({today});
        date.day_of_month = 1;
        if (a.form == Form::year) date.month = 1;
        return quantified(a, count(days, from_civil(date).number, today), 1);
      }
      case Form::weeks:
      case Form::months:
        return quantified(a, buckets(a, days, today), 1);
      case Form::day_share: {
        auto first = today - static_cast<std::int32_t>(a.other) + 1;
        bool reaches_back = std::max(first, a.counting_from) >= first_day(zone);
        if (!reaches_back && existed_before()) return Truth::unknown;
        return truth_of(count(days, first, today).lower * 100 > a.number * a.other);
      }
      default:
        return Truth::unknown;
    }
  }

  // The day of each hour so far.
  const std::vector<std::int32_t>& days_of_hours(const std::string& zone) const {
    auto& [begin, days] = days_of_hours_[zone];
    if (begin != hours_.front().from) days.clear();
    begin = hours_.front().from;
    const TimeZone& whose = zone_named(zone);
    while (days.size() < hours_.size()) {
      days.push_back(whose.day_of(hours_[days.size()].from).number);
    }
    return days;
  }

  std::int32_t first_day(const TimeZone& zone) const {
    return zone.day_of(hours_.front().from).number;
  }

  // From when on a form counts, if that lies ahead.
  std::optional<Instant> counts_later(const Asked& a) const {
    if (a.counting_from == INT32_MIN) return std::nullopt;
    Instant counted = zone_named(a.zone).start_of({a.counting_from});
    return counted > now_ ? std::optional(counted) : std::nullopt;
  }

  // Of the last of these moments, at the instant.
  Bounds unbroken(const Asked& a, std::span<const Moment> held, Instant at, int ahead) const {
    if (std::optional<Instant> counted = counts_later(a)) {
      // It holds then if it holds now and goes on.
      std::int64_t long_then = (at + hours(ahead * 24) - *counted).ms;
      Truth now = both(holds(a.parts[0], supposed_, 0, false), key_truth(a));
      if (long_then < 0) return {-1, -1};
      return {now == Truth::yes ? long_then : -1, now != Truth::no ? long_then : -1};
    }
    auto length = [&](Truth least) -> std::int64_t {
      std::size_t i = held.size();
      while (i > 0 && held[i - 1].truth >= least) --i;
      if (i == held.size()) return -1;
      if (i == 0 && least == Truth::unknown && existed_before()) {
        if (a.counting_from == INT32_MIN) return kEndless;
        Instant counted = zone_named(a.zone).start_of({a.counting_from});
        return (at - std::min(counted, held[0].from)).ms + ahead * 24 * kHourMs;
      }
      return (at - held[i].from).ms + ahead * 24 * kHourMs;
    };
    return {length(Truth::yes), length(Truth::unknown)};
  }

  // So many hours before now, or months.
  Instant before_now(const Asked& a, std::int64_t hours_before) const {
    bool months = a.kind == Kind::form ? a.form == Form::within_months : a.other > 0;
    return months ? months_before(now_, a.other, zone_named(a.zone)) : now_ - hours(hours_before);
  }
  Instant due(const Asked& a, Instant event) const {
    if (a.other == 0) return event + hours(a.number);
    const TimeZone& zone = zone_named(a.zone);
    return zone.start_of(months_later(zone.day_of(event), a.other));
  }
  // Within a window that ends now, at any millisecond.
  Truth within(const Asked& a, const std::vector<Moment>& held) const {
    Instant first_counted = before_now(a, a.other) + milliseconds(1);
    Instant counted = first_counted;  // what lies before `counting from` is known not to count
    if (a.counting_from != INT32_MIN) {
      counted = std::max(counted, zone_named(a.zone).start_of({a.counting_from}));
    }
    bool all_known = held.front().from <= counted || !existed_before();
    Truth found = all_known ? Truth::no : Truth::unknown;
    for (std::size_t i = 0; i < held.size(); ++i) {
      Instant last = i + 1 < held.size() ? held[i + 1].from - milliseconds(1) : now_;
      if (last >= first_counted) found = either(found, held[i].truth);
    }
    return found;
  }

  Truth share(const Asked& a, const std::vector<Moment>& held, int ahead) const {
    std::int64_t future = std::min(ahead * 24, static_cast<int>(a.other)) * kHourMs;
    if (std::optional<Instant> counted_later = counts_later(a)) {
      std::int64_t then = (now_ + hours(ahead * 24) - *counted_later).ms;
      future = std::clamp<std::int64_t>(then, 0, a.other * kHourMs);
    }
    Instant start = now_ - milliseconds(a.other * kHourMs - future);
    Instant counted = start;  // what lies before `counting from` is known not to count
    if (a.counting_from != INT32_MIN) {
      counted = std::max(counted, zone_named(a.zone).start_of({a.counting_from}));
    }
    if (counted < held.front().from && existed_before()) return Truth::unknown;
    std::int64_t total = future;
    for (std::size_t i = 0; i + 1 < held.size(); ++i) {
      Instant from = std::max(held[i].from, start);
      if (held[i].truth == Truth::yes && held[i + 1].from > from) {
        total += (held[i + 1].from - from).ms;
      }
    }
    return truth_of(total * 100 > a.number * a.other * kHourMs);
  }

  static Days days_of(const std::vector<Moment>& held, const TimeZone& zone, bool existed_before) {
    Days days;
    days.first = held.front().day;
    days.existed_before = existed_before;
    for (const Moment& moment : held) {
      Truth known = days.on(moment.day);
      bool is_new = moment.day >= days.first + static_cast<std::int32_t>(days.truths.size());
      days.set(moment.day, is_new ? moment.truth : either(known, moment.truth));
    }
    if (existed_before && zone.start_of({days.first}) < held.front().from) {
      days.set(days.first, either(days.on(days.first), Truth::unknown));
    }
    return days;
  }

  static Bounds count(const Days& days, std::int32_t from, std::int32_t to) {
    Bounds bounds;
    for (std::int32_t day = from; day <= to; ++day) {
      bounds.lower += days.on(day) == Truth::yes ? 1 : 0;
      bounds.upper += days.on(day) != Truth::no ? 1 : 0;
    }
    return bounds;
  }

  static Bounds buckets(const Asked& a, const Days& days, std::int32_t today) {
    auto bucket = [&](std::int32_t day) {
      return a.form == Form::weeks ? week_number({day}) : month_number({day});
    };
    std::map<std::int32_t, Truth> found;
    for (std::int32_t day = today; bucket(day) > bucket(today) - a.other; --day) {
      Truth& truth = found.try_emplace(bucket(day), Truth::no).first->second;
      truth = either(truth, days.on(day));
    }
    Bounds bounds;
    for (auto [number, truth] : found) {
      bounds.lower += truth == Truth::yes ? 1 : 0;
      bounds.upper += truth != Truth::no ? 1 : 0;
    }
    return bounds;
  }

  static Bounds in_a_row(const Days& days, std::int32_t today, std::int64_t gap, Truth now) {
    std::int32_t first_known = days.first_known();
    auto length = [&](Truth least) -> std::int64_t {
      if (gap == 0 && now < least) return 0;
      std::int32_t earliest = today + 1, without = 0;
      for (std::int32_t day = today;; --day) {
        if (days.on(day) >= least) {
          if (day < first_known) return kEndless;
          earliest = day;
          without = 0;
          continue;
        }
        if (day != today || gap == 0) ++without;
        if (without > gap || day < first_known) return today - earliest + 1;
      }
    };
    return {length(Truth::yes), length(Truth::unknown)};
  }

  // Now is as it was reported but for what is supposed.
  void suppose(Hour hour) {
    supposed_ = std::move(hour);
    supposed_.from = now_;
    auto same =
        std::find_if(supposed_before_.begin(), supposed_before_.end(), [&](const auto& one) {
          return one.first == supposed_.network && one.second == supposed_.profile;
        });
    supposition_ = static_cast<std::size_t>(same - supposed_before_.begin());
    if (same == supposed_before_.end()) {
      supposed_before_.emplace_back(supposed_.network, supposed_.profile);
    }
  }

  const Law& law_;
  NaiveHistory& history_;
  Instant now_;
  const Told* told_ = nullptr;
  std::optional<Instant> alerted_at_;  // when the alert of the first rule last came into force
  std::span<const Hour> hours_;
  Hour supposed_;  // now, with the profile and the network that are supposed
  // What was found once: a condition's truth in each hour, and with what is supposed now.
  mutable std::map<const Asked*, std::vector<Truth>> in_each_hour_;
  mutable std::map<std::pair<const Asked*, std::size_t>, Counted> counted_;
  // What was supposed at this moment, network and profile; all else is as it is.
  std::vector<std::pair<std::optional<std::int64_t>, std::optional<std::string>>> supposed_before_;
  std::size_t supposition_ = 0;  // which of them is
  mutable std::map<std::string, std::pair<Instant, std::vector<std::int32_t>>> days_of_hours_;
  mutable std::map<std::string, TimeZone> zones_;
};

}  // namespace sojourn::lang::testing
