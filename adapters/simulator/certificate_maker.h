// Certificates of a demonstration world: an authority (CI), the maker of the eUICCs (EUM), and what
// they issue.
//
//   Result<CertificateMaker> maker = CertificateMaker::make({.valid_from = now});
//   Result<Issued> card = maker->issue_euicc(eid);            // CI -> EUM -> eUICC
//   Result<Issued> eim = maker->issue_eim("eim.example.com"); // signs packages
//   Result<Issued> web = maker->issue_tls_server({"eim.example.com", "127.0.0.1"});
//
// The chain of an eUICC follows SGP.22 4.5.2: the EUM's certificate carries critical name
// constraints (its organization and the first digits of its EIDs), and the eUICC's subject has the
// EID as serialNumber. All keys are P-256. Never for anything but simulation: the authority's key
// lies beside its certificate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/identifiers.h"
#include "engine/base/instant.h"
#include "engine/base/result.h"

namespace sojourn::simulator {

struct Issued {
  Bytes certificate{};            // DER
  std::string private_key_pem{};  // PKCS#8
  std::string certificate_pem() const;
};

struct CertificateMakerOptions {
  Instant valid_from{};  // not before
  int valid_days = 3'650;
  std::string organization = "Sojourn Demo";  // of CI, EUM and eUICCs
  std::string eid_prefix = "89049032";        // the EUM issues to EIDs that begin so
};

// Threads: one at a time.
class CertificateMaker {
 public:
  // New keys for CI and EUM. E0871.
  static Result<CertificateMaker> make(const CertificateMakerOptions& options);
  // A CI and an EUM made earlier. E0871 when a key does not belong to its certificate.
  static Result<CertificateMaker> from(Issued ci, Issued eum,
                                       const CertificateMakerOptions& options);

  const Issued& ci() const { return ci_; }
  const Issued& eum() const { return eum_; }
  const CertificateMakerOptions& options() const { return options_; }
  Bytes ci_key_id() const;  // the CI's subject key identifier, 20 bytes

  // E0871. An EID outside `eid_prefix` is issued too: whoever verifies must notice.
  Result<Issued> issue_euicc(const Eid& eid) const;
  Result<Issued> issue_eim(std::string_view eim_id) const;
  // Names and addresses; the first is the common name.
  Result<Issued> issue_tls_server(const std::vector<std::string>& names) const;
  Result<Issued> issue_tls_client(std::string_view name) const;

 private:
  CertificateMaker(Issued ci, Issued eum, CertificateMakerOptions options)
      : ci_(std::move(ci)), eum_(std::move(eum)), options_(std::move(options)) {}

  Issued ci_;
  Issued eum_;
  CertificateMakerOptions options_;
};

// DER of the first certificate in a PEM text. E0871.
Result<Bytes> certificate_from_pem(std::string_view pem);

}  // namespace sojourn::simulator
