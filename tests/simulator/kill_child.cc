// An eIM with its host, for as long as it lives: order book, store on disk, loopback server.
//
//   simulator_kill_child STORE FOLDER NOW_MS [finish]
//
// Writes its port to standard output. Run by kill_test.cc, which kills it. `finish`: no new orders.
#include <unistd.h>

#include <cstdio>
#include <string>

#include "adapters/simulator/identities.h"
#include "adapters/store/sqlite_store.h"
#include "tests/simulator/order_host.h"
#include "tests/support/loopback_eim.h"

namespace {

using namespace sojourn;
using namespace sojourn::testing;

int fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  return 1;
}

int serve(Store& store, const std::string& folder, Instant now, bool finish) {
  auto identities = simulator::IdentityFolder::open(folder);
  if (!identities) return fail(identities.error().message);
  LoopbackEim eim(store, folder, now);
  for (std::size_t n = 0; n < identities->size(); ++n) {
    // Refused when it is there since an earlier life.
    eim.book([&](eim::OrderBook& book) { return book.enrol({.eid = identities->eid(n)}).ok(); });
  }
  eim.serve_plain();
  std::string port = std::to_string(eim.plain_port()) + "\n";
  if (::write(STDOUT_FILENO, port.data(), port.size()) < 0) return 1;
  while (true) {
    for (std::size_t n = 0; !finish && n < identities->size(); ++n) {
      Result<std::string> placed = eim.book(
          [&](eim::OrderBook& book) { return place_next(store, book, identities->eid(n)); });
      if (!placed) return fail(placed.error().message);
      if (!placed->empty()) return fail("an order failed: " + *placed);
    }
    ::usleep(500);
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc < 4) return 2;
  // A short log, so that the kill often meets the carrying over.
  auto store = open_sqlite_store({.path = argv[1], .log_pages_max = 20});
  if (!store) return fail(store.error().message);
  return serve(**store, argv[2], Instant{std::stoll(argv[3])}, argc > 4);
}
