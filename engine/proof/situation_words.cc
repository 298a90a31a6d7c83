#include "engine/proof/situation_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "engine/base/written_name.h"
#include "engine/proof/day_length.h"
#include "engine/proof/witness_parts.h"

namespace sojourn {
namespace {

// Values listed before the rest is only counted.
constexpr std::size_t kListedMax = 12;

using Words = std::vector<std::string>;

std::string joined(const Words& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::string listed(Words words) {
  if (words.size() > kListedMax) {
    std::size_t more = words.size() - kListedMax;
    words.resize(kListedMax);
    words.push_back(fmt::format("and {} more", more));
  }
  return joined(words, ", ");
}

// The opposite of a test's words, as an author would write it.
std::string negated(const std::string& text) {
  struct Pair {
    std::string_view relation, opposite;
  };
  static constexpr Pair kPairs[] = {
      {" >= ", " < "}, {" > ", " <= "},      {" <= ", " > "},      {" < ", " >= "},
      {" = ", " != "}, {" not in ", " in "}, {" in ", " not in "}, {" known", " unknown"}};
  // Time forms and the like are longer than subject, relation and value.
  bool simple = std::count(text.begin(), text.end(), ' ') <= 3 && !text.starts_with("roaming") &&
                !text.starts_with("in flight");
  for (const Pair& pair : kPairs) {
    std::size_t at = simple ? text.find(pair.relation) : std::string::npos;
    if (at == std::string::npos) continue;
    std::string other = text;
    return other.replace(at, pair.relation.size(), pair.opposite);
  }
  bool one_word = text.find(' ') == std::string::npos;
  return one_word || text.starts_with("roaming in") || text == "no service"
             ? "not " + text
             : fmt::format("not ({})", text);
}

std::int64_t days_ahead(const RuleTable& table, const Test& test);

// The most of any test in the condition.
std::int64_t days_ahead_within(const RuleTable& table, ConditionIndex condition) {
  const ConditionNode& node = table.conditions.node(condition);
  if (node.op == ConditionOp::test) return days_ahead(table, table.conditions.test_of(node));
  std::int64_t most = 0;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    most = std::max(most, days_ahead_within(table, table.conditions.child(node, i)));
  }
  return most;
}

// How many days ahead a ban's notice asks it: by its feature, or by a threshold that is reached so
// many days before the one that its author wrote (lang/lower_ban.cc).
std::int64_t days_ahead(const RuleTable& table, const Test& test) {
  const Feature& feature = table.features[test.feature];
  if (feature.ahead_days != 0) return std::abs(std::int64_t{feature.ahead_days});
  if (feature.kind == FeatureKind::on_a_network) {
    return days_ahead_within(table, feature.inner);
  }
  if (!is_temporal(feature.kind) || test.kind != Test::Kind::at_least) return 0;
  std::int64_t written = test.threshold;
  for (const Test& other : table.conditions.tests()) {
    const Feature& its = table.features[other.feature];
    bool alike = other.kind == test.kind && its.kind == feature.kind &&
                 its.candidate == feature.candidate && other.text == test.text;
    if (alike) written = std::max(written, other.threshold);
  }
  bool in_ms = feature.kind == FeatureKind::held || feature.kind == FeatureKind::held_share;
  return (written - test.threshold) / (in_ms ? kDayMs : 1);
}

// A test as its author wrote it, and of whom and when a ban asks it.
std::string words_of(const RuleTable& table, const Test& test) {
  const Feature& feature = table.features[test.feature];
  if (test.text.empty()) return feature.identity;
  return test.text + asked_of(table, feature.candidate, days_ahead(table, test));
}

// The opposite, in words as well.
std::string words_of_opposite(const RuleTable& table, const Test& test) {
  const Feature& feature = table.features[test.feature];
  if (feature.kind == FeatureKind::date) return date_words(test, false);
  if (auto denied = what_is_denied(test.text)) {
    return *denied + asked_of(table, feature.candidate, days_ahead(table, test));
  }
  return negated(words_of(table, test));
}

std::string subject_words(const RuleTable& table, const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::country:
      return "region";
    case FeatureKind::network:
      return "network";
    case FeatureKind::profile:
      return "profile";
    case FeatureKind::fallback:
      return "fallback";
    case FeatureKind::rat:
      return "rat";
    case FeatureKind::attribute_choice:
    case FeatureKind::attribute_country:
    case FeatureKind::attribute_number:
    case FeatureKind::attribute_flag:
      return written_name(table.attributes[feature.subject].name);
    case FeatureKind::installed:
      return "installed " + written_name(table.profiles[feature.subject].name);
    case FeatureKind::quarantined:
      return written_name(table.profiles[feature.subject].name) + " in quarantine";
    case FeatureKind::date:
      return "date";
    default:
      break;
  }
  for (const Test& test : table.conditions.tests()) {
    bool about = &table.features[test.feature] == &feature;
    bool holds = about && test.kind == Test::Kind::holds;
    if (holds && !test.text.empty()) return words_of(table, test);
  }
  return counted_words(table, feature);
}

struct NamedValue {
  std::string name;
  std::int64_t value = 0;
};

// The values that people have names for.
std::vector<NamedValue> named_values(const RuleTable& table, const Feature& feature,
                                     const Axis& axis) {
  std::vector<NamedValue> values;
  switch (feature.kind) {
    case FeatureKind::attribute_choice: {
      const std::vector<std::string>& names = table.attributes[feature.subject].values;
      for (std::size_t v = 0; v < names.size(); ++v) {
        values.push_back({written_name(names[v]), static_cast<std::int64_t>(v)});
      }
      break;
    }
    case FeatureKind::fallback:
    case FeatureKind::profile:
      for (std::size_t p = 0; p < table.profiles.size(); ++p) {
        values.push_back({written_name(table.profiles[p].name), static_cast<std::int64_t>(p)});
      }
      if (feature.kind == FeatureKind::fallback) values.push_back({"none", kNoSymbol});
      break;
    case FeatureKind::rat:
      for (std::size_t r = 0; r < kRatCount; ++r) {
        values.push_back({std::string(name_of(static_cast<Rat>(r))), static_cast<std::int64_t>(r)});
      }
      break;
    case FeatureKind::network:
      for (const auto& [key, value] : axis.symbol_classes) {
        if (key >= 0) {
          values.push_back({to_text(unpack_plmn(static_cast<std::uint32_t>(key))), key});
        }
      }
      break;
    case FeatureKind::country:
      for (const auto& [key, value] : axis.symbol_classes) {
        auto claim = CountryClaim::from_packed(static_cast<std::uint32_t>(key));
        values.push_back({claim.text(), key});
      }
      break;
    case FeatureKind::attribute_country:
      for (const auto& [key, value] : axis.symbol_classes) {
        if (key < 0) continue;
        values.push_back({std::string(code_of(Country{static_cast<std::uint8_t>(key)})), key});
      }
      break;
    default:
      break;
  }
  return values;
}

// Neighbouring classes that are in, as [begin, end).
std::vector<ClassRange> ranges_of(const std::vector<bool>& in) {
  std::vector<ClassRange> ranges;
  for (std::size_t c = 0; c < in.size(); ++c) {
    if (!in[c]) continue;
    auto at = static_cast<ClassIndex>(c);
    if (!ranges.empty() && ranges.back().end == at) {
      ranges.back().end = at + 1;
    } else {
      ranges.push_back({at, at + 1});
    }
  }
  return ranges;
}

std::vector<bool> classes_of(const std::vector<DiagramRun>& runs) {
  std::vector<bool> in;
  for (const DiagramRun& run : runs) in.resize(run.end, run.target == kYes);
  return in;
}

std::string any_of(const Words& words) {
  return words.size() == 1 ? words[0] : fmt::format("({})", joined(words, " or "));
}

}  // namespace

