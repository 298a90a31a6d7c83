// The obviously right history: it keeps every report, and for every question walks all of time from
// the first report to now, an hour at a time (or a shorter step). Everything it is asked about
// happens on whole hours of UTC (reports, holds, settle, zone offsets), so nothing changes within
// an hour.
//
// It shares with the engine the meaning of a simple test (`judge`) and the numbering of countries
// and days; signals, settling and counts are written from the fine print alone.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/device/observation.h"
#include "engine/graph/rule_table.h"

namespace sojourn::testing {

// The same day of another month, or that month's last where it is too short.
inline Day months_later(Day day, std::int64_t months) {
  CivilDate date = to_civil(day);
  auto first_of = [](int month) { return from_civil({month / 12, month % 12 + 1, 1}).number; };
  int month = date.year * 12 + date.month - 1 + static_cast<int>(months);
  int length = first_of(month + 1) - first_of(month);
  return {first_of(month) + std::min(static_cast<int>(date.day_of_month), length) - 1};
}

// The same time of day on the date that lies so many months before.
inline Instant months_before(Instant now, std::int64_t months, const TimeZone& zone) {
  return zone.at_wall_time(months_later(zone.day_of(now), -months), zone.wall_ms_of_day(now));
}

class NaiveHistory {
 public:
  // What the device was in one hour. Absent: unknown.
  struct Hour {
    Instant from;
    bool begun = false;  // its first report has come
    std::optional<CountryClaim> fix;
    std::optional<bool> in_sao_paulo;   // by the last fix that told
    std::optional<bool> on_the_farm;    // likewise
    std::optional<CountryClaim> named;  // by the last named network, when in one country
    std::optional<std::int64_t> network;
    std::optional<bool> no_service;
    std::optional<std::string> profile;
    std::optional<std::string> imei;
    std::optional<std::int64_t> type;
    std::optional<std::int64_t> battery;
    std::optional<std::string> apn;
    std::optional<std::vector<std::string>> tags;
    std::optional<bool> ecall;
    std::optional<std::string> made_in;
    std::optional<Rat> rat;
    std::optional<double> speed_mps, accuracy_m;
    std::optional<LatLon> position;
    std::optional<CountryClaim> evidence;
    std::optional<CountryClaim> standing;
    friend bool operator==(const Hour&, const Hour&) = default;
  };

  explicit NaiveHistory(const RuleTable& table, Duration step = hours(1))
      : table_(table), step_(step) {}

  // The claim of the report's fix when it is certain, and whether it lies in BR-SP, and on a farm
  // in Uruguay, when it tells.
  void add(const Observation& report, std::optional<CountryClaim> fix,
           std::optional<bool> in_sao_paulo = {}, std::optional<bool> on_the_farm = {}) {
    reports_.push_back({report, fix, in_sao_paulo, on_the_farm});
    std::stable_sort(reports_.begin(), reports_.end(), [](const Kept& a, const Kept& b) {
      return std::pair(a.report.at, a.report.line) < std::pair(b.report.at, b.report.line);
    });
    // What was the case before a report does not change by it.
    bool first = report.at <= reports_.front().report.at;
    if (report.commissioned && report.commissioned < commissioned_.value_or(kNever)) {
      commissioned_ = report.commissioned;
      first = true;  // the history begins elsewhere
    }
    while (!said_.empty() && (first || said_.back().from >= report.at)) said_.pop_back();
    unchanged_ = std::min(unchanged_, said_.size());
  }

  Reading read(FeatureIndex index, Instant now) {
    walk(now);
    return read_walked(index, now);
  }
  // Requires: `walk(now)` was the last walk.
  Reading read_walked(FeatureIndex index, Instant now) const {
    const Feature& feature = table_.features[index];
    switch (feature.kind) {
      case FeatureKind::held:
        return held(feature, now);
      case FeatureKind::recency:
        return recency(feature, now);
      case FeatureKind::held_share:
        return held_share(feature, now);
      case FeatureKind::consecutive_days:
        return consecutive(feature, now);
      case FeatureKind::window_count:
        return feature.bucket == TimeUnit::day ? count_days(feature, now, window_days(feature))
                                               : count_buckets(feature, now);
      case FeatureKind::calendar_count:
        return calendar_count(feature, now);
      case FeatureKind::day_share:
        return day_share(feature, now);
      case FeatureKind::event_count:
        return event_count(feature, now);
      case FeatureKind::data_sum:
        return data_sum(feature, now);
      default:
        return reading_in(feature, hours_.empty() ? Hour{} : hours_.back());
    }
  }

