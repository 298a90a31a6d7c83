// What a random law decides about a device: with every candidate and every network supposed in
// turn, rule by rule (semantics 9a, 17 to 23).
#pragma once

#include <functional>
#include <tuple>

#include "tests/lang/naive_conditions.h"

namespace sojourn::lang::testing {

inline const char* truth_word(Truth truth) {
  return truth == Truth::yes ? "yes" : truth == Truth::no ? "no" : "?";
}

// What is decided, in words that can be compared.
struct Verdict {
  std::string outcome;           // "keep", "profile = global"
  std::string by;                // "r2", "ban b0", "" = otherwise
  std::set<std::string> alerts;  // and tasks, of rules and of `otherwise`
  std::vector<Truth> violated;   // per ban, with what is enabled
  bool a_ban_calls = false;      // one bites with what is enabled, or may in doubt
  std::string waits_for;         // "approval", "guard 1", "hold, window, requires"; "" = nothing
  std::set<std::string> passed;  // what would have stopped it: "guard 0: r2", "hold: ban b1"
  std::set<std::string> asked;   // of the card besides: "preload x", "delete x", "hold 3"
  friend bool operator==(const Verdict&, const Verdict&) = default;
  std::string text() const {
    std::string all = fmt::format("{} by {}{}{}, alerts", outcome, by.empty() ? "otherwise" : by,
                                  waits_for.empty() ? "" : ", waits for " + waits_for,
                                  a_ban_calls ? ", a ban calls" : "");
    for (const std::string& one : passed) all += ", over " + one;
    for (const std::string& alert : alerts) all += " " + alert;
    for (const std::string& one : asked) all += ", " + one;
    all += ", violated";
    for (Truth truth : violated)
      all += truth == Truth::yes ? " +" : truth == Truth::no ? " -" : " ?";
    return all;
  }
};

class NaiveLaw : private NaiveConditions {
 public:
  using NaiveConditions::moment_text;
  using NaiveConditions::NaiveConditions;
  using NaiveConditions::Told;

  // Time passes, and nothing is reported: everything changes at a whole hour, or a millisecond
  // beside it.
  void pass_before(Instant t, const Told& told) {
    if (!passed_to_ || !law_.asks_since_alert) return;
    for (Instant at = *passed_to_; at < t;) {
      Instant hour{at.ms - at.ms % law_.step.ms};
      std::vector<Instant> next = {hour, hour + milliseconds(1), hour + steps(1) - milliseconds(1),
                                   hour + steps(1)};
      at = *std::find_if(next.begin(), next.end(), [&](Instant one) { return one > at; });
      if (at < t) note_alert(at, told);
    }
  }
  // What is decided now, whether anybody asks or not.
  void note_alert(Instant now, const Told& told) {
    passed_to_ = now;
    if (!law_.asks_since_alert) return;
    look_at(now, told);
    forget();
    bool in_force = fires(0);
    if (in_force && !alert_in_force_) alerted_at_.push_back(now);
    alert_in_force_ = in_force;
  }

  // The switch that is decided, before a report is heard of; and that the report has shown it.
  struct Wanted {
    std::string profile;
    int hold_hours = 0;
  };
  std::optional<Wanted> wanted(Instant now, const Told& told) {
    Verdict verdict = judge(now, told);
    if (verdict.outcome == "keep") return std::nullopt;
    std::string profile = verdict.outcome.substr(std::string("profile = ").size());
    if (enabled_is(profile)) return std::nullopt;
    return Wanted{profile, deciding_ == nullptr ? 0 : deciding_->hold_hours};
  }
  void shown(const Wanted& wanted, Instant reported, Instant now, const Told& told) {
    look_at(now, told);
    if (enabled_is(wanted.profile) && wanted.hold_hours > 0) {
      hold_until_ = reported + steps(wanted.hold_hours);
    }
  }

