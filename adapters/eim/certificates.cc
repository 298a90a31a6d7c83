#include "adapters/eim/certificates.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(NAME_CONSTRAINTS* constraints) const { NAME_CONSTRAINTS_free(constraints); }
};
using CertificatePointer = std::unique_ptr<X509, Free>;

Diagnostic unusable(std::string message) {
  ERR_clear_error();
  return make_diagnostic(Code::E0813, std::move(message));
}

// One whole certificate, or null.
CertificatePointer parse(ByteView der) {
  const unsigned char* in = der.data();
  CertificatePointer certificate(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
  if (certificate != nullptr && in != der.data() + der.size()) certificate.reset();
  ERR_clear_error();
  return certificate;
}

// An entry of a name, as UTF-8; empty when it is absent or stands there twice.
std::string name_entry(const X509_NAME* name, int nid) {
  int index = X509_NAME_get_index_by_NID(name, nid, -1);
  if (index < 0 || X509_NAME_get_index_by_NID(name, nid, index) >= 0) return {};
  const ASN1_STRING* data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
  unsigned char* utf8 = nullptr;
  int length = ASN1_STRING_to_UTF8(&utf8, data);
  if (length < 0) return {};
  std::string text(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(length));
  OPENSSL_free(utf8);
  return text;
}

bool valid_at(const X509* certificate, Instant now) {
  auto seconds = static_cast<time_t>(now.ms / 1000);
  return X509_cmp_time(X509_get0_notBefore(certificate), &seconds) < 0 &&
         X509_cmp_time(X509_get0_notAfter(certificate), &seconds) > 0;
}

// Is `issuer` a CA that signed `subject`?
bool issued(X509* issuer, X509* subject) {
  if (X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(subject)) != 0) {
    return false;
  }
  const ASN1_OCTET_STRING* wanted = X509_get0_authority_key_id(subject);
  const ASN1_OCTET_STRING* own = X509_get0_subject_key_id(issuer);
  if (wanted != nullptr && own != nullptr && ASN1_OCTET_STRING_cmp(wanted, own) != 0) return false;
  bool good = X509_verify(subject, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return good;
}

bool is_ca(X509* certificate) {
  bool signs = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0 &&
               (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) != 0;
  ERR_clear_error();
  return signs;
}

// Does the subject stay within one permitted directory name? Entries that the constraint does not
// have are free; serialNumber is a prefix.
bool permits(const X509_NAME* constraint, const X509_NAME* subject) {
  for (int i = 0; i < X509_NAME_entry_count(constraint); ++i) {
    int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(X509_NAME_get_entry(constraint, i)));
    std::string wanted = name_entry(constraint, nid);
    std::string found = name_entry(subject, nid);
    bool holds = nid == NID_serialNumber ? found.starts_with(wanted) : found == wanted;
    if (wanted.empty() || !holds) return false;
  }
  return true;
}

// The EUM's name constraints against the eUICC's subject. Kinds of constraint that SGP.22 does not
// use are refused: they were declared critical for a reason.
std::optional<std::string> constraint_broken(X509* eum, X509* euicc) {
  int critical = -1;
  std::unique_ptr<NAME_CONSTRAINTS, Free> constraints(static_cast<NAME_CONSTRAINTS*>(
      X509_get_ext_d2i(eum, NID_name_constraints, &critical, nullptr)));
  if (constraints == nullptr) {
    if (critical == -1) return std::nullopt;  // none
    return "the EUM certificate's name constraints cannot be read";
  }
  if (sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees) > 0) {
    return "the EUM certificate excludes names, which is not understood";
  }
  int count = sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees);
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
    if (base->type == GEN_DIRNAME && permits(base->d.directoryName, X509_get_subject_name(euicc))) {
      return std::nullopt;
    }
  }
  return "the EUM may not issue a certificate to this EID: its name constraints forbid it";
}

}  // namespace

Result<EuiccIdentity> verify_euicc_chain(ByteView euicc_certificate, ByteView eum_certificate,
                                         std::span<const Bytes> ci_certificates, Instant now) {
  CertificatePointer euicc = parse(euicc_certificate);
  if (euicc == nullptr) return unusable("the eUICC certificate cannot be read");
  CertificatePointer eum = parse(eum_certificate);
  if (eum == nullptr) return unusable("the EUM certificate cannot be read");
  if (!valid_at(euicc.get(), now)) return unusable("the eUICC certificate is not valid now");
  if (!valid_at(eum.get(), now)) return unusable("the EUM certificate is not valid now");
  if (!is_ca(eum.get())) return unusable("the EUM certificate is not one of a CA");
  if (!issued(eum.get(), euicc.get())) {
    return unusable("the eUICC certificate was not issued by this EUM");
  }
  bool anchored = false;
  for (const Bytes& der : ci_certificates) {
    CertificatePointer ci = parse(der);
    anchored =
        ci != nullptr && is_ca(ci.get()) && valid_at(ci.get(), now) && issued(ci.get(), eum.get());
    if (anchored) break;
  }
  if (!anchored) return unusable("no trusted CI issued the EUM certificate");
  if (std::optional<std::string> broken = constraint_broken(eum.get(), euicc.get())) {
    return unusable(std::move(*broken));
  }
  std::string serial = name_entry(X509_get_subject_name(euicc.get()), NID_serialNumber);
  std::optional<Eid> eid = parse_eid(serial);
  if (!eid) return unusable("the eUICC certificate's serialNumber `" + serial + "` is not an EID");
  EuiccIdentity identity{*eid, {}};
  unsigned char* info = nullptr;
  int length = i2d_PUBKEY(X509_get0_pubkey(euicc.get()), &info);
  if (length <= 0) return unusable("the eUICC certificate has no usable key");
  identity.public_key_info.assign(info, info + length);
  OPENSSL_free(info);
  return identity;
}

}  // namespace sojourn::eim