  void walk(Instant now) {
    hours_ = {};
    if (reports_.empty()) return;
    Instant begin = std::min(reports_.front().report.at, commissioned_.value_or(kNever));
    Instant t = said_.empty() ? begin : said_.back().from + step_;
    for (; t <= now; t = t + step_) said_.push_back(hour_at(t));
    std::size_t count = said_.size();
    while (count > 0 && said_[count - 1].from > now) --count;
    settle(count, now);
    hours_ = std::span(said_).first(count);
  }
  // Holds until the next report or walk.
  std::span<const Hour> hours_walked() const { return hours_; }
  // How many of the hours, from the first on, are as they were when this was last asked.
  std::size_t take_unchanged() { return std::exchange(unchanged_, hours_.size()); }
  struct Kept {
    Observation report;
    std::optional<CountryClaim> fix;
    std::optional<bool> in_sao_paulo, on_the_farm;
  };
  // In the order of their instants.
  const std::vector<Kept>& reports() const { return reports_; }
  // It did not exist before.
  std::optional<Instant> commissioned() const { return commissioned_; }

 private:
  // Does something said at `at` and lasting `hold` still hold at t?
  static bool holds(Instant at, Duration hold, Instant t) { return t == at || t < at + hold; }

  Hour hour_at(Instant t) const {
    Hour hour;
    hour.from = t;
    hour.begun = t >= reports_.front().report.at;
    Duration carry = table_.settings.carry;
    bool silent = false;  // the newest word about service is that there is none
    for (const Kept& kept : reports_) {
      const Observation& said = kept.report;
      if (said.at > t) break;
      bool fresh = holds(said.at, carry, t);
      if (kept.fix) hour.fix = fresh ? kept.fix : std::nullopt;
      if (kept.in_sao_paulo) hour.in_sao_paulo = fresh ? kept.in_sao_paulo : std::nullopt;
      if (kept.on_the_farm) hour.on_the_farm = fresh ? kept.on_the_farm : std::nullopt;
      if (said.position.given()) {
        const Fix& told = said.position.value;
        if (told.speed_mps) hour.speed_mps = fresh ? told.speed_mps : std::nullopt;
        hour.accuracy_m = fresh ? told.accuracy_m : std::nullopt;
        hour.position = fresh ? std::optional(told.at) : std::nullopt;
      }
      if (said.rat.given()) hour.rat = fresh ? std::optional(said.rat.value) : std::nullopt;
      if (said.profile.given()) hour.profile = said.profile.value;
      if (said.iccid.given()) hour.profile = said.iccid.value;
      if (!said.names.imei.empty()) hour.imei = said.names.imei;
      bool down = said.registration.given() && (said.registration.value == Registration::none ||
                                                said.registration.value == Registration::searching);
      bool refused = said.registration.given() && said.registration.value == Registration::denied;
      if (said.registration.given()) {
        hour.no_service = fresh ? std::optional(down) : std::nullopt;
        if (silent && !down) hour.network = std::nullopt;
        silent = down;
        if (down) hour.network = fresh ? std::optional<std::int64_t>(kNoSymbol) : std::nullopt;
      }
      if (said.network.state == Reported<Plmn>::State::unknown && !down) {
        hour.network = std::nullopt;
        hour.named = std::nullopt;
      }
      if (said.network.given() && !down && !refused) {
        CountrySet candidates = countries_of(said.network.value);
        hour.network = fresh ? std::optional<std::int64_t>(pack(said.network.value)) : std::nullopt;
        bool one = candidates.size() == 1 && fresh;
        hour.named = one ? std::optional(CountryClaim::of(candidates)) : std::nullopt;
        if (said.registration.absent()) {
          hour.no_service = fresh ? std::optional(false) : std::nullopt;
          silent = false;
        }
      }
      for (const AttributeReport& report : said.attributes) {
        hear(report, said.at, t, fresh, hour);
      }
    }
    // While there is no service the device is on no network, whatever is said of that.
    if (hour.no_service == true && !hour.network) hour.network = kNoSymbol;
    hour.evidence = hour.fix ? hour.fix : hour.named;
    return hour;
  }