  // Every condition of a rule as it stands now, part by part. Requires: `judge` was called.
  std::string truths_text() const {
    std::string text;
    std::function<void(const Asked&)> add = [&](const Asked& asked) {
      Truth truth = holds(asked, supposed_, 0, false);
      text += fmt::format("  naive {} {}\n", truth_word(truth), text_of(asked));
      for (const Asked& part : asked.parts) add(part);
    };
    for (const LawRule& rule : law_.rules) add(rule.when);
    for (const LawBan& ban : law_.bans) add(ban.never);
    return text;
  }

  Verdict judge(Instant now, const Told& told) {
    look_at(now, told);
    forget();
    Verdict verdict = decide();
    for (const LawBan& ban : law_.bans) {
      verdict.violated.push_back(ban.forbids_change ? Truth::no : with_enabled(ban, 0));
    }
    for (const LawBan& ban : law_.bans) {
      if (ban.forbids_change) continue;
      Truth bites = with_enabled(ban, ban.notice);
      bool calls = bites == Truth::yes || (bites == Truth::unknown && ban.in_doubt_counts);
      verdict.a_ban_calls = verdict.a_ban_calls || calls;
    }
    return verdict;
  }

 private:
  // What was found of the moment that was looked at before.
  void forget() {
    lawful_.clear();
    bites_.clear();
    networks_.clear();
  }

  // --- bans -------------------------------------------------------------------------------------

  // What the profile alone answers, wherever it is.
  static std::optional<bool> settled(const Asked& a, const Hour& with_profile) {
    if (a.kind == Kind::profile) {
      auto p = declared(*with_profile.profile);
      return p && one_of(a, std::string(Law::kProfiles[*p]));
    }
    if (a.kind == Kind::known && a.names[0] == "profile") return true;
    if (a.kind == Kind::known && a.names[0] == "breakout") {
      return breakout_of(*with_profile.profile) ? std::optional(true) : std::nullopt;
    }
    if (a.kind == Kind::installed) {
      auto p = declared(*with_profile.profile);
      return p && Law::kProfiles[*p] == a.names[0] ? std::optional(true) : std::nullopt;
    }
    if (a.kind == Kind::breakout) {
      auto leaves = breakout_of(*with_profile.profile);
      return leaves ? std::optional(leaves->intersects(set_of(a.names))) : std::nullopt;
    }
    if (a.kind == Kind::roaming && at_home(a, with_profile)) return false;
    if (a.kind == Kind::negation) {
      std::optional<bool> inner = settled(a.parts[0], with_profile);
      return inner ? std::optional(!*inner) : std::nullopt;
    }
    if (a.kind != Kind::all && a.kind != Kind::any) return std::nullopt;
    // One part that is settled so settles the whole.
    bool by_one = a.kind == Kind::any;
    bool all = true;
    for (const Asked& part : a.parts) {
      std::optional<bool> inner = settled(part, with_profile);
      if (inner == by_one) return by_one;
      all = all && inner;
    }
    return all ? std::optional(!by_one) : std::nullopt;
  }

  // The longest gap that days in a row may have; -1: none are asked for, or none that this profile
  // can have.
  static std::int64_t gap_of_runs(const Asked& a, const Hour& with_profile) {
    bool in_a_row = a.kind == Kind::form && a.form == Form::consecutive;
    if (in_a_row && settled(a.parts[0], with_profile) == false) return -1;
    std::int64_t gap = in_a_row ? a.gap : -1;
    for (const Asked& part : a.parts) gap = std::max(gap, gap_of_runs(part, with_profile));
    return gap;
  }

  // Can the answer differ from network to network?
  static bool network_decides(const Asked& a, const Hour& with_profile) {
    if (settled(a, with_profile)) return false;
    if (a.kind == Kind::roaming) return !at_home(a, with_profile);
    if (a.kind == Kind::network || a.kind == Kind::plmn || a.same_network) return true;
    if (a.kind == Kind::known) return a.names[0] == "network" || a.names[0] == "roaming";
    return std::any_of(a.parts.begin(), a.parts.end(),
                       [&](const Asked& part) { return network_decides(part, with_profile); });
  }

