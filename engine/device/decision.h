// Decision: which profile should be enabled on a device now, by which rule, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/instant.h"
#include "engine/graph/decision_graph.h"

namespace sojourn {

// What the engine concludes at an instant; small, comparable, made for every observation.
struct Decision {
  LeafIndex leaf = 0;
  Action::Kind kind = Action::Kind::keep;
  ProfileIndex profile = 0;  // kind profile: what should be enabled
  std::int32_t rule = -1;    // -1: `otherwise` or a ban
  std::int32_t ban = -1;     // the ban that decided (Leaf::ban)
  friend bool operator==(const Decision&, const Decision&) = default;
};

// What people are told while a decision is in force, each text once: by the deciding rule or
// remedy, by every rule that fires beside it, and by a ban that nothing can be done about.
struct DecisionTexts {
  std::vector<std::string> alerts;
  std::vector<std::string> tasks;
};
DecisionTexts texts_of(const RuleTable& table, const Decision& decision,
                       const std::vector<std::uint32_t>& also);

// A row of history behind a count.
struct EvidenceRow {
  Instant from;
  Instant to;           // kNever: still open
  std::string country;  // "BR", "" = unknown
  std::string network;  // "724-05"
  std::string profile;
  std::string imei;
  std::string known_by;  // "certain", "by network", "carried", "corrected"
};

// One simple condition of a rule, as it stood.
struct ConditionEvidence {
  std::string condition;  // in the language's own words
  Truth truth = Truth::unknown;
  // What was found: "BR", "79 of 80 days", "34% of 90 days", "unknown".
  std::string value;
  std::optional<std::int64_t> count;  // counts: the lower bound
  std::optional<Instant> since;       // since when it has held, or the value has been so
  std::optional<Instant> reported;    // the newest report that said so
  std::string source;  // "fix", "network", "report", "master data", "fleet", "history", "clock"
  std::vector<EvidenceRow> rows;  // counts: the rows of history they come from
  // A near miss: when it will hold if no report comes; else, if what it counts goes on (semantics
  // 21).
  std::optional<Instant> would_hold_at;
  bool if_it_goes_on = false;  // `would_hold_at` needs more reports that say the same
};

struct RuleEvidence {
  std::uint32_t rule = 0;
  std::string label;  // "meters-in-brazil" or "line 42"
  std::string at;     // "latam.sojourn:42"
  Truth truth = Truth::unknown;
  std::string why_not;  // overridden by ..., nothing obtainable, unknown ...
  // A near miss: when its condition will hold if what it counts goes on (semantics 21).
  std::optional<Instant> would_fire_at;
  std::vector<ConditionEvidence> because;
};

// How a ban stands with the enabled profile.
struct BanEvidence {
  std::string ban;  // its label
  std::string text, source, certainty;
  std::string at;       // "brazil.sojourn:3"
  std::string profile;  // the enabled one, with which it is judged
  // "violated", "within notice", "in doubt", "in doubt whether within notice", "obeyed"; of a ban
  // on change "forbids a change", "may forbid a change", "allows a change".
  std::string state;
  Instant deadline = kNever;  // the first instant of a violation if nothing changes
  std::vector<ConditionEvidence> because;
};

// The whole story of a decision, made only when asked for.
struct Explanation {
  Instant at;
  std::string device;  // "" = the one that is spoken of
  Decision decision;
  std::string outcome;  // "profile = vivo-local", "keep"
  std::optional<RuleEvidence> decided_by;
  std::vector<RuleEvidence> others;  // every other rule and why it did not decide
  std::vector<BanEvidence> bans;     // all that were consulted
  std::vector<std::string> alerts;
  std::vector<std::string> tasks;
  std::vector<std::string> skipped;  // of what decided: what could not be had, and why
  std::string enabled_profile;       // "" = unknown
  std::string undeclared;            // of one that nobody declared: that it is, and its home
  // What a decision that asks for a switch waits for; absent: nothing, or nobody who carries
  // decisions out was asked (DeviceLoop::explain).
  std::optional<std::string> suppressed;
  Instant review = kNever;  // the next instant at which it could change with no report
};

// A change of a device's decision, as written to `--decisions` and chained for evidence
// (interfaces.md "A decision record").
struct DecisionRecord {
  Instant at;
  std::string device;
  std::string outcome;  // "profile", "keep"
  std::string profile;  // outcome profile
  std::string from;     // the profile enabled before; "" = unknown
  std::string rule;     // "" = otherwise
  std::string origin;   // "latam.sojourn:42"
  std::string digest;   // of an unnamed rule or ban, whatever its line is; "" of a named one
  std::vector<ConditionEvidence> because;
  std::vector<std::string> skipped;  // what could not be had, and why
  std::vector<BanEvidence> bans;
  std::vector<std::string> alerts;
  std::vector<std::string> tasks;
  std::optional<std::string> suppressed;  // what it waits for
  std::vector<std::string> overridden;    // what a ban or a named rule went over
  Instant review = kNever;
};

}  // namespace sojourn
