#include "engine/proof/policy_digests.h"

#include <bit>
#include <cstring>
#include <type_traits>

namespace sojourn {
namespace {

class Hasher {
 public:
  template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) Hasher& add(T value) {
    return mix(static_cast<std::uint64_t>(value));
  }
  Hasher& add(double value) { return mix(std::bit_cast<std::uint64_t>(value)); }
  Hasher& add(const std::string& text) {
    mix(text.size());
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) mix_bytes(text.data() + i, 8);
    return mix_bytes(text.data() + i, text.size() - i);
  }
  Hasher& add(const Digest128& digest) { return mix(digest.high).mix(digest.low); }
  Hasher& add(const Duration& duration) { return mix(static_cast<std::uint64_t>(duration.ms)); }
  Hasher& add(const CountrySet& countries) {
    if (countries.empty()) return mix(0);
    std::vector<Country> members = countries.members();
    mix(members.size());
    for (Country member : members) mix(member.index);
    return *this;
  }
  Hasher& add(const LatLon& at) { return add(at.lat).add(at.lon); }
  Hasher& add(const Plmn& plmn) { return mix(pack(plmn)); }
  Hasher& add(const Alternative& alternative) {
    return add(alternative.profile).add(alternative.if_installed);
  }
  template <class T>
  Hasher& add(const std::vector<T>& values) {
    mix(values.size());
    for (const T& value : values) add(value);
    return *this;
  }
  Hasher& add(const std::vector<bool>& values) {
    mix(values.size());
    for (bool value : values) mix(value);
    return *this;
  }
  template <class T>
  Hasher& add(const std::optional<T>& value) {
    mix(value.has_value());
    return value ? add(*value) : *this;
  }
  template <class A, class B>
  Hasher& add(const std::pair<A, B>& both) {
    return add(both.first).add(both.second);
  }

  Digest128 digest() const { return {high_, low_}; }

 private:
  Hasher& mix(std::uint64_t value) {
    high_ = (high_ ^ value) * 0x9E37'79B9'7F4A'7C15u;
    high_ ^= high_ >> 29;
    low_ = (std::rotl(low_, 23) + value) * 0xC2B2'AE3D'27D4'EB4Fu;
    low_ ^= low_ >> 32;
    return *this;
  }
  Hasher& mix_bytes(const char* bytes, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, count);
    return mix(word);
  }

  std::uint64_t high_ = 0x517C'C1B7'2722'0A95u;
  std::uint64_t low_ = 0x27D4'EB2F'1656'67C5u;
};

class Digester {
 public:
  explicit Digester(const RuleTable& table) : table_(table) { digest_conditions(); }

  Digest128 of_rule(const Rule& rule) const {
    Hasher hasher;
    hasher.add(condition(rule.condition)).add(condition(rule.affected));
    add(hasher, rule.action);
    return hasher.digest();
  }

  Digest128 around(const std::vector<CountryClaim>& claims,
                   const std::vector<Situation>* situations) const {
    Hasher hasher;
    const Settings& s = table_.settings;
    hasher.add(s.zone).add(s.settle).add(s.carry).add(s.lead).add(s.first_match);
    for (const DisputedView& view : s.views) hasher.add(view.claimants).add(view.as.index);
    for (const Attribute& a : table_.attributes) {
      hasher.add(a.name).add(a.type).add(a.unit).add(a.valid);
      // Texts are those that conditions name.
      if (!is_of_text(a)) hasher.add(a.values);
    }
    for (const Profile& p : table_.profiles) {
      hasher.add(p.name).add(p.home).add(p.iccid_prefixes).add(p.plmns).add(p.download);
      hasher.add(p.breakout).add(p.cost);
    }
    for (const Area& area : table_.areas) {
      hasher.add(area.kind).add(area.name).add(area.centre).add(area.radius_m).add(area.parts);
    }
    for (const Ban& ban : table_.bans) add(hasher, ban);
    for (const Guard& guard : table_.guards) {
      hasher.add(guard.kind).add(guard.most).add(guard.least).add(guard.window);
      hasher.add(condition(guard.reached)).add(guard.except_bans);
      for (std::uint32_t rule : guard.except_rules) hasher.add(of_rule(table_.rules[rule]));
    }
    for (const Assertion& assertion : table_.assertions) {
      hasher.add(condition(assertion.condition));
      add(hasher, assertion.outcome);
    }
    add(hasher, table_.otherwise);
    for (CountryClaim claim : claims) hasher.add(claim.packed());
    hasher.add(situations != nullptr);
    if (situations) {
      for (const Situation& one : *situations) {
        hasher.add(one.country.packed()).add(one.areas).add(one.example);
      }
    }
    return hasher.digest();
  }

