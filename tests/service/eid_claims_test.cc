#include "adapters/service/eid_claims.h"

#include <memory>
#include <string>

#include "adapters/eim/signing.h"
#include "adapters/simulator/certificate_maker.h"
#include "adapters/store/memory_store.h"
#include "engine/base/diagnostic_code.h"
#include "tests/support/catch.h"

using namespace sojourn;
using service::EidClaims;

namespace {

Eid eid(std::uint64_t n) {
  Eid made;
  for (std::size_t i = 0; i < 8; ++i) made.bytes[15 - i] = static_cast<std::uint8_t>(n >> 8 * i);
  return made;
}

struct Tenants {
  Tenants() {
    auto issued = simulator::CertificateMaker::make({})->issue_eim("eim.example");
    key = std::make_unique<eim::SigningKey>(
        std::move(eim::SigningKey::from_pem(issued->private_key_pem)).value());
    for (const char* name : {"a", "b", "c"}) {
      eim::BookOptions options;
      options.tenant = name;
      books.push_back(std::make_unique<eim::OrderBook>(*store, *key, eim::random_bytes(), options));
      claims.add(name, *books.back());
    }
  }
  void enrol(std::size_t tenant, const Eid& one) { REQUIRE(books[tenant]->enrol({.eid = one})); }
  bool claim(const char* tenant, const Eid& one) {
    auto snapshot = store->snapshot();
    return *claims.claim(tenant, one, **snapshot);
  }
  std::vector<std::string> shared(
      std::vector<std::shared_ptr<const service::MasterData>> inventories = {{}, {}, {}}) {
    auto snapshot = store->snapshot();
    auto found = claims.shared(**snapshot, inventories);
    REQUIRE(found);
    std::vector<std::string> all;
    for (const Diagnostic& one : *found) all.push_back(one.message);
    return all;
  }

  std::unique_ptr<Store> store = make_memory_store();
  std::unique_ptr<eim::SigningKey> key;
  std::vector<std::unique_ptr<eim::OrderBook>> books;
  EidClaims claims;
};

std::shared_ptr<const service::MasterData> inventory(std::initializer_list<std::string> eids) {
  std::vector<Observation> devices;
  for (const std::string& one : eids) devices.emplace_back().names.eid = one;
  return std::make_shared<service::MasterData>(std::move(devices));
}

}  // namespace

TEST_CASE("who claims an EID first has it, enrolled or on the way") {
  Tenants tenants;
  tenants.enrol(0, eid(1));
  CHECK_FALSE(tenants.claim("b", eid(1)));
  CHECK(tenants.claim("a", eid(1)));
  CHECK(tenants.claim("b", eid(2)));  // nothing of it is in the store yet
  CHECK_FALSE(tenants.claim("a", eid(2)));
  CHECK(tenants.claim("b", eid(2)));
  tenants.claims.give_up("a", eid(2));  // not a's to give
  CHECK_FALSE(tenants.claim("a", eid(2)));
  tenants.claims.give_up("b", eid(2));
  CHECK(tenants.claim("a", eid(2)));
  // A snapshot from before somebody else enrolled what they claimed.
  auto before = tenants.store->snapshot();
  CHECK(tenants.claim("b", eid(3)));
  tenants.enrol(1, eid(3));
  CHECK_FALSE(*tenants.claims.claim("a", eid(3), **before));
}

TEST_CASE("EIDs that two tenants have are found among very many") {
  Tenants tenants;
  CHECK(tenants.shared().empty());
  for (std::uint64_t n = 0; n < 600; ++n) tenants.enrol(0, eid(2 * n));
  for (std::uint64_t n = 0; n < 600; ++n) tenants.enrol(1, eid(2 * n + 1));
  CHECK(tenants.shared().empty());
  // At the ends, next to each other, and where pages meet.
  Eid last;
  last.bytes.fill(0xFF);
  for (const Eid& both : {eid(0), eid(510), eid(512), eid(514), eid(1'198)}) tenants.enrol(1, both);
  tenants.enrol(0, last);
  tenants.enrol(2, last);
  auto found = tenants.shared();
  REQUIRE(found.size() == 2);
  CHECK(found[0].starts_with("5 EIDs are enrolled by both tenant `a` and tenant `b`"));
  CHECK(found[1].starts_with("1 EIDs are enrolled by both tenant `a` and tenant `c`"));
}

TEST_CASE("an inventory that holds another tenant's EIDs is told") {
  Tenants tenants;
  const std::string mine(32, '1');
  const std::string theirs(32, '2');
  tenants.enrol(1, *parse_eid(theirs));
  auto found = tenants.shared({inventory({mine, theirs}), inventory({theirs}), inventory({mine})});
  REQUIRE(found.size() == 3);
  CHECK(found[0].starts_with("1 EIDs in the inventory of tenant `a` are enrolled by tenant `b`"));
  CHECK(found[1].starts_with("1 EIDs are in the inventories of both tenant `a` and tenant `b`"));
  CHECK(found[2].starts_with("1 EIDs are in the inventories of both tenant `a` and tenant `c`"));
}