SituationWords::SituationWords(const RuleTable& table, const AxisPlan& axes)
    : table_(table), axes_(axes) {}

std::string SituationWords::subject(AxisIndex axis) const {
  const Axis& at = axes_.axes()[axis];
  const Feature& feature = table_.features[at.feature];
  if (domain_of(feature.kind) != ValueDomain::count) return subject_words(table_, feature);
  const char* side = at.side == AxisSide::lower ? "certainly" : "possibly";
  std::string words = is_temporal(feature.kind)
                          ? condition_words(table_, feature.inner) +
                                asked_of(table_, feature.candidate, std::abs(feature.ahead_days))
                          : subject_words(table_, feature);
  bool counts = is_temporal(feature.kind) && feature.kind != FeatureKind::on_a_network;
  if (counts) words = "how long or often: " + words;
  return fmt::format("{} ({})", words, side);
}

std::string SituationWords::of(const ClassBox& box) const {
  Words parts = parts_of(box);
  return parts.empty() ? "always" : joined(parts, " and ");
}

Words SituationWords::parts_of(const ClassBox& box) const {
  Words parts, last;
  for (std::size_t i = 0; i < box.limits.size(); ++i) {
    const ClassBox::Limit& limit = box.limits[i];
    Classes in = classes_of(limit.runs);
    AxisSide side = axes_.axes()[limit.axis].side;
    if (side == AxisSide::value) {
      // What is enabled or can be had is understood by most readers; the situation itself first.
      FeatureKind kind = table_.features[axes_.axes()[limit.axis].feature].kind;
      bool about_choice = kind == FeatureKind::profile || kind == FeatureKind::installed ||
                          kind == FeatureKind::quarantined;
      (about_choice ? last : parts).push_back(value_words(limit.axis, in));
    } else if (side == AxisSide::upper) {
      parts.push_back(count_words(limit.axis - 1, nullptr, &in));
    } else if (i + 1 < box.limits.size() && box.limits[i + 1].axis == limit.axis + 1) {
      Classes high = classes_of(box.limits[++i].runs);
      parts.push_back(count_words(limit.axis, &in, &high));
    } else {
      parts.push_back(count_words(limit.axis, &in, nullptr));
    }
  }
  parts.insert(parts.end(), last.begin(), last.end());
  return parts;
}

