// What a random law decides about a device: with every candidate and every network supposed in
// turn, rule by rule (semantics 9a, 17 to 23).
#pragma once

#include <functional>

#include "tests/lang/naive_conditions.h"

namespace sojourn::lang::testing {

// What is decided, in words that can be compared.
struct Verdict {
  std::string outcome;           // "keep", "profile = global"
  std::string by;                // "r2", "ban b0", "" = otherwise
  std::set<std::string> alerts;  // of rules
  std::vector<Truth> violated;   // per ban, with what is enabled
  bool a_ban_calls = false;      // one bites with what is enabled, or may in doubt
  bool waits = false;            // approval, guard, window, requires; meaningful if none calls
  friend bool operator==(const Verdict&, const Verdict&) = default;
  std::string text() const {
    std::string all = fmt::format("{} by {}{}{}, alerts", outcome, by.empty() ? "otherwise" : by,
                                  waits ? ", waits" : "", a_ban_calls ? ", a ban calls" : "");
    for (const std::string& alert : alerts) all += " " + alert;
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

  Verdict judge(Instant now, const Told& told) {
    look_at(now, told);
    lawful_.clear();
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
    if (verdict.a_ban_calls) verdict.waits = false;
    return verdict;
  }

 private:
  // --- bans -------------------------------------------------------------------------------------

  bool counts_days_in_a_row(const Asked& a) const {
    if (a.kind == Kind::form && a.form == Form::consecutive && a.gap == 0) return true;
    return std::any_of(a.parts.begin(), a.parts.end(),
                       [&](const Asked& part) { return counts_days_in_a_row(part); });
  }

  // Where a device with another profile may be: the networks of 9a.
  std::vector<std::optional<std::int64_t>> networks(const LawBan& ban, const Asked& never,
                                                    bool is_enabled) const {
    const Hour& now = hours_->back();
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
    Instant yesterday = zone.start_of(next(zone.day_of(now_), -1));
    for (std::size_t i = 0; i < hours_->size(); ++i) {
      const Hour& hour = (*hours_)[i];
      if (!hour.network || *hour.network == kNoSymbol) continue;
      Instant end = i + 1 < hours_->size() ? (*hours_)[i + 1].from : kNever;
      bool recent = !is_enabled && counts_days_in_a_row(never) && end > yesterday;
      if (recent || candidates_of(*hour.network).intersects(present)) found.insert(*hour.network);
    }
    for (Country country : present.members()) {
      if (auto unseen = unseen_network(country, found)) found.insert(*unseen);
    }
    std::vector<std::optional<std::int64_t>> all(found.begin(), found.end());
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
    if (ban.never.kind != Kind::any) return bites_by(ban, ban.never, profile, days_ahead);
    Truth found = Truth::no;
    for (const Asked& part : ban.never.parts) {
      found = either(found, bites_by(ban, part, profile, days_ahead));
    }
    return found;
  }

  Truth bites_by(const LawBan& ban, const Asked& never, const std::string& profile,
                 int days_ahead) {
    const Hour& now = hours_->back();
    bool is_enabled =
        now.profile && (*now.profile == profile || declared(*now.profile) == declared(profile));
    if (now.profile && !declared(profile)) is_enabled = *now.profile == profile;
    Truth found = Truth::no;
    for (const auto& network : networks(ban, never, is_enabled)) {
      Hour supposed = now;
      supposed.profile = profile;
      supposed.network = network;
      suppose(std::move(supposed));
      for (int k = 0; k <= days_ahead && found != Truth::yes; ++k) {
        std::int32_t day = zone_named(ban.zone).day_of(now_).number + k;
        bool in_force = (!ban.from || day >= *ban.from) && (!ban.until || day <= *ban.until);
        if (in_force) found = either(found, holds(never, supposed_, k, true));
      }
    }
    suppose(now);
    return found;
  }

  Truth with_enabled(const LawBan& ban, int days_ahead) {
    const std::optional<std::string>& enabled = hours_->back().profile;
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
        bool stays = enabled_is(profile);
        is_lawful = is_lawful && (stays || holds(ban.never, supposed_, 0, false) != Truth::yes);
      } else {
        is_lawful = is_lawful && !bitten(ban, profile);
      }
    }
    lawful_[profile] = is_lawful;
    return is_lawful;
  }

  bool enabled_is(const std::string& name) const {
    const std::optional<std::string>& enabled = hours_->back().profile;
    auto p = enabled ? declared(*enabled) : std::nullopt;
    return p && Law::kProfiles[*p] == name;
  }

  bool broken(const LawBan& ban) {
    if (ban.forbids_change) return false;
    const std::optional<std::string>& enabled = hours_->back().profile;
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
      bool obtainable = download || installed(choice.profile) == Truth::yes;
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
    std::vector<bool> fire;
    for (std::size_t r = 0; r < law_.rules.size(); ++r) fire.push_back(fires(r));
    Verdict verdict;
    for (std::size_t r = 0; r < law_.rules.size(); ++r) {
      if (law_.rules[r].wish.alert && fire[r] && !silenced(r, fire)) {
        verdict.alerts.insert(fmt::format("a{}", r));
      }
    }
    for (std::size_t r : order()) {
      const Wish& wish = law_.rules[r].wish;
      if (!fire[r] || !has_outcome(wish) || silenced(r, fire)) continue;
      verdict.by = fmt::format("r{}", r);
      conclude(verdict, wish, r);
      return verdict;
    }
    verdict.outcome = "keep";
    if (!any_broken()) return verdict;
    for (bool with_remedy : {true, false}) {
      for (std::size_t b = 0; b < law_.bans.size(); ++b) {
        const LawBan& ban = law_.bans[b];
        if (!broken(ban)) continue;
        verdict.by = fmt::format("ban b{}", b);
        if (!with_remedy) return verdict;
        if (!ban.remedy || !chosen(*ban.remedy)) continue;
        conclude(verdict, *ban.remedy, law_.rules.size());
        return verdict;
      }
    }
    return verdict;
  }

  void conclude(Verdict& verdict, const Wish& wish, std::size_t rule) {
    verdict.outcome = wish.keep ? "keep" : "profile = " + *chosen(wish);
    if (wish.keep || enabled_is(*chosen(wish))) return;
    verdict.waits = wish.approval;
    for (const LawGuard& guard : law_.guards) {
      bool spared = std::find(guard.except_rules.begin(), guard.except_rules.end(), rule) !=
                    guard.except_rules.end();
      verdict.waits = verdict.waits || (!spared && switches_within(guard.hours) >= guard.most);
    }
    if (wish.needs && holds(*wish.needs, supposed_, 0, false) != Truth::yes) verdict.waits = true;
    if (wish.hours) {
      Truth open =
          within_hours(device_zone(supposed_), now_, wish.hours->first, wish.hours->second);
      verdict.waits = verdict.waits || open != Truth::yes;
    }
  }

  std::map<std::string, bool> lawful_;
};

}  // namespace sojourn::lang::testing
