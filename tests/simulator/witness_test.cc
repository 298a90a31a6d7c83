// Independent witnesses: the openssl command verifies what the card signs, and the eIM's check of
// chains takes the certificates made here. Neither shares code with the simulator.
#include "adapters/eim/certificates.h"
#include "engine/base/diagnostic_code.h"
#include "tests/eim/openssl_command.h"
#include "tests/simulator/card_bench.h"

using namespace sojourn;
using namespace sojourn::simulator;
using namespace sojourn::simulator::test;
using namespace sojourn::sgp32;
using eim::test::have_openssl;
using eim::test::openssl;
using eim::test::ScratchFolder;

namespace {

Bytes der_of(ByteView plain) {
  Bytes der;
  DerWriter out(der);
  DerWriter::Open pair = out.open(kTagSequence);
  for (ByteView number : {plain.first(32), plain.last(32)}) {
    while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
    Bytes content;
    if (number[0] >= 0x80) content.push_back(0);
    content.insert(content.end(), number.begin(), number.end());
    out.octets(kTagInteger, content);
  }
  out.close(pair);
  return der;
}

Instant later() { return {kCertificatesFrom.ms + days(30).ms}; }

}  // namespace

TEST_CASE("the openssl command verifies results, errors and notifications") {
  if (!have_openssl()) return;
  ScratchFolder folder;
  folder.write("euicc.pem", as_bytes(Issued{identity().certificate, {}}.certificate_pem()));
  REQUIRE(openssl("x509 -in " + folder.file("euicc.pem") + " -pubkey -noout -out " +
                  folder.file("key.pem")));
  auto holds = [&](ByteView bytes, ByteView signature) {
    folder.write("bytes", bytes);
    folder.write("signature", der_of(signature));
    return openssl("dgst -sha256 -verify " + folder.file("key.pem") + " -signature " +
                   folder.file("signature") + " " + folder.file("bytes"));
  };
  CardWishes wishes{.token = -1};
  wishes.profiles[1].notify = {{BitString{"01"}, "smdp.example.com"}};
  Euicc card = make_card(wishes);
  EuiccPackageResult result =
      result_of(card.load_package(request(PsmoList{Enable{to_wire(kLocal), true}}, {.token = 1})));
  const auto& sealed = std::get<EuiccPackageResultSigned>(result);
  CHECK(holds(signed_bytes(sealed.data.encoding, 1), sealed.signature));
  CHECK(!holds(signed_bytes(sealed.data.encoding, 2), sealed.signature));
  EuiccPackageResult refused =
      result_of(card.load_package(request(PsmoList{}, {.counter = 1, .token = 1})));
  const auto& error = std::get<EuiccPackageErrorSigned>(refused);
  CHECK(holds(signed_bytes(error.data.encoding, 1), error.signature));
  const auto& note =
      std::get<OtherSignedNotification>(card.outbox().notifications().at(0).notification);
  CHECK(holds(note.metadata.encoding, note.signature));
}

TEST_CASE("the chain CI, EUM, eUICC holds for the eIM") {
  std::vector<Bytes> roots = {maker().ci().certificate};
  Result<eim::EuiccIdentity> verified =
      eim::verify_euicc_chain(identity().certificate, maker().eum().certificate, roots, later());
  REQUIRE(verified.ok());
  CHECK(verified->eid == kEid);
  CHECK(verified->public_key_info == identity().key.public_key_info());
  // An EID outside the EUM's constraints, another authority, another time.
  Eid foreign = *parse_eid("35049032000000000000000000000001");
  Bytes outside = maker().issue_euicc(foreign)->certificate;
  CHECK(!eim::verify_euicc_chain(outside, maker().eum().certificate, roots, later()));
  CertificateMaker other = CertificateMaker::make({.valid_from = kCertificatesFrom}).value();
  std::vector<Bytes> other_roots = {other.ci().certificate};
  CHECK(!eim::verify_euicc_chain(identity().certificate, maker().eum().certificate, other_roots,
                                 later()));
  Instant before{kCertificatesFrom.ms - days(1).ms};
  CHECK(!eim::verify_euicc_chain(identity().certificate, maker().eum().certificate, roots, before));
}

TEST_CASE("the openssl command agrees about the certificates") {
  if (!have_openssl()) return;
  ScratchFolder folder;
  folder.write("ci.pem", as_bytes(maker().ci().certificate_pem()));
  folder.write("eum.pem", as_bytes(maker().eum().certificate_pem()));
  Issued server = maker().issue_tls_server({"eim.example.com", "127.0.0.1"}).value();
  folder.write("server.pem", as_bytes(server.certificate_pem()));
  Issued client = maker().issue_tls_client("device").value();
  folder.write("client.pem", as_bytes(client.certificate_pem()));
  std::string verify = "verify -attime 1775000000 -CAfile " + folder.file("ci.pem") + " ";
  CHECK(openssl(verify + folder.file("eum.pem")));
  CHECK(openssl(verify + "-purpose sslserver -verify_hostname eim.example.com " +
                folder.file("server.pem")));
  CHECK(openssl(verify + "-purpose sslserver -verify_ip 127.0.0.1 " + folder.file("server.pem")));
  CHECK(!openssl(verify + "-purpose sslserver -verify_hostname other.example.com " +
                 folder.file("server.pem")));
  CHECK(openssl(verify + "-purpose sslclient " + folder.file("client.pem")));
}

TEST_CASE("keys and certificates that do not fit are refused") {
  Issued mixed = maker().ci();
  mixed.private_key_pem = maker().eum().private_key_pem;
  CHECK(CertificateMaker::from(mixed, maker().eum(), maker().options()).error().code ==
        Code::E0871);
  CHECK(CertificateMaker::from(maker().ci(), maker().eum(), maker().options()).ok());
  CHECK(PrivateKey::from_pem("no key").error().code == Code::E0871);
  CHECK(TrustedKey::from_public_key_info({}).error().code == Code::E0871);
  CHECK(TrustedKey::from_certificate(*from_hex("3000")).error().code == Code::E0871);
  CHECK(certificate_from_pem("no certificate").error().code == Code::E0871);
  CHECK(*certificate_from_pem(maker().eum().certificate_pem()) == maker().eum().certificate);
  PrivateKey again = PrivateKey::from_pem(identity().key.pem()).value();
  CHECK(again.public_key_info() == identity().key.public_key_info());
}