  void hear(const AttributeReport& report, Instant said_at, Instant t, bool fresh,
            Hour& hour) const {
    bool told = fresh && report.type != AttributeReport::Type::unknown;
    auto lasting = [&](auto value) { return told ? std::optional(value) : std::nullopt; };
    if (report.name == "type") {
      hour.type = lasting(std::int64_t{report.text == "meter" ? 0 : 1});
    } else if (report.name == "apn") {
      hour.apn = lasting(report.text);
    } else if (report.name == "tag") {
      hour.tags = lasting(report.list);
    } else if (report.name == "made-in") {
      hour.made_in = lasting(report.text);
    } else if (report.name == "ecall") {
      bool valid = holds(said_at, milliseconds(48 * step_.ms), t);
      hour.ecall = valid ? std::optional(report.flag) : std::nullopt;
    } else {
      bool valid = holds(said_at, *table_.attributes[1].valid, t) &&
                   report.type == AttributeReport::Type::number;
      hour.battery = valid ? std::optional(report.number_millionths) : std::nullopt;
    }
  }

  void settle(std::size_t count, Instant now) {
    std::optional<CountryClaim> standing;
    for (std::size_t i = 0; i < count;) {
      std::size_t end = i;
      while (end < count && said_[end].evidence == said_[i].evidence) ++end;
      Instant until = end < count ? said_[end].from : now;
      std::optional<CountryClaim> evidence = said_[i].evidence;
      bool first_answer = !evidence || !standing;
      bool lasted = until - said_[i].from >= table_.settings.settle;
      if (first_answer || lasted) standing = evidence;
      for (; i < end; ++i) {
        if (said_[i].standing == standing) continue;
        said_[i].standing = standing;
        unchanged_ = std::min(unchanged_, i);
      }
    }
  }

  std::optional<CountrySet> home(const Hour& hour) const {
    if (!hour.profile) return std::nullopt;
    if (auto known = table_.find_profile(*hour.profile)) return table_.profiles[*known].home;
    for (const Profile& profile : table_.profiles) {
      for (const std::string& prefix : profile.iccid_prefixes) {
        if (hour.profile->rfind(prefix, 0) == 0) return profile.home;
      }
    }
    CountrySet home;
    if (auto country = country_of_iccid(*hour.profile)) home.insert(*country);
    return home;
  }

  Reading reading_in(const Feature& feature, const Hour& hour) const {
    auto told = [](const auto& value) {
      return value ? Reading::exactly(static_cast<std::int64_t>(*value)) : Reading::unknown();
    };
    switch (feature.kind) {
      case FeatureKind::country:
        return hour.standing ? Reading::exactly(hour.standing->packed()) : Reading::unknown();
      case FeatureKind::network:
        return told(hour.network);
      case FeatureKind::no_service:
        return told(hour.no_service);
      case FeatureKind::attribute_choice:
        return told(hour.type);
      case FeatureKind::attribute_number:
        return told(hour.battery);
      case FeatureKind::roaming: {
        if (hour.network == kNoSymbol) return Reading::exactly(0);
        auto homes = home(hour);
        if (!hour.network || !homes) return Reading::unknown();
        int yes = 0, no = 0;
        auto plmn = unpack_plmn(static_cast<std::uint32_t>(*hour.network));
        for (Country c : countries_of(plmn).members()) {
          bool roams = !homes->contains(c) && feature.countries.contains(c);
          ++(roams ? yes : no);
        }
        if (yes > 0 && no > 0) return Reading::unknown();
        return Reading::exactly(yes > 0 ? 1 : 0);
      }
      default:
        return Reading::unknown();
    }
  }

  Truth judge_in(ConditionIndex condition, const Hour& hour) const {
    return table_.conditions.judge(condition, [&](const Test& test) {
      const Feature& feature = table_.features[test.feature];
      return judge(test, feature, reading_in(feature, hour));
    });
  }

  // --- counting: of every hour, how surely the condition held for today's key ---

  template <class Value>
  static Truth same(const std::optional<Value>& a, const std::optional<Value>& b) {
    return a && b ? truth_of(*a == *b) : Truth::unknown;
  }

  std::vector<Truth> truths(const Feature& feature) const {
    std::vector<Truth> result;
    for (const Hour& hour : hours_) {
      Truth truth = judge_in(feature.inner, hour);
      const Hour& now = hours_.back();
      if (feature.scope.same_network) truth = both(truth, same(hour.network, now.network));
      if (feature.scope.per_imei) truth = both(truth, same(hour.imei, now.imei));
      if (feature.scope.per_profile) truth = both(truth, same(hour.profile, now.profile));
      result.push_back(truth);
    }
    return result;
  }

