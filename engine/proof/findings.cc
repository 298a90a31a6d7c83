#include "engine/proof/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/ban_end.h"
#include "engine/proof/shared_codes.h"
#include "engine/proof/situation_words.h"
#include "engine/proof/witness_parts.h"
#include "engine/proof/witness_text.h"

namespace sojourn {
namespace {

std::string outcome_text(const RuleTable& table, const Action& action) {
  if (action.kind == Action::Kind::keep) return "keep";
  std::vector<std::string> names;
  for (const Alternative& alternative : action.alternatives) {
    names.push_back(table.profiles[alternative.profile].name +
                    (alternative.if_installed ? " if installed" : ""));
  }
  return fmt::format("profile = {}", fmt::join(names, " or "));
}

// Of rules that lose situations to earlier ones, shown with a test of it.
constexpr std::size_t kHiddenShownMax = 20;

class FindingWriter {
 public:
  FindingWriter(const Analysis& analysis, const SpanOfRule& span_of, bool newborn)
      : analysis_(analysis), table_(analysis.table), span_of_(span_of), newborn_(newborn) {}

  std::vector<Diagnostic> write() {
    for (const Conflict& conflict : analysis_.conflicts) write(conflict);
    if (analysis_.conflict_count > analysis_.conflicts.size()) write_further_conflicts();
    for (const DeadRule& dead : analysis_.dead) write(dead);
    for (const DeadPart& part : analysis_.dead_parts) write(part);
    write_hidden();
    write_inferred();
    write(analysis_.promises.remedies);
    for (const BanVerdict& ban : analysis_.promises.bans) write(ban);
    write_assertions();
    for (const RestCycle& cycle : analysis_.rest.cycles) write(cycle);
    for (std::uint32_t guard : analysis_.stopping_guards) write_stopping(table_.guards[guard]);
    if (analysis_.gap) write_gap(*analysis_.gap);
    for (const IndistinctValues& values : analysis_.indistinct) write(values);
    for (const std::string& question : analysis_.undecided) undecided(question);
    return std::move(written_);
  }

 private:
  const Rule& rule(std::uint32_t index) const { return table_.rules[index]; }
  std::string name(std::uint32_t index) const { return fmt::format("`{}`", rule(index).label()); }
  std::string names(const std::vector<std::uint32_t>& rules) const {
    std::vector<std::string> all;
    for (std::uint32_t index : rules) all.push_back(name(index));
    return fmt::format("{}", fmt::join(all, ", "));
  }

  // As another rule names it; one without a name has to be given one.
  static std::string as_named(const Rule& rule) {
    return rule.name.empty() ? "NAME" : written_name(rule.name);
  }

  Diagnostic& add(Code code, std::optional<std::uint32_t> rule_index, std::string message,
                  std::string help) {
    Diagnostic diagnostic = make_diagnostic(code, std::move(message), std::move(help));
    if (rule_index) diagnostic.span = span_of_(*rule_index);
    return written_.emplace_back(std::move(diagnostic));
  }
  void label(Diagnostic& diagnostic, std::uint32_t index, std::string text) {
    if (std::optional<Span> span = span_of_(index)) {
      diagnostic.labels.push_back({*span, std::move(text)});
    }
  }

  std::vector<std::string> decided_by(std::uint32_t index) const {
    const Rule& decides = rule(index);
    if (decides.name.empty()) return {};
    return {fmt::format("by {}", written_name(decides.name))};
  }

  std::optional<std::string> told(const Witness& witness, WitnessTest test) const {
    test.newborn = newborn_;
    return witness_as_test(table_, witness, test);
  }
  std::optional<std::string> told_or_by_turns(const Witness& witness,
                                              const WitnessTest& test) const {
    std::optional<std::string> text = told(witness, test);
    return text ? text : turns_as_test(table_, witness, test);
  }

  void show(Diagnostic& diagnostic, const Witness& witness, const std::vector<std::uint32_t>& rules,
            const WitnessTest& test) {
    std::vector<FeatureIndex> features;
    for (std::uint32_t index : rules) {
      for (FeatureIndex f : table_.conditions.features_of(rule(index).condition)) {
        if (std::find(features.begin(), features.end(), f) == features.end()) features.push_back(f);
      }
    }
    diagnostic.notes.push_back("for example: " + describe_witness(table_, witness, features));
    add_story(diagnostic, told_or_by_turns(witness, test));
  }

