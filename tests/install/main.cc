// Maps a compiled policy, feeds observations, takes decisions: all an embedding host needs.
// usage: consumer POLICY.graph
#include <cstdio>
#include <sojourn/geo.hpp>
#include <sojourn/sojourn.hpp>

namespace {

int fail(const sojourn::embed::Error& error) {
  std::fprintf(stderr, "%s: %s (%s)\n", error.code.c_str(), error.message.c_str(),
               error.help.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sojourn::embed;
  if (argc != 2) return std::fprintf(stderr, "usage: consumer POLICY.graph\n"), 2;
  auto world = open_gazetteer();
  if (!world) return fail(world.error());
  auto policy = Policy::map(argv[1], world.value());
  if (!policy) return fail(policy.error());
  Engine engine(policy.value());

  Observation seen;
  seen.at_ms = 1'767'261'600'000;  // 2026-01-01T10:00:00Z
  seen.device = "89049032123451234512345678901235";
  seen.network = "724-05";
  seen.position = Position{.lat = -23.55, .lon = -46.63, .accuracy_m = 20.0};
  seen.profile = "bootstrap";
  seen.installed = {"bootstrap", "vivo-local"};
  seen.attributes["type"] = "meter";
  auto decisions = engine.observe(seen);
  if (!decisions) return fail(decisions.error());
  for (const Decision& decision : decisions.value()) {
    std::printf("%s %s by %s\n", decision.outcome.c_str(), decision.profile.c_str(),
                decision.rule.c_str());
  }
  seen.at_ms = 0;
  seen.network = "not a network";
  if (engine.observe(seen)) return std::fprintf(stderr, "a bad network was taken\n"), 1;
  auto why = engine.explain(seen.device);
  if (!why) return fail(why.error());
  return decisions.value().size() == 1 ? 0 : 1;
}
