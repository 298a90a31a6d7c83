// Whose signature is it: the chain CI -> EUM -> eUICC (SGP.22 4.5.2, GSMA SGP.14).
//
// A validator of the web's kind rejects these chains: the EUM's certificate carries critical name
// constraints in which the serialNumber is a prefix of the EIDs that the EUM may issue, not a part
// of a name. Here a constraint holds when the subject's organization is the constraint's and its
// serialNumber begins with the constraint's.
#pragma once

#include <span>

#include "engine/base/bytes.h"
#include "engine/base/identifiers.h"
#include "engine/base/instant.h"
#include "engine/base/result.h"

namespace sojourn::eim {

struct EuiccIdentity {
  Eid eid;                // the eUICC certificate's subject serialNumber
  Bytes public_key_info;  // what verifies its results
};

// Requires a CI certificate among `ci_certificates` that signed the EUM's, which signed the
// eUICC's; all valid at `now`, CAs being CAs with the right key usage, and the EUM's name
// constraints holding. Errors: E0813 with the reason.
Result<EuiccIdentity> verify_euicc_chain(ByteView euicc_certificate, ByteView eum_certificate,
                                         std::span<const Bytes> ci_certificates, Instant now);

}  // namespace sojourn::eim
