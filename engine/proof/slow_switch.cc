#include "engine/proof/slow_switch.h"

#include <algorithm>

#include "engine/proof/day_length.h"

namespace sojourn {
namespace {

// A year's notice and two months for a switch take 3 million.
constexpr std::size_t kStatesMax = 20'000'000;

// What has come of the ban's call.
enum class Stage : std::uint8_t { none, held, guarded, under_way, coming };
constexpr std::uint32_t kStageCount = 5;

struct State {
  std::uint32_t distance = 0;
  bool second = false;
  bool here = false;
  bool counted = false;  // it held earlier today
  bool arrived = false;
  Stage stage = Stage::none;
  std::uint32_t halves = 0;  // guarded: spent; under way, coming: left, the present one included
};

class Explorer {
 public:
  explicit Explorer(const SlowSwitch& question)
      : question_(question),
        calls_from_(
            static_cast<std::uint32_t>(std::max(question.notice_days, question.called_days))),
        beyond_(question.counts ? calls_from_ + 1 : 0),
        guard_halves_(static_cast<std::uint32_t>((question.guard.ms * 2 + kDayMs - 1) / kDayMs)) {
    if (question.assuming.ms > 0) takes_ms_ = question.assuming.ms + question.clock_change.ms;
    std::int64_t rest_ms = (takes_ms_ + question.coming.ms) % kDayMs;
    noon_ms_ = rest_ms == 0 ? kDayMs / 2 : kDayMs - rest_ms / 2;
    found_.noon = milliseconds(noon_ms_);
    halves_max_ = guard_halves_;
    for (bool second : {false, true}) {
      arrive_from(second);
      halves_max_ = std::max(halves_max_, halves_of(question.coming.ms, begin_of(second)));
    }
    for (bool second : {false, true}) {
      for (std::int64_t into_ms : {std::int64_t{0}, late_ms_[second]}) {
        halves_max_ = std::max(halves_max_, halves_of(takes_ms_, begin_of(second) + into_ms));
      }
    }
    ++halves_max_;
  }

  Exploration run() {
    std::size_t states =
        std::size_t{2 * 2 * 2 * 2 * kStageCount} * (beyond_ + 1) * (halves_max_ + 1);
    if (states > kStatesMax) {
      found_.decided = false;
      return std::move(found_);
    }
    parent_.assign(states, kUnseen);
    if (question_.coming.ms > 0) {
      begin_coming();
    } else {
      begin_elsewhere();
    }
    for (std::size_t i = 0; i < queue_.size() && !found_.violation; ++i) step(queue_[i]);
    found_.state_count = queue_.size();
    if (!found_.violation && stopped_) found_.violation = life_to(*stopped_);
    return std::move(found_);
  }

 private:
  static constexpr std::uint32_t kUnseen = 0xFFFF'FFFFu;
  static constexpr std::uint32_t kNoParent = 0xFFFF'FFFEu;

  // The device is elsewhere, and whatever happened before; a day begins.
  void begin_elsewhere() {
    std::uint32_t nearest = question_.called_days > 0 ? beyond_ : 0;
    for (std::uint32_t d = beyond_ + 1; d-- > nearest;) {
      State first;
      first.distance = d;
      live(first, kNoParent);
    }
  }
  // The ban does not bite with the profile yet, or nobody would have ordered it.
  void begin_coming() {
    for (bool second : {false, true}) {
      State first;
      first.distance = beyond_;
      first.second = second;
      first.stage = Stage::coming;
      first.halves = half_at(begin_of(second) + question_.coming.ms) - half_at(begin_of(second));
      for (bool here : {true, false}) {
        first.here = here;
        if (question_.counts && first.halves > 0) add(first, kNoParent);
      }
    }
  }
  // How far into its last half the switch that comes lasts, if it began with this one.
  void arrive_from(bool second) {
    std::int64_t end_ms = begin_of(second) + question_.coming.ms;
    bool in_second = half_at(end_ms) % 2 != 0;
    late_ms_[in_second] = std::max(late_ms_[in_second], end_ms % kDayMs - begin_of(in_second));
  }

