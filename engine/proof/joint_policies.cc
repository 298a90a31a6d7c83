#include "engine/proof/joint_policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace sojourn {
namespace {

bool same_area(const Area& a, const Area& b) {
  bool named = a.kind != Area::Kind::subdivision || a.name == b.name;
  return a.kind == b.kind && named && a.centre == b.centre && a.radius_m == b.radius_m &&
         a.parts == b.parts;
}

bool same_declaration(const Attribute& a, const Attribute& b) {
  return a.name == b.name && a.type == b.type && a.unit == b.unit && a.valid == b.valid;
}

// Brings the conditions and actions of one table into another table's catalogue.
class Translator {
 public:
  Translator(const RuleTable& from, RuleTable& into)
      : from_(from),
        into_(into),
        features_(from.features.size()),
        conditions_(from.conditions.size()) {
    for (const Profile& profile : from.profiles) profiles_.push_back(add(profile));
    for (const Attribute& attribute : from.attributes) add(attribute);
    for (const Area& area : from.areas) areas_.push_back(add(area));
  }

  const std::vector<ProfileIndex>& profiles() const { return profiles_; }

  ConditionIndex condition(ConditionIndex index) {
    if (conditions_[index]) return *conditions_[index];
    const ConditionNode& node = from_.conditions.node(index);
    ConditionIndex made = ConditionTable::kAlways;
    if (node.op == ConditionOp::never) made = ConditionTable::kNever;
    if (node.op == ConditionOp::test) made = test(from_.conditions.test_of(node));
    if (node.op == ConditionOp::negation) {
      made = into_.conditions.negate(condition(from_.conditions.child(node, 0)));
    }
    if (node.op == ConditionOp::conjunction || node.op == ConditionOp::disjunction) {
      std::vector<ConditionIndex> parts;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        parts.push_back(condition(from_.conditions.child(node, i)));
      }
      made = node.op == ConditionOp::conjunction ? into_.conditions.all_of(std::move(parts))
                                                 : into_.conditions.any_of(std::move(parts));
    }
    conditions_[index] = made;
    return made;
  }

  Action action(Action action) {
    for (Alternative& alternative : action.alternatives) {
      alternative.profile = profiles_[alternative.profile];
    }
    for (ProfileIndex& profile : action.preload) profile = profiles_[profile];
    for (ProfileIndex& profile : action.remove) profile = profiles_[profile];
    if (action.fallback) action.fallback = profiles_[*action.fallback];
    action.requires_condition = condition(action.requires_condition);
    return action;
  }

 private:
  ProfileIndex add(const Profile& profile) {
    if (auto known = into_.find_profile(profile.name)) return *known;
    into_.profiles.push_back(profile);
    return static_cast<ProfileIndex>(into_.profiles.size() - 1);
  }

  void add(const Attribute& attribute) {
    auto known = std::find_if(into_.attributes.begin(), into_.attributes.end(),
                              [&](const Attribute& a) { return same_declaration(a, attribute); });
    auto index = static_cast<AttributeIndex>(known - into_.attributes.begin());
    if (known == into_.attributes.end()) into_.attributes.push_back(attribute);
    attributes_.push_back(index);
    std::vector<std::string>& values = into_.attributes[index].values;
    std::vector<std::int64_t>& places = values_.emplace_back();
    for (const std::string& value : attribute.values) {
      auto at = std::find(values.begin(), values.end(), value);
      places.push_back(at - values.begin());
      if (at == values.end()) values.push_back(value);
    }
  }

  AreaIndex add(const Area& area) {
    auto known = std::find_if(into_.areas.begin(), into_.areas.end(),
                              [&](const Area& a) { return same_area(a, area); });
    auto index = static_cast<AreaIndex>(known - into_.areas.begin());
    if (known == into_.areas.end()) into_.areas.push_back(area);
    return index;
  }

