#include "adapters/simulator/certificate_maker.h"

#include <openssl/rand.h>

#include "adapters/simulator/openssl_handles.h"

namespace sojourn::simulator {
namespace {

using openssl::Owned;
using openssl::refused;

// Certificate policies of SGP.22 4.5.2.1: the holder's role.
constexpr const char* kRoleCi = "2.23.146.1.2.1.0";
constexpr const char* kRoleEuicc = "2.23.146.1.2.1.1";
constexpr const char* kRoleEum = "2.23.146.1.2.1.2";

struct NameEntry {
  int nid;
  std::string text;
};
struct Extension {
  int nid;
  std::string value;  // in OpenSSL's configuration language
};
struct Plan {
  std::vector<NameEntry> subject;
  std::vector<Extension> extensions;
  const char* role = nullptr;                // null: no certificate policy
  std::vector<NameEntry> permitted_names{};  // empty: no name constraints
};

Owned<X509> certificate_from_der(ByteView der) {
  const unsigned char* in = der.data();
  return Owned<X509>(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
}

bool fill_name(X509_NAME* name, const std::vector<NameEntry>& entries) {
  for (const NameEntry& entry : entries) {
    if (X509_NAME_add_entry_by_NID(name, entry.nid, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(entry.text.data()),
                                   static_cast<int>(entry.text.size()), -1, 0) != 1) {
      return false;
    }
  }
  return true;
}

bool add_extension(X509* certificate, X509V3_CTX* context, const Extension& extension) {
  Owned<X509_EXTENSION> made(
      X509V3_EXT_conf_nid(nullptr, context, extension.nid, extension.value.c_str()));
  return made != nullptr && X509_add_ext(certificate, made.get(), -1) == 1;
}

// Critical, and one policy: the role.
bool add_role(X509* certificate, const char* role) {
  Owned<CERTIFICATEPOLICIES> policies(CERTIFICATEPOLICIES_new());
  POLICYINFO* policy = POLICYINFO_new();
  sk_POLICYINFO_push(policies.get(), policy);
  ASN1_OBJECT_free(policy->policyid);
  policy->policyid = OBJ_txt2obj(role, 1);
  return policy->policyid != nullptr &&
         X509_add1_ext_i2d(certificate, NID_certificate_policies, policies.get(), 1, 0) == 1;
}

// Critical, and one permitted directory name: organization, and the EIDs' first digits.
bool add_name_constraints(X509* certificate, const std::vector<NameEntry>& permitted) {
  Owned<NAME_CONSTRAINTS> constraints(NAME_CONSTRAINTS_new());
  constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
  GENERAL_SUBTREE* subtree = GENERAL_SUBTREE_new();
  sk_GENERAL_SUBTREE_push(constraints->permittedSubtrees, subtree);
  Owned<X509_NAME> name(X509_NAME_new());
  if (!fill_name(name.get(), permitted)) return false;
  subtree->base->type = GEN_DIRNAME;
  subtree->base->d.directoryName = name.release();
  return X509_add1_ext_i2d(certificate, NID_name_constraints, constraints.get(), 1, 0) == 1;
}

bool set_random_serial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7F) | 0x40);  // positive, of full length
  Owned<BIGNUM> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
  return BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_validity(X509* certificate, const CertificateMakerOptions& options) {
  auto from = static_cast<time_t>(options.valid_from.ms / 1000);
  return ASN1_TIME_adj(X509_getm_notBefore(certificate), from, 0, 0) != nullptr &&
         ASN1_TIME_adj(X509_getm_notAfter(certificate), from, options.valid_days, 0) != nullptr;
}

// Issued by `issuer`; signed with its own key when there is none.
Result<Issued> issue(const Plan& plan, const Issued* issuer,
                     const CertificateMakerOptions& options) {
  Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  Owned<X509> certificate(X509_new());
  if (key == nullptr || certificate == nullptr) return refused("no key can be made");
  Owned<X509> issuer_certificate;
  Owned<EVP_PKEY> issuer_key;
  if (issuer != nullptr) {
    issuer_certificate = certificate_from_der(issuer->certificate);
    issuer_key = openssl::key_from_pem(issuer->private_key_pem);
    if (issuer_certificate == nullptr || issuer_key == nullptr) {
      return refused("the issuer's certificate or key cannot be read");
    }
  }
  X509* signer = issuer == nullptr ? certificate.get() : issuer_certificate.get();
  bool good = X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
              set_random_serial(certificate.get()) && set_validity(certificate.get(), options) &&
              X509_set_pubkey(certificate.get(), key.get()) == 1 &&
              fill_name(X509_get_subject_name(certificate.get()), plan.subject) &&
              X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer)) == 1;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, signer, certificate.get(), nullptr, nullptr, 0);
  good = good && add_extension(certificate.get(), &context, {NID_subject_key_identifier, "hash"});
  if (issuer != nullptr) {
    good = good && add_extension(certificate.get(), &context,
                                 {NID_authority_key_identifier, "keyid:always"});
  }
  for (const Extension& extension : plan.extensions) {
    good = good && add_extension(certificate.get(), &context, extension);
  }
  if (plan.role != nullptr) good = good && add_role(certificate.get(), plan.role);
  if (!plan.permitted_names.empty()) {
    good = good && add_name_constraints(certificate.get(), plan.permitted_names);
  }
  EVP_PKEY* signing_key = issuer == nullptr ? key.get() : issuer_key.get();
  if (!good || X509_sign(certificate.get(), signing_key, EVP_sha256()) == 0) {
    return refused("the certificate cannot be made");
  }
  Issued issued;
  unsigned char* der = nullptr;
  int size = i2d_X509(certificate.get(), &der);
  if (size <= 0) return refused("the certificate cannot be written");
  issued.certificate.assign(der, der + size);
  OPENSSL_free(der);
  Owned<BIO> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  issued.private_key_pem = openssl::text_of(out.get());
  return issued;
}

