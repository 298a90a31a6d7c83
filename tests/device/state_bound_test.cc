// No life of a device takes up more than what was declared of its policy.
#include "engine/device/state_bound.h"

#include <set>

#include "tests/device/random_life.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

constexpr std::int64_t kLatenessHours = 40;

// What the reports said, each value taken to differ from the one before.
class Listener {
 public:
  explicit Listener(const StateBound& bound) : bound_(bound) {}

  void hear(const Observation& said) {
    std::uint64_t values = 1;  // that there was a report
    if (!said.position.absent()) values += bound_.values_per_fix;
    bool radio = said.network.given() || !said.registration.absent();
    if (radio) values += bound_.values_per_network;
    if (!said.profile.absent() || !said.iccid.absent()) ++values;
    if (!said.names.imei.empty()) ++values;
    values += said.attributes.size();
    (said.at < newest_ ? heard_.late_values : heard_.values) += values;
    newest_ = std::max(newest_, said.at);
    instants_.push_back(said.at);
    bool denied = said.registration.given() && said.registration.value == Registration::denied;
    if (said.reject_cause || denied) ++heard_.events;
    if (said.event) ++heard_.events;
    if (said.event) name(*said.event);
    if (said.data_bytes || said.data_total_bytes) ++heard_.amounts;
    if (!said.names.imei.empty()) name(said.names.imei);
    if (said.profile.given()) name(said.profile.value);
    if (said.iccid.given()) name(said.iccid.value);
    if (said.position.given()) name(fmt::format("{}", said.position.value.at.lat));
    for (const AttributeReport& attribute : said.attributes) name(attribute.text);
  }

  std::size_t bytes_max() const {
    Heard heard = heard_;
    for (Instant at : instants_) {
      heard.reports += at >= newest_ - hours(kLatenessHours + 1) ? 1u : 0u;
    }
    return bound_.of(heard);
  }

 private:
  void name(const std::string& text) {
    if (!names_.insert(text).second) return;
    ++heard_.names;
    heard_.name_bytes += text.size() + 1;
  }

  const StateBound& bound_;
  Heard heard_;
  Instant newest_ = kBeginning;
  std::vector<Instant> instants_;
  std::set<std::string> names_;
};

}  // namespace

TEST_CASE("no random life takes up more than its policy's bound") {
  std::uint64_t seed = seed_of_run();
  for (int round = 0; round < testing::rounds(20); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Chance chance(seed);
    ManyQuestions questions(chance);
    auto life = as_delivered(
        random_life(chance, at("2026-03-20T05:00:00Z"), 600, kLatenessHours, chance.one_in(2)));
    StateBound bound = state_bound(questions.world.prepared());
    Listener listener(bound);
    Device device = questions.world.device({hours(kLatenessHours + 1)});
    device.rest();
    CHECK(device.byte_count() <= bound.standing);
    for (const LifeReport& one : life) {
      device.observe(one.report);
      listener.hear(one.report);
      if (!chance.one_in(20)) continue;
      device.decide(device.newest_report());
      device.rest();
      REQUIRE(device.byte_count() <= listener.bytes_max());
    }
    device.rest();
    CHECK(device.byte_count() <= listener.bytes_max());
    // It is a bound that tells something.
    CHECK(listener.bytes_max() < 8 * device.byte_count());
  }
}

TEST_CASE("a device that goes on saying the same stays within what stands") {
  Chance chance(seed_of_run());
  ManyQuestions questions(chance);
  StateBound bound = state_bound(questions.world.prepared());
  Device device = questions.world.device();
  Instant start = at("2026-03-20T05:00:00Z");
  for (int hour = 0; hour < 2'000; ++hour) {
    Say said(start + hours(hour));
    said.network("724-05").fix(-23.5, -46.6, 20.0).text("type", "meter").number("battery", 50);
    device.observe(said.profile("global").installed({"global", "vivo-local"}).value());
  }
  device.rest();
  // Of the last week every report is known by its instant.
  CHECK(device.byte_count() <= bound.of({.reports = 7 * 24 + 1}));
}

}  // namespace sojourn