  static bool counts_roaming(const Asked& a, bool counted = false) {
    counted = counted || a.kind == Kind::form;
    if (a.kind == Kind::roaming) return counted;
    return std::any_of(a.parts.begin(), a.parts.end(),
                       [&](const Asked& part) { return counts_roaming(part, counted); });
  }

  // Where a device with another profile may be: the networks of 9a.
  using Networks = std::vector<std::optional<std::int64_t>>;
  const Networks& networks(const LawBan& ban, std::int64_t gap, bool is_enabled) {
    auto [known, fresh] = networks_.try_emplace({&ban, gap, is_enabled});
    if (fresh) known->second = find_networks(ban, gap, is_enabled);
    return known->second;
  }
  Networks find_networks(const LawBan& ban, std::int64_t gap, bool is_enabled) const {
    const Hour& now = hours_.back();
    bool camps = now.network && *now.network != kNoSymbol;
    if (is_enabled && camps) return {now.network};
    CountrySet present;
    if (camps) {
      present = candidates_of(*now.network);
    } else if (now.standing) {
      present = now.standing->set();
    }
    std::set<std::int64_t> found;
    if (camps) found.insert(*now.network);
    const TimeZone& zone = zone_named(ban.zone);
    auto oldest = static_cast<std::int32_t>(-1 - std::max<std::int64_t>(gap, 0));
    Instant unbroken_from = zone.start_of(next(zone.day_of(now_), oldest));
    for (std::size_t i = 0; i < hours_.size(); ++i) {
      const Hour& hour = hours_[i];
      if (!hour.network || *hour.network == kNoSymbol) continue;
      Instant end = i + 1 < hours_.size() ? hours_[i + 1].from : kNever;
      bool recent = !is_enabled && gap >= 0 && end > unbroken_from;
      if (recent || candidates_of(*hour.network).intersects(present)) found.insert(*hour.network);
    }
    for (Country country : present.members()) {
      if (auto unseen = unseen_network(country, found)) found.insert(*unseen);
    }
    Networks all(found.begin(), found.end());
    // Of a device that may be anywhere nothing is known.
    if (all.empty() || (!camps && present.empty())) all.push_back(now.network);
    return all;
  }

  static std::optional<std::int64_t> unseen_network(Country country,
                                                    const std::set<std::int64_t>& seen) {
    static std::map<std::uint8_t, std::optional<std::uint16_t>> codes;
    auto known = codes.find(country.index);
    std::optional<std::uint16_t> best;
    std::size_t shared = 0;
    if (known != codes.end()) best = known->second;
    for (std::uint16_t mcc = 200; known == codes.end() && mcc < 800; ++mcc) {
      CountrySet candidates = countries_of({mcc, 0, 0});
      if (!candidates.contains(country) || (best && shared <= candidates.size())) continue;
      best = mcc;
      shared = candidates.size();
    }
    codes[country.index] = best;
    if (!best) return std::nullopt;
    for (std::uint16_t mnc = 999; mnc > 0; --mnc) {
      Plmn plmn{*best, mnc, 3};
      bool whole = countries_of(plmn) == countries_of({*best, 0, 0});
      if (whole && !seen.contains(pack(plmn))) return pack(plmn);
    }
    return std::nullopt;
  }

  // With this profile enabled from now on. `days_ahead`: violated on one of so many days ahead.
  Truth bites(const LawBan& ban, const std::string& profile, int days_ahead) {
    auto known = bites_.find({&ban, profile, days_ahead});
    if (known != bites_.end()) return known->second;
    Truth found = Truth::no;
    Hour supposed = with(profile);
    for (int k = 0; k <= days_ahead && found != Truth::yes; ++k) {
      found = either(found, violated(ban, supposed, k));
    }
    suppose(hours_.back());
    return bites_[{&ban, profile, days_ahead}] = found;
  }

