// `sojourn observe`: what is told of lines that were refused, and of a service that is busy.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "adapters/eim/http_server.h"
#include "tests/service/demo_folder.h"
#include "tests/service/served.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

// Refuses some times, and then takes in.
class Busy final : public eim::HttpHandler {
 public:
  explicit Busy(unsigned refusals) : refusals_(refusals) {}
  unsigned judge(const eim::HttpRequest&) override { return 200; }
  eim::HttpResponse handle(const eim::HttpRequest&) override {
    unsigned n = asked++;
    auto answer =
        eim::HttpResponse::text(n < refusals_ ? (n % 2 == 0 ? 429 : 503) : 200,
                                R"({"lines":1,"taken":1,"detail":"busy"})", "application/json");
    answer.retry_after_s = 1;
    return answer;
  }
  std::atomic<unsigned> asked{0};

 private:
  const unsigned refusals_;
};

}  // namespace

TEST_CASE("of what was refused each line is told with its reason") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  write(service.folder() + "/reports",
        meter(0) + "\nnonsense\n" +
            report_line(demo_device(0), 30'000, R"("position":{"lat":91,"lon":0})") +
            report_line(demo_device(0), -2 * 86'400'000, kMeterInBrazil));
  ProgramRun mixed = service.ask("observe", "reports");
  INFO(mixed.out << mixed.err);
  CHECK(mixed.exit_code == 1);
  CHECK(holds(mixed.out, "2 taken in"));
  CHECK(holds(mixed.out, "2 refused"));
  CHECK(holds(mixed.err, "reports:3: refused: "));
  CHECK(holds(mixed.err, "reports:4: a value was not used: "));
  CHECK(holds(mixed.err, "reports:5: refused: `ts` is "));
  CHECK_FALSE(holds(mixed.err, "more lines"));
  // Programs read the reasons in the answer, and have the same exit code.
  ProgramRun for_programs = service.ask("observe", "reports --format json");
  CHECK(for_programs.exit_code == 1);
  CHECK(holds(for_programs.out, "\"findings\":[{\"line\":3,"));
  // The first ten of very many, counted through the whole file, which takes more than one request.
  std::string many;
  while (many.size() < (5u << 20)) many += meter(0);
  auto good = static_cast<std::uint64_t>(std::count(many.begin(), many.end(), '\n'));
  for (int i = 0; i < 15; ++i) many += "nonsense\n";
  write(service.folder() + "/reports", many + meter(0));
  ProgramRun run = service.ask("observe", "reports");
  INFO(run.err);
  CHECK(run.exit_code == 1);
  CHECK(holds(run.err, fmt::format("reports:{}: refused: ", good + 1)));
  CHECK(holds(run.err, fmt::format("reports:{}: refused: ", good + 10)));
  CHECK_FALSE(holds(run.err, fmt::format("reports:{}: ", good + 11)));
  CHECK(holds(run.err, "5 more lines were refused"));
  // Nothing but such.
  write(service.folder() + "/reports", "nonsense\n{}\n");
  ProgramRun none = service.ask("observe", "reports");
  INFO(none.err);
  CHECK(none.exit_code == 1);
  CHECK(holds(none.err, "line 1: "));
  CHECK(holds(none.err, "line 2: "));
}

TEST_CASE("what a busy service refuses is sent again when it says, and not for ever") {
  ScratchFolder scratch;
  std::string folder = make_folder(scratch, "demo", 1);
  auto observe = [&](Busy& busy, const std::string& arguments) {
    eim::HttpServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.tls = {read_whole(folder + "/tls.pem"), read_whole(folder + "/tls.key"), {}, false};
    auto server = eim::HttpServer::start(std::move(options), busy);
    REQUIRE(server);
    write(folder + "/reports", "{}\n");
    return run_shell("sojourn observe --service . --port " + std::to_string((*server)->port()) +
                         " reports " + arguments,
                     folder);
  };
  Busy for_a_while(2);
  ProgramRun patient = observe(for_a_while, "");
  INFO(patient.out << patient.err);
  CHECK(patient.exit_code == 0);
  CHECK(holds(patient.out, "1 taken in"));
  CHECK(holds(patient.err, "429: busy; sent again in 1 s"));
  CHECK(holds(patient.err, "503: busy; sent again in 1 s"));
  CHECK(for_a_while.asked == 3);
  Busy always(1'000);
  ProgramRun gave_up = observe(always, "--retries 1");
  INFO(gave_up.out << gave_up.err);
  CHECK(gave_up.exit_code == 1);
  CHECK(always.asked == 2);
}