  // Of the day, in milliseconds.
  std::int64_t begin_of(bool second) const { return second ? noon_ms_ : 0; }
  // The number of the half, from the first one of day 0.
  std::uint32_t half_at(std::int64_t ms) const {
    return static_cast<std::uint32_t>(2 * (ms / kDayMs) + (ms % kDayMs >= noon_ms_ ? 1 : 0));
  }
  // In how many halves a switch let go then may still be under way, the first one included.
  std::uint32_t halves_of(std::int64_t takes_ms, std::int64_t from_ms) const {
    return takes_ms == 0 ? 0 : half_at(from_ms + takes_ms - 1) - half_at(from_ms) + 1;
  }

  std::uint32_t number_of(const State& state) const {
    std::uint32_t number = state.distance;
    number = number * (halves_max_ + 1) + state.halves;
    number = number * kStageCount + static_cast<std::uint32_t>(state.stage);
    number = number * 2 + (state.second ? 1 : 0);
    number = number * 2 + (state.here ? 1 : 0);
    number = number * 2 + (state.counted ? 1 : 0);
    return number * 2 + (state.arrived ? 1 : 0);
  }

  State state_of(std::uint32_t number) const {
    State state;
    auto take = [&](std::uint32_t count) {
      std::uint32_t value = number % count;
      number /= count;
      return value;
    };
    state.arrived = take(2) != 0;
    state.counted = take(2) != 0;
    state.here = take(2) != 0;
    state.second = take(2) != 0;
    state.stage = static_cast<Stage>(take(kStageCount));
    state.halves = take(halves_max_ + 1);
    state.distance = number;
    return state;
  }

  void add(const State& state, std::uint32_t parent) {
    std::uint32_t number = number_of(state);
    if (found_.violation || parent_[number] != kUnseen) return;
    parent_[number] = parent;
    queue_.push_back(number);
    bool violated = state.here && state.distance == 0 && state.stage != Stage::coming;
    if (!violated) return;
    // The world alone brings a device where a ban is violated; that ends when the switch it calls
    // for completes. What a guard of ours holds back is ours.
    if (!state.arrived) {
      found_.violation = life_to(number);
    } else if (state.stage == Stage::guarded && !question_.counts && !stopped_) {
      stopped_ = number;
    }
  }

  // Of the ban, or of the one that calls before.
  bool in_notice(const State& state) const { return state.distance <= calls_from_; }
  bool calls(const State& state) const { return state.here && in_notice(state); }

  // A half day begins in `state`, but for what the world does in it.
  void live(State state, std::uint32_t parent) {
    bool was_here = state.here;
    bool may_come = !(question_.elapsed && state.second);
    for (bool here : {true, false}) {
      if (here && !was_here && !may_come) continue;
      State now = state;
      now.here = here;
      bool brought = here && !was_here && state.stage == Stage::coming && in_notice(state);
      now.arrived = now.arrived || brought;  // by the world
      decide(now, false, parent);
      if (!question_.jumps || !here) continue;
      now.arrived = true;  // by the world
      for (std::uint32_t d = 0; d < state.distance; ++d) {
        now.distance = d;
        decide(now, true, parent);
      }
    }
  }

  // What the ban calls for, and what becomes of the switch.
  void decide(State state, bool jumped, std::uint32_t parent) {
    if (state.stage != Stage::none) return carry_on(state, parent);
    if (!calls(state)) return add(state, parent);
    bool whole = state.distance >= static_cast<std::uint32_t>(question_.notice_days);
    call(state, !whole || jumped || !question_.counts, 0, parent);
  }

  // `into_ms`: how much of the half has gone by.
  void call(State state, bool arrived, std::int64_t into_ms, std::uint32_t parent) {
    state.arrived = arrived;
    if (question_.held_back && !presses(state)) {
      State held = state;
      held.stage = Stage::held;
      add(held, parent);
    }
    if (guard_halves_ > 0) {
      State guarded = state;
      guarded.stage = Stage::guarded;
      guarded.halves = 1;
      add(guarded, parent);
    }
    let_go(state, into_ms, parent);
  }