  TimeZone zone_of(const Feature& feature) const {
    return *TimeZone::find(feature.zone.empty() ? table_.settings.zone : feature.zone);
  }

  // Per day: the surest truth of any of its hours. Days before the first report are not in it.
  std::map<std::int32_t, Truth> days_of(const Feature& feature) const {
    std::map<std::int32_t, Truth> days;
    TimeZone zone = zone_of(feature);
    std::vector<Truth> held = truths(feature);
    for (std::size_t i = 0; i < hours_.size(); ++i) {
      Truth& day = days.try_emplace(zone.day_of(hours_[i].from).number, Truth::no).first->second;
      day = either(day, held[i]);
    }
    if (days.empty()) return days;
    // What came before the first report is unknown, on its own day as well.
    auto first = days.begin();
    if (zone.start_of({first->first}) < hours_.front().from) {
      first->second = either(first->second, Truth::unknown);
    }
    return days;
  }
  static Truth on(const std::map<std::int32_t, Truth>& days, std::int32_t day) {
    auto found = days.find(day);
    return found == days.end() ? Truth::unknown : found->second;
  }

  Reading held(const Feature& feature, Instant now) const {
    if (hours_.empty()) return Reading::between(-1, kNotYet);
    std::vector<Truth> held = truths(feature);
    auto length = [&](Truth least) -> std::int64_t {
      std::size_t i = held.size();
      while (i > 0 && held[i - 1] >= least) --i;
      if (i == held.size()) return -1;
      if (i == 0 && least == Truth::unknown) return kNotYet;
      return (now - hours_[i].from).ms;
    };
    return Reading::between(length(Truth::yes), length(Truth::unknown));
  }

  Instant window_start(const Feature& feature, Instant now) const {
    bool elapsed = feature.window.unit == TimeUnit::millisecond;
    return elapsed ? now - milliseconds(feature.window.count)
                   : months_before(now, feature.window.count, zone_of(feature));
  }

  Reading recency(const Feature& feature, Instant now) const {
    if (hours_.empty()) return Reading::between(0, kNotYet);
    std::vector<Truth> held = truths(feature);
    bool windowed = feature.window.count > 0;
    Instant start = windowed ? window_start(feature, now) : kBeginning;
    auto ago = [&](Truth least) -> std::int64_t {
      if (held.back() >= least) return 0;
      for (std::size_t i = held.size(); i > 0; --i) {
        Truth before = i > 1 ? held[i - 2] : Truth::unknown;
        if (before < least) continue;
        Instant last = hours_[i - 1].from - milliseconds(1);
        return last > start ? (now - last).ms : kNotYet;
      }
      return kNotYet;
    };
    return Reading::between(ago(Truth::unknown), ago(Truth::yes));
  }

  Reading held_share(const Feature& feature, Instant now) const {
    Instant start = now - milliseconds(feature.window.count);
    if (hours_.empty()) return Reading::between(0, kNotYet);
    if (start < hours_[0].from) return Reading::between(0, feature.window.count);
    std::vector<Truth> held = truths(feature);
    std::int64_t total = 0;
    for (std::size_t i = 0; i < held.size(); ++i) {
      Instant from = std::max(hours_[i].from, start);
      Instant to = i + 1 < held.size() ? hours_[i + 1].from : now;
      if (held[i] == Truth::yes && to > from) total += (to - from).ms;
    }
    return Reading::exactly(total);
  }

  Reading consecutive(const Feature& feature, Instant now) const {
    if (hours_.empty()) return Reading::between(0, kNotYet);
    std::map<std::int32_t, Truth> days = days_of(feature);
    std::int32_t today = zone_of(feature).day_of(now).number;
    std::int32_t first_known = days.begin()->first;
    Truth holds_now = truths(feature).back();
    auto length = [&](Truth least) -> std::int64_t {
      std::int32_t gap = feature.gap_days;
      if (gap == 0 && holds_now < least) return 0;
      // Walk back; remember the earliest day of the run, give up when a gap is too long.
      std::int32_t earliest = today + 1;
      std::int32_t without = 0;
      for (std::int32_t day = today;; --day) {
        if (on(days, day) >= least) {
          if (day < first_known) return kNotYet;
          earliest = day;
          without = 0;
          continue;
        }
        bool is_today = day == today;
        if (!is_today || gap == 0) ++without;
        if (without > gap || day < first_known) return today - earliest + 1;
      }
    };
    return Reading::between(length(Truth::yes), length(Truth::unknown));
  }

