// The eUICC's checks, in their order, each with its exact answer on the wire.
#include "engine/base/diagnostic_code.h"
#include "tests/simulator/card_bench.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::sgp32;

namespace {

PsmoList enable_local() { return {Enable{to_wire(kLocal), true}}; }

// The answer without its signature, which no two runs share.
std::string unsigned_wire(const EuiccPackageResult& result) {
  std::string hex = to_hex(wire(result));
  if (!std::holds_alternative<EuiccPackageErrorUnsigned>(result)) {
    REQUIRE(hex.size() > 128);
    hex.resize(hex.size() - 128);
  }
  return hex;
}

bool signed_by_card(const EuiccPackageResult& result, std::optional<std::int64_t> token) {
  TrustedKey key = TrustedKey::from_certificate(identity().certificate).value();
  return std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.data; }) {
          return key.verify(signed_bytes(one.data.encoding, token), one.signature);
        }
        return false;
      },
      result);
}

}  // namespace

TEST_CASE("every check answers as the specification says, byte for byte") {
  PrivateKey stranger = PrivateKey::generate().value();
  struct Row {
    const char* name;
    PackageWishes wishes;
    std::optional<std::int64_t> token;  // configured on the card: -1 makes it 1
    const char* answer;                 // without the signature
  };
  const Row rows[] = {
      {"all is well",
       {},
       {},
       "bf5175a073302e800f65696d2e6578616d706c652e636f6d8101018210000102030405060708090a0b0c0d0e0f"
       "83010130038301005f3740"},
      {"eIM unknown",
       {.eim_id = "eim.example.org"},
       {},
       "bf5125a223800f65696d2e6578616d706c652e6f72678210000102030405060708090a0b0c0d0e0f"},
      {"signed by somebody else",
       {.key = &stranger},
       {},
       "bf5125a223800f65696d2e6578616d706c652e636f6d8210000102030405060708090a0b0c0d0e0f"},
      {"signed over no token where one is configured",
       {},
       -1,
       "bf5128a226800f65696d2e6578616d706c652e636f6d8210000102030405060708090a0b0c0d0e0f840101"},
      {"signed over a token where none is configured",
       {.token = 1},
       {},
       "bf5125a223800f65696d2e6578616d706c652e636f6d8210000102030405060708090a0b0c0d0e0f"},
      {"another EID",
       {.eid = kOtherEid},
       {},
       "bf5170a16e3029800f65696d2e6578616d706c652e636f6d8101018210000102030405060708090a0b0c0d0e0f"
       "0201035f3740"},
      {"another EID, and a counter too high: the EID is looked at first",
       {.counter = 0x800000, .eid = kOtherEid},
       {},
       "bf5173a171302c800f65696d2e6578616d706c652e636f6d8104008000008210000102030405060708090a0b0c"
       "0d0e0f0201035f3740"},
      {"counter 0, as in the configuration data",
       {.counter = 0},
       {},
       "bf5170a16e3029800f65696d2e6578616d706c652e636f6d8101008210000102030405060708090a0b0c0d0e0f"
       "0201045f3740"},
      {"counter below zero",
       {.counter = -1},
       {},
       "bf5170a16e3029800f65696d2e6578616d706c652e636f6d8101ff8210000102030405060708090a0b0c0d0e0f"
       "0201045f3740"},
      {"the largest counter",
       {.counter = 0x7FFFFF},
       {},
       "bf5177a0753030800f65696d2e6578616d706c652e636f6d81037fffff8210000102030405060708090a0b0c0d"
       "0e0f83010130038301005f3740"},
      {"a counter above the largest",
       {.counter = 0x800000},
       {},
       "bf5173a171302c800f65696d2e6578616d706c652e636f6d8104008000008210000102030405060708090a0b0c"
       "0d0e0f0201065f3740"},
      {"all is well under a token",
       {.token = 1},
       -1,
       "bf5175a073302e800f65696d2e6578616d706c652e636f6d8101018210000102030405060708090a0b0c0d0e0f"
       "83010130038301005f3740"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    Euicc card = make_card({.token = row.token});
    EuiccPackageResult result = result_of(card.load_package(request(enable_local(), row.wishes)));
    CHECK(unsigned_wire(result) == row.answer);
    std::optional<std::int64_t> token = row.token ? std::optional<std::int64_t>(1) : std::nullopt;
    bool unsigned_error = std::holds_alternative<EuiccPackageErrorUnsigned>(result);
    CHECK(signed_by_card(result, token) == !unsigned_error);
    CHECK(!signed_by_card(result, 77));
    bool executed = std::holds_alternative<EuiccPackageResultSigned>(result);
    CHECK(enabled_name(card) == (executed ? "vivo-local" : "bootstrap"));
    CHECK(card.eims().find(kEimId)->counter == (executed ? row.wishes.counter : 0));
    CHECK(card.outbox().results().size() == (executed ? 1 : 0));
  }
}

TEST_CASE("the checks come in their order: the first that fails answers") {
  // Every package here fails the named check and all that come after it.
  PrivateKey stranger = PrivateKey::generate().value();
  Euicc card = make_card();
  card.faults().ecall_active = true;
  PackageWishes wishes{.counter = 0, .eid = kOtherEid, .eim_id = "nobody", .key = &stranger};
  auto load = [&] { return result_of(card.load_package(request(enable_local(), wishes))); };
  CHECK(std::get<EuiccPackageErrorUnsigned>(load()).eim_id == "nobody");
  wishes.eim_id = kEimId;
  CHECK(std::holds_alternative<EuiccPackageErrorUnsigned>(load()));
  wishes.key = nullptr;
  CHECK(std::get<EuiccPackageErrorSigned>(load()).data.value.code == package_error::kInvalidEid);
  wishes.eid = kEid;
  CHECK(std::get<EuiccPackageErrorSigned>(load()).data.value.code == package_error::kReplay);
  wishes.counter = 1;
  CHECK(std::get<EuiccPackageErrorSigned>(load()).data.value.code == package_error::kEcallActive);
  card.faults().ecall_active = false;
  CHECK(codes(load()) == "enableResult 0");
}

TEST_CASE("what is no package has no result, and nothing happens") {
  Bytes good = request(enable_local());
  for (std::size_t size = 0; size < good.size(); ++size) {
    Euicc card = make_card();
    PackageAnswer answer = card.load_package(ByteView(good).first(size));
    CHECK(std::holds_alternative<UndecodablePackage>(answer));
    CHECK(enabled_name(card) == "bootstrap");
  }
  Bytes longer = good;
  longer.push_back(0);
  Euicc card = make_card();
  CHECK(std::holds_alternative<UndecodablePackage>(card.load_package(longer)));
  CHECK(std::holds_alternative<UndecodablePackage>(card.load_package(*from_hex("bf5100"))));
}

TEST_CASE("no changed bit of a package gets past the checks") {
  Bytes good = request(enable_local());
  Euicc card = make_card();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1 << bit % 8));
    PackageAnswer answer = card.load_package(bad);
    if (auto* result = std::get_if<EuiccPackageResult>(&answer)) {
      INFO("bit " << bit);
      CHECK(std::holds_alternative<EuiccPackageErrorUnsigned>(*result));
    }
  }
  CHECK(enabled_name(card) == "bootstrap");
  CHECK(card.executed_count() == 0);
}

