// When a condition comes to hold if all goes on as it is: what is counted goes on being so, days
// leave windows, calendars begin anew, dates come (semantics 19, 21).
#pragma once

#include <functional>

#include "engine/device/evaluator.h"

namespace sojourn {

class IfItLasts {
 public:
  enum class Of : std::uint8_t { rule, ban };  // a ban asks beside a count what it counts

  IfItLasts(Evaluator& evaluator, Instant now, Of whose)
      : evaluator_(evaluator), now_(now), of_ban_(whose == Of::ban) {}

  // The first instant from now on at which the condition holds, all of it at once; kNever: none
  // within years. `least`: certainly (yes) or possibly (unknown).
  Instant holds_at(ConditionIndex condition, Truth least) {
    return first(condition, {true, least, {}}, now_);
  }

 private:
  struct Sought {
    bool holds = true;  // or its negation
    Truth least = Truth::yes;
    Supposition supposed;

    bool is_met_by(Truth truth) const { return (holds ? truth : opposite(truth)) >= least; }
  };

  // The first instant at or after `from`.
  Instant first(ConditionIndex condition, const Sought& sought, Instant from);
  Instant first_of_test(const Test& test, const Sought& sought, Instant from);
  // Of what is due some time after an event.
  Instant first_due(const CountQuestion& question, const Sought& sought, Instant from);
  // Of what is looked for within a window.
  Instant first_found(const Test& test, const CountQuestion& question, const Sought& sought,
                      Instant from);
  Instant first_of_count(const Test& test, const CountQuestion& question, const Sought& sought,
                         Instant from);
  // At which each of `count` is met, or one of them.
  using Part = std::function<Instant(std::size_t part, Instant from)>;
  static Instant first_of_all(std::size_t count, Instant from, const Part& first);
  static Instant first_of_any(std::size_t count, Instant from, const Part& first);

  Evaluator& evaluator_;
  Instant now_;
  bool of_ban_;
};

}  // namespace sojourn
