// A ban over time: every life of a device under it while a switch takes its time, explored.
//
//   SlowSwitch question{.notice_days = 5, .counts = true, .assuming = days(5)};
//   Exploration found = explore(question);
//   if (found.violation) ...                    // half day by half day, from its beginning to its
//   end
//
// What is known of each instant (promises.h): wherever the ban bites with the enabled profile,
// something lawful is decided. What is asked here is whether a device that carries decisions out
// late can come to a violation. The automaton follows, half day by half day:
//
//   distance   days from today to the first violating day if what the ban counts goes on every day;
//              0 is today. Beyond the notice all distances are one.
//   here       what the ban is about holds now, with the enabled profile
//   call       nothing yet; held back; or the switch is under way, with so many halves left
//   arrived    when the call began the notice was not whole: the world brought the device there
//
// It is exhaustive over what the world may do: on each half day it brings the device there or takes
// it away (or its service), and it carries a switch out at any time that is allowed. The laws of
// `distance` follow from its definition, for every form that counts (runs with or without gaps,
// windows, calendars, `since`): a day on which the ban's subject holds brings it one nearer;
// another day at most one, and may take it any distance away. What cannot be told days ahead (data,
// the fleet) jumps.
//
// Several bans meet in one device. A switch leads only to a profile with which none of them bites
// when it is ordered, so that one switch answers all that call meanwhile; and what a rule ordered
// is taken back when a ban decides otherwise (planner.h). But an order of a ban stands (semantics
// 21): while the device is still on its way to the profile another ban may count on for it, and
// begins to call when less than the notice is left. These lives begin with `coming`; the switch
// that comes may end within a half day, and the next one is counted from there.
//
// A switch is ordered when the ban begins to call, in the midst of a day if the device comes then.
// Hold, window, `requires` and rollout may hold it back until the ban presses (semantics 21), a
// guard without `except for bans` as long as its window. It goes on, once let go, while the device
// is elsewhere for a while and the run is unbroken.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/instant.h"

namespace sojourn {

struct SlowSwitch {
  std::int32_t notice_days = 0;
  bool counts = false;         // some form counts; else the ban is violated wherever it is about
  bool jumps = false;          // something it asks about may come about with no day's warning
  bool elapsed = false;        // counts elapsed time only: its days begin when the device comes
  Duration assuming = {};      // a switch completes within; 0: at once
  Duration clock_change = {};  // how much shorter than 24 hours a day may be
  Duration lead = {};          // how long before the deadline the ban presses
  bool held_back = false;      // hold, window, `requires` or rollout may wait until then
  // Another ban calls so many days before as well, wherever this one is about the device, and
  // presses so long before; more than `notice_days`, or 0: none does. Then the device was there on
  // each day since it first called, or the violation is farther away than that again.
  std::int32_t called_days = 0;
  Duration called_lead = {};
  Duration guard = {};  // how long a guard that does not spare bans may stop a switch; 0: none
  // Not 0: the lives that begin with a switch, under way for another ban and for as long, to the
  // profile that this one is asked about, while what it counts for that goes on.
  Duration coming = {};
};

// A half day of a life: its halves are [00:00, noon) and [noon, 24:00), with Exploration::noon.
struct LifeHalf {
  std::int32_t days_before = 0;  // the day of the violation
  bool second = false;           // the half of the day
  bool here = false;
  bool called = false;   // the ban calls for a switch
  bool guarded = false;  // a guard stops it
  bool coming = false;   // the switch to the profile is still under way
};

struct Exploration {
  std::size_t state_count = 0;
  bool decided = true;  // false: too many states
  // Where the day is parted: so that a switch (or both) ordered then crosses as many midnights as
  // any.
  Duration noon;
  // The shortest life that ends in a violation which the policy, and not the world alone, brings
  // about.
  std::optional<std::vector<LifeHalf>> violation;
};

Exploration explore(const SlowSwitch& question);

}  // namespace sojourn