  static void add_story(Diagnostic& diagnostic, std::optional<std::string> text) {
    diagnostic.notes.push_back(text ? *std::move(text)
                                    : "no test of it is shown: none could be written that brings "
                                      "such a device about");
  }

  void write(const Conflict& conflict) {
    std::string first = name(conflict.first), second = name(conflict.second);
    std::string asks_first = outcome_text(table_, rule(conflict.first).action);
    std::string asks_second = outcome_text(table_, rule(conflict.second).action);
    if (asks_first == asks_second) {
      asks_first = action_words(table_, rule(conflict.first).action);
      asks_second = action_words(table_, rule(conflict.second).action);
    }
    if (asks_first == asks_second) asks_second += " on other terms";
    Diagnostic& d =
        add(Code::E0301, conflict.second,
            fmt::format("rules {} and {} disagree about the same device", first, second),
            fmt::format("say which one wins with `overrides {}`, or narrow one of the conditions",
                        as_named(rule(conflict.first))));
    std::string disputed = disputed_claim(conflict);
    if (!disputed.empty()) {
      d.help += fmt::format(
          "; or pick a view of the place, which several countries claim: `view disputed {} as ...` "
          "below `policy`",
          disputed);
    }
    label(d, conflict.first, fmt::format("asks for `{}`", asks_first));
    label(d, conflict.second, fmt::format("asks for `{}`", asks_second));
    show(d, conflict.witness, {conflict.first, conflict.second},
         {fmt::format("{} and {} disagree", rule(conflict.first).label(),
                      rule(conflict.second).label()),
          decided_by(conflict.decides),
          {fmt::format("{} asks for {}, {} asks for {}", rule(conflict.first).label(), asks_first,
                       rule(conflict.second).label(), asks_second)}});
  }

  // "BR-UY", where the rules meet at a place that both countries claim, and one of them asks for
  // the country; else "".
  std::string disputed_claim(const Conflict& conflict) const {
    for (std::uint32_t index : {conflict.first, conflict.second}) {
      for (FeatureIndex f : table_.conditions.features_of(rule(index).condition)) {
        const Reading& reading = conflict.witness.readings[f];
        if (table_.features[f].kind != FeatureKind::country || !reading.known) continue;
        auto claim = CountryClaim::from_packed(static_cast<std::uint32_t>(reading.lower));
        if (claim.set().size() < 2) continue;
        std::vector<std::string_view> codes;
        for (Country member : claim.set().members()) codes.push_back(code_of(member));
        return fmt::format("{}", fmt::join(codes, "-"));
      }
    }
    return "";
  }

  void write_further_conflicts() {
    std::size_t further = analysis_.conflict_count - analysis_.conflicts.size();
    add(Code::E0301, {}, fmt::format("{} further pairs of rules disagree", further),
        "mend those shown first: one `overrides` often settles several");
  }

  void write(const DeadRule& dead) {
    if (dead.never_holds) {
      add(Code::E0302, dead.rule,
          fmt::format("the condition of rule {} can never hold", name(dead.rule)),
          shared_code_help(table_, {rule(dead.rule).condition})
              .value_or("no device can be in all of these situations at once; remove the part that "
                        "contradicts the rest"));
      return;
    }
    std::string why =
        dead.never_obtainable
            ? "wherever its condition holds, nothing it asks for is lawful and "
              "obtainable"
            : fmt::format("wherever it fires, {} {} in its place", names(dead.hidden_by),
                          dead.hidden_by.size() == 1 ? "decides" : "decide");
    Diagnostic& d = add(Code::W0301, dead.rule,
                        fmt::format("rule {} can never decide: {}", name(dead.rule), why),
                        "remove it, or narrow what hides it");
    for (std::uint32_t hider : dead.hidden_by) label(d, hider, "hides it");
  }

