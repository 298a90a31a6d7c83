// The main job on real input, explained fix by fix: trackers that get a local profile in five
// countries, followed over the recorded storks with no settling.
//
// The country of each fix, certain or not, changes 180 times. A decision moves with certain fixes
// only (semantics, "Place"), so it changes 150 times. This holds each of the 155,173 decisions
// against the country of the newest certain fix, and each of the 180 changes against its reason.
// (`sojourn dryrun` of this policy writes 168 records: 15 first ones, these 150, and 3 where a
// stork was silent for longer than `carry`.)
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <memory>
#include <optional>

#include "adapters/geo/geo.h"
#include "adapters/telemetry/trace_reader.h"
#include "engine/device/device.h"
#include "engine/proof/compile.h"
#include "lang/lang.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

constexpr std::string_view kPolicy = R"(policy storks settle 0 minutes
profile de home DE download "a.example"  profile ch home CH download "a.example"
profile fr home FR download "a.example"  profile es home ES download "a.example"
profile ma home MA download "a.example"
rule DE when region in DE then profile = de
rule CH when region in CH then profile = ch
rule FR when region in FR then profile = fr
rule ES when region in ES then profile = es
rule MA when region in MA then profile = ma
otherwise keep
)";

std::optional<std::string> recorded_storks() {
  for (const char* beside : {"/../shared/traces/", "/../../shared/traces/"}) {
    std::string path = std::string(SOJOURN_SOURCE_DIR) + beside + "storks.ndjson.gz";
    if (std::ifstream(path).good()) return path;
  }
  return std::nullopt;
}

std::shared_ptr<const PreparedPolicy> prepared_policy(const Gazetteer& world) {
  SourceMap sources;
  DiagnosticList diagnostics;
  lang::LoadRequest request;
  request.path = "storks.sojourn";
  request.text = kPolicy;
  request.gazetteer = &world;
  auto policy = lang::load_policy(request, sources, diagnostics);
  REQUIRE(policy);
  auto graph = compile(std::make_shared<const RuleTable>(std::move(policy->table)),
                       CompileOptions{.claims = world.claims()});
  REQUIRE(graph);
  auto prepared = PreparedPolicy::prepare(*graph, world);
  REQUIRE(prepared);
  return *prepared;
}

// Counted over all fixes.
struct Counts {
  int fixes = 0;
  int uncertain = 0;
  int changes = 0;            // of the country of each fix, of which
  int changes_moved = 0;      //   the certain country moved with it
  int changes_uncertain = 0;  //   the fix is not certain
  int changes_returned = 0;   //   it is back where the certain country stood all along
  int standing_moves = 0;     // of the country of the newest certain fix
  int decision_changes = 0;
};

// One stork: the device, and what it is held against.
class Stork {
 public:
  explicit Stork(std::shared_ptr<const PreparedPolicy> policy)
      : policy_(policy), device_(std::move(policy)) {}

  void follow(const Observation& fix, const Place& place, Counts& counts) {
    auto country = place.country.first();
    std::string here = country ? std::string(code_of(*country)) : "none";
    std::string standing = place.certain ? here : standing_;
    std::string decided = decide(fix);
    if (decided != (has_rule(standing) ? standing : "")) {
      FAIL(fmt::format("{} at {}: decided `{}` where {} stands", fix.names.eid, to_rfc3339(fix.at),
                       decided, standing));
    }
    ++counts.fixes;
    counts.uncertain += !place.certain;
    if (!here_.empty()) {
      bool moved = standing != standing_;
      counts.standing_moves += moved;
      counts.decision_changes += decided != decided_;
      if (here != here_) {
        ++counts.changes;
        ++(moved           ? counts.changes_moved
           : place.certain ? counts.changes_returned
                           : counts.changes_uncertain);
      }
    }
    here_ = here, standing_ = standing, decided_ = decided;
  }

 private:
  // The rule that decides now; "" for `otherwise`.
  std::string decide(const Observation& fix) {
    device_.observe(fix);
    Decision decision = device_.decide(fix.at);
    if (decision.rule < 0) return "";
    return policy_->table().rules[static_cast<std::size_t>(decision.rule)].name;
  }
  static bool has_rule(const std::string& country) {
    return std::string_view("DE CH FR ES MA").find(country) != std::string_view::npos;
  }

  std::shared_ptr<const PreparedPolicy> policy_;
  Device device_;
  std::string here_;      // the first country of its newest fix; "none" is one
  std::string standing_;  // the same, of its newest certain fix
  std::string decided_;
};

TEST_CASE("decisions for the storks differ from the country of each fix by uncertain fixes") {
  auto path = recorded_storks();
  if (!path) {
    WARN("skipped: the recorded storks are not beside the source tree");
    return;
  }
  auto world = geo::open_gazetteer(geo::default_geodata_directory());
  REQUIRE(world);
  auto locator = (*world)->bind({});
  REQUIRE(locator);
  auto policy = prepared_policy(**world);
  auto reader = telemetry::TraceReader::open({.paths = {*path}});
  REQUIRE(reader);
  std::map<std::string, Stork> storks;
  Counts counts;
  Observation fix;
  for (;;) {
    auto more = (*reader)->next(fix);
    REQUIRE(more);
    if (!*more) break;
    Stork& stork = storks.try_emplace(fix.names.eid, policy).first->second;
    stork.follow(fix, (*locator)->locate(fix.position.value), counts);
  }
  CHECK(storks.size() == 15);
  CHECK(counts.fixes == 155'173);
  CHECK(counts.uncertain == 269);
  CHECK(counts.changes == 180);
  CHECK(counts.changes_moved == 137);
  CHECK(counts.changes_uncertain == 40);
  CHECK(counts.changes_returned == 3);
  // 13 moves come later than the country of a fix changed: at the first certain fix after it.
  CHECK(counts.standing_moves == 150);
  CHECK(counts.decision_changes == 150);
}

}  // namespace
}  // namespace sojourn
