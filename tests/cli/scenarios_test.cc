// Laws as versions of one policy, through the whole program: what a version changes on a recorded
// fleet, to the day.
#include <nlohmann/json.hpp>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;
using Json = nlohmann::json;

namespace {

std::string brazil(const std::string& name, const std::string& form) {
  return "policy " + name + R"(
  timezone America/Sao_Paulo

profile global home FR iccid 8933*
profile local  home BR iccid 8955* download "smdp.local.example"

ban brazil
  never roaming in BR per profile on )" +
         form + R"(

rule stay-while-lawful
  when network in BR then profile = global or local

otherwise keep
)";
}

// Of one version, without the rule: what would have been violated.
std::string only_the_ban(std::string policy) {
  std::size_t begin = policy.find("rule ");
  return policy.erase(begin, policy.find("otherwise") - begin);
}

// "2024-01-05" and the days after it, each at noon UTC: nine in the morning in São Paulo.
class Trace {
 public:
  void stay(const std::string& device, int month, int day, int count, const std::string& network) {
    static const int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int i = 0; i < count; ++i) {
      // The first report of a stay comes with the local day.
      line(device, month, day, i == 0 ? "03:00:00" : "12:00:00", network);
      if (++day > kDays[month - 1]) day = 1, ++month;
    }
  }
  const std::string& text() const { return text_; }

 private:
  void line(const std::string& device, int month, int day, const char* time,
            const std::string& network) {
    char ts[64];
    std::snprintf(ts, sizeof ts, "2024-%02d-%02dT%sZ", month, day, time);
    text_ += std::string("{\"ts\":\"") + ts + "\",\"device\":\"" + device + "\",\"network\":\"" +
             network + "\",\"profile\":\"global\"}\n";
  }
  std::string text_;
};

}  // namespace

// Stays of 50 and of 45 days with ten days at home between them: the reading of March 2024 is
// violated from 14 April, that of October 2024 never; the difference is this device and no other.
TEST_CASE(
    "S9: what a new reading changes on the recorded fleet is one device, from 14 April 2024") {
  ScratchFolder scratch;
  std::string march = brazil("march", "more than 90 days within 365 days");
  std::string october = brazil("october", "the same network on more than 90 consecutive days");
  scratch.write("march.sojourn", march);
  scratch.write("october.sojourn", october);
  scratch.write("march-ban.sojourn", only_the_ban(march));
  scratch.write("october-ban.sojourn", only_the_ban(october));
  Trace trace;
  trace.stay("two-stays", 1, 5, 50, "724-05");
  trace.stay("two-stays", 2, 24, 10, "208-01");
  trace.stay("two-stays", 3, 5, 45, "724-05");
  trace.stay("one-stay", 1, 5, 50, "724-05");
  trace.stay("one-stay", 2, 24, 55, "208-01");
  trace.stay("at-home", 1, 5, 100, "208-01");
  scratch.write("trace.ndjson", trace.text());

  ProgramRun diff =
      run_shell("sojourn diff march.sojourn october.sojourn --trace trace.ndjson --format json",
                scratch.path());
  INFO(diff.out << diff.err);
  CHECK(diff.exit_code == 1);
  Json recorded = Json::parse(diff.out)["recorded"];
  CHECK(recorded["all"]["devices"] == 3);
  REQUIRE(recorded["devices"].size() == 1);
  CHECK(recorded["devices"][0]["device"] == "two-stays");
  CHECK(recorded["devices"][0]["since"] == "2024-04-14T03:00:00Z");
  CHECK(recorded["devices"][0]["days"] == 5);

  auto judged = [&](const std::string& policy) {
    ProgramRun run = run_shell("sojourn dryrun " + policy + " --trace trace.ndjson --format json",
                               scratch.path());
    INFO(run.out << run.err);
    Json ban = Json::parse(run.out)["bans"][0];
    CHECK(run.exit_code == (ban["with"]["devices"] == 0 ? 0 : 1));
    return ban;
  };
  Json breach = judged("march-ban.sojourn");
  CHECK(breach["with"]["devices"] == 1);
  CHECK(breach["with"]["device_days_violated"] == 5);
  CHECK(breach["first_device"] == "two-stays");
  CHECK(breach["first_violated"] == "2024-04-14T03:00:00Z");
  CHECK(judged("october-ban.sojourn")["with"]["devices"] == 0);
  CHECK(judged("march.sojourn")["without"]["device_days_violated"] == 5);
}
