#include "adapters/service/pem.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "engine/base/diagnostic_code.h"

namespace sojourn::service {

Result<Bytes> certificate_from_pem(std::string_view pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free);
  if (certificate == nullptr) {
    return make_diagnostic(Code::E0811, "no certificate in PEM", "it begins with five dashes");
  }
  Bytes der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)));
  unsigned char* out = der.data();
  i2d_X509(certificate.get(), &out);
  return der;
}

}  // namespace sojourn::service