  Truth violated(const LawBan& ban, const Hour& supposed, const Ahead& ahead) {
    if (!in_force(ban, ahead)) return Truth::no;
    return somewhere(ban, ban.never, supposed, ahead, true);
  }

  bool in_force(const LawBan& ban, const Ahead& ahead) const {
    const TimeZone& zone = zone_named(ban.zone);
    std::int32_t day = zone.day_of(now_).number + days_ahead(ahead, zone);
    return (!ban.from || day >= *ban.from) && (!ban.until || day <= *ban.until);
  }

  bool is_enabled(const std::string& profile) const {
    const std::optional<std::string>& enabled = hours_.back().profile;
    if (!enabled) return false;
    if (!declared(*enabled)) return *enabled == profile;
    return *enabled == profile || declared(*enabled) == declared(profile);
  }

  Hour with(const std::string& profile) const {
    Hour supposed = hours_.back();
    supposed.profile = profile;
    return supposed;
  }

  // On some network where it may be: each alternative on one of its own, what must hold together
  // on the same one, as far as the network matters.
  Truth somewhere(const LawBan& ban, const Asked& asked, const Hour& with_profile,
                  const Ahead& ahead, bool wanted) {
    if (!network_decides(asked, with_profile)) {
      // Where it is at home it does not roam on any of them, but only on a network is that known.
      if (counts_roaming(asked)) {
        return on_one_network(ban, {&asked}, with_profile, ahead, wanted);
      }
      suppose(with_profile);
      return there(asked, ahead, wanted);
    }
    if (asked.kind == Kind::negation) {
      return somewhere(ban, asked.parts[0], with_profile, ahead, !wanted);
    }
    bool alternatives = asked.kind == (wanted ? Kind::any : Kind::all);
    if (alternatives) {
      Truth found = Truth::no;
      for (const Asked& part : asked.parts) {
        found = either(found, somewhere(ban, part, with_profile, ahead, wanted));
      }
      return found;
    }
    if (asked.kind != Kind::all && asked.kind != Kind::any) {
      return on_one_network(ban, {&asked}, with_profile, ahead, wanted);
    }
    Truth all = Truth::yes;
    std::vector<const Asked*> moved;
    for (const Asked& part : asked.parts) {
      if (network_decides(part, with_profile)) {
        moved.push_back(&part);
      } else {
        all = both(all, somewhere(ban, part, with_profile, ahead, wanted));
      }
    }
    Truth on_one = moved.size() == 1 ? somewhere(ban, *moved[0], with_profile, ahead, wanted)
                                     : on_one_network(ban, moved, with_profile, ahead, wanted);
    return both(all, on_one);
  }

  Truth there(const Asked& asked, const Ahead& ahead, bool wanted) const {
    Truth truth = holds(asked, supposed_, ahead, true, wanted);
    return wanted ? truth : opposite(truth);
  }

  Truth on_one_network(const LawBan& ban, const std::vector<const Asked*>& parts,
                       const Hour& with_profile, const Ahead& ahead, bool wanted) {
    std::int64_t gap = -1;
    for (const Asked* part : parts) gap = std::max(gap, gap_of_runs(*part, with_profile));
    Truth found = Truth::no;
    for (const auto& network : networks(ban, gap, is_enabled(*with_profile.profile))) {
      Hour supposed = with_profile;
      supposed.network = network;
      suppose(std::move(supposed));
      Truth all = Truth::yes;
      for (const Asked* part : parts) all = both(all, there(*part, ahead, wanted));
      found = either(found, all);
    }
    return found;
  }

  Truth with_enabled(const LawBan& ban, int days_ahead) {
    const std::optional<std::string>& enabled = hours_.back().profile;
    return enabled ? bites(ban, *enabled, days_ahead) : Truth::unknown;
  }

  bool bitten(const LawBan& ban, const std::string& profile) {
    Truth truth = bites(ban, profile, ban.notice);
    return truth == Truth::yes || (truth == Truth::unknown && ban.in_doubt_counts);
  }

