// `sojourn observe` against a service that is busy.
#include <atomic>

#include "adapters/eim/http_server.h"
#include "tests/service/demo_folder.h"
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
