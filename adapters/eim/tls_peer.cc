#include "adapters/eim/tls_peer.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstddef>

namespace sojourn::eim {

std::string peer_name(const ssl_st* connection) {
  X509* certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr) return {};
  char name[256];
  int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                         sizeof name);
  return length > 0 ? std::string(name, static_cast<std::size_t>(length)) : std::string();
}

}  // namespace sojourn::eim