  bool lawful(const std::string& profile) {
    auto known = lawful_.find(profile);
    if (known != lawful_.end()) return known->second;
    bool is_lawful = true;
    for (const LawBan& ban : law_.bans) {
      if (ban.forbids_change) {
        Truth least = ban.in_doubt_counts ? Truth::unknown : Truth::yes;
        bool forbidden = in_force(ban, 0) && holds(ban.never, supposed_, 0, false) >= least;
        is_lawful = is_lawful && (enabled_is(profile) || !forbidden);
      } else {
        is_lawful = is_lawful && !bitten(ban, profile);
      }
    }
    lawful_[profile] = is_lawful;
    return is_lawful;
  }

  bool enabled_is(const std::string& name) const {
    const std::optional<std::string>& enabled = hours_.back().profile;
    auto p = enabled ? declared(*enabled) : std::nullopt;
    return p && Law::kProfiles[*p] == name;
  }

  // The first instant at which the ban is violated if what it counts holds from now on, and is no
  // later than `last`: something changes at whole steps, or a millisecond later.
  std::optional<Instant> deadline(const LawBan& ban, Instant last) {
    Truth least = ban.in_doubt_counts ? Truth::unknown : Truth::yes;
    Hour supposed = with(*hours_.back().profile);
    std::optional<Instant> found;
    for (Instant t : moments_until(last, ban.never.counting_from, zone_named(ban.zone))) {
      if (violated(ban, supposed, Ahead::to(t - now_)) >= least) {
        found = t;
        break;
      }
    }
    suppose(hours_.back());
    return found;
  }
  // From now on: no length that is counted has more than so many steps, and days begin at whole
  // hours.
  std::set<Instant> moments_until(Instant last, std::int32_t counting_from,
                                  const TimeZone& zone) const {
    static constexpr int kLongest = 64;
    std::set<Instant> all = {now_};
    auto add = [&](Instant begin, Duration step, std::int64_t count) {
      Instant t{begin.ms - begin.ms % step.ms};
      for (std::int64_t i = 0; i <= count && t <= last; ++i, t = t + step) {
        for (Instant one : {t, t + milliseconds(1)}) {
          if (one > now_ && one <= last) all.insert(one);
        }
      }
    };
    add(now_, law_.step, kLongest);
    add(now_, hours(1), (last - now_).ms / kHourMs + 1);
    bool later = counting_from != INT32_MIN && zone.start_of({counting_from}) > now_;
    if (later) add(zone.start_of({counting_from}), law_.step, kLongest);
    return all;
  }

  // The ban that leaves no time: no instant from now on that hold and window allow lies `lead`
  // before its deadline.
  std::optional<std::size_t> pressing_ban(const Wish& wish) {
    if (!hours_.back().profile) return std::nullopt;
    Instant allowed = std::max(now_, hold_until_);
    if (wish.hours && !open(*wish.hours, allowed)) {
      allowed = Instant{allowed.ms - allowed.ms % kHourMs};
      do allowed = allowed + hours(1);
      while (!open(*wish.hours, allowed));
    }
    std::optional<std::pair<Instant, std::size_t>> first;
    for (std::size_t b = 0; b < law_.bans.size(); ++b) {
      const LawBan& ban = law_.bans[b];
      if (!broken(ban)) continue;
      Duration lead =
          hours(std::max(law_.lead_hours == 0 ? 48 : law_.lead_hours, ban.assuming_hours + 48));
      std::optional<Instant> violated_at = deadline(ban, allowed + lead);
      if (!violated_at) continue;
      Instant begin_by = *violated_at - lead;
      bool presses = begin_by <= now_ || allowed > begin_by;
      if (presses && (!first || begin_by < first->first)) first = std::pair(begin_by, b);
    }
    return first ? std::optional(first->second) : std::nullopt;
  }
  bool open(const std::pair<int, int>& window, Instant at) const {
    return within_hours(device_zone(supposed_), at, window.first, window.second) == Truth::yes;
  }

