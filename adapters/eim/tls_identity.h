// What a server shows to its peers and whom of them it believes.
#pragma once

#include <string>

namespace sojourn::eim {

// Held in memory, never logged. Devices pin the leaf, its key or its CA (trustedPublicKeyDataTls),
// so the chain is sent as it stands: leaf first.
struct TlsIdentity {
  std::string certificate_chain_pem;
  std::string private_key_pem;  // unencrypted; an EC key, as the suites of SGP.32 ask
  // Empty: clients are not asked for certificates. Otherwise a certificate that a client shows must
  // chain to one of these.
  std::string client_ca_pem;
  bool client_certificate_required = false;
};

}  // namespace sojourn::eim
