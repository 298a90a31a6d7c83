// `sojourn graph`: what it shows of a policy, and of a device's way through it.
#include <algorithm>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;

namespace {

const char* const kPolicy = R"(policy first
attribute type : meter | tracker
profile bootstrap  home FR
profile vivo-local home BR download "smdp.vivo.example"

rule meters when region in BR and type=meter then profile=vivo-local
otherwise keep
)";

const char* const kMeterInBrazil =
    R"('{"ts":"2026-01-01T10:00:00Z","device":"m1","network":"724-05","profile":"bootstrap","attributes":{"type":"meter"}}')";

std::string many_countries() {
  std::string text =
      "policy many\nattribute level : number in %\nprofile a home FR download \"s\"\n";
  int at = 0;
  for (const char* country :
       {"BR", "AR", "UY", "PY", "CL", "PE", "EC", "CO", "VE", "BO", "MX", "GT",
        "HN", "SV", "NI", "CR", "PA", "CU", "DO", "HT", "JM", "TT", "SR", "GY"}) {
    ++at;
    text += "rule r-" + std::string(country) + " when region in " + country +
            " and level >= " + std::to_string(at) + "% and level < " + std::to_string(at + 40) +
            "% then profile = a\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a small policy is shown whole, as text, for Graphviz and drawn") {
  ScratchFolder scratch;
  scratch.write("first.sojourn", kPolicy);
  ProgramRun text = run_shell("sojourn graph first.sojourn", scratch.path());
  INFO(text.err);
  CHECK(text.exit_code == 0);
  sojourn::test::check_golden("graph/first.txt", text.out);
  ProgramRun dot = run_shell("sojourn graph --dot first.sojourn", scratch.path());
  sojourn::test::check_golden("graph/first.dot", dot.out);
  ProgramRun svg = run_shell("sojourn graph --svg first.sojourn", scratch.path());
  CHECK_THAT(svg.out, Contains("<svg") && Contains("profile = vivo-local by meters"));
  CHECK(std::count(svg.out.begin(), svg.out.end(), '<') ==
        std::count(svg.out.begin(), svg.out.end(), '>'));
}

TEST_CASE("a device's way is marked") {
  ScratchFolder scratch;
  scratch.write("first.sojourn", kPolicy);
  std::string device = std::string(" --device ") + kMeterInBrazil;
  ProgramRun text = run_shell("sojourn graph first.sojourn" + device, scratch.path());
  INFO(text.err);
  CHECK(text.exit_code == 0);
  sojourn::test::check_golden("graph/first_device.txt", text.out);
  ProgramRun svg = run_shell("sojourn graph --svg first.sojourn" + device, scratch.path());
  CHECK_THAT(svg.out, Contains("#c02020"));
}

TEST_CASE("a large policy is folded by region, unless asked otherwise") {
  ScratchFolder scratch;
  scratch.write("many.sojourn", many_countries());
  ProgramRun text = run_shell("sojourn graph many.sojourn", scratch.path());
  INFO(text.out << text.err);
  CHECK_THAT(text.out, Contains("folded by region") && Contains("region in BR"));
  ProgramRun whole = run_shell("sojourn graph --whole many.sojourn", scratch.path());
  CHECK_THAT(whole.out, !Contains("folded") && Contains("level"));
  CHECK(run_shell("sojourn graph --dot --svg many.sojourn", scratch.path()).exit_code == 2);
}