  void carry_on(State state, std::uint32_t parent) {
    switch (state.stage) {
      case Stage::held:
        if (presses(state)) {
          let_go(state, 0, parent);
        } else {
          add(state, parent);
        }
        return;
      case Stage::guarded: {
        if (state.halves < guard_halves_) {
          State longer = state;
          ++longer.halves;
          add(longer, parent);
        }
        return let_go(state, 0, parent);
      }
      case Stage::under_way:
        // It may have completed by now: then nothing is left to follow.
        if (--state.halves > 0) add(state, parent);
        return;
      case Stage::coming:
        come(state, parent);
        return;
      case Stage::none:
        return;
    }
  }

  // The switch to the profile completes in this half, or later. What is left of the notice then is
  // no doing of the world.
  void come(State state, std::uint32_t parent) {
    State later = state;
    std::int64_t into_ms = 0;
    if (--later.halves > 0) {
      add(later, parent);
    } else {
      into_ms = late_ms_[state.second];
    }
    state.stage = Stage::none;
    state.halves = 0;
    if (calls(state)) {
      call(state, state.arrived, into_ms, parent);
    } else {
      add(state, parent);
    }
  }

  void let_go(State state, std::int64_t into_ms, std::uint32_t parent) {
    state.stage = Stage::under_way;
    state.halves = halves_of(takes_ms_, begin_of(state.second) + into_ms);
    if (state.halves > 0) add(state, parent);
  }

  bool presses(const State& state) const {
    std::int64_t left = std::int64_t{state.distance} * kDayMs;
    if (state.second) left -= noon_ms_;
    bool own = state.distance <= static_cast<std::uint32_t>(question_.notice_days);
    return (own && left <= question_.lead.ms) ||
           (question_.called_days > 0 && left <= question_.called_lead.ms);
  }

  void step(std::uint32_t number) {
    State state = state_of(number);
    state.counted = state.counted || state.here;
    if (!state.second) {
      state.second = true;
      return live(state, number);
    }
    state.second = false;
    bool counted = state.counted;
    state.counted = false;
    if (!question_.counts) return begin_day(state, number);
    std::uint32_t nearer = state.distance == 0 ? 0 : state.distance - 1;
    std::uint32_t today = state.distance;
    // Beyond the notice a day nearer may still be beyond it.
    if (counted && today < beyond_) {
      state.distance = nearer;
      return begin_day(state, number);
    }
    bool broken = !counted && question_.called_days > 0;
    if (broken) nearer = beyond_;
    for (state.distance = nearer; state.distance <= beyond_; ++state.distance) {
      begin_day(state, number);
    }
  }

  void begin_day(State state, std::uint32_t parent) {
    bool over = question_.counts ? !in_notice(state) : !state.here;
    if (over && state.stage != Stage::coming) {
      state.stage = Stage::none;
      state.halves = 0;
      state.arrived = false;
    }
    live(state, parent);
  }

  std::vector<LifeHalf> life_to(std::uint32_t number) const {
    std::vector<LifeHalf> life;
    std::int32_t days_before = 0;
    bool later_is_first = false;
    for (std::uint32_t at = number; at != kNoParent; at = parent_[at]) {
      State state = state_of(at);
      if (later_is_first && state.second) ++days_before;
      bool coming = state.stage == Stage::coming;
      life.push_back({days_before, state.second, state.here, state.stage != Stage::none && !coming,
                      state.stage == Stage::guarded, coming});
      later_is_first = !state.second;
    }
    std::reverse(life.begin(), life.end());
    return life;
  }

  const SlowSwitch& question_;
  std::uint32_t calls_from_;  // days before the violation
  std::uint32_t beyond_;      // the distance that stands for all beyond the notice
  std::uint32_t guard_halves_;
  std::int64_t takes_ms_ = 0;  // a switch, at the longest
  std::int64_t noon_ms_ = 0;
  std::int64_t late_ms_[2]{};  // how far into a first, a second half the switch that comes lasts
  std::uint32_t halves_max_ = 0;
  std::vector<std::uint32_t> parent_;  // by state: the one before it
  std::vector<std::uint32_t> queue_;
  std::optional<std::uint32_t> stopped_;  // arrived, and a guard stops what the ban calls for
  Exploration found_;
};

}  // namespace

Exploration explore(const SlowSwitch& question) { return Explorer(question).run(); }

}  // namespace sojourn
