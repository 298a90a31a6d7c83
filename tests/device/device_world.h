// A small policy, a fake world and short ways to say what a device reports.
//
//   DeviceWorld world;
//   FeatureIndex days = world.consecutive(world.roaming_in("BR"), scope);
//   Device device = world.device();
//   device.observe(report("2026-01-01T10:00:00Z").network("724-05").profile("global"));
//   device.read(days, at("2026-03-21T00:00:00Z"));
#pragma once

#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/device/device.h"
#include "engine/proof/compile.h"
#include "tests/support/catch.h"
#include "tests/support/fake_gazetteer.h"

namespace sojourn::testing {

inline Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

inline CountrySet countries(std::initializer_list<std::string_view> codes) {
  CountrySet set;
  for (std::string_view code : codes) set.insert(*find_country(code));
  return set;
}

// An observation, written in one line.
class Say {
 public:
  explicit Say(Instant when) { said_.at = when; }
  Say& fix(double lat, double lon, std::optional<double> accuracy_m = {}) {
    Fix value;
    value.at = {lat, lon};
    value.accuracy_m = accuracy_m;
    said_.position.give(value);
    return *this;
  }
  Say& network(std::string_view code) { return said_.network.give(*parse_plmn(code)), *this; }
  Say& registration(Registration value) { return said_.registration.give(value), *this; }
  Say& profile(std::string name) { return said_.profile.give(std::move(name)), *this; }
  Say& iccid(std::string digits) { return said_.iccid.give(std::move(digits)), *this; }
  Say& imei(std::string digits) { return said_.names.imei = std::move(digits), *this; }
  Say& installed(std::vector<std::string> names) {
    return said_.installed.give(std::move(names)), *this;
  }
  Say& reject(std::uint16_t cause) { return said_.reject_cause = cause, *this; }
  Say& data(std::int64_t bytes) { return said_.data_bytes = bytes, *this; }
  Say& data_total(std::int64_t bytes) { return said_.data_total_bytes = bytes, *this; }
  Say& event(std::string name) { return said_.event = std::move(name), *this; }
  Say& commissioned(Instant when) { return said_.commissioned = when, *this; }
  Say& standing() { return said_.standing = true, *this; }
  Say& line(std::uint64_t number) { return said_.line = number, *this; }
  Say& text(std::string name, std::string value) {
    AttributeReport report;
    report.name = std::move(name);
    report.type = AttributeReport::Type::text;
    report.text = std::move(value);
    return said_.attributes.push_back(std::move(report)), *this;
  }
  Say& number(std::string name, std::int64_t value) {
    AttributeReport report;
    report.name = std::move(name);
    report.type = AttributeReport::Type::number;
    report.number_millionths = value * 1'000'000;
    return said_.attributes.push_back(std::move(report)), *this;
  }
  Observation& value() { return said_; }
  operator const Observation&() const { return said_; }  // NOLINT: reads as a report

 private:
  Observation said_;
};

inline Say report(std::string_view when) { return Say(at(when)); }
inline Say report(Instant when) { return Say(when); }

// A policy under construction, with the profiles and attributes that scenarios need.
class DeviceWorld {
 public:
  DeviceWorld() {
    add_profile("global", {"FR"}, "8933");
    add_profile("vivo-local", {"BR"}, "895510");
    add_profile("turk-local", {"TR"}, "899028");
    add_profile("nowhere", {}, "");
    Attribute type;
    type.name = "type";
    type.type = AttributeType::choice;
    type.values = {"meter", "tracker"};
    table.attributes.push_back(type);
    Attribute battery;
    battery.name = "battery";
    battery.type = AttributeType::number;
    battery.unit = "%";
    battery.valid = days(1);
    table.attributes.push_back(battery);
    table.otherwise.kind = Action::Kind::keep;
  }

  RuleTable table;

