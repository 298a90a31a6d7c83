// Random packages on one card, against a model of its state written apart from it.
//
// The model knows nothing of tables or classes: a map from ICCID to a letter, and the rules of
// SGP.32 as one would tell them. Seeds are printed; SOJOURN_SEED repeats one.
#include <cstdlib>
#include <map>
#include <random>

#include "tests/simulator/card_bench.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::sgp32;

namespace {

// Seven ICCIDs, of which a card starts with some.
Iccid nth_iccid(unsigned n) { return *parse_iccid("8900000000000000000" + std::to_string(n)); }
constexpr unsigned kIccidCount = 7;

struct ModelProfile {
  bool on = false, fallback = false, fallback_allowed = false, locked = false, kept = false;
};

struct Model {
  std::map<unsigned, ModelProfile> profiles;
  std::int64_t counter = 0;
  int undo = -1;  // who was on before the package's enable with rollback; -1: nothing to undo
  std::uint64_t executed = 0;

  int on() const {
    for (auto& [n, p] : profiles) {
      if (p.on) return static_cast<int>(n);
    }
    return -1;
  }
  int holder() const {
    for (auto& [n, p] : profiles) {
      if (p.fallback) return static_cast<int>(n);
    }
    return -1;
  }
};

enum class Verb : unsigned { enable, enable_with_rollback, disable, remove, list, set, unset, end };
struct Step {
  Verb verb{};
  unsigned n = 0;
};

// One package on the model: the codes of its results.
std::string model_runs(Model& model, const std::vector<Step>& steps) {
  static const char* const kNames[] = {"enableResult",
                                       "enableResult",
                                       "disableResult",
                                       "deleteResult",
                                       "listProfileInfoResult",
                                       "setFallbackAttributeResult",
                                       "unsetFallbackAttributeResult"};
  bool was_enable = false, was_disable = false, was_change = false;
  model.undo = -1;
  std::string text;
  for (const Step& step : steps) {
    bool there = model.profiles.contains(step.n);
    int code = 0;
    if (step.verb == Verb::list) {
      code = was_change ? 11 : 0;
    } else if (step.verb == Verb::unset) {
      int holder = model.holder();
      if (holder < 0) {
        code = 2;
      } else if (holder == model.on()) {
        code = 3;
      } else {
        model.profiles[static_cast<unsigned>(holder)].fallback = false;
      }
    } else if (!there) {
      code = 1;
    } else {
      ModelProfile& p = model.profiles[step.n];
      int on = model.on();
      bool on_is_locked = on >= 0 && model.profiles[static_cast<unsigned>(on)].locked;
      bool rollback = step.verb == Verb::enable_with_rollback;
      if (step.verb == Verb::enable || rollback) {
        if (was_enable) {
          code = 127;
        } else if (p.on) {
          code = 2;
        } else if (on_is_locked) {
          code = 3;
        } else if (rollback && on < 0) {
          code = 20;
        } else {
          if (on >= 0) model.profiles[static_cast<unsigned>(on)].on = false;
          p.on = was_enable = was_change = true;
          if (rollback) model.undo = on;
        }
      } else if (step.verb == Verb::disable) {
        if (was_enable || was_disable) {
          code = 127;
        } else if (!p.on) {
          code = 2;
        } else if (p.locked) {
          code = 3;
        } else {
          p.on = false;
          was_disable = was_change = true;
        }
      } else if (step.verb == Verb::remove) {
        if (p.on) {
          code = 2;
        } else if (p.kept) {
          code = 3;
        } else if (model.undo == static_cast<int>(step.n)) {
          code = 20;
        } else {
          model.profiles.erase(step.n);
          was_change = true;
        }
      } else {
        int holder = model.holder();
        if (!p.fallback_allowed) {
          code = 2;
        } else if (holder >= 0 && holder != static_cast<int>(step.n) && holder == on) {
          code = 3;
        } else {
          for (auto& [n, other] : model.profiles) other.fallback = n == step.n;
        }
      }
    }
    if (!text.empty()) text += ", ";
    text += std::string(kNames[static_cast<unsigned>(step.verb)]) + " " + std::to_string(code);
    if (code != 0) break;
  }
  return text;
}

Psmo operation(const Step& step) {
  WireIccid wire = to_wire(nth_iccid(step.n));
  switch (step.verb) {
    case Verb::enable:
      return Enable{wire, false};
    case Verb::enable_with_rollback:
      return Enable{wire, true};
    case Verb::disable:
      return Disable{wire};
    case Verb::remove:
      return Delete{wire};
    case Verb::set:
      return SetFallbackAttribute{wire};
    case Verb::unset:
      return UnsetFallbackAttribute{};
    default:
      return ListProfileInfo{};
  }
}

std::string state_of(const Model& model) {
  std::string text;
  for (const auto& [n, p] : model.profiles) {
    text += std::to_string(n) + (p.on ? "+" : "-") + (p.fallback ? "f " : " ");
  }
  return text;
}
std::string state_of(const Euicc& card) {
  std::map<std::string, std::string> sorted;
  for (const Profile& p : card.profiles().profiles()) {
    sorted[std::string(p.iccid.text())] =
        std::string(p.enabled ? "+" : "-") + (p.fallback ? "f " : " ");
  }
  std::string text;
  for (const auto& [iccid, state] : sorted) text += iccid.back() + state;
  return text;
}

void run_life(std::uint64_t seed) {
  INFO("SOJOURN_SEED=" << seed);
  std::mt19937_64 random(seed);
  auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Model model;
  CardWishes wishes;
  wishes.profiles.clear();
  for (unsigned n = 0; n < kIccidCount; ++n) {
    if (below(4) == 0) continue;
    ModelProfile p{.on = model.on() < 0 && below(3) == 0,
                   .fallback_allowed = below(2) == 0,
                   .locked = below(8) == 0,
                   .kept = below(8) == 0};
    model.profiles[n] = p;
    wishes.profiles.push_back(Profile{.iccid = nth_iccid(n),
                                      .enabled = p.on,
                                      .fallback_allowed = p.fallback_allowed,
                                      .may_be_disabled = !p.locked,
                                      .may_be_deleted = !p.kept});
  }
  Euicc card = make_card(wishes);
  for (int i = 0; i < 40; ++i) {
    if (below(6) == 0) {
      bool undone = card.roll_back().has_value();
      REQUIRE(undone == (model.undo >= 0));
      if (undone) {
        int on = model.on();
        if (on >= 0) model.profiles[static_cast<unsigned>(on)].on = false;
        model.profiles[static_cast<unsigned>(std::exchange(model.undo, -1))].on = true;
      }
      REQUIRE(state_of(card) == state_of(model));
      continue;
    }
    std::vector<Step> steps(below(4) + 1);
    PsmoList list;
    for (Step& step : steps) {
      step = {static_cast<Verb>(below(static_cast<unsigned>(Verb::end))), below(kIccidCount)};
      list.push_back(operation(step));
    }
    // Counters go up by one to three; now and then one is used again, or a lower one.
    std::int64_t counter = model.counter + 1 + below(3);
    if (below(5) == 0) counter = model.counter - below(3);
    EuiccPackageResult result = result_of(card.load_package(request(list, {.counter = counter})));
    if (counter <= model.counter) {
      REQUIRE(std::get<EuiccPackageErrorSigned>(result).data.value.code == package_error::kReplay);
    } else {
      REQUIRE(codes(result) == model_runs(model, steps));
      model.counter = counter;
      ++model.executed;
    }
    REQUIRE(state_of(card) == state_of(model));
    REQUIRE(card.executed_count() == model.executed);
  }
}

}  // namespace

TEST_CASE("random packages: the card and the model agree") {
  if (const char* text = std::getenv("SOJOURN_SEED")) {
    run_life(std::strtoull(text, nullptr, 10));
    return;
  }
  for (std::uint64_t seed = 1; seed <= 60; ++seed) run_life(seed);
}
