#include "adapters/service/pem.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <string>

#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

// One after the other; null at the end.
class Certificates {
 public:
  using One = std::unique_ptr<X509, decltype(&X509_free)>;
  explicit Certificates(std::string_view pem)
      : text_(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free) {}
  One next() {
    One one(PEM_read_bio_X509(text_.get(), nullptr, nullptr, nullptr), X509_free);
    if (one == nullptr) ERR_clear_error();
    return one;
  }

 private:
  std::unique_ptr<BIO, decltype(&BIO_free)> text_;
};

std::string date_of(const ASN1_TIME* time) {
  std::tm date{};
  if (ASN1_TIME_to_tm(time, &date) != 1) return "a day that cannot be read";
  return fmt::format("{:04}-{:02}-{:02}", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
}

}  // namespace

Status check_dates(std::string_view pem, Instant now) {
  std::time_t seconds = now.ms / 1'000;
  Certificates all(pem);
  for (int number = 1; auto one = all.next(); ++number) {
    const ASN1_TIME* end = X509_get0_notAfter(one.get());
    std::string fault;
    if (X509_cmp_time(end, &seconds) <= 0) fault = "was valid until " + date_of(end);
    if (fault.empty()) continue;
    std::string which = number == 1 ? "the certificate" : fmt::format("certificate {}", number);
    return make_diagnostic(Code::E0865, which + " " + fault,
                           "renew it; if it should be valid, set the clock of this machine");
  }
  return {};
}

Status check_key_for_devices(std::string_view pem) {
  Certificates::One leaf = Certificates(pem).next();
  char curve[64] = "";
  std::size_t length = 0;
  EVP_PKEY* key = leaf == nullptr ? nullptr : X509_get0_pubkey(leaf.get());
  bool fits = key != nullptr && EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) == 1 &&
              std::string_view(curve, length) == "prime256v1";
  if (fits) return {};
  ERR_clear_error();
  return make_diagnostic(Code::E0861, "the certificate's key is not on P-256",
                         "devices share no cipher suite with another key");
}

Result<Bytes> certificate_from_pem(std::string_view pem) {
  Certificates::One certificate = Certificates(pem).next();
  if (certificate == nullptr) {
    return make_diagnostic(Code::E0811, "no certificate in PEM", "it begins with five dashes");
  }
  Bytes der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)));
  unsigned char* out = der.data();
  i2d_X509(certificate.get(), &out);
  return der;
}

}  // namespace sojourn::service
