// A service that is fed a recorded trace decides what `sojourn dryrun --open` says of it: the same
// devices at the same instants by the same rules. Both are the real program; the service's wall
// clock stands a millisecond before each report until the next one comes.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>

#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/service/service_circumstances.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

using Json = nlohmann::json;

// What both say of a decision: instant, device, outcome, profile, rule, what suppresses it.
std::string decision_line(const Json& record, const std::string& device) {
  std::string suppressed = record["suppressed"].is_string() ? record["suppressed"] : "";
  return fmt::format("{} {} {} {} by `{}` {}", record["ts"].get<std::string>(), device,
                     record["outcome"].get<std::string>(), record.value("profile", ""),
                     record["rule"].get<std::string>(), suppressed);
}

template <class Use>
void each_line(const std::string& text, const Use& use) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) use(text.substr(at, end - at));
    at = end + 1;
  }
}

std::multiset<std::string> decided_in_dryrun(const ScratchFolder& scratch,
                                             const std::string& policy, const std::string& trace) {
  std::string decisions = scratch.file("decisions.ndjson");
  ProgramRun run = run_shell("sojourn dryrun " + policy + " --trace " + trace +
                             " --open --force --decisions " + decisions);
  INFO(run.out << run.err);
  REQUIRE(run.exit_code <= 1);
  std::multiset<std::string> all;
  each_line(read_whole(decisions), [&](const std::string& line) {
    Json record = Json::parse(line);
    all.insert(decision_line(record, record["device"]));
  });
  return all;
}

std::multiset<std::string> decided_by(const Served& service) {
  std::multiset<std::string> all;
  each_line(service.ask("audit fetch").out, [&](const std::string& line) {
    Json entry = Json::parse(line);
    Json record = Json::parse(entry["record"].get<std::string>());
    if (record.contains("outcome")) all.insert(decision_line(record, entry["device"]));
  });
  return all;
}

// The lines of a trace by their instants.
std::map<Instant, std::string> reports_by_instant(const std::string& trace) {
  std::map<Instant, std::string> reports;
  each_line(read_whole(trace), [&](const std::string& line) {
    Instant t = parse_rfc3339(Json::parse(line)["ts"].get<std::string>()).value();
    reports[t] += line + "\n";
  });
  return reports;
}

std::string differences(const std::multiset<std::string>& dryrun,
                        const std::multiset<std::string>& live) {
  std::vector<std::string> only_dryrun, only_live;
  std::set_difference(dryrun.begin(), dryrun.end(), live.begin(), live.end(),
                      std::back_inserter(only_dryrun));
  std::set_difference(live.begin(), live.end(), dryrun.begin(), dryrun.end(),
                      std::back_inserter(only_live));
  std::string all;
  for (const std::string& line : only_dryrun) all += "dry-run alone: " + line + "\n";
  for (const std::string& line : only_live) all += "live alone:    " + line + "\n";
  return all;
}

// How many decisions both made.
std::size_t compare(const std::string& policy, const std::string& trace, bool kills = false) {
  INFO(policy << " over " << trace);
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  replace_in(service.folder() + "/serve.json", "policy.sojourn", policy);
  std::multiset<std::string> expected = decided_in_dryrun(scratch, policy, trace);
  std::map<Instant, std::string> reports = reports_by_instant(trace);
  REQUIRE_FALSE(reports.empty());
  ServiceCircumstances around(service);
  around.stop_clock(reports.begin()->first - milliseconds(1));
  REQUIRE(service.start());
  auto operating = std::make_unique<Operator>(service);
  std::size_t number = 0;
  for (const auto& [t, lines] : reports) {
    around.stop_clock(t - milliseconds(1));
    REQUIRE(operating->ask("POST", "/v1/observations", lines) == 200);
    if (!kills || ++number % (reports.size() / 4 + 1) != 0) continue;
    REQUIRE(service.stop(SIGKILL) == 128 + SIGKILL);
    REQUIRE(service.start());
    operating = std::make_unique<Operator>(service);
  }
  // A dry-run ends with its trace.
  around.stop_clock(reports.rbegin()->first);
  std::string found = "nothing was asked yet";
  becomes([&] { return (found = differences(expected, decided_by(service))).empty(); });
  CHECK(found == "");
  CHECK(service.verify_audit().exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
  return expected.size();
}

}  // namespace

TEST_CASE("live as in a dry-run: the examples' policies over their traces") {
  struct Row {
    const char* example;
    std::size_t decisions_min;  // fewer would not say much
  };
  for (Row row : {Row{"acme-latam", 5},
                  {"settled-in-brazil", 2},
                  {"global-fleet", 7},
                  {"trackers-europe", 3},
                  {"meters-by-inventory", 1}}) {
    std::string folder = std::string(SOJOURN_SOURCE_DIR) + "/rules-examples/" + row.example;
    CHECK(compare(folder + "/policy.sojourn", folder + "/trace.ndjson") >= row.decisions_min);
  }
}

TEST_CASE("live as in a dry-run: through kill -9") {
  std::string folder = SOJOURN_SOURCE_DIR "/rules-examples/global-fleet";
  CHECK(compare(folder + "/policy.sojourn", folder + "/trace.ndjson", true) >= 7);
}

TEST_CASE("live as in a dry-run: stages, guards and counts of a fleet") {
  ScratchFolder scratch;
  std::string policy = scratch.write("policy.sojourn", R"(policy staged
  timezone UTC
  settle 0 minutes
attribute apn : text valid 400 days
profile global home FR iccid 8933*
profile vivo   home BR iccid 8955* download "smdp.vivo.example"
rule move when network in BR then profile = vivo, rollout 10%, 50%, 100% each 12 hours
rule crowd when more than 12 devices with the same apn then alert "crowded"
guard at most 3 devices per hour
otherwise keep
)");
  // 40 devices in Brazil by and by, all of them heard of every six hours; the last do what they are
  // told at once.
  std::map<std::string, std::string> by_instant;
  for (int hour = 0; hour <= 60; ++hour) {
    for (int n = 0; n < 40; ++n) {
      if (n > hour * 3 || (hour + n) % 6 != 0) continue;
      std::string t = fmt::format("2026-01-{:02}T{:02}:{:02}:{:02}Z", 1 + hour / 24, hour % 24,
                                  n * 7 % 60, n % 3 == 0 ? 0 : n);
      by_instant[t] += fmt::format(
          R"({{"ts":"{}","device":"d{:02}","network":"724-05","registration":"roaming",)"
          R"("profile":"{}","attributes":{{"apn":"{}"}}}})"
          "\n",
          t, n, n >= 30 && hour > 30 ? "vivo" : "global",
          n % 3 == 0 ? "shared" : "own-" + std::to_string(n % 5));
    }
  }
  std::string lines;
  for (const auto& [t, some] : by_instant) lines += some;
  CHECK(compare(policy, scratch.write("trace.ndjson", lines)) > 60);
}
