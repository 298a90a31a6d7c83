// An eIM in a host's own program: a report comes in, and what the device is to do about it goes out
// as a signed package when the device asks. The first command lists what is on the card; what the
// card answers, `Eim::ended` tells and `Engine::carried_out` hears.
// usage: switching POLICY.graph SIGNING-KEY.pem CARD-PUBLIC-KEY.der STORE PACKAGE.der
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sojourn/eim.hpp>
#include <sojourn/esipa.hpp>
#include <sojourn/geo.hpp>
#include <sojourn/sojourn.hpp>
#include <sojourn/store.hpp>
#include <string>

namespace {

using namespace sojourn::embed;

constexpr std::int64_t kNowMs = 1'767'261'600'000;  // 2026-01-01T10:00:00Z
const std::string kEid = "89049032123451234512345678901235";

int fail(const Error& error) {
  std::fprintf(stderr, "%s: %s (%s)\n", error.code.c_str(), error.message.c_str(),
               error.help.c_str());
  return 1;
}

std::string read(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// GetEimPackageRequest, as a device sends it: BF4F, in it 5A, the EID.
ByteString poll() {
  ByteString message = {0xBF, 0x4F, 0x12, 0x5A, 0x10};
  for (std::size_t i = 0; i < kEid.size(); i += 2) {
    message.push_back(static_cast<std::uint8_t>(std::stoi(kEid.substr(i, 2), nullptr, 16)));
  }
  return message;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    return std::fprintf(stderr, "usage: switching GRAPH KEY CARD-KEY STORE PACKAGE\n"), 2;
  }
  auto world = open_gazetteer();
  if (!world) return fail(world.error());
  auto policy = Policy::map(argv[1], world.value());
  if (!policy) return fail(policy.error());
  auto store = open_store(argv[4]);
  if (!store) return fail(store.error());
  EimOptions options;
  options.eim_id = "eim.example.com";
  options.signing_key_pem = read(argv[2]);
  auto eim = Eim::open(store.value(), options);
  if (!eim) return fail(eim.error());
  std::string card_key = read(argv[3]);
  CardEnrolment card{.eid = kEid, .public_key_info = {card_key.begin(), card_key.end()}};
  if (auto enrolled = eim.value().enrol(card); !enrolled) return fail(enrolled.error());

  Engine engine(policy.value());
  Observation seen;
  seen.at_ms = kNowMs;
  seen.device = kEid;
  seen.network = "724-05";
  seen.profile = "bootstrap";
  seen.attributes["type"] = "meter";
  if (auto decided = engine.observe(seen); !decided) return fail(decided.error());
  auto plan = engine.plan(kEid, kNowMs);
  if (!plan) return fail(plan.error());
  if (!plan.value().in_flight) return std::fprintf(stderr, "nothing is planned\n"), 1;
  auto order = eim.value().order(kEid, *plan.value().in_flight);
  if (!order) return fail(order.error());

  // A card whose key is not known yet would be asked for its certificates first.
  EsipaReply reply = eim.value().handle(poll(), kNowMs);
  std::ofstream(argv[5], std::ios::binary)
      .write(reinterpret_cast<const char*>(reply.body.data()),
             static_cast<std::streamsize>(reply.body.size()));

  // The same over HTTPS and CoAP would be EsipaServers::start(eim.value(), ...); with neither asked
  // for it says so.
  if (EsipaServers::start(eim.value(), {})) return std::fprintf(stderr, "no server at all?\n"), 1;
  std::printf("order %llu, %zu bytes\n", static_cast<unsigned long long>(order.value()),
              reply.body.size());
  return reply.status == 200 ? 0 : 1;
}
