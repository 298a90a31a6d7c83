// A dry-run of a policy that asks something of the fleet: its minutes, and what waits at the end.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;

namespace {

const std::string kPolicy = R"(policy fleet
profile global home FR
profile local  home BR download "smdp.vivo.example"
rule go when network in BR then profile = local
otherwise keep
)";

// Sixty devices in Brazil, each a report in five minutes, for eight hours.
std::string trace() {
  std::string lines;
  for (int minute = 0; minute < 480; ++minute) {
    for (int device = minute % 5; device < 60; device += 5) {
      std::string profile = minute < 5 ? R"(,"profile":"global")" : "";
      lines += fmt::format(R"({{"ts":{},"device":"d{:02}","network":"724-05"{}}})",
                           1'767'261'600'000 + minute * 60'000 + device * 500, device, profile);
      lines += '\n';
    }
  }
  return lines;
}

}  // namespace

TEST_CASE("a share of the fleet switches in an hour, whatever the number of threads") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy + "guard at most 5% of fleet per hour\n");
  scratch.write("trace.ndjson", trace());
  std::set<std::string> outputs;
  for (int jobs : {1, 2, 5}) {
    ProgramRun run = run_shell(fmt::format("sojourn dryrun policy.sojourn --trace trace.ndjson "
                                           "--decisions d{} --jobs {}",
                                           jobs, jobs),
                               scratch.path());
    INFO(run.err);
    CHECK(run.exit_code == 0);
    // Three of sixty an hour; the eighth hour's were granted at its beginning.
    CHECK_THAT(run.out, Contains("switches   24 in 24 devices"));
    CHECK_THAT(run.out, Contains("decided and waiting for") &&
                            Contains("guard at most 5% of fleet per hour") && Contains("36"));
    outputs.insert(run.out + read_whole(scratch.file(fmt::format("d{}", jobs))));
  }
  CHECK(outputs.size() == 1);
}

TEST_CASE("nobody approves in a dry-run, unless it is told so") {
  ScratchFolder scratch;
  scratch.write("trace.ndjson", trace());
  for (std::string guard : {"guard approval when more than 50 devices\n", ""}) {
    std::string policy = kPolicy + guard;
    if (guard.empty())
      policy.replace(policy.find("profile = local"), 15, "profile = local, approval");
    scratch.write("policy.sojourn", policy);
    ProgramRun run =
        run_shell("sojourn dryrun policy.sojourn --trace trace.ndjson", scratch.path());
    INFO(run.out << run.err);
    CHECK(run.exit_code == 0);
    CHECK_THAT(run.out, Contains("nobody approves in a dry-run"));
    CHECK_THAT(run.out, !Contains("switches   60 in 60 devices"));
    run =
        run_shell("sojourn dryrun policy.sojourn --trace trace.ndjson --approved", scratch.path());
    CHECK_THAT(run.out, Contains("switches   60 in 60 devices"));
    CHECK_THAT(run.out, !Contains("waiting for"));
  }
}
