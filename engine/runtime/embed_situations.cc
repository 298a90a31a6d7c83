// Many situations at once (sojourn/sojourn.hpp): columns of values to codes, codes to outcomes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/base/diagnostic_code.h"
#include "engine/graph/at_hand.h"
#include "engine/runtime/embed_state.h"

namespace sojourn::embed {
namespace {

// A text as the value of a feature; absent: it cannot be one.
std::optional<std::int64_t> text_value(const RuleTable& table, const Feature& feature,
                                       const std::string& text) {
  switch (feature.kind) {
    case FeatureKind::attribute_choice: {
      const Attribute& attribute = table.attributes[feature.subject];
      auto at = std::find(attribute.values.begin(), attribute.values.end(), text);
      if (at != attribute.values.end()) return at - attribute.values.begin();
      return attribute.type == AttributeType::text ? std::optional(kOtherSymbol) : std::nullopt;
    }
    case FeatureKind::attribute_country:
      if (auto country = find_country(text)) return country->index;
      return std::nullopt;
    case FeatureKind::country:
      if (auto country = find_country(text)) return CountryClaim::of(*country).packed();
      return std::nullopt;
    case FeatureKind::network:
      if (auto network = parse_plmn(text)) return pack(*network);
      return std::nullopt;
    case FeatureKind::profile:
    case FeatureKind::fallback:
      if (auto profile = table.find_profile(text)) return *profile;
      return kOtherSymbol;
    case FeatureKind::rat:
      if (auto rat = find_rat(text)) return static_cast<std::int64_t>(*rat);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> number_value(const Feature& feature, double number) {
  ValueDomain domain = domain_of(feature.kind);
  if (domain != ValueDomain::number && domain != ValueDomain::count) return std::nullopt;
  if (feature.kind == FeatureKind::attribute_number) number *= 1e6;
  if (!(std::abs(number) < 9e18)) return std::nullopt;
  return std::llround(number);
}

std::optional<Reading> reading_of(const RuleTable& table, const Feature& feature,
                                  const AttributeValue& value) {
  std::optional<std::int64_t> exact;
  bool count = domain_of(feature.kind) == ValueDomain::count;
  if (std::holds_alternative<std::monostate>(value)) {
    return count ? std::nullopt : std::optional(Reading::unknown());
  }
  if (const bool* flag = std::get_if<bool>(&value)) {
    if (domain_of(feature.kind) == ValueDomain::flag) exact = *flag ? 1 : 0;
  } else if (const double* number = std::get_if<double>(&value)) {
    exact = number_value(feature, *number);
  } else if (const std::string* text = std::get_if<std::string>(&value)) {
    exact = text_value(table, feature, *text);
  }
  return exact ? std::optional(Reading::exactly(*exact)) : std::nullopt;
}

// What a host has columns of by the policy's name for it; all else by its canonical text.
std::string question_text(const RuleTable& table, const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::country:
      return "region";
    case FeatureKind::attribute_choice:
    case FeatureKind::attribute_country:
    case FeatureKind::attribute_number:
    case FeatureKind::attribute_flag:
      return table.attributes[feature.subject].name;
    default:
      return feature.identity;
  }
}

}  // namespace

// The two bounds of a count are one question: a host knows it exactly.
struct Situations::State {
  explicit State(std::shared_ptr<const DecisionGraph> decided)
      : graph(std::move(decided)), at_hand(graph) {
    for (const Axis& axis : graph->axes()) {
      bool again = !asked.empty() && asked.back() == axis.feature;
      if (!again) {
        asked.push_back(axis.feature);
        questions.push_back(question_text(graph->table(), graph->table().features[axis.feature]));
      }
      question_of_axis.push_back(static_cast<std::uint32_t>(asked.size() - 1));
    }
    const RuleTable& table = graph->table();
    for (LeafIndex l = 0; l < graph->leaf_count(); ++l) {
      const Leaf& leaf = graph->leaf(l);
      Outcome& outcome = outcomes.emplace_back();
      bool profile = leaf.kind == Action::Kind::profile;
      outcome.outcome = profile ? "profile" : "keep";
      if (profile) outcome.profile = table.profiles[leaf.profile].name;
      if (leaf.rule < 0) continue;
      const Rule& rule = table.rules[static_cast<std::size_t>(leaf.rule)];
      outcome.rule = rule.label();
      outcome.origin = rule.origin.text();
    }
  }

  // The axis that tells the question's values apart first.
  const Axis* axis_of(std::size_t question) const {
    auto found = std::find(question_of_axis.begin(), question_of_axis.end(), question);
    return found == question_of_axis.end()
               ? nullptr
               : &graph->axes()[static_cast<std::size_t>(found - question_of_axis.begin())];
  }

  std::shared_ptr<const DecisionGraph> graph;
  AtHand at_hand;
  std::vector<FeatureIndex> asked;  // by question
  std::vector<std::string> questions;
  std::vector<std::uint32_t> question_of_axis;
  std::vector<Outcome> outcomes;  // by leaf
};

Situations::Situations(const Policy& policy)
    : state_(std::make_shared<const State>(std::shared_ptr<const DecisionGraph>(
          policy.state_->prepared, &policy.state_->prepared->graph()))) {}

const std::vector<std::string>& Situations::questions() const { return state_->questions; }

Expected<std::uint16_t> Situations::code(std::size_t question, const AttributeValue& value) const {
  const Axis* axis = state_->axis_of(question);
  if (axis == nullptr) {
    return refused(fmt::format("there is no question {}", question),
                   "`questions()` lists what the policy asks about");
  }
  const RuleTable& table = state_->graph->table();
  const Feature& feature = table.features[axis->feature];
  std::optional<Reading> reading = reading_of(table, feature, value);
  if (!reading) {
    return refused(fmt::format("the value is no answer to `{}`", state_->questions[question]),
                   "give a value of the type that the policy compares it with");
  }
  ClassIndex found = class_of(*axis, feature, *reading);
  if (found > std::numeric_limits<std::uint16_t>::max()) {
    return refused(
        fmt::format("the policy tells too many values of `{}` apart", state_->questions[question]),
        "ask an `Engine`");
  }
  return static_cast<std::uint16_t>(found);
}

std::vector<std::uint32_t> Situations::decide(const std::vector<std::uint16_t>& codes) const {
  std::size_t columns = state_->questions.size();
  const std::vector<Axis>& axes = state_->graph->axes();
  std::vector<std::uint16_t> classes(axes.size());
  if (columns == 0) return {};
  std::vector<std::uint32_t> found(codes.size() / columns);
  // Rows as the graph takes them, a block at a time: no code beyond what there is.
  constexpr std::size_t kBlockRows = 1024;
  for (std::size_t first = 0; first < found.size(); first += kBlockRows) {
    std::size_t count = std::min(kBlockRows, found.size() - first);
    classes.resize(count * axes.size());
    std::uint16_t* to = classes.data();
    for (std::size_t row = first; row < first + count; ++row) {
      for (AxisIndex axis = 0; axis < axes.size(); ++axis) {
        std::uint16_t code = codes[row * columns + state_->question_of_axis[axis]];
        *to++ = code < axes[axis].class_count ? code : std::uint16_t{0};
      }
    }
    state_->at_hand.evaluate(classes.data(), axes.size(), std::span(found).subspan(first, count));
  }
  return found;
}

const Situations::Outcome& Situations::outcome(std::uint32_t number) const {
  return state_->outcomes[number];
}

}  // namespace sojourn::embed