  std::int64_t symbol(const Feature& feature, std::int64_t value) const {
    if (value < 0) return value;
    auto at = static_cast<std::size_t>(value);
    if (feature.kind == FeatureKind::profile || feature.kind == FeatureKind::fallback) {
      return std::int64_t{profiles_[at]};
    }
    bool named_value = feature.kind == FeatureKind::attribute_choice ||
                       (feature.kind == FeatureKind::attribute_has &&
                        from_.attributes[feature.subject].type != AttributeType::set_of_country);
    return named_value ? values_[feature.subject][at] : value;
  }

  ConditionIndex test(const Test& test) {
    const Feature& about = from_.features[test.feature];
    Test made = test;
    made.feature = feature(test.feature);
    for (std::int64_t& value : made.symbols) value = symbol(about, value);
    std::sort(made.symbols.begin(), made.symbols.end());
    return into_.conditions.test(std::move(made));
  }

  // Behind the declared profiles stands one that is not declared: in either table.
  ProfileIndex candidate(ProfileIndex own) const {
    return own < profiles_.size() ? profiles_[own]
                                  : static_cast<ProfileIndex>(into_.profiles.size());
  }

  FeatureIndex feature(FeatureIndex index) {
    if (features_[index]) return *features_[index];
    const Feature& own = from_.features[index];
    Feature made = own;
    made.symbol = symbol(own, own.symbol);
    switch (own.kind) {
      case FeatureKind::attribute_choice:
      case FeatureKind::attribute_country:
      case FeatureKind::attribute_flag:
      case FeatureKind::attribute_has:
      case FeatureKind::attribute_number:
        made.subject = attributes_[own.subject];
        break;
      case FeatureKind::area:
        made.subject = areas_[own.subject];
        break;
      case FeatureKind::installed:
      case FeatureKind::quarantined:
        made.subject = profiles_[own.subject];
        break;
      default:
        break;
    }
    if (is_temporal(own.kind)) made.inner = condition(own.inner);
    if (own.candidate) made.candidate = candidate(*own.candidate);
    // One name for two questions: an attribute declared in two ways.
    for (const Feature& other : into_.features) {
      bool clash = other.identity == made.identity && own.kind != FeatureKind::released &&
                   (other.kind != made.kind || other.subject != made.subject);
      if (clash) made.identity += " (as declared after)";
    }
    features_[index] = into_.intern_feature(std::move(made));
    return *features_[index];
  }

  const RuleTable& from_;
  RuleTable& into_;
  std::vector<ProfileIndex> profiles_;
  std::vector<AttributeIndex> attributes_;
  std::vector<std::vector<std::int64_t>> values_;  // by attribute
  std::vector<AreaIndex> areas_;
  std::vector<std::optional<FeatureIndex>> features_;
  std::vector<std::optional<ConditionIndex>> conditions_;
};

// A ban's conditions by the joint profiles: those that its own policy does not declare are judged
// as undeclared.
void spread(std::vector<ConditionIndex>& of_profile, std::size_t profile_count,
            const std::vector<ProfileIndex>& places) {
  std::vector<ConditionIndex> spread(profile_count + 1, of_profile.back());
  for (std::size_t p = 0; p < places.size(); ++p) spread[places[p]] = of_profile[p];
  of_profile = std::move(spread);
}

void note(std::vector<std::string>& list, const std::string& what, const std::string& before,
          const std::string& after) {
  if (before == after) return;
  auto shown = [](const std::string& text) { return text.empty() ? "none" : text; };
  list.push_back(fmt::format("{}: {} before, {} after", what, shown(before), shown(after)));
}

