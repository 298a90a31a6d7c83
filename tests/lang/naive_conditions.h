// Conditions of a random law at a moment of a device's life, read off the fine print: every time
// form walks all of the device's hours, and the moment itself with what is supposed of it.
#pragma once

#include "tests/lang/naive_moment.h"

namespace sojourn::lang::testing {

class NaiveConditions : protected NaiveMoment {
 public:
  using NaiveMoment::moment_text;
  using NaiveMoment::Told;
  NaiveConditions(const Law& law, NaiveHistory& history) : NaiveMoment(law, history) {}

 protected:
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

  // At this moment, with the counts up to now where they are asked. `ahead`: as if so much time
  // had passed with C all along (a ban's notice, its deadline). `wanted`: a ban bites where it
  // holds, else where it does not; either way only while what a form counts holds now.
  Truth holds(const Asked& asked, const Hour& hour, const Ahead& ahead, bool of_ban,
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
        // Under `not` what is looked for is asked about today alone in a notice.
        bool today_alone = looks_back(asked) && !wanted && !ahead.to_instant;
        Ahead then = today_alone ? Ahead(0) : ahead;
        Truth counted = form(asked, then);
        // What stands so already needs not last for it.
        if (ahead.is_now()) {
          Truth stands = form(asked, 0);
          counted = wanted ? either(counted, stands) : both(counted, stands);
        }
        bool a_run = asked.form == Form::consecutive && asked.gap == 0;
        if (!of_ban && !a_run) return counted;
        // What `for` asks inside `within` may hold by then.
        Ahead inside = looks_for_held(asked) ? then : Ahead(0);
        Truth now = holds(asked.parts[0], hour, inside, of_ban);
        if (!of_ban || wanted) return both(counted, now);
        return either(counted, opposite(now));
      }
      default:
        // With a profile that is at home in all of them it roams in none, on whatever network.
        if (of_ban && at_home(asked, hour)) return Truth::no;
        return simple(asked, hour, ahead);
    }
  }

  // --- counts -----------------------------------------------------------------------------------

  static constexpr std::int64_t kEndless = std::int64_t{1} << 60;

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
      truth = both(truth, of_todays_key(a, hour));
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
    // Under the key of that hour.
    std::vector<Moment> until(
        counted(asked).moments.begin(),
        counted(asked).moments.begin() + static_cast<std::ptrdiff_t>(hour) + 1);
    Instant born = history_.commissioned().value_or(kBeginning);
    for (std::size_t i = 0; i <= hour; ++i) {
      Truth truth = both(in_each_hour_[&asked][i], of_key(asked, hours_[i], hours_[hour]));
      until[i].truth = hours_[i].from < born ? Truth::no : truth;
    }
    return quantified(asked, unbroken(asked, until, hours_[hour].from, 0), law_.step.ms);
  }

  Truth form(const Asked& a, const Ahead& ahead) const {
    const Counted& counts = counted(a);
    const std::vector<Moment>& held = counts.moments;
    switch (a.form) {
      case Form::held:
        return quantified(a, unbroken(a, held, now_, ahead), law_.step.ms);
      case Form::within:
      case Form::within_months: {
        Truth found = within(a, held);
        return found_by(a, ahead) ? either(found, held_by(a, ahead)) : found;
      }
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
    if (ahead.lasts()) days.set(today, either(days.on(today), of_key));
    std::int32_t last = today + days_ahead(ahead, zone);
    while (today < last) days.set(++today, of_key);
    switch (a.form) {
      case Form::consecutive: {
        Truth now = ahead.lasts() ? of_key : held.back().truth;
        return quantified(a, in_a_row(days, today, a.gap, now), 1);
      }
      case Form::days:
        return quantified(a, count(days, today - static_cast<std::int32_t>(a.other) + 1, today), 1);
      case Form::days_of_months:
        return quantified(a, count(days, months_later({today}, -a.other).number + 1, today), 1);
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
        std::int64_t certain = count(days, first, today).lower * 100;
        return quantified(a, {certain, certain}, a.other);
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
  Bounds unbroken(const Asked& a, std::span<const Moment> held, Instant at,
                  const Ahead& ahead) const {
    if (std::optional<Instant> counted = counts_later(a)) {
      // It holds then if it holds now and goes on.
      std::int64_t long_then = (at - *counted).ms + ahead.ms;
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
        return (at - std::min(counted, held[0].from)).ms + ahead.ms;
      }
      return (at - held[i].from).ms + ahead.ms;
    };
    return {length(Truth::yes), length(Truth::unknown)};
  }

  static bool looks_back(const Asked& a) {
    return a.form == Form::within || a.form == Form::within_months;
  }
  static bool looks_for_held(const Asked& a) {
    return looks_back(a) && a.parts[0].kind == Kind::form;
  }
  // Does what is looked for go on to an instant that counts?
  bool found_by(const Asked& a, const Ahead& ahead) const {
    if (!ahead.lasts()) return false;
    const TimeZone& zone = zone_named(a.zone);
    return zone.day_of(now_).number + days_ahead(ahead, zone) >= a.counting_from;
  }
  Truth held_by(const Asked& a, const Ahead& ahead) const {
    Ahead inside = looks_for_held(a) ? ahead : Ahead(0);
    return both(holds(a.parts[0], supposed_, inside, false), key_truth(a));
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

  Truth share(const Asked& a, const std::vector<Moment>& held, const Ahead& ahead) const {
    std::int64_t window = steps(a.other).ms;
    std::int64_t future = std::min(ahead.ms, window);
    if (std::optional<Instant> counted_later = counts_later(a)) {
      std::int64_t then = (now_ - *counted_later).ms + ahead.ms;
      future = std::clamp<std::int64_t>(then, 0, window);
    }
    Instant start = now_ - milliseconds(window - future);
    Instant counted = start;  // what lies before `counting from` is known not to count
    if (a.counting_from != INT32_MIN) {
      counted = std::max(counted, zone_named(a.zone).start_of({a.counting_from}));
    }
    if (counted < held.front().from && existed_before()) return Truth::unknown;
    std::int64_t total = key_truth(a) == Truth::yes ? future : 0;
    for (std::size_t i = 0; i + 1 < held.size(); ++i) {
      Instant from = std::max(held[i].from, start);
      if (held[i].truth == Truth::yes && held[i + 1].from > from) {
        total += (held[i + 1].from - from).ms;
      }
    }
    return quantified(a, {total * 100, total * 100}, window);
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

  // What was found once: a condition's truth in each hour, and with what is supposed now.
  mutable std::map<const Asked*, std::vector<Truth>> in_each_hour_;
  mutable std::map<std::pair<const Asked*, std::size_t>, Counted> counted_;
  // What was supposed at this moment, network and profile; all else is as it is.
  std::vector<std::pair<std::optional<std::int64_t>, std::optional<std::string>>> supposed_before_;
  std::size_t supposition_ = 0;  // which of them is
  mutable std::map<std::string, std::pair<Instant, std::vector<std::int32_t>>> days_of_hours_;
};

}  // namespace sojourn::lang::testing
