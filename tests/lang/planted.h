// Mistakes that a compiler or an engine could make, made on purpose: each changes what the fast
// path is given and not what the naive side reads, and the comparison has to notice.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "tests/lang/random_law.h"

namespace sojourn::lang::testing {

struct Planted {
  std::string_view name;
  std::function<bool(Law&)> into;  // false: this law has nothing of the kind
};

// Changes the first part that it can.
inline bool change(Asked& asked, const std::function<bool(Asked&)>& one) {
  if (one(asked)) return true;
  for (Asked& part : asked.parts) {
    if (change(part, one)) return true;
  }
  return false;
}
inline bool change_rules(Law& law, const std::function<bool(Asked&)>& one) {
  for (LawRule& rule : law.rules) {
    if (change(rule.when, one)) return true;
  }
  return false;
}
inline bool change_bans(Law& law, const std::function<bool(Asked&)>& one) {
  for (LawBan& ban : law.bans) {
    if (change(ban.never, one)) return true;
  }
  return false;
}

inline bool forget_scope(Asked& a) {
  bool network = std::exchange(a.same_network, false);
  bool imei = std::exchange(a.per_imei, false);
  bool profile = std::exchange(a.per_profile, false);
  return network || imei || profile;
}

inline const std::vector<Planted>& planted_mistakes() {
  using Kind = Asked::Kind;
  using Form = Asked::Form;
  auto of_form = [](Form form, auto edit) {
    return [form, edit](Asked& a) { return a.kind == Kind::form && a.form == form && edit(a); };
  };
  static const std::vector<Planted> all = {
      {"a day too many in a row",
       [=](Law& law) {
         return change_rules(law, of_form(Form::consecutive, [](Asked& a) { return ++a.number; }));
       }},
      {"a window one day longer",
       [=](Law& law) {
         return change_rules(law, of_form(Form::days, [](Asked& a) { return ++a.other; }));
       }},
      {"a gap one day longer",
       [=](Law& law) {
         return change_rules(law, of_form(Form::consecutive, [](Asked& a) { return ++a.gap; }));
       }},
      {"`for` an hour longer",
       [=](Law& law) {
         return change_rules(law, of_form(Form::held, [](Asked& a) { return ++a.number; }));
       }},
      {"`on the same network` forgotten",
       [](Law& law) {
         return change_bans(law, [](Asked& a) { return std::exchange(a.same_network, false); });
       }},
      {"`per profile` forgotten",
       [](Law& law) {
         return change_bans(law, [](Asked& a) { return std::exchange(a.per_profile, false); });
       }},
      {"`per imei` forgotten",
       [](Law& law) {
         return change_rules(law, [](Asked& a) { return std::exchange(a.per_imei, false); });
       }},
      {"another zone's midnight",
       [](Law& law) {
         law.zone = law.zone == "Pacific/Kiritimati" ? "Pacific/Pago_Pago" : "Pacific/Kiritimati";
         return true;
       }},
      {"a rule's own zone forgotten",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (!rule.zone.empty()) return !std::exchange(rule.zone, "").empty();
         }
         return false;
       }},
      {"`carry` a quarter longer",
       [](Law& law) { return (law.carry_hours += std::max(1, law.carry_hours / 4)) > 0; }},
      {"`settle` an hour longer", [](Law& law) { return ++law.settle_hours > 0; }},
      {"the first two rules exchanged under first-match",
       [](Law& law) {
         if (!law.first_match) return false;
         std::swap(law.rules[0], law.rules[1]);
         return true;
       }},
      {"an override forgotten",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (!rule.overrides.empty()) return rule.overrides.pop_back(), true;
         }
         return false;
       }},
      {"the second alternative first",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           std::vector<Wish::Choice>& choices = rule.wish.choices;
           if (choices.size() > 1) return std::swap(choices[0], choices[1]), true;
         }
         return false;
       }},
      {"`if installed` forgotten",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           for (Wish::Choice& choice : rule.wish.choices) {
             if (std::exchange(choice.if_installed, false)) return true;
           }
         }
         return false;
       }},
      {"a ban forgotten",
       [](Law& law) {
         for (LawBan& ban : law.bans) {
           if (!ban.forbids_change) {
             ban.never = {};
             ban.never.kind = Kind::profile;
             ban.never.names = {"nowhere"};
             ban.notice = 0;
             return true;
           }
         }
         return false;
       }},
      {"`notice` a day longer",
       [](Law& law) {
         for (LawBan& ban : law.bans) {
           if (ban.notice > 0) return ++ban.notice > 0;
         }
         return false;
       }},
      {"`in doubt counts` forgotten",
       [](Law& law) {
         for (LawBan& ban : law.bans) {
           if (std::exchange(ban.in_doubt_counts, false)) return true;
         }
         return false;
       }},
      {"`until` a day later",
       [](Law& law) {
         for (LawBan& ban : law.bans) {
           if (ban.until) return ++*ban.until > 0;
         }
         return false;
       }},
      {"`counting from` forgotten",
       [](Law& law) {
         for (LawBan& ban : law.bans) {
           if (std::exchange(ban.never.counting_from, INT32_MIN) != INT32_MIN) return true;
         }
         return false;
       }},
      {"a remedy forgotten",
       [](Law& law) {
         for (LawBan& ban : law.bans) {
           if (ban.remedy) return ban.remedy.reset(), true;
         }
         return false;
       }},
      {"`forbid change` turned into its opposite",
       [](Law& law) {
         for (LawBan& ban : law.bans) {
           if (!ban.forbids_change) continue;
           Asked negated;
           negated.kind = Kind::negation;
           negated.parts = {ban.never};
           ban.never = negated;
           return true;
         }
         return false;
       }},
      {"a guard that allows one switch more",
       [](Law& law) { return !law.guards.empty() && ++law.guards[0].most > 0; }},
      {"`except for bans` forgotten",
       [](Law& law) {
         for (LawGuard& guard : law.guards) {
           if (guard.of_fleet.empty() && std::exchange(guard.except_bans, false)) return true;
         }
         return false;
       }},
      {"an approval forgotten",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (std::exchange(rule.wish.approval, false)) return true;
         }
         return false;
       }},
      {"`lead` two days longer",
       [](Law& law) {
         law.lead_hours = std::max(law.lead_hours, 48) + 48;
         return std::any_of(law.bans.begin(), law.bans.end(),
                            [](const LawBan& ban) { return ban.notice > 0; });
       }},
      {"a border that is further away",
       [](Law& law) {
         return change_rules(law, [](Asked& a) {
           if (a.kind != Kind::border) return false;
           a.number = a.number == 700 ? 1 : 700;
           return true;
         });
       }},
      {"a step longer within a window of time",
       [=](Law& law) {
         return change_rules(law, of_form(Form::within, [](Asked& a) { return ++a.other; }));
       }},
      {"the hours of a window one hour longer",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (!rule.wish.hours) continue;
           rule.wish.hours->second = (rule.wish.hours->second + 1) % 24;
           return rule.wish.hours->first != rule.wish.hours->second;
         }
         return false;
       }},
      {"`requires` forgotten",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (rule.wish.needs) return rule.wish.needs.reset(), true;
         }
         return false;
       }},
      {"`hold` an hour longer",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (rule.wish.hold_hours > 0) return ++rule.wish.hold_hours > 0;
         }
         return false;
       }},
      {"`preload` forgotten",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (!rule.wish.preload.empty()) return rule.wish.preload.clear(), true;
         }
         return false;
       }},
      {"`delete` forgotten",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (!rule.wish.remove.empty()) return rule.wish.remove.clear(), true;
         }
         return false;
       }},
      {"an hour longer since an alert",
       [](Law& law) {
         return change_rules(law, [](Asked& a) { return a.kind == Kind::alerted && ++a.number; });
       }},
      {"a ban's `from` a day later",
       [](Law& law) {
         for (LawBan& ban : law.bans) {
           if (ban.from) return ++*ban.from > 0;
         }
         return false;
       }},
      {"a ban on another network's code",
       [](Law& law) {
         return change_bans(law, [](Asked& a) {
           if (a.kind != Kind::plmn) return false;
           a.names = {a.names[0] == "724-05" ? "724-06" : "724-05"};
           return true;
         });
       }},
      {"a rollout that begins with nobody lets everybody go",
       [](Law& law) {
         for (LawRule& rule : law.rules) {
           if (rule.wish.rollout == 0) return rule.wish.rollout = 50, true;
         }
         return false;
       }},
      {"one device more with the same apn",
       [](Law& law) {
         return change_rules(law, [](Asked& a) { return a.kind == Kind::fleet && ++a.number; });
       }},
      {"a member of a set too many",
       [](Law& law) {
         return change_rules(law, [](Asked& a) {
           bool several = a.kind == Kind::tag && a.has != Asked::Has::one;
           if (several) a.has = a.has == Asked::Has::all ? Asked::Has::any : Asked::Has::all;
           return several;
         });
       }},
      {"events of other causes",
       [](Law& law) {
         return change_rules(law, [](Asked& a) {
           if (a.kind != Kind::rejected || a.causes.empty()) return false;
           return std::exchange(a.causes, {}).size() > 0;
         });
       }},
      {"the scope of events forgotten",
       [](Law& law) {
         return change_rules(law, [](Asked& a) {
           bool events = a.kind == Kind::switches || a.kind == Kind::rejected;
           return events && std::exchange(a.same_network, false);
         });
       }},
      {"the scope of when an event was last forgotten",
       [](Law& law) {
         return change_rules(law, [](Asked& a) {
           bool last =
               a.kind == Kind::happened || a.kind == Kind::recently || a.kind == Kind::since;
           return last && forget_scope(a);
         });
       }},
      {"the scope of sums of data forgotten",
       [](Law& law) {
         return change_rules(law, [](Asked& a) { return a.kind == Kind::data && forget_scope(a); });
       }},
      {"sums of data over a day more",
       [](Law& law) {
         return change_rules(law, [](Asked& a) { return a.kind == Kind::data && ++a.other > 0; });
       }},
      {"a corridor taken for the farm",
       [](Law& law) {
         return change_rules(law, [](Asked& a) {
           if (a.kind != Kind::region || a.names.back() != "ROUTE") return false;
           a.names.back() = "FARM";
           return true;
         });
       }},
      {"`<` taken for `<=`",
       [](Law& law) {
         return change_rules(law, [](Asked& a) {
           if (a.kind != Kind::speed || a.compare != "<") return false;
           a.compare = "<=";
           return true;
         });
       }},
      {"`otherwise` forgotten",
       [](Law& law) { return std::exchange(law.otherwise, std::nullopt).has_value(); }},
      {"another view of what is disputed",
       [](Law& law) {
         law.sees_morocco = !law.sees_morocco;
         return true;
       }},
      {"days of months over a month more",
       [=](Law& law) {
         return change_rules(law,
                             of_form(Form::days_of_months, [](Asked& a) { return ++a.other; }));
       }},
      {"a share of time that is equal counts",
       [=](Law& law) {
         return change_rules(law, of_form(Form::share, [](Asked& a) {
                               if (a.sense != Asked::Sense::more_than) return false;
                               a.sense = Asked::Sense::at_least;
                               return true;
                             }));
       }},
      {"the device's hours an hour later",
       [](Law& law) {
         return change_rules(law, [](Asked& a) {
           if (a.kind != Kind::between) return false;
           a.number = (a.number + 1) % 24;
           return a.number != a.other;
         });
       }},
  };
  return all;
}

}  // namespace sojourn::lang::testing