  bool broken(const LawBan& ban) {
    if (ban.forbids_change) return false;
    const std::optional<std::string>& enabled = hours_.back().profile;
    return enabled && bitten(ban, *enabled);
  }

  // --- choosing ---------------------------------------------------------------------------------

  bool fires(std::size_t r) {
    const LawRule& rule = law_.rules[r];
    if (holds(rule.when, supposed_, 0, false) != Truth::yes) return false;
    if (rule.wish.rollout) {
      auto told = told_->released.find(r);
      bool released = told != told_->released.end() ? told->second : *rule.wish.rollout > 0;
      if (!released) return false;
    }
    if (rule.wish.keep) return !any_broken();
    if (rule.wish.choices.empty()) return true;
    return chosen(rule.wish).has_value();
  }
  bool any_broken() {
    return std::any_of(law_.bans.begin(), law_.bans.end(),
                       [&](const LawBan& ban) { return broken(ban); });
  }
  std::optional<std::string> chosen(const Wish& wish) {
    for (const Wish::Choice& choice : wish.choices) {
      bool download = !choice.if_installed && choice.profile != "vivo-local";
      bool obtainable = download || installed(choice.profile, hours_.back()) == Truth::yes;
      if (obtainable && lawful(choice.profile)) return choice.profile;
    }
    return std::nullopt;
  }
  static bool has_outcome(const Wish& wish) { return wish.keep || !wish.choices.empty(); }

  bool overrides(std::size_t above, std::size_t below) const {
    for (std::size_t direct : law_.rules[above].overrides) {
      if (direct == below || overrides(direct, below)) return true;
    }
    return false;
  }
  bool silenced(std::size_t r, const std::vector<bool>& fire) const {
    for (std::size_t other = 0; other < law_.rules.size(); ++other) {
      bool above =
          law_.first_match ? other < r && has_outcome(law_.rules[other].wish) : overrides(other, r);
      if (above && fire[other]) return true;
    }
    return false;
  }

  // As written; without `first-match` each rule after those that override it.
  std::vector<std::size_t> order() const {
    std::vector<std::size_t> placed;
    std::function<void(std::size_t)> place = [&](std::size_t r) {
      if (std::find(placed.begin(), placed.end(), r) != placed.end()) return;
      for (std::size_t other = 0; other < law_.rules.size(); ++other) {
        const std::vector<std::size_t>& below = law_.rules[other].overrides;
        if (std::find(below.begin(), below.end(), r) != below.end()) place(other);
      }
      placed.push_back(r);
    };
    for (std::size_t r = 0; r < law_.rules.size(); ++r) place(r);
    return placed;
  }

  Verdict decide() {
    deciding_ = nullptr;
    std::vector<bool> fire;
    for (std::size_t r = 0; r < law_.rules.size(); ++r) fire.push_back(fires(r));
    Verdict verdict;
    for (std::size_t r = 0; r < law_.rules.size(); ++r) {
      if (fire[r] && !silenced(r, fire)) warn(verdict, law_.rules[r].wish, std::to_string(r));
    }
    for (std::size_t r : order()) {
      const Wish& wish = law_.rules[r].wish;
      if (!fire[r] || !has_outcome(wish) || silenced(r, fire)) continue;
      verdict.by = fmt::format("r{}", r);
      conclude(verdict, wish, r);
      return verdict;
    }
    verdict.outcome = "keep";
    bool has_better = law_.otherwise && chosen(*law_.otherwise);
    if (has_better || !any_broken()) {
      if (law_.otherwise) warn(verdict, *law_.otherwise, "o");
      if (has_better) conclude(verdict, *law_.otherwise, law_.rules.size());
      return verdict;
    }
    for (bool with_remedy : {true, false}) {
      for (std::size_t b = 0; b < law_.bans.size(); ++b) {
        const LawBan& ban = law_.bans[b];
        if (!broken(ban)) continue;
        bool can_be_had = ban.remedy && chosen(*ban.remedy);
        if (with_remedy && !can_be_had) continue;
        verdict.by = fmt::format("ban b{}", b);
        // Whether or not it can be had, people are told of it.
        if (ban.remedy) warn(verdict, *ban.remedy, verdict.by.substr(4));
        if (!with_remedy) return verdict;
        conclude(verdict, *ban.remedy, law_.rules.size());
        return verdict;
      }
    }
    return verdict;
  }

