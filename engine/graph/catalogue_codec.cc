#include "engine/graph/catalogue_codec.h"

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "engine/graph/archive.h"
#include "engine/graph/catalogue_check.h"

namespace sojourn::archive {

// --- small values
// ---------------------------------------------------------------------------------

void code(auto& archive, Like<Duration> auto& duration) {
  auto& [ms] = duration;
  archive.integer(ms);
}

void code(auto& archive, Like<Plmn> auto& plmn) {
  auto& [mcc, mnc, mnc_digits] = plmn;
  archive.integer(mcc);
  archive.integer(mnc);
  archive.integer(mnc_digits);
}

void code(auto& archive, Like<Origin> auto& origin) {
  auto& [path, line] = origin;
  archive.text(path);
  archive.integer(line);
}

void code(auto& archive, Like<Sha256Digest> auto& digest) {
  for (auto& byte : digest) {
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads) {
      byte = archive.byte();
    } else {
      archive.byte(byte);
    }
  }
}

template <class Archive>
auto coder(Archive& archive) {
  return [&archive](auto& value) { code(archive, value); };
}
auto text_coder(auto& archive) {
  return [&archive](auto& value) { archive.text(value); };
}
auto integer_coder(auto& archive) {
  return [&archive](auto& value) { archive.integer(value); };
}

// --- features and conditions
// ----------------------------------------------------------------------

void code(auto& archive, Like<Period> auto& period) {
  auto& [count, unit] = period;
  archive.integer(count);
  archive.choice(unit, 5);
}

void code(auto& archive, Like<Scope> auto& scope) {
  auto& [same_network, per_imei, per_profile] = scope;
  archive.flag(same_network);
  archive.flag(per_imei);
  archive.flag(per_profile);
}

void code(auto& archive, Like<EventQuestion> auto& event) {
  auto& [kind, causes, name] = event;
  archive.choice(kind, 5);
  archive.list(causes, integer_coder(archive));
  archive.text(name);
}

// What a symbol of a feature is: a number, or something that names countries.
enum class SymbolForm : std::uint8_t { number, claim, country };

inline SymbolForm symbol_form(const RuleTable& table, const Feature& feature) {
  if (feature.kind == FeatureKind::country) return SymbolForm::claim;
  if (feature.kind == FeatureKind::attribute_country) return SymbolForm::country;
  bool member_of_set = feature.kind == FeatureKind::attribute_has &&
                       feature.subject < table.attributes.size() &&
                       table.attributes[feature.subject].type == AttributeType::set_of_country;
  return member_of_set ? SymbolForm::country : SymbolForm::number;
}

// Country indices may change between releases, so they are stored as codes.
inline void code_symbol(Writer& archive, SymbolForm form, const std::int64_t& symbol) {
  bool named = form != SymbolForm::number && symbol >= 0;
  archive.flag(named);
  if (!named) return archive.integer(symbol);
  if (form == SymbolForm::country) {
    return archive.country(Country{static_cast<std::uint8_t>(symbol)});
  }
  archive.countries(CountryClaim::from_packed(static_cast<std::uint32_t>(symbol)).set());
}

inline void code_symbol(Reader& archive, SymbolForm form, std::int64_t& symbol) {
  bool named = false;
  archive.flag(named);
  if (named && form == SymbolForm::number) archive.fail();
  if (!named) {
    archive.integer(symbol);
    // Countries have one form.
    if (form != SymbolForm::number && symbol >= 0) archive.fail();
  } else if (form == SymbolForm::country) {
    Country country;
    archive.country(country);
    symbol = country.index;
  } else {
    CountrySet members;
    archive.countries(members);
    if (members.size() > 4) archive.fail();
    symbol = CountryClaim::of(members).packed();
  }
}

void code_feature(auto& archive, const RuleTable& table, Like<Feature> auto& feature) {
  auto& [kind, subject, symbol, countries, other_countries, inner, scope, window, bucket, gap_days,
         ahead_days, event, from_ms, until_ms, zone, candidate, identity] = feature;
  archive.choice(kind, static_cast<std::uint8_t>(FeatureKind::on_a_network) + 1);
  archive.integer(subject);
  code_symbol(archive, symbol_form(table, feature), symbol);
  archive.countries(countries);
  archive.countries(other_countries);
  archive.integer(inner);
  code(archive, scope);
  code(archive, window);
  archive.choice(bucket, 5);
  archive.integer(gap_days);
  archive.integer(ahead_days);
  code(archive, event);
  archive.integer(from_ms);
  archive.integer(until_ms);
  archive.text(zone);
  archive.maybe(candidate, integer_coder(archive));
  archive.text(identity);
}

void code_test(auto& archive, const RuleTable& table, Like<Test> auto& test) {
  auto& [feature, kind, threshold, symbols, countries, text] = test;
  archive.integer(feature);
  if (feature >= table.features.size()) return archive.fail();
  SymbolForm form = symbol_form(table, table.features[feature]);
  archive.choice(kind, 5);
  archive.integer(threshold);
  archive.list(symbols, [&](auto& symbol) { code_symbol(archive, form, symbol); });
  archive.countries(countries);
  archive.text(text);
}

