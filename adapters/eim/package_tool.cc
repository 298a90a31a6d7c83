#include "adapters/eim/package_tool.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/message_tags.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {

using namespace sgp32;

namespace {

// The BF51 in a message, or the message itself.
ByteView package_part(ByteView message) {
  Context context;
  Element outer;
  Cursor in(message, context);
  if (in.at_end() || !in.next(outer)) return message;
  if (outer.tag != message_tag::kGetEimPackage &&
      outer.tag != message_tag::kProvideEimPackageResult)
    return message;
  Cursor members(outer.content, context);
  Element member;
  while (!members.at_end() && members.next(member)) {
    if (member.tag == kTagSequence) {  // a result with notifications
      Cursor inner(member.content, context);
      if (inner.at_end() || !inner.next(member)) break;
    }
    if (member.tag == message_tag::kEuiccPackage) return member.encoding;
  }
  return message;
}

Result<std::string> verdict(std::string_view what, ByteView data, ByteView signature,
                            VerifyingKey& key, const VerifyOptions& options) {
  std::string text(what);
  text += " over " + std::to_string(data.size()) + " bytes and ";
  if (key.verify(signed_bytes(data, options.association_token), signature)) {
    return text + (options.association_token ? "token " + std::to_string(*options.association_token)
                                             : "no token");
  }
  bool answers_1_0 = !options.eim_signature.empty() &&
                     key.verify(signed_bytes_in_1_0(data, options.eim_signature), signature);
  if (answers_1_0) return text + "the package's eimSignature (1.0)";
  return make_diagnostic(Code::E0814, std::string(what) + " does not hold",
                         "check the key and the association token");
}

}  // namespace

Result<Bytes> sign_package(ByteView package_signed, PackageSigner& signer,
                           std::optional<std::int64_t> association_token, Version version) {
  std::vector<Finding> oddities;
  Result<EuiccPackageSigned> package =
      read<EuiccPackageSigned>(package_signed, version, Reading::strict, &oddities);
  if (!package) return std::move(package).error();
  if (!oddities.empty()) return to_diagnostic(oddities.front());
  Result<Bytes> signature = signer.sign(signed_bytes(package_signed, association_token));
  if (!signature) return signature;
  EuiccPackageRequest request;
  request.package.encoding.assign(package_signed.begin(), package_signed.end());
  request.signature = std::move(signature).value();
  return write(request, version);
}

Result<std::string> verify_message(ByteView message, VerifyingKey& key,
                                   const VerifyOptions& options) {
  ByteView part = package_part(message);
  Diagnostic refusal;
  for (Version version : {Version::v1_2, Version::v1_0}) {
    if (Result<EuiccPackageRequest> request = read<EuiccPackageRequest>(part, version)) {
      return verdict("eimSignature", request->package.encoding, request->signature, key, options);
    }
    Result<EuiccPackageResult> result = read<EuiccPackageResult>(part, version);
    if (!result) {
      refusal = std::move(result).error();
      continue;
    }
    if (const auto* good = std::get_if<EuiccPackageResultSigned>(&*result)) {
      return verdict("euiccSignEPR", good->data.encoding, good->signature, key, options);
    }
    if (const auto* error = std::get_if<EuiccPackageErrorSigned>(&*result)) {
      return verdict("euiccSignEPE", error->data.encoding, error->signature, key, options);
    }
    return make_diagnostic(Code::E0802, "an unsigned error: there is no signature to verify");
  }
  return refusal;
}

Result<VerifyingKey> load_verifying_key(ByteView file) {
  std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.find("-----BEGIN") == std::string_view::npos) {
    Result<VerifyingKey> key = VerifyingKey::from_public_key_info(file);
    return key ? std::move(key) : VerifyingKey::from_certificate(file);
  }
  // The first PEM block, as its DER.
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(file.data(), static_cast<int>(file.size())), &BIO_free);
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* der = nullptr;
  long size = 0;
  if (PEM_read_bio(bio.get(), &name, &header, &der, &size) != 1) {
    return make_diagnostic(Code::E0811, "the PEM text cannot be read");
  }
  ByteView block(der, static_cast<std::size_t>(size));
  bool certificate = std::string_view(name) == "CERTIFICATE";
  Result<VerifyingKey> key = certificate ? VerifyingKey::from_certificate(block)
                                         : VerifyingKey::from_public_key_info(block);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(der);
  return key;
}

}  // namespace sojourn::eim