std::string SituationWords::value_words(AxisIndex axis, const Classes& in) const {
  const Axis& at = axes_.axes()[axis];
  std::string subject = subject_words(table_, table_.features[at.feature]);
  Classes known = in;
  known[at.unknown_class] = false;
  auto count = static_cast<std::size_t>(std::count(known.begin(), known.end(), true));
  bool all_known = count + 1 == known.size();
  if (count == 0) return subject + " unknown";
  if (all_known) return subject + " known";
  std::string words = known_words(axis, known);
  bool may_be_unknown = in[at.unknown_class] && !is_always_known(table_.features[at.feature]);
  return may_be_unknown ? fmt::format("({} or {} unknown)", words, subject) : words;
}

std::string SituationWords::known_words(AxisIndex axis, const Classes& known) const {
  const Axis& at = axes_.axes()[axis];
  if (std::optional<std::string> words = test_words(axis, known)) return *words;
  const Feature& feature = table_.features[at.feature];
  return domain_of(feature.kind) == ValueDomain::number ? number_words(axis, known)
                                                        : symbol_words(axis, known);
}

// A test, or the opposite of one, that holds in just these classes.
std::optional<std::string> SituationWords::test_words(AxisIndex axis, const Classes& known) const {
  const Axis& at = axes_.axes()[axis];
  for (std::uint32_t index : axes_.tests_of(at.feature)) {
    const Test& test = table_.conditions.tests()[index];
    if (test.text.empty() || test.kind == Test::Kind::known) continue;
    Classes certain = classes_of(axes_.certain(index).runs);
    if (certain == known) return words_of(table_, test);
    Classes refuted = classes_of(axes_.refuted(index).runs);
    if (refuted == known) return words_of_opposite(table_, test);
  }
  return std::nullopt;
}