  void write(const DeadPart& part) {
    if (part.is_required) {
      add(Code::W0306, part.rule,
          fmt::format("what rule {} requires is never so where it fires: `{}`", name(part.rule),
                      part.words),
          "what it orders waits for good: require what can be so in the situations of its "
          "condition");
      return;
    }
    add(Code::W0306, part.rule,
        fmt::format("one side of an `or` of rule {} can never hold: `{}`", name(part.rule),
                    part.words),
        "no device can be in all of these situations at once; remove the side, or what "
        "contradicts the rest of it");
  }

  void write_hidden() {
    std::size_t shown = 0;
    for (const HiddenRule& hidden : analysis_.hidden) {
      if (shown == kHiddenShownMax || !hidden.witness) break;
      write(hidden);
      ++shown;
    }
    if (shown == analysis_.hidden.size()) return;
    add(Code::W0302, {},
        fmt::format("{} further rules have situations taken from them by earlier ones",
                    analysis_.hidden.size() - shown),
        "this is what `first-match` means; only the first are shown");
  }

  void write(const HiddenRule& hidden) {
    Diagnostic& d = add(Code::W0302, hidden.rule,
                        fmt::format("rule {} takes situations from rule {}, which comes later",
                                    name(hidden.by), name(hidden.rule)),
                        "this is what `first-match` means; make the conditions exclude each other "
                        "to be rid of the warning");
    label(d, hidden.by, "comes first");
    show(d, *hidden.witness, {hidden.by, hidden.rule},
         {fmt::format("{} before {}", rule(hidden.by).label(), rule(hidden.rule).label()),
          decided_by(hidden.by),
          {}});
  }

  void write_inferred() {
    for (const InferredOverride& inferred : analysis_.inferred) write(inferred);
    std::size_t more = analysis_.inferred_count - analysis_.inferred.size();
    if (more == 0) return;
    add(Code::N0303, {}, fmt::format("{} further pairs of rules override through others", more),
        "only the first are shown; write more of the `overrides` to say so");
  }

  void write(const InferredOverride& inferred) {
    add(Code::N0303, inferred.rule,
        fmt::format("rule {} overrides {} through others", name(inferred.rule),
                    name(inferred.other)),
        fmt::format("write `overrides {}` to say so", as_named(rule(inferred.other))));
  }

  void write(const RestCycle& cycle) {
    std::vector<std::string> profiles, deciders;
    std::optional<std::uint32_t> first;
    for (const RestStay& stay : cycle.stays) {
      profiles.push_back(fmt::format("`{}`", table_.profiles[stay.profile].name));
      std::string decider = decider_of(stay.rule, stay.ban);
      bool fresh = std::find(deciders.begin(), deciders.end(), decider) == deciders.end();
      if (fresh) deciders.push_back(std::move(decider));
      if (stay.rule >= 0 && !first) first = static_cast<std::uint32_t>(stay.rule);
    }
    Diagnostic& d =
        add(Code::W0303, first,
            fmt::format("a device that stands still never comes to rest: {} {} it from {} and back",
                        fmt::join(deciders, " and "), deciders.size() == 1 ? "sends" : "send",
                        fmt::join(profiles, " to ")),
            "give one of them a `hold`, such as `hold 24 hours`, or a condition that the switch "
            "does not "
            "undo");
    for (std::size_t i = 0; i < cycle.stays.size(); ++i) {
      const RestStay& stay = cycle.stays[i];
      const RestStay& next = cycle.stays[(i + 1) % cycle.stays.size()];
      if (stay.rule < 0 || (first && static_cast<std::uint32_t>(stay.rule) == *first)) continue;
      label(d, static_cast<std::uint32_t>(stay.rule),
            fmt::format("sends it on to `{}`", table_.profiles[next.profile].name));
    }
    d.notes.push_back("for example: " + describe_witness(table_, cycle.there));
    if (!cycle.test.empty()) d.notes.push_back(cycle.test);
  }

  void write_stopping(const Guard& guard) {
    add(Code::W0304, {}, fmt::format("`{}` lets no switch through, ever", guard.written),
        guard.except_bans || !guard.except_rules.empty()
            ? "what it does not except waits for good, a device without service included"
            : "every switch waits for good, that of a device without service included; give a "
              "number "
              "above 0, or say what it is `except for`");
  }