std::string plmns_of(const Profile& profile) {
  std::vector<std::string> texts;
  for (const Plmn& plmn : profile.plmns) texts.push_back(to_text(plmn));
  std::sort(texts.begin(), texts.end());
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string views_of(const Settings& settings) {
  std::vector<std::string> texts;
  for (const DisputedView& view : settings.views) texts.push_back(view.text());
  std::sort(texts.begin(), texts.end());
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::vector<std::string> declared_differently(const RuleTable& before, const RuleTable& after) {
  std::vector<std::string> list;
  const Settings &a = before.settings, &b = after.settings;
  note(list, "timezone", a.zone, b.zone);
  note(list, "settle", describe(a.settle), describe(b.settle));
  note(list, "carry", describe(a.carry), describe(b.carry));
  note(list, "lead", describe(a.lead), describe(b.lead));
  note(list, "view disputed", views_of(a), views_of(b));
  for (const Profile& one : before.profiles) {
    std::string what = fmt::format("profile {}", one.name);
    auto found = after.find_profile(one.name);
    if (!found) {
      list.push_back(what + ": no longer declared");
      continue;
    }
    const Profile& other = after.profiles[*found];
    note(list, what + " home", one.home.text(), other.home.text());
    note(list, what + " iccid", fmt::format("{}", fmt::join(one.iccid_prefixes, ", ")),
         fmt::format("{}", fmt::join(other.iccid_prefixes, ", ")));
    note(list, what + " plmn", plmns_of(one), plmns_of(other));
    note(list, what + " download", one.download, other.download);
    note(list, what + " breakout", one.breakout.text(), other.breakout.text());
    note(list, what + " cost", fmt::format("{}", one.cost), fmt::format("{}", other.cost));
  }
  for (const Profile& one : after.profiles) {
    if (!before.find_profile(one.name)) {
      list.push_back(fmt::format("profile {}: newly declared", one.name));
    }
  }
  return list;
}

// Guards limit what the whole policy may do; a situation does not tell them.
void note_guards(std::vector<std::string>& list, const RuleTable& before, const RuleTable& after) {
  auto written = [](const RuleTable& table) {
    std::vector<std::string> texts;
    for (const Guard& guard : table.guards) texts.push_back(guard.written);
    std::sort(texts.begin(), texts.end());
    return texts;
  };
  std::vector<std::string> a = written(before), b = written(after), gone, fresh;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(gone));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(fresh));
  for (const std::string& text : gone) list.push_back(fmt::format("no longer: {}", text));
  for (const std::string& text : fresh) list.push_back(fmt::format("newly: {}", text));
}

}  // namespace

JointPolicies join_policies(const RuleTable& before, const RuleTable& after) {
  JointPolicies joint{before, {}, declared_differently(before, after)};
  note_guards(joint.declarations, before, after);
  RuleTable& base = joint.before;
  std::size_t own_profiles = before.profiles.size();
  Translator translate(after, base);
  for (Feature& feature : base.features) {
    if (feature.candidate == own_profiles) {
      feature.candidate = static_cast<ProfileIndex>(base.profiles.size());
    }
  }

  RuleTable& made = joint.after;
  made.settings = after.settings;
  made.rules = after.rules;
  for (Rule& rule : made.rules) {
    rule.condition = translate.condition(rule.condition);
    rule.affected = translate.condition(rule.affected);
    rule.action = translate.action(std::move(rule.action));
  }
  made.bans = after.bans;
  for (Ban& ban : made.bans) {
    for (ConditionIndex& condition : ban.bites) condition = translate.condition(condition);
    for (ConditionIndex& condition : ban.violated) condition = translate.condition(condition);
    spread(ban.bites, base.profiles.size(), translate.profiles());
    spread(ban.violated, base.profiles.size(), translate.profiles());
    if (ban.remedy) ban.remedy = translate.action(*ban.remedy);
  }
  for (const Assertion& own : after.assertions) {
    Assertion assertion = own;
    assertion.condition = translate.condition(own.condition);
    assertion.outcome = translate.action(own.outcome);
    made.assertions.push_back(std::move(assertion));
  }
  made.otherwise = translate.action(after.otherwise);
  made.meaning_digest = after.meaning_digest;
  made.text_digest = after.text_digest;

  std::vector<ProfileIndex> own;
  for (ProfileIndex p = 0; p < own_profiles; ++p) own.push_back(p);
  for (Ban& ban : base.bans) {
    spread(ban.bites, base.profiles.size(), own);
    spread(ban.violated, base.profiles.size(), own);
  }
  made.profiles = base.profiles;
  for (const Profile& profile : after.profiles) {
    made.profiles[*base.find_profile(profile.name)] = profile;
  }
  made.attributes = base.attributes;
  made.areas = base.areas;
  made.features = base.features;
  made.conditions = base.conditions;
  return joint;
}

}  // namespace sojourn