std::string SituationWords::threshold_words(FeatureIndex feature, std::int64_t threshold,
                                            bool reached) const {
  for (std::uint32_t index : axes_.tests_of(feature)) {
    const Test& test = table_.conditions.tests()[index];
    bool asked = test.kind == Test::Kind::at_least && test.threshold == threshold;
    if (!asked || test.text.empty()) continue;
    return reached ? words_of(table_, test) : words_of_opposite(table_, test);
  }
  std::string subject = subject_words(table_, table_.features[feature]);
  return fmt::format("{} {} {}", subject, reached ? ">=" : "<", threshold);
}

std::string SituationWords::number_words(AxisIndex axis, const Classes& known) const {
  const Axis& at = axes_.axes()[axis];
  Words ranges;
  for (const ClassRange& range : ranges_of(known)) {
    Words bounds;
    if (range.begin > 0) {
      bounds.push_back(threshold_words(at.feature, at.cuts[range.begin - 1], true));
    }
    if (range.end <= at.cuts.size()) {
      bounds.push_back(threshold_words(at.feature, at.cuts[range.end - 1], false));
    }
    ranges.push_back(joined(bounds, " and "));
  }
  return any_of(ranges);
}

std::string SituationWords::symbol_words(AxisIndex axis, const Classes& known) const {
  const Axis& at = axes_.axes()[axis];
  const Feature& feature = table_.features[at.feature];
  std::string subject = subject_words(table_, feature);
  Words in, out;
  for (const NamedValue& value : named_values(table_, feature, at)) {
    bool inside = known[class_of(at, feature, Reading::exactly(value.value))];
    (inside ? in : out).push_back(value.name);
  }
  bool others = at.default_class != at.unknown_class && known[at.default_class];
  // All claims that there are have names: the few that are left out say it shorter.
  bool few_left_out = !out.empty() && out.size() <= kListedMax && out.size() < in.size();
  others = others || (feature.kind == FeatureKind::country && few_left_out);
  bool numbered = feature.kind == FeatureKind::country || feature.kind == FeatureKind::network;
  if (in.empty() && out.empty()) return fmt::format("{} among some values", subject);
  bool spaced = numbered || (others ? out : in).size() != 1;
  if (!others && !in.empty()) {
    return fmt::format("{} {} {}", subject, spaced ? "in" : "=", listed(in));
  }
  if (!others) return fmt::format("{} among some values", subject);
  return fmt::format("{} {} {}", subject, spaced ? "not in" : "!=", listed(out));
}

// A count between its bounds. Its lower bound reaching a threshold is certainty; its upper bound
// not reaching it is certainty of the opposite.
std::string SituationWords::count_words(AxisIndex lower, const Classes* low,
                                        const Classes* high) const {
  const Axis& at = axes_.axes()[lower];
  ClassIndex count = at.class_count;
  auto words = [&](ClassIndex from, bool reached) {
    return threshold_words(at.feature, at.cuts[from - 1], reached);
  };
  std::vector<ClassRange> lows = low ? ranges_of(*low) : std::vector<ClassRange>{{0, count}};
  std::vector<ClassRange> highs = high ? ranges_of(*high) : std::vector<ClassRange>{{0, count}};
  Words cases;
  for (const ClassRange& l : lows) {
    for (const ClassRange& h : highs) {
      Words bounds;
      if (l.begin > 0) bounds.push_back(words(l.begin, true));
      if (h.end < count) bounds.push_back(words(h.end, false));
      if (h.begin > l.begin) bounds.push_back("possibly " + words(h.begin, true));
      if (l.end < count && l.end < h.end) bounds.push_back("not certainly " + words(l.end, true));
      if (!bounds.empty()) cases.push_back(joined(bounds, " and "));
    }
  }
  return cases.empty() ? "always" : any_of(cases);
}