TEST_CASE("a package is carried out once: the same bytes again are a replay") {
  Euicc card = make_card();
  Bytes first = request(enable_local(), {.counter = 5});
  Bytes lower = request(PsmoList{Enable{to_wire(kSpare), true}}, {.counter = 4});
  Bytes equal = request(PsmoList{Enable{to_wire(kSpare), true}}, {.counter = 5});
  CHECK(codes(result_of(card.load_package(first))) == "enableResult 0");
  for (const Bytes& again : {first, lower, equal, first}) {
    EuiccPackageResult result = result_of(card.load_package(again));
    CHECK(std::get<EuiccPackageErrorSigned>(result).data.value.code == package_error::kReplay);
  }
  CHECK(enabled_name(card) == "vivo-local");
  CHECK(card.executed_count() == 1);
  CHECK(card.outbox().results().size() == 1);
}

TEST_CASE("a package over the card's size is refused under signature") {
  Euicc card = make_card({.card = {.package_bytes_max = 100}});
  EuiccPackageResult result = result_of(card.load_package(request(enable_local())));
  CHECK(std::get<EuiccPackageErrorSigned>(result).data.value.code == package_error::kSizeOverflow);
  CHECK(card.eims().find(kEimId)->counter == 0);
}

TEST_CASE("members of a later version are skipped, though they are under the signature") {
  EuiccPackageSigned package{.eim_id = kEimId, .eid = kEid, .counter = 1};
  package.content = enable_local();
  Bytes part = write(package, Version::v1_2).value();
  for (const char* addition : {"8f0105", "bf700100"}) {
    Bytes longer = part;
    Bytes member = *from_hex(addition);
    longer.insert(longer.end(), member.begin(), member.end());
    longer[1] = static_cast<std::uint8_t>(longer[1] + member.size());
    INFO(to_hex(longer));
    Euicc card = make_card();
    CHECK(codes(result_of(card.load_package(request_around(longer)))) == "enableResult 0");
  }
}

TEST_CASE("an eIM's key may come as a certificate") {
  Issued issued = maker().issue_eim(kEimId).value();
  PrivateKey key = PrivateKey::from_pem(issued.private_key_pem).value();
  EimConfigurationData data = configuration();
  data.eim_key = Certificate{issued.certificate};
  Euicc card(identity(), ProfileTable(three_profiles()), {});
  REQUIRE(card.add_initial_eim(data).ok());
  CHECK(codes(result_of(card.load_package(request(enable_local(), {.key = &key})))) ==
        "enableResult 0");
}

TEST_CASE("a second initial eIM, and one without key or counter, are refused") {
  Euicc card = make_card();
  CHECK(card.add_initial_eim(configuration({}, "other")).error().code == Code::E0875);
  Euicc fresh(identity(), ProfileTable(three_profiles()), {});
  EimConfigurationData data = configuration();
  data.eim_key.reset();
  CHECK(fresh.add_initial_eim(data).error().code == Code::E0875);
  data = configuration();
  data.counter.reset();
  CHECK(fresh.add_initial_eim(data).error().code == Code::E0875);
  CHECK(*fresh.add_initial_eim(configuration(-1)).value() == 1);
}