  // Who decides: a rule, a ban's remedy, or nobody.
  std::string decider_of(std::int32_t rule_index, std::int32_t ban) const {
    if (rule_index >= 0)
      return fmt::format("rule {}", name(static_cast<std::uint32_t>(rule_index)));
    if (ban < 0) return "`otherwise`";
    return fmt::format("ban `{}`", table_.bans[static_cast<std::size_t>(ban)].label());
  }

  // Beside a ban, with any profile, something else may be decided.
  bool may_ban_bite(const Witness& there) const {
    return std::any_of(table_.bans.begin(), table_.bans.end(), [&](const Ban& ban) {
      return std::any_of(ban.bites.begin(), ban.bites.end(), [&](ConditionIndex condition) {
        Truth bites = table_.conditions.judge(condition, [&](const Test& test) {
          return judge(test, table_.features[test.feature], there.readings[test.feature]);
        });
        return bites == Truth::yes || (bites == Truth::unknown && ban.in_doubt_counts);
      });
    });
  }

  void write_gap(const Witness& gap) {
    Diagnostic& d = add(Code::N0301, {}, "some situations are covered by no rule",
                        "`otherwise` decides there; without it, `otherwise keep` is understood");
    d.notes.push_back("for example: " + describe_witness(table_, gap));
    std::vector<std::string> expectations;
    if (!may_ban_bite(gap)) expectations.push_back("by otherwise");
    auto text = told(gap, {"covered by no rule", expectations, {}});
    if (text) d.notes.push_back(*std::move(text));
  }

  // --- promises ---

  void undecided(const std::string& question) {
    add(Code::N0304, {}, fmt::format("not decided within the budget: {}", question),
        "nothing is wrong that was found; split the policy or simplify its conditions to prove it");
  }

  void undecided(const std::string& question, const std::string& help) {
    add(Code::N0304, {}, fmt::format("not decided: {}", question), help);
  }

  std::string over_time_text(const Ban& ban, const OverTime& over_time) const {
    if (over_time.verdict == Verdict::broken) {
      return "whatever the situation, what is decided there is lawful; but a switch takes time, "
             "and "
             "while it does the ban can be violated: P0303 shows how";
    }
    if (over_time.verdict == Verdict::undecided) {
      return "whatever the situation, what is decided there is lawful; whether the ban can be "
             "violated while a switch takes its time is not decided: N0304 says what is open";
    }
    if (ban.assuming.ms == 0) {
      return "a switch is taken to complete at once; `assuming a switch completes within ...` "
             "asks for more";
    }
    return fmt::format(
        "proved over time for switches that complete within {}, from when hold, windows, "
        "`requires`, rollout and device guards let them go; fleet guards, approval and kill switch "
        "fall within it; what the world alone brings about ends within it ({} states explored){}{}",
        describe(ban.assuming), over_time.state_count,
        over_time.others_call_before ? "; its own call alone would come too late, and another ban "
                                       "calls before, early enough"
                                     : "",
        together());
  }

  static std::string_view how_far(const OverTime& over_time) {
    switch (over_time.verdict) {
      case Verdict::holds:
        return ": in every situation what is decided is lawful";
      case Verdict::broken:
        return " in each single situation, but not over time";
      case Verdict::undecided:
        break;
    }
    return " in each single situation; over time it is not decided";
  }

  // Several bans meet in one device (slow_switch.h).
  std::string together() const {
    auto takes_time = [](const Ban& ban) { return ban.assuming.ms > 0; };
    if (std::count_if(table_.bans.begin(), table_.bans.end(), takes_time) < 2) return "";
    return "; with the other bans as well, however they follow each other: a switch leads only to "
           "a profile with which none of them bites, what a rule ordered is taken back when a ban "
           "decides otherwise, and what is counted on the way to a profile leaves time enough";
  }

