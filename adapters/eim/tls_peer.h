// Whom a TLS or DTLS connection is with.
#pragma once

#include <string>

struct ssl_st;  // OpenSSL's SSL

namespace sojourn::eim {

// The common name in the peer's verified certificate; empty when it showed none.
std::string peer_name(const ssl_st* connection);

}  // namespace sojourn::eim
