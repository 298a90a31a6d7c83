// The chain CI -> EUM -> eUICC, made with the openssl command: good ones and one mistake each.
#include "adapters/eim/certificates.h"

#include "tests/eim/authority.h"

using namespace sojourn;
using namespace sojourn::eim;
using sojourn::eim::test::Authority;
using sojourn::eim::test::eum_extensions;

namespace {

constexpr const char* kEid = "89049032123451234512345678901235";

}  // namespace

TEST_CASE("a chain from CI over EUM to eUICC") {
  if (!test::have_openssl()) return;
  // Certificates begin today; the test's clock must not stand before that.
  Instant now = Instant{static_cast<std::int64_t>(time(nullptr)) * 1000} + days(1);
  Authority authority;
  REQUIRE(authority.root("ci"));
  REQUIRE(authority.root("stranger"));
  REQUIRE(authority.issue("ci", "eum", "/O=Maker/CN=EUM", eum_extensions("89049032")));
  std::string euicc = std::string("/C=ES/O=Maker/CN=eUICC/serialNumber=") + kEid;
  std::string leaf = "keyUsage=critical,digitalSignature\n";
  REQUIRE(authority.issue("eum", "euicc", euicc, leaf));
  std::vector<Bytes> anchors = {authority.der("stranger"), authority.der("ci")};
  auto verdict = [&](const char* leaf_name, const char* eum_name, Instant when) {
    return verify_euicc_chain(authority.der(leaf_name), authority.der(eum_name), anchors, when);
  };

  SECTION("holds, and names the EID") {
    Result<EuiccIdentity> identity = verdict("euicc", "eum", now);
    if (!identity) FAIL(identity.error().message);
    CHECK(to_text(identity->eid) == kEid);
    CHECK(identity->public_key_info.size() == 91);
  }
  SECTION("no CI that we trust") {
    anchors.pop_back();
    CHECK(verdict("euicc", "eum", now).error().message ==
          "no trusted CI issued the EUM certificate");
    anchors.clear();
    CHECK(!verdict("euicc", "eum", now).ok());
  }
  SECTION("an EID outside the EUM's prefix") {
    REQUIRE(authority.issue("eum", "other",
                            "/C=ES/O=Maker/CN=eUICC/serialNumber=89882119900000000000000000000005",
                            leaf));
    CHECK(verdict("other", "eum", now).error().message.find("name constraints") !=
          std::string::npos);
  }
  SECTION("another organization") {
    REQUIRE(
        authority.issue("eum", "other", std::string("/O=Thief/CN=e/serialNumber=") + kEid, leaf));
    CHECK(verdict("other", "eum", now).error().message.find("name constraints") !=
          std::string::npos);
  }
  SECTION("an EUM without constraints may issue any EID") {
    REQUIRE(authority.issue("ci", "free", "/O=Free/CN=EUM",
                            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"));
    REQUIRE(authority.issue("free", "other", euicc, leaf));
    CHECK(verdict("other", "free", now).ok());
  }
  SECTION("an EUM that is no CA") {
    REQUIRE(authority.issue("ci", "fake", "/O=Maker/CN=EUM", leaf));
    REQUIRE(authority.issue("fake", "other", euicc, leaf));
    CHECK(verdict("other", "fake", now).error().message ==
          "the EUM certificate is not one of a CA");
  }
  SECTION("issued by another EUM of the same name") {
    REQUIRE(authority.issue("ci", "twin", "/O=Maker/CN=EUM", eum_extensions("89049032")));
    CHECK(verdict("euicc", "twin", now).error().message ==
          "the eUICC certificate was not issued by this EUM");
  }
  SECTION("too early and too late") {
    CHECK(!verdict("euicc", "eum", now - days(30)).ok());
    CHECK(!verdict("euicc", "eum", now + days(20'000)).ok());
  }
  SECTION("a serialNumber that is no EID") {
    REQUIRE(authority.issue("eum", "other", "/O=Maker/CN=e/serialNumber=890490321234", leaf));
    CHECK(verdict("other", "eum", now).error().message.find("is not an EID") != std::string::npos);
  }
  SECTION("bytes that are no certificate") {
    CHECK(!verify_euicc_chain(*from_hex("3000"), authority.der("eum"), anchors, now).ok());
    Bytes longer = authority.der("euicc");
    longer.push_back(0);
    CHECK(!verify_euicc_chain(longer, authority.der("eum"), anchors, now).ok());
  }
}
