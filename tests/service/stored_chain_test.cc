// Where the evidence chain ends is noted beside it: what somebody cuts off is missed, at once and
// for ever, and what a crash left behind is not taken for that.
#include "adapters/service/stored_chain.h"

#include "tests/service/little_service.h"
#include "tests/service/meters.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

const std::string kPolicy =
    meter_policy("rule local when network in BR and type = meter then profile = local-br");

void observe(LittleService& service, const std::string& device) {
  service.observe(
      meter_report(device, at("2026-01-01T00:00:00Z"), R"(,"attributes":{"type":"meter"})"));
}

// What `sojourn audit verify` finds; "": whole.
std::string verdict(LittleService& service) {
  service::Keys keys("t");
  auto snapshot = service.store().snapshot();
  ChainVerifier verifier;
  auto noted = service::noted_chain_head(**snapshot, keys);
  REQUIRE(noted.ok());
  if (*noted) verifier.expect(**noted);
  Status found = service::every_record(**snapshot, keys,
                                       [&](std::string_view line) { return verifier.check(line); });
  if (found) found = verifier.end();
  return found ? "" : found.error().message;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void cut(LittleService& service, std::uint64_t from, std::uint64_t to) {
  StoreTransaction effect;
  for (; from < to; ++from) effect.erase(service.tenant().keys().chain(from));
  REQUIRE(service.store().commit(effect));
}

}  // namespace

TEST_CASE("records that are cut off the chain's end are missed") {
  const std::uint64_t cut_count = GENERATE(1u, 2u);
  LittleService service(kPolicy);
  for (int n = 0; n < 4; ++n) observe(service, "d" + std::to_string(n));
  const std::uint64_t length = service.tenant().chain_length();
  REQUIRE(length >= 4);
  CHECK(verdict(service) == "");
  cut(service, length - cut_count, length);
  CHECK(holds(verdict(service), "record " + std::to_string(length - cut_count) + ": missing"));
  // Whoever starts on it is told, and what is missing stays to be seen.
  service.restart();
  REQUIRE(service.tenant().chain_fault());
  CHECK(service.tenant().chain_fault()->code == Code::E0020);
  CHECK(service.tenant().chain_length() == length);
  observe(service, "d9");
  CHECK(service.tenant().chain_length() > length);
  CHECK(holds(verdict(service), "record " + std::to_string(length - cut_count) + ": missing"));
  service.restart();
  CHECK(holds(verdict(service), "missing"));
}

TEST_CASE("a whole chain that is cut off is missed, too") {
  LittleService service(kPolicy);
  observe(service, "d0");
  cut(service, 0, service.tenant().chain_length());
  CHECK(holds(verdict(service), "record 0: missing"));
}

TEST_CASE("a note that a crash left behind its chain is no tampering") {
  LittleService service(kPolicy);
  observe(service, "d0");
  auto before = service.store().read(service.tenant().keys().audit_head());
  REQUIRE((before.ok() && before->has_value()));
  observe(service, "d1");
  // Records that went to the disk, and the note of them that did not.
  StoreTransaction effect;
  effect.put(service.tenant().keys().audit_head(), **before);
  REQUIRE(service.store().commit(effect));
  CHECK(verdict(service) == "");
  std::uint64_t length = service.tenant().chain_length();
  service.restart();
  CHECK_FALSE(service.tenant().chain_fault());
  CHECK(service.tenant().chain_length() == length);
  observe(service, "d2");
  CHECK(verdict(service) == "");
}

TEST_CASE("a chain of an earlier version, without a note, is sound and gets one") {
  LittleService service(kPolicy);
  observe(service, "d0");
  StoreTransaction effect;
  effect.erase(service.tenant().keys().audit_head());
  REQUIRE(service.store().commit(effect));
  CHECK(verdict(service) == "");
  service.restart();
  CHECK_FALSE(service.tenant().chain_fault());
  observe(service, "d1");
  auto snapshot = service.store().snapshot();
  auto noted = service::noted_chain_head(**snapshot, service.tenant().keys());
  REQUIRE((noted.ok() && noted->has_value()));
  CHECK((*noted)->sequence + 1 == service.tenant().chain_length());
}

TEST_CASE("what people change is noted with its record") {
  LittleService service(kPolicy);
  observe(service, "d0");
  std::uint64_t before = service.tenant().chain_length();
  service.activate(meter_policy("rule local when type = meter then profile = local-br"));
  REQUIRE(service.tenant().chain_length() > before);
  auto snapshot = service.store().snapshot();
  auto noted = service::noted_chain_head(**snapshot, service.tenant().keys());
  REQUIRE((noted.ok() && noted->has_value()));
  CHECK((*noted)->sequence >= before);
  CHECK(verdict(service) == "");
}

TEST_CASE("a last record that was changed together with what follows from it is another") {
  LittleService service(kPolicy);
  observe(service, "d0");
  std::uint64_t last = service.tenant().chain_length() - 1;
  AuditChain forged("t", {1});
  std::string line;
  for (std::uint64_t n = 0; n <= last; ++n) {
    line = forged.append(R"({"ts":"2026-01-01T00:00:00Z","outcome":"keep"})", "d0");
    StoreTransaction effect;
    effect.put(service.tenant().keys().chain(n), Bytes(line.begin(), line.end()));
    REQUIRE(service.store().commit(effect));
  }
  CHECK(holds(verdict(service), "is another than was noted"));
  service.restart();
  CHECK(service.tenant().chain_fault());
}