  // The ban counts on where another one's order leads.
  void write_joint(const Ban& ban, const OverTime& over_time) {
    std::string counts_on = fmt::format(
        "it counts on for that profile while the switch takes up to {}", describe(ban.assuming));
    const std::string& to = table_.profiles[*over_time.coming].name;
    std::string help =
        over_time.notice_enough
            ? fmt::format("`notice {} days` leaves time for both switches",
                          *over_time.notice_enough)
            : "no notice is long enough for both switches: let the other ban lead elsewhere";
    if (!over_time.joint) {
      return undecided(fmt::format("whether ban `{}` holds after a switch to `{}` that another ban "
                                   "calls for: {}",
                                   ban.label(), to, counts_on),
                       help);
    }
    const JointViolation& joint = *over_time.joint;
    Diagnostic& d = add(
        Code::P0303, {},
        fmt::format("ban `{}` can be violated after a switch to `{}` that ban `{}` calls for: {}",
                    ban.label(), to, table_.bans[joint.caller].label(), counts_on),
        help);
    d.notes.push_back("for example: " + describe_witness(table_, joint.there));
    d.notes.push_back(joint.test);
  }

  void write_over_time(const Ban& ban, const OverTime& over_time) {
    if (over_time.verdict != Verdict::holds && over_time.coming) return write_joint(ban, over_time);
    if (over_time.comes_too_late) {
      return undecided(
          fmt::format("whether ban `{}` holds while a switch takes up to {}: its own call alone "
                      "comes too late, but {}",
                      ban.label(), describe(ban.assuming),
                      over_time.others_call_before
                          ? "in every life that was tried another ban calls before"
                          : "no life that was tried with the other bans comes to that"),
          over_time.notice_enough
              ? fmt::format("`notice {} days` gives the switch time enough, whatever the other "
                            "bans do",
                            *over_time.notice_enough)
              : "no notice is long enough by itself: narrow the ban, or make switches quicker");
    }
    if (over_time.verdict == Verdict::undecided) {
      undecided(fmt::format("whether ban `{}` holds while a switch takes up to {}", ban.label(),
                            describe(ban.assuming)),
                "its notice, or the time a switch may take, is very long");
    }
    if (over_time.verdict != Verdict::broken) return;
    std::string how = over_time.guard.empty()
                          ? fmt::format("while a switch takes up to {}", describe(ban.assuming))
                          : fmt::format("while `{}` stops the switch", over_time.guard);
    std::string help = "say `except for bans` in the guard";
    if (over_time.guard.empty()) {
      help = over_time.notice_enough
                 ? fmt::format("`notice {} days` gives the switch time enough",
                               *over_time.notice_enough)
                 : "no notice is long enough: narrow the ban, or make switches quicker";
    }
    Diagnostic& d =
        add(Code::P0303, {}, fmt::format("ban `{}` can be violated {}", ban.label(), how), help);
    note_end(d, ban);
    d.notes.push_back("for example: " + describe_witness(table_, over_time.timeline->there));
    std::optional<std::string> text = over_time.test;
    if (text->empty()) text = timeline_as_test(table_, *over_time.timeline);
    if (text) d.notes.push_back(*std::move(text));
  }

  // What day it is nobody asks here: a policy decides for devices of any time.
  void note_end(Diagnostic& d, const Ban& ban) const {
    std::optional<std::int32_t> last = last_day_of(table_, ban);
    if (!last) return;
    d.notes.push_back(fmt::format(
        "the ban is in force until {}: it is broken for a device of that time; a policy "
        "that judges no device of that time any more can do without the ban",
        to_text(Day{*last})));
  }

  // As far as a test may ask who decides.
  std::string ban_decides(const Leaf& leaf) const {
    std::string what = "profile = " + written_name(table_.profiles[leaf.profile].name);
    const Ban& ban = table_.bans[static_cast<std::size_t>(leaf.ban)];
    return ban.name.empty() ? what : what + " by ban " + written_name(ban.name);
  }

  // Of many pairs that are not decided one is named.
  void write(const std::vector<RemedyConflict>& conflicts) {
    std::vector<const RemedyConflict*> not_decided;
    for (const RemedyConflict& conflict : conflicts) {
      if (conflict.witness) {
        write(conflict);
      } else {
        not_decided.push_back(&conflict);
      }
    }
    if (not_decided.empty()) return;
    std::string pair = pair_of_bans(*not_decided.front());
    undecided(not_decided.size() == 1
                  ? fmt::format("whether the remedies of bans {} conflict", pair)
                  : fmt::format("whether the remedies of {} pairs of bans conflict, of {} among "
                                "others",
                                not_decided.size(), pair));
  }

