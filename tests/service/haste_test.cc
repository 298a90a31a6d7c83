// Devices that ask too often, against the whole program.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "adapters/sgp32/esipa.h"
#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

std::unique_ptr<simulator::EsipaClient> connect(const Served& service, bool coap) {
  if (!coap) return simulator::make_https_client(service.client_options(service.https_port()));
  simulator::CoapClientOptions options;
  options.port = service.coap_port();
  options.trust = service.client_options(0).trust;
  options.timeout_ms = 60'000;
  return simulator::make_coap_client(std::move(options));
}

Bytes poll_of(std::size_t device) {
  sgp32::GetEimPackageRequest request;
  request.eid = *parse_eid(demo_device(device));
  return sgp32::write(request, sgp32::Version::v1_2).value();
}

}  // namespace

TEST_CASE("a device that polls too fast is told to wait, the others are served, and later it is") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 3));
  set_limits(service.folder(), R"("esipa_requests_per_second_max": 1)");
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(3)).exit_code == 0);
  bool coap = GENERATE(false, true);
  INFO((coap ? "CoAP" : "HTTPS"));
  auto hasty = connect(service, coap);
  auto patient = connect(service, coap);
  std::size_t served = 0;
  Result<Bytes> answer = Bytes();
  // 100 at once are everybody's right. On a machine on which a poll takes a second nobody asks too
  // often.
  while (served < 10'000 && (answer = hasty->exchange(poll_of(0)))) ++served;
  REQUIRE_FALSE(answer);
  CHECK(served >= 100);
  CHECK(answer.error().message == std::string("the peer answered ") + (coap ? "4.29" : "429"));
  unsigned wait_s = 0;
  CHECK(std::sscanf(answer.error().help.c_str(), "it can be asked again in %u s", &wait_s) == 1);
  CHECK(wait_s >= 1);
  // Whoever else is there, on a connection of their own, before and now.
  CHECK(patient->exchange(poll_of(1)));
  CHECK(connect(service, coap)->exchange(poll_of(0)));
  service.devices(coap ? "coap" : "https", {.first = 2, .count = 1, .interval_ms = 10});
  CHECK(holds(service.ask_until("devices show", demo_device(2), "local-br, enabled").out,
              "local-br, enabled"));
  Operator operating(service);
  CHECK(operating.metric(coap ? "sojourn_coap_too_many_total"
                              : "sojourn_http_rejected_total{server=\"esipa\"}") == 1);
  std::this_thread::sleep_for(std::chrono::seconds(wait_s));  // as it was told
  CHECK(hasty->exchange(poll_of(0)));
  CHECK(service.stop(SIGTERM) == 0);
}
