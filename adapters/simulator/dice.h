// Private. Chance that a seed repeats: splitmix64 (Steele, Lea, Flood 2014).
#pragma once

#include <cstdint>

namespace sojourn::simulator {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t roll() {
    std::uint64_t x = state_ += 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
  }
  // True in so many of a hundred cases. Rolls also for 0 and 100, so that one chance changed does
  // not move all the others.
  bool percent(unsigned chance) { return roll() % 100 < chance; }

 private:
  std::uint64_t state_;
};

}  // namespace sojourn::simulator