  std::string pair_of_bans(const RemedyConflict& conflict) const {
    return fmt::format("`{}` and `{}`", table_.bans[conflict.first].label(),
                       table_.bans[conflict.second].label());
  }

  void write(const RemedyConflict& conflict) {
    const Ban &first = table_.bans[conflict.first], &second = table_.bans[conflict.second];
    std::string asks_first = outcome_text(table_, *first.remedy);
    std::string asks_second = outcome_text(table_, *second.remedy);
    if (asks_first == asks_second) asks_second += " on other terms";
    std::string asked = fmt::format("`{}` asks for `{}`, `{}` for `{}`", first.label(), asks_first,
                                    second.label(), asks_second);
    WitnessTest test{fmt::format("the remedies of {} and {}", first.label(), second.label()),
                     {ban_decides(conflict.decided)},
                     {asked}};
    auto text = told_or_by_turns(*conflict.witness, test);
    // Nobody is held up by what no life of a device is known to lead to.
    if (!text) {
      undecided(
          fmt::format("whether a device can come to where the remedies of bans {} disagree",
                      pair_of_bans(conflict)),
          "if one does, the ban written first decides; a rule for where both bite settles it");
    } else {
      Diagnostic& d = add(Code::E0303, {},
                          fmt::format("the remedies of bans {} disagree about the same device",
                                      pair_of_bans(conflict)),
                          "write a rule for where both bite, which decides before remedies do; or "
                          "let both remedies ask first for what is lawful under either ban");
      d.notes.push_back(asked);
      d.notes.push_back("for example: " + describe_witness(table_, *conflict.witness));
      d.notes.push_back(*std::move(text));
    }
  }

  void write(const BanVerdict& verdict) {
    const Ban& ban = table_.bans[verdict.ban];
    if (verdict.never_bites) {
      add(Code::W0305, {}, fmt::format("ban `{}` can never bite", ban.label()),
          "no device can be in all the situations that it names at once, with whichever profile; a "
          "time form of a ban bites only while what it counts holds now, so that `not (... within "
          "90 days)` never does: write `(not ...) for 90 days`");
      return;
    }
    if (verdict.verdict == Verdict::undecided) {
      return undecided(fmt::format("whether ban `{}` holds", ban.label()));
    }
    if (verdict.verdict == Verdict::holds) {
      Diagnostic& d = add(Code::N0305, {},
                          fmt::format("ban `{}` holds{}", ban.label(), how_far(verdict.over_time)),
                          over_time_text(ban, verdict.over_time));
      if (verdict.doubt) {
        const char* in_doubt = verdict.doubt_of_notice
                                   ? "in doubt whether within notice, and taken not to be: "
                                   : "in doubt, and taken not to bite: ";
        d.notes.push_back(in_doubt + describe_witness(table_, *verdict.doubt));
      }
      std::optional<std::string> shared;
      if (verdict.doubt) shared = shared_code_help(table_, ban.violated);
      if (shared) {
        d.notes.push_back("it does not bite by the network alone: " + *shared +
                          ", or let `in doubt counts` take the doubt for a yes");
      }
      if (verdict.over_time.jumps) {
        d.notes.push_back(
            "data, events and fleet counts that it asks about come with no day's warning: what "
            "they bring about is taken to be the world's doing, as an arrival is, and only what "
            "becomes of it afterwards is proved");
      }
      write_over_time(ban, verdict.over_time);
      return;
    }
    std::string how = verdict.violated ? "can be violated" : "can come within its notice";
    Diagnostic& d =
        add(Code::P0301, {},
            fmt::format("ban `{}` {} with nothing lawful to change to", ban.label(), how),
            "give it a remedy that every device can obtain, or narrow the ban");
    note_end(d, ban);
    const Witness& there = verdict.stands ? *verdict.stands : *verdict.witness;
    d.notes.push_back("for example: " + describe_witness(table_, there));
    note_remedy(d, ban, there);
    WitnessTest test{fmt::format("ban {} is broken", ban.label()), {}, {}};
    bool names_violation = verdict.violated && !ban.name.empty();
    // The engine may know a way out by the remedy where the prover's world has none.
    if (ban.remedy || !names_violation) test.expectations.emplace_back("keep");
    if (names_violation) {
      test.expectations.push_back(fmt::format("ban {} violated", written_name(ban.name)));
    }
    add_story(d, told_or_by_turns(there, test));
  }