  FeatureIndex feature(Feature value) {
    if (value.identity.empty()) {
      value.identity = fmt::format("feature {}", table.features.size());
    }
    return table.intern_feature(std::move(value));
  }
  FeatureIndex simple(FeatureKind kind, std::uint32_t subject = 0) {
    Feature value;
    value.kind = kind;
    value.subject = subject;
    return feature(value);
  }
  ConditionIndex holds(FeatureIndex index) {
    Test test;
    test.feature = index;
    return table.conditions.test(test);
  }
  ConditionIndex at_least(FeatureIndex index, std::int64_t threshold) {
    Test test;
    test.feature = index;
    test.kind = Test::Kind::at_least;
    test.threshold = threshold;
    test.text = fmt::format("at least {}", threshold);
    return table.conditions.test(test);
  }
  ConditionIndex symbol(FeatureIndex index, std::int64_t value) {
    Test test;
    test.feature = index;
    test.kind = Test::Kind::one_of;
    test.symbols = {value};
    return table.conditions.test(test);
  }
  ConditionIndex in(FeatureIndex index, std::initializer_list<std::string_view> codes) {
    Test test;
    test.feature = index;
    test.kind = Test::Kind::in_countries;
    test.countries = countries(codes);
    test.text = "in " + test.countries.text();
    return table.conditions.test(test);
  }
  ConditionIndex region_in(std::initializer_list<std::string_view> codes) {
    return in(named(FeatureKind::country, "region"), codes);
  }
  ConditionIndex network_in(std::initializer_list<std::string_view> codes) {
    return in(named(FeatureKind::network, "network"), codes);
  }
  FeatureIndex roaming(std::initializer_list<std::string_view> codes,
                       std::optional<ProfileIndex> candidate = {}) {
    Feature value;
    value.kind = FeatureKind::roaming;
    value.countries = countries(codes);
    value.candidate = candidate;
    value.identity = "roaming in " + value.countries.text() +
                     (candidate ? fmt::format(" with {}", *candidate) : "");
    return feature(value);
  }
  ConditionIndex roaming_in(std::initializer_list<std::string_view> codes) {
    return holds(roaming(codes));
  }
  // A counting feature over `inner`; set further members on `shape`.
  FeatureIndex counting(FeatureKind kind, ConditionIndex inner, Feature shape = {}) {
    shape.kind = kind;
    shape.inner = inner;
    shape.identity.clear();
    return feature(shape);
  }
  FeatureIndex events(EventKind kind, Period window, std::vector<std::uint16_t> causes = {},
                      std::string name = {}) {
    Feature value;
    value.kind = FeatureKind::event_count;
    value.event = {kind, std::move(causes), std::move(name)};
    value.window = window;
    return feature(value);
  }
  void rule(std::string name, ConditionIndex condition, std::optional<ProfileIndex> profile) {
    Rule rule;
    rule.name = std::move(name);
    rule.origin = {"test.sojourn", static_cast<std::uint32_t>(table.rules.size() + 1)};
    rule.condition = condition;
    rule.action.kind = profile ? Action::Kind::profile : Action::Kind::keep;
    if (profile) rule.action.alternatives.push_back({*profile, false});
    table.rules.push_back(std::move(rule));
  }

  std::shared_ptr<const PreparedPolicy> prepared() {
    if (policy_) return policy_;
    CompileOptions options;
    options.claims = gazetteer_.claims();
    auto graph = compile(std::make_shared<const RuleTable>(table), options);
    if (!graph) throw std::runtime_error(graph.error().message);
    auto made = PreparedPolicy::prepare(std::move(graph).value(), gazetteer_);
    if (!made) throw std::runtime_error(made.error().message);
    policy_ = std::move(made).value();
    return policy_;
  }
  Device device(const DeviceOptions& options = {}) { return Device(prepared(), options); }

 private:
  FeatureIndex named(FeatureKind kind, std::string identity) {
    Feature value;
    value.kind = kind;
    value.identity = std::move(identity);
    return feature(value);
  }
  void add_profile(std::string name, std::initializer_list<std::string_view> home,
                   std::string prefix) {
    Profile profile;
    profile.name = std::move(name);
    profile.home = countries(home);
    if (!prefix.empty()) profile.iccid_prefixes = {std::move(prefix)};
    profile.download = "smdp.example";
    table.profiles.push_back(std::move(profile));
  }

  FakeGazetteer gazetteer_;
  std::shared_ptr<const PreparedPolicy> policy_;
};

inline constexpr ProfileIndex kGlobal = 0;
inline constexpr ProfileIndex kVivo = 1;
inline constexpr ProfileIndex kTurk = 2;
inline constexpr ProfileIndex kNowhere = 3;

inline std::string code_text(const Reading& reading) {
  if (!reading.known) return "unknown";
  return CountryClaim::from_packed(static_cast<std::uint32_t>(reading.lower)).text();
}

}  // namespace sojourn::testing

// Readings in failed checks.
namespace Catch {
template <>
struct StringMaker<sojourn::Reading> {
  static std::string convert(const sojourn::Reading& r) {
    return r.known ? fmt::format("{}", r.lower) : fmt::format("[{}, {}]", r.lower, r.upper);
  }
};
template <>
struct StringMaker<sojourn::Instant> {
  static std::string convert(sojourn::Instant t) { return sojourn::to_rfc3339(t); }
};
}  // namespace Catch
