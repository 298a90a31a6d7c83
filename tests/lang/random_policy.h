// Random rule files for property tests: every form of the language, oddly laid out, commented.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace sojourn::lang::testing {

class RandomPolicy {
 public:
  explicit RandomPolicy(std::mt19937& random) : random_(random) {}

  std::string text() {
    std::string out =
        "policy acme version \"1\" timezone America/Sao_Paulo settle 30 minutes\n"
        "attribute type : meter | tracker | vehicle\n"
        "attribute battery : number in %\nattribute note : text\nattribute tag : set of text\n"
        "attribute ecall : flag\nattribute made-in : country\n"
        "profile boot home FR iccid 8933*\nprofile vivo home BR plmn 724-06 download "
        "\"a.example\"\n"
        "region SOUTH = AR, BR-SP, circle(-23.96, -46.30, 12 km)\nset movers = tracker, vehicle\n"
        "define away = roaming in BR, AR\n";
    int rules = 1 + pick(6);
    for (int i = 0; i < rules; ++i) {
      if (pick(2) == 0) out += "rule r" + std::to_string(i) + space();
      out += "when" + space() + condition(3) + space() + "then" + space() + actions() + "\n";
    }
    if (pick(2) == 0) out += "otherwise keep\n";
    return out;
  }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  std::string any_of(const std::vector<std::string>& choices) {
    return choices[static_cast<std::size_t>(pick(static_cast<int>(choices.size())))];
  }
  std::string space() { return any_of({" ", " ", "  ", "\n", "\n  ", " # why\n ", "\t"}); }

  std::string simple() {
    return any_of({"region in BR",
                   "region in SOUTH, DE",
                   "region not in FR",
                   "network in BR, US",
                   "plmn = 724-06",
                   "profile = boot",
                   "profile != vivo",
                   "installed vivo",
                   "roaming",
                   "roaming in BR",
                   "no service",
                   "in flight",
                   "rat in lte, nb-iot",
                   "speed > 13.5 km/h",
                   "accuracy <= 500 m",
                   "border distance < 5 km",
                   "silent > 3 days",
                   "type = meter",
                   "type is not meter",
                   "type in movers",
                   "battery >= 30%",
                   "battery < 12.5%",
                   "battery unknown",
                   "region known",
                   "note = \"a b\"",
                   "tag has pilot",
                   "tag has any of a, b",
                   "tag has none of c",
                   "ecall",
                   "made-in in DE, FR",
                   "away",
                   "date >= 2026-07-01",
                   "from 2026-01-01",
                   "until 2027-12-31",
                   "between 22:00 and 05:00",
                   "time of day >= 12:30",
                   "owner-changed happened",
                   "6 months since activated",
                   "breakout in DE"});
  }

  std::string form() {
    return any_of({"for 10 minutes", "for more than 2 hours", "within 3 days", "within 2 months",
                   "per imei within 1 year", "on at least 60 consecutive days",
                   "on 3 or more consecutive days", "on more than 90 days within 120 days",
                   "per imei on at most 3 consecutive days",
                   "on the same network on exactly 5 consecutive days",
                   "on at least 4 consecutive days allowing gaps of 6 days",
                   "on at least 120 days in this calendar year per profile",
                   "on at least 6 months within 12 months", "for more than 50% of 120 days",
                   "on more than 50% of days within 120 days"});
  }

  std::string condition(int depth) {
    switch (depth == 0 ? pick(2) : pick(7)) {
      case 0:
      case 1:
        return simple();
      case 2:
        return any_of({"region in BR", "no service", "roaming", "ecall", "type = meter"}) +
               space() + form();
      case 3:
        return "not" + space() + "(" + condition(depth - 1) + ")";
      case 4:
        return "(" + space() + condition(depth - 1) + ")" + space() + "or" + space() +
               condition(depth - 1);
      case 5:
        return condition(depth - 1) + space() + "and" + space() + condition(depth - 1);
      default:
        return any_of({"at least 3 rejected with 11, 13 within 6 hours",
                       "more than 4 switches within 30 days", "owner-changed within 30 days",
                       "data in BR within 30 days > 10 MB",
                       "data in BR within 30 days >= data in AR within 30 days",
                       "(no service for 2 hours) within 12 hours"});
    }
  }

  std::string actions() {
    std::string out = any_of(
        {"keep", "profile = vivo", "profile=vivo or boot", "profile = vivo if installed or boot"});
    if (pick(3) == 0) out += ", hold 24 hours";
    if (pick(3) == 0) out += ",alert \"look \\\" here\"";
    if (pick(4) == 0) out += ", requires battery >= 20%, between 02:00 and 05:00";
    if (pick(4) == 0) out += ", fallback = boot, preload vivo, approval, task \"t\"";
    return out;
  }

  std::mt19937& random_;
};

inline std::string random_policy(std::mt19937& random) { return RandomPolicy(random).text(); }

}  // namespace sojourn::lang::testing