  static void warn(Verdict& verdict, const Wish& wish, const std::string& number) {
    if (wish.alert) verdict.alerts.insert("a" + number);
    if (wish.task) verdict.alerts.insert("t" + number);
  }

  void conclude(Verdict& verdict, const Wish& wish, std::size_t rule) {
    deciding_ = &wish;
    for (const std::string& name : wish.preload) verdict.asked.insert("preload " + name);
    for (const std::string& name : wish.remove) verdict.asked.insert("delete " + name);
    if (wish.fallback) verdict.asked.insert("fallback " + *wish.fallback);
    if (wish.hold_hours > 0) verdict.asked.insert(fmt::format("hold {}", wish.hold_hours));
    verdict.outcome = wish.keep ? "keep" : "profile = " + *chosen(wish);
    if (wish.keep || enabled_is(*chosen(wish))) return;
    wait(verdict, wish, rule);
  }

  // What stops the switch, or what it goes over: approval, then guards, of which a pressing ban
  // passes those that spare bans, then all that it passes in any case.
  void wait(Verdict& verdict, const Wish& wish, std::size_t rule) {
    std::vector<std::string> terms;
    if (now_ < hold_until_) terms.emplace_back("hold");
    if (wish.hours && !open(*wish.hours, now_)) terms.emplace_back("window");
    bool met = !wish.needs || holds(*wish.needs, supposed_, 0, false) == Truth::yes;
    if (!met) terms.emplace_back("requires");
    std::optional<std::size_t> ban;
    bool reached = false;
    for (const LawGuard& guard : law_.guards) reached = reached || is_reached(guard);
    if (reached || wish.approval || !terms.empty()) ban = pressing_ban(wish);
    auto stop = [&](const std::string& what) {
      if (ban) verdict.alerts.insert(fmt::format("ban b{}: held back by `{}`", *ban, what));
      if (verdict.waits_for.empty()) verdict.waits_for = what;
    };
    auto pass = [&](const std::string& what) {
      verdict.passed.insert(fmt::format("{}: ban b{}", what, *ban));
    };
    if (wish.approval) stop("approval");
    for (std::size_t g = 0; g < law_.guards.size(); ++g) {
      const LawGuard& guard = law_.guards[g];
      std::string name = fmt::format("guard {}", g);
      if (!is_reached(guard)) continue;
      const std::vector<std::size_t>& spared = guard.except_rules;
      if (std::find(spared.begin(), spared.end(), rule) != spared.end()) {
        verdict.passed.insert(fmt::format("{}: r{}", name, rule));
      } else if (ban && guard.except_bans) {
        pass(name);
      } else {
        stop(name);
      }
    }
    if (!verdict.waits_for.empty() || terms.empty()) return;
    std::string all = fmt::format("{}", fmt::join(terms, ", "));
    if (ban) {
      pass(all);
    } else {
      stop(all);
    }
  }
  // A device by itself has no fleet that could stand in its way.
  bool is_reached(const LawGuard& guard) const {
    if (!guard.of_fleet.empty()) return false;
    return switches_within(guard.hours) >= guard.most;
  }

  std::map<std::string, bool> lawful_;
  std::map<std::tuple<const LawBan*, std::string, int>, Truth> bites_;
  std::map<std::tuple<const LawBan*, std::int64_t, bool>, Networks> networks_;
  const Wish* deciding_ = nullptr;
  Instant hold_until_ = kBeginning;  // of the last switch that was decided and shown
  std::optional<Instant> passed_to_;
  bool alert_in_force_ = false;  // of the first rule
};

}  // namespace sojourn::lang::testing