  // Why the ban's own remedy is none in the situation.
  void note_remedy(Diagnostic& d, const Ban& ban, const Witness& there) {
    if (!ban.remedy) return;
    for (const Alternative& alternative : ban.remedy->alternatives) {
      std::vector<std::string> forbidding;
      for (const Ban& other : table_.bans) {
        Truth bites =
            table_.conditions.judge(other.bites[alternative.profile], [&](const Test& test) {
              return judge(test, table_.features[test.feature], there.readings[test.feature]);
            });
        if (bites == Truth::yes) forbidding.push_back(fmt::format("`{}`", other.label()));
      }
      if (forbidding.empty()) continue;
      d.notes.push_back(fmt::format("its remedy `{}` is forbidden there by ban {}",
                                    table_.profiles[alternative.profile].name,
                                    fmt::join(forbidding, ", ")));
    }
  }

  void write_assertions() {
    std::size_t proved = 0;
    for (const AssertionVerdict& verdict : analysis_.promises.assertions) {
      proved += verdict.verdict == Verdict::holds && !verdict.never_holds ? 1 : 0;
      write(verdict);
    }
    if (proved == 0) return;
    add(Code::N0305, {},
        fmt::format("{} assertion{} in every situation", proved, proved == 1 ? " holds" : "s hold"),
        "proved for each instant");
  }

  void write(const AssertionVerdict& verdict) {
    const Assertion& assertion = table_.assertions[verdict.assertion];
    std::string what = fmt::format("the assertion in line {}", assertion.origin.line);
    if (verdict.verdict == Verdict::undecided)
      return undecided(fmt::format("whether {} holds", what));
    if (verdict.never_holds) {
      Diagnostic& d = add(Code::W0305, {},
                          fmt::format("{} says nothing: its condition can never "
                                      "hold",
                                      what),
                          "no device can be in all the situations that it names at once");
      if (!assertion.written.empty()) d.notes.push_back(assertion.written);
    }
    if (verdict.verdict == Verdict::holds) return;
    const Leaf& leaf = verdict.decided;
    std::string decided = leaf.kind == Action::Kind::keep
                              ? "keep"
                              : "profile = " + written_name(table_.profiles[leaf.profile].name);
    std::string by = decider_of(leaf.rule, leaf.ban);
    std::optional<std::uint32_t> rule_index;
    if (leaf.rule >= 0) rule_index = static_cast<std::uint32_t>(leaf.rule);
    Diagnostic& d = add(Code::P0302, rule_index,
                        fmt::format("{} does not hold: {} decides `{}`", what, by, decided),
                        "change the rule that decides there, or narrow the assertion");
    if (!assertion.written.empty()) d.notes.push_back(assertion.written);
    const Witness& there = verdict.stands ? *verdict.stands : *verdict.witness;
    d.notes.push_back("for example: " + describe_witness(table_, there));
    WitnessTest test{"the assertion does not hold", {decided}, {}};
    add_story(d, told_or_by_turns(there, test));
  }

  void write(const IndistinctValues& values) {
    std::vector<std::string> quoted;
    for (const std::string& value : values.values) quoted.push_back(fmt::format("`{}`", value));
    add(Code::N0302, {},
        fmt::format("no rule tells {} of attribute `{}` apart", fmt::join(quoted, ", "),
                    table_.attributes[values.attribute].name),
        "nothing is wrong with it; check that no rule forgot one of them");
  }

  const Analysis& analysis_;
  const RuleTable& table_;
  const SpanOfRule& span_of_;
  bool newborn_;
  std::vector<Diagnostic> written_;
};

}  // namespace

std::vector<Diagnostic> findings(const Analysis& analysis, const SpanOfRule& span_of,
                                 bool newborn) {
  return FindingWriter(analysis, span_of, newborn).write();
}

}  // namespace sojourn