inline void code_conditions(Writer& archive, const RuleTable& table) {
  const ConditionTable& conditions = table.conditions;
  archive.unsigned_integer(conditions.size());
  for (ConditionIndex i = ConditionTable::kNever + 1; i < conditions.size(); ++i) {
    const ConditionNode& node = conditions.node(i);
    archive.choice(node.op, 6);
    if (node.op == ConditionOp::test) {
      code_test(archive, table, conditions.test_of(node));
      continue;
    }
    archive.unsigned_integer(node.count);
    for (std::uint32_t c = 0; c < node.count; ++c) {
      archive.unsigned_integer(conditions.child(node, c));
    }
  }
}

// Builds the table anew, node by node: interning gives every condition its old index.
inline void code_conditions(Reader& archive, RuleTable& table) {
  std::uint64_t count = archive.unsigned_integer();
  for (std::uint64_t i = ConditionTable::kNever + 1; i < count && archive.ok(); ++i) {
    ConditionOp op = ConditionOp::always;
    archive.choice(op, 6);
    ConditionIndex made = ConditionTable::kAlways;
    if (op == ConditionOp::test) {
      Test test;
      code_test(archive, table, test);
      if (!archive.ok()) return;
      made = table.conditions.test(std::move(test));
    } else {
      std::vector<ConditionIndex> children;
      archive.list(children, integer_coder(archive));
      for (ConditionIndex child : children) {
        if (child >= i) return archive.fail();
      }
      if (op == ConditionOp::negation && children.size() == 1) {
        made = table.conditions.negate(children[0]);
      } else if (op == ConditionOp::conjunction) {
        made = table.conditions.all_of(std::move(children));
      } else if (op == ConditionOp::disjunction) {
        made = table.conditions.any_of(std::move(children));
      }
    }
    if (made != i) archive.fail();
  }
}

// --- the policy
// -----------------------------------------------------------------------------------

void code(auto& archive, Like<Settings> auto& settings) {
  auto& [name, version, owner, zone, settle, carry, lead, first_match, views] = settings;
  archive.text(name);
  archive.text(version);
  archive.text(owner);
  archive.text(zone);
  code(archive, settle);
  code(archive, carry);
  code(archive, lead);
  archive.flag(first_match);
  archive.list(views, [&](auto& view) {
    auto& [claimants, as] = view;
    archive.countries(claimants);
    archive.country(as);
  });
}

void code(auto& archive, Like<Attribute> auto& attribute) {
  auto& [name, type, unit, values, valid] = attribute;
  archive.text(name);
  archive.choice(type, 8);
  archive.text(unit);
  archive.list(values, text_coder(archive));
  archive.maybe(valid, coder(archive));
}

void code(auto& archive, Like<Profile> auto& profile) {
  auto& [name, home, iccid_prefixes, plmns, download, breakout, cost] = profile;
  archive.text(name);
  archive.countries(home);
  archive.list(iccid_prefixes, text_coder(archive));
  archive.list(plmns, coder(archive));
  archive.text(download);
  archive.countries(breakout);
  archive.integer(cost);
}

void code(auto& archive, Like<LatLon> auto& at) {
  auto& [lat, lon] = at;
  archive.real(lat);
  archive.real(lon);
}

void code(auto& archive, Like<Area> auto& area) {
  auto& [kind, name, centre, radius_m, parts] = area;
  archive.choice(kind, 4);
  archive.text(name);
  code(archive, centre);
  archive.real(radius_m);
  archive.list(parts, [&](auto& part) {
    archive.list(part, [&](auto& ring) { archive.list(ring, coder(archive)); });
  });
}

void code(auto& archive, Like<Alternative> auto& alternative) {
  auto& [profile, if_installed] = alternative;
  archive.integer(profile);
  archive.flag(if_installed);
}

void code(auto& archive, Like<Action> auto& action) {
  auto& [kind, alternatives, preload, remove, fallback, alerts, tasks, hold, approval,
         requires_condition, window_ms, rollout] = action;
  archive.choice(kind, 3);
  archive.list(alternatives, coder(archive));
  archive.list(preload, integer_coder(archive));
  archive.list(remove, integer_coder(archive));
  archive.maybe(fallback, integer_coder(archive));
  archive.list(alerts, text_coder(archive));
  archive.list(tasks, text_coder(archive));
  code(archive, hold);
  archive.flag(approval);
  archive.integer(requires_condition);
  archive.maybe(window_ms, [&](auto& window) {
    archive.integer(window.first);
    archive.integer(window.second);
  });
  archive.maybe(rollout, [&](auto& stages) {
    archive.list(stages.stages, integer_coder(archive));
    code(archive, stages.each);
  });
}