bool belong_together(const Issued& issued) {
  Owned<X509> certificate = certificate_from_der(issued.certificate);
  Owned<EVP_PKEY> key = openssl::key_from_pem(issued.private_key_pem);
  return certificate != nullptr && key != nullptr &&
         X509_check_private_key(certificate.get(), key.get()) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string value;
  for (const std::string& name : names) {
    bool address = name.find_first_not_of("0123456789.") == std::string::npos ||
                   name.find(':') != std::string::npos;
    if (!value.empty()) value += ',';
    value += (address ? "IP:" : "DNS:") + name;
  }
  return value;
}

}  // namespace

std::string Issued::certificate_pem() const {
  Owned<X509> parsed = certificate_from_der(certificate);
  Owned<BIO> out(BIO_new(BIO_s_mem()));
  if (parsed != nullptr) PEM_write_bio_X509(out.get(), parsed.get());
  return openssl::text_of(out.get());
}

Result<CertificateMaker> CertificateMaker::make(const CertificateMakerOptions& options) {
  Plan ci_plan{.subject = {{NID_organizationName, options.organization},
                           {NID_commonName, options.organization + " CI"}},
               .extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                              {NID_key_usage, "critical,keyCertSign,cRLSign"}},
               .role = kRoleCi};
  Result<Issued> ci = issue(ci_plan, nullptr, options);
  if (!ci) return std::move(ci).error();
  Plan eum_plan{.subject = {{NID_organizationName, options.organization},
                            {NID_commonName, options.organization + " EUM"}},
                .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                               {NID_key_usage, "critical,keyCertSign"}},
                .role = kRoleEum,
                .permitted_names = {{NID_organizationName, options.organization},
                                    {NID_serialNumber, options.eid_prefix}}};
  Result<Issued> eum = issue(eum_plan, &*ci, options);
  if (!eum) return std::move(eum).error();
  return CertificateMaker(std::move(*ci), std::move(*eum), options);
}

Result<CertificateMaker> CertificateMaker::from(Issued ci, Issued eum,
                                                const CertificateMakerOptions& options) {
  for (const Issued* issued : {&ci, &eum}) {
    if (!belong_together(*issued)) {
      return refused("a key does not belong to the certificate beside it");
    }
  }
  return CertificateMaker(std::move(ci), std::move(eum), options);
}

Bytes CertificateMaker::ci_key_id() const {
  Owned<X509> ci = certificate_from_der(ci_.certificate);
  const ASN1_OCTET_STRING* id = ci == nullptr ? nullptr : X509_get0_subject_key_id(ci.get());
  if (id == nullptr) return {};
  const unsigned char* data = ASN1_STRING_get0_data(id);
  return Bytes(data, data + ASN1_STRING_length(id));
}

Result<Issued> CertificateMaker::issue_euicc(const Eid& eid) const {
  return issue({.subject = {{NID_organizationName, options_.organization},
                            {NID_serialNumber, to_text(eid)},
                            {NID_commonName, options_.organization + " eUICC"}},
                .extensions = {{NID_key_usage, "critical,digitalSignature"}},
                .role = kRoleEuicc},
               &eum_, options_);
}

Result<Issued> CertificateMaker::issue_eim(std::string_view eim_id) const {
  // A common name has 64 characters at most, an eimId 128.
  return issue({.subject = {{NID_organizationName, options_.organization},
                            {NID_commonName, std::string(eim_id.substr(0, 64))}},
                .extensions = {{NID_key_usage, "critical,digitalSignature"}}},
               &ci_, options_);
}

Result<Issued> CertificateMaker::issue_tls_server(const std::vector<std::string>& names) const {
  if (names.empty()) return refused("a server's certificate needs a name");
  return issue({.subject = {{NID_commonName, names.front().substr(0, 64)}},
                .extensions = {{NID_key_usage, "critical,digitalSignature"},
                               {NID_ext_key_usage, "serverAuth"},
                               {NID_subject_alt_name, alternative_names(names)}}},
               &ci_, options_);
}

Result<Issued> CertificateMaker::issue_tls_client(std::string_view name) const {
  return issue({.subject = {{NID_commonName, std::string(name.substr(0, 64))}},
                .extensions = {{NID_key_usage, "critical,digitalSignature"},
                               {NID_ext_key_usage, "clientAuth"}}},
               &ci_, options_);
}

Result<Bytes> certificate_from_pem(std::string_view pem) {
  Owned<BIO> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Owned<X509> certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return refused("the certificate cannot be read");
  unsigned char* der = nullptr;
  int size = i2d_X509(certificate.get(), &der);
  Bytes bytes(der, der + std::max(size, 0));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace sojourn::simulator