std::string asked_of(const RuleTable& table, std::optional<ProfileIndex> candidate,
                     std::int64_t days_ahead) {
  Words parts;
  if (candidate) {
    bool declared = *candidate < table.profiles.size();
    parts.push_back("with " + (declared ? written_name(table.profiles[*candidate].name)
                                        : "an undeclared profile"));
  }
  if (days_ahead != 0) {
    parts.push_back(fmt::format("{} {} ahead", days_ahead, days_ahead == 1 ? "day" : "days"));
  }
  return parts.empty() ? "" : fmt::format(" ({})", joined(parts, ", "));
}

std::string condition_words(const RuleTable& table, ConditionIndex condition) {
  const ConditionTable& conditions = table.conditions;
  const ConditionNode& node = conditions.node(condition);
  auto inner = [&](std::uint32_t i) {
    ConditionIndex child = conditions.child(node, i);
    ConditionOp op = conditions.node(child).op;
    bool joint = op == ConditionOp::conjunction || op == ConditionOp::disjunction;
    std::string words = condition_words(table, child);
    return joint ? fmt::format("({})", words) : words;
  };
  switch (node.op) {
    case ConditionOp::always:
      return "always";
    case ConditionOp::never:
      return "never";
    case ConditionOp::test: {
      return words_of(table, conditions.test_of(node));
    }
    case ConditionOp::negation: {
      const ConditionNode& child = conditions.node(conditions.child(node, 0));
      return child.op == ConditionOp::test ? words_of_opposite(table, conditions.test_of(child))
                                           : "not " + inner(0);
    }
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      break;
  }
  Words parts;
  for (std::uint32_t i = 0; i < node.count; ++i) parts.push_back(inner(i));
  return joined(parts, node.op == ConditionOp::conjunction ? " and " : " or ");
}

std::string action_words(const RuleTable& table, const Action& action) {
  auto name = [&](ProfileIndex profile) { return written_name(table.profiles[profile].name); };
  Words parts;
  if (action.kind == Action::Kind::keep) parts.push_back("keep");
  if (action.kind == Action::Kind::profile) {
    Words names;
    for (const Alternative& alternative : action.alternatives) {
      names.push_back(name(alternative.profile) +
                      (alternative.if_installed ? " if installed" : ""));
    }
    parts.push_back(fmt::format("profile = {}", joined(names, " or ")));
  }
  for (ProfileIndex profile : action.preload) parts.push_back("preload " + name(profile));
  for (ProfileIndex profile : action.remove) parts.push_back("delete " + name(profile));
  if (action.fallback) parts.push_back("fallback = " + name(*action.fallback));
  if (action.hold.ms != 0) parts.push_back("hold " + describe(action.hold));
  if (action.approval) parts.push_back("approval");
  if (action.requires_condition != ConditionTable::kAlways) {
    parts.push_back("requires " + condition_words(table, action.requires_condition));
  }
  if (action.window_ms) {
    auto clock = [](std::int32_t ms) {
      return fmt::format("{:02}:{:02}", ms / 3'600'000, ms / 60'000 % 60);
    };
    parts.push_back(fmt::format("between {} and {}", clock(action.window_ms->first),
                                clock(action.window_ms->second)));
  }
  if (action.rollout) {
    Words stages;
    for (std::int64_t share : action.rollout->stages) {
      stages.push_back(fmt::format("{}%", static_cast<double>(share) / 10'000));
    }
    parts.push_back(
        fmt::format("rollout {} each {}", joined(stages, ", "), describe(action.rollout->each)));
  }
  return parts.empty() ? "nothing" : joined(parts, ", ");
}

}  // namespace sojourn