 private:
  const Digest128& condition(ConditionIndex index) const { return conditions_[index]; }

  // Children have smaller indices than their parents.
  void digest_conditions() {
    std::vector<Digest128> features, tests;
    for (const Feature& feature : table_.features) {
      features.push_back(Hasher().add(feature.kind).add(feature.identity).digest());
    }
    for (const Test& test : table_.conditions.tests()) {
      Hasher hasher;
      hasher.add(features[test.feature]).add(test.kind).add(test.threshold);
      add_symbols(hasher, test);
      tests.push_back(hasher.add(test.countries).digest());
    }
    const ConditionTable& all = table_.conditions;
    conditions_.reserve(all.size());
    for (ConditionIndex i = 0; i < all.size(); ++i) {
      const ConditionNode& node = all.node(i);
      Hasher hasher;
      hasher.add(node.op);
      if (node.op == ConditionOp::test) {
        hasher.add(tests[node.first]);
      } else {
        hasher.add(node.count);
        for (std::uint32_t c = 0; c < node.count; ++c) {
          hasher.add(conditions_[all.child(node, c)]);
        }
      }
      conditions_.push_back(hasher.digest());
    }
  }

  static bool is_of_text(const Attribute& attribute) {
    return attribute.type == AttributeType::text || attribute.type == AttributeType::set_of_text;
  }

  // Texts by themselves: they are numbered as they are met.
  void add_symbols(Hasher& hasher, const Test& test) const {
    const Feature& feature = table_.features[test.feature];
    bool texts = feature.kind == FeatureKind::attribute_choice &&
                 is_of_text(table_.attributes[feature.subject]);
    if (!texts) {
      hasher.add(test.symbols);
      return;
    }
    hasher.add(test.symbols.size());
    const std::vector<std::string>& values = table_.attributes[feature.subject].values;
    for (std::int64_t symbol : test.symbols) {
      if (symbol >= 0) hasher.add(values[static_cast<std::size_t>(symbol)]);
      if (symbol < 0) hasher.add(symbol);
    }
  }

  void add(Hasher& hasher, const Action& action) const {
    hasher.add(action.kind).add(action.alternatives).add(action.preload).add(action.remove);
    hasher.add(action.fallback).add(action.alerts).add(action.tasks).add(action.hold);
    hasher.add(action.approval).add(condition(action.requires_condition)).add(action.window_ms);
    hasher.add(action.rollout.has_value());
    if (action.rollout) hasher.add(action.rollout->stages).add(action.rollout->each);
  }

  void add(Hasher& hasher, const Ban& ban) const {
    for (ConditionIndex index : ban.bites) hasher.add(condition(index));
    for (ConditionIndex index : ban.violated) hasher.add(condition(index));
    hasher.add(ban.name).add(ban.in_doubt_counts).add(ban.forbids_change).add(ban.assuming);
    hasher.add(ban.notice_days).add(ban.zone).add(ban.remedy.has_value());
    if (ban.remedy) add(hasher, *ban.remedy);
  }

  const RuleTable& table_;
  std::vector<Digest128> conditions_;
};

}  // namespace

PolicyDigests digest_policy(const RuleTable& table, const std::vector<CountryClaim>& claims,
                            const std::vector<Situation>* situations) {
  Digester digester(table);
  PolicyDigests digests;
  digests.rules.reserve(table.rules.size());
  for (const Rule& rule : table.rules) digests.rules.push_back(digester.of_rule(rule));
  digests.around = digester.around(claims, situations);
  return digests;
}

}  // namespace sojourn