void code(auto& archive, Like<Rule> auto& rule) {
  auto& [name, text, origin, source, condition, affected, action, overrides, digest] = rule;
  archive.text(name);
  archive.text(text);
  code(archive, origin);
  archive.text(source);
  archive.integer(condition);
  archive.integer(affected);
  code(archive, action);
  archive.list(overrides, integer_coder(archive));
  archive.text(digest);
}

void code(auto& archive, Like<Ban> auto& ban) {
  auto& [name, text, source, certainty, origin, bites, violated, in_doubt_counts, forbids_change,
         remedy, assuming, notice_days, zone, written, digest] = ban;
  archive.text(name);
  archive.text(text);
  archive.text(source);
  archive.text(certainty);
  code(archive, origin);
  archive.list(bites, integer_coder(archive));
  archive.list(violated, integer_coder(archive));
  archive.flag(in_doubt_counts);
  archive.flag(forbids_change);
  archive.maybe(remedy, coder(archive));
  code(archive, assuming);
  archive.integer(notice_days);
  archive.text(zone);
  archive.text(written);
  archive.text(digest);
}

void code(auto& archive, Like<Guard> auto& guard) {
  auto& [kind, most, least, window, reached, except_bans, except_rules, origin, written] = guard;
  archive.choice(kind, 5);
  archive.integer(most);
  archive.integer(least);
  code(archive, window);
  archive.integer(reached);
  archive.flag(except_bans);
  archive.list(except_rules, integer_coder(archive));
  code(archive, origin);
  archive.text(written);
}

void code(auto& archive, Like<Assertion> auto& assertion) {
  auto& [condition, outcome, origin, written] = assertion;
  archive.integer(condition);
  code(archive, outcome);
  code(archive, origin);
  archive.text(written);
}

void code(auto& archive, Like<RuleTable> auto& table) {
  auto& [settings, attributes, profiles, areas, features, conditions, rules, bans, guards,
         assertions, otherwise, meaning_digest, text_digest] = table;
  code(archive, settings);
  archive.list(attributes, coder(archive));
  archive.list(profiles, coder(archive));
  archive.list(areas, coder(archive));
  archive.list(features, [&](auto& feature) { code_feature(archive, table, feature); });
  code_conditions(archive, table);
  archive.list(rules, coder(archive));
  archive.list(bans, coder(archive));
  archive.list(guards, coder(archive));
  archive.list(assertions, coder(archive));
  code(archive, otherwise);
  code(archive, meaning_digest);
  code(archive, text_digest);
}

// --- the graph beside its words
// -------------------------------------------------------------------

void code_axis(auto& archive, const RuleTable& table, Like<Axis> auto& axis) {
  auto& [feature, side, class_count, cuts, symbol_classes, default_class, unknown_class] = axis;
  archive.integer(feature);
  if (feature >= table.features.size()) return archive.fail();
  SymbolForm form = symbol_form(table, table.features[feature]);
  archive.choice(side, 3);
  archive.integer(class_count);
  archive.list(cuts, integer_coder(archive));
  archive.list(symbol_classes, [&](auto& row) {
    code_symbol(archive, form, row.first);
    archive.integer(row.second);
  });
  archive.integer(default_class);
  archive.integer(unknown_class);
}

void code(auto& archive, Like<Leaf> auto& leaf) {
  auto& [kind, profile, rule, ban, quarantined] = leaf;
  archive.choice(kind, 3);
  archive.integer(profile);
  archive.integer(rule);
  archive.integer(ban);
  archive.flag(quarantined);
}

void code_parts(auto& archive, const RuleTable& table, Like<DecisionGraphParts> auto& parts) {
  archive.list(parts.axes, [&](auto& axis) { code_axis(archive, table, axis); });
  archive.list(parts.leaves, coder(archive));
  archive.list(parts.also_roots, integer_coder(archive));
  archive.list(parts.also_sets, [&](auto& set) { archive.list(set, integer_coder(archive)); });
  archive.integer(parts.node_count);
}

// Codes sort as their indices do, unless a release changed the order.
inline void sort_symbols(DecisionGraphParts& parts) {
  for (Axis& axis : parts.axes) std::sort(axis.symbol_classes.begin(), axis.symbol_classes.end());
}

}  // namespace sojourn::archive

namespace sojourn {

Bytes encode_catalogue(const RuleTable& table, const DecisionGraphParts& parts) {
  archive::Writer archive;
  code(archive, table);
  code_parts(archive, table, parts);
  return archive.take();
}

Status decode_catalogue(ByteView bytes, DecisionGraphParts& parts) {
  archive::Reader archive(bytes);
  auto table = std::make_shared<RuleTable>();
  code(archive, *table);
  code_parts(archive, *table, parts);
  if (!archive.ok() || !archive.at_end()) {
    return make_diagnostic(Code::E0004, "the catalogue of the graph file cannot be read");
  }
  archive::sort_symbols(parts);
  if (Status sound = check_table(*table); !sound) return sound;
  if (Status sound = check_parts(*table, parts); !sound) return sound;
  parts.table = std::move(table);
  return {};
}

}  // namespace sojourn
