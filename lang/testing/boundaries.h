// Boundary coverage: the thresholds that conditions compare with, and from which sides tests have
// seen them. A rule about 60 days is only understood when it was seen on day 59, 60 and 61.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn::lang {

// Which sides were seen; they add up.
struct Sides {
  bool below = false;
  bool at = false;
  bool above = false;
  bool all() const { return below && at && above; }
  Sides& operator|=(const Sides& other);
};

// `battery >= 30%`, `on more than 90 consecutive days`, `within 2 months`, `6 months since
// roaming-activated`: a number in a rule, a ban or a guard.
struct Threshold {
  // Where it is asked. A ban asks once per candidate profile: each such question is the ban's own
  // while that profile is enabled.
  struct Question {
    std::uint32_t test = 0;  // index in ConditionTable::tests()
    FeatureIndex feature = 0;
    std::optional<std::size_t> enabled;  // index in Ban::violated; absent: with any profile
  };
  std::vector<Question> questions;
  FeatureKind kind = FeatureKind::held;
  std::int64_t at = 0;    // the least value at which the test holds; 0 where it is about a moment
  std::int64_t step = 1;  // what is still "just" beside it: a day, a minute, one of the unit
  std::string text;       // as the author wrote it
  Sides impossible;       // where no reading can lie: above 100%
};

// `since` an event, and `within` months: is it about a moment of the calendar, so that what counts
// is by how much it has gone by (Device::gone_by), and no number is read?
bool asks_for_a_moment(const Feature& feature);

// Those of a policy's rules, bans (not of their notice, which follows from them) and guards, as far
// as one device can reach them; in the order written.
std::vector<Threshold> thresholds(const RuleTable& table);

// The side on which a reading lies; none when it is not just beside the threshold. Of a count whose
// beginning nobody saw the lower bound counts: that is what makes the test certain.
Sides sides_of(const Threshold& threshold, const Reading& reading);

// All thresholds of a policy, by the features that they are about: a look at a device reads each of
// these once, however many thresholds there are.
class ThresholdIndex {
 public:
  explicit ThresholdIndex(const std::vector<Threshold>& thresholds);

  struct OfFeature {
    FeatureIndex feature = 0;
    std::optional<std::size_t> enabled;  // Threshold::Question::enabled
    std::int64_t step = 1;               // the widest of theirs
    // The values at which there are thresholds, ascending, and which these are.
    std::vector<std::pair<std::int64_t, std::uint32_t>> places;
  };
  const std::vector<OfFeature>& features() const { return features_; }
  // Adds the sides on which the reading lies. Requires: `seen` has a place for each threshold.
  void note(const OfFeature& asked, const Reading& reading, std::vector<Sides>& seen) const;
  std::size_t size() const { return thresholds_.size(); }

 private:
  std::vector<Threshold> thresholds_;
  std::vector<OfFeature> features_;
};

// "just below, at": what is missing.
std::string missing_text(const Sides& seen);

}  // namespace sojourn::lang