  static std::int32_t window_days(const Feature& feature) {
    return static_cast<std::int32_t>(feature.window.count);
  }

  Reading count_days(const Feature& feature, Instant now, std::int32_t window) const {
    std::map<std::int32_t, Truth> days = days_of(feature);
    std::int32_t today = zone_of(feature).day_of(now).number;
    std::int64_t lower = 0, upper = 0;
    for (std::int32_t day = today - window + 1; day <= today; ++day) {
      lower += on(days, day) == Truth::yes ? 1 : 0;
      upper += on(days, day) != Truth::no ? 1 : 0;
    }
    return Reading::between(lower, upper);
  }

  Reading count_buckets(const Feature& feature, Instant now) const {
    std::map<std::int32_t, Truth> days = days_of(feature);
    std::int32_t today = zone_of(feature).day_of(now).number;
    auto bucket = [&](std::int32_t day) {
      return feature.bucket == TimeUnit::week ? week_number({day}) : month_number({day});
    };
    std::map<std::int32_t, Truth> buckets;
    for (std::int32_t day = today; day > today - 1000; --day) {
      if (bucket(day) <= bucket(today) - feature.window.count) break;
      Truth& truth = buckets.try_emplace(bucket(day), Truth::no).first->second;
      truth = either(truth, on(days, day));
    }
    std::int64_t lower = 0, upper = 0;
    for (auto [number, truth] : buckets) {
      lower += truth == Truth::yes ? 1 : 0;
      upper += truth != Truth::no ? 1 : 0;
    }
    return Reading::between(lower, upper);
  }

  Reading calendar_count(const Feature& feature, Instant now) const {
    std::int32_t today = zone_of(feature).day_of(now).number;
    CivilDate date = to_civil({today});
    date.day_of_month = 1;
    if (feature.window.unit == TimeUnit::year) date.month = 1;
    return count_days(feature, now, today - from_civil(date).number + 1);
  }

  Reading day_share(const Feature& feature, Instant now) const {
    std::map<std::int32_t, Truth> days = days_of(feature);
    std::int32_t today = zone_of(feature).day_of(now).number;
    std::int32_t first = today - window_days(feature) + 1;
    if (days.empty()) return Reading::between(0, kNotYet);
    if (first < days.begin()->first) return Reading::between(0, feature.window.count);
    return Reading::exactly(count_days(feature, now, window_days(feature)).lower);
  }

  Reading event_count(const Feature& feature, Instant now) const {
    Instant start = window_start(feature, now);
    std::int64_t count = 0;
    std::optional<std::string> before;
    for (const Kept& kept : reports_) {
      const Observation& said = kept.report;
      bool within = said.at > start && said.at <= now;
      if (feature.event.kind == EventKind::rejected && said.reject_cause && within) {
        const auto& causes = feature.event.causes;
        bool asked = causes.empty() ||
                     std::find(causes.begin(), causes.end(), *said.reject_cause) != causes.end();
        count += asked ? 1 : 0;
      }
      if (feature.event.kind != EventKind::switches || said.at > now) continue;
      std::optional<std::string> enabled;
      if (said.profile.given()) enabled = said.profile.value;
      if (said.iccid.given()) enabled = said.iccid.value;
      if (!enabled) continue;
      if (before && *before != *enabled && within) ++count;
      before = enabled;
    }
    return Reading::exactly(count);
  }

  Reading data_sum(const Feature& feature, Instant now) const {
    TimeZone zone = zone_of(feature);
    std::int32_t today = zone.day_of(now).number;
    std::int64_t sum = 0;
    for (const Kept& kept : reports_) {
      const Observation& said = kept.report;
      if (!said.data_bytes || said.at > now) continue;
      if (zone.day_of(said.at).number <= today - window_days(feature)) continue;
      for (const Hour& hour : hours_) {
        bool there =
            hour.from == said.at && hour.standing && hour.standing->intersects(feature.countries);
        if (there) sum += *said.data_bytes;
      }
    }
    return Reading::exactly(sum);
  }

  const RuleTable& table_;
  Duration step_;
  std::vector<Kept> reports_;
  std::optional<Instant> commissioned_;  // the earliest that was told
  std::vector<Hour> said_;       // hour by hour, kept from walk to walk; only countries settle anew
  std::span<const Hour> hours_;  // of the last walk
  std::size_t unchanged_ = 0;    // of said_, since it was last asked
};

}  // namespace sojourn::testing
